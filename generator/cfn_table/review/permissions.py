"""What a change does to what policies of a template allow: by meaning, for every combination of conditions.

Policies are compared by name, and the managed policies that one policy of a design is split into together. A policy
that limits (a permissions boundary, the policy of an endpoint) allows everything where it is absent; the others allow
nothing. What a Deny takes away from those who are allowed elsewhere is compared beside a policy that allows everything.
What comes or goes together with all that it is about takes nothing away, or sets nobody free: nobody was there before.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cfn_table.access import Comparison, Difference, Effect, Policy, Relation, compare
from cfn_table.access.sources import ASKS_WHO
from cfn_table.access.templates import FoundPolicy, TemplatePolicies, find_policies
from cfn_table.access.templates.conditions import TooManyVariants
from cfn_table.errors import InputError
from cfn_table.review.contracts import section_of
from cfn_table.review.pair import Pair
from cfn_table.review.scenarios import Chooser, Scenarios, When
from cfn_table.review.side import Side

LIMITING: Final = frozenset({"boundary", "session", "endpoint", "organization"})
"""The kinds of policies that allow nothing by themselves, and limit what others allow."""

_EVERYTHING: Final[Mapping[str, str]] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One policy that means something else, or is attached to somebody else, in some deployments.

    Attributes:
        name: of the policy; of its first part where it is split.
        kind: see `FoundPolicy`.
        old, new: its documents; empty where the side does not have it.
        gained, lost: what is allowed now and was not, and what was and is not.
        only_denied: whether this is only about those who are allowed elsewhere: a Deny changed.
        undecided: what could not be worked out, in words.
        when: the conditions under which that is so.
    """

    name: str
    kind: str
    old: tuple[FoundPolicy, ...]
    new: tuple[FoundPolicy, ...]
    gained: tuple[Difference, ...] = ()
    lost: tuple[Difference, ...] = ()
    only_denied: bool = False
    undecided: tuple[str, ...] = ()
    when: When = ()

    @property
    def attached(self) -> tuple[str, ...]:
        """To whom it is attached now and was not, sorted; of a policy that both sides have.

        Of a resource policy that says something else as well, that is all there is to say.
        """
        return _more(self.new, self.old) if self._may_move else ()

    @property
    def detached(self) -> tuple[str, ...]:
        """To whom it was attached and is not, sorted."""
        return _more(self.old, self.new) if self._may_move else ()

    @property
    def _may_move(self) -> bool:
        if not (self.old and self.new):
            return False
        return self.kind in ("identity", "boundary") or (self.kind == "resource" and not (self.gained or self.lost))

    @property
    def is_equal(self) -> bool:
        """Whether nobody can tell the difference."""
        return not (self.gained or self.lost or self.undecided or self.attached or self.detached)


def compared_policies(pair: Pair) -> tuple[Compared, ...]:
    """Every policy of either side that differs in meaning, or in whom it is attached to, sorted by name.

    `Pair.policies` remembers it.
    """
    return tuple(_Review(pair).run())


def allowed_by(policies: Sequence[FoundPolicy]) -> tuple[Difference, ...]:
    """Examples of what identity or resource policies allow; nothing where they cannot be read."""
    asks = any(each.kind in ASKS_WHO for each in policies)
    try:
        documents = tuple(Policy.from_document(each.document, each.name) for each in policies)
        return compare((), documents, asks_principal=asks).gained
    except InputError:
        return ()


def new_doubts(pair: Pair) -> tuple[tuple[tuple[str | int, ...], str], ...]:
    """What of the new template may hold policies and was not understood, unless the old one has just the same."""
    known = {(each.path, each.reason) for each in find_policies(pair.old.data).undecided}
    return tuple(
        (each.path, each.reason)
        for each in find_policies(pair.new.data).undecided
        if (each.path, each.reason) not in known or _at(pair.old.data, each.path) != _at(pair.new.data, each.path)
    )


def examples_of(differences: Sequence[Difference]) -> tuple[str, ...]:
    """Requests as texts, those that say most first: what changes or deletes, what is said of many actions."""
    ordered = sorted(differences, key=lambda each: (_harm(each), -len(each.actions), each.request.action))
    return tuple(str(each.request) for each in ordered)


