"""`cfn-table init`: a project that generates and lints clean, made whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest

from cfn_table.pipeline import scaffold
from cfn_table.publish import atomic
from tests.cli.conftest import Cli
from tests.projects import run, version_files
from tests.publish.builds import tree

FILES = [
    ".gitattributes",
    ".gitignore",
    "build/README.md",
    "docs/schema/design.schema.json",
    "docs/schema/include.schema.json",
    "docs/schema/policy.schema.json",
    "policies/{name}/reader.yaml",
    "templates/{name}.yaml",
]


# The reader's policy cannot tell customers from their orders, and that is said.
NOTES = " (2 notes; `--notes` shows them)"


def made(folder: Path) -> list[str]:
    """Everything below the folder."""
    return sorted(tree(folder))


def test_a_project_is_made_and_generates(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its design is published without a complaint, and the check and the linter agree."""
    root = tmp_path / "Orders & Customers"
    root.mkdir()
    monkeypatch.chdir(root)
    done = cli("init")
    files = [file.format(name="orders-customers") for file in FILES]
    assert (0, "") == (done.status, done.err)
    assert sorted(f"created   {file}" for file in files) == sorted(done.out.splitlines()[:-2])
    assert ["", "Next: cfn-table generate"] == done.out.splitlines()[-2:]
    assert files == made(root)
    assert (0, f"created   build/orders-customers/0.1.0{NOTES}\n", "") == cli("generate").told
    assert (0, "current   build/orders-customers/0.1.0\n", "") == cli("generate", "--check").told
    assert (0, "", f"2 files linted, nothing found{NOTES}\n") == cli("lint").told


def test_a_project_can_be_made_elsewhere(tmp_path: Path, cli: Cli) -> None:
    """The folder is made, with the ones above it; the next command says where to go."""
    done = cli("init", "deep/orders")
    assert (0, "") == (done.status, done.err)
    assert done.out.endswith("\nNext: cd deep/orders && cfn-table generate\n")
    assert [file.format(name="orders") for file in FILES] == made(tmp_path / "deep" / "orders")


def test_the_design_can_be_named(tmp_path: Path, cli: Cli) -> None:
    """Whatever the folder is called."""
    assert 0 == cli("init", "x", "--name", "stock-levels").status
    assert [file.format(name="stock-levels") for file in FILES] == made(tmp_path / "x")
    assert (tmp_path / "x" / "templates" / "stock-levels.yaml").read_text(encoding="utf-8").count("stock-levels") == 2


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Orders", "orders"),
        ("my_shop.v2", "my-shop-v2"),
        ("2024-orders", "orders"),
        ("--x", "my-table"),
        ("データ", "my-table"),
        ("Übung", "bung"),
        ("a b  c", "a-b-c"),
        ("42", "my-table"),
        ("$(rm -rf x)", "rm-rf-x"),
        ("quote'and\"quote", "quote-and-quote"),
        ("new\nline", "new-line"),
        ("Aux", "my-table"),
        ("long" * 40, "my-table"),
    ],
)
def test_a_folder_of_any_name_gives_a_design_of_a_good_name(
    folder: str, name: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of the folder's name, or `my-table`; and the design generates."""
    root = tmp_path / folder
    root.mkdir()
    monkeypatch.chdir(root)
    assert 0 == cli("init").status
    assert [file.format(name=name) for file in FILES] == made(root)
    done = cli("generate")
    assert (0, "") == (done.status, done.err)


@pytest.mark.parametrize(
    "name", ["A B", "", "x", "-a", "a--b", "ä", "a/b", "../a", "a\nb", "1a", "con", "com1", "a" * 101]
)
def test_a_name_that_no_design_can_have_is_refused(name: str, tmp_path: Path, cli: Cli) -> None:
    """Nothing is made."""
    done = cli("init", f"--name={name}")
    assert (2, "") == (done.status, done.out)
    assert "cannot name a design" in done.err
    assert "help: use lower-case words joined by `-`, such as `orders`: --name NAME\n" in done.err
    assert [] == list(tmp_path.iterdir())


def test_files_that_are_there_are_kept(tmp_path: Path, cli: Cli) -> None:
    """Not a byte of them changes, and the command says which they are."""
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "orders.yaml").write_text("design: mine\n", encoding="utf-8")
    done = cli("init", "--name", "orders")
    assert 0 == done.status
    kept = [line.removeprefix("kept      ") for line in done.out.splitlines() if line.startswith("kept")]
    assert [".gitignore", "templates/orders.yaml"] == sorted(kept)
    assert "mine\n" == (tmp_path / ".gitignore").read_text(encoding="utf-8")
    assert "design: mine\n" == (tmp_path / "templates" / "orders.yaml").read_text(encoding="utf-8")
    before = tree(tmp_path)
    assert 0 == cli("init", "--name", "orders").status
    assert before == tree(tmp_path), "the second time, everything is kept"


