"""From raw YAML values to models: pydantic's errors become findings in the user's words, at the user's line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cfn_table.design.context import Parametric
from cfn_table.design.model.base import Part, deploy_time, inner_model, is_collection
from cfn_table.design.source import Mapping, Sequence, Text
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location, Severity

M = TypeVar("M", bound=BaseModel)

RULE = "design-language"
"""The rule name of findings that say that a file is not of the design language."""


def validate(model: type[M], raw: Mapping) -> M:
    """The `model` that `raw` writes.

    Raises:
        InputError: with one finding per problem, each at its line.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [_finding(model, raw, detail) for detail in details if not _follows_from_another(detail, details)]
    unique = {(finding.location, finding.message): finding for finding in findings}
    raise InputError.of(sorted(unique.values(), key=Finding.sort_key))


def _follows_from_another(detail: ErrorDetails, all_details: Iterable[ErrorDetails]) -> bool:
    """Whether a list is only too short because its entries are wrong."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in all_details
    )


def locate(raw: Any, path: Iterable[str | int]) -> Location:
    """Where `path` stands in `raw`: a scalar's own place, else the place of the key that names it.

    Steps that are not there are ignored, so the nearest known place is returned. A name also finds its `name?`.
    """
    place: Location = raw.location
    value = raw
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            name = step if step in value else f"{step}?" if f"{step}?" in value else None
            if name is None:
                continue
            key = value.key(name)
            value = value[name]
            place = value.location if isinstance(value, Text) and value else key.location if key is not None else place
        elif isinstance(value, Sequence) and isinstance(step, int) and step < len(value):
            value = value[step]
            place = _place_of(value, place)
        if isinstance(value, Parametric):
            place = value.text.location
    return place


def locate_key(raw: Any, path: Iterable[str | int]) -> Location:
    """Where the key at `path` stands, even when its value is a scalar."""
    steps = list(path)
    parent: Any = raw
    for step in steps[:-1]:
        found = _step(parent, step)
        parent = parent if found is None else found
    if isinstance(parent, Mapping) and isinstance(steps[-1], str):
        key = parent.key(steps[-1]) or parent.key(f"{steps[-1]}?")
        if key is not None:
            return key.location
    return locate(raw, steps)


def _place_of(value: Any, fallback: Location) -> Location:
    if isinstance(value, Parametric):
        return value.text.location
    return value.location if isinstance(value, (Text, Mapping, Sequence)) else fallback


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping) and isinstance(step, str):
        return value.get(step, value.get(f"{step}?"))
    if isinstance(value, Sequence) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _finding(model: type[BaseModel], raw: Mapping, detail: ErrorDetails) -> Finding:
    path = list(detail["loc"])
    kind = detail["type"]
    name = path[-1] if path else ""
    if kind == "missing":
        message, help_ = f"`{name}` is missing", f"add `{name}: …`"
        place = locate(raw, path[:-1]) if len(path) > 1 else raw.location
    elif kind == "extra_forbidden":
        owner = _model_at(model, path[:-1])
        known = [field.alias or key for key, field in owner.model_fields.items() if not field.exclude] if owner else []
        message = f"unknown field {shown(name)}"
        help_ = did_you_mean(str(name), known) or "docs/design-reference.md lists the fields"
        place = locate_key(raw, path)
    else:
        context = detail.get("ctx", {})
        message = str(context.get("message") or _plain_message(kind, detail))
        help_ = str(context.get("help", _HELP.get(kind, "")))
        place = locate_key(raw, path[:-1]) if name == "[key]" else locate(raw, path)
        reason = _reason_against_parameters(model, path) if isinstance(detail["input"], Parametric) else ""
        if reason:
            message = f"{shown(detail['input'])} is a deploy-time parameter, and {reason}"
            help_ = "make it a plain context value; docs/design-reference.md lists the fields that can hold a parameter"
    return Finding(RULE, Severity.ERROR, message, help=help_, location=place)


_HELP: Final = {
    "dict_type": "write `name: value` lines below it, or `{name: value}`",
    "model_type": "write `name: value` lines below it, or `{name: value}`",
    "model_attributes_type": "write `name: value` lines below it, or `{name: value}`",
    "tuple_type": "write `- entry` lines below it, or `[entry]`",
    "list_type": "write `- entry` lines below it, or `[entry]`",
    "too_short": "add an entry, or leave the name out",
    "too_long": "remove entries",
}
"""What to do about pydantic's own errors, by their type."""


def _plain_message(kind: str, detail: ErrorDetails) -> str:
    value = detail.get("input")
    if isinstance(value, Parametric):
        return f"{shown(value)} is a deploy-time parameter, and this must be known when the template is generated"
    wanted = {
        "dict_type": "a mapping is needed here",
        "model_type": "a mapping is needed here",
        "model_attributes_type": "a mapping is needed here",
        "tuple_type": "a list is needed here",
        "list_type": "a list is needed here",
        "too_short": "the list has too few entries",
        "too_long": "the list has too many entries",
    }.get(kind)
    if wanted is None:
        return detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{wanted}, not {shown(value)}" if wanted.endswith("here") else wanted


def _reason_against_parameters(model: type[BaseModel], path: list[str | int]) -> str:
    """Why the field at `path` can hold no deploy-time parameter; empty where it can, and the value itself is wrong."""
    for length in range(len(path), 0, -1):
        owner, name = _model_at(model, path[: length - 1]), path[length - 1]
        for field_name, field in owner.model_fields.items() if owner is not None else ():
            if owner is not None and name in (field_name, field.alias):
                reason = deploy_time(owner, field_name)
                inner = inner_model(field.annotation)
                if reason is False and inner is not None and issubclass(inner, Part):
                    reason = inner.fixed
                return reason if isinstance(reason, str) else ""
    return ""


def _model_at(model: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel] | None:
    """The model that validates the value at `path`, found by walking field annotations."""
    current: type[BaseModel] | None = model
    steps = list(path)
    while steps and current is not None:
        step = steps.pop(0)
        field = next((f for key, f in current.model_fields.items() if step in (key, f.alias)), None)
        current = inner_model(field.annotation) if field is not None else None
        if field is not None and steps and is_collection(field.annotation):
            steps.pop(0)  # the name or the position of the entry
    return current
