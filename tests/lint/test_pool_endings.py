"""No process is left when a pool is closed or its parent dies, however that happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cfn_table.errors import InternalError
from cfn_table.lint.pool import LintPool
from tests.lint.pools import PATIENCE, TEMPLATES, eventually, job, jobs, members, processes_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="these tests look at processes as Linux and macOS do")


def test_closing_ends_everything_at_once() -> None:
    """No process is left, what had no verdict fails, and nothing more is accepted. Closing twice is fine."""
    pool = LintPool(processes=2, backlog=50)
    tickets = [pool.submit(one) for one in jobs(30)]
    tickets[0].result(PATIENCE)
    began = time.monotonic()
    pool.close()
    pool.close()
    assert time.monotonic() - began < 5
    assert eventually(lambda: not processes_of(pool))
    with pytest.raises(InternalError, match=r"the lint pool was closed before `kv-storage\.yaml` was linted"):
        tickets[-1].result(PATIENCE)
    assert all(eventually(ticket.done) for ticket in tickets)
    with pytest.raises(InternalError, match="the lint pool is closed"):
        pool.submit(job("kv-storage"))


def test_no_file_descriptor_is_left_open() -> None:
    """Pools come and go without using up what the system gives, whether their processes were killed or not."""

    def opened() -> int:
        return len(os.listdir("/dev/fd"))  # noqa: PTH208

    with LintPool(processes=1) as pool:
        pool.submit(job("kv-storage")).result(PATIENCE)
    before = opened()
    for processes_allowed in (1, 3):
        with LintPool(processes=processes_allowed) as pool:
            for ticket in pool.as_completed(jobs(6)):
                ticket.result(PATIENCE)
            for pid in processes_of(pool):
                os.kill(pid, signal.SIGKILL)
            pool.submit(job("kv-storage")).result(PATIENCE)
    assert eventually(lambda: opened() <= before)


PARENT = """\
import os, signal, sys, threading
from cfn_table.lint.pool import LintJob, LintPool
text = open(sys.argv[1]).read()
pool = LintPool(processes=2, backlog=100)
for number in range(80):
    ticket = pool.submit(LintJob(str(number), text, "t.yaml", ("us-east-1",)))
    if number == 20:
        ticket.result()
        print(pool._started[0]._process.pid, flush=True)
        if sys.argv[2] == "die":
            os.kill(os.getpid(), signal.SIGKILL)
with pool:
    ticket.result()
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a program that lints much, in a process group of its own, as a shell starts it."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(TEMPLATES / "kv-storage.yaml"), mode],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            process_group=0,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_workers_do_not_outlive_a_parent_that_is_killed(parent: Callable[[str], subprocess.Popen[str]]) -> None:
    """`kill -9` of the program that lints ends its workers and their copies, although nobody tells them."""
    process = parent("die")
    assert process.stdout is not None
    leader = int(process.stdout.readline())
    assert -signal.SIGKILL == process.wait(PATIENCE)
    assert eventually(lambda: not members(leader))


BUSY = """\
import os, signal, sys, time
from cfn_table.lint.pool import LintJob, LintPool
entries = "".join(f"        - {{AttributeName: a{n}, AttributeType: S}}\\n" for n in range(8000))
start = "Resources:\\n  T:\\n    Type: AWS::DynamoDB::Table\\n    Properties:\\n      AttributeDefinitions:\\n"
pool = LintPool(processes=2)
pool.submit(LintJob("a", sys.argv[1], "t.yaml", ("us-east-1",))).result()
for name in "bc":
    pool.submit(LintJob(name, f"{start}{entries}# {name}\\n", "t.yaml", ("us-east-1",)))
time.sleep(2)  # until both processes are in the middle of it
print(pool._started[0]._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_do_not_outlive_a_parent_in_the_middle_of_linting() -> None:
    """A list of 8,000 entries keeps cfn-lint busy for minutes: nobody may have to look for the processes then."""
    text = (TEMPLATES / "kv-storage.yaml").read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", BUSY, text], capture_output=True, text=True, check=False)
    assert (-signal.SIGKILL, "") == (done.returncode, done.stderr)
    leader = int(done.stdout)
    end = time.monotonic() + 10
    while (left := members(leader)) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert [] == left


def test_ctrl_c_ends_everything_quietly(parent: Callable[[str], subprocess.Popen[str]]) -> None:
    """Ctrl-C reaches the program alone; its processes end without a word and without a verdict."""
    process = parent("live")
    assert process.stdout is not None
    assert process.stderr is not None
    leader = int(process.stdout.readline())
    assert len(members(leader)) == 2
    os.killpg(process.pid, signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(PATIENCE) != 0
    assert 1 == said.count("Traceback"), said
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert eventually(lambda: not members(leader))
