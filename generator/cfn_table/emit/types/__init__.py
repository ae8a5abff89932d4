"""A design's keys, items and requests as types of several languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from cfn_table.emit.types.type_file import TypeFile

if TYPE_CHECKING:
    from cfn_table.design.design import Design


def _typescript(design: Design) -> TypeFile:
    from cfn_table.emit.types.typescript import emit_typescript

    return emit_typescript(design)


def _python(design: Design) -> TypeFile:
    from cfn_table.emit.types.python import emit_python

    return emit_python(design)


def _json_schema(design: Design) -> TypeFile:
    from cfn_table.emit.types.json_schema import emit_json_schema

    return emit_json_schema(design)


EMITTERS: Final[Mapping[str, Callable[[Design], TypeFile]]] = {
    "typescript": _typescript,
    "python": _python,
    "json-schema": _json_schema,
}
"""Language → what writes its file, in the order of every output."""


def emit_types(design: Design) -> dict[str, TypeFile]:
    """The design's types in every language, by the language's name.

    Args:
        design: the design, without errors.
    """
    return {language: emit(design) for language, emit in EMITTERS.items()}


__all__ = ["EMITTERS", "TypeFile", "emit_types"]
