"""Laws of designs: what holds of every design, whatever is in it."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.design.reference import design_schema, policy_schema
from cfn_table.design.requests import Request, derive, parameters
from cfn_table.errors import InputError
from cfn_table.synth.render import render_json, render_yaml
from cfn_table.synth.template import synthesize, to_plain
from tests.strategies import Project, projects
from tests.synth.readers import YAML_READERS, exactly
from tests.yaml_writer import Plain, write_yaml

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "30"))
law = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
layouts = st.integers(0, 2**32).map(random.Random)

DESIGN_SCHEMA = jsonschema.Draft202012Validator(design_schema())
POLICY_SCHEMA = jsonschema.Draft202012Validator(policy_schema())


def loaded(project: Project, folder: Path, layout: random.Random | None = None, *, split: bool = False) -> Design:
    """The project, written in a layout and loaded."""
    return load_design(project.write(folder, layout, split=split), environment={})


def all_requests(design: Design) -> list[Request]:
    """Every request of every access pattern, those of transactions' parts too."""
    whole = [request for name in design.file.access_patterns for request in derive(design, name)]
    return [*whole, *(part for request in whole for part in request.parts)]


@law
@given(project=projects(), layout=layouts)
def test_every_generated_design_loads(project: Project, layout: random.Random, tmp_path: Path) -> None:
    """In any layout: with comments, empty lines, quotes, braces, and its names in any order."""
    design = loaded(project, tmp_path, layout)
    assert set(project.design["entities"]) == set(design.entities)
    assert set(project.design["access_patterns"]) == set(design.file.access_patterns)
    assert sorted(project.policies) == [policy.name for policy in design.policies]
    assert project.design["description"] == design.file.description


@law
@given(project=projects(), layout=layouts)
def test_the_layout_is_not_in_the_digest(project: Project, layout: random.Random, tmp_path: Path) -> None:
    """Neither comments nor the order of names, nor how entities are split into files."""
    expected = loaded(project, tmp_path).inputs_digest
    assert expected == loaded(project, tmp_path, layout).inputs_digest
    assert expected == loaded(project, tmp_path, layout, split=True).inputs_digest


@law
@given(project=projects(), layout=layouts)
def test_lists_that_mean_sets_have_no_order(project: Project, layout: random.Random, tmp_path: Path) -> None:
    """Regions, indexes, replicas, projected and allowed attributes, allowed patterns: their order changes nothing."""
    expected = template_of(loaded(project, tmp_path))
    lists = [project.design.get("regions"), project.design.get("indexes"), project.design["table"].get("replicas")]
    projections = [index["projection"] for index in project.design.get("indexes", ())]
    lists += [projection["include"] for projection in projections if isinstance(projection, dict)]
    for policy in project.policies.values():
        lists += [policy["allow"], *policy.get("attributes", {}).values()]
    for each in lists:
        layout.shuffle(each or [])
    assert expected == template_of(loaded(project, tmp_path))


@law
@given(project=projects(), data=st.data())
def test_every_value_is_in_the_digest(project: Project, data: st.DataObject, tmp_path: Path) -> None:
    """A change of any text of the design or a policy changes the digest, or makes the design an error."""
    before = loaded(project, tmp_path).inputs_digest
    places = [*scalars(project.design), *scalars(project.policies)]
    holder, key = data.draw(st.sampled_from(places))
    old = holder[key]
    holder[key] = Plain(f"{old}1") if isinstance(old, Plain) else f"{old}1"
    try:
        after = loaded(project, tmp_path).inputs_digest
    except InputError:
        return
    assert before != after


def scalars(value: Any) -> list[tuple[Any, Any]]:
    """Where every text of the value is: its list or mapping, and its position or name there."""
    if not isinstance(value, (dict, list)):
        return []
    items: list[tuple[Any, Any]] = list(value.items() if isinstance(value, dict) else enumerate(value))
    found: list[tuple[Any, Any]] = [(value, key) for key, item in items if isinstance(item, str)]
    return found + [place for _, item in items for place in scalars(item)]


def template_of(design: Design) -> str:
    """The template's text, the digest in it included."""
    return render_yaml(to_plain(synthesize(design)))


@law
@given(project=projects(), layout=layouts)
def test_the_order_of_declaration_is_not_in_the_template(
    project: Project, layout: random.Random, tmp_path: Path
) -> None:
    """Entities, access patterns, indexes and policies in any order give the same template, byte for byte."""
    expected = template_of(loaded(project, tmp_path))
    layout.shuffle(project.design.get("indexes", []))
    for section in ("entities", "access_patterns"):
        names = list(project.design[section].items())
        layout.shuffle(names)
        project.design[section] = dict(names)
    policies = list(project.policies.items())
    layout.shuffle(policies)
    project.policies = dict(policies)
    assert expected == template_of(loaded(project, tmp_path, layout))


@law
@given(project=projects())
def test_synthesis_is_deterministic(project: Project, tmp_path: Path) -> None:
    """The same design gives the same bytes, from the same object and from the same files."""
    design = loaded(project, tmp_path)
    expected = template_of(design)
    assert expected == template_of(design)
    assert expected == template_of(loaded(project, tmp_path))
    assert render_json(to_plain(synthesize(design))) == render_json(to_plain(synthesize(design)))


