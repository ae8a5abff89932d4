"""What each access pattern sends to DynamoDB: keys, conditions and expressions, derived from the key templates."""

from cfn_table.design.requests.calls import MOST_IN_BATCH, Inputs, Names, call_parameters, key_of_item, stored_item
from cfn_table.design.requests.derive import derive, parameters
from cfn_table.design.requests.fields import TAKEN_BY
from cfn_table.design.requests.request import BATCHES, TRANSACTIONS, KeyCondition, Request, Underivable

__all__ = [
    "BATCHES",
    "MOST_IN_BATCH",
    "TAKEN_BY",
    "TRANSACTIONS",
    "Inputs",
    "KeyCondition",
    "Names",
    "Request",
    "Underivable",
    "call_parameters",
    "derive",
    "key_of_item",
    "parameters",
    "stored_item",
]
