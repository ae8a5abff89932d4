"""The moves of a rollout in order, each with the state behind it and with what to say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cfn_table.review.rollout.differences import Differences
from cfn_table.review.rollout.exports import Export
from cfn_table.review.rollout.state import State
from cfn_table.review.rollout.tables import Texts, indexes, replicas, tables
from cfn_table.review.rollout.words import Item, Say, Text


@dataclass(frozen=True, slots=True)
class Move:
    """One step, before its template is made.

    Attributes:
        state: what is there behind it.
        text: what to say about it.
    """

    state: State
    text: Text


def initial(old: Mapping[str, Any], found: Differences) -> State:
    """The state of the old template, as far as tables stay what they are."""
    texts = Texts(old)
    there: dict[str, Mapping[str, Any]] = {}
    regions: dict[str, tuple[str, ...]] = {}
    for name, change in found.changes.items():
        resource = tables(old)[name]
        if change.early or change.removed or change.late:
            there[name] = dict.fromkeys(indexes(resource, texts) or {}, "old")
        if change.regions_added or change.regions_removed:
            regions[name] = tuple(replicas(resource, texts) or ())
    return State(there, regions)


class Planner:
    """Yields the moves.

    Args:
        old: the old template.
        found: what differs.
        kept: exports that are held back.
        has_rest: whether anything but indexes and what names them changes.
        say: words and commands.
    """

    def __init__(
        self, old: Mapping[str, Any], found: Differences, kept: tuple[Export, ...], has_rest: bool, say: Say
    ) -> None:
        """See the class."""
        self._found, self._kept, self._has_rest, self._say = found, kept, has_rest, say
        self._state = initial(old, found)
        self._changes = list(found.changes.values())

    def moves(self) -> Iterator[Move]:
        """Every move in order; some may turn out to change nothing."""
        yield from self._prepare()
        yield from self._additions()
        yield from self._exports()
        yield from self._streams()
        yield from self._removals()
        yield from self._late()
        yield from self._end()

    def _to(self, text: Text, **changed: Any) -> Move:
        self._state = replace(self._state, **changed)
        return Move(self._state, text)

    def _prepare(self) -> Iterator[Move]:
        replaced = [each.id for each in self._changes if each.replaced]
        leaving = [*replaced, *self._found.gone]
        if leaving:
            yield self._to(self._say.keep(leaving), kept=True)
        if replaced:
            yield self._to(self._say.unprotect(replaced), unprotected=True)
        off = [each for each in self._changes if each.expiry and each.expiry[0] is not None]
        if off:
            yield self._to(self._say.expiry_off(off), expiry="off")

    def _additions(self) -> Iterator[Move]:
        """What readers need, then what refers to it: the last index comes with everything else."""
        replaced = [each.id for each in self._changes if each.replaced]
        rounds = _rounds([[*_regions(each.regions_added), *_names(each.early)] for each in self._changes])
        for number, items in enumerate(rounds, 1):
            added = self._add(items)
            if number == len(rounds) and not replaced:
                yield self._to(self._say.add(added, self._changes), rest=True, expiry="new")
            else:
                yield self._to(self._say.add(added))
        if rounds and not replaced:
            return
        if replaced:
            yield self._to(self._say.replace(replaced), rest=True, expiry="new")
        elif self._has_rest or not any(each.removed or each.late or each.regions_removed for each in self._changes):
            yield self._to(self._say.rest(self._changes), rest=True, expiry="new")
        else:
            self._state = replace(self._state, rest=True, expiry="new")

    def _add(self, items: Sequence[Item | None]) -> list[tuple[str, Item]]:
        done = []
        for change, item in zip(self._changes, items, strict=True):
            if item is not None:
                is_region, name = item
                step = self._state.with_region if is_region else self._state.with_index
                self._state = step(change.id, name)
                done.append((change.id, item))
        return done

    def _exports(self) -> Iterator[Move]:
        if self._kept:
            yield self._to(self._say.exports(self._kept), exports=True)

    def _streams(self) -> Iterator[Move]:
        switched = [each.id for each in self._changes if each.stream == "switched"]
        removed = [each.id for each in self._changes if each.stream == "removed"]
        if switched:
            yield self._to(self._say.stream_off(switched), stream="off")
            yield self._to(self._say.stream_on(switched), stream="new")
        elif removed and self._kept:
            yield self._to(self._say.stream_gone(removed), stream="new")

    def _removals(self) -> Iterator[Move]:
        rounds = _rounds([[*_names(each.removed), *_regions(each.regions_removed)] for each in self._changes])
        for items in rounds:
            done = []
            for change, item in zip(self._changes, items, strict=True):
                if item is not None:
                    is_region, name = item
                    step = self._state.without_region if is_region else self._state.without_index
                    self._state = step(change.id, name)
                    done.append((change.id, item, name in change.swapped and not is_region))
            yield self._to(self._say.remove(done))

    def _late(self) -> Iterator[Move]:
        for items in _rounds([_names(each.late) for each in self._changes]):
            yield self._to(self._say.add(self._add(items)))

    def _end(self) -> Iterator[Move]:
        gone = self._found.gone
        replaced = [each.id for each in self._changes if each.replaced]
        if gone or replaced:
            yield self._to(self._say.end(gone, replaced), final=True)


def _names(names: Sequence[str]) -> list[Item]:
    return [(False, each) for each in names]


def _regions(names: Sequence[str]) -> list[Item]:
    return [(True, each) for each in names]


def _rounds(lists: Sequence[Sequence[Item]]) -> list[list[Item | None]]:
    """One item of each table at a time: the limit of one change is per table."""
    longest = max((len(each) for each in lists), default=0)
    return [[each[at] if at < len(each) else None for each in lists] for at in range(longest)]
