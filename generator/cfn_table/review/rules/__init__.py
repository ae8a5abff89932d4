"""Laws of a change. One file each, listed here once.

A rule is a module with `NAME`, which states what must hold, and `check(pair)`, a pure function that yields `Change`s.
Its docstring is its documentation, with the sections of the other rules (`cfn_table.design.rules.document`).
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

RULES: Final[tuple[ModuleType, ...]] = ()
"""Every rule, in the order of its name."""
