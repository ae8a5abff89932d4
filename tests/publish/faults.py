"""Faults at every step: the calls that change something on the disk are counted, and one of them fails or kills."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from cfn_table.publish import exchange

# Every function of `os` by which the package changes something, or makes a change last.
CALLS = ("open", "write", "fsync", "close", "mkdir", "fchmod", "rename", "replace", "unlink", "rmdir")

Before = Callable[[int, str, tuple[Any, ...]], None]


@contextlib.contextmanager
def watched(before: Before, *, can_exchange: bool = True) -> Iterator[list[str]]:
    """Call `before` with number, name and arguments of every step that is about to be made; the steps made so far.

    Without `can_exchange` the platform has no exchange of two names in one step.
    """
    steps: list[str] = []

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            before(len(steps), name, arguments)
            steps.append(name)
            return real(*arguments, **named)

        return step

    with contextlib.ExitStack() as patches:
        for name in CALLS:
            patches.enter_context(mock.patch.object(os, name, wrapped(name, getattr(os, name))))
        swap = wrapped("exchange", exchange.swap) if can_exchange else lambda *_: False
        patches.enter_context(mock.patch.object(exchange, "swap", swap))
        # `os.open in os.supports_dir_fd` is asked once, on import; the wrappers take the same arguments.
        yield steps


class Failing:
    """The step of this number fails as the system would say it: once, or with all later ones that need room or rights.

    What only reads or removes goes on working, as it does on a full disk.
    """

    def __init__(self, number: int, code: int, *, once: bool) -> None:
        self.number, self.code, self.once = number, code, once
        self.fired = False

    def __call__(self, step: int, name: str, arguments: tuple[Any, ...]) -> None:
        """Raise OSError when the time has come."""
        if step < self.number or (self.fired and self.once):
            return
        reads = name == "open" and not arguments[1] & os.O_CREAT
        if step == self.number if self.once else not reads and name not in ("close", "unlink", "rmdir"):
            self.fired = True
            raise OSError(self.code, os.strerror(self.code))


def killed_at(number: int, *, torn: bool = False) -> Before:
    """The process is killed before the step of this number; with `torn`, a write gets half of its bytes out first."""
    write = os.write

    def before(step: int, name: str, arguments: tuple[Any, ...]) -> None:
        if step == number:
            if torn and name == "write":
                write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

    return before


def in_child(action: Callable[[], object]) -> bool:
    """Run `action` in a process of its own; False when it was killed.

    Raises:
        AssertionError: it failed in any other way.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return False
    assert status == 0, f"the child process ended with status {status}"
    return True
