"""The reference of the design language: fresh, complete, true, and of use to editors."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from cfn_table.design.json_schema import models
from cfn_table.design.load import load_design
from cfn_table.design.model import DesignFile, PolicyFile
from cfn_table.design.model.base import deploy_time
from cfn_table.design.parameters import FIELDS
from cfn_table.design.reference import design_schema, policy_schema, reference_markdown, write_reference
from cfn_table.design.requests import derive
from tests.engines.install import ROOT

PARTS = [*models(DesignFile), *models(PolicyFile)]
FIELDS_OF_PARTS = [(part, name) for part in PARTS for name in part.model_fields if not part.model_fields[name].exclude]
DESIGNS = sorted([*(ROOT / "templates").glob("*.yaml"), *(ROOT / "tests/designs").glob("*.yaml")])
POLICIES = sorted([*(ROOT / "policies").glob("*/*.yaml"), *(ROOT / "tests/designs/policies").glob("*/*.yaml")])
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", reference_markdown(), re.MULTILINE | re.DOTALL)


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor reads it for a JSON Schema: JSON has no dates and no keys but texts."""


EditorLoader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_scalar)


def as_an_editor_reads(text: str) -> Any:
    """The values that an editor checks."""
    return _json_keys(yaml.load(text, EditorLoader))


def _json_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            str(key).lower() if isinstance(key, bool) else str(key): _json_keys(item) for key, item in value.items()
        }
    assert not isinstance(value, datetime.date)
    return [_json_keys(item) for item in value] if isinstance(value, list) else value


