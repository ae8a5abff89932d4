"""What an update does, in the fewest words: stacks of a few resources, and how bad going from one to another is.

It is written from the documentation of CloudFormation and DynamoDB and knows nothing of how reviews are made. Reviews
must never say less than it (see `test_never_safe`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

NOTHING, INTERRUPTION, DELETION, REPLACEMENT, ORPHAN, DATA_LOSS, REFUSED = range(7)
TYPES: Final = {
    "table": "AWS::DynamoDB::Table",
    "bucket": "AWS::S3::Bucket",
    "topic": "AWS::SNS::Topic",
    "queue": "AWS::SQS::Queue",
    "policy": "AWS::IAM::ManagedPolicy",
    "reader": "AWS::SNS::Subscription",
}
NAMES: Final = {
    "table": "TableName",
    "bucket": "BucketName",
    "topic": "TopicName",
    "queue": "QueueName",
    "policy": "ManagedPolicyName",
}
HOLDS_DATA: Final = ("table", "bucket", "queue")


@dataclass(frozen=True)
class Thing:
    """A resource.

    Attributes:
        kind: of `TYPES`.
        name: that it is given; None for none.
        deletion, replace: its policies; None for none.
        tag: something that is updated in place.
        more: what only its kind has.
    """

    kind: str
    name: Any = None
    deletion: str | None = None
    replace: str | None = None
    tag: Any = "1"
    more: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """Something that only its kind has."""
        return self.more.get(name)


@dataclass(frozen=True)
class Bounds:
    """How bad a change of a resource is: at least, and for sure at most."""

    least: int = NOTHING
    most: int = NOTHING


def effect(old: dict[str, Thing], new: dict[str, Thing], name: str) -> Bounds:
    """What becomes of a resource when a stack is updated.

    Args:
        old, new: the stacks' resources.
        name: of one in either.
    """
    before, after = old.get(name), new.get(name)
    if before is not None and after is not None and before.kind != after.kind:
        return Bounds(REFUSED, REFUSED)
    if after is not None and _is_taken(old, name, before, after):
        return Bounds(REFUSED, REFUSED)
    if before is None:
        return Bounds(NOTHING, REPLACEMENT)  # of a resource that was called otherwise
    if after is None:
        # Where another takes its name it is that one which is refused, and where one is like it, that one is told.
        told_of_another = _passes_on(before, old, new)
        return Bounds(NOTHING if told_of_another else _removed(before).least, _removed(before).most)
    if before == after and before.kind != "reader":
        return Bounds()
    if _is_replaced(old, new, before, after):
        if before.name is not None and before.name == after.name:
            return Bounds(REFUSED, REFUSED)
        return _replaced(before, after)
    return _updated(before, after) if before.kind == "table" else Bounds()


def moves(old: dict[str, Thing], new: dict[str, Thing], name: str) -> bool:
    """Whether a resource that stays becomes another one, with another name and another ARN."""
    before, after = old.get(name), new.get(name)
    if before is None or after is None or before.kind != after.kind:
        return False
    named = before.name is not None and before.name == after.name
    return not named and _is_replaced(old, new, before, after)


def _is_taken(old: dict[str, Thing], name: str, before: Thing | None, after: Thing) -> bool:
    """Whether the name that it is to have is that of another resource, which is there until the end of the update."""
    if after.name is None or (before is not None and before.name == after.name):
        return False
    return any(each.kind == after.kind and each.name == after.name for other, each in old.items() if other != name)


def _passes_on(thing: Thing, old: dict[str, Thing], new: dict[str, Thing]) -> bool:
    """Whether another resource takes the place of one that is removed, for reviewers."""
    others = [each for name, each in new.items() if each.kind == thing.kind and old.get(name) != each]
    return any(each.name == thing.name for each in others if thing.name is not None or thing.kind not in HOLDS_DATA)


def _removed(thing: Thing) -> Bounds:
    if thing.deletion == "Retain":
        return Bounds(ORPHAN, ORPHAN)
    if thing.get("protected"):
        return Bounds(REFUSED, REFUSED)
    return Bounds(DATA_LOSS, DATA_LOSS) if thing.kind in HOLDS_DATA else Bounds(DELETION, DELETION)


def _replaced(old: Thing, new: Thing) -> Bounds:
    if old.kind not in HOLDS_DATA:
        return Bounds(REPLACEMENT, ORPHAN)
    if old.replace == new.replace == "Retain":
        return Bounds(ORPHAN, ORPHAN)
    return Bounds(ORPHAN, DATA_LOSS) if old.get("protected") else Bounds(DATA_LOSS, DATA_LOSS)


def _is_replaced(old: dict[str, Thing], new: dict[str, Thing], before: Thing, after: Thing) -> bool:
    if before.name != after.name:
        return True
    if before.kind == "table":
        kept = _definitions(before).keys() & _definitions(after).keys()
        return before.get("key") != after.get("key") or any(
            _definitions(before)[each] != _definitions(after)[each] for each in kept
        )
    if before.kind == "policy":
        return any(before.get(each) != after.get(each) for each in ("path", "description"))
    if before.kind == "reader":
        return bool(before.get("topic") != after.get("topic") or moves(old, new, str(after.get("topic"))))
    return False


def _definitions(table: Thing) -> dict[str, str]:
    """The attributes that a table must define, with their types."""
    keys = [
        *table.get("key"),
        *(each["key"] for section in ("global", "local") for each in table.get(section).values()),
    ]
    return {name: table.get("types").get(name, "S") for name in keys}


def _updated(old: Thing, new: Thing) -> Bounds:
    """A table that stays."""
    before, after = old.get("global"), new.get("global")
    comes_and_goes = before.keys() ^ after.keys()
    other = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    was, becomes = old.get("expiry"), new.get("expiry")
    if len(comes_and_goes) > 1 or other or old.get("local") != new.get("local"):
        return Bounds(REFUSED, REFUSED)
    if was and becomes and was[1] and becomes[1] and was != becomes:
        return Bounds(REFUSED, REFUSED)
    if was and was[1] and becomes and not becomes[1] and was[0] != becomes[0]:
        return Bounds(NOTHING, REFUSED)  # it turns another attribute off than the one that is on
    return max(_small(old, new, comes_and_goes), key=lambda bounds: bounds.most)


def _small(old: Thing, new: Thing, indexes: set[str]) -> Iterator[Bounds]:
    yield Bounds()
    if indexes - new.get("global").keys():
        yield Bounds(DELETION, DELETION)
    if old.get("stream") and new.get("stream") and old.get("stream") != new.get("stream"):
        yield Bounds(REPLACEMENT, REPLACEMENT)
    if old.get("stream") and not new.get("stream"):
        yield Bounds(INTERRUPTION, INTERRUPTION)


def template_of(things: dict[str, Thing], exports: dict[str, Any]) -> dict[str, Any]:
    """The template of a stack; exports are of a resource's `Ref`, or of a text."""
    outputs = {
        f"Out{name.replace('-', '')}": {
            "Value": {"Ref": value[1:]} if isinstance(value, str) and value.startswith("@") else value,
            "Export": {"Name": name},
        }
        for name, value in exports.items()
    }
    found: dict[str, Any] = {"Resources": {name: resource_of(thing) for name, thing in things.items()}}
    return {**found, "Outputs": outputs} if outputs else found


