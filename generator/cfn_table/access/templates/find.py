"""Every policy of a template, in every variant that the template's conditions make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cfn_table.access.templates import sam
from cfn_table.access.templates.attachments import Attachments
from cfn_table.access.templates.conditions import MAX_VARIANTS, Choices, Conditions, TooManyVariants, explore
from cfn_table.access.templates.documents import Document
from cfn_table.access.templates.intrinsics import Resolver
from cfn_table.access.templates.sites import Site, other_sites, sites_of
from cfn_table.access.templates.view import Path, Resource, Unresolvable, View, section

_HARMLESS: Final = frozenset({"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"})
_NEEDS_DOCUMENT: Final = frozenset({"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::UserPolicy"})


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """One policy of a template under one assignment of the template's conditions.

    Attributes:
        logical_id: of the resource that holds it.
        resource_type: such as `AWS::IAM::ManagedPolicy`.
        name: unique within the template, apart from variants that exclude each other: `ApiPolicy` for a resource
            that is a policy; `Role/PolicyName` for an inline policy, with its index where the name is not known; and
            `Table/ResourcePolicy`, the property's place, for others.
        kind: `identity` (what principals may do), `resource`, `trust` (who may take a role), `boundary` (a managed
            policy as permissions boundary), `session`, `endpoint` (of a VPC endpoint) or `organization` (service and
            resource control policies).
        path: of the document in the template; `TemplateText.locate` takes it. For what is no document, such as
            `AWS::Lambda::Permission`, that of the properties.
        document: plain JSON of lists, mappings and texts; `Statement` is always a list. What is not known before
            deployment is a symbol (see `symbols`). Numbers and booleans are texts.
        when: the conditions that were asked for, sorted, with their values. Variants of one policy exclude each other,
            and together they are all deployments that have the policy. Conditions that follow from others are named.
        attached_to: sorted logical ids of the template's roles, users and groups (SAM's own roles too), or texts where
            they are not of this template; for other kinds, of the resources it belongs to. Conditions of attachments
            make no variants: what may be attached under `when` is named.
        statement_paths: for each statement, its place in the template.
    """

    logical_id: str
    resource_type: str
    name: str
    kind: str
    path: Path
    document: Mapping[str, Any]
    when: tuple[tuple[str, bool], ...]
    attached_to: tuple[str, ...]
    statement_paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Something in a template that may hold or change policies and was not understood.

    Attributes:
        path: where.
        reason: one line, lower case, no full stop.
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class TemplatePolicies:
    """What was found in a template; iterating it gives the policies.

    Attributes:
        policies: sorted by name and conditions.
        undecided: what could not be understood, sorted by place. Where this is not empty, the template may hold more.
            A variant that is named here only by its place is missing from `policies`.
    """

    policies: tuple[FoundPolicy, ...]
    undecided: tuple[Undecided, ...]

    def __iter__(self) -> Iterator[FoundPolicy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)


def find_policies(template: Mapping[str, Any]) -> TemplatePolicies:
    """Find every policy in a template's data, such as `read_template(text).data`.

    Never raises, whatever the template holds.
    """
    return _Search(template).run()


class _Search:
    """The search in one template."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template
        self._view = View.of(template)
        sam.add_roles(self._view, section(template, "Globals"))
        self._conditions = Conditions(self._view)
        self._found: list[tuple[Path, FoundPolicy]] = []
        self._undecided: dict[tuple[Path, str], None] = {}

    def run(self) -> TemplatePolicies:
        """Everything that is found."""
        self._macros()
        self._unreadable()
        guards = self._guards()
        attachments = Attachments(self._view, self._conditions, guards)
        for name, resource in self._view.resources.items():
            if name not in guards:
                continue
            if "Fn::Transform" in resource.properties:
                self._report((*resource.path, "Fn::Transform"), "a macro may add or change policies here")
            self._expanded(name, resource)
            sites = list(sites_of(name, resource, guards[name]))
            if resource.type in sam.WITH_ROLE:
                sites += sam.sites_of(name, resource, guards[name])
            if resource.type in _NEEDS_DOCUMENT and "PolicyDocument" not in resource.properties:
                self._report(resource.path, "a policy with a document is needed here")
            known = [site.spot.path for site in sites]
            try:
                for site in other_sites(self._view, name, resource, guards[name]):
                    ignored = resource.type in sam.WITH_ROLE and site.spot.path[3:4] == ("Policies",)
                    if not ignored and not _within(site.spot.path, known):
                        sites.append(site)
            except Unresolvable as error:
                self._report(error.path, error.reason)
            for site in sites:
                self._variants(site, attachments)
        policies = sorted(
            self._unique(), key=lambda policy: (policy.name, policy.kind, policy.when, _order(policy.path))
        )
        undecided = sorted(self._undecided, key=lambda found: (_order(found[0]), found[1]))
        return TemplatePolicies(tuple(policies), tuple(Undecided(*found) for found in undecided))

    def _report(self, path: Path, reason: str) -> None:
        self._undecided[path, reason] = None

    def _macros(self) -> None:
        """Report what only CloudFormation's macros can expand."""
        transform = self._template.get("Transform")
        transforms = transform if isinstance(transform, list) else [] if transform is None else [transform]
        for macro in transforms:
            name = macro.get("Name") if isinstance(macro, dict) else macro
            if not (isinstance(macro, str) and name in _HARMLESS):
                shown = name if isinstance(name, str) else "without a name"
                self._report(("Transform",), f"the macro `{shown}` may add or change policies")
        for name in section(self._template, "Resources"):
            if name.startswith("Fn::"):
                self._report(
                    ("Resources", name), f"`{'::'.join(name.split('::')[:2])}` may add resources with policies"
                )

    def _unreadable(self) -> None:
        """Report what is in the place of a resource and is none: it may have been meant to hold a policy."""
        for name in section(self._template, "Resources"):
            if name not in self._view.resources and not name.startswith("Fn::"):
                self._report(("Resources", name), "a resource is a mapping with a `Type`")

    def _expanded(self, name: str, resource: Resource) -> None:
        """Report what AWS SAM or a module makes policies of."""
        whole = section(self._template, "Resources").get(name)
        if resource.type == "AWS::Serverless::Connector":
            self._report(resource.path, "AWS SAM makes policies of a connector")
        if isinstance(whole, dict) and "Connectors" in whole:
            self._report(("Resources", name, "Connectors"), "AWS SAM makes policies of a connector")
        auth = resource.properties.get("Auth")
        if resource.type == "AWS::Serverless::Api" and isinstance(auth, dict) and "ResourcePolicy" in auth:
            self._report((*resource.path, "Auth", "ResourcePolicy"), "AWS SAM makes the policy of an API")
        if resource.type.endswith("::MODULE"):
            self._report(("Resources", name), "a module may hold policies")

    def _guards(self) -> dict[str, Mapping[str, bool]]:
        """What has to hold for each resource to be there."""
        found: dict[str, Mapping[str, bool]] = {}
        resources = section(self._template, "Resources")
        for name in self._view.resources:
            resource = resources.get(name)
            condition = resource.get("Condition") if isinstance(resource, dict) else None
            if condition is None:
                found[name] = {}
            elif isinstance(condition, str):
                found[name] = {condition: True}
            else:
                self._report(("Resources", name, "Condition"), "the condition of a resource is a name")
        return found

    def _variants(self, site: Site, attachments: Attachments) -> None:
        def body(choices: Choices) -> tuple[str, Document | None]:
            resolver = Resolver(self._view, choices)
            document = site.read(resolver, site.spot.raw, site.spot.path)
            label = site.label
            if document is not None and site.naming is not None:
                label = _inline_name(site, resolver)
            return label, document

        found: list[FoundPolicy] = []
        try:
            for when, result in explore(self._conditions, site.spot.guards, body):
                if isinstance(result, Unresolvable):
                    self._report(result.path or site.spot.path, result.reason)
                elif (document := result[1]) is not None:
                    found += self._policies(site, result[0], document, when, attachments)
        except TooManyVariants:
            reason = f"more than {MAX_VARIANTS} combinations of conditions matter to this policy"
            self._report(site.spot.path, reason)
            return
        self._found += [(site.spot.path, policy) for policy in found]

    def _policies(
        self, site: Site, name: str, document: Document, when: Mapping[str, bool], attachments: Attachments
    ) -> Iterator[FoundPolicy]:
        attached = attachments.of_targets(site.targets, when) | set(site.fixed)
        bounded: set[str] = set()
        if site.resource_type == "AWS::IAM::ManagedPolicy":
            attached |= attachments.of_policy(site.logical_id, when, boundary=False)
            bounded = attachments.of_policy(site.logical_id, when, boundary=True)
        statements = document.data["Statement"]
        asks_who = any("Principal" in statement or "NotPrincipal" in statement for statement in statements)
        policy = FoundPolicy(
            site.logical_id,
            site.resource_type,
            name,
            site.kind or ("resource" if asks_who else "identity"),
            site.spot.path,
            document.data,
            tuple(sorted(when.items())),
            tuple(sorted(attached)),
            document.statement_paths,
        )
        # A managed policy that only bounds others allows nothing by itself.
        if attached or not bounded:
            yield policy
        if bounded:
            name = f"{name}/PermissionsBoundary"
            yield replace(policy, name=name, kind="boundary", attached_to=tuple(sorted(bounded)))

    def _unique(self) -> Iterator[FoundPolicy]:
        """The policies; of two that could be there together with one name, the later gets a number."""
        taken: dict[str, list[tuple[Path, FoundPolicy]]] = {}
        for path, policy in self._found:
            name, number = policy.name, 1
            while any(place != path and not _exclude(other.when, policy.when) for place, other in taken.get(name, ())):
                number += 1
                name = f"{policy.name}#{number}"
            taken.setdefault(name, []).append((path, policy))
            yield replace(policy, name=name)


def _inline_name(site: Site, resolver: Resolver) -> str:
    if site.naming is not None:
        try:
            name = resolver.value(site.naming.raw, site.naming.path)
        except Unresolvable:
            name = ""
        if isinstance(name, str) and name:
            return f"{site.logical_id}/{site.form.replace('{}', name)}"
    return site.label


def _within(path: Path, known: list[Path]) -> bool:
    """Whether a place is one that was looked at, or in one. Properties as a whole hold more than what was looked at."""
    return any(path == other or (len(other) > 3 and path[: len(other)] == other) for other in known)


def _exclude(one: tuple[tuple[str, bool], ...], other: tuple[tuple[str, bool], ...]) -> bool:
    """Whether two assignments differ in a condition."""
    values = dict(one)
    return any(values.get(name, value) is not value for name, value in other)


def _order(path: Path) -> tuple[tuple[bool, int, str], ...]:
    """Paths in order, indexes as numbers."""
    return tuple((isinstance(part, str), 0 if isinstance(part, str) else part, str(part)) for part in path)
