"""The resource policy of a table names actions of DynamoDB that exist.

Why: IAM accepts a Deny of an action that it does not know, and then nothing is denied.

Example:
    ResourcePolicy:
      PolicyDocument:
        Statement: [{Effect: Deny, Principal: '*', Action: 'dynamodb:DeleteItems', Resource: '*'}]

Use instead: `dynamodb:DeleteItem`, or `dynamodb:Delete*` for all that begin so.

Known problems: the actions are those that the installed cfn-lint knows; cfn-lint checks the policies of identities
itself (W3037).

Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB".
"""

from __future__ import annotations

import fnmatch
import functools
import json
from collections.abc import Iterator
from importlib.resources import files

from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity
from cfn_table.lint.rules._view import Problem, TemplateView, each

NAME = "dynamodb-actions-exist"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each action that no request has."""
    for policy in template.policies():
        for path, statement in policy.statements() if policy.of_table else ():
            for element in ("Action", "NotAction"):
                for place, action in each(statement.get(element), (*path, element)):
                    if isinstance(action, str) and action != "*" and not _exists(action):
                        service, _, name = action.partition(":")
                        is_ours = service.lower() == "dynamodb"
                        yield Problem(
                            place,
                            f"`{action}` is no action of DynamoDB",
                            did_you_mean(name, _spelled()) if is_ours else "a table takes actions of DynamoDB only",
                            at_value=True,
                        )


def _exists(action: str) -> bool:
    service, _, name = action.lower().partition(":")
    return service == "dynamodb" and (name == "*" or any(fnmatch.filter(_known(), name)))


@functools.cache
def _known() -> tuple[str, ...]:
    """All actions in lower case, from the data that cfn-lint carries."""
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["dynamodb"]["Actions"])


def _spelled() -> list[str]:
    """All actions as people write them."""
    import awacs.dynamodb  # loaded for this advice only

    spelled = {name.lower(): name for name in vars(awacs.dynamodb)}
    return [spelled.get(name, name) for name in _known()]
