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
from cfn_table.design.model import DesignFile, Grant, PolicyFile
from cfn_table.design.model.base import deploy_time
from cfn_table.design.parameters import FIELDS
from cfn_table.design.reference import (
    design_schema,
    include_schema,
    main,
    policy_schema,
    reference_markdown,
    write_reference,
)
from cfn_table.design.requests import derive
from cfn_table.design.rules import check_design
from cfn_table.findings import Severity
from tests.engines.install import ROOT

INCLUDED = ("entities", "access_patterns")
PARTS = [*models(DesignFile), *models(PolicyFile)]
FIELDS_OF_PARTS = [(part, name) for part in PARTS for name in part.model_fields if not part.model_fields[name].exclude]
DESIGNS = sorted([*(ROOT / "templates").glob("*.yaml"), *(ROOT / "tests/designs").glob("*.yaml")])
POLICIES = sorted([*(ROOT / "policies").glob("*/*.yaml"), *(ROOT / "tests/designs/policies").glob("*/*.yaml")])
MARKDOWN = reference_markdown()
DESIGN_SCHEMA = design_schema()
INCLUDE_SCHEMA = include_schema()
POLICY_SCHEMA = policy_schema()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", MARKDOWN, re.MULTILINE | re.DOTALL)


class EditorLoader(yaml.CSafeLoader):
    """YAML as an editor reads it for a JSON Schema: JSON has no dates and no keys but texts."""


def construct_text(loader: EditorLoader, node: yaml.ScalarNode) -> str:
    """A date as the text that it is for JSON."""
    return str(loader.construct_scalar(node))


EditorLoader.add_constructor("tag:yaml.org,2002:timestamp", construct_text)


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


