"""Interrupts that Python drops come again."""

from __future__ import annotations

import _thread
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Final

from cfn_table.cli.endings import Ended

_A_MOMENT: Final = 0.01
"""Seconds after which Python has left the code that cannot raise."""


@contextlib.contextmanager
def interrupts_come_again() -> Iterator[None]:
    """Run a block that a signal ends wherever it arrives, also where Python cannot raise.

    A signal's handler is called in whatever code runs. In a finalizer, or in the callback of a weak reference (the
    import system has one for each module), Python shows the exception and goes on. Instead nothing is shown, and the
    signal is sent again a moment later. A block that is over before that waits for it.
    """
    # Signals are the main thread's.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual, main = sys.unraisablehook, threading.get_ident()
    sent: list[_thread.LockType] = []

    def send_again(dropped: sys.UnraisableHookArgs) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt) or threading.get_ident() != main:
            usual(dropped)
            return
        number = dropped.exc_value.number if isinstance(dropped.exc_value, Ended) else signal.SIGINT
        arrived = _thread.allocate_lock()
        arrived.acquire()
        sent.append(arrived)
        # Not threading.Thread: this may be the middle of what that class does, and it has locks.
        _thread.start_new_thread(_send, (number, main, arrived))

    sys.unraisablehook = send_again
    try:
        yield
    finally:
        try:
            for arrived in sent:
                arrived.acquire()
        finally:
            sys.unraisablehook = usual


def _send(number: int, thread: int, arrived: _thread.LockType) -> None:
    time.sleep(_A_MOMENT)
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:
        # Unlike interrupt_main, this also ends a wait for something.
        signal.pthread_kill(thread, number)
    arrived.release()
