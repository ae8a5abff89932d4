"""What engines have in common: their errors in our words, and the names of what they made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.requests import Names
from cfn_table.prove.engines.deployed import EngineRefused
from cfn_table.publish.aws_errors import Codes, explaining_aws


def names_of(design: Design, table: Mapping[str, Any], values: Mapping[str, str]) -> Names:
    """The names of a table and its indexes, as the engine has them.

    Args:
        design: whose indexes these are.
        table: what DescribeTable tells.
        values: the values of the template's parameters, resolved.

    Raises:
        EngineRefused: the table lacks an index of the design.
    """
    there = {
        str(index["IndexName"])
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in table.get(kind) or ()
    }
    indexes = {}
    for ref, index in design.indexes.items():
        name = _text(index.name, values)
        if name not in there:
            raise EngineRefused(
                f"the table `{table['TableName']}` has no index `{name}`",
                help="it has "
                + (", ".join(f"`{each}`" for each in sorted(there)) or "none")
                + ": prove the version of the design that is deployed",
            )
        indexes[ref] = name
    return Names(str(table["TableName"]), indexes)


def _text(value: str | Parametric, values: Mapping[str, str]) -> str:
    if not isinstance(value, Parametric):
        return str(value)
    parts = (part if isinstance(part, str) else values.get(part.logical_id, part.default) for part in value.parts)
    return "".join(map(str, parts))


def region_of(design: Design, region: str | None = None) -> str:
    """The Region to deploy in: the given one, or the design's first, or us-east-1."""
    return region or next(iter(design.file.regions), "us-east-1")


def not_there(engine: str, properties: Iterable[str]) -> tuple[str, ...]:
    """The note about properties of a table that an engine was not asked for; none without properties."""
    names = ", ".join(f"`{name}`" for name in properties)
    return (f"{engine} has the table without {names}",) if names else ()


@contextlib.contextmanager
def explaining(what: str, service: str, codes: Codes | None = None) -> Iterator[None]:
    """Turn errors of boto3 and botocore into EngineRefused.

    Args:
        what: what is not possible then, such as "moto does not make the table".
        service: who answers.
        codes: the meaning of the service's codes, and help.
    """

    def refused(why: str, help: str) -> EngineRefused:
        return EngineRefused(f"{what}: {why}", help=help)

    with explaining_aws(service, refused, codes=codes, again="check the endpoint and the network, then try again"):
        yield
