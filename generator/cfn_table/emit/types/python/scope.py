"""Names of one module: of the key texts' types, of constants, and of the parameters that placeholders become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cfn_table.design.design import Design, EntityView
from cfn_table.design.generated_names import entity_names, local_names, snake_case
from cfn_table.design.keys import KeyTemplate
from cfn_table.design.names import pascal_case
from cfn_table.emit.types.layout import Doc, bracketed
from cfn_table.emit.types.python import code

NAMES = "names"
"""The parameter of every request: what the table and its indexes are called."""


class Scope:
    """What the parts of one module share.

    Attributes:
        design: the design.
        constants: name of a constant → the code of its value.
        functions: names of the functions of entities.
        defined_texts: types of key texts that are defined already.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.constants: dict[str, Doc] = {}
        self.defined_texts: set[str] = set()
        self.functions = frozenset(
            function.python for entity in design.entities for function in entity_names(design, entity).functions
        )
        self._texts: dict[str, str] = {}

    def parameters(self, placeholders: Iterable[str]) -> dict[str, str]:
        """Placeholder → the parameter of a key builder that it becomes."""
        return local_names({each: snake_case(each) for each in placeholders}, frozenset({NAMES}), "python")

    def pattern(self, name: str, pattern: str) -> str:
        """The constant that holds a pattern of values with this name."""
        return self._constant(f"{name}_pattern", code.raw_literal(pattern))

    def values(self, name: str, values: Sequence[str]) -> str:
        """The constant that lists the values with this name."""
        listed = [code.literal(each) for each in values]
        written: Doc = f"({listed[0]},)" if len(listed) == 1 else bracketed("(", listed, ")")
        return self._constant(f"{name}_values", written)

    def text_type(self, view: EntityView, attribute: str) -> str | None:
        """The type of a key attribute whose text has a form of its own; None where it can be any text."""
        template = view.templates[attribute]
        if not has_form(template) or self.design.key_types[attribute] != "S":
            return None
        form = str(template)
        if form not in self._texts:
            base = "_" + (pascal_case(form) or "Text")
            name, number = base, 2
            while name in self._texts.values():
                name, number = f"{base}{number}", number + 1
            self._texts[form] = name
        return self._texts[form]

    def form_of(self, text_type: str) -> str:
        """The template of a type of key texts."""
        return next(form for form, name in self._texts.items() if name == text_type)

    def _constant(self, wanted: str, value: Doc) -> str:
        base = "_" + snake_case(wanted).upper()
        name, number = base, 2
        while self.constants.get(name, value) != value:
            name, number = f"{base}_{number}", number + 1
        self.constants[name] = value
        return name


def has_form(template: KeyTemplate) -> bool:
    """Whether texts of the template can be told from others: it has literal parts and placeholders."""
    return not template.is_constant and template.whole is None


def words(name: str) -> str:
    """An entity's name in a sentence: `user_namespace` → `user namespace`."""
    return snake_case(name).replace("_", " ")


def an(name: str) -> str:
    """An entity's name with its article."""
    noun = words(name)
    vowel = re.match(r"[aeio]|u(?!ni|s|t|r[aeiou])", noun) is not None
    return f"{'an' if vowel else 'a'} {noun}"
