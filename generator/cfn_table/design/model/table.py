"""The table and its indexes: all of AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable.

Meaning and limits of every field: AWS CloudFormation template reference, AWS::DynamoDB::Table, and the registry
schema that cfn-lint ships.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cfn_table.design.context import Parametric
from cfn_table.design.fields import (
    DEPLOY_TIME,
    KNOWN_TO_APPLICATIONS,
    AttributeName,
    Bool,
    DeployBool,
    DeployInt,
    DeployStr,
    LogicalId,
    OneOrMore,
    Region,
    ResourceName,
    Str,
    attribute_name,
    choice,
    deployable,
    need_text,
    problem,
    within,
)
from cfn_table.design.model.base import Part
from cfn_table.design.suggest import did_you_mean, shown

KeyType = Annotated[str, choice("string", "number", "binary"), WithJsonSchema({"enum": ["string", "number", "binary"]})]


def _insights(value: Any) -> str:
    text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else need_text(value)
    if text not in ("true", "false", "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"):
        raise problem(
            f"{shown(text)} is no mode of contributor insights",
            "use `true`, `ACCESSED_AND_THROTTLED_KEYS` or `THROTTLED_KEYS`",
        )
    return str(text)


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise problem("a mapping of CloudFormation property names is needed here", "write `{Name: value}`")
    from cfn_table.design.values import convert_json

    return {str(key): _plain(convert_json(item)) for key, item in value.items()}


def _plain(value: Any) -> Any:
    from decimal import Decimal

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


_KEY_ARN: Final = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_KEY_ALIAS: Final = re.compile(r"alias/[A-Za-z0-9/_-]+")


def _key_arn(value: Any) -> str:
    text = need_text(value)
    if not _KEY_ARN.fullmatch(text):
        raise problem(
            f"{shown(text)} is no ARN of a KMS key",
            "write the key's own ARN: policies must name the key, and a parameter cannot say that it is an alias",
        )
    return str(text)


def _kms_key(value: Any) -> Any:
    if isinstance(value, Parametric):
        return deployable(_key_arn).func(value)  # type: ignore[call-arg]
    text = need_text(value)
    if not _KEY_ARN.fullmatch(text) and not _KEY_ALIAS.fullmatch(text):
        raise problem(f"{shown(text)} is no customer KMS key", "write the key's ARN or `alias/NAME`")
    return str(text)


def _encryption(value: Any) -> Any:
    if isinstance(value, str) and value in ("aws_owned", "aws_managed"):
        return str(value)
    if isinstance(value, str) and value and not value.startswith(("arn:", "alias/")):
        hint = did_you_mean(value, ("aws_owned", "aws_managed"))
        raise problem(f"{shown(value)} is no encryption", f"{hint.rstrip('?')}, or a customer KMS key's ARN or alias")
    return _kms_key(value)


def _type_attribute(value: Any) -> str | None:
    return None if isinstance(value, str) and value == "none" else attribute_name(value)


Billing = Annotated[
    str | Parametric,
    deployable(choice("PAY_PER_REQUEST", "PROVISIONED").func),
    WithJsonSchema({"enum": ["PAY_PER_REQUEST", "PROVISIONED"], DEPLOY_TIME: True}),
]
_NO_REF = "DeletionPolicy and UpdateReplacePolicy take no Ref"
OnDelete = Annotated[
    str, choice("retain", "delete", fixed=_NO_REF), WithJsonSchema({"enum": ["retain", "delete"], DEPLOY_TIME: _NO_REF})
]
InsightsMode = Annotated[
    str,
    PlainValidator(_insights),
    WithJsonSchema(
        {
            "enum": [True, False, "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"],
            DEPLOY_TIME: "one word sets two properties, Enabled and Mode",
        }
    ),
]
View = Annotated[
    str,
    choice("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    WithJsonSchema({"enum": ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]}),
]
TableClass = Annotated[
    str | Parametric,
    deployable(choice("STANDARD", "STANDARD_INFREQUENT_ACCESS").func),
    WithJsonSchema({"enum": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"], DEPLOY_TIME: True}),
]
RawProperties = Annotated[
    dict[str, Any], PlainValidator(_properties), WithJsonSchema({"type": "object", DEPLOY_TIME: True})
]
Utilization = Annotated[
    int | float | Parametric,
    deployable(within(20, 90)),
    WithJsonSchema({"type": "number", "minimum": 20, "maximum": 90, DEPLOY_TIME: True}),
]
RecoveryDays = Annotated[
    int | Parametric,
    deployable(within(1, 35, whole=True)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 35, DEPLOY_TIME: True}),
]
KmsKey = Annotated[
    str | Parametric,
    PlainValidator(_kms_key),
    WithJsonSchema({"type": "string", "pattern": "^(arn:|alias/)", DEPLOY_TIME: True}),
]
Encryption = Annotated[
    str | Parametric,
    PlainValidator(_encryption),
    WithJsonSchema(
        {
            "anyOf": [{"enum": ["aws_owned", "aws_managed"]}, {"type": "string", "pattern": "^(arn:|alias/)"}],
            DEPLOY_TIME: True,
        }
    ),
]
Dimensions = Annotated[
    int, PlainValidator(within(1, 4096, whole=True)), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 4096})
]


class KeyAttribute(Part):
    """One attribute of a key."""

    short: ClassVar[str] = "name"
    fixed: ClassVar[str] = KNOWN_TO_APPLICATIONS

    name: AttributeName = Field(description="The attribute's name, such as `PK`.")
    type: KeyType | None = Field(
        default=None,
        description="Its DynamoDB type. By default what the entities' templates give: one that is a number placeholder "
        "makes a number, one binary placeholder a binary, everything else a string.",
    )


class Key(Part):
    """The key of a table or an index: `{partition: PK, sort: SK}`."""

    fixed: ClassVar[str] = KNOWN_TO_APPLICATIONS

    partition: Annotated[tuple[KeyAttribute, ...], OneOrMore()] = Field(
        description="The partition key: a name, `{name, type}`, or on a global index a list of up to four.",
        min_length=1,
    )
    sort: Annotated[tuple[KeyAttribute, ...], OneOrMore()] = Field(
        default=(), description="The sort key, written like the partition key; may be left out."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise problem("a key is a mapping", "write `{partition: PK, sort: SK}`")
        return raw

    @property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        """Partition attributes, then sort attributes."""
        return self.partition + self.sort

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes' names, in key order."""
        return tuple(attribute.name for attribute in self.attributes)


