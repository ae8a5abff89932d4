"""Laws of reviews: what holds of every pair of templates."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_table.design.load import load_design
from cfn_table.review.compare import review_sides
from cfn_table.review.report import Review
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template
from cfn_table.synth.render import render_json, render_yaml
from cfn_table.synth.template import synthesize, to_plain
from tests.projects import NAMES, copy_designs
from tests.review.rewriting import WRITERS, Rewriter
from tests.strategies import Project, projects

EXAMPLES = int(os.environ.get("CFN_TABLE_EXAMPLES", "20"))
law = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
few = settings(law, max_examples=max(2, EXAMPLES // 10))
generators = st.integers(0, 2**32).map(random.Random)

ROOT = Path(__file__).parents[2]
DESIGNS = sorted((ROOT / "templates").glob("*.yaml"))


def side(text: str, name: str = "template") -> Side:
    """A side that is a text."""
    return Side(name, read_template(text, name))


def told(review: Review) -> list[str]:
    """All that a review says."""
    changes = [f"{each.rule} {each.path}: {each.message}: {each.old!r} -> {each.new!r}" for each in review.changes]
    return [*changes, *review.undecided]


def template_of(path: Path) -> dict[str, Any]:
    """The template of a design."""
    plain: dict[str, Any] = to_plain(synthesize(load_design(path, environment={})))
    return plain


def assert_silent(template: dict[str, Any], generator: random.Random) -> None:
    """No review of the template against itself in any form says anything."""
    text = render_yaml(template)
    assert [] == told(review_sides(side(text), side(text)))
    assert [] == told(review_sides(side(text), side(render_json(template))))
    other = generator.choice(WRITERS)(Rewriter(generator).template(template))
    assert [] == told(review_sides(side(text), side(other)))
    assert [] == told(review_sides(side(other), side(text)))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The template of every design of the repository."""
    folder = copy_designs(tmp_path_factory.mktemp("designs"))
    found = {name: template_of(folder / "templates" / f"{name}.yaml") for name in NAMES}
    return {**found, **{path.stem: template_of(path) for path in DESIGNS}}


@pytest.mark.parametrize("design", [*NAMES, *(path.stem for path in DESIGNS)])
@few
@given(generator=generators)
def test_a_design_that_is_written_otherwise_does_not_change(
    design: str, generator: random.Random, templates: dict[str, dict[str, Any]]
) -> None:
    """Neither as JSON, nor in another order, with other functions, or with its defaults stated."""
    assert_silent(templates[design], generator)


@law
@given(project=projects(), generator=generators)
def test_a_generated_design_that_is_written_otherwise_does_not_change(
    project: Project, generator: random.Random, tmp_path: Path
) -> None:
    """Whatever is in it."""
    assert_silent(template_of(project.write(tmp_path)), generator)
