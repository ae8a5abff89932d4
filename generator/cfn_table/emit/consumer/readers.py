"""How a function reads what an event gives it: the code that checks a value, and makes of it what boto3 takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from cfn_table.design.keys import Domain, Placeholder
from cfn_table.emit.consumer.code import Calling, Code, native

_PLAIN: Final = {
    "string": "text",
    "number": "number",
    "boolean": "boolean",
    "binary": "binary",
    "map": "mapping",
    "list": "listing",
    "any": "anything",
    "timestamp": "timestamp",
    "date": "date",
    "epoch": "whole_number",
}
"""Type of the design language → the function that reads it."""

_EPOCH_DIGITS: Final = 11
"""The most digits that a key holds of an epoch; see `Domain`."""

_USES: Final = {
    "matching": ("text", "re"),
    "number": ("Decimal", "DYNAMODB_CONTEXT"),
    "number_in_key": ("number",),
    "whole_number": ("number",),
    "whole": ("whole_number",),
    "binary": ("text", "base64"),
    "anything": ("json", "number"),
    "mapping": ("anything",),
    "listing": ("anything",),
    "timestamp": ("text", "re", "datetime"),
    "date": ("text", "datetime"),
}
"""What a function of the module needs beside it."""


def with_all(needs: Iterable[str]) -> frozenset[str]:
    """Names of a module's functions and imports, and all that these need."""
    found: set[str] = set()
    waiting = list(needs)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _USES.get(name, ())
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a value.

    Attributes:
        type: in the design language.
        values: the only values; empty for any.
        pattern: what it matches as a whole; None for any.
        in_key: whether a key holds it.
        width: the most digits, where a key holds it padded with zeros; 0 for none.
        delimiter: what a text in a key cannot hold.
    """

    type: str
    values: tuple[str, ...] = ()
    pattern: str | None = None
    in_key: bool = False
    width: int = 0
    delimiter: str = ""

    @classmethod
    def of(cls, domain: Domain, placeholders: Iterable[Placeholder] = ()) -> Kind:
        """What is known of a value of a domain, in the forms that keys hold it in."""
        forms = list(placeholders)
        widths = [each.width for each in forms if each.width]
        return cls(domain.type, domain.values, domain.pattern, bool(forms), min(widths, default=0), domain.delimiter)


@dataclass(slots=True)
class Readers:
    """Writes the readers of values, and keeps what they need.

    Attributes:
        needs: functions of the module and names that it imports.
    """

    needs: set[str] = field(default_factory=set)

    def of(self, kind: Kind) -> Code | Calling:
        """The code that gives the reader."""
        if kind.type.endswith("_set"):
            return self._call("set_of", self.of(Kind(kind.type.removesuffix("_set"))))
        if kind.values and kind.type == "number":
            listed = [native(Decimal(each)) for each in kind.values]
            if any(isinstance(each, Calling) for each in listed):
                self._name("Decimal")
            return self._call("one_of", listed, self._name("number"))
        if kind.values:
            return self._call("one_of", [str(each) for each in kind.values], self._name("text"))
        if kind.width:
            return self._digits(kind)
        if kind.pattern is not None:
            matching = self._call("matching", str(kind.pattern))
            is_empty = kind.in_key and re.fullmatch(kind.pattern, "") is not None
            return self._call("filled", matching) if is_empty else matching
        if kind.in_key:
            return self._in_key(kind)
        return self._name(_PLAIN[kind.type])

    def _digits(self, kind: Kind) -> Code | Calling:
        if kind.type in ("number", "epoch"):
            return self._call("whole", kind.width)
        return self._call("matching", f"[0-9]{{1,{kind.width}}}")

    def _in_key(self, kind: Kind) -> Code | Calling:
        if kind.type == "string":
            return self._name("key_part")
        if kind.type == "epoch":
            return self._call("whole", _EPOCH_DIGITS)
        if kind.type == "number":
            return self._name("number_in_key")
        plain = self.of(replace(kind, in_key=False))
        return self._call("filled", plain) if kind.type == "binary" else plain

    def name(self, function: str) -> Code:
        """A function of the module, which is needed then."""
        return self._name(function)

    def _name(self, function: str) -> Code:
        self.needs.add(function)
        return Code(function)

    def _call(self, function: str, *arguments: object) -> Calling:
        self.needs.add(function)
        return Calling(function, arguments)