class Capacity(Part):
    """Provisioned capacity of one direction: a number, or a range that target tracking moves in."""

    short: ClassVar[str] = "units"

    units: DeployInt | None = Field(default=None, description="Fixed capacity units per second.")
    min: DeployInt | None = Field(
        default=None, description="Fewest units; with `max`, target-tracking auto scaling is on."
    )
    max: DeployInt | None = Field(default=None, description="Most units.")
    target_utilization: Utilization = Field(
        default=70, description="Consumed share of the provisioned units to aim at, 20 to 90 percent."
    )
    scale_in_cooldown: DeployInt | None = Field(default=None, description="Seconds between two reductions.")
    scale_out_cooldown: DeployInt | None = Field(default=None, description="Seconds between two increases.")

    @model_validator(mode="after")
    def _consistent(self) -> Capacity:
        if (self.min is None) != (self.max is None):
            raise problem("`min` and `max` go together", "add the other one")
        low = self.min if isinstance(self.min, int) else None
        high = self.max if isinstance(self.max, int) else None
        if low is not None and high is not None and low > high:
            raise problem(f"`min` {low} is above `max` {high}", "exchange them")
        if self.min is None and self.units is None:
            raise problem("capacity needs a number of units, or `min` and `max`", "write `5`, or `{min: 5, max: 100}`")
        if isinstance(self.units, int) and not (low or self.units) <= self.units <= (high or self.units):
            raise problem(
                "`units` is what scaling begins with and must lie between `min` and `max`",
                "leave it out to begin at `min`",
            )
        return self

    @property
    def scales(self) -> bool:
        """Whether target tracking moves the capacity."""
        return self.min is not None

    @property
    def initial(self) -> int | Parametric:
        """The units that the template states."""
        return self.units if self.units is not None else (self.min or 1)