def resource_of(thing: Thing) -> dict[str, Any]:
    """A resource of a template."""
    properties: dict[str, Any] = {} if thing.name is None else {NAMES[thing.kind]: thing.name}
    if thing.kind == "table":
        properties |= _table(thing)
    elif thing.kind == "policy":
        document = {"Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}]}
        properties |= {"PolicyDocument": document, "Path": thing.get("path"), "Description": thing.get("description")}
    elif thing.kind == "reader":
        properties |= {"Protocol": "sqs", "Endpoint": "arn:e", "TopicArn": {"Ref": thing.get("topic")}}
    if thing.kind not in ("policy", "reader"):
        properties["Tags"] = [{"Key": "tag", "Value": thing.tag}]
    found: dict[str, Any] = {"Type": TYPES[thing.kind], "Properties": properties}
    policies = {"DeletionPolicy": thing.deletion, "UpdateReplacePolicy": thing.replace}
    return found | {key: policy for key, policy in policies.items() if policy is not None}


def _table(thing: Thing) -> dict[str, Any]:
    def schema(*names: str) -> list[dict[str, str]]:
        return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]

    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in _definitions(thing).items()]
    found: dict[str, Any] = {
        "KeySchema": schema(*thing.get("key")),
        "AttributeDefinitions": definitions,
        "BillingMode": "PAY_PER_REQUEST",
    }
    for section, label, first in (("global", "Global", ()), ("local", "Local", ("PK",))):
        indexes = [
            {
                "IndexName": name,
                "KeySchema": schema(*first, index["key"]),
                "Projection": {"ProjectionType": index["projection"]},
            }
            for name, index in thing.get(section).items()
        ]
        if indexes:
            found[f"{label}SecondaryIndexes"] = indexes
    if (expiry := thing.get("expiry")) is not None:
        found["TimeToLiveSpecification"] = {"AttributeName": expiry[0], "Enabled": expiry[1]}
    if thing.get("stream"):
        found["StreamSpecification"] = {"StreamViewType": thing.get("stream")}
    if thing.get("protected"):
        found["DeletionProtectionEnabled"] = True
    return found
