"""Small builds to publish, and what is in a folder afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cfn_table.findings import Finding, Location, Severity
from cfn_table.publish import Build, Inputs, Proven, Suppressed, Verdict, Version
from cfn_table.publish.manifest import digest

DESIGN = "kv-storage"
TYPES = ("types/kv-storage.ts", "types/kv_storage.py")
TOOL = {"awacs": "2.6.0", "cfn-lint": "1.58.0", "cfn-table": "0.1.0", "troposphere": "4.11.0"}
LINT = Verdict(
    regions=("us-east-1",),
    findings=(Finding("W3010", Severity.WARNING, "a warning", "a help", Location("templates/kv-storage.yaml", 3, 5)),),
    suppressed=(Suppressed("W2001", "used by a macro", 2),),
)

ACCESS = {"api": Proven("equal", ("get_user",)), "reporting": Proven("equal")}


def build(
    version: str = "1.0.0",
    text: str = "one",
    *,
    contract: dict[str, Any] | None = None,
    design: str = DESIGN,
    inputs: str | None = None,
    tool: dict[str, str] | None = None,
    types: bool = True,
) -> Build:
    """A build whose artifacts differ when `text` or `contract` do, and whose identity differs with `inputs` too.

    Without `types` it is of a time when no version had a folder in it.
    """
    files = {"template.yaml": f"# {text}\n".encode(), "template.json": json.dumps({"text": text}).encode()}
    if types:
        files |= {TYPES[0]: f"// {text}\n".encode(), TYPES[1]: b"# always the same\n"}
    if contract is not None:
        files["contract.json"] = json.dumps(contract, sort_keys=True).encode()
    source = Inputs(
        digest((text if inputs is None else inputs).encode()),
        (f"templates/{design}.yaml",),
        {"TABLE_NAME": "kv-storage-data", "LIMIT": 3},
        ("TABLE_NAME",),
    )
    return Build(design, Version.parse(version), files, source, tool or TOOL, LINT, access=ACCESS)


def contract(*exports: str, version: str = "1.0.0") -> dict[str, Any]:
    """A contract with these exports and nothing else."""
    return {"format": 1, "design": DESIGN, "version": version, "exports": {name: name for name in exports}}


def content(build: Build) -> dict[str, bytes]:
    """Every file that a published build has, the manifest too."""
    return {**build.files, "manifest.json": build.manifest().to_bytes()}


def tree(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder by its path: bytes of files, `-> target` for links, `/` for empty folders."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[name] = "/"
    return found


def published(*builds: Build) -> dict[str, bytes | str]:
    """What `tree` of the project shows when exactly these builds are published."""
    return {
        f"build/{build.design}/{build.version}/{name}": each
        for build in builds
        for name, each in content(build).items()
    }