@law
@given(project=projects())
def test_every_reader_sees_the_same_template(project: Project, tmp_path: Path) -> None:
    """YAML and JSON read back equal, with YAML 1.1 and YAML 1.2 readers and with cfn-lint's."""
    template = to_plain(synthesize(loaded(project, tmp_path)))
    text = render_yaml(template)
    expected = exactly(json.loads(render_json(template)))
    assert template == json.loads(render_json(template))
    assert dict.fromkeys(YAML_READERS, expected) == {name: exactly(read(text)) for name, read in YAML_READERS.items()}


@law
@given(project=projects())
def test_every_design_pleases_an_editor(project: Project, tmp_path: Path) -> None:
    """What loads, validates against the schemas."""
    loaded(project, tmp_path)
    assert [] == [error.message for error in DESIGN_SCHEMA.iter_errors(as_json(project.design))]
    for policy in project.policies.values():
        assert [] == [error.message for error in POLICY_SCHEMA.iter_errors(as_json(policy))]


def as_json(value: Any) -> Any:
    """The value as an editor sees it: plain numbers, booleans and null by their form."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return json.loads(value) if isinstance(value, Plain) else value


@law
@given(project=projects())
def test_every_name_in_an_expression_is_an_alias(project: Project, tmp_path: Path) -> None:
    """No attribute's name stands in an expression, so neither reserved words nor odd characters can break one."""
    words = {"AND", "OR", "BETWEEN", "IN", "SET", "ADD", "REMOVE", "begins_with", "contains"}
    words |= {"attribute_exists", "attribute_not_exists"}
    for request in all_requests(loaded(project, tmp_path)):
        text = " ".join(request.expressions.values())
        names = set(re.findall(r"#\w+", text))
        values = set(re.findall(r":\w+", text))
        assert names == set(request.names)
        assert values == set(request.values)
        assert words >= set(re.findall(r"\w+", re.sub(r"[#:]\w+|\[\d+\]", "", text)))


@law
@given(project=projects())
def test_every_parameter_of_a_request_has_a_type(project: Project, tmp_path: Path) -> None:
    """`parameters` names each placeholder and each operand that a caller gives, and nothing else."""
    design = loaded(project, tmp_path)
    for request in all_requests(design):
        keys = [request.key, *request.keys_by_entity.values()]
        templates = [template for key in keys for condition in key for template in condition.templates]
        templates += [operand.template for operand in request.values.values() if operand.template is not None]
        wanted = {name for template in templates for name in template.placeholders}
        wanted |= {operand.parameter for operand in request.values.values() if operand.parameter is not None}
        wanted |= {request.limit.strip("{}")} if isinstance(request.limit, str) else set()
        wanted |= {name for part in request.parts for name in parameters(design, part)}
        assert wanted == set(parameters(design, request))


def without_a_line(text: str, at: int) -> str:
    """The text without one of its lines."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[: at % len(lines)] + lines[at % len(lines) + 1 :])


def without_a_character(text: str, at: int) -> str:
    """The text without one of its characters."""
    return text[: at % len(text)] + text[at % len(text) + 1 :]


def with_a_swap(text: str, at: int) -> str:
    """The text with two of its lines exchanged."""
    lines = text.splitlines(keepends=True)
    here, there = at % len(lines), (at * 7 + 3) % len(lines)
    lines[here], lines[there] = lines[there], lines[here]
    return "".join(lines)


def with_a_stranger(text: str, at: int) -> str:
    """The text with a character that YAML or the design language cares about."""
    return text[: at % len(text)] + "{}[]:#&*!|-?,\"'\n\t %@"[at % 19] + text[at % len(text) :]


@pytest.mark.parametrize("damage", [without_a_line, without_a_character, with_a_swap, with_a_stranger])
@law
@given(project=projects(), layout=layouts, at=st.integers(0, 100_000))
def test_loading_is_total(
    damage: Callable[[str, int], str], project: Project, layout: random.Random, at: int, tmp_path: Path
) -> None:
    """A damaged design loads, or is refused with a message and a place: never anything else."""
    path = project.write(tmp_path, layout)
    path.write_text(damage(write_yaml(project.design, layout), at), encoding="utf-8", newline="\n")
    assert [] == unplaced(path)


@law
@given(project=projects(), data=st.data())
def test_loading_is_total_when_a_value_is_replaced(project: Project, data: st.DataObject, tmp_path: Path) -> None:
    """So does a design with one value replaced by one of another kind."""
    holder, key = data.draw(st.sampled_from([*scalars(project.design), *scalars(project.policies)]))
    nonsense = ["", "x" * 5000, "é{b", "{a}", Plain("null"), Plain("-1e400"), Plain("1_0"), [], ["a"], {}, {"a": "b"}]
    holder[key] = data.draw(st.sampled_from(nonsense))
    path = project.write(tmp_path)
    assume(path.exists())
    assert [] == unplaced(path)


def unplaced(path: Path) -> list[str]:
    """The findings without a place or a message, when the design is refused."""
    try:
        load_design(path, environment={})
    except InputError as error:
        return [finding.message for finding in error.findings if finding.location is None or not finding.message]
    return []
