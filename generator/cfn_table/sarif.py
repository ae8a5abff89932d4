"""Parts of a SARIF 2.1.0 log (OASIS standard), for whatever is found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from cfn_table.findings import Location

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def sarif_log(
    rules: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]], tool_version: str, **members: Any
) -> dict[str, Any]:
    """A log of one run of cfn-table.

    Args:
        rules: the rules that results name, each with its `id`.
        results: what was found.
        tool_version: the version of cfn-table.
        members: further members of the run.
    """
    driver = {"name": "cfn-table", "version": tool_version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", **members, "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def sarif_location(place: Location) -> dict[str, Any]:
    """A place in a file, as SARIF has it."""
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.path)}
    if place.line:
        physical["region"] = {
            "startLine": place.line,
            **({"startColumn": place.column} if place.column else {}),
            **({"snippet": {"text": place.quotable}} if place.quotable else {}),
        }
    return {"physicalLocation": physical}


def _artifact(path: str) -> dict[str, str]:
    """A URI reference: relative to the top of the source tree where the path is relative (SARIF 2.1.0, 3.4)."""
    from urllib.parse import quote

    raw = path.encode("utf-8", "surrogatepass")
    if PurePosixPath(path).is_absolute():
        return {"uri": f"file://{quote(raw)}"}
    if PureWindowsPath(path).is_absolute():
        return {"uri": f"file:///{quote(PureWindowsPath(path).as_posix().encode('utf-8', 'surrogatepass'))}"}
    # A backslash separates folders on Windows and belongs to the name everywhere else.
    relative = quote(raw.replace(b"\\", b"/") if os.name == "nt" else raw)
    return {"uri": relative, "uriBaseId": "%SRCROOT%"}
