"""What differs between two templates, as far as it decides about steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from cfn_table.review.rollout.tables import (
    LOCAL,
    Texts,
    definitions,
    expiry,
    indexes,
    inside,
    is_same_index,
    key_attributes,
    properties,
    replicas,
    table_name,
    tables,
    view_type,
)

MOST_INDEXES: Final = 20
"""Global secondary indexes of one table (quota, raisable)."""

When = Literal["", "early", "late"]


@dataclass(frozen=True, slots=True)
class TableChange:
    """What changes of a table that is in both templates under its logical id.

    Attributes:
        id: its logical id.
        refused: why CloudFormation does not do it; empty where it does.
        replaced: what makes CloudFormation make another table; empty where it does not.
        early: indexes that come before everything else, since readers need them.
        removed: indexes that go.
        late: indexes that can only come when others have gone: those that are swapped, those whose key attribute has
            another type until then, those that the quota has no room for.
        swapped: indexes that keep their name and change their key or projection; they are in `removed` and `late`.
        regions_added, regions_removed: of a global table's replicas.
        expiry: the old and the new attribute; None where that stays.
        stream: `switched` (another view), `removed`, or empty.
        billing: whether the billing mode changes before (to on-demand) or after (to provisioned) all indexes.
    """

    id: str
    refused: str = ""
    replaced: str = ""
    early: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()
    regions_added: tuple[str, ...] = ()
    regions_removed: tuple[str, ...] = ()
    expiry: tuple[Any, Any] | None = None
    stream: Literal["", "switched", "removed"] = ""
    billing: When = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs.

    Attributes:
        changes: of tables that are in both templates, by logical id.
        renamed: old logical id → new one, of tables that keep their type and their stated name.
        gone: logical ids of tables that are in the old template only.
    """

    changes: Mapping[str, TableChange] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Differences:
    """What differs between two templates."""
    before, after = tables(old), tables(new)
    changes = {name: _change(old, new, name) for name in before if name in after}
    named = {table_name(new, name): name for name in after if name not in before and table_name(new, name) is not None}
    renamed = {
        name: twin
        for name in before
        if name not in after
        and (twin := named.get(table_name(old, name), ""))
        and before[name]["Type"] == after[twin]["Type"]
    }
    gone = tuple(name for name in before if name not in after and name not in renamed)
    return Differences(changes, renamed, gone)


def _change(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> TableChange:
    refused, replaced = _fate(old, new, name)
    if refused or replaced:
        return TableChange(name, refused=refused, replaced=replaced)
    one, other = tables(old)[name], tables(new)[name]
    before, after = properties(one), properties(other)
    there, wanted = indexes(one, Texts(old)), indexes(other, Texts(new))
    if there is None or wanted is None:
        if before.get("GlobalSecondaryIndexes") == after.get("GlobalSecondaryIndexes"):
            there = wanted = {}
        else:
            return TableChange(name, refused="the list of its indexes is computed, so it is not known what changes")
    swapped = _swapped(there, wanted, before, after)
    removed = (*(each for each in there if each not in wanted), *swapped)
    early, late = _added(there, wanted, before, after)
    regions = (replicas(one, Texts(old)) or {}, replicas(other, Texts(new)) or {})
    expires = _expiry(before, after)
    return TableChange(
        name,
        early=early,
        removed=removed,
        late=(*swapped, *late),
        swapped=swapped,
        regions_added=tuple(each for each in regions[1] if each not in regions[0]),
        regions_removed=tuple(each for each in regions[0] if each not in regions[1]),
        expiry=expires,
        stream=_stream(view_type(before), view_type(after)),
        billing=_billing(before, after),
    )


def _fate(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Why it is refused, and why the table is replaced; at most one of them is not empty."""
    one, other = tables(old)[name], tables(new)[name]
    if one["Type"] != other["Type"]:
        return f"the type of `{name}` changes from `{one['Type']}` to `{other['Type']}`, which no update does", ""
    before, after = properties(one), properties(other)
    if before.get(LOCAL, []) != after.get(LOCAL, []):
        return f"the local secondary indexes of `{name}` change, and they come and go with their table only", ""
    was, becomes = table_name(old, name), table_name(new, name)
    if was != becomes:
        return "", "its name changes"
    reason = next(_reasons(name, before, after), "")
    if reason and becomes is not None:
        return f"{reason}, and `{becomes}` cannot be made beside the old one", ""
    return "", reason


def _reasons(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What makes CloudFormation replace a table whose name stays (template reference, AWS::DynamoDB::Table)."""
    if before.get("KeySchema") != after.get("KeySchema"):
        yield f"the key schema of `{name}` changes"
    types = definitions(before), definitions(after)
    for attribute in key_attributes({"KeySchema": after.get("KeySchema")}):
        if types[0].get(attribute) != types[1].get(attribute):
            yield f"the type of the key attribute `{attribute}` of `{name}` changes"
    if before.get("ImportSourceSpecification") != after.get("ImportSourceSpecification"):
        yield f"the import source of `{name}` changes"


def _swapped(
    there: Mapping[str, Any], wanted: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[str, ...]:
    """Indexes whose key or projection changes under their name; the type of a key attribute belongs to the key."""
    types = definitions(before), definitions(after)

    def stays(name: str) -> bool:
        keys = list(key_attributes(inside(wanted[name])))
        return is_same_index(there[name], wanted[name]) and all(types[0].get(it) == types[1].get(it) for it in keys)

    return tuple(name for name in there if name in wanted and not stays(name))


def _added(
    there: Mapping[str, Any], wanted: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """New indexes that can come first, and those that cannot."""
    types = definitions(before), definitions(after)
    used = set(key_attributes(before))
    early: list[str] = []
    late: list[str] = []
    for name in wanted:
        if name in there:
            continue
        keys = key_attributes(inside(wanted[name]))
        conflict = any(it in used and it in types[0] and types[0][it] != types[1].get(it) for it in keys)
        full = len(there) + len(early) >= MOST_INDEXES
        (late if conflict or full else early).append(name)
    return tuple(early), tuple(late)


def _expiry(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """The attributes where they differ; switching off under the same attribute is a change like any other."""
    was, becomes = expiry(before), expiry(after)
    stated = after.get("TimeToLiveSpecification")
    just_off = becomes is None and isinstance(stated, dict) and stated.get("AttributeName") == was
    return None if was == becomes or just_off else (was, becomes)


def _stream(before: Any, after: Any) -> Literal["", "switched", "removed"]:
    if before is None or before == after:
        return ""
    return "removed" if after is None else "switched"


def _billing(before: Mapping[str, Any], after: Mapping[str, Any]) -> When:
    """On-demand comes first and provisioned last, so that no index needs a throughput that neither template has."""
    modes = before.get("BillingMode", "PROVISIONED"), after.get("BillingMode", "PROVISIONED")
    if modes == ("PROVISIONED", "PAY_PER_REQUEST"):
        return "early"
    return "late" if modes == ("PAY_PER_REQUEST", "PROVISIONED") else ""