_READS: Final = ("get", "list", "describe", "batchget", "query", "conditioncheck", "partiqlselect", "head", "search")


def _harm(difference: Difference) -> int:
    verb = difference.request.action.partition(":")[2].lower()
    return 2 if verb.startswith(_READS) else 1 if verb.startswith("scan") else 0


Group = dict[tuple[str, str], list[FoundPolicy]]
_Places = tuple[tuple[int, ...], tuple[int, ...]]


class _Review:
    """The comparison of two templates."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.firsts = {**_firsts(pair.old), **_firsts(pair.new)}
        self.same_conditions = all(
            pair.old.data.get(section) == pair.new.data.get(section) for section in ("Conditions", "Mappings")
        )

    @functools.cached_property
    def scenarios(self) -> Scenarios:
        """How the conditions of both templates hang together."""
        old, new = self.pair.old, self.pair.new
        return Scenarios(old.data, new.data, {**old.parameters, **new.parameters})

    def run(self) -> Iterator[Compared]:
        old, new = (self._groups(find_policies(side.data)) for side in (self.pair.old, self.pair.new))
        _keep_bounding(old, new)
        _keep_bounding(new, old)
        for name, kind in sorted({*old, *new}):
            before, after = old.get((name, kind), []), new.get((name, kind), [])
            has_variants = any(each.when for each in (*before, *after))
            if _written(before) != _written(after) or (has_variants and not self.same_conditions):
                yield from self._group(name, kind, before, after)

    def _groups(self, found: TemplatePolicies) -> Group:
        groups: Group = {}
        for each in found:
            name = self.firsts.get(each.logical_id, each.name) if each.kind == "identity" else each.name
            groups.setdefault((name, each.kind), []).append(each)
        return groups

    def _group(
        self, name: str, kind: str, before: Sequence[FoundPolicy], after: Sequence[FoundPolicy]
    ) -> Iterator[Compared]:
        """One policy, each pair of variants once; variants with the same outcome are told together."""
        try:
            combinations = list(self._combinations(before, after))
        except TooManyVariants:
            yield Compared(name, kind, tuple(before), tuple(after), undecided=("too many conditions matter to it",))
            return
        known: dict[_Places, Compared] = {}
        alike: dict[Any, tuple[Compared, list[When]]] = {}
        for when, places in combinations:
            if places not in known:
                there = _compared(name, kind, [before[at] for at in places[0]], [after[at] for at in places[1]])
                known[places] = self._of_what_stays(there)
            alike.setdefault(_outcome(known[places]), (known[places], []))[1].append(when)
        for found, whens in alike.values():
            others = [when for each, more in alike.values() if each is not found for when in more]
            if not found.is_equal:
                yield from (replace(found, when=when) for when in _shared(whens, others))

    def _of_what_stays(self, found: Compared) -> Compared:
        """A comparison without what is said of roles and resources that only one side has."""
        here, there = self.pair.new.data.get("Resources", {}), self.pair.old.data.get("Resources", {})
        if not found.old and all(_comes(each, here, there) for each in found.new):
            return replace(found, lost=())
        if not found.new and all(_goes(each, there, here) for each in found.old):
            return replace(found, gained=())
        return found

    def _combinations(
        self, before: Sequence[FoundPolicy], after: Sequence[FoundPolicy]
    ) -> Iterator[tuple[When, _Places]]:
        """Which variants of both sides are there together, and when."""
        if not any(each.when for each in (*before, *after)):
            yield (), (tuple(range(len(before))), tuple(range(len(after))))
            return
        yield from self.scenarios.each(lambda _, __, has, gets: (_there(before, has), _there(after, gets)))


def _comes(policy: FoundPolicy, new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether all that a policy is about is new in the template, too."""
    return bool(policy.attached_to) and all(name in new and name not in old for name in policy.attached_to)


