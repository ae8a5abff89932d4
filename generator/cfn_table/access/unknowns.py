"""What is not known when policies are compared: the values of policy variables, and symbols of a template.

A variable, say `${aws:PrincipalTag/team}`, ties two parts of a request together: the tag, and the text in which it
occurs. So policies are compared once for each kind of value of the variable: the kinds that tests of that key tell
apart, no value at all, the texts that make it coincide with other texts of the policies, and a value unlike all others.

What that does not cover (texts with several variables that could coincide, symbols that could be the same when they are
deployed) matters only where two such texts must match the same part of one request. Where they must not, taking them
for different can but report too much, never too little.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cfn_table.access.coincidence import Frame, frame, values
from cfn_table.access.globs import Budget, Glob, Patterns, TooManyClasses, arn_pattern, resource_pattern, text_pattern
from cfn_table.access.operators import Kind
from cfn_table.access.policy import Effect
from cfn_table.access.request import Values
from cfn_table.access.states import Entry, Space
from cfn_table.access.variables import Pieces, resolve, symbols_in, variables_in

MAX_ASSIGNMENTS: Final = 600
"""How many assignments of the variables are tried."""

_UNLIKE: Final = 0xF0000
"""First of the characters (a private area of Unicode) that values unlike all others are made of."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value for each variable.

    Attributes:
        fixed: context key in lower case → its value, None where it is absent.
        unlike: stand-ins for values that are unlike all others → the key that they belong to.
    """

    fixed: Mapping[str, Values | None] = field(default_factory=dict)
    unlike: Mapping[str, str] = field(default_factory=dict)

    def value_of(self, key: str) -> str | None:
        """The value of a variable."""
        value = self.fixed.get(key)
        return value if isinstance(value, str) else None

    def spellings(self) -> Iterator[Callable[[Values], Values]]:
        """Ways to write the stand-ins, natural ones first."""
        if not self.unlike:
            yield lambda value: value
            return
        for form in ("{name}", "a-{name}", "{name}-1", "x", "{stand_in}"):
            texts = {
                stand_in: form.format(name=key.replace("/", ":").rsplit(":", 1)[-1] or "x", stand_in=stand_in)
                for stand_in, key in self.unlike.items()
            }
            yield lambda value, texts=texts: _replaced(value, texts)  # type: ignore[misc]  # mypy infers no lambda with a default


def _replaced(value: Values, texts: Mapping[str, str]) -> Values:
    if isinstance(value, tuple):
        return tuple(str(_replaced(each, texts)) for each in value)
    for stand_in, text in texts.items():
        value = value.replace(stand_in, text)
    return value


@dataclass(frozen=True, slots=True)
class _Use:
    """A text of a policy, and the part of the request that it is compared with.

    Attributes:
        part: `resource`, or a context key.
        text: as the policy has it.
        pattern: how it is matched, when its variables are replaced.
        has_variables: whether `${…}` in it stands for something.
        place: the number of the statement and that of the element or test in it.
        is_negated: whether the text must not match.
    """

    part: str
    text: str
    pattern: Callable[[Pieces], Glob | None]
    has_variables: bool
    place: tuple[int, int]
    is_negated: bool

    @property
    def variables(self) -> list[str]:
        """The keys of its variables, in lower case."""
        return [name.lower() for name in variables_in(self.text)] if self.has_variables else []

    @property
    def symbols(self) -> list[str]:
        """Its symbols."""
        return list(symbols_in(self.text))

    def glob(self, value_of: Callable[[str], str | None]) -> Glob | None:
        """Its pattern for some values of the variables; None where nothing matches."""
        pieces = resolve(self.text, value_of, self.has_variables)
        return None if pieces is None else self.pattern(pieces)


_FORMS: Final[Mapping[Kind, Callable[[Pieces], Glob | None]]] = {
    Kind.TEXT: lambda pieces: text_pattern(pieces, wild=False),
    Kind.TEXT_WITHOUT_CASE: lambda pieces: text_pattern(pieces, ignores_case=True, wild=False),
    Kind.PATTERN: text_pattern,
    Kind.BOOLEAN: lambda pieces: text_pattern(pieces, ignores_case=True, wild=False),
    Kind.ARN: arn_pattern,
}


def _uses(statements: Iterable[Entry]) -> Iterator[_Use]:
    for at, (statement, has_variables) in enumerate(statements):
        for text in statement.resources or ():
            yield _Use("resource", text, resource_pattern, has_variables, (at, -1), statement.resources_excluded)
        for number, test in enumerate(statement.tests):
            operator = test.operator
            if operator is None or operator.kind not in _FORMS:
                continue
            for text in test.values:
                form = _FORMS[operator.kind]
                yield _Use(test.key, text, form, has_variables, (at, number), operator.negated)


def variables_of(statements: Iterable[Entry]) -> list[str]:
    """The keys, in lower case, that are variables of some statements."""
    found: dict[str, None] = {}
    for statement, has_variables in statements:
        tests = (value for test in statement.tests for value in test.values)
        for text in (*(statement.resources or ()), *tests) if has_variables else ():
            found.update(dict.fromkeys(name.lower() for name in variables_in(text)))
    return sorted(found)


def assignments(statements: Sequence[Entry], budget: Budget, inexact: dict[str, None]) -> list[Assignment]:
    """The assignments of variables to try for some statements; what they do not cover is added to `inexact`, in words.

    Raises:
        TooManyClasses: there are too many.
    """
    keys = variables_of(statements)
    if not keys:
        return [Assignment()]
    if 2 ** len(keys) > MAX_ASSIGNMENTS:  # each has a value or has none
        raise TooManyClasses
    uses = list(_uses(statements))
    of_key = {key: chr(_UNLIKE + number) * 2 for number, key in enumerate(keys)}
    choices = [_choices(statements, uses, key, of_key, budget, inexact) for key in keys]
    if math.prod(map(len, choices)) > MAX_ASSIGNMENTS:
        raise TooManyClasses
    found = []
    for combined in itertools.product(*choices):
        fixed = dict(zip(keys, combined, strict=True))
        present = "".join(value if isinstance(value, str) else "".join(value or ()) for value in combined)
        found.append(Assignment(fixed, {each: key for key, each in of_key.items() if each in present}))
    return found


def _choices(
    statements: Sequence[Entry],
    uses: Sequence[_Use],
    key: str,
    stand_ins: Mapping[str, str],
    budget: Budget,
    inexact: dict[str, None],
) -> list[Values | None]:
    """The kinds of values of one variable; the one unlike all others first."""
    found: dict[Values | None, None] = {stand_ins[key]: None}
    tests = [use for use in uses if use.part == key]
    direct = [glob for use in tests if (glob := use.glob(stand_ins.get)) is not None]
    frames: dict[Frame, None] = {}
    for use in uses:
        if key not in use.variables:
            continue
        around = use.glob(stand_ins.get)
        others = {
            glob: None
            for other in uses
            if other.part == use.part and key not in other.variables
            if (glob := other.glob(stand_ins.get)) is not None
        }
        if around is not None and others and (made := frame(around, stand_ins[key], list(others))) is not None:
            frames[made] = None
    if direct or frames:
        found.update(dict.fromkeys(values(list(frames), list(dict.fromkeys(direct)), stand_ins[key], budget)))
    if any(test.key == key for statement, _ in statements for test in statement.tests):
        space = Space(statements, stand_ins.get, {}, budget)
        found.update(dict.fromkeys(state.value for state in space.key(key)))
        inexact.update(dict.fromkeys(space.inexact))
        # Which numbers, say, make it coincide with another text was not looked for.
        kinds = (
            test.operator.kind
            for statement, _ in statements
            for test in statement.tests
            if test.key == key and test.operator
        )
        if frames and not _FORMS.keys() >= {kind for kind in kinds if kind is not Kind.NULL}:
            inexact[f"`{key}` is compared with values of several kinds"] = None
    found[None] = None
    return list(found)


def doubts(
    statements: Sequence[Entry], sides: Sequence[tuple[bool, bool]], together: Sequence[int], budget: Budget
) -> Iterator[tuple[bool, str]]:
    """Whether something could be gained (True) or lost (False) that was not looked for, in words.

    Args:
        statements: all of both sides.
        sides: for each whether it is in the old and in the new side.
        together: for each the statements that can match the same action, one bit each.
        budget: what that may cost.
    """
    uses = list(_uses(statements))
    unknown = [use for use in uses if use.variables or use.symbols]
    for is_gain in (True, False):
        wanted = [use for use in uses if _must_match(use, statements, sides, is_gain)]
        by_part: dict[str, list[_Use]] = {}
        for use in wanted:
            by_part.setdefault(use.part, []).append(use)
        told: dict[frozenset[str], str] = {}
        for use in unknown:
            if use not in wanted:
                continue
            budget.spend(len(by_part[use.part]))
            for other in by_part[use.part]:
                at, beside = use.place[0], other.place[0]
                if use.text == other.text or use.place == other.place or not together[at] >> beside & 1:
                    continue
                # Of one side's statements with one effect, one is enough: two of them need not match together.
                if (
                    at != beside
                    and not (use.is_negated or other.is_negated)
                    and statements[at][0].effect is statements[beside][0].effect
                ):
                    continue
                pair = frozenset({use.text, other.text})
                if pair not in told and _could_coincide(use, other, budget):
                    told[pair] = f"whether `{use.text}` and `{other.text}` are the same"
        yield from ((is_gain, text) for text in told.values())


def _must_match(use: _Use, statements: Sequence[Entry], sides: Sequence[tuple[bool, bool]], is_gain: bool) -> bool:
    """Whether a request that is gained (or lost) can hang on the text's matching it."""
    at = use.place[0]
    in_old, in_new = sides[at]
    here, there = (in_new, in_old) if is_gain else (in_old, in_new)
    allows = statements[at][0].effect is Effect.ALLOW
    if use.is_negated:  # then it matches where the statement must not apply
        return there if allows else here
    return here if allows else there and not here


