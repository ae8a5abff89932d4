"""Policies allow what they allowed, whatever their text does.

Why: who reviews a diff of statements sees texts that moved, not requests that are allowed now. What is compared here is
the meaning: a policy that allows more is told with a request that it did not allow, one that allows less with a request
of somebody who will be refused. Statements in another order, merged or split, are no change. What a policy denies about
a role or a table that is new together with it is taken from nobody.

Example:
    Action: [dynamodb:GetItem, dynamodb:Query]     # was dynamodb:GetItem

Use instead: an own policy for those who need more; for those who need less as well, so that nobody loses it unasked.

Known problems: policies are compared one by one, by name: what two of them allow together is not, apart from the parts
of one policy of a design. Of a managed policy or a group that is not in the template it is said who gets it, and not
what it allows. Rules of security groups are no policies: `updates-are-in-place` tells them.

Source: IAM User Guide, "Policy evaluation logic" and "Permissions boundaries for IAM entities";
`cfn_table.access.compare`; `ManagedPolicyArns` and the like in the template reference of each type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from cfn_table.access import Difference
from cfn_table.access.sources import ASKS_WHO
from cfn_table.access.templates import FoundPolicy
from cfn_table.findings import Severity
from cfn_table.review.change import ABSENT, Access, Change, Effect
from cfn_table.review.pair import Pair, ResourceChange
from cfn_table.review.permissions import LIMITING, Compared, allowed_by, examples_of, new_doubts
from cfn_table.review.rules._given import gifts
from cfn_table.review.rules._made import made
from cfn_table.review.values import certainly_differ

NAME = "permissions-stay"

MAX_EXAMPLES: Final = 4
"""How many requests are shown that are allowed now, and how many that no longer are."""

_SUBJECTS: Final = {
    "identity": "policy",
    "resource": "resource policy",
    "trust": "the trust policy of",
    "boundary": "permissions boundary",
    "session": "session policy",
    "endpoint": "endpoint policy",
    "organization": "organization policy",
}
_WORDS: Final = {
    Access.WIDER: "more than before",
    Access.NARROWER: "less than before",
    Access.BOTH: "other requests than before, some more and some no longer",
}
_LESS: Final = "whoever has it is refused what it allowed; make another policy for those who need less"
_MORE: Final = "make sure that whoever gets it may do what the examples say"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each policy that allows something else, or is attached to somebody else."""
    for found in pair.policies:
        change = _base(pair, found)
        access = _access(found)
        if access is not Access.NONE:
            yield _change(change, access=access, message=f"{_subject(found)} {_what(found, access)}")
        if found.undecided and access is not Access.BOTH:
            reasons = "; ".join(found.undecided)
            message = f"{_subject(found)} may allow more or less than before: {reasons}"
            yield _change(change, access=Access.UNDECIDED, message=message, certain=False, examples=())
        if found.attached or found.detached:
            yield from _attachments(change, found)
    for each in pair.resources:
        yield from _given(pair, each)
    for path, reason in new_doubts(pair):
        message = f"what it allows is not known: {reason}"
        yield Change(
            NAME,
            Effect.NONE,
            Severity.WARNING,
            message,
            help="look at it by hand, or give it as plain values",
            resource=str(path[1]) if path[0] == "Resources" and len(path) > 1 else "",
            path=path,
            certain=False,
            access=Access.UNDECIDED,
            location=pair.locate(path),
            design=pair.origin(path),
        )


def _base(pair: Pair, found: Compared) -> Change:
    """What all changes about one policy have in common."""
    first = (found.new or found.old)[0]
    return Change(
        NAME,
        Effect.NONE,
        Severity.WARNING,
        "",
        resource=first.logical_id,
        resource_type=first.resource_type,
        path=first.path,
        old=_documents(found.old),
        new=_documents(found.new),
        when=found.when,
        examples=(*_examples("allowed now", found.gained), *_examples("no longer allowed", found.lost)),
        location=pair.locate(first.path, old=not found.new),
        design=pair.origin((*first.path, "Statement"), old=not found.new),
    )


def _given(pair: Pair, change: ResourceChange) -> Iterator[Change]:
    """What somebody gets or loses that is allowed elsewhere."""
    for gift in gifts(pair, change):
        breaking = gift.access in (Access.NARROWER, Access.BOTH)
        yield made(
            pair,
            NAME,
            change,
            ("Properties", gift.name),
            f"`{change.logical_id}` {' and '.join(gift.words)}",
            severity=Severity.WARNING,
            help=_LESS if breaking else "look at what it allows: it is not in this template",
            old=change.values(gift.name)[0],
            new=change.values(gift.name)[1],
            certain=gift.certain,
            breaking=breaking,
            access=gift.access,
        )


