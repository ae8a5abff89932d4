"""Regular languages as values: how they are made, combined, compared, and asked for examples.

A `Language` keeps what it is an intersection of, and at most one automaton whose words are left out. So intersections
and complements cost nothing until a question is asked, and a question is answered by walking only what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cfn_table.languages import automaton
from cfn_table.languages.automaton import EVERYTHING, NOTHING, Automaton
from cfn_table.languages.charset import ANY_CHARACTER, CharSet
from cfn_table.languages.products import LIMIT, difference, is_disjoint, is_included, product


class Language:
    """An immutable set of strings that some finite automaton can tell apart from all others.

    Made by the functions of this package, not by its class. Two languages are compared with `equals`; `==` asks whether
    they are the same object. Methods that may have to make an automaton deterministic, or to walk two at once, take a
    `limit`: how many states that may visit (and so how long it may take: time grows with the limit only). They raise
    `TooComplex` where that is not enough, and never answer wrongly.
    """

    __slots__ = ("_all_of", "_none_of", "_solved")

    def __init__(self, all_of: tuple[Automaton, ...], none_of: Automaton | None = None) -> None:
        self._all_of = all_of
        self._none_of = none_of
        self._solved: Automaton | None = all_of[0] if len(all_of) == 1 and none_of is None else None

    def intersect(self, *others: Language) -> Language:
        """The strings of this language and of all others; costs nothing until it is used.

        Raises:
            TooComplex: what the languages leave out takes more than `MAX_POSITIONS` positions.
        """
        parts = [each._parts() for each in (self, *others)]
        all_of = dict.fromkeys(one for positive, _ in parts for one in positive)
        if len(all_of) > 1:
            all_of.pop(EVERYTHING, None)
        left_out = [negative for _, negative in parts if negative is not None]
        return Language(tuple(all_of), automaton.alternate(left_out) if left_out else None)

    def complement(self) -> Language:
        """All strings that are not in this language.

        Raises:
            TooComplex: the language is itself an intersection or difference that takes too many states.
        """
        if self._all_of == (EVERYTHING,) and self._none_of is not None:
            return Language((self._none_of,))
        return Language((EVERYTHING,), self._automaton(LIMIT))

    def minus(self, other: Language) -> Language:
        """The strings of this language that are not in the other.

        Raises:
            TooComplex: the other language is itself an intersection or difference that takes too many states.
        """
        return self.intersect(other.complement())

    def is_empty(self, *, limit: int = LIMIT) -> bool:
        """Whether no string is in the language.

        Raises:
            TooComplex: this takes more than `limit` states.
        """
        if self._solved is not None:
            return self._solved.is_empty
        if self._none_of is not None:
            return is_included(self._product(self._all_of, limit), self._none_of, limit)
        *rest, final = self._all_of
        return is_disjoint(self._product(rest, limit), final, limit)

    def contains(self, text: str) -> bool:
        """Whether a string is in the language; takes time proportional to its length, and no limit."""
        if self._solved is not None:
            return self._solved.matches(text)
        if self._none_of is not None and self._none_of.matches(text):
            return False
        return all(each.matches(text) for each in self._all_of)

    def shortest(self, *, limit: int = LIMIT) -> str | None:
        """The most natural one of the shortest strings of the language, or None if the language is empty.

        Natural means letters and digits before other characters, see `CharSet.pick`. The same language gives the same
        string, however it was made.

        Raises:
            TooComplex: this takes more than `limit` states.
        """
        return self._first_words(limit).shortest()

    def witnesses(self, *, limit: int = LIMIT) -> Iterator[str]:
        """All strings of the language, shorter ones first, those of one length in natural order, none twice.

        Lazy: of an infinite language take as many as are needed (`itertools.islice`).

        Raises:
            TooComplex: on the first step, when this takes more than `limit` states.
        """
        yield from self._automaton(limit).words()

    def includes(self, other: Language, *, limit: int = LIMIT) -> bool:
        """Whether every string of the other language is in this one.

        Raises:
            TooComplex: this takes more than `limit` states.
        """
        all_of, none_of = self._parts()
        for required in all_of:
            if required is not EVERYTHING and not other._is_within(required, limit):
                return False
        return none_of is None or other.intersect(Language((none_of,))).is_empty(limit=limit)

    def equals(self, other: Language, *, limit: int = LIMIT) -> bool:
        """Whether both languages have the same strings.

        Raises:
            TooComplex: this takes more than `limit` states.
        """
        return self is other or (self.includes(other, limit=limit) and other.includes(self, limit=limit))

    def __repr__(self) -> str:
        if self._solved is None:
            return "<Language>"
        return f"<Language of {len(self._solved.labels)} positions, shortest {self._solved.shortest()!r}>"

    def _is_within(self, required: Automaton, limit: int) -> bool:
        """Whether every string of this language is a word of an automaton."""
        all_of, none_of = self._parts()
        allowed = required if none_of is None else automaton.alternate([required, none_of])
        return is_included(self._product(all_of, limit), allowed, limit)

    def _parts(self) -> tuple[tuple[Automaton, ...], Automaton | None]:
        """What the language is the intersection of, and what is left out."""
        if self._solved is not None:
            return (self._solved,), None
        return self._all_of, self._none_of

    @staticmethod
    def _product(parts: Sequence[Automaton], limit: int) -> Automaton:
        """The words that all parts have; there is at least one part."""
        result, *rest = parts
        for each in rest:
            result = product(result, each, limit)
        return result

    def _first_words(self, limit: int) -> Automaton:
        """An automaton that has all the shortest words of the language, and only words of it."""
        if self._solved is not None:
            return self._solved
        if self._none_of is not None:
            return difference(self._product(self._all_of, limit), self._none_of, limit, shortest_only=True)
        *rest, final = self._all_of
        return product(self._product(rest, limit), final, limit, shortest_only=True)

    def _automaton(self, limit: int) -> Automaton:
        """One automaton of the whole language, made once."""
        if self._solved is None:
            result = self._product(self._all_of, limit)
            if self._none_of is not None:
                result = difference(result, self._none_of, limit)
            self._solved = result
        return self._solved


EMPTY = Language((NOTHING,))
"""No string."""
ANYTHING = Language((EVERYTHING,))
"""All strings."""


@lru_cache(maxsize=1024)
def literal(text: str) -> Language:
    """Exactly one string; `EMPTY` if it has a surrogate, since AWS stores no such string.

    Raises:
        TooComplex: the text has more than `MAX_POSITIONS` characters.
    """
    return Language((automaton.word(text),))


def any_of(texts: Iterable[str]) -> Language:
    """Exactly these strings; strings with a surrogate are left out.

    Raises:
        TooComplex: the texts have more than `MAX_POSITIONS` different prefixes.
    """
    return Language((automaton.trie(texts),))


def characters(allowed: CharSet) -> Language:
    """The strings of exactly one character, which is in the set."""
    return Language((automaton.character(allowed),))


@lru_cache(maxsize=1024)
def regex(pattern: str) -> Language:
    """The strings that `re.fullmatch(pattern, …)` matches.

    What is regular and local is read: literals and escapes, classes, `.`, groups (capturing, named, or not),
    alternation, greedy and lazy quantifiers, comments, the flags a, i, m, s, u and x inline, and anchors at the ends.

    Raises:
        InvalidPattern: `re` refuses the pattern; with its message and offset.
        Unsupported: lookaround, back-references, conditional, atomic and possessive parts, word boundaries, anchors
            elsewhere.
        TooComplex: repeats need more than `MAX_POSITIONS` positions, or groups are nested too deeply.
    """
    from cfn_table.languages.syntax import automaton_of

    return Language((automaton_of(pattern),))


@lru_cache(maxsize=1024)
def wildcard(pattern: str) -> Language:
    """The strings that an IAM pattern matches: `*` is any sequence of characters, `?` any one character.

    `${*}`, `${?}` and `${$}` stand for the characters themselves (IAM User Guide, "IAM policy elements: Variables and
    tags", special characters); see `escape`. Other policy variables are not known here: their text is taken literally,
    so whoever has a policy with variables replaces them first.

    Raises:
        TooComplex: the pattern has more than `MAX_POSITIONS` characters.
    """
    parts: list[Automaton] = []
    one = automaton.character(ANY_CHARACTER)
    at, is_open = 0, False
    while at < len(pattern):
        each = pattern[at]
        if each == "*":
            is_open = True
            at += 1
            continue
        if each == "?":
            # `*?` and `?*` are the same; any-one first leaves fewer ways to read a string.
            parts.append(one)
            at += 1
            continue
        if is_open:
            parts.append(EVERYTHING)
            is_open = False
        if pattern[at : at + 4] in _ESCAPED:
            each, step = pattern[at + 2], 4
        else:
            step = 1
        parts.append(automaton.word(each))
        at += step
    if is_open:
        parts.append(EVERYTHING)
    return Language((automaton.concatenate(parts),))


_ESCAPED = frozenset({"${*}", "${?}", "${$}"})


def escape(text: str) -> str:
    """The IAM pattern that `wildcard` reads as exactly this text."""
    return "".join(f"${{{each}}}" if each in "*?$" else each for each in text)


def concat(*languages: Language) -> Language:
    """The strings made of one string of each language, in order; only the empty string if there is none.

    Raises:
        TooComplex: the result takes more than `MAX_POSITIONS` positions, or a part is too complex in itself.
    """
    return Language((automaton.concatenate([each._automaton(LIMIT) for each in languages]),))


def union(*languages: Language) -> Language:
    """The strings of all languages; `EMPTY` if there is none.

    Raises:
        TooComplex: as `concat`.
    """
    return Language((automaton.alternate([each._automaton(LIMIT) for each in languages]),))


def optional(language: Language) -> Language:
    """The strings of the language, and the empty string.

    Raises:
        TooComplex: the language is too complex in itself.
    """
    return Language((automaton.optional(language._automaton(LIMIT)),))


def star(language: Language) -> Language:
    """Any number of strings of the language one after the other, none included.

    Raises:
        TooComplex: the language is too complex in itself.
    """
    return repeat(language, 0)


def plus(language: Language) -> Language:
    """One or more strings of the language one after the other.

    Raises:
        TooComplex: the language is too complex in itself.
    """
    return repeat(language, 1)


def repeat(language: Language, minimum: int, maximum: int | None = None) -> Language:
    """At least `minimum` and at most `maximum` (None: any number of) strings of the language one after the other.

    Raises:
        ValueError: a bound is negative, or the maximum is below the minimum.
        TooComplex: as `concat`.
    """
    if minimum < 0 or (maximum is not None and maximum < minimum):
        raise ValueError(f"cannot repeat {minimum} to {maximum} times")
    return Language((automaton.repeat(language._automaton(LIMIT), minimum, maximum),))
