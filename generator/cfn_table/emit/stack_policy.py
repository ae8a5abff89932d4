"""The stack policy that keeps an update from replacing or deleting the table.

Source: CloudFormation user guide, "Prevent updates to stack resources".
"""

from __future__ import annotations

import json

from cfn_table.design.design import Design


def stack_policy(design: Design) -> str:
    """The stack policy as JSON text: everything may be updated, the table never replaced or deleted."""
    resource = f"LogicalResourceId/{design.logical_id}"
    policy = {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["Update:Replace", "Update:Delete"],
                "Resource": resource,
            },
        ]
    }
    return json.dumps(policy, indent=2) + "\n"
