"""Calls as JavaScript with version 3 of the AWS SDK, laid out as prettier does."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any, Final

from cfn_table.emit.queries.calls import Call, Variable
from cfn_table.emit.queries.layout import INDENT, WIDTH, Dialect, literal, quoted

PACKAGE: Final = "@aws-sdk/client-dynamodb"

TAKEN: Final = frozenset(
    re.findall(
        r"\w+",
        "arguments await break case catch class client const continue debugger default delete do else enum eval export "
        "extends false finally for function if implements import in instanceof interface let new null package private "
        "process protected public return static super switch this throw true try typeof undefined var void while with "
        "yield Buffer Object",
    )
)
"""What a function of a module cannot be called."""

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def imported(call: Call) -> str:
    """What a call needs of the SDK, beside the client."""
    return f"paginate{call.operation}" if call.pages else f"{call.operation}Command"


def import_statement(names: Iterable[str]) -> str:
    """The import of names of the SDK."""
    listed = sorted(set(names), key=lambda name: (name[:1].islower(), name))
    flat = f'import {{ {", ".join(listed)} }} from "{PACKAGE}";'
    if len(flat) <= WIDTH:
        return flat
    return "\n".join(["import {", *(f"  {name}," for name in listed), f'}} from "{PACKAGE}";'])


def statements(call: Call, margin: int = 0) -> tuple[list[str], str, str]:
    """The statements of a call, the variable for its result, and the expression that gives it; both empty without."""
    if call.pages:
        loop = (
            f"const items = [];\nfor await (const page of {imported(call)}({{ client }}, input)) {{\n"
            "  items.push(...page.Items);\n}"
        )
        return [_declared("const input = ", call.parameters, ";", margin), _indented(loop, margin)], "items", "items"
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        return _batch(call, margin)
    command = _declared(f"const command = new {imported(call)}(", call.parameters, ");", margin)
    results = {
        "GetItem": ("item", "response.Item"),
        "Query": ("items", "response.Items"),
        "Scan": ("items", "response.Items"),
        "TransactGetItems": ("items", "response.Responses.map((each) => each.Item)"),
    }
    if call.operation in results:
        return [command, "const response = await client.send(command);"], *results[call.operation]
    return [command, "await client.send(command);"], "", ""


def _batch(call: Call, margin: int) -> tuple[list[str], str, str]:
    request = _declared("let request = ", call.parameters["RequestItems"], ";", margin)
    send = (
        "while (Object.keys(request ?? {}).length > 0) {\n"
        f"  const command = new {imported(call)}({{ RequestItems: request }});\n"
        "  const response = await client.send(command);\n"
    )
    if call.operation == "BatchWriteItem":
        return [request, _indented(send + "  request = response.UnprocessedItems;\n}", margin)], "", ""
    table = next(iter(call.parameters["RequestItems"]))
    member = f"[{_scalar(table)}]" if isinstance(table, Variable) or not _NAME.fullmatch(table) else table
    loop = (
        f"const items = [];\n{send}  items.push(...(response.Responses?.{member} ?? []));\n"
        "  request = response.UnprocessedKeys;\n}"
    )
    return [request, _indented(loop, margin)], "items", "items"


def _indented(text: str, margin: int) -> str:
    return text.replace("\n", "\n" + " " * margin)


def _declared(start: str, value: Any, end: str, margin: int) -> str:
    before = margin + len(start)
    return start + literal(value, _JAVASCRIPT, margin=margin, before=before, after=len(end)) + end


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"


def _scalar(value: Any) -> str:
    if isinstance(value, Variable):
        return f"process.env.{str.__str__(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return f'Buffer.from("{base64.b64encode(value).decode("ascii")}", "base64")'
    return quoted(value, _escaped) if isinstance(value, str) else str(value)


_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def _key(name: str) -> str:
    # Of an object literal `__proto__: …` would set the prototype.
    if isinstance(name, Variable) or name == "__proto__":
        return f"[{_scalar(name)}]"
    return name if _NAME.fullmatch(name) else _scalar(name)


def _is_spread(value: list[Any]) -> bool:
    """Whether prettier breaks a list although it fits: several objects, or lists, with several entries each."""
    for kind in (dict, list):
        if len(value) > 1 and all(isinstance(each, kind) and len(each) > 1 for each in value):
            return True
    return False


_JAVASCRIPT: Final = Dialect(_scalar, _key, INDENT["javascript"], padding=" ", hangs=True, is_spread=_is_spread)
