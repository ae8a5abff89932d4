"""Texts that can be read in two ways: by one key template, or by an IAM pattern and by a key template.

Two readings are walked side by side, character by character. They differ where a character belongs to one part in the
first reading and to another part in the second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder, ValueRefused

if TYPE_CHECKING:
    from cfn_table.languages import CharSet
    from cfn_table.languages.automaton import Automaton

Domains = AnyMapping[str, Domain]

MOST_STATES: Final = 20_000
"""How many pairs of positions are looked at before a question is given up; ordinary templates need a few dozen."""

MOST_EXAMPLES: Final = 32
"""How many texts with two readings are tried for one that survives being rendered."""

_ALPHABETS: Final = {
    "number": "-.0123456789",
    "epoch": "0123456789",
    "boolean": "aeflrstu",
    "timestamp": "+-.0123456789:TZ",
    "date": "-0123456789",
    "binary": "+/=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
}
"""All characters of a type's texts."""


class TooManyStates(Exception):
    """Whether there is a text with two readings was not found out."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """A text and two different ways to read it.

    Attributes:
        text: the text.
        one: placeholder → value in the first reading.
        other: placeholder → value in the second.
    """

    text: str
    one: AnyMapping[str, str]
    other: AnyMapping[str, str]


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a reading: the texts that it may be, and the mark of its characters."""

    automaton: Automaton
    mark: int


def has_one_reading_at_a_glance(template: KeyTemplate, domains: Domains) -> bool:
    """Whether each placeholder visibly ends where the next literal text begins; False says nothing."""
    return all(
        isinstance(part, str) or _ends_at(part, following, domains)
        for part, following in zip(template.parts, (*template.parts[1:], None), strict=True)
    )


def find_two_readings(template: KeyTemplate, domains: Domains) -> TwoReadings | None:
    """A key that the template gives for two different sets of values, or None where there is none.

    Raises:
        TooManyStates: this was not found out.
    """
    if has_one_reading_at_a_glance(template, domains):
        return None
    segments = [_Segment(_automaton(part, domains), mark) for mark, part in enumerate(template.parts)]
    tried = False
    for labels, marks, other_marks in _walk(segments, segments):
        tried = True
        text = "".join(label.pick() for label in labels)
        one, other = (_values(template, text, each) for each in (marks, other_marks))
        if all(_renders(template, values, domains, text) for values in (one, other)):
            return TwoReadings(text, one, other)
    if tried:
        raise TooManyStates
    return None


def find_foreign_key(
    template: KeyTemplate,
    domains: Domains,
    bound: str,
    bind: Collection[str],
    other: KeyTemplate,
    other_domains: Domains,
) -> TwoReadings | None:
    """A key of `other` with one value of `bound`, matched by the IAM pattern of `template` for another value of it.

    In the pattern each placeholder that is not in `bind` is a `*`, which runs across delimiters. The result's `one` is
    the value in the pattern, `other` the one in the key.

    Raises:
        TooManyStates: this was not found out.
    """
    if _same_first_part(template, domains, bound, other, other_domains):
        return None
    pattern = [
        _Segment(_everything() if _is_free(part, bind) else _automaton(part, domains), mark)
        for part, mark in zip(template.parts, _occurrences(template, bound), strict=True)
    ]
    key = [
        _Segment(_automaton(part, other_domains), mark)
        for part, mark in zip(other.parts, _occurrences(other, bound), strict=True)
    ]
    tried = False
    for labels, marks, other_marks in _walk(pattern, key):
        tried = True
        for text in _texts(labels, marks, other_marks):
            mine, theirs = (_one_value(text, each) for each in (marks, other_marks))
            if mine is not None and theirs is not None and mine != theirs:
                return TwoReadings(text, {bound: mine}, {bound: theirs})
    if tried:
        raise TooManyStates
    return None


def _occurrences(template: KeyTemplate, name: str) -> list[int]:
    """For each part 0, or which occurrence of the placeholder it is."""
    found: list[int] = []
    for part in template.parts:
        found.append(1 + max(found, default=0) if isinstance(part, Placeholder) and part.name == name else 0)
    return found


def _ends_at(part: Placeholder, following: str | Placeholder | None, domains: Domains) -> bool:
    if following is None or part.width:
        return True
    return isinstance(following, str) and _never_holds(domains.get(part.name, Domain()), following[0])


def _never_holds(domain: Domain, character: str) -> bool:
    if domain.values:
        return not any(character in value for value in domain.values)
    if domain.type in _ALPHABETS:
        return character not in _ALPHABETS[domain.type]
    if domain.pattern is None:
        return domain.type == "string" and character == domain.delimiter
    return _matches_no_text_with(domain, character)


@lru_cache(maxsize=1024)
def _matches_no_text_with(domain: Domain, character: str) -> bool:
    from cfn_table.languages import ANYTHING, TooComplex, concat, literal

    try:
        return domain.language().intersect(concat(ANYTHING, literal(character), ANYTHING)).is_empty(limit=MOST_STATES)
    except TooComplex:
        return False


