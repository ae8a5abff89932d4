"""AWS's own engine, DynamoDB Local: refuses what the service refuses, and runs on this machine.

Source: developer guide, "DynamoDB local usage notes".
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.prove.engines.answers import explaining, names_of, not_there, region_of
from cfn_table.prove.engines.create_table import make_table, table_request
from cfn_table.prove.engines.deployed import Deployed, EngineRefused
from cfn_table.prove.engines.java import find_java
from cfn_table.prove.engines.process import Server, answers, running
from cfn_table.prove.engines.values import Surroundings, parameter_values

JAR: Final = "DynamoDBLocal.jar"
VARIABLE: Final = "CFN_TABLE_DYNAMODB_LOCAL"
"""The environment variable that names the jar, or the folder that holds it."""

USUAL_PLACES: Final = (
    "node_modules/amplify-dynamodb-simulator/emulator",
    "node_modules/@aws-amplify/amplify-category-api/node_modules/amplify-dynamodb-simulator/emulator",
    "dynamodb-local",
    "~/.dynamodb-local",
    "~/dynamodb-local",
)
"""Where it is looked for otherwise, in this order: below the current folder, and in the user's home."""

_GET_IT: Final = (
    "fetch AWS's dynamodb_local_latest.tar.gz or the npm package `amplify-dynamodb-simulator`, and name the jar with "
    f"`--jar PATH` or {VARIABLE}"
)


@contextlib.contextmanager
def dynamodb_local_engine(
    design: Design,
    template: Mapping[str, Any],
    *,
    jar: Path | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Deployed]:
    """The table of a template on a DynamoDB Local of its own, which ends with the block.

    The table is made through CreateTable from the template's properties. DynamoDB Local has no CloudFormation, ignores
    encryption, vector indexes and table classes, and knows no backups, tags or resource policies.

    Args:
        design: the design.
        template: its template, in the JSON form.
        jar: `DynamoDBLocal.jar` or the folder that holds it; else `CFN_TABLE_DYNAMODB_LOCAL`, else `USUAL_PLACES`.
        parameters: values of the template's parameters, over their defaults.

    Raises:
        EngineRefused: there is no Java or no DynamoDB Local, it does not start, or it refuses the table.
        UsageError: a parameter has no value, or one that it does not allow.
    """
    values = parameter_values(template, parameters)
    request = table_request(template, design.logical_id, values, Surroundings(region_of(design), design.name))
    with dynamodb_local_server(jar) as server:
        client = local_client(server.endpoint, region_of(design))
        with explaining("DynamoDB Local does not make the table", "it"):
            table = make_table(client, request)
        yield Deployed(
            "dynamodb-local",
            client,
            names_of(design, table, values),
            parameters=values,
            notes=not_there("DynamoDB Local", [*request.left_out, *_ignored(request.arguments)]),
        )


@contextlib.contextmanager
def dynamodb_local_server(jar: Path | None = None) -> Iterator[Server]:
    """A DynamoDB Local, empty and in memory; it keeps access keys and Regions apart.

    Args:
        jar: as for `dynamodb_local_engine`.

    Raises:
        EngineRefused: there is no Java or no DynamoDB Local, or it does not start.
    """
    path = find_jar(jar)
    java = find_java()

    def launch(port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        # The heap is far more than what proofs store; without a limit the JVM would take a quarter of the memory.
        library = f"-Djava.library.path={path.parent / 'DynamoDBLocal_lib'}"
        options = ["-inMemory", "-disableTelemetry", "-port", str(port)]
        return [java, "-Xmx512m", library, "-jar", str(path), *options], {}

    # A request without a signature is refused with 400, which shows that the engine itself answers.
    with running("DynamoDB Local", launch, answers("/", 400)) as server:
        yield server


def find_jar(jar: Path | None = None) -> Path:
    """The jar of DynamoDB Local.

    Raises:
        EngineRefused: it is not where it is said to be, or in none of the usual places.
    """
    if jar is not None or os.environ.get(VARIABLE):
        name, path = ("--jar", jar) if jar is not None else (VARIABLE, Path(os.environ[VARIABLE]))
        if found := _jar_at(path):
            return found
        raise EngineRefused(f"{name} names `{path}`, and there is no {JAR}", help=_GET_IT)
    for place in USUAL_PLACES:
        with contextlib.suppress(RuntimeError):  # there may be no home
            if found := _jar_at(Path(place).expanduser()):
                return found
    raise EngineRefused("DynamoDB Local is not found", help=_GET_IT)


def _jar_at(path: Path) -> Path | None:
    found = path / JAR if path.is_dir() else path
    return found.absolute() if found.is_file() and found.suffix == ".jar" else None


def local_client(endpoint: str, region: str) -> Any:
    """A boto3 client of DynamoDB for an engine of this machine, apart from the user's configuration and proxies."""
    import boto3
    from botocore.config import Config

    from cfn_table.prove.engines.private import private_configuration

    with private_configuration():
        return boto3.session.Session().client(
            "dynamodb",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id="cfntable",
            aws_secret_access_key="not-a-secret",
            config=Config(retries={"total_max_attempts": 2}, proxies={}),
        )


def _ignored(arguments: Mapping[str, Any]) -> list[str]:
    """What the engine takes without an answer, and does not have (usage notes, differences)."""
    return [
        name for name in ("OnDemandThroughput", "TableClass", "VectorIndexes", "WarmThroughput") if name in arguments
    ]
