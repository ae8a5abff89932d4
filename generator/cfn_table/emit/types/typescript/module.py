"""What one module needs beside its types and functions: the helpers that it uses, and variables of its functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.generated_names import camel_case, entity_names, local_names, pattern_functions
from cfn_table.emit.types.typescript.words import is_identifier

HELPERS: Final = (
    "keyPart",
    "keyMatch",
    "oneOf",
    "keyNumber",
    "keySeconds",
    "keyBoolean",
    "keyTimestamp",
    "keyDate",
    "keyBinary",
    "lowerCase",
    "upperCase",
    "zeroPadded",
    "toNumber",
    "toBytes",
    "isText",
    "batchOf",
)
"""Functions that a module defines for itself where it uses them."""


class Module:
    """One module while it is written.

    Attributes:
        design: the design.
        helpers: the helpers that it uses so far.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.helpers: set[str] = set()
        functions = [each for entity in design.entities for each in entity_names(design, entity).functions]
        functions += [each for name in design.file.access_patterns for each in pattern_functions(design, name).values()]
        self._exported = frozenset(each.typescript for each in functions)

    def helper(self, name: str) -> str:
        """What a helper is called, which the module has from now on."""
        self.helpers.add(name)
        return self.helper_name(name)

    def helper_name(self, name: str) -> str:
        """What a helper is called: another name where the design has a function of this one."""
        return f"{name}_" if name in self._exported else name

    def variables(self, names: Iterable[str], *taken: str) -> dict[str, str]:
        """A variable for each of some names of the design, that hides no function of the module."""
        functions = self._exported | {self.helper_name(each) for each in HELPERS}
        wanted = {name: name if is_identifier(name) else camel_case(name) or "value" for name in names}
        return local_names(wanted, functions | set(taken), "typescript")

    def variable_for(self, entity: str, *taken: str) -> str:
        """The variable of an item of an entity, or of one of several: `order_item`, `entry2`."""
        return self.variables([camel_case(entity)], *taken)[camel_case(entity)]
