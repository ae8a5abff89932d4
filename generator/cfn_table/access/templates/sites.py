"""Where templates hold policies: every place, with the branches of `Fn::If` that lead there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.templates.documents import Document, read_document, read_event_bus, read_nothing, read_permission
from cfn_table.access.templates.intrinsics import Resolver, intrinsic
from cfn_table.access.templates.view import MAX_DEPTH, Path, Resource, Unresolvable, View

Reader = Callable[[Resolver, Any, Path], Document | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """A value behind `Fn::If`: what has to hold for it to be used."""

    raw: Any
    path: Path
    guards: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Target:
    """A reference to what a policy is attached to."""

    spot: Spot
    types: frozenset[str]
    """Of the resources that are meant; none for any."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that holds a policy.

    Attributes:
        label: the policy's name, unless `naming` has a text.
        naming: what names the policy among others of its resource: the name is `logical_id/` and this text in `form`.
        form: the rest of that name, with `{}` for the text.
        fixed: what the policy is attached to wherever it is.
        kind: as in `FoundPolicy`; empty where the statements tell.
    """

    logical_id: str
    resource_type: str
    kind: str
    spot: Spot
    label: str
    naming: Spot | None = None
    form: str = "{}"
    fixed: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    read: Reader = read_document


_IDENTITY: Final[Mapping[str, str]] = {
    "AWS::IoT::Policy": "PolicyDocument",
    "AWS::SSO::PermissionSet": "InlinePolicy",
}
_SESSION: Final[Mapping[str, str]] = {
    "AWS::EKS::PodIdentityAssociation": "Policy",
    "AWS::RolesAnywhere::Profile": "SessionPolicy",
    "AWS::Transfer::User": "Policy",
}
# Type, property of the document; and where the policy is a resource of its own, the property of what it is attached to.
_RESOURCE: Final = """
AWS::APS::ResourcePolicy PolicyDocument WorkspaceArn
AWS::ApiGateway::RestApi Policy
AWS::ApiGateway::DomainNameV2 Policy
AWS::Backup::BackupVault AccessPolicy
AWS::Backup::LogicallyAirGappedBackupVault AccessPolicy
AWS::BedrockAgentCore::ResourcePolicy Policy ResourceArn
AWS::CloudTrail::ResourcePolicy ResourcePolicy ResourceArn
AWS::CodeArtifact::Domain PermissionsPolicyDocument
AWS::CodeArtifact::Repository PermissionsPolicyDocument
AWS::DSQL::Cluster PolicyDocument
AWS::DynamoDB::GlobalTable Replicas.*.ReplicaStreamSpecification.ResourcePolicy.PolicyDocument
AWS::DynamoDB::GlobalTable Replicas.*.ResourcePolicy.PolicyDocument
AWS::DynamoDB::Table ResourcePolicy.PolicyDocument
AWS::DynamoDB::Table StreamSpecification.ResourcePolicy.PolicyDocument
AWS::ECR::PublicRepository RepositoryPolicyText
AWS::ECR::RegistryPolicy PolicyText
AWS::ECR::Repository RepositoryPolicyText
AWS::ECR::RepositoryCreationTemplate RepositoryPolicy
AWS::EFS::FileSystem FileSystemPolicy
AWS::Elasticsearch::Domain AccessPolicies
AWS::EventSchemas::RegistryPolicy Policy RegistryName
AWS::Events::EventBus Policy
AWS::KMS::Key KeyPolicy
AWS::KMS::ReplicaKey KeyPolicy
AWS::Kinesis::ResourcePolicy ResourcePolicy ResourceArn
AWS::Lambda::ResourcePolicy PolicyDocument ResourceArn
AWS::Logs::DeliveryDestination DeliveryDestinationPolicy.DeliveryDestinationPolicy
AWS::Logs::Destination DestinationPolicy
AWS::Logs::LogGroup ResourcePolicyDocument
AWS::Logs::ResourcePolicy PolicyDocument
AWS::MSK::ClusterPolicy Policy ClusterArn
AWS::MediaStore::Container Policy
AWS::Oam::Sink Policy
AWS::OpenSearchService::Domain AccessPolicies
AWS::Redshift::Cluster NamespaceResourcePolicy
AWS::RedshiftServerless::Namespace NamespaceResourcePolicy
AWS::S3::AccessPoint Policy
AWS::S3::BucketPolicy PolicyDocument Bucket
AWS::S3::MultiRegionAccessPointPolicy Policy MrapName
AWS::S3Express::BucketPolicy PolicyDocument Bucket
AWS::S3ObjectLambda::AccessPointPolicy PolicyDocument ObjectLambdaAccessPoint
AWS::SNS::TopicInlinePolicy PolicyDocument TopicArn
AWS::SNS::TopicPolicy PolicyDocument Topics
AWS::SQS::QueueInlinePolicy PolicyDocument Queue
AWS::SQS::QueuePolicy PolicyDocument Queues
AWS::SSM::ResourcePolicy Policy ResourceArn
AWS::SageMaker::ModelPackageGroup ModelPackageGroupPolicy
AWS::SecretsManager::ResourcePolicy ResourcePolicy SecretId
AWS::Serverless::SimpleTable ResourcePolicy.PolicyDocument
AWS::VpcLattice::AuthPolicy Policy ResourceIdentifier
AWS::VpcLattice::ResourcePolicy Policy ResourceArn
AWS::XRay::ResourcePolicy PolicyDocument
"""
_OWN_POLICIES: Final = {f"AWS::IAM::{kind}Policy": kind for kind in ("Role", "User", "Group")}
_PRINCIPALS: Final = {"Roles": "AWS::IAM::Role", "Users": "AWS::IAM::User", "Groups": "AWS::IAM::Group"}
_FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})


def alternatives(spot: Spot) -> Iterator[Spot]:
    """The values that a place can have, through `Fn::If`."""
    stack = [(spot, 0)]
    while stack:
        current, depth = stack.pop()
        match current.raw:
            case {"Fn::If": [str(name), _, _] as arguments} if len(current.raw) == 1 and depth < 200:
                for index in (2, 1):
                    value = index == 1
                    if current.guards.get(name, value) is value:
                        path = (*current.path, "Fn::If", index)
                        stack.append((Spot(arguments[index], path, {**current.guards, name: value}), depth + 1))
            case {"Ref": "AWS::NoValue"} if len(current.raw) == 1:
                pass
            case _:
                yield current


def entries(spot: Spot) -> Iterator[Spot]:
    """The items that a list can have, or the one value that is no list."""
    for found in alternatives(spot):
        if isinstance(found.raw, list):
            for index, item in enumerate(found.raw):
                yield from alternatives(Spot(item, (*found.path, index), found.guards))
        else:
            yield found


def along(spot: Spot, names: list[str]) -> Iterator[Spot]:
    """The values at the end of a path of properties, `*` being every item of a list."""
    spots = [spot]
    for name in names:
        following: list[Spot] = []
        for current in spots:
            if name == "*":
                following += entries(current)
            else:
                for found in alternatives(current):
                    if isinstance(found.raw, dict) and name in found.raw:
                        following.append(Spot(found.raw[name], (*found.path, name), found.guards))
        spots = following
    for current in spots:
        yield from alternatives(current)


def property_name(path: Path) -> str:
    """A place below a resource's properties as part of a policy's name."""
    parts: list[str] = []
    skip = False
    for part in path[3:]:
        if skip or part == "Fn::If":
            skip = not skip
            continue
        parts.append(str(part))
    return ".".join(parts).removesuffix(".PolicyDocument") or "Properties"


def _of_replica(properties: Spot, spot: Spot) -> dict[str, Any]:
    """How a policy of a replica is named: by its Region, since the order of replicas has no meaning."""
    value: Any = properties.raw
    below = spot.path[len(properties.path) :]
    for depth, part in enumerate(below):
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(part, int) and "Replicas" in below[:depth] and isinstance(value, dict) and "Region" in value:
            end = len(properties.path) + depth + 1
            form = f"Replicas.{{}}.{property_name((*spot.path[:3], *spot.path[end:]))}"
            return {"naming": Spot(value["Region"], (*spot.path[:end], "Region"), spot.guards), "form": form}
    return {}


def sites_of(logical_id: str, resource: Resource, guards: Mapping[str, bool]) -> Iterator[Site]:
    """Every policy of a resource whose type is known to hold them."""
    kind = resource.type
    properties = Spot(resource.properties, resource.path, guards)

    def here(names: str, kind: str, alone: bool = False, **more: Any) -> Iterator[Site]:
        for spot in along(properties, names.split(".")):
            label = logical_id if alone else f"{logical_id}/{property_name(spot.path)}"
            yield Site(logical_id, resource.type, kind, spot, label, **_of_replica(properties, spot), **more)

    def targets(name: str, *types: str) -> tuple[Target, ...]:
        return tuple(Target(spot, frozenset(types)) for spot in along(properties, [name, "*"]))

    if kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        attached = tuple(target for name, type_ in _PRINCIPALS.items() for target in targets(name, type_))
        yield from here("PolicyDocument", "identity", alone=True, targets=attached)
    elif kind in _OWN_POLICIES:
        owner = _OWN_POLICIES[kind]
        attached = targets(f"{owner}Name", f"AWS::IAM::{owner}")
        yield from here("PolicyDocument", "identity", alone=True, targets=attached)
    elif kind in _PRINCIPALS.values():
        yield from here("AssumeRolePolicyDocument", "trust", fixed=(logical_id,))
        for index, policy in enumerate(along(properties, ["Policies", "*"])):
            yield from _inline(logical_id, kind, policy, index)
    elif kind == "AWS::EC2::VPCEndpoint":
        yield from here("PolicyDocument", "endpoint", fixed=(logical_id,))
    elif kind == "AWS::Organizations::Policy":
        yield from here("Content", "organization", alone=True, targets=targets("TargetIds"))
    elif kind == "AWS::Lambda::Permission":
        function = targets("FunctionName", *_FUNCTIONS)
        yield Site(logical_id, kind, "resource", properties, logical_id, targets=function, read=read_permission)
    elif kind == "AWS::Events::EventBusPolicy":
        bus = targets("EventBusName", "AWS::Events::EventBus")
        yield Site(logical_id, kind, "resource", properties, logical_id, targets=bus, read=read_event_bus)
    elif kind in _IDENTITY:
        yield from here(_IDENTITY[kind], "identity", fixed=(logical_id,))
    elif kind in _SESSION:
        yield from here(_SESSION[kind], "session", fixed=(logical_id,))
    for names, target in _RESOURCE_PROPERTIES.get(kind, ()):
        if target:
            yield from here(names, "resource", alone=True, targets=targets(target))
        elif kind.endswith("Policy"):
            yield from here(names, "resource", alone=True)
        else:
            yield from here(names, "resource", fixed=(logical_id,))


def _inline(logical_id: str, kind: str, policy: Spot, index: int) -> Iterator[Site]:
    """An entry of `Policies`; what is no mapping with a document is found to be none when it is read."""
    naming = document = None
    if isinstance(policy.raw, dict) and intrinsic(policy.raw) is None:
        if "PolicyName" in policy.raw:
            naming = Spot(policy.raw["PolicyName"], (*policy.path, "PolicyName"), policy.guards)
        if "PolicyDocument" in policy.raw:
            document = Spot(policy.raw["PolicyDocument"], (*policy.path, "PolicyDocument"), policy.guards)
    read = read_document if document else read_nothing
    label = f"{logical_id}/{index}"
    yield Site(logical_id, kind, "identity", document or policy, label, naming, fixed=(logical_id,), read=read)


def other_sites(view: View, logical_id: str, resource: Resource, guards: Mapping[str, bool]) -> Iterator[Site]:
    """What looks like a policy, in a resource of whatever type."""
    stack = [(Spot(resource.properties, resource.path, guards), 0)]
    while stack:
        spot, depth = stack.pop()
        view.count(spot.path)
        if depth > 2 * MAX_DEPTH:
            raise Unresolvable(resource.path, "values are nested too deeply to look for policies")
        for current in alternatives(spot):
            if _looks_like_policy(current):
                yield Site(
                    logical_id,
                    resource.type,
                    "",
                    current,
                    f"{logical_id}/{property_name(current.path)}",
                    fixed=(logical_id,),
                )
                continue
            children: list[tuple[str | int, Any]] = []
            if isinstance(current.raw, dict):
                children = [(key, item) for key, item in current.raw.items() if isinstance(key, str)]
            elif isinstance(current.raw, list):
                children = list(enumerate(current.raw))
            for key, item in reversed(children):
                stack.append((Spot(item, (*current.path, key), current.guards), depth + 1))


def _looks_like_policy(spot: Spot) -> bool:
    raw = spot.raw
    if isinstance(raw, dict) and "Statement" in raw:
        return any(
            isinstance(statement.raw, dict) and statement.raw.get("Effect") is not None
            for statement in entries(Spot(raw["Statement"], spot.path, spot.guards))
        )
    if isinstance(raw, dict) and intrinsic(raw) == "Fn::Sub":
        raw = raw["Fn::Sub"][0] if isinstance(raw["Fn::Sub"], list) and raw["Fn::Sub"] else raw["Fn::Sub"]
    return isinstance(raw, str) and raw.lstrip().startswith("{") and '"Statement"' in raw and '"Effect"' in raw


def _table() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in _RESOURCE.split("\n"):
        if line:
            kind, names, target = [*line.split(), ""][:3]
            found.setdefault(kind, []).append((names, target))
    return found


_RESOURCE_PROPERTIES: Final = _table()
