"""What every part of the model shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

from cfn_table.design.fields import DEPLOY_TIME

T = TypeVar("T")


class Part(BaseModel):
    """A mapping of the design language: unknown fields are errors, values never change.

    Attributes:
        short: the field that a value which is no mapping stands for, as `true` for `{enabled: true}`; empty for none.
        fixed: why its fields can hold no deploy-time parameter, as a clause for messages and the reference; a field may
            have a reason of its own (`DEPLOY_TIME` in its JSON Schema).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    short: ClassVar[str] = ""
    fixed: ClassVar[str] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, raw: Any) -> Any:
        return {cls.short: raw} if cls.short and not isinstance(raw, dict) else raw

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core)
        whole = handler.resolve_ref_schema(schema)
        forms = cls.forms(dict(whole))
        if len(forms) > 1:
            whole.clear()
            whole.update({"anyOf": forms})
        return schema

    @classmethod
    def forms(cls, whole: dict[str, Any]) -> list[dict[str, Any]]:
        """JSON Schemas of the forms in which the part can be written; `whole` is that of the mapping."""
        return [whole["properties"][cls.short], whole] if cls.short else [whole]


def deploy_time(model: type[BaseModel], field: str) -> bool | str:
    """Whether the field can hold a deploy-time parameter: True, or the reason why not.

    False is for a field whose value is a part with fields of its own, which say it themselves.
    """
    info = model.model_fields[field]
    for mark in _marks(info):
        if DEPLOY_TIME in mark:
            return bool(mark[DEPLOY_TIME] is True) or str(mark[DEPLOY_TIME])
    if inner_model(info.annotation) is not None:
        return False
    return model.fixed if issubclass(model, Part) else ""


def _marks(info: FieldInfo) -> Iterator[dict[str, Any]]:
    """The parts of a field's JSON Schema that its types and itself state."""
    if isinstance(info.json_schema_extra, dict):
        yield info.json_schema_extra
    pending: list[Any] = [*info.metadata, info.annotation]
    while pending:
        each = pending.pop()
        if isinstance(each, WithJsonSchema) and each.json_schema is not None:
            yield each.json_schema
        if get_origin(each) is not None:
            pending += get_args(each)


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `tuple[Index, ...]` or `Table | None`; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := inner_model(each)) is not None), None)


def is_collection(annotation: Any) -> bool:
    """Whether values of the annotation are lists or mappings, whose errors name an entry."""
    return get_origin(annotation) in (tuple, dict) or any(is_collection(each) for each in get_args(annotation))


def split_optional(raw: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The mapping with the `?` of its names removed, and the names that had one."""
    plain = {str(name).removesuffix("?"): value for name, value in raw.items()}
    return plain, frozenset(str(name)[:-1] for name in raw if name.endswith("?"))