def complaints(schema: dict[str, Any], text: str) -> list[str]:
    """What an editor that has the schema says of the text."""
    errors = jsonschema.Draft202012Validator(schema).iter_errors(as_an_editor_reads(text))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def of_file(path: Path) -> str:
    """A file's name in the names of tests."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", ["design-reference.md", "schema/design.schema.json", "schema/policy.schema.json"])
def test_the_files_are_fresh(name: str, tmp_path: Path) -> None:
    """What the models say now is what docs/ says; `python -m cfn_table.design.reference docs` writes it anew."""
    write_reference(tmp_path)
    expected = (tmp_path / name).read_text(encoding="utf-8")
    assert expected == (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("schema", [design_schema(), policy_schema()], ids=["design", "policy"])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    """They are valid by their own dialect, name themselves, and have no part that nothing leads to."""
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert schema["$id"] and schema["title"]
    text = json.dumps(schema)
    assert [] == [name for name in schema["$defs"] if f'"#/$defs/{name}"' not in text]


@pytest.mark.parametrize(("part", "field"), FIELDS_OF_PARTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_is_explained(part: type[BaseModel], field: str) -> None:
    """Each has a meaning in words, and either holds a deploy-time parameter or says why not."""
    info = part.model_fields[field]
    assert info.description
    assert deploy_time(part, field) != ""
    if part.__name__ != "Grant":  # is written in forms of its own
        row = f"| `{info.alias or field}` |"
        assert row in reference_markdown()


@pytest.mark.parametrize(("part", "field"), FIELDS_OF_PARTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_is_in_the_schema(part: type[BaseModel], field: str) -> None:
    """An editor completes each by the name under which it is written, with its meaning."""
    schema = design_schema() if part in models(DesignFile) else policy_schema()
    if part.__name__ == "Grant":
        pytest.skip("is written in forms of its own")
    whole = schema if part in (DesignFile, PolicyFile) else schema["$defs"][part.__name__]
    mapping = next(form for form in (whole, *whole.get("anyOf", ())) if "properties" in form)
    info = part.model_fields[field]
    assert mapping["additionalProperties"] is False
    found = mapping["properties"][info.alias or field]
    assert info.description == found.get("description") or "$ref" in found


def test_internal_fields_are_nobodys_business() -> None:
    """`sparse` is how the model keeps the `?` of key attributes; no file can say it."""
    assert "sparse" not in json.dumps(design_schema()["$defs"]["Entity"]["properties"].keys().__repr__())
    assert "| `sparse` |" not in reference_markdown()


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_a_parameter_is_explained(name: str) -> None:
    """The reference and the schema know the whole declaration of a deploy-time parameter."""
    assert f"| `{name}` |" in reference_markdown()
    parameter = design_schema()["$defs"]["ContextEntry"]["anyOf"][1]
    assert name in parameter["properties"]


@pytest.mark.parametrize("path", DESIGNS, ids=of_file)
def test_designs_please_an_editor(path: Path) -> None:
    """Every design of this repository validates against the schema."""
    assert [] == complaints(design_schema(), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", POLICIES, ids=of_file)
def test_policies_please_an_editor(path: Path) -> None:
    """Every policy of this repository validates against the schema."""
    assert [] == complaints(policy_schema(), path.read_text(encoding="utf-8"))


KV_STORAGE = (ROOT / "templates/kv-storage.yaml").read_text(encoding="utf-8")
MISSPELT = [
    ("time_to_live: ttl", "time_to_life: ttl"),
    ("encryption: aws_managed", "encrypted: aws_managed"),
    ("    projection: all", "    projections: all"),
    ("key: {partition: PK, sort: SK}", "key: {partition: PK, range: SK}"),
    ("    operation: GetItem", "    op: GetItem"),
    ("    operation: GetItem", "    operation: Getitem"),
    ("billing: ", "billing_mode: "),
    ("begins_with:", "starts_with:"),
    ("{type: any, description: Any JSON}", "{type: any, descr: Any JSON}"),
    ("latency_target_ms: 10", "latency_target: 10"),
    ("latency_target_ms: 10", "latency_target_ms: ten"),
    ("on_delete: retain", "on_delete: keep"),
    ("plan: [free, pro, scale]", "plan: []"),
    ("userId: string", "userId: text"),
    ("every_entity:", "each_entity:"),
    ("  user:\n", "  user-entity:\n"),
    ("point_in_time_recovery: true", "point_in_time_recovery: yes please"),
]


@pytest.mark.parametrize(("right", "wrong"), MISSPELT, ids=[wrong.strip() for _, wrong in MISSPELT])
def test_an_editor_finds_what_is_misspelt(right: str, wrong: str) -> None:
    """A wrong name or word in an otherwise good design does not validate."""
    text = KV_STORAGE.replace(right, wrong, 1)
    assert KV_STORAGE != text
    assert [] != complaints(design_schema(), text)


def test_an_editor_finds_what_is_misspelt_in_a_policy() -> None:
    """A wrong field of a policy does not validate."""
    assert [] != complaints(policy_schema(), "policy: api\nallows: [get_user]\n")
    assert [] != complaints(policy_schema(), "policy: api\nallow: [{a: {x: y}, b: {x: y}}]\n")
    assert [] != complaints(policy_schema(), "policy: API\nallow: [get_user]\n")


BASE = EXAMPLES[0]


def example_project(text: str, folder: Path) -> Path:
    """A project in which an example stands in the first one's design; returns the path of its design."""
    (folder / "templates").mkdir()
    (folder / "policies/orders").mkdir(parents=True)
    design = BASE
    if text.startswith("policy:"):
        name = text.splitlines()[0].removeprefix("policy: ")
        (folder / f"policies/orders/{name}.yaml").write_text(text, encoding="utf-8")
    elif not text.startswith("design:"):
        design = in_base(text)
    (folder / "templates/orders.yaml").write_text(design, encoding="utf-8")
    return folder / "templates/orders.yaml"


def in_base(text: str) -> str:
    """The first example with the sections of another in place of its own."""
    sections = sections_of(BASE) | sections_of(text)
    return "".join(sections.values())


def sections_of(text: str) -> dict[str, str]:
    """The top-level fields of a design with their lines."""
    parts = re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if part.strip()}


def title(text: str) -> str:
    """The first line of an example."""
    return text.splitlines()[0]


@pytest.mark.parametrize("text", EXAMPLES, ids=title)
def test_the_examples_are_designs(text: str, tmp_path: Path) -> None:
    """Each example loads within the first one's design, and each of its access patterns has a request."""
    design = load_design(example_project(text, tmp_path), environment={})
    if not text.startswith("policy:"):
        assert design.file.access_patterns
        for name in design.file.access_patterns:
            assert derive(design, name)


@pytest.mark.parametrize("text", EXAMPLES, ids=title)
def test_the_examples_please_an_editor(text: str) -> None:
    """Each example validates against the schema."""
    if text.startswith("policy:"):
        assert [] == complaints(policy_schema(), text)
    else:
        assert [] == complaints(design_schema(), text if text.startswith("design:") else in_base(text))


def test_every_section_of_the_language_has_an_example() -> None:
    """Together the examples use every top-level field but those whose value is a file of its own."""
    used = {field for text in EXAMPLES if not text.startswith("policy:") for field in sections_of(text)}
    assert set(DesignFile.model_fields) - used == {"include", "extend", "regions"}
