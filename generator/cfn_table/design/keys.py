"""Key templates: `USER#{userId}`. From them follow keys, parameters, IAM patterns, validation and collisions.

A template is literal text with placeholders: `{name}`, `{name:010}` (a number, zero-padded to ten digits so that text
order is number order), `{name:lower}` and `{name:upper}`. What a placeholder may hold is its `Domain`, which comes
from the attribute of
that name.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cfn_table.design.anchors import without_anchors

if TYPE_CHECKING:
    from cfn_table.languages import Language

PARTITION_KEY_BYTES: Final = 2048
"""Longest partition key value in bytes (DynamoDB developer guide, "Constraints": partition key length)."""

SORT_KEY_BYTES: Final = 1024
"""Longest sort key value in bytes (DynamoDB developer guide, "Constraints": sort key length)."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_INSIDE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)(?::(0[1-9][0-9]?|lower|upper))?\Z")
_BOUNDED: Final = {
    "number": r"-?(?:0|[1-9][0-9]{0,37})(?:\.[0-9]{1,37})?",
    "epoch": r"0|[1-9][0-9]{0,10}",
    "boolean": "true|false",
    "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "binary": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}

SCALAR_TYPES: Final = ("string", "number", "boolean", "binary", "timestamp", "date", "epoch")
"""Attribute types whose values can stand in a key template."""

KEY_TYPES: Final = {"number": "N", "epoch": "N", "binary": "B"}
"""Attribute types whose bare placeholder makes a key attribute that is no string."""

_EXACT: Final = Context(prec=64)
"""More digits than a DynamoDB number has: Python's default of 28 would round keys."""


class TemplateError(ValueError):
    """A text that is no key template.

    Attributes:
        help: what to do.
        offset: where in the text the problem begins, 0-based.
    """

    def __init__(self, message: str, help: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.help = help
        self.offset = offset


class ValueRefused(ValueError):
    """A value that a placeholder cannot hold: empty, of the wrong type, or with the delimiter inside."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What a placeholder may hold.

    Attributes:
        type: one of `SCALAR_TYPES`.
        pattern: a regular expression that the whole value matches; it may allow the delimiter.
        values: the only values, if they are listed.
        delimiter: the text that parts of a key are joined with; a string without a pattern cannot hold it.
    """

    type: str = "string"
    pattern: str | None = None
    values: tuple[str, ...] = ()
    delimiter: str = "#"

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that the listed values become: `1.0` is `1`."""
        return tuple(_canonical(self.type, value) for value in self.values)

    def expression(self) -> str:
        """A regular expression (Python's) of the texts that the placeholder can become."""
        if self.values:
            return "|".join(map(re.escape, self.texts))
        if self.type in _BOUNDED:
            return _BOUNDED[self.type]
        if self.pattern is not None:
            return without_anchors(self.pattern)
        if not self.delimiter:
            return r"[\s\S]+"
        if len(self.delimiter) == 1:
            return f"[^{re.escape(self.delimiter)}]+"
        return rf"(?:(?!{re.escape(self.delimiter)})[\s\S])+"

    def language(self) -> Language:
        """The texts that the placeholder can become; a pattern that is not regular counts as any text."""
        from cfn_table.languages import ANYTHING, concat, literal, union

        if self.type == "string" and not self.values and self.pattern is None and len(self.delimiter) > 1:
            holds_delimiter = concat(ANYTHING, literal(self.delimiter), ANYTHING)
            return ANYTHING.minus(union(holds_delimiter, literal("")))
        return _language(self.expression())

    def text_of(self, value: Any) -> str:
        """The text that `value` becomes inside a key.

        Raises:
            ValueRefused: it is of the wrong type, empty, not one of the values, or holds the delimiter.
        """
        text = _plain_text(self.type, value)
        if not text:
            raise ValueRefused("an empty value cannot be part of a key")
        if not re.fullmatch(self.expression(), text):
            if self.values:
                raise ValueRefused(f"`{text}` is not one of " + ", ".join(f"`{each}`" for each in self.values))
            if self.pattern is not None:
                raise ValueRefused(f"`{text}` does not match the pattern `{self.pattern}`")
            if self.type == "string":
                raise ValueRefused(
                    f"`{text}` holds the delimiter `{self.delimiter}`, which would make it part of another key"
                )
            raise ValueRefused(f"`{text}` is not {'an' if self.type == 'epoch' else 'a'} {self.type}")
        return text


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{name}` of a template; `format` is empty, a zero-padding such as `010`, `lower` or `upper`."""

    name: str
    format: str = ""

    @property
    def width(self) -> int:
        """The number of digits of a zero-padded number, else 0."""
        return int(self.format) if self.format[:1] == "0" else 0

    def __str__(self) -> str:
        return f"{{{self.name}:{self.format}}}" if self.format else f"{{{self.name}}}"


@dataclass(frozen=True, slots=True)
class KeyTemplate:
    """A parsed key template: literal texts and placeholders, in order; no two literals are adjacent."""

    parts: tuple[str | Placeholder, ...]

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> KeyTemplate:
        """The template that `text` writes.

        Raises:
            TemplateError: it is empty, has an unclosed brace, or a placeholder that is none.
        """
        if not text:
            raise TemplateError(
                "a key template cannot be empty", "write the text that the key holds, such as `METADATA`"
            )
        parts: list[str | Placeholder] = []
        position = 0
        for match in _PLACEHOLDER.finditer(text):
            _refuse_brace(text, position, match.start())
            inside = _INSIDE.match(match[1])
            if inside is None:
                raise TemplateError(
                    f"`{match[0]}` is not a placeholder",
                    "write `{name}`, `{name:010}` (zero-padded), `{name:lower}` or `{name:upper}`",
                    match.start(),
                )
            if match.start() > position:
                parts.append(text[position : match.start()])
            parts.append(Placeholder(inside[1], inside[2] or ""))
            position = match.end()
        _refuse_brace(text, position, len(text))
        if position < len(text):
            parts.append(text[position:])
        return cls(tuple(parts))

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names of the placeholders, in order of first appearance, each once."""
        return tuple(dict.fromkeys(part.name for part in self.parts if isinstance(part, Placeholder)))

    @property
    def is_constant(self) -> bool:
        """Whether there is no placeholder."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def whole(self) -> Placeholder | None:
        """The placeholder that is the whole template, if it is nothing else."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Placeholder) else None

    @property
    def static_prefix(self) -> str:
        """The text before the first placeholder; may be empty."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""

    def render(self, values: Mapping[str, Any], domains: Mapping[str, Domain]) -> str:
        """The key text for `values`.

        Raises:
            KeyError: a placeholder has no value.
            ValueRefused: a value cannot stand in a key; the message begins with the placeholder.
        """
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            try:
                texts.append(_formatted(part, domains.get(part.name, Domain()), values[part.name]))
            except ValueRefused as error:
                raise ValueRefused(f"`{part}`: {error}") from None
        return "".join(texts)

    def match(self, text: str, domains: Mapping[str, Domain]) -> dict[str, str] | None:
        """The placeholders' texts in `text`, padding removed; None if `text` is not of this template."""
        found = _matcher(self, tuple(domains.get(name, Domain()) for name in self.placeholders)).fullmatch(text)
        if found is None:
            return None
        places = [part for part in self.parts if isinstance(part, Placeholder)]
        result: dict[str, str] = {}
        for position, part in enumerate(places):
            value = found[f"p{position}"]
            if part.width or not part.format or part.name not in result:
                result[part.name] = str(int(value)) if part.width else value
        for position, part in enumerate(places):
            if _written(part, result[part.name]) != found[f"p{position}"]:
                return None
        return result

    def language(self, domains: Mapping[str, Domain]) -> Language:
        """All texts that the template can become, each placeholder taken by itself."""
        from cfn_table.languages import concat, literal

        return concat(
            *(
                literal(part)
                if isinstance(part, str)
                else _placeholder_language(part, domains.get(part.name, Domain()))
                for part in self.parts
            )
        )

    def iam_pattern(self, bind: Mapping[str, str] | None = None) -> str:
        """The StringLike pattern for `dynamodb:LeadingKeys`: `*` for each placeholder, or what it is bound to.

        `*`, `?` and `$` of literal text are escaped as `${*}`, `${?}` and `${$}` (IAM user guide, "Policy variables").
        """
        pattern = ""
        for part in self.parts:
            if isinstance(part, str):
                pattern += iam_literal(part)
            elif bind and part.name in bind:
                pattern += bind[part.name]
            elif not pattern.endswith("*"):
                pattern += "*"
        return pattern


def iam_literal(text: str) -> str:
    """`text` as it must stand in an IAM pattern to mean itself."""
    return re.sub(r"[*?$]", lambda match: f"${{{match[0]}}}", text)


def attribute_type(template: KeyTemplate, domains: Mapping[str, Domain]) -> str:
    """The DynamoDB type of the key attribute that the template fills: `S`, `N` or `B`."""
    whole = template.whole
    if whole is None or whole.format:
        return "S"
    return KEY_TYPES.get(domains.get(whole.name, Domain()).type, "S")


def _refuse_brace(text: str, start: int, end: int) -> None:
    for index in range(start, end):
        if text[index] in "{}":
            raise TemplateError(
                f"`{text[index]}` stands alone", "a placeholder is `{name}`; braces cannot be literal text", index
            )


def _plain_text(kind: str, value: Any) -> str:
    if kind in ("number", "epoch"):
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
            raise ValueRefused(f"`{value}` is not a number")
        from cfn_table.design.values import WrongValue, decimal

        try:
            number = decimal(str(value))
        except WrongValue as error:
            raise ValueRefused(str(error)) from None
        return format(number.normalize(_EXACT) if number else Decimal(0), "f")
    if kind == "boolean":
        if value in (True, False, "true", "false"):
            return str(value).lower()
        raise ValueRefused(f"`{value}` is not a boolean")
    if kind == "binary":
        if isinstance(value, str):
            try:
                value = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise ValueRefused(f"`{value}` is not base64") from None
        return base64.b64encode(bytes(value)).decode("ascii")
    if not isinstance(value, str):
        raise ValueRefused(f"`{value}` is not a text")
    return str(value)


def _canonical(kind: str, value: str) -> str:
    """A listed value as it stands inside a key: `1.0` as `1`."""
    try:
        return _plain_text(kind, value)
    except ValueRefused:
        return value


def _written(part: Placeholder, text: str) -> str:
    """`text` in the form that the placeholder asks for."""
    if part.width:
        return text.zfill(part.width)
    return text.lower() if part.format == "lower" else text.upper() if part.format == "upper" else text


def _formatted(part: Placeholder, domain: Domain, value: Any) -> str:
    text = domain.text_of(value)
    if part.format in ("lower", "upper"):
        text = _written(part, text)
        free = domain.type == "string" and not domain.values and domain.pattern is None
        if free and domain.delimiter and domain.delimiter in text:
            raise ValueRefused(f"`{text}` holds the delimiter `{domain.delimiter}`")
        return text
    if part.width:
        if not re.fullmatch("[0-9]+", text):
            raise ValueRefused(f"`{text}` cannot be zero-padded: only whole numbers from 0 keep their order as text")
        if len(text) > part.width:
            raise ValueRefused(f"`{text}` has more than {part.width} digits")
        return _written(part, text)
    return text


@lru_cache(maxsize=4096)
def _matcher(template: KeyTemplate, domains: tuple[Domain, ...]) -> re.Pattern[str]:
    """A pattern with one group `p0`, `p1`, … for each placeholder of the template, by position."""
    names = list(template.placeholders)
    firsts: dict[str, tuple[int, Placeholder]] = {}
    expression, position = "", 0
    for part in template.parts:
        if isinstance(part, str):
            expression += re.escape(part)
            continue
        first = firsts.setdefault(part.name, (position, part))
        if part.width:
            inner = f"[0-9]{{{part.width}}}"
        elif first[0] == position or first[1].width:
            inner = domains[names.index(part.name)].expression()
            inner = f"(?i:{inner})" if part.format else inner
        else:
            inner = f"(?i:(?P=p{first[0]}))"  # the same value once more, perhaps in another case
        expression += f"(?P<p{position}>{inner})"
        position += 1
    return re.compile(expression)


@lru_cache(maxsize=4096)
def _language(expression: str) -> Language:
    from cfn_table.languages import ANYTHING, PatternError, TooComplex, regex

    try:
        return regex(expression)
    except (PatternError, TooComplex):
        return ANYTHING


@lru_cache(maxsize=4096)
def _placeholder_language(part: Placeholder, domain: Domain) -> Language:
    if part.width:
        return _language(f"[0-9]{{{part.width}}}")
    if part.format and not domain.values and domain.type in _BOUNDED:
        return _language(getattr(_BOUNDED[domain.type], part.format)())
    if part.format and not domain.values and domain.pattern is None:
        other_case = "A-Z" if part.format == "lower" else "a-z"
        return domain.language().intersect(_language(f"[^{other_case}]*"))
    if part.format and domain.values:
        return _language("|".join(re.escape(getattr(value, part.format)()) for value in domain.values))
    if part.format:
        from cfn_table.languages import ANYTHING

        return ANYTHING
    return domain.language()
