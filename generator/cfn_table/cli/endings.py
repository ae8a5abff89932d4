"""Signals that ask a command to end while something of it exists elsewhere: engines, tables, items."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any, Final

_NAMES: Final = ("SIGTERM", "SIGHUP")
"""What a supervisor or `timeout` sends, and what a terminal sends that is closed."""


class Ended(KeyboardInterrupt):
    """A signal asked the command to end; whatever Ctrl-C cleans up is cleaned up for it, too.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """Run a block that SIGTERM and SIGHUP end as Ctrl-C does; afterwards the process ends by the signal all the same.

    So it ends for whoever sent it, as every other command does, only with nothing left behind. A signal that is
    ignored, as `nohup` has it, stays so.
    """
    # Signals are the main thread's, and whoever has a handler already wants it.
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [number for name in _NAMES if (number := getattr(signal, name, None)) is not None and is_main]
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    asked: list[int] = []

    def end(number: int, _frame: Any) -> None:
        asked.append(number)
        raise Ended(number)

    for number in taken:
        signal.signal(number, end)
    try:
        yield
    except Ended as ended:
        _end_by(ended.number)
        raise
    else:
        # Code of an extension module may have taken the exception for its own.
        if asked:
            _end_by(asked[0])
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _end_by(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
