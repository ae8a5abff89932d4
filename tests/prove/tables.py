"""Templates of designs, and tables of templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.prove.engines.create_table import TableRequest, make_table, table_request
from cfn_table.prove.engines.values import Surroundings, parameter_values
from cfn_table.synth.template import synthesize, to_plain
from tests.projects import small_design


@dataclass(frozen=True, slots=True)
class Prepared:
    """A design with its template."""

    design: Design
    template: dict[str, Any]


def prepared(path: Path) -> Prepared:
    """The design of a file, and its template."""
    design = load_design(path, environment={})
    return Prepared(design, to_plain(synthesize(design)))


def written(folder: Path, **fields: Any) -> Prepared:
    """The small design with other fields, written below `folder`; those of `table` are added to its own."""
    document = yaml.load(small_design(), yaml.BaseLoader)
    document["table"] |= fields.pop("table", {})
    document |= fields
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    path = folder / "templates" / "notes.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return prepared(path)


def request_of(
    template: Mapping[str, Any], logical_id: str, parameters: Mapping[str, str] | None = None
) -> TableRequest:
    """How the template's table is made."""
    surroundings = Surroundings("us-east-1", "kv-storage")
    return table_request(template, logical_id, parameter_values(template, parameters), surroundings)


def table_from_template(
    dynamodb: Any, template: Mapping[str, Any], logical_id: str, parameters: Mapping[str, str] | None = None
) -> str:
    """Make the template's table, and give its name."""
    request = request_of(template, logical_id, parameters)
    make_table(dynamodb, request)
    return request.name
