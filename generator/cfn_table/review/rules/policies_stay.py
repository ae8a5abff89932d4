"""Policies stay: their names, the access patterns that they list, and how many managed policies they are.

Why: other stacks attach a policy by its export. One that is gone fails their deployment; one that lost an access
pattern fails their programs; one that is split otherwise leaves them with a part of what they had, since they attach
each part by itself.

Example:
    policy: api
    allow: [get_user]                        # was [get_user, list_orders]

Use instead: another policy for those who need less; the first is removed when nobody attaches it.

Known problems: what the list means in requests is another law (`permissions-stay`), and so are bindings and limits to
attributes, which only mean something there.

Source: `cfn_table.publish.compatibility`; CloudFormation User Guide, "Get exported outputs from a deployed
CloudFormation stack" (an export that is imported can be neither deleted nor changed).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.contracts import change_of, changes_in, is_breaking
from cfn_table.review.pair import Pair

NAME = "policies-stay"

_BY_MEANING: Final = frozenset({"attributes", "bind", "readStream"})
_HELP: Final[Mapping[str, str]] = {
    "allows": "who attaches the policy loses the access pattern; make another policy for those who need less",
    "parts": "who attaches the policy has to attach exactly these parts",
    "export": "who imports the export keeps the old one from being removed; keep it",
}


def check(pair: Pair) -> Iterator[Change]:
    """A change for each policy that is gone, new, or lists something else."""
    for found in changes_in(pair, "policies"):
        if found.path[2:3] and found.path[2] in _BY_MEANING:
            continue
        help = ""
        if is_breaking(found):
            help = _HELP.get(found.path[2], "") if len(found.path) > 2 else "remove it when nobody attaches it"
        yield change_of(pair, NAME, found, help=help)
