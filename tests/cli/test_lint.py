"""`cfn-table lint`: designs, published versions, any template; and every form of the findings."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cfn_table.formats import FORMATS
from tests.cli.conftest import Cli
from tests.projects import small_design, small_project
from tests.publish.builds import tree

GOOD = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
WRONG = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      Colour: red\n"
WRONG_JSON = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Colour": "red"}}}}\n'
WARNED = "Parameters:\n  Unused:\n    Type: String\n" + GOOD
UNEXPECTED = "additional properties are not allowed ('Colour' was unexpected)"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one design."""
    return small_project(tmp_path)


def write(root: Path, name: str, text: str) -> None:
    """Write a file."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def places(err: str) -> list[str]:
    """Place and rule of each finding in the text form."""
    return [
        f"{line.partition(': ')[0]} {line.rpartition('[')[2][:-1]}" for line in err.splitlines() if "error: " in line
    ]


def test_a_version_without_its_template_is_told(root: Path, cli: Cli) -> None:
    """What is wrong with the version, and nothing about a template that is not there."""
    assert 0 == cli("generate").status
    template = root / "build" / "notes" / "1.0.0" / "template.yaml"
    template.unlink()
    template.mkdir()
    done = cli("lint", "build/notes/1.0.0", "--format", "json")
    (found,) = json.loads(done.out)["findings"]
    assert (1, "`template.yaml` is not a regular file") == (done.status, found["message"])


def test_a_project_is_linted_without_a_path(root: Path, cli: Cli) -> None:
    """Its designs and its published versions."""
    assert (0, "", "1 file linted, nothing found\n") == cli("lint").told
    cli("generate")
    assert (0, "", "2 files linted, nothing found\n") == cli("lint").told
    assert (0, "", "2 files linted, nothing found\n") == cli("lint", ".").told
    assert (root / "build" / "notes").is_dir()


def test_linting_writes_nothing(root: Path, cli: Cli) -> None:
    """Neither a version nor anything else."""
    before = tree(root)
    cli("lint")
    assert before == tree(root)


def test_a_design_is_linted_by_both_kinds_of_rules(root: Path, cli: Cli) -> None:
    """The design rules and what cfn-lint says about its template."""
    text = small_design().replace("entities:", "  extra_properties: {TableNam: x}\nentities:")
    write(root, "templates/notes.yaml", text.replace("version: 1.0.0", "version: 1.0.0\ntags: {'aws:x': y}"))
    done = cli("lint", "templates/notes.yaml")
    assert (1, "") == (done.status, done.out)
    assert ["templates/notes.yaml:3:8 tags-are-allowed"] == places(done.err)
    write(root, "templates/notes.yaml", text)
    done = cli("lint", "templates/notes.yaml")
    assert 1 == done.status
    assert ["templates/notes.yaml:7:22 E3002"] == places(done.err)


def test_a_published_version_is_linted_with_todays_rules(root: Path, cli: Cli) -> None:
    """Its files must be as its manifest says, and its template passes the gate."""
    cli("generate")
    assert (0, "", "1 file linted, nothing found\n") == cli("lint", "build/notes/1.0.0").told
    assert (0, "", "1 file linted, nothing found\n") == cli("lint", "build").told
    write(root, "build/notes/1.0.0/DEPLOY.md", "x")
    done = cli("lint", "build/notes/1.0.0")
    assert (1, ["build/notes/1.0.0/DEPLOY.md published-files-never-change"]) == (done.status, places(done.err))


def test_a_finding_in_a_published_version_names_its_template(root: Path, cli: Cli) -> None:
    """A template that was damaged is linted as it is, and the place is in that file."""
    cli("generate")
    write(root, "build/notes/1.0.0/template.yaml", WRONG)
    done = cli("lint", "build/notes/1.0.0")
    assert 1 == done.status
    assert "build/notes/1.0.0/template.yaml:5:7 E3002" in places(done.err)


@pytest.mark.parametrize(("name", "text", "place"), [("t.yaml", WRONG, "5:7"), ("t.json", WRONG_JSON, "1:68")])
def test_any_template_is_linted(name: str, text: str, place: str, root: Path, cli: Cli) -> None:
    """YAML and JSON, wherever they are."""
    write(root, name, text)
    done = cli("lint", name)
    assert 1 == done.status
    assert [f"{name}:{place} E3002"] == places(done.err)
    assert done.err.endswith("\n1 error\n1 file linted\n")


def test_a_template_on_standard_input_is_linted(root: Path, cli: Cli) -> None:
    """`-` stands for it, and places in it are in `<stdin>`."""
    done = cli("lint", "-", stdin=WRONG.encode())
    assert (1, ["<stdin>:5:7 E3002"]) == (done.status, places(done.err))
    assert (0, "", "1 file linted, nothing found\n") == cli("lint", "-", stdin=GOOD.encode()).told
    assert (root / "templates").is_dir()


@pytest.mark.parametrize(
    ("stdin", "message", "help"),
    [
        (b"\xff\xfe", "<stdin>:1:1: error: byte 0xff is not valid UTF-8 [input]", "save the file as UTF-8"),
        (b"", "<stdin>: error: the template is empty [E0000]", "it needs at least `Resources`"),
    ],
)
def test_standard_input_that_is_no_template_is_told(
    stdin: bytes, message: str, help: str, root: Path, cli: Cli
) -> None:
    """The status is 2: nothing could be linted."""
    done = cli("lint", "-", "-q", stdin=stdin)
    assert (2, "", f"{message}\nhelp: {help}\n\n1 error\n") == done.told
    assert (root / "templates").is_dir()


def test_too_much_on_standard_input_is_refused(root: Path, cli: Cli) -> None:
    """No more than 4 MiB are read, however much comes."""
    done = cli("lint", "-", stdin=b"#" * (4 * 1024 * 1024 + 1))
    assert (2, "", "<stdin>: error: standard input is larger than 4 MiB [input]\n\n1 error\n") == done.told
    assert (root / "templates").is_dir()


def test_globs_are_expanded_where_the_shell_does_not(root: Path, cli: Cli) -> None:
    """`**` too; each match is linted once, in the order of names."""
    write(root, "stacks/b.yaml", WRONG)
    write(root, "stacks/deep/a.yaml", WRONG)
    write(root, "stacks/c.txt", "x")
    done = cli("lint", "stacks/**/*.yaml")
    assert ["stacks/b.yaml:5:7 E3002", "stacks/deep/a.yaml:5:7 E3002"] == places(done.err)
    assert done.err.endswith("2 errors\n2 files linted\n")


def test_a_file_whose_name_looks_like_a_glob_is_itself(root: Path, cli: Cli) -> None:
    """A name that exists is never expanded."""
    write(root, "a[1].yaml", WRONG)
    assert ["a[1].yaml:5:7 E3002"] == places(cli("lint", "a[1].yaml").err)


def test_a_folder_stands_for_what_is_in_it(root: Path, cli: Cli) -> None:
    """Templates and designs in it and below it, nothing hidden, and versions as versions."""
    write(root, "stacks/a.yaml", WRONG)
    write(root, "stacks/deep/b.json", WRONG_JSON)
    write(root, "stacks/.hidden/c.yaml", WRONG)
    write(root, "stacks/notes.txt", "x")
    done = cli("lint", "stacks")
    assert ["stacks/a.yaml:5:7 E3002", "stacks/deep/b.json:1:68 E3002"] == places(done.err)


def test_several_paths_are_linted_together(root: Path, cli: Cli) -> None:
    """Findings are sorted by file, whatever the order of arguments and of linting."""
    for name in ("c.yaml", "a.yaml", "b.yaml"):
        write(root, name, WRONG)
    done = cli("lint", "c.yaml", "a.yaml", "b.yaml", "a.yaml")
    assert ["a.yaml:5:7 E3002", "b.yaml:5:7 E3002", "c.yaml:5:7 E3002"] == places(done.err)
    assert done.err.endswith("3 errors\n3 files linted\n")


def test_a_policy_is_linted_with_its_design(root: Path, cli: Cli) -> None:
    """A policy file alone means nothing, and the help says what to lint."""
    write(root, "policies/notes/reader.yaml", "policy: reader\nallow: [get_note]\n")
    expected = (
        "policies/notes/reader.yaml:1: error: a policy file is linted with its design [input]\n"
        "help: lint templates/notes.yaml\n\n1 error\n"
    )
    assert (2, "", expected) == cli("lint", "-q", "policies/notes/reader.yaml").told
    assert 0 == cli("lint").status


def test_a_file_that_is_not_there_does_not_hide_the_others(root: Path, cli: Cli) -> None:
    """What can be linted is linted; the status says that something could not."""
    write(root, "a.yaml", WRONG)
    done = cli("lint", "a.yaml", "gone.yaml")
    assert (2, ["a.yaml:5:7 E3002", "gone.yaml input"]) == (done.status, places(done.err))


def test_nothing_to_lint_is_an_error(tmp_path: Path, cli: Cli) -> None:
    """An empty folder is no success."""
    expected = "error: there is nothing to lint here [usage]\nhelp: name files, or `-` for standard input\n\n1 error\n"
    assert (2, "", expected) == cli("lint").told
    assert [] == list(tmp_path.iterdir())


# ---------------------------------------------------------------- Regions, severities, context


def test_a_template_must_be_valid_in_each_region(root: Path, cli: Cli) -> None:
    """A resource type that one of the Regions lacks is found, for that Region."""
    write(
        root,
        "a.yaml",
        "Resources:\n  App:\n    Type: AWS::AppRunner::Service\n    Properties:\n      SourceConfiguration: {}\n",
    )
    everywhere = cli("lint", "a.yaml", "--region", "us-east-1", "--region", "cn-north-1")
    assert "cn-north-1" in everywhere.err
    assert "cn-north-1" not in cli("lint", "a.yaml", "--region", "us-east-1").err


def test_a_region_that_does_not_exist_is_refused(root: Path, cli: Cli) -> None:
    """With the nearest that does."""
    write(root, "a.yaml", GOOD)
    expected = "error: unknown Region `us-east1` [input]\nhelp: did you mean `us-east-1`?\n\n1 error\n"
    assert (2, "", expected) == cli("lint", "-q", "a.yaml", "--region", "us-east1").told


def test_a_warning_is_something_that_was_found(root: Path, cli: Cli) -> None:
    """The status is 1 for warnings too, as it is for the gate."""
    write(root, "a.yaml", WARNED)
    done = cli("lint", "a.yaml")
    assert 1 == done.status
    assert "a.yaml:2:3: warning: parameter Unused not used [W2001]" in done.err


def test_notes_are_counted_and_shown_on_request(root: Path, cli: Cli) -> None:
    """A note is nothing that was found, and `--notes` shows it."""
    write(root, "templates/notes.yaml", small_design().replace("  point_in_time_recovery: true\n", ""))
    assert (0, "", "1 file linted, nothing found (1 note; `--notes` shows it)\n") == cli("lint").told
    done = cli("lint", "--notes")
    assert 0 == done.status
    assert done.err.startswith("templates/notes.yaml:4:1: note: ")


def test_quiet_says_nothing_but_findings(root: Path, cli: Cli) -> None:
    """No summary."""
    assert (0, "", "") == cli("lint", "-q").told
    assert (root / "templates").is_dir()


def test_context_values_are_for_designs(root: Path, cli: Cli) -> None:
    """As for `generate`."""
    text = small_design("notes", "1.0.0", "context: {TABLE: notes}").replace(
        "table:\n", "table:\n  name: '{{ TABLE }}'\n"
    )
    write(root, "templates/notes.yaml", text)
    assert 0 == cli("lint").status
    done = cli("lint", "--context", "TABLE=not a name")
    assert (2, ["templates/notes.yaml:5:9 design-language"]) == (done.status, places(done.err))


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_findings_as_data_are_the_result(form: str, root: Path, cli: Cli) -> None:
    """Everything but text goes to standard output and nothing to standard error; the status stays."""
    write(root, "a.yaml", WRONG)
    done = cli("lint", "a.yaml", "--format", form)
    assert (1, "") == (done.status, done.err)
    assert "E3002" in done.out
    good = cli("lint", "templates/notes.yaml", "--format", form)
    assert (0, "") == (good.status, good.err)
    assert "E3002" not in good.out


def test_each_form_says_the_same(root: Path, cli: Cli) -> None:
    """Rule, file, line and column are in JSON, SARIF, JUnit, GitHub's commands and Markdown."""
    write(root, "a.yaml", WRONG)

    def out(form: str) -> str:
        return cli("lint", "a.yaml", "--format", form).out

    (found,) = json.loads(out("json"))["findings"]
    assert ("E3002", UNEXPECTED) == (found["rule"], found["message"])
    assert ("a.yaml", 5, 7) == tuple(found["location"][name] for name in ("path", "line", "column"))
    (result,) = json.loads(out("sarif"))["runs"][0]["results"]
    assert "E3002" == result["ruleId"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (5, 7) == (region["startLine"], region["startColumn"])
    suite = ET.fromstring(out("junit"))
    assert 1 == len(suite.findall(".//failure"))
    assert out("github").startswith("::error ")
    assert "file=a.yaml,line=5,col=7" in out("github")
    assert "| " in out("markdown")


def test_a_form_for_programs_is_written_when_nothing_is_found(root: Path, cli: Cli) -> None:
    """A program that reads it always finds a document."""
    done = cli("lint", "--format", "sarif")
    assert (0, []) == (done.status, json.loads(done.out)["runs"][0]["results"])
    assert (root / "templates").is_dir()
