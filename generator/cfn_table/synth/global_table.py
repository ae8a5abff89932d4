"""The table's resource when a design names replicas: AWS::DynamoDB::GlobalTable.

Resource policy, point-in-time recovery, table class, deletion protection, insights, read capacity, tags and customer
keys live per replica there (template reference, AWS::DynamoDB::GlobalTable).
"""

from __future__ import annotations

from typing import Any

from troposphere import dynamodb

from cfn_table.design.design import Design
from cfn_table.design.model import Capacity, Index, Replica, Table
from cfn_table.synth.conditions import billing_of
from cfn_table.synth.table import (
    attribute_definitions,
    contributor_insights,
    key_schema,
    kinesis_stream,
    local_index,
    point_in_time_recovery,
    policy_word,
    projection,
    resource_policy,
    resource_policy_statements,
    stream_specification,
    time_to_live,
    vector_indexes,
    warm_throughput,
)
from cfn_table.synth.values import tags_of, to_template, when


def global_table_resource(design: Design) -> dynamodb.GlobalTable:
    """The AWS::DynamoDB::GlobalTable that the design describes."""
    table = design.file.table
    properties: dict[str, Any] = {}
    if table.name is not None:
        properties["TableName"] = to_template(table.name)
    properties["BillingMode"] = to_template(table.billing)
    properties |= _throughput(design, table)
    properties["AttributeDefinitions"] = attribute_definitions(design)
    properties["KeySchema"] = key_schema(table.key)
    globals_ = [index for index in design.indexes.values() if not index.local]
    local = [index for index in design.indexes.values() if index.local]
    if globals_:
        properties["GlobalSecondaryIndexes"] = [_global_index(design, index) for index in globals_]
    if local:
        properties["LocalSecondaryIndexes"] = [local_index(index) for index in local]
    if design.file.vector_indexes:
        properties["VectorIndexes"] = vector_indexes(design)
    if table.time_to_live is not None:
        properties["TimeToLiveSpecification"] = time_to_live(table.time_to_live)
    if table.encryption != "aws_owned" or any(replica.kms_key is not None for replica in table.replicas):
        properties["SSESpecification"] = dynamodb.GlobalTableSSESpecification(SSEEnabled=True, SSEType="KMS")
    stream = table.stream
    if stream is not None:
        properties["StreamSpecification"] = dynamodb.StreamSpecification(StreamViewType=stream.view)
    elif len(table.replicas) > 1:
        # Replication needs it: "you must provide this property if you have more than one replica" (template reference).
        properties["StreamSpecification"] = dynamodb.StreamSpecification(StreamViewType="NEW_AND_OLD_IMAGES")
    if table.consistency is not None:
        properties["MultiRegionConsistency"] = table.consistency
    if table.witness is not None:
        properties["GlobalTableWitnesses"] = [dynamodb.GlobalTableWitness(Region=table.witness)]
    properties["Replicas"] = [
        _replica(design, replica) for replica in sorted(table.replicas, key=lambda each: each.region)
    ]
    resource = dynamodb.GlobalTable(design.logical_id, **properties)
    resource.DeletionPolicy = policy_word(table.on_delete)
    resource.UpdateReplacePolicy = policy_word(table.on_replace or table.on_delete)
    return resource


def _global_index(design: Design, index: Index) -> dynamodb.GlobalTableGlobalSecondaryIndex:
    properties: dict[str, Any] = {
        "IndexName": to_template(index.name),
        "KeySchema": key_schema(index.key),
        "Projection": projection(index.projection),
    }
    properties |= _throughput(design, index)
    return dynamodb.GlobalTableGlobalSecondaryIndex(**properties)


def _throughput(design: Design, of: Table | Index) -> dict[str, Any]:
    """What is read and written at most; the table's capacity is that of an index that states none."""
    billing = billing_of(design)
    provisioned = of.provisioned_throughput or design.file.table.provisioned_throughput
    properties: dict[str, Any] = {}
    if billing.provisioned and provisioned is not None:
        properties["WriteProvisionedThroughputSettings"] = when(
            billing.when_provisioned, _write_settings(provisioned.write)
        )
    limits = of.on_demand_throughput
    if billing.on_demand and limits is not None and limits.max_write is not None:
        properties["WriteOnDemandThroughputSettings"] = when(
            billing.when_on_demand,
            dynamodb.WriteOnDemandThroughputSettings(MaxWriteRequestUnits=to_template(limits.max_write)),
        )
    if billing.on_demand and limits is not None and limits.max_read is not None:
        properties["ReadOnDemandThroughputSettings"] = when(
            billing.when_on_demand,
            dynamodb.ReadOnDemandThroughputSettings(MaxReadRequestUnits=to_template(limits.max_read)),
        )
    if of.warm_throughput is not None:
        properties["WarmThroughput"] = warm_throughput(of.warm_throughput)
    return properties


