"""What key templates have in common: whether two can become one text, how a text reads, and keys that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, ValueRefused

if TYPE_CHECKING:
    from cfn_table.languages import Language

Domains = AnyMapping[str, Domain]

MOST_TEXTS: Final = 300
"""How many texts of one key attribute are tried before a search for a shared key is given up."""

MOST_READINGS: Final = 64
"""How many readings of one text are tried; only placeholders that stand side by side have many."""

STATES: Final = 5_000
"""What one question about two templates may cost, see `cfn_table.languages.LIMIT`; real templates need a few dozen."""


class Undecided(Exception):
    """Whether two entities share a key was not found out: the search was given up."""


@dataclass(frozen=True, slots=True)
class Collision:
    """A key that items of two entities can both have.

    Attributes:
        key: the text of each key attribute.
        one: placeholder → value with which the first entity's templates give that key.
        other: the same for the second entity's.
    """

    key: tuple[str, ...]
    one: AnyMapping[str, str]
    other: AnyMapping[str, str]


def apart_at_a_glance(one: KeyTemplate, other: KeyTemplate) -> bool:
    """Whether literal text alone shows that two templates never become one text: beginnings or ends differ."""
    return _apart(one, other, _prefix, str.startswith) or _apart(one, other, _suffix, str.endswith)


def may_overlap(one: KeyTemplate, domains: Domains, other: KeyTemplate, other_domains: Domains) -> bool:
    """Whether two templates may become one text, each placeholder taken by itself; True where that is too costly."""
    if apart_at_a_glance(one, other):
        return False
    if one == other and all(domains.get(name) == other_domains.get(name) for name in one.placeholders):
        return True
    from cfn_table.languages import TooComplex

    try:
        return not one.language(domains).intersect(other.language(other_domains)).is_empty(limit=STATES)
    except TooComplex:
        return True


def readings(
    template: KeyTemplate, text: str, domains: Domains, known: AnyMapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """Every way in which `text` is of `template`: placeholder → value, `known` values included.

    Of `{name:lower}` and `{name:upper}` only the value that is written like the text is tried: they lose the others.
    """
    yield from _read(template.parts, text, domains, dict(known or {}))


def find_collision(
    one: Sequence[KeyTemplate], domains: Domains, other: Sequence[KeyTemplate], other_domains: Domains
) -> Collision | None:
    """A key that both sequences of templates (one template per key attribute) can become, or None where there is none.

    A placeholder has one value in all templates of its sequence. What is returned was rendered from both.

    Raises:
        Undecided: nothing was found among the first few hundred candidates, and not all were tried.
    """
    if any(apart_at_a_glance(a, b) for a, b in zip(one, other, strict=True)):
        return None
    search = _Search(tuple(one), domains, tuple(other), other_domains)
    found = search.run()
    if found is None and search.gave_up:
        raise Undecided
    return found


def render_part(part: Placeholder, domains: Domains, value: str) -> str | None:
    """The text of one placeholder, or None where it cannot hold the value."""
    try:
        return KeyTemplate((part,)).render({part.name: value}, domains)
    except ValueRefused:
        return None


def fill(template: KeyTemplate, values: AnyMapping[str, str], domains: Domains) -> KeyTemplate | None:
    """The template with these values written out; None where one of them cannot stand there."""
    parts: list[str | Placeholder] = []
    for part in template.parts:
        text: str | Placeholder | None = part
        if isinstance(part, Placeholder) and part.name in values:
            text = render_part(part, domains, values[part.name])
        if text is None:
            return None
        last = parts[-1] if parts else None
        if isinstance(text, str) and isinstance(last, str):
            parts[-1] = last + text
        else:
            parts.append(text)
    return KeyTemplate(tuple(parts))


def _prefix(template: KeyTemplate) -> str:
    return template.static_prefix


def _suffix(template: KeyTemplate) -> str:
    last = template.parts[-1] if template.parts else ""
    return last if isinstance(last, str) else ""


def _apart(
    one: KeyTemplate,
    other: KeyTemplate,
    end: Callable[[KeyTemplate], str],
    holds: Callable[[str, str], bool],
) -> bool:
    a, b = end(one), end(other)
    if one.is_constant and other.is_constant:
        return a != b
    if one.is_constant:
        return not holds(a, b)
    if other.is_constant:
        return not holds(b, a)
    return not (holds(a, b) or holds(b, a))


def _read(
    parts: tuple[str | Placeholder, ...], text: str, domains: Domains, values: dict[str, str]
) -> Iterator[dict[str, str]]:
    if not parts:
        if not text:
            yield values
        return
    part, *rest = parts
    if isinstance(part, str):
        if text.startswith(part):
            yield from _read(tuple(rest), text[len(part) :], domains, values)
        return
    if part.name in values:
        piece = render_part(part, domains, values[part.name])
        if piece is not None and text.startswith(piece):
            yield from _read(tuple(rest), text[len(piece) :], domains, values)
        return
    for end in range(1, len(text) + 1) if rest else (len(text),):
        for value in _values(part, domains, text[:end]):
            yield from _read(tuple(rest), text[end:], domains, {**values, part.name: value})


def _values(part: Placeholder, domains: Domains, piece: str) -> list[str]:
    """The values that the placeholder writes as `piece`."""
    if not piece:
        return []
    listed = domains.get(part.name, Domain()).values
    if part.format in ("lower", "upper") and listed:
        candidates = list(listed)
    elif part.width:
        candidates = [piece.lstrip("0") or "0"]
    else:
        candidates = [piece]
    return [value for value in candidates if render_part(part, domains, value) == piece]


@dataclass(slots=True)
class _Search:
    """Depth first over the key attributes: each text that both templates have, with the values that it gives."""

    one: tuple[KeyTemplate, ...]
    domains: Domains
    other: tuple[KeyTemplate, ...]
    other_domains: Domains
    gave_up: bool = field(default=False, init=False)
    stopped: bool = field(default=False, init=False)
    tried: int = field(default=0, init=False)

    def run(self) -> Collision | None:
        from cfn_table.languages import TooComplex

        try:
            if any(self._common(at, {}, {}).is_empty(limit=STATES) for at in range(len(self.one))):
                return None
            found = self._solve(0, {}, {})
        except TooComplex:
            self.gave_up = True
            return None
        lossy = any(
            isinstance(part, Placeholder) and part.format in ("lower", "upper")
            for template in (*self.one, *self.other)
            for part in template.parts
        )
        self.gave_up = self.gave_up or self.stopped or lossy
        return found

    def _common(self, at: int, known: dict[str, str], other_known: dict[str, str]) -> Language:
        first = _language(self.one[at], self.domains, known)
        return first.intersect(_language(self.other[at], self.other_domains, other_known))

    def _solve(self, at: int, known: dict[str, str], other_known: dict[str, str]) -> Collision | None:
        if at == len(self.one):
            return self._proven(known, other_known)
        for text in self._common(at, known, other_known).witnesses(limit=STATES):
            self.tried += 1
            if self.tried > MOST_TEXTS:
                self.stopped = True
                return None
            for values in self._some(readings(self.one[at], text, self.domains, known)):
                for other_values in self._some(readings(self.other[at], text, self.other_domains, other_known)):
                    found = self._solve(at + 1, values, other_values)
                    if found is not None or self.stopped:
                        return found
        return None

    def _some(self, found: Iterator[dict[str, str]]) -> list[dict[str, str]]:
        some = list(islice(found, MOST_READINGS + 1))
        self.gave_up = self.gave_up or len(some) > MOST_READINGS
        return some[:MOST_READINGS]

    def _proven(self, values: dict[str, str], other_values: dict[str, str]) -> Collision | None:
        """INVARIANT: what is reported was rendered, by the same code that builds keys."""
        try:
            key = tuple(template.render(values, self.domains) for template in self.one)
            other_key = tuple(template.render(other_values, self.other_domains) for template in self.other)
        except (ValueRefused, KeyError):
            return None
        return Collision(key, values, other_values) if key == other_key else None


def _language(template: KeyTemplate, domains: Domains, known: AnyMapping[str, str]) -> Language:
    from cfn_table.languages import EMPTY, concat, literal

    languages = []
    for part in template.parts:
        if isinstance(part, str):
            languages.append(literal(part))
        elif part.name in known:
            piece = render_part(part, domains, known[part.name])
            languages.append(EMPTY if piece is None else literal(piece))
        else:
            languages.append(KeyTemplate((part,)).language(domains))
    return concat(*languages)
