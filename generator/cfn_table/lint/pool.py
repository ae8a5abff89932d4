"""Lint in other processes: the slow start of cfn-lint overlaps with everything else, and many templates use all CPUs.

One worker process is started, as early as the caller likes; when more templates wait than it can take, it forks copies
of itself, which have cfn-lint already loaded. One thread per process hands out the jobs, one at a time, so that a
process that waits is always reading and no pipe can block both sides.

This module imports almost nothing, so that the worker can be started first thing.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from cfn_table.lint.processes import CannotLintError, Channel, GoneError, NoProcess, WorkerProcess, usable_cpus

if TYPE_CHECKING:
    from types import TracebackType

    from cfn_table.errors import InternalError
    from cfn_table.lint.frames import Frame
    from cfn_table.lint.verdicts import LintVerdict
    from cfn_table.lint.worker import LintJob

__all__ = ["LintJob", "LintPool", "LintTicket"]


def __getattr__(name: str) -> object:
    """`LintJob` belongs to what is asked of a pool, and its module is not needed before that."""
    if name == "LintJob":
        from cfn_table.lint.worker import LintJob

        return LintJob
    raise AttributeError(f"module `{__name__}` has no attribute `{name}`")


# A process that dies of a job may have been killed for something else; the second time it was the job.
_ATTEMPTS = 2


class LintTicket:
    """A job that was handed in; its verdict comes later."""

    def __init__(self, job: LintJob, when_done: Callable[[LintTicket], None] | None = None) -> None:
        """`when_done` is called once, in another thread, when the ticket is done; it must not raise."""
        self.job = job
        self._attempts = 0
        self._when_done = when_done
        self._done = threading.Event()
        self._answer: Frame | None = None
        self._error: Exception | None = None

    def done(self) -> bool:
        """Whether `result` would return or raise at once."""
        return self._done.is_set()

    def result(self, timeout: float | None = None) -> LintVerdict:
        """Wait for the verdict, at most `timeout` seconds.

        Raises:
            InputError: the job's Regions or suppressions have no meaning (see `judge_template`).
            InternalError: the job could not be done: the process died of it twice, or the pool was closed.
            TimeoutError: there is no verdict yet.
        """
        if not self._done.wait(timeout):
            raise TimeoutError(f"`{self.job.path}` is still being linted")
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        from cfn_table.lint.worker import verdict_in

        try:
            return verdict_in(self._answer)
        except RuntimeError as crash:
            raise _internal_error(f"linting `{self.job.path}` failed:\n{crash}") from None

    def _settle(self, answered: Frame | None, error: Exception | None = None) -> None:
        if self._done.is_set():
            return
        self._answer, self._error = answered, error
        self._done.set()
        if self._when_done is not None:
            self._when_done(self)


class LintPool:
    """Processes that lint. Use it as a context manager; leaving it ends all of them at once.

    `start` costs a few milliseconds, and the first verdict comes when cfn-lint has been loaded (about half a second).
    Any thread may use a pool. A process that dies is replaced, and its job is tried once more.
    """

    def __init__(self, *, processes: int | None = None, backlog: int | None = None) -> None:
        """At most `processes` (default: the CPUs that may be used); `submit` blocks beyond `backlog` waiting jobs."""
        self._limit = max(1, usable_cpus() if processes is None else processes)
        if not hasattr(os, "fork"):
            self._limit = 1
        self._backlog = backlog or 2 * self._limit + 2
        self._changed = threading.Condition()
        self._waiting: deque[LintTicket] = deque()
        self._processes = 0
        self._started: list[WorkerProcess] = []
        self._broken = ""
        self._closed = False
        self._running = False

    def start(self) -> None:
        """Start the worker process now; otherwise the first `submit` does. Does nothing the second time."""
        with self._changed:
            if self._running or self._closed:
                return
            self._running = True
            self._processes = 1
        worker = self._launch()
        threading.Thread(target=self._supervise, args=(worker,), name="cfn-table lint", daemon=True).start()

    def submit(self, job: LintJob) -> LintTicket:
        """Hand in a job; blocks while too many wait.

        Raises InternalError when no process can lint, or after `close`.
        """
        return self._submit(LintTicket(job))

    def _submit(self, ticket: LintTicket) -> LintTicket:
        self.start()
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self._backlog or self._closed or self._broken)
            self._complain()
            self._waiting.append(ticket)
            self._changed.notify_all()
        return ticket

    def as_completed(self, jobs: Iterable[LintJob]) -> Iterator[LintTicket]:
        """Tickets in the order in which they are done. `jobs` is read only as far as there is room for more."""
        finished: deque[LintTicket] = deque()
        arrived = threading.Condition()

        def note(ticket: LintTicket) -> None:
            with arrived:
                finished.append(ticket)
                arrived.notify()

        under_way = 0
        for job in jobs:
            self._submit(LintTicket(job, note))
            under_way += 1
            while finished or under_way >= self._backlog:
                with arrived:
                    arrived.wait_for(lambda: finished)
                    ticket = finished.popleft()
                under_way -= 1
                yield ticket
        for _ in range(under_way):
            with arrived:
                arrived.wait_for(lambda: finished)
                ticket = finished.popleft()
            yield ticket

    def close(self) -> None:
        """End all processes at once; what has no verdict yet gets an InternalError."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            abandoned = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            started = list(self._started)
        for worker in started:
            worker.end()
        for ticket in abandoned:
            ticket._settle(None, _closed_before(ticket))

    def __enter__(self) -> LintPool:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _complain(self) -> None:
        if self._broken:
            raise _internal_error(self._broken)
        if self._closed:
            raise _internal_error("the lint pool is closed")

    def _launch(self) -> WorkerProcess | NoProcess:
        """A new worker process; where no process can be started, something that does the same in this one."""
        with self._changed:
            copies = self._limit - self._processes
        try:
            worker = WorkerProcess(copies)
        except OSError:
            return NoProcess()
        with self._changed:
            self._started.append(worker)
            closed = self._closed
        if closed:
            worker.end()
        return worker

    def _supervise(self, worker: WorkerProcess | NoProcess) -> None:
        """Hand jobs to a worker, and to a new one when it dies, until the pool is closed."""
        failed_starts = 0
        while True:
            try:
                worker.wait_until_ready()
                while (ticket := self._take()) is not None:
                    self._run(ticket, worker)
                return
            except GoneError as gone:
                failed_starts = 0 if gone.had_begun or worker.main.has_answered else failed_starts + 1
                if failed_starts == _ATTEMPTS:
                    self._break(f"the lint process ends while it starts ({worker.how_it_ended()})")
                    return
            except CannotLintError as failure:
                self._break(f"the lint process cannot start:\n{failure}")
                return
            except BaseException:
                # INVARIANT: nobody waits for a verdict that will not come.
                self._break("the lint pool failed")
                raise
            finally:
                worker.dispose()
            with self._changed:
                if self._closed:
                    return
            worker = self._launch()

    def _help(self, channel: Channel) -> None:
        """Hand jobs to a copy of the worker as long as it lives."""
        with contextlib.suppress(GoneError):
            while (ticket := self._take()) is not None:
                self._ask(ticket, channel)
        channel.close()
        with self._changed:
            self._processes -= 1

    def _take(self) -> LintTicket | None:
        """The next job, None when the pool is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            ticket = self._waiting.popleft()
            self._changed.notify_all()
            return ticket

    def _run(self, ticket: LintTicket, worker: WorkerProcess | NoProcess) -> None:
        """Let the worker do a job; first it makes copies of itself, while other jobs wait and a CPU is free."""
        try:
            while isinstance(worker, WorkerProcess) and worker.spare and self._needs_help():
                helper = worker.fork()
                with self._changed:
                    self._processes += 1
                threading.Thread(target=self._help, args=(helper,), name="cfn-table lint", daemon=True).start()
        except GoneError:
            self._put_back(ticket)
            raise
        self._ask(ticket, worker.main)

    def _needs_help(self) -> bool:
        with self._changed:
            return bool(self._waiting) and self._processes < self._limit and not self._closed

    def _ask(self, ticket: LintTicket, channel: Channel | NoProcess) -> None:
        try:
            answered = channel.ask(ticket.job.to_frame())
        except GoneError as gone:
            ticket._attempts += gone.had_begun
            if ticket._attempts < _ATTEMPTS:
                self._put_back(ticket)
            else:
                ticket._settle(
                    None, _internal_error(f"the lint process died twice while it linted `{ticket.job.path}`")
                )
            raise
        ticket._settle(answered)

    def _put_back(self, ticket: LintTicket) -> None:
        with self._changed:
            usable = not self._closed and not self._broken
            if usable:
                self._waiting.appendleft(ticket)
                self._changed.notify_all()
        if not usable:
            ticket._settle(None, _internal_error(self._broken) if self._broken else _closed_before(ticket))

    def _break(self, reason: str) -> None:
        with self._changed:
            self._broken = reason
            abandoned = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for ticket in abandoned:
            ticket._settle(None, _internal_error(reason))


def _internal_error(message: str) -> InternalError:
    from cfn_table.errors import InternalError

    return InternalError(message)


def _closed_before(ticket: LintTicket) -> InternalError:
    return _internal_error(f"the lint pool was closed before `{ticket.job.path}` was linted")
