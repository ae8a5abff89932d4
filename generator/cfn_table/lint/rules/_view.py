"""What a rule sees of a template, and what it says about it.

Rules look at what is provably there. A value that CloudFormation computes (`Fn::If`, a parameter, an import) is
nobody's fault, so every helper here leaves such values out instead of guessing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cfn_table.findings import Severity

Path = tuple[str | int, ...]

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
_INLINE_POLICIES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach of a rule.

    Attributes:
        path: keys and list indexes from the top of the template to what is wrong.
        message: one line, lower case, no full stop; the template's words in backticks.
        help: what to do; may be empty.
        severity: another severity than the rule's own.
        at_value: whether the value at `path` is meant, and not its key.
    """

    path: Path
    message: str
    help: str = ""
    severity: Severity | None = None
    at_value: bool = False


class Rule(Protocol):
    """What each module of this package holds beside its docstring, which is its documentation."""

    NAME: str
    SEVERITY: Severity

    def check(self, template: TemplateView, /) -> Iterator[Problem]:
        """All breaches of the rule in a template."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template.

    Attributes:
        id: its logical id.
        type: such as `AWS::DynamoDB::Table`.
        whole: everything that stands below its logical id.
        properties: its properties, empty where they are absent or computed.
        path: path to its properties.
    """

    id: str
    type: str
    whole: Mapping[str, Any]
    properties: Mapping[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """An IAM policy in a template.

    Attributes:
        resource: the resource that holds it.
        document: the policy itself.
        path: path to it.
        of_table: whether it is the resource policy of a table or of its stream, and not that of an identity.
    """

    resource: Resource
    document: Mapping[str, Any]
    path: Path
    of_table: bool

    def statements(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Path and content of each statement that is plainly there."""
        for path, statement in each(self.document.get("Statement"), (*self.path, "Statement")):
            if isinstance(statement, dict) and intrinsic(statement) is None:
                yield path, statement


class TemplateView:
    """A decoded template, in which short intrinsics (`!Ref X`) stand as mappings (`{"Ref": "X"}`).

    Attributes:
        data: the template.
        size: length of its text in bytes (UTF-8).
    """

    def __init__(self, data: Mapping[str, Any], *, size: int) -> None:
        """See the attributes."""
        self.data = data
        self.size = size

    def section(self, name: str) -> Mapping[str, Any]:
        """A section such as `Outputs`; empty where it is absent or no mapping."""
        return mapping(self.data.get(name))

    def resources(self, *types: str) -> Iterator[Resource]:
        """Resources of the given types, of all types where none is given."""
        for name, whole in self.section("Resources").items():
            kind = mapping(whole).get("Type")
            if isinstance(kind, str) and (not types or kind in types):
                properties = whole.get("Properties")
                plain = mapping(properties) if intrinsic(properties) is None else {}
                yield Resource(name, kind, whole, plain, ("Resources", name, "Properties"))

    def tables(self) -> Iterator[Resource]:
        """Tables and global tables."""
        return self.resources(TABLE, GLOBAL_TABLE)

    def policies(self) -> Iterator[PolicyDocument]:
        """Policies of identities, managed and inline, and of tables and their streams; no trust policies."""
        for resource in self.resources():
            for path, document in _documents(resource):
                if isinstance(document, dict) and intrinsic(document) is None:
                    yield PolicyDocument(resource, document, path, resource.type in {TABLE, GLOBAL_TABLE})


def _documents(resource: Resource) -> Iterator[tuple[Path, Any]]:
    if resource.type == MANAGED_POLICY or resource.type in _POLICIES:
        yield (*resource.path, "PolicyDocument"), resource.properties.get("PolicyDocument")
    elif resource.type in _INLINE_POLICIES:
        for path, policy in each(resource.properties.get("Policies"), (*resource.path, "Policies")):
            yield (*path, "PolicyDocument"), mapping(policy).get("PolicyDocument")
    elif resource.type in {TABLE, GLOBAL_TABLE}:
        holders: list[tuple[Path, Any]] = [(resource.path, resource.properties)]
        holders += each(resource.properties.get("Replicas"), (*resource.path, "Replicas"))
        for path, holder in holders:
            for steps in ((), ("StreamSpecification",), ("ReplicaStreamSpecification",)):
                inner = holder
                for step in (*steps, "ResourcePolicy"):
                    inner = mapping(inner).get(step)
                yield (*path, *steps, "ResourcePolicy", "PolicyDocument"), mapping(inner).get("PolicyDocument")


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def each(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """Path and value of each entry of a list; of the value itself where it is no list; nothing where it is computed."""
    if isinstance(value, list):
        return [((*path, index), entry) for index, entry in enumerate(value) if intrinsic(entry) is None]
    return [] if value is None or intrinsic(value) else [(path, value)]


def intrinsic(value: Any) -> str | None:
    """Name of the intrinsic function that the value is: `Ref`, `Condition` or `Fn::…`; None for plain values."""
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if isinstance(name, str) and (name in {"Ref", "Condition"} or name.startswith("Fn::")):
            return name
    return None


def is_complete(value: Any) -> bool:
    """Whether a list says plainly what its entries are: none of them is computed. An absent list does."""
    return value is None or (isinstance(value, list) and all(intrinsic(entry) is None for entry in value))


def said_yes(value: Any) -> bool:
    """Whether a boolean property is plainly true; CloudFormation takes the texts as well."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def said_no(value: Any) -> bool:
    """Whether a boolean property is plainly false."""
    return value is False or (isinstance(value, str) and value.lower() == "false")
