"""The table's resource: AWS::DynamoDB::Table."""

from __future__ import annotations

from typing import Any

from troposphere import dynamodb

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.model import Index, Key, PointInTimeRecovery, Table, VectorIndex
from cfn_table.design.model.capacity import OnDemandThroughput, ProvisionedThroughput, WarmThroughput
from cfn_table.design.model.table import ImportSource, KinesisStream, Stream
from cfn_table.synth.conditions import billing_of
from cfn_table.synth.values import tags_of, to_template, when


def table_resource(design: Design) -> dynamodb.Table:
    """The AWS::DynamoDB::Table that the design describes."""
    table = design.file.table
    properties: dict[str, Any] = {}
    if table.name is not None:
        properties["TableName"] = to_template(table.name)
    properties["BillingMode"] = to_template(table.billing)
    properties |= _throughput(design, table)
    if table.table_class is not None:
        properties["TableClass"] = to_template(table.table_class)
    properties["AttributeDefinitions"] = attribute_definitions(design)
    properties["KeySchema"] = key_schema(table.key)
    local = [index for index in design.indexes.values() if index.local]
    globals_ = [index for index in design.indexes.values() if not index.local]
    if globals_:
        properties["GlobalSecondaryIndexes"] = [_global_index(design, index) for index in globals_]
    if local:
        properties["LocalSecondaryIndexes"] = [local_index(index) for index in local]
    if design.file.vector_indexes:
        properties["VectorIndexes"] = vector_indexes(design)
    if table.time_to_live is not None:
        properties["TimeToLiveSpecification"] = time_to_live(table.time_to_live)
    if table.point_in_time_recovery is not None:
        properties["PointInTimeRecoverySpecification"] = point_in_time_recovery(table.point_in_time_recovery)
    if table.deletion_protection is not None:
        properties["DeletionProtectionEnabled"] = to_template(table.deletion_protection)
    encryption = _encryption(table.encryption)
    if encryption is not None:
        properties["SSESpecification"] = encryption
    if table.contributor_insights is not None:
        properties["ContributorInsightsSpecification"] = contributor_insights(table.contributor_insights)
    if table.stream is not None:
        properties["StreamSpecification"] = stream_specification(table.stream)
    if table.kinesis_stream is not None:
        properties["KinesisStreamSpecification"] = kinesis_stream(table.kinesis_stream)
    statements = resource_policy_statements(design)
    if statements:
        properties["ResourcePolicy"] = resource_policy(statements)
    if table.import_source is not None:
        properties["ImportSourceSpecification"] = import_source(table.import_source)
    tags = tags_of(design.file.tags, table.tags)
    if tags.tags:
        properties["Tags"] = tags
    resource = dynamodb.Table(design.logical_id, **properties)
    resource.DeletionPolicy = policy_word(table.on_delete)
    resource.UpdateReplacePolicy = policy_word(table.on_replace or table.on_delete)
    return resource


def policy_word(choice: str) -> str:
    """DeletionPolicy's word for `retain` or `delete`."""
    return {"retain": "Retain", "delete": "Delete"}[choice]


def attribute_definitions(design: Design) -> list[dynamodb.AttributeDefinition]:
    """One definition per key attribute, the table's first, then the indexes' in the order of their ids."""
    return [
        dynamodb.AttributeDefinition(AttributeName=name, AttributeType=design.key_types[name])
        for name in design.key_attributes
    ]


def key_schema(key: Key) -> list[dynamodb.KeySchema]:
    """HASH elements, then RANGE elements: DynamoDB refuses any other order."""
    return [dynamodb.KeySchema(AttributeName=attribute.name, KeyType="HASH") for attribute in key.partition] + [
        dynamodb.KeySchema(AttributeName=attribute.name, KeyType="RANGE") for attribute in key.sort
    ]


def projection(value: str | tuple[str, ...]) -> dynamodb.Projection:
    """The projection of an index; projected attributes are sorted."""
    if isinstance(value, tuple):
        return dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=sorted(value))
    return dynamodb.Projection(ProjectionType=value.upper())


def _global_index(design: Design, index: Index) -> dynamodb.GlobalSecondaryIndex:
    properties: dict[str, Any] = {
        "IndexName": to_template(index.name),
        "KeySchema": key_schema(index.key),
        "Projection": projection(index.projection),
    }
    properties |= _throughput(design, index)
    if index.contributor_insights is not None:
        properties["ContributorInsightsSpecification"] = contributor_insights(index.contributor_insights)
    return dynamodb.GlobalSecondaryIndex(**properties)


def _throughput(design: Design, of: Table | Index) -> dict[str, Any]:
    """What is read and written at most; the table's capacity is that of an index that states none."""
    billing = billing_of(design)
    provisioned = of.provisioned_throughput or design.file.table.provisioned_throughput
    properties: dict[str, Any] = {}
    if billing.provisioned and provisioned is not None:
        properties["ProvisionedThroughput"] = when(billing.when_provisioned, provisioned_throughput(provisioned))
    if billing.on_demand and of.on_demand_throughput is not None:
        properties["OnDemandThroughput"] = when(billing.when_on_demand, on_demand_throughput(of.on_demand_throughput))
    if of.warm_throughput is not None:
        properties["WarmThroughput"] = warm_throughput(of.warm_throughput)
    return properties


def local_index(index: Index) -> dynamodb.LocalSecondaryIndex:
    """A local secondary index."""
    return dynamodb.LocalSecondaryIndex(
        IndexName=to_template(index.name), KeySchema=key_schema(index.key), Projection=projection(index.projection)
    )


def vector_indexes(design: Design) -> list[dynamodb.VectorIndex]:
    """The vector indexes, in the order of their ids."""
    return [_vector_index(index) for index in sorted(design.file.vector_indexes, key=lambda each: each.ref)]