@pytest.mark.parametrize(
    "name", ["design-reference.md", *(f"schema/{kind}.schema.json" for kind in ("design", "include", "policy"))]
)
def test_the_files_are_fresh(name: str, tmp_path: Path) -> None:
    """What the models say now is what docs/ says; `python -m cfn_table.design.reference docs` writes it anew."""
    write_reference(tmp_path)
    expected = (tmp_path / name).read_text(encoding="utf-8")
    assert expected == (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_files_are_written_by_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes the folder, and says what it wrote; without a folder it says how it is used."""
    assert 0 == main([str(tmp_path / "docs")])
    assert 4 == len(capsys.readouterr().err.splitlines())
    assert MARKDOWN == (tmp_path / "docs/design-reference.md").read_text(encoding="utf-8")
    assert 2 == main([])
    assert "usage: python -m cfn_table.design.reference DOCS_FOLDER\n" == capsys.readouterr().err


@pytest.mark.parametrize("schema", [DESIGN_SCHEMA, INCLUDE_SCHEMA, POLICY_SCHEMA], ids=["design", "include", "policy"])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    """They are valid by their own dialect, name themselves, and have no part that nothing leads to."""
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert schema["$id"]
    assert schema["title"]
    text = json.dumps(schema)
    assert [] == [name for name in schema["$defs"] if f'"#/$defs/{name}"' not in text]


def test_an_included_file_is_checked_as_a_part_of_its_design() -> None:
    """What a design says of entities and access patterns holds there too, and nothing else may stand in it."""
    included = (ROOT / "tests/designs/shop/products.yaml").read_text(encoding="utf-8")
    assert [] == complaints(INCLUDE_SCHEMA, included)
    assert [": Additional properties are not allowed ('table' was unexpected)"] == complaints(
        INCLUDE_SCHEMA, f"{included}table: {{key: PK}}\n"
    )
    assert 1 == len(complaints(INCLUDE_SCHEMA, "entities: {product: {keys: {PK: [a]}, attributes: {}}}\n"))
    assert INCLUDE_SCHEMA["properties"] == {name: DESIGN_SCHEMA["properties"][name] for name in INCLUDED}


@pytest.mark.parametrize(("part", "field"), FIELDS_OF_PARTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_is_explained(part: type[BaseModel], field: str) -> None:
    """Each has a meaning in words, and either holds a deploy-time parameter or says why not."""
    info = part.model_fields[field]
    assert info.description
    assert deploy_time(part, field) != ""
    assert f"| `{info.alias or field}` |" in MARKDOWN or part is Grant


@pytest.mark.parametrize(
    ("part", "field"),
    [each for each in FIELDS_OF_PARTS if each[0] is not Grant],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_every_field_is_in_the_schema(part: type[BaseModel], field: str) -> None:
    """An editor completes each by the name under which it is written, with its meaning."""
    schema = DESIGN_SCHEMA if part in models(DesignFile) else POLICY_SCHEMA
    whole = schema if part in (DesignFile, PolicyFile) else schema["$defs"][part.__name__]
    mapping = next(form for form in (whole, *whole.get("anyOf", ())) if "properties" in form)
    info = part.model_fields[field]
    assert mapping["additionalProperties"] is False
    found = mapping["properties"][info.alias or field]
    assert info.description == found.get("description") or "$ref" in found


def test_internal_fields_are_nobodys_business() -> None:
    """`sparse` is how the model keeps the `?` of key attributes; no file can say it."""
    assert "sparse" not in json.dumps(DESIGN_SCHEMA["$defs"]["Entity"]["properties"].keys().__repr__())
    assert "| `sparse` |" not in MARKDOWN


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_a_parameter_is_explained(name: str) -> None:
    """The reference and the schema know the whole declaration of a deploy-time parameter."""
    assert f"| `{name}` |" in MARKDOWN
    parameter = DESIGN_SCHEMA["$defs"]["ContextEntry"]["anyOf"][1]
    assert name in parameter["properties"]


@pytest.mark.parametrize("path", DESIGNS, ids=of_file)
def test_designs_please_an_editor(path: Path) -> None:
    """Every design of this repository validates against the schema."""
    assert [] == complaints(DESIGN_SCHEMA, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", POLICIES, ids=of_file)
def test_policies_please_an_editor(path: Path) -> None:
    """Every policy of this repository validates against the schema."""
    assert [] == complaints(POLICY_SCHEMA, path.read_text(encoding="utf-8"))


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
    assert [] != complaints(DESIGN_SCHEMA, text)


def test_an_editor_finds_what_is_misspelt_in_a_policy() -> None:
    """A wrong field of a policy does not validate."""
    assert [] != complaints(POLICY_SCHEMA, "policy: api\nallows: [get_user]\n")
    assert [] != complaints(POLICY_SCHEMA, "policy: api\nallow: [{a: {x: y}, b: {x: y}}]\n")
    assert [] != complaints(POLICY_SCHEMA, "policy: API\nallow: [get_user]\n")


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
    """Each example loads within the first one's design, breaks no law, and its access patterns have requests."""
    design = load_design(example_project(text, tmp_path), environment={})
    assert [] == [finding for finding in check_design(design) if finding.severity is Severity.ERROR]
    if not text.startswith("policy:"):
        assert design.file.access_patterns
        for name in design.file.access_patterns:
            assert derive(design, name)


@pytest.mark.parametrize("text", EXAMPLES, ids=title)
def test_the_examples_please_an_editor(text: str) -> None:
    """Each example validates against the schema."""
    if text.startswith("policy:"):
        assert [] == complaints(POLICY_SCHEMA, text)
    else:
        assert [] == complaints(DESIGN_SCHEMA, text if text.startswith("design:") else in_base(text))


TABLE = "table:\n  key: {partition: PK, sort: SK}\n  type_attribute: entityType\n  "
CONTEXT = (
    "context:\n  NAME: abc\n  ON: true\n  SIXTY: 60\n  MODE: PROVISIONED\n"
    "  P: {default: abc}\n  N: {type: Number, default: 5}\n"
)
UNITS = "billing: PROVISIONED\n  provisioned_throughput: "
ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
PATTERN = "access_patterns:\n  get_customer: {operation: GetItem, entity: customer}\n  list_orders: "
CUSTOMER = (
    "access_patterns: {get_customer: {operation: GetItem, entity: customer}}\n"
    "entities:\n  customer:\n    keys: {PK: 'C#{id}', SK: META}\n    attributes:\n      id: string\n      "
)
VARIANTS = [
    "design: true\n",
    "design: 'orders'\n",
    "version: 1.0.0-rc.1\n",
    "version: '2.0.0'\n",
    "description: 2024-01-31\n",
    "description: 12\n",
    "description: on\n",
    "description: ''\n",
    "context: {NAME: 5, OTHER: true, EMPTY: , P: {}}\n",
    "context: {P: {type: Number, default: 5, min_value: 1, max_value: '9', description: 7}}\n",
    "context: {P: {default: , no_echo: 'true', min_length: 0, max_length: 10, parameter: Px}}\n",
    "context: {P: {allowed_values: [1, true, a], default: a, allowed_pattern: '.*', constraint_description: b}}\n",
    "regions: [us-east-1, eu-west-1]\n",
    CONTEXT + "regions: ['us-{{ NAME }}-1']\n",
    TABLE + "name: 123\n",
    TABLE + "name: true\n",
    TABLE + "name: 1.5\n",
    TABLE + "logical_id: 007\n",
    CONTEXT + TABLE + "logical_id: '{{ NAME }}'\n",
    CONTEXT + TABLE + "name: '{{ P }}-{{ NAME }}'\n",
    "table: {key: {partition: PK, sort: SK}, type_attribute: none}\n",
    "table: {key: {partition: PK, sort: SK}, type_attribute: on}\n",
    "table: {key: {partition: [PK], sort: {name: SK, type: string}}}\n",
    TABLE + "delimiter: '|'\n",
    TABLE + "delimiter: 0\n",
    TABLE + "delimiter: ''\n",
    CONTEXT + TABLE + "billing: '{{ MODE }}'\n",
    TABLE + UNITS + "{read: 5, write: '7'}\n",
    TABLE + UNITS + "{read: {min: 1, max: 9, target_utilization: 50.5}, write: {units: 3, min: 2, max: 4}}\n",
    CONTEXT + TABLE + UNITS + "{read: '{{ N }}', write: {min: '{{ N }}', max: 9, scale_in_cooldown: 60}}\n",
    TABLE + "on_demand_throughput: {max_read: 100}\n",
    TABLE + "warm_throughput: {read: 12000, write: 4000}\n",
    TABLE + "point_in_time_recovery: 'true'\n",
    TABLE + "point_in_time_recovery: {}\n",
    TABLE + "point_in_time_recovery: {enabled: false, recovery_period_days: 35}\n",
    CONTEXT + TABLE + "point_in_time_recovery: '{{ ON }}'\n",
    TABLE + "deletion_protection: false\n",
    TABLE + f"encryption: {ARN}\n",
    TABLE + "table_class: STANDARD_INFREQUENT_ACCESS\n",
    TABLE + "contributor_insights: THROTTLED_KEYS\n",
    TABLE + "contributor_insights: 'true'\n",
    TABLE + "on_delete: delete\n  on_replace: retain\n",
    TABLE + "stream: {view: KEYS_ONLY, tags: {a: 1}, resource_policy: [{Effect: Allow}]}\n",
    TABLE + "kinesis_stream: {arn: 'arn:aws:kinesis:a:b:c', precision: MILLISECOND}\n",
    CONTEXT + TABLE + "kinesis_stream: '{{ P }}'\n",
    TABLE + "import_source: {bucket: b, format: CSV, compression: GZIP, csv_delimiter: ';', csv_header: [a, 1]}\n",
    TABLE + "replicas: [us-east-1, {region: eu-west-1, read: 5, tags: {x: true}}]\n  consistency: EVENTUAL\n",
    TABLE + "tags: {cost: 1.10, on: off}\n",
    TABLE + "extra_properties: {A: {B: [1, null, {C: x}]}}\n",
    CONTEXT + TABLE + "require_tls: '{{ ON }}'\n  resource_policy: [{Effect: Deny, Action: '{{ P }}'}]\n",
    "indexes: [{name: GSI1, key: {partition: [GSI1PK, GSI1SK]}, projection: keys_only}]\n",
    "indexes: [{name: by-status, id: GSI1, key: {partition: GSI1PK, sort: GSI1SK}, projection: {include: [1, a]}}]\n",
    CONTEXT + "indexes: [{name: '{{ P }}', id: GSI1, local: 'false', key: {partition: GSI1PK, sort: GSI1SK}}]\n",
    "indexes: [{name: GSI1, key: {partition: GSI1PK, sort: [GSI1SK]}, extra_properties: {X: 1}}]\n",
    "vector_indexes: [{name: vec, attribute: v, dimensions: '3', distance: COSINE, filters: [status]}]\n",
    CUSTOMER + "plan: [1, true, a]\n",
    CUSTOMER + "level: {type: number, values: [1, 2.5]}\n",
    CUSTOMER + "plan?: [free]\n",
    CUSTOMER + "plan?: {type: any, description: 5}\n",
    CUSTOMER + "code: {pattern: '[a-z]+', optional: 'false'}\n",
    CUSTOMER + "5: string\n      on: boolean\n",
    CUSTOMER + "note?: string\n    samples: [{id: 1, note: 2024-01-01}, {id: null}]\n    type: 7\n",
    CONTEXT + CUSTOMER + "note: \"{{ 'string' if ON else NAME }}\"\n",
    "every_entity: {attributes: {createdAt?: timestamp}}\n",
    "key_only: {key: {type: string, pattern: '.+'}}\n",
    PATTERN + "{operation: [GetItem, PutItem], entity: [order]}\n",
    PATTERN + "{operation: Query, entity: [customer, order], sort_key: any, description: 1}\n",
    PATTERN + "{operation: Query, entity: order, sort_key: {between: ['ORDER#{a}', 'ORDER#{b}']}, limit: '5'}\n",
    PATTERN + "{operation: Query, entity: order, sort_key: {SK: {begins_with: 'ORDER#{a}'}}, order: descending}\n",
    PATTERN + "{operation: Query, entity: order, filter: [{a: 1}, [{b: {in: [1, 2]}}, {c: {exists: 'true'}}]]}\n",
    PATTERN + "{operation: Scan, limit: '{pageSize}', filter: {total: {gt: 1, lt: 5}, tags: [a]}}\n",
    PATTERN + "{operation: PutItem, entity: order, condition: {status: open}}\n",
    PATTERN + "{operation: UpdateItem, entity: order, set: {total: {a: 1}}, add: {tags: [x]}, condition: none}\n",
    PATTERN + "{operation: UpdateItem, entity: order, set: [status], remove: [tags], add: [total]}\n",
    PATTERN + "{operation: TransactWriteItems, parts: [{operation: [PutItem], entity: order, with: {orderId: 5}}]}\n",
    "include: []\n",
    "tags: {a: yes}\n",
    "latency_target_ms: 12.5\n",
    "latency_target_ms: '1e2'\n",
    "alarms: 'true'\n",
    "alarms: {latency: false, period_seconds: 10, evaluation_periods: '3', topic_parameter: Topic}\n",
    CONTEXT + "alarms: {period_seconds: '{{ SIXTY }}'}\n",
    "policies: {path: /, name_prefix: 5, describe_table: 'true'}\n",
    "lint: {suppress: {E1: because it is so, W2: for a reason}}\n",
]


@pytest.mark.parametrize("text", VARIANTS)
def test_the_schema_accepts_what_the_models_accept(text: str, tmp_path: Path) -> None:
    """An editor never complains of a design that loads, however its scalars are written."""
    design = in_base(text)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/orders.yaml").write_text(design, encoding="utf-8")
    load_design(tmp_path / "templates/orders.yaml", environment={})
    assert [] == complaints(DESIGN_SCHEMA, design)


def test_every_section_of_the_language_has_an_example() -> None:
    """Together the examples use every top-level field but those whose value is a file of its own."""
    used = {field for text in EXAMPLES if not text.startswith("policy:") for field in sections_of(text)}
    assert set(DesignFile.model_fields) - used == {"include", "extend", "regions"}