def _goes(policy: FoundPolicy, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether all that a policy is about goes with it: one that is a resource of its own may go from what is retained.

    A boundary cannot: while somebody has it, it is not deleted.
    """
    return (policy.kind == "boundary" or policy.attached_to == (policy.logical_id,)) and _comes(policy, old, new)


def _there(variants: Sequence[FoundPolicy], choose: Chooser) -> tuple[int, ...]:
    return tuple(at for at, each in enumerate(variants) if all(choose(name) is value for name, value in each.when))


def _shared(whens: Sequence[When], others: Sequence[When]) -> Iterator[When]:
    """What combinations have in common, where that tells them from the others, else each of them."""
    shared = set(whens[0]).intersection(*whens)
    if not others:
        yield ()
    elif any(shared <= set(when) for when in others):
        yield from whens
    else:
        yield tuple(sorted(shared))


def _keep_bounding(groups: Group, others: Group) -> None:
    """A managed policy that only bounds others is still one that can be attached, as it was on the other side."""
    for (name, kind), found in list(groups.items()):
        base = (name.removesuffix("/PermissionsBoundary"), "identity")
        if kind == "boundary" and base in others and base not in groups:
            groups[base] = [replace(each, name=base[0], kind="identity", attached_to=()) for each in found]


def _compared(name: str, kind: str, before: list[FoundPolicy], after: list[FoundPolicy]) -> Compared:
    if [each.document for each in before] == [each.document for each in after]:
        return Compared(name, kind, tuple(before), tuple(after))
    try:
        old, new = (tuple(Policy.from_document(each.document, each.name) for each in side) for side in (before, after))
    except InputError as error:
        return Compared(name, kind, tuple(before), tuple(after), undecided=(error.message,))
    everything = _everything(kind)
    if kind in LIMITING:
        old, new = old or everything, new or everything
    asks = kind in ASKS_WHO
    found = [compare(old, new, asks_principal=asks)]
    if any(each.effect is Effect.DENY for policy in (*old, *new) for each in policy.statements):
        found.append(compare((*everything, *old), (*everything, *new), asks_principal=asks))
    gained, lost = (next((list_ for each in found if (list_ := _side(each, at))), ()) for at in (0, 1))
    return Compared(
        name,
        kind,
        tuple(before),
        tuple(after),
        gained,
        lost,
        bool(gained or lost) and not (found[0].gained or found[0].lost),
        tuple(dict.fromkeys(text for each in found if each.relation is Relation.UNDECIDED for text in each.undecided)),
    )


def _side(comparison: Comparison, at: int) -> tuple[Difference, ...]:
    return (comparison.gained, comparison.lost)[at]


def _everything(kind: str) -> tuple[Policy, ...]:
    statement = {**_EVERYTHING, "Principal": "*"} if kind in ASKS_WHO else dict(_EVERYTHING)
    if kind == "trust":
        del statement["Resource"]
    return (Policy.from_document({"Version": "2012-10-17", "Statement": [statement]}, "everything"),)


def _outcome(found: Compared) -> Any:
    """What is told of a comparison, apart from where it holds."""
    return (
        tuple(str(each.request) for each in found.gained),
        tuple(str(each.request) for each in found.lost),
        found.undecided,
        found.attached,
        found.detached,
        bool(found.old),
        bool(found.new),
    )


def _written(policies: Sequence[FoundPolicy]) -> list[Any]:
    return [(each.name, each.document, each.when, each.attached_to) for each in policies]


def _more(one: Sequence[FoundPolicy], other: Sequence[FoundPolicy]) -> tuple[str, ...]:
    """To whom the policies of one side are attached, and those of the other are not."""
    had = {name for each in other for name in each.attached_to}
    return tuple(sorted({name for each in one for name in each.attached_to} - had))


def _firsts(side: Side) -> dict[str, str]:
    """Logical id of each part of a design's policy → that of the first: who uses the policy attaches them all."""
    found = {}
    policies = section_of(side.contract, "policies")
    for name in policies:
        policy = section_of(policies, name)
        first, parts = str(policy.get("export", "")).removesuffix("Arn"), policy.get("parts", 1)
        for number in range(2, parts + 1 if isinstance(parts, int) else 2):
            found[f"{first}{number}"] = first
    return found


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
