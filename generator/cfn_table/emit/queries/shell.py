"""Calls as commands of the AWS CLI, for any POSIX shell.

Source: AWS CLI user guide, "Quotation marks and literals in strings" and "Binary/blob (binary large object)".
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final

from cfn_table.design.generated_names import snake_case
from cfn_table.emit.queries.calls import Call, Variable, has_binary
from cfn_table.emit.queries.layout import INDENT, Dialect, literal

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:=@%+-]+")


def command(call: Call, margin: int = 0) -> str:
    """The command of a call; `margin` is how far it stands from the left."""
    lines = [f"aws dynamodb {snake_case(call.operation).replace('_', '-')}"]
    for name, value in call.parameters.items():
        option = f"--{snake_case(name).replace('_', '-')}"
        if value is False:  # the CLI has a pair of options for a boolean
            lines.append(f"--no-{option[2:]}")
            continue
        before = margin + 2 + len(option) + 1
        lines.append(f"{option} {_argument(value, margin + 2, before)}")
    if has_binary(call.parameters):
        # Version 2 may be configured to take bytes as they are. Version 1 always does, where JSON could not hold them:
        # it refuses this option instead of storing other bytes.
        lines.append("--cli-binary-format base64")
    return " \\\n".join([" " * margin + lines[0], *(" " * (margin + 2) + line for line in lines[1:])])


def _argument(value: Any, margin: int, before: int) -> str:
    if isinstance(value, Variable):
        return f'"${str.__str__(value)}"'
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict | list):
        # One column for each quote, and ` \` behind it.
        return f"'{literal(value, _JSON, margin=margin, before=before + 1, after=3)}'"
    return str(value)


def quote(text: str) -> str:
    """A text as one word of the shell: as it is where nothing in it has a meaning, else in single quotes."""
    return text if _PLAIN.fullmatch(text) else "'" + _inside(text) + "'"


def _inside(text: str) -> str:
    """A text inside of single quotes, in which nothing but their end has a meaning."""
    return text.replace("'", "'\\''")


def _json(value: Any) -> str:
    if isinstance(value, Variable):
        return f'"\'"${str.__str__(value)}"\'"'
    if isinstance(value, bytes):
        return json.dumps(base64.b64encode(value).decode("ascii"))
    if not isinstance(value, str):
        return json.dumps(value)
    text = json.dumps(value, ensure_ascii=False)
    # No terminal shows what is not printable, and some clipboards lose it.
    return _inside("".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text))


_JSON: Final = Dialect(_json, _json, INDENT["json"], last="")
