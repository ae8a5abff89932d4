"""The table and its indexes: all of AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable.

Meaning and limits of every field: AWS CloudFormation template reference, AWS::DynamoDB::Table, and the registry
schema that cfn-lint ships.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, WithJsonSchema

from cfn_table.design.fields import (
    DEPLOY_TIME,
    KNOWN_TO_APPLICATIONS,
    AttributeName,
    Bool,
    DeployBool,
    DeployStr,
    LogicalId,
    Region,
    ResourceName,
    Str,
    attribute_name,
    choice,
    need_text,
)
from cfn_table.design.model.base import Part
from cfn_table.design.model.capacity import Capacity, OnDemandThroughput, ProvisionedThroughput, WarmThroughput
from cfn_table.design.model.indexes import Key
from cfn_table.design.model.table_fields import (
    Billing,
    Encryption,
    InsightsMode,
    KmsKey,
    OnDelete,
    RawProperties,
    RecoveryDays,
    TableClass,
    View,
)


class PointInTimeRecovery(Part):
    """Continuous backups."""

    short: ClassVar[str] = "enabled"

    enabled: DeployBool = Field(default=True, description="Whether backups are taken.")
    recovery_period_days: RecoveryDays | None = Field(
        default=None, description="Days that can be restored, 1 to 35; 35 by default."
    )


class Stream(Part):
    """A DynamoDB stream."""

    short: ClassVar[str] = "view"
    fixed: ClassVar[str] = "another view makes a new stream, whose ARN other stacks may import"

    view: View = Field(description="What a record holds: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES.")
    resource_policy: tuple[RawProperties, ...] = Field(
        default=(), description="Statements of the stream's resource policy, as IAM writes them."
    )
    tags: dict[str, DeployStr] = Field(default={}, description="The stream's tags.")


class KinesisStream(Part):
    """A Kinesis data stream that receives the table's changes."""

    short: ClassVar[str] = "arn"
    fixed: ClassVar[str] = "programs that read the records rely on it"

    arn: DeployStr = Field(description="The data stream's ARN.")
    precision: (
        Annotated[str, choice("MICROSECOND", "MILLISECOND"), WithJsonSchema({"enum": ["MICROSECOND", "MILLISECOND"]})]
        | None
    ) = Field(default=None, description="Precision of the records' creation time.")


class ImportSource(Part):
    """Data in S3 that a new table is filled from; a change of it replaces the table."""

    fixed: ClassVar[str] = "a deployment with another value would replace the table"

    bucket: Str = Field(description="Name of the S3 bucket.")
    prefix: Str | None = Field(default=None, description="Key prefix of the files.")
    bucket_owner: Str | None = Field(default=None, description="Account that owns the bucket.")
    format: Annotated[
        str, choice("CSV", "DYNAMODB_JSON", "ION"), WithJsonSchema({"enum": ["CSV", "DYNAMODB_JSON", "ION"]})
    ] = Field(description="Format of the files.")
    compression: (
        Annotated[str, choice("GZIP", "NONE", "ZSTD"), WithJsonSchema({"enum": ["GZIP", "NONE", "ZSTD"]})] | None
    ) = Field(default=None, description="Compression of the files.")
    csv_delimiter: Str | None = Field(default=None, description="Delimiter of CSV files.")
    csv_header: tuple[Str, ...] = Field(default=(), description="Column names of CSV files without a header line.")


class Replica(Part):
    """One Region of a global table; what is left out is as in the table."""

    short: ClassVar[str] = "region"
    fixed: ClassVar[str] = "a replica is a part of the template's structure"

    region: Region = Field(description="The replica's Region.")
    point_in_time_recovery: PointInTimeRecovery | None = Field(
        default=None, description="Continuous backups of this replica."
    )
    deletion_protection: DeployBool | None = Field(default=None, description="Deletion protection of this replica.")
    table_class: TableClass | None = Field(default=None, description="Table class of this replica.")
    contributor_insights: InsightsMode | None = Field(default=None, description="Contributor insights of this replica.")
    kms_key: KmsKey | None = Field(default=None, description="ARN of the customer KMS key in this Region.")
    kinesis_stream: KinesisStream | None = Field(default=None, description="Kinesis data stream in this Region.")
    read: Capacity | None = Field(default=None, description="Provisioned read capacity of this replica.")
    tags: dict[str, DeployStr] = Field(default={}, description="Tags of this replica, beside the table's.")
    extra_properties: RawProperties = Field(default={}, description="Further properties of ReplicaSpecification.")


def _type_attribute(value: Any) -> str | None:
    return None if isinstance(value, str) and value == "none" else attribute_name(value)