def _scaling(capacity: Capacity) -> dynamodb.CapacityAutoScalingSettings:
    """Target tracking; a fixed capacity is a range of one, since a global table's writes always scale."""
    tracking: dict[str, Any] = {"TargetValue": to_template(capacity.target_utilization)}
    if capacity.scale_in_cooldown is not None:
        tracking["ScaleInCooldown"] = to_template(capacity.scale_in_cooldown)
    if capacity.scale_out_cooldown is not None:
        tracking["ScaleOutCooldown"] = to_template(capacity.scale_out_cooldown)
    properties: dict[str, Any] = {
        "MinCapacity": to_template(capacity.initial if capacity.min is None else capacity.min),
        "MaxCapacity": to_template(capacity.initial if capacity.max is None else capacity.max),
        "TargetTrackingScalingPolicyConfiguration": dynamodb.TargetTrackingScalingPolicyConfiguration(**tracking),
    }
    if capacity.scales and capacity.units is not None:
        properties["SeedCapacity"] = to_template(capacity.units)
    return dynamodb.CapacityAutoScalingSettings(**properties)


def _write_settings(capacity: Capacity) -> dynamodb.WriteProvisionedThroughputSettings:
    return dynamodb.WriteProvisionedThroughputSettings(WriteCapacityAutoScalingSettings=_scaling(capacity))


def _read_settings(capacity: Capacity) -> dynamodb.ReadProvisionedThroughputSettings:
    if capacity.scales:
        return dynamodb.ReadProvisionedThroughputSettings(ReadCapacityAutoScalingSettings=_scaling(capacity))
    return dynamodb.ReadProvisionedThroughputSettings(ReadCapacityUnits=to_template(capacity.initial))


def _replica(design: Design, replica: Replica) -> dynamodb.ReplicaSpecification:
    table = design.file.table
    billing = billing_of(design)
    properties: dict[str, Any] = {"Region": replica.region}
    recovery = replica.point_in_time_recovery or table.point_in_time_recovery
    if recovery is not None:
        properties["PointInTimeRecoverySpecification"] = point_in_time_recovery(recovery)
    protection = table.deletion_protection if replica.deletion_protection is None else replica.deletion_protection
    if protection is not None:
        properties["DeletionProtectionEnabled"] = to_template(protection)
    if table_class := replica.table_class or table.table_class:
        properties["TableClass"] = to_template(table_class)
    if insights := replica.contributor_insights or table.contributor_insights:
        properties["ContributorInsightsSpecification"] = contributor_insights(insights)
    key = replica.kms_key or (table.encryption if table.encryption not in ("aws_owned", "aws_managed") else None)
    if key is not None:
        properties["SSESpecification"] = dynamodb.ReplicaSSESpecification(KMSMasterKeyId=to_template(key))
    if stream := replica.kinesis_stream or table.kinesis_stream:
        properties["KinesisStreamSpecification"] = kinesis_stream(stream)
    if table.stream is not None and (table.stream.resource_policy or table.stream.tags):
        whole = stream_specification(table.stream)
        properties["ReplicaStreamSpecification"] = dynamodb.ReplicaStreamSpecification(
            **{name: value for name, value in whole.properties.items() if name != "StreamViewType"}
        )
    statements = resource_policy_statements(design)
    if statements:
        properties["ResourcePolicy"] = resource_policy(statements)
    read = replica.read or (table.provisioned_throughput.read if table.provisioned_throughput is not None else None)
    if billing.provisioned and read is not None:
        properties["ReadProvisionedThroughputSettings"] = when(billing.when_provisioned, _read_settings(read))
    indexes = [
        each for each in (_replica_index(design, index) for index in design.indexes.values() if not index.local) if each
    ]
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    tags = tags_of(design.file.tags, table.tags, replica.tags)
    if tags.tags:
        properties["Tags"] = tags
    return dynamodb.ReplicaSpecification(**properties)


def _replica_index(design: Design, index: Index) -> dynamodb.ReplicaGlobalSecondaryIndexSpecification | None:
    billing = billing_of(design)
    properties: dict[str, Any] = {}
    provisioned = index.provisioned_throughput or design.file.table.provisioned_throughput
    if billing.provisioned and provisioned is not None:
        properties["ReadProvisionedThroughputSettings"] = when(
            billing.when_provisioned, _read_settings(provisioned.read)
        )
    if index.contributor_insights is not None:
        properties["ContributorInsightsSpecification"] = contributor_insights(index.contributor_insights)
    if not properties:
        return None
    return dynamodb.ReplicaGlobalSecondaryIndexSpecification(IndexName=to_template(index.name), **properties)