def _same_first_part(
    template: KeyTemplate, domains: Domains, bound: str, other: KeyTemplate, other_domains: Domains
) -> bool:
    """Whether both begin with the same text and then the placeholder, which visibly ends in both."""
    if template.static_prefix != other.static_prefix:
        return False
    at = 1 if template.static_prefix else 0
    for each, their_domains in ((template, domains), (other, other_domains)):
        part, following = (*each.parts, None, None)[at : at + 2]
        if not isinstance(part, Placeholder) or part.name != bound or part.format:
            return False
        if following is None:
            following = domains.get(bound, Domain()).delimiter or None  # so that no longer value begins with this one
        if not _ends_at(part, following, their_domains) or following is None:
            return False
    return True


def _is_free(part: str | Placeholder, bind: Collection[str]) -> bool:
    return isinstance(part, Placeholder) and part.name not in bind


def _everything() -> Automaton:
    from cfn_table.languages.automaton import EVERYTHING

    return EVERYTHING


def _automaton(part: str | Placeholder, domains: Domains) -> Automaton:
    """The texts that a part may become; for what no automaton reads, all texts, so that examples must be rendered."""
    from cfn_table.languages import PatternError, TooComplex
    from cfn_table.languages.automaton import Automaton, word
    from cfn_table.languages.syntax import automaton_of

    if isinstance(part, str):
        return word(part)
    domain = domains.get(part.name, Domain())
    expression = f"[0-9]{{{part.width}}}" if part.width else domain.expression()
    try:
        found = automaton_of(expression)
    except (PatternError, TooComplex):
        found = automaton_of(r"[\s\S]+")
    # An empty value cannot be part of a key.
    return Automaton(found.labels, found.follow, found.first, found.last, nullable=False)


def _walk(one: Sequence[_Segment], other: Sequence[_Segment]) -> Iterator[tuple[list[CharSet], list[int], list[int]]]:
    """Texts that both read with marks that differ somewhere, the shortest first.

    A text is given as the set of characters at each place, beside each place's mark in both readings. Each ends in
    another pair of positions, so there are finitely many; at most `MOST_EXAMPLES`.

    Raises:
        TooManyStates: more pairs of positions are needed than `MOST_STATES`.
    """
    from cfn_table.languages import TooComplex
    from cfn_table.languages.automaton import concatenate

    try:
        whole, other_whole = (concatenate([each.automaton for each in segments]) for segments in (one, other))
    except TooComplex:
        raise TooManyStates from None
    marks, other_marks = ([each.mark for each in segments for _ in each.automaton.labels] for segments in (one, other))
    if whole.is_empty or other_whole.is_empty:
        return
    meets: dict[tuple[CharSet, CharSet], CharSet] = {}
    came_from: dict[tuple[int, int, bool], tuple[int, int, bool] | None] = {}
    waiting: deque[tuple[int, int, bool]] = deque([(-1, -1, False)])
    found = 0
    while waiting:
        state = waiting.popleft()
        at, other_at, differ = state
        if at >= 0 and differ and whole.last >> at & 1 and other_whole.last >> other_at & 1:
            path = _path(state, came_from)
            labels = [meets[whole.labels[a], other_whole.labels[b]] for a, b in path]
            yield labels, [marks[a] for a, _ in path], [other_marks[b] for _, b in path]
            found += 1
            if found == MOST_EXAMPLES:
                return
        for a in whole.successors(at):
            for b in other_whole.successors(other_at):
                pair = whole.labels[a], other_whole.labels[b]
                if pair not in meets:
                    meets[pair] = pair[0].intersect(pair[1])
                following = (a, b, differ or marks[a] != other_marks[b])
                if not meets[pair] or following in came_from:
                    continue
                came_from[following] = state
                if len(came_from) > MOST_STATES:
                    raise TooManyStates
                waiting.append(following)


def _path(
    state: tuple[int, int, bool], came_from: AnyMapping[tuple[int, int, bool], tuple[int, int, bool] | None]
) -> list[tuple[int, int]]:
    path: list[tuple[int, int]] = []
    at: tuple[int, int, bool] | None = state
    while at is not None and at[0] >= 0:
        path.append(at[:2])
        at = came_from[at]
    return path[::-1]


def _texts(labels: Sequence[CharSet], marks: Sequence[int], other_marks: Sequence[int]) -> Iterator[str]:
    """The most natural text, then those that differ from it where only one reading has a mark."""
    characters = [label.pick() for label in labels]
    yield "".join(characters)
    for place, (mark, other_mark) in enumerate(zip(marks, other_marks, strict=True)):
        if mark != other_mark and (others := labels[place].minus(type(labels[place]).of(characters[place]))):
            yield "".join((*characters[:place], others.pick(), *characters[place + 1 :]))


def _values(template: KeyTemplate, text: str, marks: Sequence[int]) -> dict[str, str]:
    """Placeholder → value: the characters that carry its part's mark, padding removed."""
    values: dict[str, str] = {}
    for mark, part in enumerate(template.parts):
        if isinstance(part, Placeholder):
            piece = "".join(character for character, each in zip(text, marks, strict=True) if each == mark)
            values.setdefault(part.name, (piece.lstrip("0") or "0") if part.width else piece)
    return values


def _one_value(text: str, marks: Sequence[int]) -> str | None:
    """What the characters of every occurrence say; None where two of them differ."""
    values = {
        "".join(character for character, each in zip(text, marks, strict=True) if each == mark)
        for mark in set(marks) - {0}
    }
    return values.pop() if len(values) == 1 else None


def _renders(template: KeyTemplate, values: AnyMapping[str, str], domains: Domains, text: str) -> bool:
    try:
        return template.render(values, domains) == text
    except (ValueRefused, KeyError):
        return False
