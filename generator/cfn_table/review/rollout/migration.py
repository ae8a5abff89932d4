"""Where no update leads to the new template: a second table beside the old one, a copy, a switch, the old one gone.

The second table has another logical id and another name, since the old one has both. While both are there, policies
allow both, so that nobody is locked out. The old table is retained throughout: when the last template takes it out of
the stack, its data is still in the account.

Sources: User Guide, "Update behaviors of stack resources" and custom names (a named resource cannot be replaced under
its name); DynamoDB Developer Guide, "Exporting table data to Amazon S3" and "Importing table data from Amazon S3".
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_table.review.rollout.commands import Commands
from cfn_table.review.rollout.exports import exports
from cfn_table.review.rollout.grants import documents, statements
from cfn_table.review.rollout.references import complete, references, with_id
from cfn_table.review.rollout.steps import make_steps
from cfn_table.review.rollout.table_parts import guard
from cfn_table.review.rollout.tables import properties, resources, section, table_name
from cfn_table.review.rollout.values import Check, Migration
from cfn_table.review.rollout.words import Text


def migration(
    old: Mapping[str, Any], new: Mapping[str, Any], ids: Sequence[str], commands: Commands
) -> Migration | None:
    """The way around; None where there is no table that needs one.

    Args:
        old, new: the templates.
        ids: logical ids of the tables that get a second one; they are in both templates.
        commands: of the stack.
    """
    if not ids:
        return None
    twins = {each: _twin(each, (old, new)) for each in ids}
    made = [_beside(old, new, twins, commands), _switch(old, new, twins, commands), _end(new, twins)]
    return Migration(
        f"{_listed(ids)} cannot become what the new template says; {_listed(twins.values())} can, beside it",
        make_steps(old, made, commands),
    )


def _beside(
    old: Mapping[str, Any], new: Mapping[str, Any], twins: Mapping[str, str], commands: Commands
) -> tuple[dict[str, Any], Text]:
    """The old template with the second table, which whoever may use the old one may use as well."""
    found = copy.deepcopy(dict(old))
    target = _renamed(new, twins)
    for each, twin in twins.items():
        guard(found["Resources"][each], kept=True, unprotected=False)
        found["Resources"][twin] = copy.deepcopy(target["Resources"][twin])
        guard(found["Resources"][twin], kept=True, unprotected=False)
        _add_needed(found, target)
        _share(found, target, twin)
    complete(found, (old, target))
    return found, Text(
        f"make {_listed(twins.values())} beside {_listed(twins)}",
        "the new table has to be there before the data can be copied, and the old one while it is",
        wait=_copy(old, target, twins, commands),
        back="the new table stays in the account, empty or not; delete it by hand",
    )


def _switch(
    old: Mapping[str, Any], new: Mapping[str, Any], twins: Mapping[str, str], commands: Commands
) -> tuple[dict[str, Any], Text]:
    """The new template with the second table in the place of the first, which stays."""
    found = _renamed(new, twins)
    for each, twin in twins.items():
        found["Resources"][each] = copy.deepcopy(resources(old)[each])
        guard(found["Resources"][each], kept=True, unprotected=False)
        guard(found["Resources"][twin], kept=True, unprotected=False)
        _add_needed(found, old)
        _share(found, old, each)
    complete(found, (new, old))
    names = [name for name, each in exports(old).items() if any(it[1] in twins for it in references(each.whole))]
    imports = "; nobody imports what gets another value" if names else ""
    return found, Text(
        f"switch to {_listed(twins.values())}",
        "exports, policies and alarms are about the new table from here on, and the old one can still be used",
        before=Check(
            f"the copy is complete, and writers write to both tables{imports}",
            tuple(commands.importers(each) for each in names),
        ),
        wait=Check("all readers and writers to use the new table alone"),
        back="everything is about the old table again; what was written to the new one alone is to be copied back",
    )


def _end(new: Mapping[str, Any], twins: Mapping[str, str]) -> tuple[dict[str, Any], Text]:
    return _renamed(new, twins), Text(
        f"take {_listed(twins)} out of the stack",
        "it is not needed any more; it stays in the account until you delete it by hand",
        before=Check(
            "nobody reads or writes the old table: its ConsumedReadCapacityUnits and ConsumedWriteCapacityUnits have "
            "no Sum above 0"
        ),
        back="a resource import brings the old table back; deploying the template before would make another one",
        returns=False,
    )


def _renamed(new: Mapping[str, Any], twins: Mapping[str, str]) -> dict[str, Any]:
    """The new template whose tables have other logical ids and names."""
    found = copy.deepcopy(dict(new))
    for each, twin in twins.items():
        found = with_id(found, each, twin)
        found["Resources"] = {twin if name == each else name: it for name, it in found["Resources"].items()}
        owned = properties(found["Resources"][twin])
        if "TableName" in owned:
            name = owned["TableName"]
            owned["TableName"] = f"{name}-v2" if isinstance(name, str) else {"Fn::Join": ["", [name, "-v2"]]}
    return found


def _twin(name: str, templates: tuple[Mapping[str, Any], ...]) -> str:
    taken = {each for template in templates for each in (*resources(template), *section(template, "Parameters"))}
    return next(each for each in _numbered(name) if each not in taken)


def _numbered(name: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{name}V{number}"
        number += 1


def _add_needed(found: dict[str, Any], source: Mapping[str, Any]) -> None:
    """Resources that the template refers to, and only the other one has."""
    while True:
        names = {name for kind, name, _ in references(found["Resources"]) if kind == "Resources"}
        missing = [each for each in names if each not in found["Resources"] and each in resources(source)]
        if not missing:
            return
        for each in sorted(missing):
            found["Resources"][each] = copy.deepcopy(resources(source)[each])


def _share(found: dict[str, Any], source: Mapping[str, Any], table: str) -> None:
    """Add to the policies of a template what those of another one allow on a table."""
    for name, resource in resources(source).items():
        own = resources(found).get(name)
        if own is None or own.get("Type") != resource.get("Type"):
            continue
        given = dict(documents(resource))
        for key, document in documents(own):
            sids = {repr(each.get("Sid")) for each in statements(document) if isinstance(each, dict)}
            more = []
            for each in statements(given.get(key, {})):
                if not isinstance(each, dict) or not any(it[1] == table for it in references(each)):
                    continue
                kept = copy.deepcopy(each)
                if repr(kept.get("Sid")) in sids and "Sid" in kept:
                    kept["Sid"] = f"{kept['Sid']}Of{table}"
                more.append(kept)
            if more:
                document["Statement"] = [*statements(document), *more]


def _copy(old: Mapping[str, Any], target: Mapping[str, Any], twins: Mapping[str, str], commands: Commands) -> Check:
    """What to do between the first and the second step."""
    shown = []
    for each, twin in twins.items():
        before = commands.table(each, table_name(old, each))
        after = commands.table(twin, table_name(target, twin))
        stream = "--stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"
        arn = f'"$(aws dynamodb describe-table --table-name {before} --query Table.TableArn --output text)"'
        shown += [
            commands.status(after),
            f"aws dynamodb update-table --table-name {before} {stream}",
            f"aws dynamodb export-table-to-point-in-time --s3-bucket BUCKET --table-arn {arn}",
            f"aws dynamodb batch-write-item --request-items file://ITEMS  # for {after}",
        ]
    return Check(
        "TableStatus ACTIVE; then copy: switch on a stream of the old table, so that what is written meanwhile can be "
        "repeated (or stop writers); export it; give the items their new keys; write them to the new table; repeat "
        "what the stream has; compare the counts",
        tuple(shown),
    )


def _listed(names: Any) -> str:
    return " and ".join(f"`{each}`" for each in names)