class Table(Part):
    """The one table of the design."""

    logical_id: LogicalId | None = Field(
        default=None,
        description="The resource's logical id; by default the design's name in PascalCase and `Table`. "
        "Renaming it replaces the table.",
    )
    name: ResourceName | None = Field(
        default=None, description="The table's name; by default CloudFormation makes one from the stack's name."
    )
    key: Key = Field(description="The table's key.")
    type_attribute: Annotated[
        str | None,
        PlainValidator(_type_attribute),
        WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255}),
    ] = Field(
        default=None,
        description="The attribute that tells entities apart, or `none`.",
        json_schema_extra={DEPLOY_TIME: KNOWN_TO_APPLICATIONS},
    )
    delimiter: Annotated[str, PlainValidator(lambda v: str(need_text(v))), WithJsonSchema({"type": "string"})] = Field(
        default="#",
        description="The text that joins the parts of a key; no string may hold it unless its pattern says so.",
        json_schema_extra={DEPLOY_TIME: KNOWN_TO_APPLICATIONS},
    )
    billing: Billing = Field(
        default="PAY_PER_REQUEST", description="PAY_PER_REQUEST or PROVISIONED. A parameter makes Conditions."
    )
    provisioned_throughput: ProvisionedThroughput | None = Field(
        default=None, description="Provisioned capacity, for PROVISIONED billing."
    )
    on_demand_throughput: OnDemandThroughput | None = Field(
        default=None, description="Most request units, for PAY_PER_REQUEST billing."
    )
    warm_throughput: WarmThroughput | None = Field(default=None, description="Warm throughput.")
    point_in_time_recovery: PointInTimeRecovery | None = Field(
        default=None, description="`true`, `false`, or `{enabled, recovery_period_days}`."
    )
    deletion_protection: DeployBool | None = Field(
        default=None, description="Whether DynamoDB refuses to delete the table."
    )
    encryption: Encryption = Field(
        default="aws_owned",
        description="`aws_owned`, `aws_managed`, or the ARN or alias of a customer KMS key; a parameter holds an ARN.",
    )
    table_class: TableClass | None = Field(default=None, description="STANDARD or STANDARD_INFREQUENT_ACCESS.")
    contributor_insights: InsightsMode | None = Field(
        default=None, description="`true` or a mode of CloudWatch contributor insights."
    )
    on_delete: OnDelete = Field(
        default="retain", description="What happens to the data when the stack or the resource is removed."
    )
    on_replace: OnDelete | None = Field(
        default=None, description="What happens to the old table when an update replaces it; by default as `on_delete`."
    )
    time_to_live: AttributeName | None = Field(
        default=None,
        description="The attribute that holds the expiry time, in seconds since 1970.",
        json_schema_extra={DEPLOY_TIME: KNOWN_TO_APPLICATIONS},
    )
    stream: Stream | None = Field(
        default=None, description="A DynamoDB stream: a view type, or `{view, resource_policy, tags}`."
    )
    kinesis_stream: KinesisStream | None = Field(
        default=None, description="A Kinesis data stream: its ARN, or `{arn, precision}`."
    )
    require_tls: Bool = Field(
        default=False,
        description="Refuse requests without TLS, by a statement in the table's resource policy.",
        json_schema_extra={DEPLOY_TIME: "it decides whether the template has the statement"},
    )
    resource_policy: tuple[RawProperties, ...] = Field(
        default=(),
        description="Further statements of the table's resource policy, as IAM writes them; Resource is `*`.",
    )
    import_source: ImportSource | None = Field(default=None, description="Data in S3 to fill a new table from.")
    tags: dict[str, DeployStr] = Field(default={}, description="Tags of the table, beside the design's.")
    replicas: tuple[Replica, ...] = Field(
        default=(),
        description="Regions of a global table, the deploying Region among them; makes an AWS::DynamoDB::GlobalTable.",
    )
    consistency: (
        Annotated[str, choice("EVENTUAL", "STRONG"), WithJsonSchema({"enum": ["EVENTUAL", "STRONG"]})] | None
    ) = Field(
        default=None,
        description="Consistency between the Regions of a global table.",
        json_schema_extra={DEPLOY_TIME: "it cannot change after the table was created"},
    )
    witness: Region | None = Field(
        default=None,
        description="Witness Region of a global table with STRONG consistency.",
        json_schema_extra={DEPLOY_TIME: "it cannot change after the table was created"},
    )
    extra_properties: RawProperties = Field(
        default={},
        description="Properties that the design language has no word for, as CloudFormation writes them; linted.",
    )
