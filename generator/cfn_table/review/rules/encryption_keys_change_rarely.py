"""A table keeps the kind of its encryption key.

Why: changing it encrypts the table anew, for which the template reference announces some interruptions. DynamoDB takes
four changes in 24 hours. Who reads the table with a customer key needs permission for the key.

Example:
    SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: alias/tables}   # was the key of DynamoDB

Use instead: nothing, if it is meant; not together with other changes of the table.

Known problems: none.

Source: template reference, AWS::DynamoDB::Table "SSESpecification" (some interruptions); service quotas, "Encryption
at rest".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.review.change import Change, Effect
from cfn_table.review.pair import Pair
from cfn_table.review.rules._made import step
from cfn_table.review.rules._settings import Setting, changed_settings
from cfn_table.review.values import Value

NAME: Final = "encryption-keys-change-rarely"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table, or replica, of which it is another."""
    for each in changed_settings(pair, "SSESpecification"):
        what = step(_key(each, each.old), _key(each, each.new), certain=each.certain)
        yield each.told(
            pair,
            NAME,
            f"the key that encrypts {each.owner} {what}",
            effect=Effect.INTERRUPTION,
            help="readers and writers need permission for the new key before it is used",
        )


def _key(setting: Setting, value: Value) -> Value:
    """The key that a specification says (template reference, SSESpecification)."""
    if value is None and not setting.is_replica:
        return "AWS owned key"
    if value is None or value == {"SSEEnabled": "true"}:
        return "alias/aws/dynamodb"
    is_sure = isinstance(value, dict) and value.get("SSEEnabled", "true") == "true"
    return value["KMSMasterKeyId"] if is_sure and "KMSMasterKeyId" in value else value
