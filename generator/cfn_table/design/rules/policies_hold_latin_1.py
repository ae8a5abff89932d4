r"""A policy holds only characters that IAM takes: tab, line feed, carriage return, and U+0020 to U+00FF.

Why: IAM refuses a policy with any other character, when the stack is deployed.

Example:
    keys: {PK: "用户#{userId}"}   # in the partition key of a pattern that a policy allows

Use instead: text of Latin characters in partition keys, and in names of attributes that a policy lists.

Known problems: none.

Source: IAM API reference, CreatePolicy, PolicyDocument: pattern `[\u0009\u000A\u000D\u0020-\u00FF]+`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import Path, uses
from cfn_table.design.rules._reach import limits_partitions, partition_templates
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "policies-hold-latin-1"
SEVERITY = Severity.ERROR

_REFUSED = re.compile("[^\t\n\r\u0020-\u00ff]")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every text of a policy that holds another character."""
    for policy in design.policies:
        for name, variable in policy.file.bind.items():
            yield from _text(variable, Violation("", ("bind", name), policy=policy))
        for position, grant in enumerate(policy.file.allow):
            for name, variable in grant.bind.items():
                yield from _text(variable, Violation("", ("allow", position, grant.pattern, name), policy=policy))
        for entity, names in policy.file.attributes.items():
            for position, name in enumerate(names):
                yield from _text(name, Violation("", ("attributes", entity, position), policy=policy))
    seen: set[Path] = set()
    for use in uses(design):
        if not limits_partitions(design, use.request):
            continue
        for entity, template in partition_templates(design, use.request).items():
            path = ("entities", entity, "keys", use.request.keys.partition[0])
            if path not in seen:
                seen.add(path)
                text = "".join(part for part in template.parts if isinstance(part, str))
                yield from _text(text, Violation(f", in which access pattern `{use.grant.pattern}` is allowed", path))


def _text(text: str, place: Violation) -> Iterator[Violation]:
    found = _REFUSED.search(text)
    if found:
        message = f"IAM takes no `{found[0]}` (U+{ord(found[0]):04X}) in a policy{place.message}"
        yield Violation(message, place.path, "use characters up to U+00FF", policy=place.policy)