class ProvisionedThroughput(Part):
    """Provisioned capacity of a table or an index."""

    read: Capacity = Field(description="Read capacity: a number of units, or `{min, max, target_utilization}`.")
    write: Capacity = Field(description="Write capacity, written like `read`.")


class OnDemandThroughput(Part):
    """Most request units per second of an on-demand table or index."""

    max_read: DeployInt | None = Field(default=None, description="Most read request units per second.")
    max_write: DeployInt | None = Field(default=None, description="Most write request units per second.")


class WarmThroughput(Part):
    """Units per second that the table or index serves at once, without warming up."""

    read: DeployInt | None = Field(default=None, description="Read units per second.")
    write: DeployInt | None = Field(default=None, description="Write units per second.")


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


def _projection(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, dict):
        if list(value) == ["include"] and isinstance(value["include"], list) and value["include"]:
            return tuple(str(need_text(name)) for name in value["include"])
        raise problem(
            "a projection that is a mapping has one field, `include`, with a list of attributes",
            "write `{include: [status]}`",
        )
    text = need_text(value)
    if text not in ("all", "keys_only"):
        raise problem(f"{shown(text)} is no projection", "use `all`, `keys_only` or `{include: [ATTRIBUTE]}`")
    return str(text)


Projection = Annotated[
    str | tuple[str, ...],
    PlainValidator(_projection),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["all", "keys_only"]},
                {
                    "type": "object",
                    "properties": {"include": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
                    "required": ["include"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Index(Part):
    """A global or local secondary index."""

    fixed: ClassVar[str] = "CloudFormation cannot change an existing index"

    name: ResourceName = Field(description="The index's name in DynamoDB.")
    id: LogicalId | None = Field(
        default=None, description="A stable name, used in access patterns and exports; by default the index's name."
    )
    key: Key = Field(description="The index's key. A local index has the table's partition key.")
    projection: Projection = Field(
        default="all", description="Attributes in the index: `all`, `keys_only` or `{include: [ATTRIBUTE]}`."
    )
    local: Bool = Field(
        default=False, description="Whether it is a local secondary index, which exists from the table's creation on."
    )
    provisioned_throughput: ProvisionedThroughput | None = Field(
        default=None, description="Provisioned capacity of a global index; by default the table's."
    )
    on_demand_throughput: OnDemandThroughput | None = Field(
        default=None, description="Most request units of a global index."
    )
    warm_throughput: WarmThroughput | None = Field(default=None, description="Warm throughput of a global index.")
    contributor_insights: InsightsMode | None = Field(
        default=None, description="Contributor insights of a global index."
    )
    extra_properties: RawProperties = Field(default={}, description="Further properties of the index, checked by lint.")

    @property
    def ref(self) -> str:
        """The name that access patterns and exports use."""
        return self.id or str(self.name)


class VectorIndex(Part):
    """A vector index, for similarity search."""

    fixed: ClassVar[str] = "CloudFormation cannot change an existing index"

    name: ResourceName = Field(description="The index's name in DynamoDB.")
    id: LogicalId | None = Field(default=None, description="A stable name for the export; by default the index's name.")
    attribute: AttributeName = Field(description="The attribute that holds the vectors.")
    dimensions: Dimensions = Field(description="Length of the vectors, 1 to 4096.")
    distance: Annotated[
        str,
        choice("COSINE", "DOT_PRODUCT", "EUCLIDEAN"),
        WithJsonSchema({"enum": ["COSINE", "DOT_PRODUCT", "EUCLIDEAN"]}),
    ] = Field(description="The distance function.")
    projection: Projection = Field(default="all", description="Attributes in the index.")
    partition: AttributeName | None = Field(
        default=None, description="Attribute that a search is limited to one value of."
    )
    filters: tuple[AttributeName, ...] = Field(default=(), description="Attributes that a search can filter by.")

    @property
    def ref(self) -> str:
        """The name that the export uses."""
        return self.id or str(self.name)


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