@pytest.mark.parametrize("name", ["build", "templates", "policies", "docs", "policies/orders", "docs/schema"])
def test_a_file_where_a_folder_should_be_leaves_no_half_project(name: str, tmp_path: Path, cli: Cli) -> None:
    """The message names what is in the way; everything that was made before is gone again."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("x", encoding="utf-8")
    before = tree(tmp_path)
    done = cli("init", "--name", "orders")
    assert (2, "") == (done.status, done.out)
    assert f"error: cannot write `{name}/" in done.err
    assert before == tree(tmp_path)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path, cli: Cli) -> None:
    """The file stays what it is."""
    (tmp_path / "x").write_text("x", encoding="utf-8")
    done = cli("init", "x", "--name", "orders")
    assert (2, "") == (done.status, done.out)
    assert {"x": b"x"} == tree(tmp_path)


def test_a_full_disk_leaves_no_half_project(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever file has no room, nothing is left."""
    real, left = atomic.write_text_atomically, iter(range(100))

    def write(path: Path, content: bytes) -> bool:
        if next(left) % 4 == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, content)

    monkeypatch.setattr(scaffold, "write_text_atomically", write)
    done = cli("init", "here", "--name", "orders")
    assert (2, "") == (done.status, done.out)
    assert "no space left on device" in done.err
    assert [] == list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a right on Windows")
def test_nothing_is_written_through_a_link_out_of_the_project(tmp_path: Path, cli: Cli) -> None:
    """A folder that leads elsewhere is told, and nothing is made, here or there."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "templates").symlink_to("../outside")
    before = tree(tmp_path)
    done = cli("init", "project", "--name", "orders")
    assert (2, "") == (done.status, done.out)
    assert "leads out of the project" in done.err
    assert before == tree(tmp_path)


def test_git_keeps_what_is_published(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where build/ is ignored globally: the project re-includes it, and line ends stay."""
    ignored = tmp_path / "ignored"
    ignored.write_text("build/\n*.json\n", encoding="utf-8")
    root = tmp_path / "orders"
    root.mkdir()
    monkeypatch.chdir(root)
    cli("init")
    cli("generate")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*arguments: str) -> str:
        options = ["-c", f"core.excludesFile={ignored}", "-c", "core.autocrlf=true", "-c", "core.safecrlf=false"]
        done = subprocess.run(
            ["git", *options, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    git("init", "--quiet")
    git("add", "--all")
    tracked = git("ls-files").splitlines()
    published = [path.relative_to(root).as_posix() for path in root.glob("build/*/*/**/*") if path.is_file()]
    assert len(version_files("orders")) == len(published)
    assert [] == sorted({*published, "build/README.md"} - set(tracked))
    before = tree(root / "build")
    for path in published:
        (root / path).unlink()
    git("checkout", "--", "build")
    assert before == tree(root / "build")


def test_the_schemas_are_those_of_the_command(tmp_path: Path, cli: Cli) -> None:
    """An editor that follows the design's first line finds a schema, and it is what `cfn-table schema` prints."""
    cli("init", "--name", "orders")
    for kind in ("design", "include", "policy"):
        text = (tmp_path / "docs" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
        assert (0, text, "") == cli("schema", kind).told
    first = (tmp_path / "templates" / "orders.yaml").read_text(encoding="utf-8").splitlines()[0]
    target = first.rpartition("$schema=")[2]
    assert (tmp_path / "templates" / target).resolve() == tmp_path / "docs" / "schema" / "design.schema.json"


def test_it_works_in_a_process_of_its_own(tmp_path: Path) -> None:
    """From nothing to a published version with two commands."""
    assert 0 == run("init", "orders", cwd=tmp_path).status
    assert (0, f"created   build/orders/0.1.0{NOTES}\n", "") == run("generate", cwd=tmp_path / "orders").told


# ---------------------------------------------------------------- schemas


@pytest.mark.parametrize("kind", ["design", "policy"])
def test_a_schema_is_a_json_schema_that_the_projects_files_keep(kind: str, tmp_path: Path, cli: Cli) -> None:
    """What an editor would check by it, passes."""
    import jsonschema
    import yaml

    schema = json.loads(cli("schema", kind).out)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    cli("init", "--name", "orders")
    file = {"design": "templates/orders.yaml", "policy": "policies/orders/reader.yaml"}[kind]
    content = json.loads(json.dumps(yaml.safe_load((tmp_path / file).read_text(encoding="utf-8")), default=str))
    assert [] == [error.message for error in validator(schema).iter_errors(content)]
    assert [] != [error.message for error in validator(schema).iter_errors({"nothing": 1})]
