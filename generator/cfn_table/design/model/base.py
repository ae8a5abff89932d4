"""What every part of the model shares."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

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


def split_optional(raw: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The mapping with the `?` of its names removed, and the names that had one."""
    plain = {str(name).removesuffix("?"): value for name, value in raw.items()}
    return plain, frozenset(str(name)[:-1] for name in raw if name.endswith("?"))
