"""Run commands in turn, many times, and say what they took: wall time and the peak of their memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
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
        peak_mib: largest resident set of the process and its children, in MiB.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    prepare: Callable[[], Mapping[str, str]] = dict
    exit_statuses: tuple[int, ...] = (0,)
    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)


def race(contestants: Sequence[Contestant], runs: int) -> None:
    """Run all contestants `runs` times, one after the other in each round, so that noise hits them alike."""
    for _ in range(runs):
        for each in contestants:
            _run(each)


def _run(each: Contestant) -> None:
    environment = {**os.environ, **each.prepare()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a user has compiled bytecode
    begin = time.perf_counter()
    process = subprocess.Popen(
        each.command,
        cwd=each.cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    each.seconds.append(time.perf_counter() - begin)
    each.peak_mib = max(
        each.peak_mib,
        usage.ru_maxrss / (1 if sys.platform == "darwin" else 1024) / (1024 if sys.platform == "darwin" else 1),
    )
    if process.returncode not in each.exit_statuses:
        raise SystemExit(f"{' '.join(map(str, each.command))} exited with {process.returncode}:\n{said.decode()}")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