def _could_coincide(use: _Use, other: _Use, budget: Budget) -> bool:
    """Whether texts could match both, and that was not looked at with the values of `assignments`."""
    first, second = _without_common(use.text, other.text)
    rests = replace(use, text=first), replace(other, text=second)
    symbols = [name for each in rests for name in each.symbols]
    variables = [name for each in rests for name in each.variables]
    if not symbols and (not variables or len([*use.variables, *other.variables]) == 1):
        return False
    return _could_meet(use, other, budget) and not _is_settled(use, other, budget)


def _without_common(first: str, second: str) -> tuple[str, str]:
    """The texts without what both begin with: up to the first difference, or wildcard."""
    at = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    at = min([at, *(place for character in "*?" if (place := first.find(character)) >= 0)])
    begin = first.rfind("$", 0, at)
    if begin >= 0 and "}" not in first[begin:at]:
        at = begin
    return first[at:], second[at:]


def _could_meet(use: _Use, other: _Use, budget: Budget) -> bool:
    """Whether some text could match both, whatever the symbols and variables stand for."""
    globs = [text_pattern(_opened(each), ignores_case=True) for each in (use, other)]
    return 3 in Patterns(globs).classes(budget)


def _opened(use: _Use) -> Pieces:
    pieces = resolve(use.text, lambda _: "x", use.has_variables) or ()
    return tuple(("*", False) if plain and text not in ("*", "?", "$") else (text, plain) for text, plain in pieces)


def _is_settled(use: _Use, other: _Use, budget: Budget) -> bool:
    """Whether one matches all that the other does, symbols taken as they are."""
    if use.variables or other.variables:
        return False
    globs = [each.glob(lambda _: None) for each in (use, other)]
    sets = Patterns([glob for glob in globs if glob is not None]).classes(budget)
    return None in globs or not {1, 2} <= set(sets)
