"""The worker process as `cfn_table.lint.pool` sees it: how it is started, talked to and ended.

The worker must be the same program as this one. It is started with nothing but our own import path, so that a file
`yaml.py` in the folder where the user happens to stand is not executed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from cfn_table.lint.frames import Frame, read_frame, write_frame

# INVARIANT: the worker imports from where this process imports, except from the current folder. `-I` keeps Python from
# adding that folder and from reading PYTHON* variables, `-S` from looking for its own folders; `sys.path` becomes ours.
# Where packages are found by import hooks (some editable installations), `site` has to be run after all.
_START = """\
import gc
gc.disable()
import sys
try:
    sys.path[:] = sys.argv[3:]
    try:
        import cfn_table.lint.worker, cfnlint
    except ImportError:
        import site
        site.main()
    from cfn_table.lint.worker import main
except BaseException:
    import json, traceback
    said = json.dumps({"fatal": traceback.format_exc()}).encode()
    sys.stdout.buffer.write(len(said).to_bytes(4, "big") + said)
    raise SystemExit(1)
main([int(end) for end in sys.argv[1].split()], int(sys.argv[2]))
"""


class GoneError(Exception):
    """The process on the other side is gone.

    Attributes:
        had_begun: whether it had begun with what it was asked.
    """

    def __init__(self, had_begun: bool) -> None:
        """See the attributes."""
        super().__init__()
        self.had_begun = had_begun


class CannotLintError(Exception):
    """The process on the other side says that it cannot lint at all."""


class Channel:
    """The talk with one process. It belongs to one thread, which closes it.

    Attributes:
        has_answered: whether the process has ever answered a request.
    """

    def __init__(self, requests: int, answers: int) -> None:
        """File descriptors: where requests are written and where answers are read."""
        self._requests, self._answers = requests, answers
        self.has_answered = False

    def ask(self, frame: Frame) -> Frame:
        """Send a request and wait for its answer; raises GoneError when there will be none."""
        try:
            write_frame(self._requests, frame)
        except OSError:
            raise GoneError(had_begun=False) from None
        self._listen(had_begun=False)
        answered = self._listen(had_begun=True)
        self.has_answered = True
        return answered

    def greeting(self) -> Frame:
        """Wait for what the process says first; raises GoneError when it says nothing."""
        return self._listen(had_begun=False)

    def _listen(self, had_begun: bool) -> Frame:
        try:
            answered = read_frame(self._answers)
        except (OSError, ValueError):
            answered = None
        if answered is None:
            raise GoneError(had_begun)
        return answered

    def close(self) -> None:
        """Let the process know that nothing more will be asked."""
        os.close(self._requests)
        os.close(self._answers)


class WorkerProcess:
    """The worker process, and pipes for copies that it has not made yet.

    Attributes:
        main: the talk with the worker itself.
        spare: of each copy that may be forked, the ends that it will serve and our talk with it.
    """

    def __init__(self, copies: int) -> None:
        """Start it, able to fork `copies` copies. Raises OSError where the system starts no processes."""
        if not sys.executable or getattr(sys, "frozen", False):
            raise OSError("there is no Python to be started")
        self.spare: list[tuple[list[int], Channel]] = []
        theirs: list[int] = []
        try:
            for _ in range(copies):
                their_read, our_write = os.pipe()
                our_read, their_write = os.pipe()
                theirs += [their_read, their_write]
                self.spare.append(([their_read, their_write], Channel(our_write, our_read)))
            our_read, their_write = os.pipe()
            their_read, our_write = os.pipe()
            theirs += [their_read, their_write]
            self.main = Channel(our_write, our_read)
            copies_ends = theirs[:-2]
            arguments = [" ".join(map(str, copies_ends)), str(os.getpid()), *_import_path()]
            self._process = subprocess.Popen(
                [sys.executable, *_python_options(), "-c", _START, *arguments],
                stdin=their_read,
                stdout=their_write,
                stderr=subprocess.DEVNULL,
                **_apart(copies_ends),
            )
        except OSError:
            self.dispose()
            raise
        finally:
            for end in theirs:
                os.close(end)

    def wait_until_ready(self) -> None:
        """Raises GoneError when it ends before, CannotLintError when it says why it cannot lint."""
        greeting = self.main.greeting()
        if "fatal" in greeting:
            raise CannotLintError(str(greeting["fatal"]))

    def fork(self) -> Channel:
        """Make it fork a copy; gives the talk with the copy. Raises GoneError."""
        ends, channel = self.spare[-1]
        self.main.ask({"fork": ends})
        self.spare.pop()
        return channel

    def dispose(self) -> None:
        """Close what this process holds of it; copies go on as long as their own talk does."""
        for _, channel in self.spare:
            channel.close()
        self.spare.clear()
        if hasattr(self, "main"):
            self.main.close()

    def end(self) -> None:
        """End the process and its copies, which are its process group, at once."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            import signal

            # INVARIANT: nobody waited for the process before, so its number cannot belong to another group by now.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        # The system needs 10 ms to take 150 MB back; nobody has to wait for that.
        threading.Thread(target=self._process.wait, name="cfn-table lint", daemon=True).start()

    def how_it_ended(self) -> str:
        """`signal 9` or `status 1`, of a process that is gone."""
        if sys.platform == "win32":
            return f"status {self._process.wait()}"
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        if ended is None:
            return "unknown"
        return f"{'status' if ended.si_code == os.CLD_EXITED else 'signal'} {ended.si_status}"


class NoProcess:
    """Stands for a worker where the system starts no processes: lints in this process."""

    has_answered = True
    spare: tuple[()] = ()

    @property
    def main(self) -> NoProcess:
        """Itself."""
        return self

    def wait_until_ready(self) -> None:
        """There is nothing to wait for."""

    def ask(self, frame: Frame) -> Frame:
        """The answer to a request."""
        from cfn_table.lint.worker import answer

        return answer(frame)

    def dispose(self) -> None:
        """There is nothing to close."""

    def how_it_ended(self) -> str:
        """It never does."""
        return "never"


def usable_cpus() -> int:
    """How many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _import_path() -> list[str]:
    """Our `sys.path`, the folder of this `cfn_table` first, and never the current folder (unless it is that one)."""
    # Without pathlib, whose import takes as long as starting the worker.
    ours = os.path.abspath(__file__)  # noqa: PTH100 (see above)
    for _ in __name__.split("."):
        ours = os.path.dirname(ours)  # noqa: PTH120
    here = os.path.realpath(os.curdir)
    rest = [entry for entry in sys.path if os.path.isabs(entry) and os.path.realpath(entry) != here]  # noqa: PTH117
    return list(dict.fromkeys([ours, *rest]))


def _python_options() -> list[str]:
    """`-I -S`, and what else this Python was told about compiled files, which `-I` would make it forget."""
    options = ["-I", "-S"]
    if sys.dont_write_bytecode:
        options.append("-B")
    if sys.pycache_prefix is not None:
        options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    return options


def _apart(descriptors: list[int]) -> dict[str, Any]:
    """Options of Popen for a process group of its own, which Ctrl-C in a terminal does not reach."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0, "pass_fds": descriptors}
