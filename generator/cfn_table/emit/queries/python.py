"""Calls as Python with boto3's client, laid out as black and ruff do."""

from __future__ import annotations

import builtins
import keyword
from typing import Any, Final

from cfn_table.design.generated_names import snake_case
from cfn_table.emit.queries.calls import Call, Variable
from cfn_table.emit.queries.layout import INDENT, WIDTH, Dialect, flat, literal, python_literal

TAKEN: Final = frozenset(
    {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "boto3", "client", "os", "pprint", "sys"}
)
"""What a function of a module cannot be called."""


def statements(call: Call, margin: int = 0) -> tuple[list[str], str, str]:
    """The statements of a call, the variable for its result, and the expression that gives it; both empty without."""
    method = f"client.{snake_case(call.operation)}"
    if call.pages:
        paginator = f'paginator = client.get_paginator("{snake_case(call.operation)}")'
        pages = _assigned("pages = paginator.paginate", call.parameters, margin)
        return [paginator, pages], "items", '[item for page in pages for item in page["Items"]]'
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        return _batch(call, method, margin)
    results = {
        "GetItem": ("item", 'response.get("Item")'),
        "Query": ("items", 'response["Items"]'),
        "Scan": ("items", 'response["Items"]'),
        "TransactGetItems": ("items", '[each.get("Item") for each in response["Responses"]]'),
    }
    if call.operation in results:
        return [_assigned(f"response = {method}", call.parameters, margin)], *results[call.operation]
    return [_assigned(method, call.parameters, margin)], "", ""


def _batch(call: Call, method: str, margin: int) -> tuple[list[str], str, str]:
    start = "request = "
    items = literal(call.parameters["RequestItems"], _PYTHON, margin=margin, before=margin + len(start), after=0)
    if call.operation == "BatchWriteItem":
        loop = (
            f'while request:\n    response = {method}(RequestItems=request)\n    request = response["UnprocessedItems"]'
        )
        return [start + items, _indented(loop, margin)], "", ""
    table = _scalar(next(iter(call.parameters["RequestItems"])))
    loop = (
        f"items = []\nwhile request:\n    response = {method}(RequestItems=request)\n"
        f'    items += response["Responses"].get({table}, [])\n    request = response["UnprocessedKeys"]'
    )
    return [start + items, _indented(loop, margin)], "items", "items"


def _indented(text: str, margin: int) -> str:
    """All lines but the first, which stands where it is put, moved to the right."""
    return text.replace("\n", "\n" + " " * margin)


def _assigned(start: str, parameters: dict[str, Any], margin: int) -> str:
    """A call with named arguments, on one line where it fits."""
    line = f"{start}({', '.join(f'{name}={flat(value, _PYTHON)}' for name, value in parameters.items())})"
    if margin + len(line) <= WIDTH:
        return line
    inner = margin + INDENT["python"]
    lines = []
    for name, value in parameters.items():
        before = " " * inner + f"{name}="
        lines.append(before + literal(value, _PYTHON, margin=inner, before=len(before)) + ",")
    return "\n".join([f"{start}(", *lines, " " * margin + ")"])


def _scalar(value: Any) -> str:
    if isinstance(value, Variable):
        return f'os.environ["{str.__str__(value)}"]'
    return python_literal(value)


_PYTHON: Final = Dialect(_scalar, _scalar, INDENT["python"])
