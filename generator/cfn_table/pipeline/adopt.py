"""`emit import`: what brings a table that is there already, retained or made by hand, under the design's stack.

CloudFormation's import makes nothing and changes nothing: the template of an import holds what is imported and no
outputs, each resource with a DeletionPolicy ("As part of the import operation, you cannot modify or add [Outputs]"). It
does not look whether the template tells the truth about the table either, so whoever can read the table imports it as
it is, and lets the deployment that follows change what differs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfn_table.errors import InputError, RefusedError, UsageError
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources.alone import needs_of
from cfn_table.pipeline.sources.found import SourceOptions

if TYPE_CHECKING:
    from cfn_table.design.design import Design
    from cfn_table.pipeline.prepared import Prepared

TEMPLATE: Final = "import-template.yaml"
RESOURCES: Final = "resources-to-import.json"
NOTES: Final = "IMPORT.md"

_RETAIN: Final = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
"""Whatever the design says, nothing deletes the table before the design is deployed."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting a table takes.

    Attributes:
        design: the design's name.
        table: the table's name.
        files: file name → text: `TEMPLATE`, `RESOURCES` and `NOTES`.
        notes: what a person should know.
    """

    design: str
    table: str
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()


def adopt_table(
    path: Path,
    settings: Settings,
    *,
    folder: str = ".",
    stack_name: str | None = None,
    table_name: str | None = None,
    live: SourceOptions | None = None,
) -> Adoption:
    """The files of a CloudFormation import change set that takes an existing table as the table of a design.

    Args:
        path: the design file.
        settings: its context.
        folder: where the files will be, for the commands.
        stack_name: the stack to be made; by default the design's name.
        table_name: the table's name, where the design leaves it open.
        live: where the table is, to import it as it is; None imports it as the design says.

    Raises:
        CfnTableError: the design cannot become a template.
        InputError: the design does not name its table, its table refers to what cannot be imported with it, or the
            table cannot be read.
        RefusedError: deploying the design would replace the table.
        UsageError: the names do not go together.
    """
    from cfn_table.emit.texts import render_text
    from cfn_table.pipeline.prepared import prepare
    from cfn_table.synth.render import render_yaml

    prepared = prepare(path, settings)
    design, whole = prepared.design, prepared.artifacts.template
    table = whole["Resources"][design.logical_id]
    name, values = _name(design, table, whole, table_name)
    notes: tuple[str, ...] = ()
    if live is None:
        template = _as_designed(design, table, whole)
        notes = (f"the import records what the design says of the table; `--live` records what `{name}` is",)
    else:
        template, notes = _as_it_is(design, table, name, live)
        values = {}
    resource = {
        "ResourceType": table["Type"],
        "LogicalResourceId": design.logical_id,
        "ResourceIdentifier": {"TableName": name},
    }
    stack = stack_name or design.name
    text = render_text(
        "import.md.j2",
        overrides=design.texts,
        design=design,
        stack=stack,
        table=name,
        template=f"{folder}/{TEMPLATE}".removeprefix("./"),
        resources=f"{folder}/{RESOURCES}".removeprefix("./"),
        values=_values(template, values),
        live=live is not None,
        capability=_capability(prepared),
        build=f"build/{design.name}/{design.version}",
    )
    files = {TEMPLATE: render_yaml(template), RESOURCES: json.dumps([resource], indent=2) + "\n", NOTES: text}
    return Adoption(design.name, name, files, notes)


def write_adoption(adoption: Adoption, folder: Path) -> tuple[str, ...]:
    """Write the files into a folder, which is made if it is missing; gives their paths.

    Raises:
        InputError: the system refuses.
    """
    from cfn_table.publish.atomic import explaining, write_text_atomically

    with explaining(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in adoption.files.items():
        write_text_atomically(folder / name, text.encode())
    return tuple((folder / name).as_posix() for name in adoption.files)


def _name(
    design: Design, table: Mapping[str, Any], whole: Mapping[str, Any], given: str | None
) -> tuple[str, dict[str, str]]:
    """The table's name, and the values of parameters that give it."""
    named = table["Properties"].get("TableName")
    place = design.locate_key("table", "name")
    if named is None:
        raise InputError(
            "the design does not name its table, so it cannot take one that is there",
            help=f"set `table: {{name: {given or 'NAME'}}}`: a name that comes later would replace the table",
            location=place,
        )
    if isinstance(named, str):
        if given not in (None, named):
            raise UsageError(
                f"the design names its table `{named}`, and not `{given}`",
                help=f"set `table: {{name: {given}}}` in the design: another name would replace the table",
            )
        return named, {}
    parameter = str(named.get("Ref", ""))
    declared = whole.get("Parameters", {}).get(parameter, {})
    if given is not None:
        return given, {parameter: given} if declared and given != declared.get("Default") else {}
    default = declared.get("Default")
    if not isinstance(default, str) or not default:
        raise UsageError("the name of the table is known only when it is deployed", help="give it: `--table-name NAME`")
    return default, {}


def _as_designed(design: Design, table: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The template with the table alone, and the parameters and conditions that it needs."""
    resource = {**table, **_RETAIN}
    resource.pop("DependsOn", None)
    sections, others = needs_of(whole, resource)
    if others:
        raise InputError(
            f"the table refers to `{others[0]}`, which is not there before it is imported",
            help="import the table as it is, with `--live`",
            location=design.locate("table"),
        )
    return _template(design, resource) | sections


def _as_it_is(
    design: Design, table: Mapping[str, Any], name: str, live: SourceOptions
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The template with the table as it is, which the design can take over in place."""
    from cfn_table.pipeline.sources.tables import GLOBAL, TABLE, in_order_of, read_table

    if table["Type"] == GLOBAL:
        raise UsageError(
            "a global table cannot be read as one resource", help="leave `--live` out, and compare its replicas by hand"
        )
    found = read_table(name, live)
    if found.replicas:
        raise RefusedError(
            f"the table `{name}` has replicas, and the design makes a table without",
            help=f"name them in the design: `replicas: [{', '.join(found.replicas)}]`",
            location=design.locate("table"),
        )
    for part, words in (("KeySchema", "key"), ("LocalSecondaryIndexes", "local secondary indexes")):
        if _plain(found.properties.get(part)) != _plain(table["Properties"].get(part)):
            raise RefusedError(
                f"the table `{name}` has other {words} than the design: to deploy it would replace the table",
                help=f"see what differs: `cfn-table review table:{name} {design.name}`",
                location=design.locate("table"),
            )
    properties = in_order_of(table["Properties"], found.properties)
    return _template(design, {"Type": TABLE, **_RETAIN, "Properties": properties}), found.notes


def _template(design: Design, resource: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Import of the table of {design.name}, before it is deployed",
        "Resources": {design.logical_id: dict(resource)},
    }


def _plain(value: Any) -> str:
    """A value whose order of keys and indexes means nothing."""
    if isinstance(value, list) and value and "IndexName" in value[0]:
        value = sorted(value, key=lambda each: str(each["IndexName"]))
    return json.dumps(value, sort_keys=True)


def _values(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """Value of every parameter that the import must give; `VALUE` where only the user knows it."""
    open_ = {name: "VALUE" for name, each in template.get("Parameters", {}).items() if "Default" not in each}
    return open_ | {name: value for name, value in values.items() if name in template.get("Parameters", {})}


def _capability(prepared: Prepared) -> str:
    if not prepared.design.policies:
        return ""
    return "CAPABILITY_NAMED_IAM" if prepared.design.file.policies.name_prefix is not None else "CAPABILITY_IAM"
