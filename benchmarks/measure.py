"""Run commands in turn, many times, and say what they took: wall time, and in a run of its own, memory."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Contestant:
    """One command of a comparison.

    Attributes:
        name: how the table calls it.
        command: program and arguments.
        cwd: where it runs.
        prepare: called before each run, untimed; gives further environment variables.
        exit_statuses: what it may exit with.
        seconds: wall time of each run.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    prepare: Callable[[], Mapping[str, str]] = dict
    exit_statuses: tuple[int, ...] = (0,)
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)


def race(contestants: Sequence[Contestant], runs: int) -> None:
    """Run all contestants `runs` times, one after the other in each round, so that noise hits them alike."""
    for _ in range(runs):
        for each in contestants:
            _run(each)


def peak_mib(each: Contestant) -> float | None:
    """Most memory that the command and all processes that it started had at one moment, in MiB; None where unknown.

    Pages that processes share after a fork count once (proportional set size, proc(5)). Looking costs time, so a run
    that is looked at is not timed.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    peak = 0
    with _started(each) as (process, _):
        while process.poll() is None:
            peak = max(peak, sum(_proportional_kib(pid) for pid in _family(process.pid)))
            time.sleep(0.02)
    return peak / 1024


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started, directly or not."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _proportional_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _run(each: Contestant) -> None:
    with _started(each) as (process, begin):
        process.wait()
        each.seconds.append(time.perf_counter() - begin)


@contextlib.contextmanager
def _started(each: Contestant) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The command while it runs, and the moment when it was started; ends the benchmark when it fails."""
    environment = {**os.environ, **each.prepare()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user has compiled bytecode
    with tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        process = subprocess.Popen(
            each.command,
            cwd=each.cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        yield process, begin
        if process.wait() not in each.exit_statuses:
            said.seek(0)
            reason = said.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(map(str, each.command))} exited with {process.returncode}:\n{reason}")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
