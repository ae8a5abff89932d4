"""Access patterns stay: their names, parameters, requests, and what they return.

Why: a program calls an access pattern by its name, with its parameters, and reads what it returns. A pattern that is
gone, or asks for something else, breaks it without any change of the program; the template's diff shows nothing, since
patterns are not in it.

Example:
    list_orders:
      sort_key: {begins_with: "ORDER#{year}#"}    # was ORDER#

Use instead: a second access pattern; the first is removed when nobody calls it.

Known problems: two requests that are written differently and ask for the same are told as a change, apart from aliases.

Source: `cfn_table.publish.compatibility`; SemVer 2.0.0, item 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cfn_table.review.change import Change
from cfn_table.review.contracts import change_of, changes_in, is_breaking
from cfn_table.review.pair import Pair

NAME = "access-patterns-stay"

_HELP: Final[Mapping[str, str]] = {
    "operations": "callers of the operation get no request for it; keep it, or add a pattern beside it",
    "index": "callers find what the other index has; add a pattern beside it",
    "entities": "callers no longer get these items; add a pattern beside it",
    "parameters": "every caller gives the parameters; add a pattern beside it",
    "returns": "callers that read the attribute find nothing; keep returning it",
    "order": "callers that take the first items get others; add a pattern beside it",
    "requests": "callers get another result; add a pattern beside it",
}


def check(pair: Pair) -> Iterator[Change]:
    """A change for each access pattern that is gone, new, or asks for something else."""
    for found in changes_in(pair, "accessPatterns"):
        help = ""
        if is_breaking(found):
            help = _HELP.get(found.path[2], "") if len(found.path) > 2 else "remove it when nobody calls it"
        yield change_of(pair, NAME, found, help=help)
