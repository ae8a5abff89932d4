"""Keys, and the indexes that have them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cfn_table.design.fields import (
    KNOWN_TO_APPLICATIONS,
    AttributeName,
    Bool,
    LogicalId,
    OneOrMore,
    ResourceName,
    choice,
    need_text,
    problem,
)
from cfn_table.design.model.base import Part
from cfn_table.design.model.capacity import OnDemandThroughput, ProvisionedThroughput, WarmThroughput
from cfn_table.design.model.table_fields import (
    Dimensions,
    InsightsMode,
    KeyType,
    RawProperties,
)
from cfn_table.design.suggest import shown


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
