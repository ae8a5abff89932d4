"""`action.yml`: what each step does, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.scripts import Runner, yaml_of

MARKER = "<!-- cfn-table review -->"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with a `gh` that knows of no comment."""
    runner = Runner(tmp_path)
    runner.program("gh", "")
    return runner


def step(name: str) -> dict[str, Any]:
    """A step of the action."""
    (found,) = (each for each in yaml_of("action.yml")["runs"]["steps"] if each.get("name") == name)
    result: dict[str, Any] = found
    return result


def comment(runner: Runner, markdown: str) -> str:
    """Run the step that comments; gives what it prints."""
    (runner.folder / "review.markdown").write_text(markdown, "utf-8")
    path = str(runner.folder / "review.markdown")
    done = runner.run(step("Comment")["run"], REPOSITORY="team/tables", NUMBER="7", MARKDOWN=path)
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


def test_every_value_reaches_a_script_by_its_environment() -> None:
    """What others can write, such as the name of a branch, is never part of a script's text."""
    for each in yaml_of("action.yml")["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_every_input_is_used_and_described() -> None:
    """None is declared in vain."""
    action = yaml_of("action.yml")
    text = str(action["runs"])
    for name, each in action["inputs"].items():
        assert each["description"]
        assert f"inputs.{name}" in text


def test_the_first_comment_is_written(runner: Runner) -> None:
    """Where there is none, one is made."""
    comment(runner, f"{MARKER}\n\nData is lost.\n")
    assert len(runner.calls) == 2
    assert runner.calls[1] == (
        "gh api --silent --method POST repos/team/tables/issues/7/comments "
        f"--field body=@{runner.folder}/review.markdown"
    )


def test_the_comment_is_updated(runner: Runner) -> None:
    """The one that carries the mark is written anew, and no second one is made."""
    runner.program("gh", 'case "$*" in *--paginate*) echo 41; echo 42;; esac')
    comment(runner, f"{MARKER}\n\nData is lost.\n")
    assert "--method PATCH repos/team/tables/issues/comments/41 " in runner.calls[1]


def test_nothing_to_say_makes_no_comment(runner: Runner) -> None:
    """A pull request that touches no table is left in peace."""
    comment(runner, "")
    assert len(runner.calls) == 1


def test_nothing_to_say_any_more_is_said(runner: Runner) -> None:
    """A comment that was true is not left standing."""
    runner.program("gh", 'case "$*" in *--paginate*) echo 41;; esac')
    comment(runner, "")
    assert "--method PATCH" in runner.calls[1]
    assert (runner.folder / "review.markdown").read_text("utf-8").startswith(MARKER)


def test_a_token_that_may_not_write_is_a_warning(runner: Runner) -> None:
    """Pull requests of forks have one: the step does not fail."""
    runner.program("gh", 'case "$*" in *--paginate*) ;; *) exit 1;; esac')
    assert comment(runner, f"{MARKER}\n") == "::warning::the comment cannot be written\n"
    runner.program("gh", "exit 1")
    assert "the comments of the pull request cannot be read" in comment(runner, f"{MARKER}\n")


@pytest.mark.parametrize(
    ("base", "target", "expected"),
    [("", "main", "--base origin/main"), ("v1", "main", "--base v1"), ("", "", "")],
    ids=["the pull request's base", "a base that is given", "no pull request"],
)
def test_what_is_reviewed(base: str, target: str, expected: str, runner: Runner) -> None:
    """The branch that it is to be merged into is fetched, unless another base is given."""
    runner.program("git", "")
    program = runner.folder / "cfn-table" / "bin"
    program.mkdir(parents=True)
    runner.program("cfn-table", "exit 1")
    (runner.folder / "bin" / "cfn-table").rename(program / "cfn-table")
    done = runner.run(
        step("Review")["run"],
        BASE=base,
        FAIL_ON="breaking",
        GITHUB_BASE_REF=target,
        RUNNER_TEMP=str(runner.folder),
        GITHUB_OUTPUT=str(runner.folder / "output"),
    )
    assert 1 == done.returncode
    fetched = [call for call in runner.calls if call.startswith("git fetch")]
    assert len(fetched) == (1 if target and not base else 0)
    review = runner.calls[-1]
    assert review.startswith("cfn-table review --quiet --fail-on breaking --format github --write markdown=")
    assert review.endswith(expected)
    outputs = (runner.folder / "output").read_text("utf-8").splitlines()
    assert [line.partition("=")[0] for line in outputs] == ["markdown", "json", "sarif"]
