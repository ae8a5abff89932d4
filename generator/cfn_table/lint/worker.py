"""The other side of `cfn_table.lint.pool`: a process that only lints, and that can fork copies of itself.

A process answers one request at a time, in order, and ends when nobody holds the other end of its pipe any more. While
it lints it does not read, so it also looks once a second whether the process that it works for still lives: a template
may keep cfn-lint busy for hours. The frames:

greeting  `{"ready": true}`, or `{"fatal": TRACEBACK}` when linting is impossible here
requests  `{"id": …, "text": …}`          lint (see `LintJob`), answered by `answer`
          `{"fork": [READ, WRITE]}`       answered by `{"pid": …}`; the copy serves the two file descriptors
          Before each answer comes `{"begun": true}`: if the process dies of a request, it was this one.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import NoReturn

from cfn_table.errors import CfnTableError, InputError
from cfn_table.lint.frames import Frame, read_frame, write_frame
from cfn_table.lint.verdicts import LintVerdict, finding_from_data, finding_to_data

LOOK_EVERY = 1.0
"""Seconds between two looks at whether the parent still lives."""


@dataclass(frozen=True, slots=True)
class LintJob:
    """One template to be linted.

    Attributes:
        id: the caller's name for it.
        text: the template, YAML or JSON.
        path: how the template is named in findings.
        regions: as for `judge_template`.
        suppressions: as for `judge_template`.
        json_text: where given, it must describe the same template as `text`.
    """

    id: str
    text: str
    path: str
    regions: tuple[str, ...]
    suppressions: Mapping[str, str] = field(default_factory=dict)
    json_text: str | None = None

    def to_frame(self) -> Frame:
        """The request that asks for this job."""
        return asdict(self)


def answer(request: Frame) -> Frame:
    """Lint. `{"verdict": …}`, or `{"refused": [finding, …]}` when the arguments have no meaning.

    `{"crash": TRACEBACK}` says that cfn-table is wrong.
    """
    from cfn_table.lint.runner import judge_template

    try:
        verdict = judge_template(
            request["text"],
            path=request["path"],
            regions=request["regions"],
            suppressions=request["suppressions"],
            json_text=request["json_text"],
        )
    except CfnTableError as error:
        return {"refused": [finding_to_data(finding) for finding in error.findings]}
    except Exception:
        return {"crash": traceback.format_exc()}
    return {"verdict": verdict.to_data()}


def verdict_in(answered: Frame) -> LintVerdict:
    """The verdict that an answer holds; raises InputError where the arguments were refused, RuntimeError at a crash."""
    if "refused" in answered:
        raise InputError.of(finding_from_data(it) for it in answered["refused"])
    if "crash" in answered:
        raise RuntimeError(answered["crash"])
    return LintVerdict.from_data(answered["verdict"])


def main(spare: list[int], parent: int) -> NoReturn:
    """Serve standard input until it ends, then end the process.

    Args:
        spare: the file descriptors of pipes for copies that may be forked: to read from, to write to, and so on.
        parent: the process that this one works for.
    """
    requests, answers = os.dup(0), os.dup(1)
    _silence()
    _end_with(parent)
    try:
        from cfn_table.lint.runner import prepare

        prepare()
    except BaseException:
        _serve_nothing(answers, traceback.format_exc())
    _keep_garbage_small()
    _miss_solver_once()
    write_frame(answers, {"ready": True})
    kept = [requests, answers, *spare]

    def fork(ends: list[int]) -> Frame:
        worker = os.getpid()
        pid = os.fork()
        others = [end for end in kept if end not in ends]
        if pid == 0:
            _end_with(worker)
            _close(others)
            _serve(ends[0], ends[1], _cannot_fork)
        # INVARIANT: nobody but the copy holds its ends, else its death would go unnoticed.
        _close(ends)
        kept[:] = others
        return {"pid": pid}

    _serve(requests, answers, fork)


def _cannot_fork(ends: list[int]) -> NoReturn:
    raise AssertionError(f"a copy was asked to fork for {ends}")


def _serve(requests: int, answers: int, fork: Callable[[list[int]], Frame]) -> NoReturn:
    """Answer until the requests end, then end the process at once: tearing down cfn-lint's objects takes a while."""
    status = 1
    try:
        while (request := read_frame(requests)) is not None:
            write_frame(answers, {"begun": True})
            write_frame(answers, fork(request["fork"]) if "fork" in request else answer(request))
        status = 0
    except OSError:
        status = 0  # the reader is gone
    finally:
        os._exit(status)


def _serve_nothing(answers: int, reason: str) -> NoReturn:
    try:
        write_frame(answers, {"fatal": reason})
    finally:
        os._exit(1)


def _silence() -> None:
    """Make sure that no `print` of a library gets between the frames or reads requests, and that Ctrl-C is not ours."""
    import signal

    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies that end leave nothing behind


def _end_with(parent: int) -> None:
    """End this process soon after its parent, in the middle of linting too."""
    import signal

    if not hasattr(signal, "setitimer"):
        return

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY, LOOK_EVERY)  # forked copies do not inherit it


def _keep_garbage_small() -> None:
    """Collect what linting leaves behind, but never walk over cfn-lint's own half a million objects again.

    Collecting was off until here (`pool` switches it off first thing), since all that was made so far stays.
    """
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    gc.enable()


def _miss_solver_once() -> None:
    """Say once that an optional solver is absent: where a template has conditions, sympy looks for it 150 times."""
    name = "pycosat"
    if importlib.util.find_spec(name) is None:
        sys.modules[name] = None  # type: ignore[assignment]  # the language's own way to make an import fail at once


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
