"""Values of a policy variable that make a text of a policy coincide with others.

The text `team/${aws:PrincipalTag/team}/*` is compared with a part of the request, say the resource, and so are other
texts. Which of them a resource can match as well hangs on the tag. All tags that lead to the same places in the
automaton of the other texts are alike; of each kind the shortest is an example, and so is the shortest that is unlike
all other texts as far as its kind allows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cfn_table.access.globs import Automaton, Budget, Glob, Token, Wild, unnamed


@dataclass(frozen=True, slots=True)
class Frame:
    """A pattern around one variable, and the patterns that are compared with the same part of the request."""

    before: tuple[Token, ...]
    after: tuple[Token, ...]
    others: tuple[Glob, ...]


def frame(glob: Glob, stand_in: str, others: Sequence[Glob]) -> Frame | None:
    """The frame of the one place where a stand-in is in a pattern; None where there are none or several."""
    tokens, length = glob.tokens, len(stand_in)
    places = [at for at in range(len(tokens)) if tokens[at : at + length] == tuple(stand_in)]
    if len(places) != 1:
        return None
    return Frame(tokens[: places[0]], tokens[places[0] + length :], tuple(others))


class _Part:
    """One frame, with the automaton of the other patterns."""

    def __init__(self, frame: Frame, automaton: Automaton, budget: Budget) -> None:
        self._budget = budget
        self.automaton = automaton
        self._after = frame.after
        self._known: dict[int, frozenset[int]] = {}
        self.starts = sorted(_reached(self.automaton, self.automaton.start, frame.before, budget))

    def sets(self, state: int) -> frozenset[int]:
        """The sets of patterns that texts can match whose value of the variable ends in a state."""
        if state not in self._known:
            ends = _reached(self.automaton, state, self._after, self._budget)
            self._known[state] = frozenset(self.automaton.accepted(end) for end in ends)
        return self._known[state]


def _reached(automaton: Automaton, start: int, tokens: Sequence[Token], budget: Budget) -> frozenset[int]:
    """States in which a text that matches the tokens can end."""
    states = {start}
    for token in tokens:
        budget.spend(len(states))
        if not isinstance(token, Wild):
            states = {automaton.step(state, token) for state in states}
            continue
        in_segment = token in (Wild.ANY_IN_SEGMENT, Wild.ONE_IN_SEGMENT)
        if token in (Wild.ONE, Wild.ONE_IN_SEGMENT):
            states = {following for state in states for following in _following(automaton, state, in_segment, budget)}
        else:
            queue = list(states)
            while queue:
                more = set(_following(automaton, queue.pop(), in_segment, budget)) - states
                states |= more
                queue += more
    return frozenset(states)


def _following(automaton: Automaton, state: int, in_segment: bool, budget: Budget) -> Iterator[int]:
    characters = list(automaton.choices(state))
    budget.spend(2 * len(characters))
    for character in characters:
        if character != ":" or not in_segment:
            yield automaton.step(state, character)


def values(frames: Sequence[Frame], tests: Sequence[Glob], stand_in: str, budget: Budget) -> list[str]:
    """Values of a variable, of each kind that the frames and the tests of the variable itself tell apart.

    Raises:
        TooManyClasses: there are too many kinds.
    """
    direct = Automaton(tests)
    automata = {others: Automaton(others) for others in {each.others for each in frames}}
    parts = [_Part(each, automata[each.others], budget) for each in frames]
    owners = [(part, start) for part in parts for start in part.starts]
    # A state: where the value is in the tests and in each frame, and whether it holds the stand-in.
    start = (direct.start, tuple(state for _, state in owners), False)
    kinds: dict[object, str] = {}
    texts = {start: ""}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        of_tests, of_frames, is_unlike = state
        sets = tuple(part.sets(each) for (part, _), each in zip(owners, of_frames, strict=True))
        kinds.setdefault((direct.accepted(of_tests), sets, is_unlike), texts[state])
        if not of_tests and not any(of_frames) and is_unlike:
            continue
        named = dict.fromkeys(direct.named(of_tests))
        for (part, _), each in zip(owners, of_frames, strict=True):
            named.update(dict.fromkeys(part.automaton.named(each)))
        budget.spend((1 + len(named)) * (1 + len(owners)))
        for text in (*named, unnamed(named), *(() if is_unlike else (stand_in,))):
            following = (
                direct.run(of_tests, text),
                tuple(
                    part.automaton.run(each, text) if each else 0
                    for (part, _), each in zip(owners, of_frames, strict=True)
                ),
                is_unlike or text == stand_in,
            )
            if following not in texts:
                texts[following] = texts[state] + text
                queue.append(following)
    # Those that are unlike all others come first.
    return sorted(kinds.values(), key=lambda text: (text != stand_in, stand_in not in text, len(text)))
