"""The design language as pydantic models: the one place that says which fields there are and what they take."""

from cfn_table.design.model.base import Part
from cfn_table.design.model.capacity import Capacity, ProvisionedThroughput
from cfn_table.design.model.design import Alarms, DesignFile, Grant, IncludedFile, PolicyFile
from cfn_table.design.model.entities import Attribute, Entity
from cfn_table.design.model.indexes import Index, Key, KeyAttribute, VectorIndex
from cfn_table.design.model.patterns import AccessPattern, PatternBase, SortKey, Test, TransactionPart
from cfn_table.design.model.table import PointInTimeRecovery, Replica, Table

__all__ = [
    "AccessPattern",
    "Alarms",
    "Attribute",
    "Capacity",
    "DesignFile",
    "Entity",
    "Grant",
    "IncludedFile",
    "Index",
    "Key",
    "KeyAttribute",
    "Part",
    "PatternBase",
    "PointInTimeRecovery",
    "PolicyFile",
    "ProvisionedThroughput",
    "Replica",
    "SortKey",
    "Table",
    "Test",
    "TransactionPart",
    "VectorIndex",
]
