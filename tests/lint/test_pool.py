"""Linting in other processes: the same verdicts, on all CPUs, and no way to hang or to outlive its user."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_table.errors import InputError, InternalError
from cfn_table.lint import processes
from cfn_table.lint.pool import LintJob, LintPool, LintTicket
from cfn_table.lint.runner import judge_template
from tests.lint.pools import PATIENCE, eventually, job, jobs, processes_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="these tests look at processes as Linux and macOS do")


def test_a_worker_says_what_the_gate_says() -> None:
    """Verdicts from a pool equal those made in this process, suppressed findings included."""
    asked = [
        job("kv-storage"),
        job("wrong-table"),
        job("wrong-in-many-ways"),
        job("wrong-table", id="suppressed", suppressions={"E3002": "so be it", "E3030": "as well"}),
        job("kv-storage", id="two texts", json_text="{}"),
    ]
    with LintPool(processes=2) as pool:
        verdicts = [ticket.result(PATIENCE) for ticket in [pool.submit(one) for one in asked]]
    assert [
        judge_template(
            one.text, path=one.path, regions=one.regions, suppressions=one.suppressions, json_text=one.json_text
        )
        for one in asked
    ] == verdicts
    assert ["both-texts-say-the-same"] == [finding.rule for finding in verdicts[-1].findings]


def test_arguments_without_a_meaning_are_refused_with_advice() -> None:
    """An InputError in the worker arrives here as one, and the pool goes on."""
    with LintPool(processes=1) as pool:
        wrong = pool.submit(LintJob("x", "Resources: {}", "t.yaml", ("us-east1",)))
        with pytest.raises(InputError) as caught:
            wrong.result(PATIENCE)
        assert ("unknown Region `us-east1`", "did you mean `us-east-1`?") == (caught.value.message, caught.value.help)
        assert pool.submit(job("kv-storage")).result(PATIENCE).passed


def test_many_jobs_are_done_by_several_processes() -> None:
    """While jobs wait, the worker forks up to the limit; every job is done exactly once."""
    most = 0
    done = []
    with LintPool(processes=2) as pool:
        for ticket in pool.as_completed(jobs(12)):
            assert ticket.result(PATIENCE).passed
            done.append(ticket.job.id)
            most = max(most, len(processes_of(pool)))
    assert sorted(map(str, range(12))) == sorted(done)
    assert 2 == most


def test_one_job_needs_one_process() -> None:
    """Nothing is forked for a single job."""
    with LintPool(processes=4) as pool:
        assert pool.submit(job("kv-storage")).result(PATIENCE).passed
        assert 1 == len(processes_of(pool))


def test_jobs_are_read_only_as_fast_as_they_are_done() -> None:
    """However many jobs come, only `backlog` of them exist at a time."""
    made = 0

    def counted() -> Iterator[LintJob]:
        nonlocal made
        for one in jobs(20):
            made += 1
            yield one

    done = 0
    with LintPool(processes=1, backlog=3) as pool:
        for ticket in pool.as_completed(counted()):
            ticket.result(PATIENCE)
            done += 1
            assert made - done <= 3
    assert 20 == done


def test_submitting_waits_while_too_many_jobs_wait() -> None:
    """`submit` blocks beyond the backlog, so that memory does not grow with the number of templates."""
    with LintPool(processes=1, backlog=2) as pool:
        tickets: list[LintTicket] = []
        thread = threading.Thread(target=lambda: tickets.extend(pool.submit(one) for one in jobs(6)), daemon=True)
        thread.start()
        while thread.is_alive():
            assert len(pool._waiting) <= 2
            time.sleep(0.005)
        assert [True] * 6 == [ticket.result(PATIENCE).passed for ticket in tickets]


def test_memory_of_a_worker_does_not_grow_with_the_number_of_templates() -> None:
    """After the first templates, further ones leave nothing behind."""

    def resident(pool: LintPool) -> int:
        (pid,) = processes_of(pool)
        if Path("/proc/self/statm").exists():
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
        return int(listed.stdout)

    with LintPool(processes=1) as pool:
        sizes = []
        for _ in range(3):
            for ticket in pool.as_completed(jobs(14)):
                assert ticket.result(PATIENCE).passed
            sizes.append(resident(pool))
    assert sizes[2] < sizes[0] * 1.1


def test_a_worker_that_is_killed_is_replaced() -> None:
    """`kill -9` at any time costs time and no verdict: while cfn-lint is imported, at work, and at rest."""
    with LintPool(processes=1) as pool:
        for wait in (0.05, 0.3, 1.5):
            ticket = pool.submit(job("kv-storage"))
            time.sleep(wait)
            for pid in processes_of(pool):
                os.kill(pid, signal.SIGKILL)
            assert ticket.result(PATIENCE).passed
        assert pool.submit(job("kv-storage")).result(PATIENCE).passed


def test_a_copy_that_is_killed_gives_its_job_back() -> None:
    """The death of a forked copy, or of the worker beside its copies, loses no job."""
    done = []
    with LintPool(processes=2) as pool:
        for ticket in pool.as_completed(jobs(16)):
            assert ticket.result(PATIENCE).passed
            done.append(ticket.job.id)
            if len(done) in {4, 8}:
                workers = {worker._process.pid for worker in pool._started}
                for pid in processes_of(pool):
                    if (pid in workers) == (len(done) == 8):
                        os.kill(pid, signal.SIGKILL)
    assert sorted(map(str, range(16))) == sorted(done)


def test_a_job_that_kills_every_process_fails() -> None:
    """If all processes die, the ticket says so; nobody waits for ever."""
    with LintPool(processes=1) as pool:
        ticket = pool.submit(job("kv-storage"))
        end = time.monotonic() + PATIENCE
        while not ticket.done() and time.monotonic() < end:
            for pid in processes_of(pool):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with pytest.raises(InternalError, match=r"the lint process ends while it starts \(signal 9\)"):
            ticket.result(0)
        with pytest.raises(InternalError, match="the lint process ends"):
            pool.submit(job("kv-storage"))


def test_a_job_on_which_two_processes_die_fails() -> None:
    """A job is tried twice; then it is the job's fault."""
    with LintPool(processes=1) as pool:
        assert pool.submit(job("kv-storage")).result(PATIENCE).passed  # the worker is ready
        big = LintJob("big", _large_template(), "big.yaml", ("us-east-1",))
        ticket = pool.submit(big)
        for attempt in (0, 1):
            assert eventually(lambda attempt=attempt: ticket._attempts == attempt and not pool._waiting)  # type: ignore[misc]
            time.sleep(0.1)  # a worker has taken it, and needs seconds
            for pid in processes_of(pool):
                os.kill(pid, signal.SIGKILL)
        with pytest.raises(InternalError, match=r"the lint process died twice while it linted `big\.yaml`"):
            ticket.result(PATIENCE)
        assert pool.submit(job("kv-storage")).result(PATIENCE).passed, "the pool goes on"


