"""The calls of a design's access patterns with the values of its samples, before any language writes them down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.generated_names import snake_case
from cfn_table.design.requests import Names, call_parameters, derive
from cfn_table.design.suggest import shown
from cfn_table.emit.samples import sample_inputs
from cfn_table.errors import UsageError

_TABLE: Final = re.compile(
    r"[A-Za-z0-9_.-]{3,255}|arn:[A-Za-z0-9-]+:dynamodb:[A-Za-z0-9-]+:\d{12}:table/[A-Za-z0-9_.-]+"
)


class Variable(str):
    """The name of a table or index that is known only where it is deployed: the name of an environment variable."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of an access pattern.

    Attributes:
        pattern: the access pattern's name.
        name: of this call: the pattern's, and the operation's where the pattern has several.
        description: the pattern's description, on one line; may be empty.
        operation: the API's name of it.
        parameters: as boto3's client takes them; names that a deployment gives are `Variable`.
        pages: whether it reads page after page until nothing is left.
    """

    pattern: str
    name: str
    description: str
    operation: str
    parameters: dict[str, Any]
    pages: bool

    @property
    def table(self) -> str:
        """The table's name in a batch, which keeps requests by table."""
        return str.__str__(next(iter(self.parameters["RequestItems"])))


def names_of(design: Design, table_name: str | None = None) -> Names:
    """What the table and its indexes are called: fixed names, else environment variables.

    Raises:
        UsageError: `table_name` is no name of a table.
    """
    if table_name is not None and not _TABLE.fullmatch(table_name):
        help_ = "use 3 to 255 letters, digits, `_`, `-` and `.`, or a table's ARN"
        raise UsageError(f"{shown(table_name)} is no name of a table", help=help_)
    fixed = table_name if table_name is not None else design.file.table.name
    table = fixed if isinstance(fixed, str) else Variable("TABLE_NAME")
    variables = index_variables(design)
    indexes = {
        ref: str(index.name) if isinstance(index.name, str) else variables[ref] for ref, index in design.indexes.items()
    }
    return Names(table, indexes)


def index_variables(design: Design) -> dict[str, Variable]:
    """Index id → the environment variable that holds the index's name."""
    found: dict[str, Variable] = {}
    taken = {"TABLE_NAME"}
    for ref in design.indexes:
        base = f"{upper_case(ref)}_NAME"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        found[ref] = Variable(name)
    return found


def calls_of(design: Design, table_name: str | None = None) -> list[Call]:
    """Every operation of every access pattern, in the order of the design.

    Raises:
        RefusedError: an entity has no samples, and no item of it can be made up.
        UsageError: `table_name` is no name of a table.
    """
    names = names_of(design, table_name)
    return list(_calls(design, names))


def _calls(design: Design, names: Names) -> Iterator[Call]:
    taken = set(design.file.access_patterns)
    for pattern_name, pattern in design.file.access_patterns.items():
        for request in derive(design, pattern_name):
            name = pattern_name
            if len(pattern.operation) > 1:
                base = f"{pattern_name}_{snake_case(request.operation)}"
                name, number = base, 2
                while name in taken:
                    name, number = f"{base}_{number}", number + 1
                taken.add(name)
            yield Call(
                pattern_name,
                name,
                one_line(pattern.description),
                request.operation,
                call_parameters(design, request, sample_inputs(design, pattern, request), names),
                pages=request.operation in ("Query", "Scan") and request.limit is None,
            )


def variables(calls: list[Call]) -> list[str]:
    """The environment variables that calls need, the table's first."""
    found: dict[str, None] = {}

    def visit(value: Any) -> None:
        if isinstance(value, Variable):
            found[str.__str__(value)] = None
        elif isinstance(value, dict):
            for key, each in value.items():
                visit(key)
                visit(each)
        elif isinstance(value, list):
            for each in value:
                visit(each)

    for call in calls:
        visit(call.parameters)
    return sorted(found, key=lambda name: (name != "TABLE_NAME", name))


def has_binary(value: Any) -> bool:
    """Whether a value holds bytes."""
    if isinstance(value, dict):
        return any(map(has_binary, value.values()))
    return any(map(has_binary, value)) if isinstance(value, list) else isinstance(value, bytes)


def one_line(text: str) -> str:
    """A text that may stand in a comment of any language: one line, without control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def upper_case(name: str) -> str:
    """`ByOwner` → `BY_OWNER`, as environment variables are named; a digit cannot be first."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").upper()
    return words if words[:1].isalpha() else f"INDEX_{words}"