def _vector_index(index: VectorIndex) -> dynamodb.VectorIndex:
    properties: dict[str, Any] = {
        "IndexName": to_template(index.name),
        "VectorAttribute": dynamodb.VectorAttribute(AttributeName=index.attribute),
        "Dimensions": index.dimensions,
        "DistanceFunction": index.distance,
        "Projection": projection(index.projection),
    }
    schema = [("HASH", index.partition)] if index.partition else []
    schema += [("INLINE_FILTER", name) for name in sorted(index.filters)]
    if schema:
        properties["SearchSchema"] = [
            dynamodb.SearchSchemaElement(AttributeName=name, SearchSchemaElementType=kind) for kind, name in schema
        ]
    return dynamodb.VectorIndex(**properties)


def provisioned_throughput(value: ProvisionedThroughput) -> dynamodb.ProvisionedThroughput:
    """The capacity that the template states; auto scaling starts from it."""
    return dynamodb.ProvisionedThroughput(
        ReadCapacityUnits=to_template(value.read.initial), WriteCapacityUnits=to_template(value.write.initial)
    )


def on_demand_throughput(value: OnDemandThroughput) -> dynamodb.OnDemandThroughput:
    """The most request units per second."""
    limits = {"MaxReadRequestUnits": value.max_read, "MaxWriteRequestUnits": value.max_write}
    return dynamodb.OnDemandThroughput(
        **{name: to_template(units) for name, units in limits.items() if units is not None}
    )


def warm_throughput(value: WarmThroughput) -> dynamodb.WarmThroughput:
    """The warm throughput."""
    units = {"ReadUnitsPerSecond": value.read, "WriteUnitsPerSecond": value.write}
    return dynamodb.WarmThroughput(**{name: to_template(each) for name, each in units.items() if each is not None})


def time_to_live(attribute: str) -> dynamodb.TimeToLiveSpecification:
    """Expiry by `attribute`."""
    return dynamodb.TimeToLiveSpecification(AttributeName=attribute, Enabled=True)


def point_in_time_recovery(value: PointInTimeRecovery) -> dynamodb.PointInTimeRecoverySpecification:
    """Continuous backups."""
    properties = {"PointInTimeRecoveryEnabled": to_template(value.enabled)}
    if value.recovery_period_days is not None:
        properties["RecoveryPeriodInDays"] = to_template(value.recovery_period_days)
    return dynamodb.PointInTimeRecoverySpecification(**properties)


def _encryption(value: str | Parametric) -> dynamodb.SSESpecification | None:
    """SSESpecification; none for the AWS-owned key, which is what DynamoDB uses when nothing is said."""
    if value == "aws_owned":
        return None
    if value == "aws_managed":
        return dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS")
    return dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=to_template(value))


def contributor_insights(mode: str) -> dynamodb.ContributorInsightsSpecification:
    """Contributor insights, on or off or in a mode."""
    if mode in ("true", "false"):
        return dynamodb.ContributorInsightsSpecification(Enabled=mode == "true")
    return dynamodb.ContributorInsightsSpecification(Enabled=True, Mode=mode)


def stream_specification(stream: Stream) -> dynamodb.StreamSpecification:
    """The DynamoDB stream."""
    properties: dict[str, Any] = {"StreamViewType": stream.view}
    if stream.resource_policy:
        properties["ResourcePolicy"] = resource_policy([to_template(each) for each in stream.resource_policy])
    if stream.tags:
        properties["Tags"] = tags_of(stream.tags)
    return dynamodb.StreamSpecification(**properties)


def kinesis_stream(value: KinesisStream) -> dynamodb.KinesisStreamSpecification:
    """The Kinesis data stream that receives changes."""
    properties: dict[str, Any] = {"StreamArn": to_template(value.arn)}
    if value.precision is not None:
        properties["ApproximateCreationDateTimePrecision"] = value.precision
    return dynamodb.KinesisStreamSpecification(**properties)


def resource_policy_statements(design: Design) -> list[dict[str, Any]]:
    """The statements of the table's resource policy.

    A statement cannot name its own table (`GetAtt` of itself is circular), so Resource is `*`: in a resource policy
    that means the resource that it is attached to.
    """
    statements: list[dict[str, Any]] = []
    if design.file.table.require_tls:
        statements.append(
            {
                "Sid": "RequireTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "dynamodb:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        )
    statements += [{"Resource": "*", **to_template(statement)} for statement in design.file.table.resource_policy]
    return statements


def resource_policy(statements: list[dict[str, Any]]) -> dynamodb.ResourcePolicy:
    """A resource policy with these statements."""
    return dynamodb.ResourcePolicy(PolicyDocument={"Version": "2012-10-17", "Statement": statements})


def import_source(value: ImportSource) -> dynamodb.ImportSourceSpecification:
    """The data that a new table is filled from."""
    bucket: dict[str, Any] = {"S3Bucket": value.bucket}
    if value.bucket_owner is not None:
        bucket["S3BucketOwner"] = value.bucket_owner
    if value.prefix is not None:
        bucket["S3KeyPrefix"] = value.prefix
    properties: dict[str, Any] = {"InputFormat": value.format, "S3BucketSource": dynamodb.S3BucketSource(**bucket)}
    if value.compression is not None:
        properties["InputCompressionType"] = value.compression
    csv: dict[str, Any] = {}
    if value.csv_delimiter is not None:
        csv["Delimiter"] = value.csv_delimiter
    if value.csv_header:
        csv["HeaderList"] = list(value.csv_header)
    if csv:
        properties["InputFormatOptions"] = dynamodb.InputFormatOptions(Csv=dynamodb.Csv(**csv))
    return dynamodb.ImportSourceSpecification(**properties)
