"""What IAM policies mean: whether a request is allowed, and which requests one policy allows and another does not."""

from cfn_table.access.compare import Comparison, Difference, Relation, compare
from cfn_table.access.evaluate import Decision, Outcome, evaluate
from cfn_table.access.policy import Effect, Policy, Statement
from cfn_table.access.request import Request

__all__ = [
    "Comparison",
    "Decision",
    "Difference",
    "Effect",
    "Outcome",
    "Policy",
    "Relation",
    "Request",
    "Statement",
    "compare",
    "evaluate",
]
