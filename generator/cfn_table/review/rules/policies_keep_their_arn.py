"""A managed policy keeps its name, path and description.

Why: each of them makes CloudFormation replace the policy. Its ARN changes: whoever attached the old one by its ARN has
it still, for IAM does not delete what is attached, but what the policy says from now on does not reach them. With a
fixed name the update is refused.

Example:
    Description: Reads users (version 2)    # was "Reads users"

Use instead: put words that change into the resource's Metadata, which nothing depends on.

Known problems: none.

Source: registry schema of AWS::IAM::ManagedPolicy, createOnlyProperties; user guide, "Custom names"; IAM API
reference, DeletePolicy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.pair import Pair
from cfn_table.review.rules._replaced import replaced

NAME: Final = "policies-keep-their-arn"
TYPE: Final = "AWS::IAM::ManagedPolicy"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each managed policy that is replaced."""
    yield from replaced(
        pair,
        NAME,
        lambda kind, _: kind == TYPE,
        wanted="keep it; whoever has the policy attached must attach the new one",
        kept="keep it, or give the policy another name, which whoever has it attached must follow",
    )
