"""Jobs for a pool, and the processes that it has."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cfn_table.lint.pool import LintJob, LintPool

TEMPLATES = Path(__file__).parent / "templates"
PATIENCE = 60.0  # seconds after which something hangs


def job(name: str = "wrong-table", id: str = "", **options: object) -> LintJob:
    """A job for one of the templates."""
    text = (TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
    return LintJob(id or name, text, f"{name}.yaml", ("us-east-1",), **options)  # type: ignore[arg-type]


def jobs(count: int, name: str = "kv-storage") -> Iterator[LintJob]:
    """Several jobs about templates that differ."""
    for number in range(count):
        one = job(name, id=str(number))
        yield LintJob(one.id, f"{one.text}# {number}\n", one.path, one.regions)


def living() -> list[tuple[int, int]]:
    """Number and process group of each process that is no zombie."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return [(int(pid), int(group)) for pid, group, state in rows if not state.startswith("Z")]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            found += [(int(folder.name), int(group))] if state != "Z" else []
    return found


def processes_of(pool: LintPool) -> list[int]:
    """Living processes of a pool: the workers and their copies."""
    groups = {worker._process.pid for worker in pool._started}
    return [pid for pid, group in living() if group in groups]


def members(leader: int) -> list[int]:
    """Living processes of a process group."""
    return [pid for pid, group in living() if group == leader]


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
