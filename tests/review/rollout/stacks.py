"""Templates with a table and what depends on it, and pairs of them with the steps in between."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.review.rollout import Rollout, plan
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template
from cfn_table.synth.render import render_json

ONE_UNIT: Final = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
TWO_UNITS: Final = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}
PROVISIONED: Final[dict[str, Any]] = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": ONE_UNIT}


def index(name: str, *key: str, **more: Any) -> dict[str, Any]:
    """A global secondary index over everything; its key is `<name>PK` unless it is given."""
    kinds = ("HASH", "RANGE")
    names = key or (f"{name}PK",)
    schema = [{"AttributeName": each, "KeyType": kinds[place]} for place, each in enumerate(names)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}, **more}


def table(
    *indexes: dict[str, Any],
    key: str = "PK",
    ttl: str | None = None,
    stream: str | None = None,
    types: Mapping[str, str] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    """A table named `orders`, unless `TableName=None`, with just the definitions that its keys need."""
    local = properties.get("LocalSecondaryIndexes", ())
    names = dict.fromkeys([key, *(part["AttributeName"] for each in (*local, *indexes) for part in each["KeySchema"])])
    owned: dict[str, Any] = {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": it, "AttributeType": (types or {}).get(it, "S")} for it in names],
    }
    if indexes:
        owned["GlobalSecondaryIndexes"] = list(indexes)
    if ttl is not None:
        owned["TimeToLiveSpecification"] = {"AttributeName": ttl, "Enabled": True}
    if stream is not None:
        owned["StreamSpecification"] = {"StreamViewType": stream}
    owned |= properties
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {name: each for name, each in owned.items() if each is not None},
    }


def policy(*indexes: str, table: str = "Table") -> dict[str, Any]:
    """A managed policy that may query a table and these indexes."""
    arns = [{"Fn::Sub": f"${{{table}.Arn}}/index/{each}"} for each in indexes]
    statement = {
        "Sid": "Query",
        "Effect": "Allow",
        "Action": ["dynamodb:Query"],
        "Resource": [{"Fn::GetAtt": [table, "Arn"]}, *arns],
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}


def output(value: Any, export: str | None = None) -> dict[str, Any]:
    """An output, exported under the stack's name where it says so."""
    named = {} if export is None else {"Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-{export}"}}}
    return {"Value": value, **named}


def stack(
    main: dict[str, Any], *more: str, outputs: Mapping[str, Any] | None = None, **resources: dict[str, Any]
) -> dict[str, Any]:
    """A template with the table as `Table`, a policy on it and these of its indexes, and other resources."""
    found: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Table": main, "Reader": policy(*more), **resources},
    }
    if outputs:
        found["Outputs"] = dict(outputs)
    return found


def side(template: Mapping[str, Any], name: str = "stack", **more: Any) -> Side:
    """A side of a review with this template."""
    return Side(name, read_template(render_json(dict(template)), name), **more)


def rollout(old: Mapping[str, Any], new: Mapping[str, Any], **more: Any) -> Rollout:
    """The rollout from one template to another, of the stack `orders`."""
    return plan(side(old, **more), side(new), stack="orders")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two templates, and the titles of the steps from the first to the second.

    Attributes:
        old, new: the templates.
        titles: of the steps.
        refused: whether the engine refuses all changes of indexes in one call.
        known: what is known about the old side beside its template.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    titles: tuple[str, ...]
    refused: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)


def _names(*indexes: str) -> dict[str, Any]:
    return {f"{each}Name": output(each, f"{each}Name") for each in indexes}


A, B, C, D = (index(f"by{name}") for name in "ABCD")
_ALARM: Final = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "Namespace": "AWS/DynamoDB",
        "MetricName": "ReadThrottleEvents",
        "Dimensions": [
            {"Name": "TableName", "Value": {"Ref": "Table"}},
            {"Name": "GlobalSecondaryIndexName", "Value": "byA"},
        ],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
    },
}
_PROTECTED: Final[dict[str, Any]] = {"DeletionProtectionEnabled": True}

