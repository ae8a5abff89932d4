"""A project's text templates take the place of the package's, and what is wrong with one is told with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.consumer import emit_consumer
from cfn_table.emit.deploy import deploy_notes
from cfn_table.emit.queries import LANGUAGES, emit_queries
from cfn_table.emit.texts import overridable, unknown_texts
from cfn_table.emit.types import emit_types
from cfn_table.errors import InputError
from cfn_table.project import Project
from tests.projects import copy_designs, small_project

DOCUMENT = Path(__file__).parents[2] / "docs" / "text-templates.md"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a design and an empty folder for text templates."""
    root = small_project(tmp_path / "project")
    (root / "templates" / "emit").mkdir()
    monkeypatch.chdir(root)
    return root


def design(root: Path) -> Design:
    """The project's design."""
    return load_design(root / "templates" / "notes.yaml", environment={})


def notes(root: Path) -> str:
    """The project's DEPLOY.md."""
    return deploy_notes(design(root), 1000)


def write(root: Path, name: str, text: str) -> Path:
    """Write one of the project's text templates."""
    path = root / "templates" / "emit" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_template_of_the_project_takes_the_packages_place(project: Path) -> None:
    """It gets the same values."""
    write(project, "deploy.md.j2", "Ask the operators to deploy {{ design.name }} {{ design.version }}.\n")
    assert "Ask the operators to deploy notes 1.0.0.\n" == notes(project)


def test_a_template_may_replace_blocks_of_the_packages(project: Path) -> None:
    """`cfn_table/…` is the package's; what is replaced can repeat it."""
    before = notes(project)
    text = '{% extends "cfn_table/deploy.md.j2" %}\n{% block protect %}\n{{ super() }}\nAsk first.\n{% endblock %}\n'
    write(project, "deploy.md.j2", text)
    assert f"{before}\nAsk first.\n" == notes(project)


