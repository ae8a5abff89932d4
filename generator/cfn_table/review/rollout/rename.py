"""A table that gets another logical id and keeps its name: it leaves the stack and is imported again.

CloudFormation would make the new one before it removes the old, which fails ("already exists"). The old one is
retained, taken out of the template, and brought in under the new id by a change set of type IMPORT, in which nothing
else may change, outputs neither; so what referred to the table names it by its name meanwhile.

Sources: User Guide, "Import AWS resources into a CloudFormation stack manually" and "Resolve drift with an import
operation" (the same three updates).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cfn_table.access.templates.symbols import REFERENCE
from cfn_table.review.rollout.commands import Commands
from cfn_table.review.rollout.references import complete, dependents, drop_unused, remove
from cfn_table.review.rollout.steps import make_steps
from cfn_table.review.rollout.table_parts import guard
from cfn_table.review.rollout.tables import properties, resources, table_name
from cfn_table.review.rollout.values import Check, Obstacle, Rollout, Step
from cfn_table.review.rollout.words import Text
from cfn_table.review.side import Side


def renaming(old: Side, new: Mapping[str, Any], renamed: Mapping[str, str], commands: Commands) -> Rollout:
    """The steps that give tables other logical ids, and then those to the new template.

    Args:
        old: what is deployed.
        new: the new template.
        renamed: old logical id → new one.
        commands: of the stack.
    """
    from cfn_table.review.rollout.differences import differences
    from cfn_table.review.rollout.plan import sequence

    names = {each: table_name(old.data, each) or "" for each in renamed}
    unknown = [each for each, name in names.items() if REFERENCE.search(name)]
    if unknown:
        reason = f"`{unknown[0]}` gets another logical id, and its name is only known to the deployment"
        return Rollout(obstacles=(Obstacle(unknown[0], reason, "keep the logical id"),))
    kept = copy.deepcopy(dict(old.data))
    for each in renamed:
        guard(kept["Resources"][each], kept=True, unprotected=False)
    without, lost = _without(kept, names)
    imported = _imported(without, kept, renamed)
    made = [
        (kept, Text(f"keep {_listed(renamed)}", "what leaves the stack must stay in the account", back="nothing else")),
        (without, _leaving(renamed)),
        (imported, _import_text(renamed)),
    ]
    if kept == dict(old.data):
        made = made[1:]
    steps = list(make_steps(old.data, made, commands))
    steps[-1] = _import_step(steps[-1], without, renamed, names, commands)
    # What is deployed then has texts in the place of references; the rest is a rollout like any other.
    rest = sequence(imported, new, differences(imported, new), old, commands)
    more = make_steps(imported, rest, commands, first=len(steps) + 1, file_before=steps[-1].file)
    return Rollout((*steps, *more), warnings=tuple(lost))


def _leaving(renamed: Mapping[str, str]) -> Text:
    return Text(
        f"take {_listed(renamed)} out of the stack",
        "CloudFormation makes the new logical id before it removes the old one, and the name would be taken",
        wait=Check("the end of the update; the table goes on working"),
        back="a resource import under the old logical id, as in the next step",
        returns=False,
    )


def _import_text(renamed: Mapping[str, str]) -> Text:
    return Text(
        f"import {_listed(renamed.values())}",
        "the table comes into the stack under its new logical id; nothing else may change in that change set",
        before=Check("create the change set (the preview) and look at it: it must say Import and nothing else"),
        wait=Check("IMPORT_COMPLETE"),
        back="take it out of the stack again",
    )


def _import_step(
    step: Step, without: Mapping[str, Any], renamed: Mapping[str, str], names: Mapping[str, str], commands: Commands
) -> Step:
    found = {twin: names[each] for each, twin in renamed.items()}
    command, preview = commands.bring_in(step.template, step.file, without, found)
    return replace(step, command=command, preview=preview)


def _without(template: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The template without tables, which it names by their names; what cannot be said so is removed, and told."""
    found = _literal(copy.deepcopy(dict(template)), names)
    for each in names:
        del found["Resources"][each]
    gone, outputs = dependents(found, lambda owner, _: owner in names)
    lost = [f"`{each}` is away between two steps: it needs the table's stream" for each in sorted(gone | outputs)]
    for each in outputs:
        del found["Outputs"][each]
    remove(found, gone)
    drop_unused(found, template)
    return found, lost


def _literal(value: Any, names: Mapping[str, str]) -> Any:
    """A value with the names and ARNs of tables in the place of references to them."""
    if isinstance(value, list):
        return [_literal(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, argument),) = value.items()
        if key == "Ref" and isinstance(argument, str) and argument in names:
            return names[argument]
        if key == "Fn::GetAtt" and any(argument == [each, "Arn"] for each in names):
            return {"Fn::Sub": _arn(names[argument[0]])}
        if key == "Fn::Sub":
            return {key: _substituted(argument, names)}
    return {
        key: _free_of(each, names) if key == "DependsOn" else _literal(each, names)
        for key, each in value.items()
        if key != "DependsOn" or _free_of(each, names)
    }


def _free_of(value: Any, names: Mapping[str, str]) -> Any:
    return [
        each
        for each in (value if isinstance(value, list) else [value])
        if not (isinstance(each, str) and each in names)
    ]


def _substituted(argument: Any, names: Mapping[str, str]) -> Any:
    if isinstance(argument, list) and len(argument) == 2:
        return [_substituted(argument[0], names), _literal(argument[1], names)]
    if not isinstance(argument, str):
        return argument
    for each, name in names.items():
        argument = argument.replace(f"${{{each}}}", name).replace(f"${{{each}.Arn}}", _arn(name))
    return argument


def _arn(name: str) -> str:
    return f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{name}"


def _imported(without: Mapping[str, Any], kept: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The template without the tables, and with them under their new logical ids as they are."""
    found = copy.deepcopy(dict(without))
    for each, twin in renamed.items():
        found["Resources"][twin] = copy.deepcopy(resources(kept)[each])
        properties(found["Resources"][twin])
    complete(found, (kept,))
    return found


def _listed(names: Any) -> str:
    return " and ".join(f"`{each}`" for each in names)
