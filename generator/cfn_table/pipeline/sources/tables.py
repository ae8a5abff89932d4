"""Sides that come from DynamoDB: a table as it is, as the template that describes it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.pipeline.sources.alone import side_of_one
from cfn_table.pipeline.sources.found import Found, SourceOptions
from cfn_table.publish.aws_errors import Codes, aws_client, error_code, explaining_aws
from cfn_table.review.side import Side

TABLE: Final = "AWS::DynamoDB::Table"
GLOBAL: Final = "AWS::DynamoDB::GlobalTable"

_NAMED: Final = {
    "AttributeDefinitions": "AttributeName",
    "GlobalSecondaryIndexes": "IndexName",
    "LocalSecondaryIndexes": "IndexName",
}
_DENIED: Final = ("access is denied", "allow dynamodb:DescribeTable")
_CODES: Final[Codes] = {"AccessDenied": _DENIED, "AccessDeniedException": _DENIED}


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table as it is.

    Attributes:
        properties: its properties, as AWS::DynamoDB::Table has them.
        replicas: the Regions of its replicas, sorted.
        notes: what could not be read.
    """

    properties: Mapping[str, Any]
    replicas: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def table_side(name: str, other: Found, options: SourceOptions) -> tuple[Found, Found]:
    """A live table as a template with one resource, under the logical id that the other side's table has.

    The other side is given with its table alone: what a stack has beside its table is not compared with a table.

    Args:
        name: the table's name or ARN.
        other: the other side.
        options: where the table is.

    Raises:
        InputError: it is not there, cannot be read, or there are no credentials.
    """
    from cfn_table.synth.read import read_template

    table = read_table(name, options)
    logical_id, resource = table_of(other.side.data, str(table.properties["TableName"]))
    notes = list(table.notes)
    if resource.get("Type") == GLOBAL:
        notes.append(f"the table `{name}` is compared as {TABLE}, and the design makes a {GLOBAL}")
    properties = in_order_of(resource.get("Properties"), table.properties)
    template = {"Resources": {logical_id: {"Type": TABLE, **_kept(resource), "Properties": properties}}}
    place = f"table:{name}"
    found = Found(Side(place, read_template(json.dumps(template, indent=2), place)), tuple(notes))
    return found, replace(other, side=side_of_one(other.side, logical_id))


def table_of(template: Mapping[str, Any], name: str) -> tuple[str, Mapping[str, Any]]:
    """The table of a template: the one of that name, else the only one; else a logical id for it and nothing."""
    resources = template.get("Resources")
    tables = {
        logical_id: each
        for logical_id, each in (resources if isinstance(resources, Mapping) else {}).items()
        if isinstance(each, Mapping) and each.get("Type") in (TABLE, GLOBAL)
    }
    for logical_id, each in tables.items():
        properties = each.get("Properties")
        if isinstance(properties, Mapping) and properties.get("TableName") == name:
            return logical_id, each
    if len(tables) == 1:
        return next(iter(tables.items()))
    return "Table", {}