def test_the_example_of_the_documentation_works(project: Path) -> None:
    """The first template of docs/text-templates.md gives the text that stands below it."""
    template, text = re.findall(r"```(?:jinja|text)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[:2]
    write(project, "deploy.md.j2", template)
    assert notes(project).endswith(text)


def test_every_text_that_can_be_replaced_is_documented() -> None:
    """docs/text-templates.md lists the names, in order."""
    assert overridable() == re.findall(r"^\| `([^`]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_packages_templates_do_the_same_for_a_project(tmp_path: Path) -> None:
    """A project's template that only extends the package's changes nothing, for every text of a design."""
    for name in ("everything", "shop", "tournament"):
        root = copy_designs(tmp_path / name, name)
        path = root / "templates" / f"{name}.yaml"
        before = texts(load_design(path, environment={}))
        (root / "templates" / "emit").mkdir()
        for each in overridable():
            write(root, each, f'{{% extends "cfn_table/{each}" %}}\n')
        assert before == texts(load_design(path, environment={}))


def texts(design: Design) -> list[str]:
    """Texts that are made of a design."""
    found = [deploy_notes(design, 100_000), emit_queries(design)]
    found += [emit_queries(design, language=language) for language in LANGUAGES]
    found += [each.text for each in emit_types(design).values()]
    return found + [emit_consumer(design, policy=policy.name) for policy in design.policies]


def test_templates_are_inputs(project: Path) -> None:
    """Each counts in the digest and among the files; without any the digest is that of before."""
    empty = design(project)
    path = write(project, "deploy.md.j2", "one")
    one = design(project)
    path.write_text("two", encoding="utf-8")
    two = design(project)
    path.unlink()
    assert 3 == len({empty.inputs_digest, one.inputs_digest, two.inputs_digest})
    assert empty.inputs_digest == design(project).inputs_digest
    assert ("templates/emit/deploy.md.j2", "templates/notes.yaml") == one.files


def test_what_no_version_is_made_of_is_no_input(project: Path) -> None:
    """A template of what a command prints changes no version."""
    before = design(project)
    write(project, "queries.md.j2", "mine")
    after = design(project)
    assert (before.inputs_digest, before.files) == (after.inputs_digest, after.files)
    assert ["queries.md.j2"] == list(after.texts)


WRONG: dict[str, tuple[str, str, int, str]] = {
    "syntax": (
        "one\n{% if %}\n",
        "expected token `end of statement block`|expected an expression, got `end of statement block`",
        2,
        'begin with `{% extends "cfn_table/deploy.md.j2" %}` and replace blocks',
    ),
    "a name": (
        "one\n\n{{ nothing }}\n",
        "`nothing` is undefined",
        3,
        "the package's `deploy.md.j2` shows which names there are",
    ),
    "an attribute": (
        "{{ design.nothing }}\n",
        "`cfn_table.design.design.Design object` has no attribute `nothing`",
        1,
        "the package's `deploy.md.j2` shows which names there are",
    ),
    "itself": (
        '{% extends "deploy.md.j2" %}\n',
        "it extends or includes itself",
        1,
        "the package's own is `cfn_table/deploy.md.j2`",
    ),
    "a parent": (
        '{% extends "cfn_table/depoy.md.j2" %}\n',
        "there is no template `cfn_table/depoy.md.j2`",
        1,
        "did you mean `cfn_table/deploy.md.j2`?",
    ),
    "a division": (
        "{{ 1 / 0 }}\n",
        "division by zero",
        1,
        'begin with `{% extends "cfn_table/deploy.md.j2" %}` and replace blocks',
    ),
    "a file": (
        "{{ design.root.read_text() }}\n",
        "access to attribute `root` of `Design` object is unsafe",
        1,
        'begin with `{% extends "cfn_table/deploy.md.j2" %}` and replace blocks',
    ),
    "chance": (
        "{{ [1, 2] | random }}\n",
        "no filter named `random`",
        1,
        'begin with `{% extends "cfn_table/deploy.md.j2" %}` and replace blocks',
    ),
    "a large range": (
        "{% for each in range(10 ** 9) %}{% endfor %}\n",
        "range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)",
        1,
        'begin with `{% extends "cfn_table/deploy.md.j2" %}` and replace blocks',
    ),
}


@pytest.mark.parametrize(("text", "why", "line", "help"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_template_is_told_with_its_line(
    project: Path, text: str, why: str, line: int, help: str
) -> None:
    """The place is in the project's file, also where the package's template is what stumbles."""
    write(project, "deploy.md.j2", text)
    with pytest.raises(InputError) as caught:
        notes(project)
    begin = "the text template `templates/emit/deploy.md.j2` cannot be filled: "
    assert caught.value.message.removeprefix(begin) in why.split("|")
    assert help == caught.value.help
    assert f"templates/emit/deploy.md.j2:{line}" == str(caught.value.location)


def linked_out(root: Path) -> None:
    """A link to a file outside."""
    (root.parent / "outside.j2").write_text("x", encoding="utf-8")
    (root / "templates" / "emit" / "deploy.md.j2").symlink_to(root.parent / "outside.j2")


def a_file(root: Path) -> None:
    """A file has the folder's name."""
    (root / "templates" / "emit").rmdir()
    (root / "templates" / "emit").write_text("x", encoding="utf-8")


UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "not UTF-8": (
        lambda root: (root / "templates/emit/deploy.md.j2").write_bytes(b"\xff"),
        "byte 0xff is not valid UTF-8",
    ),
    "a folder": (
        lambda root: (root / "templates/emit/deploy.md.j2").mkdir(),
        "`templates/emit/deploy.md.j2` is a folder, not a file",
    ),
    "out of the project": (linked_out, "`templates/emit/deploy.md.j2` leads out of the project"),
    "no folder": (a_file, "`templates/emit` is not a folder"),
}


@pytest.mark.parametrize(("change", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_cannot_be_a_template_is_refused(
    project: Path, change: Callable[[Path], object], message: str
) -> None:
    """The design is not read, and the message says what is in the way."""
    change(project)
    with pytest.raises(InputError) as caught:
        design(project)
    assert caught.value.message.startswith(message)
    assert caught.value.help


def test_a_file_that_takes_no_place_is_told(project: Path) -> None:
    """A misspelt name is found; parts to include, hidden files and a README are not meant to take a place."""
    for name in ("depoy.md.j2", "_part.j2", "README.md", ".hidden", "deploy.md.j2"):
        write(project, name, "")
    (finding,) = unknown_texts(Project(project))
    assert (
        "`templates/emit/depoy.md.j2` takes the place of no text, so nothing reads it",
        "did you mean `deploy.md.j2`?",
        "templates/emit/depoy.md.j2",
    ) == (finding.message, finding.help, str(finding.location))
