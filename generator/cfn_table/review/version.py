"""The version that a change needs, from both of its halves: the contract, and what the template does.

The contract says what dependents rely on (`cfn_table.publish.compatibility`). A template can break them without it: a
resource whose export others import is replaced when its name or path changes, and a policy allows less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cfn_table.errors import InputError
from cfn_table.publish.compatibility import contract_changes, softened
from cfn_table.publish.semver import Bump, Version
from cfn_table.publish.version import next_free
from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.references import referenced
from cfn_table.review.report import VersionStep
from cfn_table.review.side import Side

_REPLACING: Final = frozenset({Effect.REPLACEMENT, Effect.ORPHAN, Effect.DATA_LOSS})
_OF_CONTRACT: Final = frozenset(
    {
        "accessPatterns",
        "entities",
        "exports",
        "format",
        "indexes",
        "parameters",
        "policies",
        "table",
        "types",
        "version",
    }
)
"""The sections of a contract; what changes there is counted from the contract itself."""


def version_step(pair: Pair, changes: Iterable[Change]) -> VersionStep | None:
    """The version that going from one side to the other needs, and whether the new side's is enough.

    A pre-release counts as the release that it leads to, and one that is followed promises nothing.

    Args:
        pair: both sides.
        changes: what the rules found.

    Returns:
        None where a side has no version.

    Raises:
        InputError: a contract is of a format that this program does not know.
    """
    try:
        old, new = Version.parse(pair.old.version), Version.parse(pair.new.version)
    except InputError:
        return None
    needed, reasons = required_step(pair, changes)
    enough = old.is_prerelease or new.core >= old.bumped(needed).core
    return VersionStep(
        str(old),
        str(new),
        needed,
        reasons,
        enough,
        "" if enough else str(next_free(old, needed, ()) if needed else old),
        pair.new.design.locate("version") if pair.new.design is not None else None,
    )


def required_step(pair: Pair, changes: Iterable[Change]) -> tuple[Bump, tuple[str, ...]]:
    """The least bump from the old side's version, and why, gravest first.

    Raises:
        InputError: a contract is of a format that this program does not know.
    """
    of_contract, changes = list(_of_contract(pair)), tuple(changes)
    if all(each < Bump.MAJOR for each, _ in of_contract):
        # A design knows more than its contract says, such as what stands in keys only.
        of_contract += [(Bump.MAJOR, each.message) for each in changes if each.breaking and _is_of_contract(each)]
    found = sorted((*of_contract, *_of_template(pair, changes)), key=lambda each: -each[0])
    if not found and (reason := _unexplained(pair)):
        found = [(Bump.PATCH, reason)]
    bump = found[0][0] if found else Bump.NONE
    # What is no reason for more than a patch is one only where nothing else is.
    reasons = [reason for each, reason in found if each > Bump.PATCH or bump is Bump.PATCH]
    return softened(bump, pair.old.version), tuple(dict.fromkeys(reasons))


def exported_resources(template: Mapping[str, Any]) -> frozenset[str]:
    """Logical ids of the resources that exported outputs are about: others import their names."""
    outputs = template.get("Outputs")
    return frozenset(
        name
        for output in (outputs.values() if isinstance(outputs, Mapping) else ())
        if isinstance(output, Mapping) and "Export" in output
        for name in referenced(output.get("Value"))
    )


def _of_contract(pair: Pair) -> Iterator[tuple[Bump, str]]:
    if pair.old.contract is not None and pair.new.contract is not None:
        for change in contract_changes(pair.old.contract, pair.new.contract):
            yield change.bump, change.reason


def _is_of_contract(change: Change) -> bool:
    return bool(change.path) and change.path[0] in _OF_CONTRACT


def _of_template(pair: Pair, changes: Iterable[Change]) -> Iterator[tuple[Bump, str]]:
    exported = exported_resources(pair.old.data)
    for change in changes:
        if _is_of_contract(change):
            continue
        is_replaced = change.effect in _REPLACING and change.resource in exported
        yield Bump.MAJOR if change.breaking or is_replaced else Bump.PATCH, change.message


def _unexplained(pair: Pair) -> str:
    """Why there is a change that no rule has a word for; empty where there is none."""
    if _content(pair.old) != _content(pair.new):
        return "the template changed"
    if pair.old.version == pair.new.version and pair.old.data != pair.new.data:
        return "the design changed"  # only its digest in the template says so
    return ""


def _content(side: Side) -> Mapping[str, Any]:
    """The template without its own metadata, which has the version and the digest of the design."""
    return {name: value for name, value in side.data.items() if name != "Metadata"}
