"""What each access pattern sends to DynamoDB: keys, conditions and expressions, derived from the key templates."""

from cfn_table.design.requests.derive import derive, parameters
from cfn_table.design.requests.fields import TAKEN_BY
from cfn_table.design.requests.request import BATCHES, TRANSACTIONS, KeyCondition, Request, Underivable

__all__ = ["BATCHES", "TAKEN_BY", "TRANSACTIONS", "KeyCondition", "Request", "Underivable", "derive", "parameters"]
