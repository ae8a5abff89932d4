"""Projects to run the command in, and the command itself: in this process, or as users run it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cfn_table
from cfn_table.emit.types import EMITTERS

DESIGNS = Path(__file__).parent / "designs"
"""Designs of different shapes, with their policies and hooks."""

NAMES = tuple(sorted(path.stem for path in DESIGNS.glob("*.yaml")))
"""Their names."""

PATIENCE = 120.0
"""Seconds after which something hangs; on a busy machine a generation takes a few seconds."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: its exit status, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> tuple[int, str, str]:
        """All three, for comparisons."""
        return (self.status, self.out, self.err)


def version_files(name: str) -> list[str]:
    """The files of a published version of a design, by their paths in its folder, sorted."""
    types = {"typescript": f"{name}.ts", "python": f"{name.replace('-', '_')}.py", "json-schema": f"{name}.schema.json"}
    whole = ("DEPLOY.md", "contract.json", "manifest.json", "stack-policy.json", "template.json", "template.yaml")
    return sorted((*whole, *(f"types/{types[language]}" for language in EMITTERS)))


def copy_designs(folder: Path, *names: str) -> Path:
    """A project in `folder` with some of `DESIGNS` (all of them without names); gives `folder`."""
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        shutil.copy2(DESIGNS / f"{name}.yaml", templates)
        for source, target in ((DESIGNS / name, templates / name), (DESIGNS / "policies" / name, None)):
            if source.is_dir():
                shutil.copytree(source, target or folder / "policies" / name)
        hook = DESIGNS / "hooks" / f"{name}.py"
        if hook.is_file():
            (folder / "hooks").mkdir(exist_ok=True)
            shutil.copy2(hook, folder / "hooks")
    return folder


def small_design(name: str = "notes", version: str = "1.0.0", *more: str) -> str:
    """The text of a small design; `more` are further lines at its end."""
    lines = [
        f"design: {name}",
        f"version: {version}",
        "description: Notes of users",
        "table:",
        "  key: {partition: PK, sort: SK}",
        "  point_in_time_recovery: true",
        "entities:",
        "  note:",
        "    keys: {PK: 'USER#{userId}', SK: 'NOTE#{noteId}'}",
        "    attributes: {userId: string, noteId: string, text: string}",
        "access_patterns:",
        "  get_note: {operation: GetItem, entity: note}",
        "  put_note: {operation: PutItem, entity: note}",
        *more,
    ]
    return "\n".join(lines) + "\n"


def small_project(folder: Path, *names: str, version: str = "1.0.0") -> Path:
    """A project with small designs of these names (`notes` without any); gives `folder`."""
    (folder / "templates").mkdir(parents=True)
    for name in names or ("notes",):
        (folder / "templates" / f"{name}.yaml").write_text(small_design(name, version), encoding="utf-8")
    return folder


def command(*arguments: str | Path) -> list[str]:
    """The command line that runs cfn-table as this test has it."""
    return [sys.executable, "-m", "cfn_table", *map(str, arguments)]


NOISE = ("NO_COLOR", "CFN_TABLE_TRACEBACK", "COLUMNS", "TABLE_NAME", "GSI_NAME", "BILLING_MODE", "REGION")
"""Environment variables that change what is generated or shown."""


def environment(variables: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment of a process that runs cfn-table: ours without `NOISE`, then `variables`; None removes a name."""
    found = {name: value for name, value in os.environ.items() if name not in NOISE}
    # The package that this test imports, from whatever folder the process is started in. An installed one is found
    # without help, and its folder must not come before Python's own.
    source_root = Path(cfn_table.__file__).parents[1]
    if source_root.name != "site-packages":
        found["PYTHONPATH"] = str(source_root)
    for name, value in (variables or {}).items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found


def run(
    *arguments: str | Path,
    cwd: Path,
    stdin: bytes = b"",
    variables: Mapping[str, str | None] | None = None,
    umask: int = -1,
) -> Done:
    """Run the command in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(variables),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        umask=umask,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def descendants(pid: int) -> list[int]:
    """The living processes that a process started, and theirs."""
    with subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True) as listing:
        assert listing.stdout is not None
        lines = listing.stdout.read().splitlines()
    children: dict[int, list[int]] = {}
    for line in lines:
        child, parent, state = line.split()
        if not state.startswith("Z") and int(child) != listing.pid:
            children.setdefault(int(parent), []).append(int(child))

    def below(parent: int) -> Iterator[int]:
        for child in children.get(parent, ()):
            yield child
            yield from below(child)

    return list(below(pid))


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    listing = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(listing.strip()) and not listing.strip().startswith("Z")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that a test started, if it still runs."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
