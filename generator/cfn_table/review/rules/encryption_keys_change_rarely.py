"""A table keeps the kind of its encryption key.

Why: changing it encrypts the table again in the background, and reads and writes may fail while keys change hands.
DynamoDB takes four changes in 24 hours. Who reads the table with a customer key needs permission for the key.

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
from cfn_table.review.rules._made import made, step
from cfn_table.review.values import certainly_differ

NAME: Final = "encryption-keys-change-rarely"
_PROPERTY: Final = "SSESpecification"


def check(pair: Pair) -> Iterator[Change]:
    """A change for each table of which it is another."""
    for change in pair.resources:
        if not change.is_table or pair.is_replaced(change):
            continue
        old, new = change.values(_PROPERTY)
        if old != new:
            yield made(
                pair,
                NAME,
                change,
                ("Properties", _PROPERTY),
                f"the encryption of `{change.logical_id}` {step(old, new)}",
                effect=Effect.INTERRUPTION,
                help="readers and writers need permission for the new key before it is used",
                old=old,
                new=new,
                certain=certainly_differ(old, new),
            )
