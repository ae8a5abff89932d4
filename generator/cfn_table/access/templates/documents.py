"""A policy document as plain JSON, from a mapping, from JSON in a text, or from what stands for one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.templates.intrinsics import Resolver, intrinsic
from cfn_table.access.templates.shapes import arn
from cfn_table.access.templates.symbols import literal, sole_symbol
from cfn_table.access.templates.view import MAX_DEPTH, Path, Unresolvable

_VERSION: Final = "2012-10-17"
_NO_STATEMENT: Final = "a policy document needs `Statement`"
_SERVICE: Final = re.compile(r".*\.(amazonaws\.com(\.cn)?|\$\{AWS::URLSuffix\})")


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document, and where its statements are."""

    data: dict[str, Any]
    statement_paths: tuple[Path, ...]


def read_document(resolver: Resolver, raw: Any, path: Path) -> Document | None:
    """The document that a property has, or None where it is left out."""
    raw, path = resolver.branch(raw, path)
    if not isinstance(raw, dict) or intrinsic(raw) is not None:
        value = resolver.value(raw, path)
        if isinstance(value, str):
            return _parsed(value, path)
        if isinstance(value, dict):
            return _checked(value, path)
        if isinstance(value, list):
            raise Unresolvable(path, "a policy document is a mapping")
        return None
    data: dict[str, Any] = {}
    paths: list[Path] = []
    for key, item in raw.items():
        if key == "Statement":
            data["Statement"], paths = _statements(resolver, item, (*path, key))
        else:
            rest = resolver.value({key: item}, path)
            data.update(rest if isinstance(rest, dict) else {})
    if "Statement" not in data:
        raise Unresolvable(path, _NO_STATEMENT)
    return Document(data, tuple(paths))


def read_nothing(resolver: Resolver, raw: Any, path: Path) -> Document | None:
    """What should hold a document and does not, unless it is left out."""
    if isinstance(raw, dict) and intrinsic(raw) is not None:
        value = resolver.value(raw, path)
        if not isinstance(value, (str, list, dict)):
            return None
    raise Unresolvable(path, "a policy with a document is needed here")


def _statements(resolver: Resolver, raw: Any, path: Path) -> tuple[list[dict[str, Any]], list[Path]]:
    raw, path = resolver.branch(raw, path)
    if isinstance(raw, list):
        places = [resolver.branch(item, (*path, index)) for index, item in enumerate(raw)]
    else:
        places = [(raw, path)]
    statements, paths = [], []
    for item, place in places:
        value = resolver.value(item, place)
        if isinstance(value, dict):
            statements.append(value)
            paths.append(place)
        elif isinstance(value, (str, list)):
            raise Unresolvable(place, "a statement is a mapping")
    return statements, paths


def _parsed(text: str, path: Path) -> Document:
    if sole_symbol(text) is not None:
        raise Unresolvable(path, f"the document is `{text}`, which is not known before deployment")
    depth = deepest = 0
    for character in re.findall(r"[\[\]{}]", text):
        depth += 1 if character in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > 2 * MAX_DEPTH:
        raise Unresolvable(path, "values are nested too deeply")
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=_refuse, strict=False
        )
    except (ValueError, RecursionError):
        raise Unresolvable(path, "the text is no JSON") from None
    return _checked(_plain(data, path), path)


def _checked(value: Any, path: Path) -> Document:
    """A document of which every part has the same place in the template."""
    if not isinstance(value, dict):
        raise Unresolvable(path, "a policy document is a mapping")
    if "Statement" not in value:
        raise Unresolvable(path, _NO_STATEMENT)
    statements = value["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(statement, dict) for statement in statements):
        raise Unresolvable(path, "a statement is a mapping")
    return Document({**value, "Statement": statements}, (path,) * len(statements))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


def _refuse(text: str) -> str:
    raise ValueError(text)


def _plain(data: Any, path: Path) -> Any:
    """Parsed JSON as lists, mappings and texts only. Its texts were resolved when the whole text was."""
    if isinstance(data, dict):
        return {key: _plain(item, path) for key, item in data.items()}
    if isinstance(data, list):
        return [_plain(item, path) for item in data]
    if data is None:
        raise Unresolvable(path, "`null` is no value in a policy")
    if isinstance(data, bool):
        return "true" if data else "false"
    return data if isinstance(data, str) else literal(str(data))


def read_permission(resolver: Resolver, raw: Any, path: Path) -> Document:
    """The statement that `AWS::Lambda::Permission` adds to a function's policy."""
    given = _properties(resolver, raw, path, ("FunctionName", "Action", "Principal"))
    principal = given["Principal"]
    statement: dict[str, Any] = {"Effect": "Allow", "Action": given["Action"]}
    statement["Principal"] = (
        "*" if principal == "*" else {"Service" if _SERVICE.fullmatch(principal) else "AWS": principal}
    )
    function = given["FunctionName"]
    if not function.startswith("arn:") and not _is_parameter(resolver, function):
        # `name`, `name:alias`, or `account:function:name`
        account, found, name = function.partition(":function:")
        function = arn("lambda", f"function:{name if found else function}")
        if found:
            function = function.replace("${AWS::AccountId}", account)
    statement["Resource"] = function
    conditions: dict[str, dict[str, str]] = {}
    for name, operator, key in (
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
        ("SourceArn", "ArnLike", "aws:SourceArn"),
    ):
        if name in given:
            conditions.setdefault(operator, {})[key] = given[name]
    if conditions:
        statement["Condition"] = conditions
    return Document({"Version": _VERSION, "Statement": [statement]}, (path,))


def _is_parameter(resolver: Resolver, text: str) -> bool:
    """Whether a text is a parameter's value or an import: it may be a name or an ARN."""
    name = sole_symbol(text)
    return name is not None and not resolver.is_resource(name.split(".")[0])


def read_event_bus(resolver: Resolver, raw: Any, path: Path) -> Document:
    """The statement that `AWS::Events::EventBusPolicy` adds to a bus' policy, in its new and its old form."""
    if isinstance(raw, dict) and "Statement" in raw:
        statements, paths = _statements(resolver, raw["Statement"], (*path, "Statement"))
        if statements:
            return Document({"Version": _VERSION, "Statement": statements}, tuple(paths))
    given = _properties(resolver, raw, path, ("Action", "Principal"))
    bus = given.get("EventBusName", "default")
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": given["Action"],
        "Principal": "*" if given["Principal"] == "*" else {"AWS": given["Principal"]},
        "Resource": bus if bus.startswith("arn:") else arn("events", f"event-bus/{bus}"),
    }
    if isinstance(raw, dict) and "Condition" in raw:
        place = (*path, "Condition")
        condition = resolver.value(raw["Condition"], place)
        match condition:
            case {"Type": str(operator), "Key": str(key), "Value": str(value)}:
                statement["Condition"] = {operator: {key: value}}
            case dict() | list() | str():
                raise Unresolvable(place, "a condition has a type, a key and a value")
    return Document({"Version": _VERSION, "Statement": [statement]}, (path,))


def _properties(resolver: Resolver, raw: Any, path: Path, required: tuple[str, ...]) -> dict[str, str]:
    """The properties that are texts."""
    found: dict[str, str] = {}
    for name, item in raw.items() if isinstance(raw, dict) else ():
        if isinstance(name, str) and name not in ("Condition", "Statement"):
            value = resolver.value(item, (*path, name))
            if isinstance(value, str):
                found[name] = value
            elif isinstance(value, (list, dict)):
                raise Unresolvable((*path, name), f"`{name}` is a text")
    for name in required:
        if name not in found:
            raise Unresolvable(path, f"`{name}` is missing")
    return found
