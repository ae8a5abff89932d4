"""`examples/gitlab-ci.yml`: the job of a merge request, without a network."""

from __future__ import annotations

from pathlib import Path

from tests.integrations.scripts import Runner, yaml_of


def after(tmp_path: Path, notes: str, review: str = "<!-- cfn-table review -->\n") -> list[str]:
    """Run what follows the review; gives how curl was called."""
    runner = Runner(tmp_path)
    runner.program("curl", f"case \"$*\" in *per_page*) printf '%s' '{notes}';; esac")
    runner.program("python", 'exec python3 "$@"')
    (tmp_path / "review.md").write_text(review, "utf-8")
    (script,) = yaml_of("examples/gitlab-ci.yml")["review-tables"]["after_script"]
    done = runner.run(
        script,
        COMMENT_TOKEN="secret",
        CI_API_V4_URL="https://gitlab.example/api/v4",
        CI_PROJECT_ID="5",
        CI_MERGE_REQUEST_IID="7",
    )
    assert (0, "") == (done.returncode, done.stderr)
    return [call for call in runner.calls if call.startswith("curl")]


def test_the_first_note_is_written(tmp_path: Path) -> None:
    """Where there is none, one is made."""
    calls = after(tmp_path, '[{"id": 3, "body": "looks good"}]')
    assert "--request POST" in calls[1]
    assert calls[1].endswith("/projects/5/merge_requests/7/notes")


def test_the_note_is_updated(tmp_path: Path) -> None:
    """The one that carries the mark is written anew."""
    calls = after(tmp_path, '[{"id": 3, "body": "x"}, {"id": 4, "body": "<!-- cfn-table review -->\\n"}]')
    assert "--request PUT" in calls[1]
    assert calls[1].endswith("/notes/4")


def test_nothing_to_say_makes_no_note(tmp_path: Path) -> None:
    """An empty review is no note."""
    assert [] == after(tmp_path, "[]", review="")
