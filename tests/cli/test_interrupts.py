"""Ctrl-C and SIGTERM where Python cannot raise: in finalizers, and in callbacks of weak references."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cfn_table.cli.interrupts import interrupts_come_again
from tests.cli.conftest import Cli
from tests.projects import PATIENCE, environment


class Finalized:
    """An object that is interrupted while it is finalized."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


class Referenced:
    """An object that a weak reference may have a callback for."""


def in_a_finalizer() -> None:
    """Ctrl-C while an object is finalized."""
    Finalized()


def in_a_callback() -> None:
    """Ctrl-C in the callback of a weak reference, as the import system has one for each module."""
    referenced = Referenced()
    reference = weakref.ref(referenced, lambda _: signal.raise_signal(signal.SIGINT))
    del referenced
    assert reference() is None


def compute() -> None:
    """Work that takes long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        pass


def drop_and_compute() -> None:
    """Work that is interrupted where Python drops it."""
    in_a_callback()
    compute()


def wait() -> None:
    """A wait that takes long."""
    threading.Event().wait(PATIENCE)


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[type[BaseException]]]:
    """What an unraisable hook is told that was there before; it is there afterwards, too."""
    told: list[type[BaseException]] = []

    def hook(dropped: sys.UnraisableHookArgs) -> None:
        told.append(dropped.exc_type)

    monkeypatch.setattr(sys, "unraisablehook", hook)
    yield told
    assert sys.unraisablehook is hook


@pytest.mark.parametrize("work", [compute, wait])
@pytest.mark.parametrize("dropped", [in_a_finalizer, in_a_callback])
def test_an_interrupt_that_python_drops_ends_the_command(
    dropped: Callable[[], None],
    work: Callable[[], None],
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    others: list[type[BaseException]],
) -> None:
    """A moment later, and quietly; neither work nor a wait goes on."""

    def main(*_: object, **__: object) -> int:
        dropped()
        work()
        return 0

    monkeypatch.setattr("cfn_table.cli.root.cli.main", main)
    begin = time.monotonic()
    assert (130, "", "") == cli("lint").told
    assert time.monotonic() - begin < PATIENCE / 4
    assert [] == others
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_that_is_dropped_again_and_again_ends_the_command(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, others: list[type[BaseException]]
) -> None:
    """Each time that it cannot be raised, it comes once more."""

    class Long:
        def __del__(self) -> None:
            compute()

    def main(*_: object, **__: object) -> int:
        in_a_finalizer()
        for _round in range(3):
            Long()
        compute()
        return 0

    monkeypatch.setattr("cfn_table.cli.root.cli.main", main)
    begin = time.monotonic()
    assert (130, "", "") == cli("lint").told
    assert time.monotonic() - begin < PATIENCE / 4
    assert [] == others


def test_a_dropped_interrupt_is_waited_for_at_the_end(others: list[type[BaseException]]) -> None:
    """It comes while the block is there, and never into what follows."""
    with pytest.raises(KeyboardInterrupt), interrupts_come_again():
        in_a_finalizer()
    assert [] == others


def test_a_block_in_a_block_is_ended_as_well(others: list[type[BaseException]]) -> None:
    """The inner one sends the signal, and the outer one goes on with what it had."""
    with interrupts_come_again():
        with pytest.raises(KeyboardInterrupt), interrupts_come_again():
            in_a_callback()
        with pytest.raises(KeyboardInterrupt):
            drop_and_compute()
    assert [] == others


def test_other_exceptions_that_cannot_be_raised_are_told_as_ever(others: list[type[BaseException]]) -> None:
    """Only interrupts are taken from the hook that was there."""

    class Failing:
        def __del__(self) -> None:
            raise ValueError("told")

    with interrupts_come_again():
        Failing()
    assert [ValueError] == others


def test_another_thread_changes_nothing() -> None:
    """Signals are the main thread's, and so are its exceptions."""
    hooks = []

    def look() -> None:
        with interrupts_come_again():
            hooks.append(sys.unraisablehook)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert [sys.unraisablehook] == hooks


ENDED = """
import signal, sys, time
from cfn_table.cli import main, root
from cfn_table.cli.endings import ending_in_order

class Finalized:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

def work(**_):
    with ending_in_order():
        try:
            Finalized()
            time.sleep(60)
            print("went on")
        finally:
            print("cleaned up", flush=True)

root.cli.main = work
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM that a process could send another")
def test_sigterm_that_python_drops_ends_the_command_in_order(tmp_path: Path) -> None:
    """What Ctrl-C cleans up is cleaned up, and the process ends by the signal that was sent."""
    done = subprocess.run(
        [sys.executable, "-c", ENDED],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (-signal.SIGTERM, b"cleaned up\n", b"") == (done.returncode, done.stdout, done.stderr)
