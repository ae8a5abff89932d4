"""A small design, changes of it, and what is told of it."""

from __future__ import annotations

import json

from tests.projects import Done, small_design

DESIGN = small_design()
FILE = "templates/notes.yaml"
Told = tuple[str, str, str]


def told(done: Done) -> list[Told]:
    """Place, message and help of every finding in the JSON results."""
    findings = [finding for result in json.loads(done.out)["results"] for finding in result["findings"]]
    return [(place(finding["location"]), finding["message"], finding["help"]) for finding in findings]


def place(location: dict[str, object]) -> str:
    """`path:line:column`, without what is 0."""
    return ":".join(str(location[name]) for name in ("path", "line", "column") if location[name])


def with_(old: str, new: str) -> str:
    """The small design with a text replaced, which must be there."""
    assert old in DESIGN
    return DESIGN.replace(old, new, 1)


def finding(place: str, message: str, *help: str, rule: str = "input", shown: str = "") -> str:
    """The text of one finding; `shown` is the line of the place and the caret below it."""
    lines = [f"{place}: error: {message} [{rule}]", *shown.splitlines(), *(f"help: {each}" for each in help)]
    return "\n".join(lines) + "\n\n1 error\n"