def _large_template() -> str:
    policy = "    Type: AWS::SNS::Topic\n    Properties: {DisplayName: a}\n"
    return "Resources:\n" + "".join(f"  Topic{number}:\n{policy}" for number in range(400))


def test_a_worker_that_cannot_import_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is an InternalError with the traceback of the other side."""
    monkeypatch.setattr(processes, "_START", processes._START.replace("cfn_table.lint.worker, cfnlint", "os"))
    monkeypatch.setattr(processes, "_import_path", lambda: [it for it in sys.path if it.endswith((".zip", "3.11"))])
    with LintPool() as pool:
        with pytest.raises(InternalError, match=r"(?s)the lint process cannot start:.*No module named 'cfn_table'"):
            pool.submit(job("kv-storage")).result(PATIENCE)
        assert eventually(lambda: not processes_of(pool))


def test_where_no_process_can_be_started_linting_happens_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that refuses new processes makes linting slower, not impossible."""

    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    with LintPool(processes=3) as pool:
        results = [
            ticket.result(PATIENCE).passed for ticket in pool.as_completed([job("kv-storage"), job("wrong-table")])
        ]
        assert [] == pool._started
    assert [True, False] == results
    assert before == len(os.listdir("/dev/fd"))  # noqa: PTH208


def test_a_ticket_can_be_asked_without_waiting() -> None:
    """Before there is a verdict, `result(0)` raises TimeoutError and `done` is false."""
    with LintPool(processes=1) as pool:
        ticket = pool.submit(job("kv-storage"))
        assert ticket.done() is False
        with pytest.raises(TimeoutError):
            ticket.result(0)
        ticket.result(PATIENCE)
        assert ticket.done() is True


def test_files_in_the_current_folder_are_not_imported(tmp_path: Path) -> None:
    """A `yaml.py`, `cfnlint.py` or `json.py` where the user stands is not executed by the worker."""
    for name in ("yaml", "cfnlint", "json", "sympy", "regex", "cfn_table", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'a').write({name!r})\n")
    script = f"""\
import os, sys
from cfn_table.lint.pool import LintJob, LintPool
os.chdir({str(tmp_path)!r})
sys.path[:0] = ["", {str(tmp_path)!r}, "."]
with LintPool() as pool:
    print(pool.submit(LintJob("x", "Resources: 1", "t.yaml", ("us-east-1",))).result().passed)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd="/")
    assert "False\n" == ran.stdout, ran.stderr
    assert not (tmp_path / "executed").exists()


def test_the_worker_is_the_same_program(tmp_path: Path) -> None:
    """Another `cfn_table` that comes first on the import path is not used: our own folder comes first."""
    (tmp_path / "cfn_table").mkdir()
    (tmp_path / "cfn_table" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    ours = Path(processes.__file__).absolute().parents[2]
    assert str(ours) == processes._import_path()[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        patch.syspath_prepend(str(tmp_path))
        with LintPool(processes=1) as pool:
            assert pool.submit(job("kv-storage")).result(PATIENCE).passed