def in_order_of(other: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties with attributes and indexes in the order of another table's, which means nothing."""
    found = dict(properties)
    for section, name in _NAMED.items():
        listed = other.get(section) if isinstance(other, Mapping) else None
        order = [each.get(name) for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        if section in found:
            found[section] = sorted(
                found[section],
                key=lambda each: (order.index(each[name]) if each[name] in order else len(order), each[name]),
            )
    return found


def _kept(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a resource says that no live table has: what becomes of it is CloudFormation's business."""
    return {name: resource[name] for name in ("DeletionPolicy", "UpdateReplacePolicy") if name in resource}


def read_table(name: str, options: SourceOptions) -> LiveTable:
    """Read a table.

    Args:
        name: its name or ARN.
        options: where it is.

    Raises:
        InputError: it is not there, cannot be read, or there are no credentials.
    """

    def refused(why: str, help: str) -> InputError:
        return InputError(f"the table `{name}` cannot be read: {why}", help=help, location=Location(f"table:{name}"))

    with explaining_aws("DynamoDB", refused, codes=_CODES, again="run the command again"):
        client = aws_client(
            "dynamodb", options.endpoint_url, options.region, options.profile, stand_in=options.endpoint_url is not None
        )
        return _Reader(client, name, options).read()


class _Reader:
    """Reads one table, part by part; a part that is denied, or that the engine does not know, becomes a note."""

    def __init__(self, client: Any, name: str, options: SourceOptions) -> None:
        self.client = client
        self.name = name
        self.options = options
        self.notes: list[str] = []

    def read(self) -> LiveTable:
        table = self._table()
        properties = {
            "TableName": table["TableName"],
            **_billing(table),
            "AttributeDefinitions": [
                _only(each, "AttributeName", "AttributeType") for each in table["AttributeDefinitions"]
            ],
            "KeySchema": _key(table["KeySchema"]),
            **_indexes(table),
            **self._time_to_live(),
            **self._backups(),
            **self._encryption(table),
            **_rest(table),
            **self._kinesis(),
            **self._insights(),
            **self._resource_policy(str(table.get("TableArn", ""))),
            **self._tags(str(table.get("TableArn", ""))),
        }
        replicas = sorted(str(each["RegionName"]) for each in table.get("Replicas") or ())
        if replicas:
            self.notes.append(f"its replicas in {', '.join(replicas)} are not looked at")
        return LiveTable(properties, tuple(replicas), tuple(self.notes))

    def _table(self) -> Mapping[str, Any]:
        from botocore.exceptions import ClientError

        try:
            table: Mapping[str, Any] = self.client.describe_table(TableName=self.name)["Table"]
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            raise InputError(
                f"there is no table `{self.name}` in `{self.client.meta.region_name}`",
                help="correct its name, or name the Region and the account's profile that it is in",
                location=Location(f"table:{self.name}"),
            ) from error
        return table

    def _time_to_live(self) -> dict[str, Any]:
        with self._part("dynamodb:DescribeTimeToLive", "its time to live"):
            found = self.client.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
            if found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
                named = {"AttributeName": found["AttributeName"], "Enabled": True}
                return {"TimeToLiveSpecification": named}
        return {}

    def _backups(self) -> dict[str, Any]:
        with self._part("dynamodb:DescribeContinuousBackups", "its point-in-time recovery"):
            answer = self.client.describe_continuous_backups(TableName=self.name)["ContinuousBackupsDescription"]
            found = answer.get("PointInTimeRecoveryDescription") or {}
            if found.get("PointInTimeRecoveryStatus") == "ENABLED":
                recovery = {"PointInTimeRecoveryEnabled": True}
                # 35 days is what it is where nothing is said.
                if found.get("RecoveryPeriodInDays", 35) != 35:
                    recovery["RecoveryPeriodInDays"] = found["RecoveryPeriodInDays"]
                return {"PointInTimeRecoverySpecification": recovery}
        return {}

    def _encryption(self, table: Mapping[str, Any]) -> dict[str, Any]:
        described = table.get("SSEDescription") or {}
        if described.get("Status") not in ("ENABLED", "ENABLING", "UPDATING"):
            return {}
        found = {"SSEEnabled": True, "SSEType": described.get("SSEType", "KMS")}
        key = described.get("KMSMasterKeyArn")
        if key and not self._is_of_aws(str(key)):
            found["KMSMasterKeyId"] = key
        return {"SSESpecification": found}

    def _is_of_aws(self, key: str) -> bool:
        """Whether a key is the one that AWS manages for DynamoDB, which templates do not name."""
        from botocore.exceptions import ClientError

        endpoint = self.options.endpoint_url
        region = self.client.meta.region_name
        manager = ""
        with self._part("kms:DescribeKey", f"whether `{key}` is the key of AWS"):
            client = aws_client("kms", endpoint, region, self.options.profile, stand_in=endpoint is not None)
            try:
                manager = str(client.describe_key(KeyId=key)["KeyMetadata"].get("KeyManager"))
            except ClientError as error:
                if error_code(error) != "NotFoundException":  # a customer's key that was deleted, or another account's
                    raise
        return manager == "AWS"

    def _kinesis(self) -> dict[str, Any]:
        with self._part("dynamodb:DescribeKinesisStreamingDestination", "its Kinesis stream"):
            answer = self.client.describe_kinesis_streaming_destination(TableName=self.name)
            for each in answer.get("KinesisDataStreamDestinations") or ():
                if each.get("DestinationStatus") in ("ACTIVE", "ENABLING", "UPDATING"):
                    named = _only(each, "StreamArn", "ApproximateCreationDateTimePrecision")
                    return {"KinesisStreamSpecification": named}
        return {}

    def _insights(self) -> dict[str, Any]:
        with self._part("dynamodb:DescribeContributorInsights", "whether it has contributor insights"):
            found = self.client.describe_contributor_insights(TableName=self.name)
            if found.get("ContributorInsightsStatus") in ("ENABLED", "ENABLING"):
                return {"ContributorInsightsSpecification": {"Enabled": True}}
        return {}

    def _resource_policy(self, arn: str) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        with self._part("dynamodb:GetResourcePolicy", "its resource policy"):
            try:
                policy = self.client.get_resource_policy(ResourceArn=arn).get("Policy")
            except ClientError as error:
                if error_code(error) != "PolicyNotFoundException":
                    raise
                policy = None
            if policy:
                return {"ResourcePolicy": {"PolicyDocument": json.loads(policy)}}
        return {}

    def _tags(self, arn: str) -> dict[str, Any]:
        tags: list[dict[str, Any]] = []
        with self._part("dynamodb:ListTagsOfResource", "its tags"):
            for page in self.client.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn):
                tags += [_only(each, "Key", "Value") for each in page.get("Tags") or ()]
        # The service's own tags say nothing about the design.
        own = [each for each in tags if not each["Key"].startswith("aws:")]
        return {"Tags": sorted(own, key=lambda each: str(each["Key"]))} if own else {}

    @contextlib.contextmanager
    def _part(self, action: str, what: str) -> Iterator[None]:
        """A part that may be denied, or that an engine may not know."""
        from botocore.exceptions import ClientError

        try:
            yield
        except ClientError as error:
            code = error_code(error)
            if code in ("AccessDenied", "AccessDeniedException"):
                self.notes.append(f"{what} is not known: {action} is denied")
            elif code in ("UnknownOperationException", "UnknownOperation", "NotImplemented"):
                self.notes.append(f"{what} is not known: the engine does not answer {action}")
            else:
                raise


def _billing(table: Mapping[str, Any]) -> dict[str, Any]:
    mode = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    found: dict[str, Any] = {"BillingMode": mode}
    if mode == "PROVISIONED":
        found["ProvisionedThroughput"] = _only(
            table["ProvisionedThroughput"], "ReadCapacityUnits", "WriteCapacityUnits"
        )
    return found | _on_demand(table)


def _on_demand(described: Mapping[str, Any]) -> dict[str, Any]:
    """The most request units; -1 stands for no limit."""
    limits = {name: units for name, units in (described.get("OnDemandThroughput") or {}).items() if units != -1}
    return {"OnDemandThroughput": limits} if limits else {}


def _indexes(table: Mapping[str, Any]) -> dict[str, Any]:
    provisioned = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED") == "PROVISIONED"
    found: dict[str, Any] = {}
    for section in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        indexes = [_index(each, provisioned and section.startswith("Global")) for each in table.get(section) or ()]
        if indexes:
            found[section] = sorted(indexes, key=lambda each: str(each["IndexName"]))
    return found


def _index(index: Mapping[str, Any], provisioned: bool) -> dict[str, Any]:
    projection = _only(index["Projection"], "ProjectionType")
    if names := index["Projection"].get("NonKeyAttributes"):
        projection["NonKeyAttributes"] = sorted(names)
    found = {"IndexName": index["IndexName"], "KeySchema": _key(index["KeySchema"]), "Projection": projection}
    if provisioned:
        found["ProvisionedThroughput"] = _only(
            index["ProvisionedThroughput"], "ReadCapacityUnits", "WriteCapacityUnits"
        )
    return found | _on_demand(index)


def _rest(table: Mapping[str, Any]) -> dict[str, Any]:
    """What DescribeTable tells of options; what a table has where a template says nothing is left out."""
    found: dict[str, Any] = {}
    if table.get("DeletionProtectionEnabled"):
        found["DeletionProtectionEnabled"] = True
    stream = table.get("StreamSpecification") or {}
    if stream.get("StreamEnabled"):
        found["StreamSpecification"] = _only(stream, "StreamViewType")
    table_class = (table.get("TableClassSummary") or {}).get("TableClass", "STANDARD")
    if table_class != "STANDARD":
        found["TableClass"] = table_class
    return found


def _key(schema: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_only(each, "AttributeName", "KeyType") for each in schema]


def _only(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}
