"""An output that gives the name of an index gives one that a table of the template has.

Why: whoever imports the name queries an index that does not exist, and learns it at run time.

Example:
    GlobalSecondaryIndexes: [{IndexName: GSI1, …}]
    Outputs:
      GSI1Name: {Value: GSI2}

Use instead: the name that stands at the index.

Known problems: only outputs whose logical id ends in `IndexName`, or is the name of an index (or GSI or LSI with a
number) and `Name`, and only templates in which all index names are plain.

Source: follows from the template alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cfn_table.design.suggest import did_you_mean
from cfn_table.findings import Severity
from cfn_table.lint.rules._indexes import all_index_names
from cfn_table.lint.rules._text import literal
from cfn_table.lint.rules._view import Problem, TemplateView, mapping

NAME = "outputs-name-existing-indexes"
SEVERITY = Severity.ERROR


def check(template: TemplateView) -> Iterator[Problem]:
    """A problem for each output whose value is no index."""
    known: set[str] = set()
    for table in template.tables():
        names = all_index_names(table)
        if names is None:
            return
        known |= names
    if not known:
        return
    for name, output in template.section("Outputs").items():
        value = literal(mapping(output).get("Value"))
        if value is None or value in known or not name.endswith("Name"):
            continue
        about = name.removesuffix("Name")
        if about.endswith("Index") or re.fullmatch(r"[GL]SI\d+", about) or about in known:
            yield Problem(
                ("Outputs", name, "Value"),
                f"output `{name}` gives `{value}`, and no table here has an index of that name",
                did_you_mean(value, known),
            )
