"""What a reviewer asks, and what a review answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cfn_table.findings import Severity
from cfn_table.review.change import Access, Change, Effect
from cfn_table.review.formats import words
from cfn_table.review.report import PolicyChange, Review

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, answered.

    Attributes:
        question: what a reviewer asks.
        verdict: what the first line says of it; empty where there is nothing to say.
        told: the answer in words; names in backticks.
        severity: how grave it is; None where all is well.
    """

    question: str
    verdict: str
    told: str
    severity: Severity | None


def verdict(review: Review) -> list[tuple[str, Severity | None]]:
    """The parts of the first line, gravest questions first, and how grave each is."""
    found: list[tuple[str, Severity | None]] = [
        (each.verdict, each.severity) for each in answers(review) if each.verdict
    ]
    if review.undecided:
        found.append((f"{words.count(len(review.undecided), 'part')} could not be looked at", Severity.WARNING))
    if found:
        return found
    if not review.changes and not review.policies:
        return [("nothing changes" if review.old and review.new else "nothing of note", None)]
    if not review.old or not review.new:
        return [("nothing is lost, replaced or broken", None)]
    return [("updates in place, nothing is lost, replaced or broken", None)]


def said(review: Review) -> str:
    """The verdict in one line."""
    return ", ".join(part for part, _ in verdict(review))


def answers(review: Review) -> list[Answer]:
    """Every question with its answer."""
    return [each for each in _answers(review) if each is not None]


def _answers(review: Review) -> Iterator[Answer | None]:
    changes = words.ordered(review)
    by_effect = {each: [change for change in changes if change.effect is each] for each in Effect}
    yield _effect("Is data lost?", by_effect[Effect.DATA_LOSS], "DATA IS LOST", "DATA MAY BE LOST")
    yield _effect(
        "Does the deployment work?",
        by_effect[Effect.REFUSED],
        "the deployment is refused",
        "the deployment may be refused",
        well="nothing speaks against it",
        ill="no",
    )
    yield _counted("Is anything replaced?", by_effect[Effect.REPLACEMENT], "is", "are", "replaced")
    gone = _counted("Is anything deleted?", by_effect[Effect.DELETION], "is", "are", "deleted")
    yield gone
    if by_effect[Effect.ORPHAN]:
        yield _counted("Is anything left behind?", by_effect[Effect.ORPHAN], "leaves", "leave", "the stack", "leave")
    if by_effect[Effect.INTERRUPTION]:
        yield _counted("Does anything stop for a while?", by_effect[Effect.INTERRUPTION], "is", "are", "interrupted")
    breaking = [change for change in changes if change.breaking]
    yield _effect("Do dependents break?", breaking, "dependents break", "dependents may break")
    yield _access(review)
    yield _version(review)


def _effect(
    question: str, changes: list[Change], certain: str, possible: str, well: str = "no", ill: str = "yes"
) -> Answer:
    if not changes:
        return Answer(question, "", well, None)
    is_certain = any(each.certain for each in changes)
    return Answer(
        question, certain if is_certain else possible, _told(changes, ill if is_certain else "perhaps"), _worst(changes)
    )


def _counted(question: str, changes: list[Change], one: str, many: str, what: str, may: str = "be") -> Answer:
    if not changes:
        return Answer(question, "", "no", None)
    certain = [each for each in changes if each.certain]
    things = {_thing(each): None for each in certain or changes}
    number = len(things)
    verb = (one if number == 1 else many) if certain else f"may {may}"
    kinds = {kind for kind, _ in things}
    kind = kinds.pop() if len(kinds) == 1 else "thing"
    stated = f"{words.count(number, kind, 'indexes' if kind == 'index' else '')} {verb} {what}"
    return Answer(question, stated, _told(changes, "yes" if certain else "perhaps"), _worst(changes))


def _thing(change: Change) -> tuple[str, str]:
    """What goes or is replaced: a resource, or a part of a table that is one in its own right; and its name."""
    if change.effect is Effect.DELETION:
        for section, kind in (("GlobalSecondaryIndexes", "index"), ("VectorIndexes", "index"), ("Replicas", "replica")):
            if section in change.path:
                return kind, words.place(change)
    return "resource", change.resource or words.place(change)


def _told(changes: list[Change], stated: str) -> str:
    names = dict.fromkeys(words.place(each) for each in changes if words.place(each))
    return f"{stated}: {_names(names)}" if names else stated


def _access(review: Review) -> Answer:
    question = "Who can do what they could not?"
    by_kind: dict[str, list[str]] = {kind: [] for kind in Access}
    for policy in review.policies:
        by_kind[_kind(policy)].append(policy.policy)
    kinds = {each.access for each in review.changes} | {kind for kind, names in by_kind.items() if names}
    severity = _worst(each for each in review.changes if each.access.may_be_wider) or Severity.WARNING
    if kinds & {Access.WIDER, Access.BOTH}:
        who = _names([*by_kind[Access.WIDER], *by_kind[Access.BOTH]])
        stated = "permissions are wider" + " and narrower" * bool(kinds & {Access.BOTH, Access.NARROWER})
        return Answer(question, stated, f"whoever has {who}" if who else "somebody", severity)
    if Access.UNDECIDED in kinds:
        who = _names(by_kind[Access.UNDECIDED])
        return Answer(
            question, "permissions may be wider", f"perhaps whoever has {who}" if who else "undecided", severity
        )
    if Access.NARROWER in kinds:
        return Answer(question, "permissions are narrower", "nobody, and somebody can do less", Severity.NOTE)
    return Answer(question, "", "nobody", None)


def _kind(policy: PolicyChange) -> Access:
    """What a policy does to what somebody may do."""
    if policy.relation in ("new", "removed"):
        return Access.WIDER if policy.gained else Access.NARROWER if policy.lost else Access.NONE
    return {
        "wider": Access.WIDER,
        "different": Access.BOTH,
        "undecided": Access.UNDECIDED,
        "narrower": Access.NARROWER,
    }.get(policy.relation, Access.NONE)


def _names(names: Iterable[str]) -> str:
    """The first of some names in backticks, which they have none of themselves then, and how many others there are."""
    return words.listed(["`{}`".format(each.replace("`", "'")) for each in names], _NAMED)


def _version(review: Review) -> Answer | None:
    step = review.version
    if step is None:
        return None
    stated = "" if step.enough else f"version {step.new} says too little"
    return Answer("Is the version enough?", stated, words.about_version(step), None if step.enough else Severity.ERROR)


def _worst(changes: Iterable[Change]) -> Severity | None:
    order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    return min((each.severity for each in changes), key=order.index, default=None)