def _examples(what: str, differences: Sequence[Difference]) -> tuple[str, ...]:
    return tuple(f"{what}: {text}" for text in examples_of(differences)[:MAX_EXAMPLES])


def _documents(policies: Sequence[Any]) -> Any:
    documents = [each.document for each in policies]
    return ABSENT if not documents else documents[0] if len(documents) == 1 else documents


def _change(base: Change, *, access: Access, message: str, **fields: Any) -> Change:
    breaking = access in (Access.NARROWER, Access.BOTH)
    help = _LESS if breaking else _MORE if access is Access.WIDER else "compare the two policies by hand"
    return replace(base, access=access, message=message, breaking=breaking, help=help, **fields)


def _access(found: Compared) -> Access:
    return {
        (True, True): Access.BOTH,
        (True, False): Access.WIDER,
        (False, True): Access.NARROWER,
        (False, False): Access.NONE,
    }[bool(found.gained), bool(found.lost)]


def _subject(found: Compared) -> str:
    name = (found.new or found.old)[0].logical_id if found.kind == "trust" else found.name
    return f"{_SUBJECTS.get(found.kind, 'policy')} `{name}`"


def _what(found: Compared, access: Access) -> str:
    """What became of a policy, and for whom."""
    if not found.old:
        return f"is new, {_for_whom(found)}{', and only denies' if found.only_denied else ''}"
    if not found.new:
        return f"was removed; it {'only denied, ' if found.only_denied else 'was '}{_for_whom(found)}"
    if found.only_denied and access is not Access.BOTH:
        return f"denies {'less' if access is Access.WIDER else 'more'} than before"
    return f"allows {_whom(found)} {_WORDS[access]}"


def _for_whom(found: Compared) -> str:
    names = _attached_to(found)
    if found.kind in ASKS_WHO or found.kind not in ("identity", "boundary"):
        return f"for {'those it names' if found.kind in ASKS_WHO else 'who goes through it'}"
    return f"{'limiting' if found.kind == 'boundary' else 'attached to'} {names or 'nobody in this template'}"


def _whom(found: Compared) -> str:
    if found.kind in ASKS_WHO:
        return "those it names"
    if found.kind in LIMITING - {"boundary"}:
        return "who goes through it"
    return _attached_to(found) or "whoever has it"


def _attached_to(found: Compared) -> str:
    return ", ".join(f"`{name}`" for name in sorted({n for each in found.new or found.old for n in each.attached_to}))


def _attachments(base: Change, found: Compared) -> Iterator[Change]:
    """A policy that is attached to somebody else gives them what it allows; a boundary takes the rest away."""
    gained: tuple[Difference, ...] = ()
    lost: tuple[Difference, ...] = ()
    if found.kind == "boundary":
        told = (("limits", Access.NARROWER), ("no longer limits", Access.WIDER))
    else:
        gained, lost = allowed_by(found.new), allowed_by(found.old)
        told = (
            ("is attached to", _effect(gained, found.new, Access.WIDER)),
            ("is no longer attached to", _effect(lost, found.old, Access.NARROWER)),
        )
    who = (found.attached, found.detached)
    if any(not certainly_differ(one, other) for one in found.attached for other in found.detached):
        message = f"{_subject(found)} may be attached to {_named(found.attached)} instead of {_named(found.detached)}"
        yield _change(base, access=Access.UNDECIDED, message=message, certain=False, examples=())
        return
    parts = [(names, *each) for names, each in zip(who, told, strict=True) if names]
    accesses = {access for _, _, access in parts}
    words = " and ".join(f"{verb} {_named(names)}" for names, verb, _ in parts)
    examples = (
        *(_examples("allowed now", gained) if found.attached else ()),
        *(_examples("no longer allowed", lost) if found.detached else ()),
    )
    access = accesses.pop() if len(accesses) == 1 else Access.BOTH
    yield _change(base, access=access, message=f"{_subject(found)} {words}", examples=examples)


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _effect(allowed: Sequence[Difference], policies: Sequence[FoundPolicy], access: Access) -> Access:
    """What a policy does to those who get it or lose it: one that only denies, the reverse."""
    statements = [statement for each in policies for statement in each.document["Statement"]]
    if allowed or any(statement.get("Effect") != "Deny" for statement in statements):
        return access
    return Access.NARROWER if access is Access.WIDER else Access.WIDER
