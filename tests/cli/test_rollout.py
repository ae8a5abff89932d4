"""`cfn-table rollout`: the plan in each form, the folder with its templates, and the exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cfn_table.design.reference import schema_text
from cfn_table.formats import columns
from cfn_table.lint.runner import first_difference
from cfn_table.pipeline import rollout as pipeline
from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.sources.found import SourceOptions
from cfn_table.review.rollout.json_schema import rollout_schema
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template
from cfn_table.synth.render import render_yaml
from tests.cli.conftest import Cli
from tests.engines.install import ROOT
from tests.review.rollout.stacks import PAIRS, index, output, stack, table

SWAP = PAIRS["one exported index for another"]
FILES = [
    "0-before.yaml",
    "1-add-index-byB.yaml",
    "2-let-go-of-export-orders-byAName.yaml",
    "3-remove-index-byA.yaml",
    "README.md",
]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with `old.yaml` and `new.yaml`; it is the current one of `cli`."""
    write(tmp_path, SWAP.old, SWAP.new)
    return tmp_path


def write(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Both templates as files."""
    for name, template in (("old", old), ("new", new)):
        (folder / f"{name}.yaml").write_text(render_yaml(template), encoding="utf-8")


def names(folder: Path) -> list[str]:
    """What is in a folder, sorted."""
    return sorted(each.name for each in folder.iterdir())


def test_the_plan_fits_a_terminal(written: Path, cli: Cli) -> None:
    """Each line has 80 columns at most, but for an option that cannot be broken."""
    del written
    done = cli("rollout", "old.yaml", "new.yaml", "--stack-name", "orders")
    assert (0, "") == (done.status, done.err)
    lines = done.out.splitlines()
    assert ["old.yaml → new.yaml: 3 steps"] == lines[:1]
    assert [
        "1. add index `byB`",
        "2. let go of export `orders-byAName`",
        "3. remove index `byA`",
    ] == [line for line in lines if line[:1].isdigit()]
    assert [] == [line for line in lines if columns(line) > 80 and not line.lstrip().startswith("--")]


def test_the_folder_has_every_template_and_the_commands(written: Path, cli: Cli) -> None:
    """In order; the first is what is deployed now, and the last the new template."""
    assert 0 == cli("rollout", "old.yaml", "new.yaml", "--stack-name", "orders", "--folder", "rollout").status
    folder = written / "rollout"
    assert FILES == names(folder)
    for name, template in ((FILES[0], SWAP.old), (FILES[3], SWAP.new)):
        assert first_difference(read_template((folder / name).read_text("utf-8"), name).data, template) is None
    page = (folder / "README.md").read_text("utf-8")
    assert all(f"--template-file {name}" in page for name in FILES[1:4])
    assert page == cli("rollout", "old.yaml", "new.yaml", "--stack-name", "orders", "--format", "markdown").out


def test_a_folder_is_replaced_as_a_whole(written: Path, cli: Cli) -> None:
    """Files of an older rollout go; a folder with anything else in it stays as it is."""
    assert 0 == cli("rollout", "old.yaml", "new.yaml", "--folder", "rollout").status
    assert 0 == cli("rollout", "new.yaml", "new.yaml", "--folder", "rollout").status
    assert ["README.md"] == names(written / "rollout")
    for name, content in (("notes.txt", "mine"), ("README.md", "# Mine\n")):
        other = written / f"with-{name}"
        other.mkdir()
        (other / name).write_text(content)
        done = cli("rollout", "old.yaml", "new.yaml", "--folder", other.name)
        assert 2 == done.status
        assert f"`with-{name}` has `{name}` in it, which is no file of a rollout" in done.err
        assert [name] == names(other)
    assert [] == [name for name in names(written) if name.startswith(".staging")]


def test_the_json_keeps_its_schema(written: Path, cli: Cli) -> None:
    """For a rollout and for a migration; no member that the schema does not know."""
    schema = rollout_schema()
    for each in (schema, *schema["$defs"].values()):
        each["additionalProperties"] = False
    jsonschema.Draft202012Validator.check_schema(schema)
    plain = json.loads(cli("rollout", "old.yaml", "new.yaml", "--format", "json").out)
    assert SWAP.new == plain["steps"][-1]["template"]
    write(written, stack(table()), stack(table(key="ID")))
    done = cli("rollout", "old.yaml", "new.yaml", "--format", "json")
    other = json.loads(done.out)
    assert (1, False, 3) == (done.status, other["safe"], len(other["migration"]["steps"]))
    for data in (plain, other):
        jsonschema.Draft202012Validator(schema).validate(data)


def test_the_schema_is_published() -> None:
    """`cfn-table schema rollout > docs/schema/rollout.schema.json` after a change."""
    published = (ROOT / "docs" / "schema" / "rollout.schema.json").read_text(encoding="utf-8")
    assert schema_text(rollout_schema()) == published


def test_what_no_update_does_ends_with_status_1(written: Path, cli: Cli) -> None:
    """The reason, and the templates of the migration."""
    write(written, stack(table()), stack(table(key="ID")))
    done = cli("rollout", "old.yaml", "new.yaml", "--folder", "way")
    assert 1 == done.status
    lines = done.out.splitlines()
    assert "old.yaml → new.yaml: no sequence of updates leads there" == lines[0]
    assert lines[1].startswith("error: the key schema of `Table` changes")
    assert ["0-before.yaml", "1-make-TableV2-beside-Table.yaml", "2-switch-to-TableV2.yaml"] == names(written / "way")[
        :3
    ]


def test_a_gap_is_told(written: Path, cli: Cli) -> None:
    """An export that names an index while it is away is found by the linter, and the status is 1."""
    outputs = {"FirstIndexName": output("byA", "First")}
    other = index("byZ")
    write(
        written,
        stack(table(index("byA"), other), "byA", outputs=outputs),
        stack(table(index("byA", "PK2"), other), "byA", outputs=outputs),
    )
    done = cli("rollout", "old.yaml", "new.yaml")
    assert 1 == done.status
    assert "warning: index `byA` of `Table` keeps its name and changes" in done.out
    assert "[outputs-name-existing-indexes]" in done.out


def test_nothing_to_do(written: Path, cli: Cli) -> None:
    """Says so, and is fine."""
    del written
    done = cli("rollout", "old.yaml", "old.yaml")
    assert (0, "old.yaml → old.yaml: nothing to do\n") == (done.status, done.out)


def test_designs_and_versions_are_sides_too(tmp_path: Path, cli: Cli) -> None:
    """A published version becomes a changed design; the stack has the design's name."""
    for name in ("templates", "policies", "build"):
        shutil.copytree(ROOT / name, tmp_path / name)
    design = tmp_path / "templates" / "kv-storage.yaml"
    document = yaml.load(design.read_text("utf-8"), yaml.BaseLoader)
    version = document["version"]
    del document["table"]["time_to_live"]
    design.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    done = cli("rollout", f"kv-storage@{version}", "kv-storage", "--format", "json")
    assert 0 == done.status, done.err
    steps = json.loads(done.out)["steps"]
    assert ["stop expiring items by `ttl`", "drop the time to live"] == [step["title"] for step in steps]
    assert "--stack-name kv-storage" in steps[0]["command"]


def test_standard_input_can_be_one_side(written: Path, cli: Cli) -> None:
    """Such as what a stack has deployed."""
    old = (written / "old.yaml").read_bytes()
    assert "<stdin> → new.yaml: 3 steps\n" in cli("rollout", "-", "new.yaml", stdin=old).out
    done = cli("rollout", "-", "-", stdin=old)
    assert 2 == done.status
    assert "standard input can be read once" in done.err


def test_an_empty_folder_name_is_an_empty_variable(written: Path, cli: Cli) -> None:
    """And not the current folder."""
    before = names(written)
    done = cli("rollout", "old.yaml", "new.yaml", "--folder", "")
    assert (2, "") == (done.status, done.out)
    assert "`--folder` is empty" in done.err
    assert before == names(written)


def test_a_side_is_one_template(written: Path, cli: Cli) -> None:
    """Neither a whole project nor a live table, which has no template."""
    (written / "project" / "templates").mkdir(parents=True)
    for name in ("project", "table:orders"):
        done = cli("rollout", name, "new.yaml")
        assert 2 == done.status
        assert f"`{name}` is no single template" in done.err


@pytest.mark.parametrize("name", [name for name, pair in PAIRS.items() if pair.titles])
def test_commands_are_shell(tmp_path: Path, name: str) -> None:
    """A shell reads every command; nothing in them is evaluated by accident."""
    from cfn_table.review.rollout.formats import folded
    from tests.review.rollout.stacks import rollout

    pair = PAIRS[name]
    for step in rollout(pair.old, pair.new, **pair.known).steps:
        for command in (step.command, step.preview, *step.before.commands, *step.wait.commands):
            lines = [line for each in command.replace(" \\\n  ", " ").splitlines() for line in folded(each, 80)]
            for text in (command, "\n".join(lines)):
                subprocess.run(["sh", "-n", "-c", text], check=True, cwd=tmp_path, timeout=20)


def test_the_account_of_a_stack_is_reached(written: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Profile, endpoint and the first Region are those of the stack; they mean nothing where no side is one."""
    del written
    done = cli("rollout", "old.yaml", "new.yaml", "--profile", "prod")
    assert (2, "") == (done.status, done.out)
    assert "`--profile` is for what is deployed" in done.err
    asked: list[SourceOptions] = []
    read = pipeline.sides

    def stacks(old: str, new: str, settings: Settings, options: SourceOptions) -> tuple[Side, Side]:
        asked.append(options)
        return read("old.yaml" if old == "stack:orders" else old, new, settings, options)

    monkeypatch.setattr(pipeline, "sides", stacks)
    arguments = ["--region", "eu-west-1", "--profile", "prod", "--endpoint-url", "http://localhost:1"]
    done = cli("rollout", "stack:orders", "new.yaml", *arguments)
    assert (0, "") == (done.status, done.err)
    assert [SourceOptions("eu-west-1", "prod", "http://localhost:1")] == asked
    assert "--stack-name orders" in done.out


def test_a_new_template_that_is_wrong_is_no_safe_way(tmp_path: Path, cli: Cli) -> None:
    """What the linter finds in NEW itself is told of the last step, once, and the status is 1."""
    new = json.loads(json.dumps(SWAP.new))
    new["Resources"]["Topic"] = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": ["no text"]}}
    write(tmp_path, SWAP.old, new)
    done = cli("rollout", "old.yaml", "new.yaml", "--format", "json")
    assert 1 == done.status
    found = [step["findings"] for step in json.loads(done.out)["steps"]]
    assert [[], []] == found[:-1]
    assert {"E3012"} == {each["rule"] for each in found[-1]}