PAIRS: Final[dict[str, Pair]] = {
    "nothing": Pair(stack(table(A), "byA"), stack(table(A), "byA"), ()),
    "one harmless change": Pair(stack(table()), stack(table(TableClass="STANDARD")), ("deploy the new template",)),
    "one index with its grant and its export": Pair(
        stack(table()), stack(table(A), "byA", outputs=_names("byA")), ("add index `byA`",)
    ),
    "two indexes": Pair(
        stack(table()), stack(table(A, B), "byA", "byB"), ("add index `byA`", "add index `byB`"), refused=True
    ),
    "one index less, with its grant and its alarm": Pair(
        stack(table(A, B), "byA", "byB", Alarm=_ALARM), stack(table(B), "byB"), ("remove index `byA`",)
    ),
    "one index for another": Pair(
        stack(table(A), "byA", Alarm=_ALARM),
        stack(table(B), "byB"),
        ("add index `byB`", "remove index `byA`"),
        refused=True,
    ),
    "one exported index for another": Pair(
        stack(table(A), "byA", outputs=_names("byA")),
        stack(table(B), "byB", outputs=_names("byB")),
        ("add index `byB`", "let go of export `orders-byAName`", "remove index `byA`"),
        refused=True,
    ),
    "one exported index that nobody imports for another": Pair(
        stack(table(A), "byA", outputs=_names("byA")),
        stack(table(B), "byB", outputs=_names("byB")),
        ("add index `byB`", "remove index `byA`"),
        refused=True,
        known={"imports": {}},
    ),
    "two for two": Pair(
        stack(table(A, B), "byA", "byB"),
        stack(table(C, D), "byC", "byD"),
        ("add index `byC`", "add index `byD`", "remove index `byA`", "remove index `byB`"),
        refused=True,
    ),
    "another key under the same name": Pair(
        stack(table(A), "byA"),
        stack(table(index("byA", "otherPK")), "byA"),
        ("remove index `byA`", "add index `byA`"),
        refused=True,
    ),
    "another projection under an exported name": Pair(
        stack(table(A, B), "byA", outputs={"FirstIndexName": output("byA", "First")}),
        stack(
            table(index("byA", Projection={"ProjectionType": "KEYS_ONLY"}), B),
            "byA",
            outputs={"FirstIndexName": output("byA", "First")},
        ),
        ("remove index `byA`", "add index `byA`"),
        refused=True,
    ),
    "a key attribute of another type": Pair(
        stack(table(index("byA", "number")), "byA"),
        stack(table(index("byB", "number"), types={"number": "N"}), "byB"),
        ("remove index `byA`", "add index `byB`"),
        refused=True,
    ),
    "another expiry attribute": Pair(
        stack(table(ttl="expires")),
        stack(table(ttl="until")),
        ("stop expiring items by `expires`", "expire items by `until`"),
    ),
    "no expiry any more": Pair(
        stack(table(ttl="expires")), stack(table()), ("stop expiring items by `expires`", "drop the time to live")
    ),
    "expiry and an index": Pair(
        stack(table(ttl="expires")),
        stack(table(A, ttl="until"), "byA"),
        ("stop expiring items by `expires`", "add index `byA`"),
    ),
    "expiry begins": Pair(stack(table()), stack(table(ttl="until")), ("expire items by `until`",)),
    "to on-demand with indexes": Pair(
        stack(table({**A, "ProvisionedThroughput": TWO_UNITS}, **PROVISIONED), "byA"),
        stack(table(B, C), "byB", "byC"),
        ("add index `byB`", "add index `byC`", "remove index `byA`"),
        refused=True,
    ),
    "to provisioned with indexes": Pair(
        stack(table(A, B), "byA", "byB"),
        stack(
            table({**B, "ProvisionedThroughput": ONE_UNIT}, {**C, "ProvisionedThroughput": TWO_UNITS}, **PROVISIONED),
            "byB",
            "byC",
        ),
        ("add index `byC`", "remove index `byA`"),
        refused=True,
    ),
    "another stream view": Pair(
        stack(table(stream="NEW_IMAGE"), outputs={"Arn": output({"Fn::GetAtt": ["Table", "StreamArn"]})}),
        stack(table(stream="KEYS_ONLY"), outputs={"Arn": output({"Fn::GetAtt": ["Table", "StreamArn"]})}),
        ("switch off the stream of `Table`", "switch on the stream `KEYS_ONLY` of `Table`"),
    ),
    "no stream any more": Pair(
        stack(table(stream="NEW_IMAGE"), outputs={"Arn": output({"Fn::GetAtt": ["Table", "StreamArn"]}, "Arn")}),
        stack(table()),
        ("let go of export `orders-Arn`", "switch off the stream of `Table`"),
    ),
    "two tables": Pair(
        stack(table(), Other=table(A, TableName="other")),
        stack(table(B, C), "byB", "byC", Other=table(D, TableName="other")),
        (
            "add index `byB` of `Table` and index `byD` of `Other`",
            "add index `byC` of `Table`",
            "remove index `byA` of `Other`",
        ),
        refused=True,
    ),
    "an export with another value": Pair(
        stack(table(), outputs={"Limit": output("10", "Limit")}),
        stack(table(A), "byA", outputs={"Limit": output("20", "Limit")}),
        ("add index `byA`", "let go of export `orders-Limit`"),
    ),
    "an export under another name": Pair(
        stack(table(), outputs={"Name": output({"Ref": "Table"}, "Name")}),
        stack(table(), outputs={"Name": output({"Ref": "Table"}, "TableName")}),
        ("change everything else", "let go of export `orders-Name`"),
    ),
}
"""Changes that are updates in place, by what they are."""


def replaced(key: str = "PK", **properties: Any) -> dict[str, Any]:
    """A table without a name, protected."""
    return table(key=key, **{"TableName": None, **_PROTECTED, **properties})


REPLACEMENTS: Final[dict[str, Pair]] = {
    "another key of a table without a name": Pair(
        stack(replaced()),
        stack(replaced("ID")),
        (
            "switch off the deletion protection of `Table`",
            "replace `Table`",
            "finish the replacement of `Table`",
        ),
    ),
    "another name of a table that nothing retains": Pair(
        stack({**table(), "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}),
        stack({**table(TableName="sales"), "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}),
        ("keep the data of `Table`", "replace `Table`", "finish the replacement of `Table`"),
    ),
    "a table less": Pair(
        stack(table(), Other=table(TableName="other")), stack(table()), ("remove `Other` from the stack",)
    ),
    "another logical id": Pair(
        {"Resources": {"Orders": table(A), "Reader": policy("byA", table="Orders")}, "Outputs": {}},
        stack(table(A), "byA"),
        ("take `Orders` out of the stack", "import `Table`", "deploy the new template"),
    ),
}
"""Changes that make another table, or move one."""
del REPLACEMENTS["another logical id"].old["Outputs"]


def copied(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template that can be changed."""
    return copy.deepcopy(dict(template))
