"""A policy on an index of a table in the template names an index that the table has.

Why: IAM accepts any ARN. A wrong one allows nothing, and the query fails at run time with AccessDenied; a wrong one in
a Deny denies nothing.

Example:
    GlobalSecondaryIndexes: [{IndexName: GSI1, …}]
    Resource: !Sub ${Table.Arn}/index/GSI2

Use instead: `!Sub ${Table.Arn}/index/GSI1`, or `/index/*` for all indexes.

Known problems: only ARNs that are made of the table's ARN or its name, and tables whose index names are all plain.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB", resource types.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import all_index_names
from cfn_table.lint.rules._text import after_table_arn, parts
from cfn_table.lint.rules._view import Path, Problem, Resource, TemplateView

NAME = "policies-name-existing-indexes"
SEVERITY = Severity.ERROR

# What may follow a table's ARN: nothing, wildcards, or one of the things that a table has.
_FOLLOWS = re.compile(r"|[*?].*|/\*|/(index|stream|backup|export|import)/.+")


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each ARN that is built on a table's ARN and leads nowhere."""
    tables = list(template.tables())
    for policy in template.policies():
        for path, statement in policy.statements():
            for element in ("Resource", "NotResource"):
                value = statement.get(element)
                entries = value if isinstance(value, list) else [value]
                for index, entry in enumerate(entries):
                    place = (*path, element, *([index] if isinstance(value, list) else []))
                    if found := after_table_arn(parts(entry), tables):
                        table, rest = found
                        if len(rest) < 2 and all(isinstance(part, str) for part in rest):
                            yield from _wrong(table, "".join(map(str, rest)), place)


def _wrong(table: Resource, rest: str, path: Path) -> Iterator[Problem]:
    if not _FOLLOWS.fullmatch(rest):
        message = f"`{rest}` cannot follow the ARN of table `{table.id}`"
        yield Problem(path, message, "an index is `/index/` and its name", at_value=True)
        return
    named = re.fullmatch(r"/index/([^/]+)(/.*)?", rest)
    known = all_index_names(table)
    if named and known is not None:
        # In an ARN `[` is a plain character, `*` and `?` are not.
        pattern = named[1].replace("[", "[[]")
        if not any(fnmatch.fnmatchcase(name, pattern) for name in known):
            message = f"table `{table.id}` has no index `{named[1]}`"
            yield Problem(path, message, did_you_mean(named[1], known) if known else "it has no index", at_value=True)
