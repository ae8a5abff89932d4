"""From two sides to a rollout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cfn_table.review.rollout.commands import Commands
from cfn_table.review.rollout.compose import Composer
from cfn_table.review.rollout.differences import Differences, differences
from cfn_table.review.rollout.exports import exports_about, importers, kept_exports
from cfn_table.review.rollout.migration import migration
from cfn_table.review.rollout.moves import Move, Planner, initial
from cfn_table.review.rollout.rename import renaming
from cfn_table.review.rollout.steps import make_steps
from cfn_table.review.rollout.tables import GLOBAL, properties, tables
from cfn_table.review.rollout.values import Obstacle, Rollout
from cfn_table.review.rollout.words import Say, Text
from cfn_table.review.side import Side


def plan(old: Side, new: Side, *, stack: str = "STACK") -> Rollout:
    """The updates that lead from one template to another.

    Args:
        old: what is deployed.
        new: what is to be deployed; both sides have a template.
        stack: the stack's name, for commands.
    """
    found = differences(old.data, new.data)
    commands = Commands(stack)
    obstacles = tuple(_obstacles(old, found))
    if obstacles:
        others = [each.id for each in found.changes.values() if each.refused or each.replaced]
        return Rollout(obstacles=obstacles, migration=migration(old.data, new.data, others, commands))
    if found.renamed:
        return renaming(old, new.data, found.renamed, commands)
    made = sequence(old.data, new.data, found, old, commands)
    return Rollout(make_steps(old.data, made, commands), warnings=tuple(_warnings(found)))


def sequence(
    old: Mapping[str, Any], new: Mapping[str, Any], found: Differences, side: Side, commands: Commands
) -> list[tuple[dict[str, Any], Text]]:
    """The templates in order with what to say about them; none where nothing changes.

    Args:
        old, new: the templates.
        found: what differs.
        side: what is deployed, for what is known about its exports.
        commands: of the stack.
    """
    if old == new:
        return []
    kept = kept_exports(old, new, side)
    composer = Composer(old, new, found, kept)
    say = Say(old, new, commands)
    has_rest = _has_rest(composer, old, found)
    moves = list(Planner(old, found, kept, has_rest, say).moves())
    moves[-1] = Move(replace(moves[-1].state, final=True), moves[-1].text)
    return _distinct(old, composer, moves)


def _distinct(old: Mapping[str, Any], composer: Composer, moves: list[Move]) -> list[tuple[dict[str, Any], Text]]:
    """Templates that differ from the one before them; what comes to nothing is left out."""
    made: list[tuple[dict[str, Any], Text]] = []
    previous = old
    for number, move in enumerate(moves):
        template = composer.template(move.state)
        is_last = number == len(moves) - 1
        if template == previous or (not is_last and _only_words(previous, template)):
            continue
        made.append((template, move.text))
        previous = template
    if len(made) == 1 and made[0][1].title == "change everything else":
        made = [(made[0][0], replace(made[0][1], title="deploy the new template"))]
    return made


def _has_rest(composer: Composer, old: Mapping[str, Any], found: Differences) -> bool:
    """Whether anything changes but indexes and replicas that come and go, and what names them."""
    state = initial(old, found)
    for change in found.changes.values():
        for name in change.removed:
            state = state.without_index(change.id, name)
        for region in change.regions_removed:
            state = state.without_region(change.id, region)
    then = replace(state, rest=True, expiry="new", exports=True)
    return not _only_words(composer.template(state), composer.template(then))


def _only_words(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether templates differ at most in what CloudFormation does not act on."""
    return _bare(one) == _bare(other)


def _bare(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template without words, and without the order of what has none."""
    found = {name: each for name, each in template.items() if name not in ("Metadata", "Description")}
    found["Resources"] = dict(found.get("Resources", {}))
    for name, resource in tables(template).items():
        owned = dict(properties(resource))
        for kind in ("AttributeDefinitions", GLOBAL):
            if isinstance(owned.get(kind), list):
                owned[kind] = sorted(owned[kind], key=repr)
        found["Resources"][name] = {**resource, "Properties": owned}
    return found


def _obstacles(old: Side, found: Differences) -> Iterator[Obstacle]:
    for change in found.changes.values():
        if change.refused:
            yield Obstacle(change.id, change.refused, "make a second table, copy the data, switch over")
        about = "StreamArn" if change.stream == "switched" else "" if change.replaced else None
        if about is None:
            continue
        for name, stacks in _imported(old, change.id, about):
            what = "another stream view" if about else f"replacing `{change.id}` ({change.replaced})"
            yield Obstacle(
                change.id,
                f"{what} changes the value of export `{name}`, which is imported by {_listed(stacks)}",
                "let the importers go first, then plan again",
            )


def _imported(old: Side, table: str, attribute: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Exports that are known to be imported and whose value is of a table."""
    for each in exports_about(old.data, table, attribute):
        stacks = importers(old, each.name)
        if stacks:
            yield each.name, stacks


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{each}`" for each in names)


def _warnings(found: Differences) -> Iterator[str]:
    for change in found.changes.values():
        for name in change.swapped:
            yield (
                f"index `{name}` of `{change.id}` keeps its name and changes: queries on it fail between the step that "
                f"removes it and the end of the next; under a new name both can be there at once"
            )
        for name in change.late:
            if name not in change.swapped:
                yield f"index `{name}` of `{change.id}` can only come when another has gone"
        if change.replaced:
            yield f"`{change.id}` is replaced ({change.replaced}): the new table is empty, and readers see that"
        if change.stream == "switched":
            yield f"what is written to `{change.id}` while its stream is off is in no stream"
    for name in found.gone:
        yield f"`{name}` leaves the stack and stays in the account"
