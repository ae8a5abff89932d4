"""The command line: each command is options, one library call, and output."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO, cast

from cfn_table.cli.interrupts import interrupts_come_again
from cfn_table.errors import CfnTableError, InputError
from cfn_table.findings import Finding, Location

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells count it: 128 and the number of SIGINT."""


def _as_text(findings: Sequence[Finding]) -> None:
    from cfn_table.cli.output import show_findings

    show_findings(findings)


@dataclass(slots=True)
class Report:
    """How this call shows an error that ends it; click's context object of every command.

    Attributes:
        show: writes the error's findings; a command that was asked for a form for programs puts its own here, so that
            who reads its results finds a document in every case.
    """

    show: Callable[[Sequence[Finding]], None] = _as_text


def main() -> NoReturn:
    """Run the command line and exit: 0 fine, 1 something was found, 2 unusable input or usage, 3 our own bug."""
    with _patient_streams():
        code = _run()
        sys.stdout.flush()
    sys.exit(code)


def _run() -> int:
    try:
        with interrupts_come_again():
            return _call()
    except KeyboardInterrupt:
        return INTERRUPTED


def _call() -> int:
    import click

    from cfn_table.cli.root import cli

    report = Report()
    asked: list[int] = []
    try:
        with _remembering_interrupts(asked):
            status = cli.main(prog_name="cfn-table", standalone_mode=False, obj=report)
        # Code of an extension module may have taken the interrupt for its own, and gone on.
        return INTERRUPTED if asked else status if isinstance(status, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return INTERRUPTED
    except CfnTableError as error:
        return _show(error, report)
    except OSError as error:
        if os.environ.get("CFN_TABLE_TRACEBACK"):
            return _report(error)
        return _show(_refused_by_the_system(error), report)
    except Exception as error:
        return _report(error)


@contextlib.contextmanager
def _remembering_interrupts(asked: list[int]) -> Iterator[None]:
    """Add each Ctrl-C to a list, besides what it does."""
    usual = signal.getsignal(signal.SIGINT)

    def remember(number: int, frame: Any) -> None:
        asked.append(number)
        signal.default_int_handler(number, frame)

    # Signals are the main thread's, and whoever has a handler already wants it.
    if usual is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _show(error: CfnTableError, report: Report) -> int:
    try:
        report.show(error.findings)
    except OSError:  # results cannot be written; messages may be
        _as_text(error.findings)
        return 2
    return error.exit_status


def _refused_by_the_system(error: OSError) -> InputError:
    """What the user can act on when the system refuses something that nobody expected it to refuse."""
    why = (error.strerror or str(error) or type(error).__name__).lower()
    name = error.filename
    if not isinstance(name, str):
        return InputError(f"the system refuses: {why}", help="CFN_TABLE_TRACEBACK=1 shows where")
    shown = name if len(name) <= 80 else f"{name[:77]}..."
    return InputError(f"`{shown}` cannot be used: {why}", help="check the path", location=Location(shown))


def _report(error: BaseException) -> int:
    """Our own bug: say so, and what a report needs."""
    import traceback
    from pathlib import Path

    from cfn_table import __version__

    print(f"cfn-table {__version__} has a bug: {type(error).__name__}: {error}", file=sys.stderr)
    if os.environ.get("CFN_TABLE_TRACEBACK"):
        traceback.print_exception(error)
    else:
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"  in {place.name}, line {place.lineno} of {Path(place.filename).name}", file=sys.stderr)
        print("  please report it with the design; CFN_TABLE_TRACEBACK=1 shows the whole trace", file=sys.stderr)
    return 3


class _Patient:
    """A stream whose reader may go away: the command does its work to the end and keeps its exit status."""

    def __init__(self, stream: TextIO, forgiven: type[OSError] = BrokenPipeError) -> None:
        self._stream = stream
        self._forgiven = forgiven
        self._failure: OSError | None = None

    def write(self, text: str) -> int:
        if text == "":
            return 0  # click finds out in this way what takes texts, and would swallow the error
        if self._failure is not None:
            raise self._failure
        try:
            return self._stream.write(text)
        except OSError as error:
            self._fail(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        """Send what is still to come nowhere: what could not be written would fail again with every flush.

        Raises:
            OSError: the error, if it is not forgiven; every text after it meets it again.
        """
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if not isinstance(error, self._forgiven):
            self._failure = error
            raise error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def _patient_streams() -> Iterator[None]:
    r"""Streams that never fail: not when nobody reads, not for a character that the terminal lacks.

    What goes to a file or to another program is data, so it is UTF-8 with `\n` on every platform.
    """
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
            if not stream.isatty():
                reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    with (
        contextlib.redirect_stdout(cast("TextIO", _Patient(sys.stdout))),
        # Nobody can be told that messages cannot be written.
        contextlib.redirect_stderr(cast("TextIO", _Patient(sys.stderr, OSError))),
    ):
        yield


def _open_what_is_closed() -> None:
    """Connect a standard stream that the caller has closed (`>&-`) to nothing.

    Python has None for such a stream, and the next file that is opened would become standard output.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (open for good)
