"""Sample items are items of their entity.

Why: samples become documentation, test data and proofs. One that misses an attribute, or whose key could not be built,
says something wrong.

Example:
    samples: [{userId: "a#b", plan: fre}]

Use instead: all required attributes, with values of their types; keys and the type attribute follow from these.

Known problems: none.

Source: follows from the design language; a delimiter inside a value would make it part of another key.
"""

from __future__ import annotations

from collections.abc import Iterator

from cfn_table.design.design import Design
from cfn_table.design.rules._facts import samples
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "samples-are-valid-items"
SEVERITY = Severity.ERROR


def check(design: Design) -> Iterator[Violation]:
    """A violation for everything that is wrong with a sample."""
    for sample in samples(design):
        for problem in sample.problems:
            message = f"sample of `{sample.view.name}`: {problem.message}"
            yield Violation(message, (*sample.path, *problem.path), problem.help)
