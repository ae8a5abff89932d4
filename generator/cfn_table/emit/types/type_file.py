"""What an emitter of types gives: one file, and the names that others import from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeFile:
    """One file of types.

    Attributes:
        name: its file name, such as `kv-storage.ts`; in a published version it is in the folder `types/`.
        text: its content.
        exports: what it exports, sorted: importers break when one of these names disappears. A schema exports its
            definitions.
    """

    name: str
    text: str
    exports: tuple[str, ...]
