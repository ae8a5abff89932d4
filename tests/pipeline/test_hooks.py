"""A design's hook changes the template before it is linted; a hook that cannot be used is an error at its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cfn_table.pipeline.generate import generate
from cfn_table.pipeline.prepared import Result, Settings
from tests.projects import small_design, small_project
from tests.publish.builds import tree

ADDS = """\
from troposphere import sns


def extend(template, design):
    template.add_resource(sns.Topic("Mine", DisplayName=design.name))
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose design has the hook `hooks/mine.py:extend`, which adds a topic; it is the current folder."""
    root = small_project(tmp_path / "project")
    (root / "hooks").mkdir()
    (root / "hooks" / "mine.py").write_text(ADDS, encoding="utf-8")
    use(root, "hooks/mine.py:extend")
    monkeypatch.chdir(root)
    return root


def use(root: Path, hook: str) -> None:
    """Let the design name this hook."""
    design = small_design("notes", "1.0.0-rc.1", f"extend: {hook}")
    (root / "templates" / "notes.yaml").write_text(design, encoding="utf-8")


def generated() -> Result:
    """What becomes of the design."""
    (result,) = generate([Path("templates/notes.yaml")], Settings(environment={}))
    return result


def told(result: Result) -> list[tuple[str, str, str]]:
    """Place, message and help of every finding."""
    return [(str(finding.location), finding.message, finding.help) for finding in result.findings]


def test_a_hook_adds_a_resource(root: Path) -> None:
    """What it adds is in the published template, and its file is among the inputs."""
    assert "created" == generated().outcome
    folder = root / "build" / "notes" / "1.0.0-rc.1"
    template = json.loads((folder / "template.json").read_bytes())
    assert {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "notes"}} == template["Resources"]["Mine"]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert ["hooks/mine.py", "templates/notes.yaml"] == manifest["inputs"]["files"]


def test_an_edited_hook_makes_another_version(root: Path) -> None:
    """Its text is part of the inputs: the same template from another hook is another identity."""
    generated()
    with (root / "hooks" / "mine.py").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert "replaced" == generated().outcome


def test_a_hook_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Running it writes no compiled file into the project, which would be in nobody's ignore list."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    generated()
    assert ["mine.py"] == sorted(path.name for path in (root / "hooks").iterdir())


HELP = "a hook is a function of the troposphere Template and the Design"
FAILED = "the hook `hooks/mine.py:extend` failed"
FAILURES = {
    "it raises": (
        "def extend(template, design):\n    raise RuntimeError('no topic today')\n",
        "the hook `hooks/mine.py:extend` failed: RuntimeError: no topic today",
        HELP,
    ),
    "it is wrong Python": (
        "def extend(template, design)\n",
        "the hook `hooks/mine.py:extend` failed: SyntaxError: expected ':' (mine.py, line 1)",
        HELP,
    ),
    "it takes other arguments": (
        "def extend(template):\n    pass\n",
        f"{FAILED}: TypeError: extend() takes 1 positional argument but 2 were given",
        HELP,
    ),
    "it has no such function": ("x = 1\n", "`hooks/mine.py` has no function `extend`", ""),
    "it ends the program": (
        "import sys\n\n\ndef extend(template, design):\n    sys.exit(0)\n",
        "the hook `hooks/mine.py:extend` failed: SystemExit: 0",
        HELP,
    ),
    "it uses an attribute that is not there": (
        "def extend(template, design):\n    template.nothing_like_this\n",
        f"{FAILED}: AttributeError: 'Template' object has no attribute 'nothing_like_this'",
        HELP,
    ),
}


@pytest.mark.parametrize(("code", "message", "help"), FAILURES.values(), ids=FAILURES)
def test_a_hook_cannot_be_used_when(code: str, message: str, help: str, root: Path) -> None:
    """The finding is at the design's `extend` line, the status is 2, and nothing is published."""
    (root / "hooks" / "mine.py").write_text(code, encoding="utf-8")
    before = tree(root)
    result = generated()
    assert [("templates/notes.yaml:14:9", message, help)] == told(result)
    assert ("failed", 2) == (result.outcome, result.exit_status)
    assert before == tree(root)


def test_a_hook_that_puts_no_json_into_the_template_is_told(root: Path) -> None:
    """What cannot stand in a template is the hook's fault, not ours."""
    code = "def extend(template, design):\n    template.set_metadata({'when': object()})\n"
    (root / "hooks" / "mine.py").write_text(code, encoding="utf-8")
    result = generated()
    assert ("failed", 2) == (result.outcome, result.exit_status)
    (finding,) = result.findings
    assert "templates/notes.yaml:14:9" == str(finding.location)
    assert finding.message.startswith("the hook `hooks/mine.py:extend` left something in the template that cannot be")


@pytest.mark.parametrize(
    ("hook", "place", "message"),
    [
        ("hooks/gone.py:extend", "hooks/gone.py", "there is no file `hooks/gone.py`"),
        ("../outside.py:extend", "../outside.py", "`../outside.py` leads out of the project"),
        ("hooks/mine.py", "templates/notes.yaml:14:9", "`hooks/mine.py` is not a Python hook"),
        ("hooks/mine.py:not-a-name", "templates/notes.yaml:14:9", "`hooks/mine.py:not-a-name` is not a Python hook"),
    ],
)
def test_a_hook_must_be_a_file_of_the_project(hook: str, place: str, message: str, root: Path) -> None:
    """A missing file, one outside of the project, and what names no function are told with their place."""
    (root.parent / "outside.py").write_text(ADDS, encoding="utf-8")
    use(root, hook)
    result = generated()
    found = [(str(finding.location).removeprefix(f"{root}/"), finding.message) for finding in result.findings]
    assert [(place, message)] == [(where, said.replace(f"{root}/", "")) for where, said in found]
    assert ("failed", 2) == (result.outcome, result.exit_status)


def test_a_symlink_that_leads_out_of_the_project_is_no_hook(root: Path) -> None:
    """The code that decides what is published is in the project, and reviewed with it."""
    outside = root.parent / "outside.py"
    outside.write_text(ADDS, encoding="utf-8")
    (root / "hooks" / "mine.py").unlink()
    (root / "hooks" / "mine.py").symlink_to(outside)
    result = generated()
    assert [("hooks/mine.py", "`hooks/mine.py` leads out of the project")] == [
        (str(finding.location), finding.message) for finding in result.findings
    ]
    assert not (root / "build").exists()


WIDENS = """\
def extend(template, design):
    document = template.resources["ReaderPolicy"].properties["PolicyDocument"]
    document.properties["Statement"][0].properties["Action"].append("dynamodb:Scan")
"""


def test_a_hook_that_widens_a_policy_is_refused(root: Path) -> None:
    """What a policy allows is proven of the template that is published, hooks included; nothing is published."""
    (root / "policies" / "notes").mkdir(parents=True)
    (root / "policies" / "notes" / "reader.yaml").write_text("policy: reader\nallow: [get_note]\n", encoding="utf-8")
    assert "created" == generated().outcome
    before = tree(root / "build")
    (root / "hooks" / "mine.py").write_text(WIDENS, encoding="utf-8")
    result = generated()
    assert (1, "failed") == (result.exit_status, result.outcome)
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${NotesTable}"
    request = f"dynamodb:Scan on {arn}, dynamodb:LeadingKeys = [USER#]"
    assert [
        (
            "policies/notes/reader.yaml:2:1",
            f"policy `reader` allows what no access pattern of it needs: `{request}`",
            "take the change out of the hook; if there is none, this is an error of cfn-table: please report it",
        )
    ] == told(result)
    assert before == tree(root / "build")
