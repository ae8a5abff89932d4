"""The least IAM policy with which a pipeline deploys a design's template through CloudFormation.

Every permission comes from the handlers of the registry's schemas of just the types in the template, without those
that belong to features that it does not use (`permissions.features`), or from the short list of what CloudFormation's
caller itself needs (`permissions.stack`). Where what is known only at deployment leaves a choice, a pattern stands;
where a permission would lose data or pass a role that nobody asked for, it is left out and a note says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.emit.deploy import INLINE_LIMIT
from cfn_table.emit.permissions.features import (
    CUSTOMER_KEY,
    DELETION,
    GLOBAL_TABLE,
    TABLE,
    TYPES,
    WILDCARDS,
    features_of,
    key_values,
    needed,
    stream_values,
)
from cfn_table.emit.permissions.options import checked_surroundings, role_arn
from cfn_table.emit.permissions.schemas import exists, handlers, has_system_tags
from cfn_table.emit.permissions.scopes import Condition, Scope, scopes_of
from cfn_table.emit.permissions.stack import DELETING, STACK_ACTIONS, stored_parameters
from cfn_table.emit.permissions.surroundings import Surroundings
from cfn_table.errors import RefusedError, UsageError

MAX_CHARACTERS: Final = 6144
"""Longest managed policy in characters, white space not counted (IAM user guide, "IAM and AWS STS quotas")."""

Document = dict[str, Any]


@dataclass(frozen=True)
class DeployPolicy:
    """Who may deploy: the documents, and what a person should know about them.

    Attributes:
        policies: name → policy document, `DeployPolicy` first; where a policy is longer than IAM takes, its further
            parts are `DeployPolicy2`, … . With a service role `DeployPolicy` is the pipeline's, and `ServiceRolePolicy`
            the role's.
        trust: the service role's trust policy; None without a service role.
        notes: what is wider than one would wish, and what is left out.
    """

    policies: Mapping[str, Document]
    trust: Document | None = None
    notes: tuple[str, ...] = ()

    @property
    def documents(self) -> dict[str, Document]:
        """All documents by name."""
        return {**self.policies, **({} if self.trust is None else {"ServiceRoleTrustPolicy": self.trust})}

    def as_json(self, only: str | None = None) -> str:
        """One document as itself, several as an object by name; with `only`, that one.

        Raises:
            UsageError: there is no document of that name.
        """
        documents = self.documents
        if only is not None and only not in documents:
            raise UsageError(f"there is no document {shown(only)}", help=did_you_mean(only, documents))
        if only is not None:
            documents = {only: documents[only]}
        value = documents if len(documents) > 1 else next(iter(documents.values()))
        return json.dumps(value, indent=2) + "\n"

    def as_template(self) -> str:
        """A CloudFormation template with the policies as managed policies, and with the service role."""
        from cfn_table.synth.render import render_yaml

        resources: dict[str, Any] = {
            name: {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
            for name, document in self.policies.items()
        }
        if self.trust is not None:
            own = [{"Ref": name} for name in self.policies if name.startswith("ServiceRole")]
            role = {"AssumeRolePolicyDocument": self.trust, "ManagedPolicyArns": own}
            resources["ServiceRole"] = {"Type": "AWS::IAM::Role", "Properties": role}
        outputs: dict[str, Any] = {f"{name}Arn": {"Value": {"Ref": name}} for name in self.policies}
        if self.trust is not None:
            outputs["ServiceRoleArn"] = {"Value": {"Fn::GetAtt": ["ServiceRole", "Arn"]}}
        return render_yaml({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, "Outputs": outputs})


def deploy_policy(
    design: Design,
    *,
    stack_name: str | None = None,
    account: str | None = None,
    regions: Iterable[str] = (),
    partition: str | None = None,
    parameters: Mapping[str, str] | None = None,
    service_role: str | None = None,
    bucket: str | None = None,
    delete: bool = True,
) -> DeployPolicy:
    """The least policy that deploys `design`.

    Args:
        design: the design; its template is synthesized.
        stack_name: the stack; by default the design's name.
        account: the account's twelve digits; without it `*` stands for the account.
        regions: where it is deployed; by default the design's Regions.
        partition: by default that of the Regions.
        parameters: values that every deployment gives to parameters of the template.
        service_role: name or ARN of a role that CloudFormation assumes; the pipeline may then only pass it.
        bucket: the S3 bucket of `aws cloudformation deploy --s3-bucket`.
        delete: whether the stack, and what it no longer has, may be deleted.

    Raises:
        CfnTableError: an option has no meaning, the design cannot become a template, or a statement is too long.
    """
    from cfn_table.synth.render import render_yaml
    from cfn_table.synth.template import synthesize, to_plain

    place, notes = checked_surroundings(
        design,
        lambda: to_plain(synthesize(design)),
        stack_name=stack_name,
        account=account,
        regions=tuple(regions),
        partition=partition,
        parameters=parameters or {},
        service_role=service_role,
        bucket=bucket,
    )
    own, others = _Grants(), _Grants()
    _add_stack(own, place, delete)
    if bucket is not None:
        objects = (f"arn:{place.partition}:s3:::{bucket}/*",)
        own.add("s3:GetObject", Scope("TemplateBucket", objects, {}))
        own.add("s3:PutObject", Scope("TemplateBucket", objects, {}))
    elif len(render_yaml(place.template).encode()) > INLINE_LIMIT:
        notes.append(
            f"the template is larger than the {INLINE_LIMIT:,} bytes that go inline: name its bucket with `--s3-bucket`"
        )
    target = own if service_role is None else others
    for grants in {id(each): each for each in (own, target)}.values():
        for arn in stored_parameters(place):
            grants.add("ssm:GetParameters", Scope("StoredParameters", (arn,), {}))
    notes += _add_resources(target, place, delete)
    notes += _notes_on_tables(place, delete)
    trust: Document | None = None
    if service_role is not None:
        condition = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        own.add("iam:PassRole", Scope("PassServiceRole", (role_arn(service_role, place),), condition))
        principal = {"Service": "cloudformation.amazonaws.com"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
    policies = _named("DeployPolicy", own.statements(), design)
    if service_role is not None:
        policies |= _named("ServiceRolePolicy", others.statements(), design)
    if len(policies) > (1 if service_role is None else 2):
        notes.append(
            f"a managed policy holds {MAX_CHARACTERS:,} characters, so the policy is in parts: attach all of them"
        )
    return DeployPolicy(policies, trust, tuple(notes))


def permissions_of(logical_id: str, place: Surroundings, delete: bool) -> list[str]:
    """The permissions that a resource of the template needs, sorted."""
    resource = place.template["Resources"][logical_id]
    kind = resource["Type"]
    region = place.regions[0]
    system_tags = has_system_tags(kind, region)
    found: set[str] = set()
    for handler, permissions in handlers(kind, region).items():
        if handler == "delete" and not delete:
            continue
        for permission in permissions:
            for action in WILDCARDS.get(permission, (permission,)):
                if not delete and any(DELETION in features for features in features_of(kind, action)):
                    continue
                if exists(action) and needed(kind, action, resource, system_tags=system_tags):
                    found.add(action)
    return sorted(found)


def _add_stack(grants: _Grants, place: Surroundings, delete: bool) -> None:
    stack = Scope("Stack", place.arns("cloudformation", f"stack/{place.stack_name}/*"), {})
    for action in STACK_ACTIONS:
        if delete or action != DELETING:
            grants.add(action, stack)


def _add_resources(grants: _Grants, place: Surroundings, delete: bool) -> list[str]:
    """Grant what the resources need; gives the notes on types that no design makes by itself."""
    notes: dict[str, None] = {}
    for logical_id, resource in place.template["Resources"].items():
        kind = resource["Type"]
        if kind not in TYPES:
            notes[_note_on_type(kind, place)] = None
        for action in permissions_of(logical_id, place, delete):
            if kind not in TYPES and action.startswith(("iam:", "sts:", "kms:")):
                continue
            for scope in scopes_of(action, logical_id, place):
                grants.add(action, scope)
    return list(notes)


def _note_on_type(kind: str, place: Surroundings) -> str:
    known = handlers(kind, place.regions[0])
    if not known:
        return f"`{kind}` comes from the design's hook, and its schema names no permissions: add what it needs"
    withheld = sorted({each for all_ in known.values() for each in all_ if each.startswith(("iam:", "sts:", "kms:"))})
    rest = f"; not granted: {', '.join(withheld)}" if withheld else ""
    return f"`{kind}` comes from the design's hook: its permissions hold for all of its kind in the account{rest}"


def _notes_on_tables(place: Surroundings, delete: bool) -> list[str]:
    notes = []
    for logical_id, resource in place.template["Resources"].items():
        if resource["Type"] not in (TABLE, GLOBAL_TABLE):
            continue
        names = place.names_of(logical_id)
        if "TableName" in resource.get("Properties", {}) and any("*" in name for name in names):
            patterns = ", ".join(f"`{name}`" for name in names)
            notes.append(
                f"the table's name is chosen when the stack is deployed, so the policy is for all tables {patterns}: "
                "narrow it with `--parameter NAME=VALUE`, or with `allowed_values` in the design"
            )
        if not DELETION.used(resource):
            notes.append("the table is retained, so deleting it is not granted; CloudFormation does not try it")
        elif not delete:
            notes.append(
                "deleting is not granted, so deletions that an update leads to fail, and leave resources behind"
            )
        wide = [
            what
            for what, values in (("customer key", key_values(resource)), ("Kinesis stream", stream_values(resource)))
            if any("*" in text for value in values for text in place.texts(value))
        ]
        if wide:
            notes.append(
                f"the {' and the '.join(wide)} is chosen when the stack is deployed, so the policy is for all in the "
                "account: narrow it with `--parameter NAME=VALUE`"
            )
        if CUSTOMER_KEY.used(resource):
            notes.append("the customer key's own policy must allow its account, or this principal, to use it, too")
    return notes


@dataclass
class _Grants:
    """Permissions by where they hold, to become as few statements as say the same."""

    found: dict[tuple[str, str], dict[str, dict[str, None]]] = field(default_factory=dict)

    def add(self, action: str, scope: Scope) -> None:
        condition = json.dumps(scope.condition)
        arns = self.found.setdefault((scope.title, condition), {})
        for arn in scope.arns:
            arns.setdefault(arn, {})[action] = None

    def statements(self) -> list[Document]:
        """One statement for all resources of a title on which the same actions are allowed."""
        statements: list[Document] = []
        titles: dict[str, int] = {}
        for (title, condition), arns in self.found.items():
            by_actions: dict[tuple[str, ...], list[str]] = {}
            for arn, actions in arns.items():
                by_actions.setdefault(tuple(sorted(actions)), []).append(arn)
            for actions_, resources in by_actions.items():
                titles[title] = titles.get(title, 0) + 1
                sid = title if titles[title] == 1 else f"{title}{titles[title]}"
                statements.append(_statement(sid, actions_, resources, json.loads(condition)))
        return statements


def _statement(sid: str, actions: Sequence[str], resources: Sequence[str], condition: Condition) -> Document:
    statement: Document = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    if condition:
        statement["Condition"] = condition
    return statement


def _named(name: str, statements: list[Document], design: Design) -> dict[str, Document]:
    """The statements in as few documents as IAM's limit allows, in their order."""
    parts: list[list[Document]] = [[]]
    for statement in statements:
        for piece in _pieces(statement, design):
            if parts[-1] and length([*parts[-1], piece]) > MAX_CHARACTERS:
                parts.append([])
            parts[-1].append(piece)
    return {
        name if number == 1 else f"{name}{number}": {"Version": "2012-10-17", "Statement": part}
        for number, part in enumerate(parts, start=1)
    }


def _pieces(statement: Document, design: Design) -> Iterable[Document]:
    """The statement, or halves of its resources where it alone is longer than a policy."""
    if length([statement]) <= MAX_CHARACTERS:
        yield statement
        return
    resources = statement["Resource"]
    if len(resources) == 1:
        raise RefusedError(
            f"a statement is longer than the {MAX_CHARACTERS:,} characters of a managed policy",
            help="give the table a shorter name",
            location=design.locate("table"),
            rule="policies-fit-iam",
        )
    middle = len(resources) // 2
    for number, half in enumerate((resources[:middle], resources[middle:])):
        yield from _pieces({**statement, "Sid": f"{statement['Sid']}{'AB'[number]}", "Resource": half}, design)


def length(statements: Sequence[Document]) -> int:
    """Characters of a policy with these statements, without white space."""
    return len(re.sub(r"\s", "", json.dumps({"Version": "2012-10-17", "Statement": statements})))
