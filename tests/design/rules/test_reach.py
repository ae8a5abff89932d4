"""Which items a policy reaches, held against the IAM pattern that it gets."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from cfn_table.design.keys import Domain, KeyTemplate, ValueRefused
from cfn_table.design.rules._reach import _matches

DOMAINS = {"s": Domain(), "t": Domain(), "any": Domain(pattern=".+"), "list": Domain(values=("a", "b#"))}
VALUES = {"s": ("a", "ab"), "t": ("b", "a"), "any": ("a", "#", "a#b"), "list": ("a", "b#")}
TEMPLATES = st.lists(
    st.sampled_from(["{s}", "{t}", "{any}", "{list}", "a", "#", "A#", "*"]), min_size=1, max_size=4
).map(lambda parts: KeyTemplate.parse("".join(parts)))
BINDINGS = st.dictionaries(st.sampled_from(["s", "t"]), st.sampled_from(["${aws:username}", "a", "b"]), max_size=1)


def keys(template: KeyTemplate) -> list[str]:
    """Some keys of the template."""
    found = []
    for each in itertools.product(*(VALUES[name] for name in template.placeholders)):
        try:
            found.append(template.render(dict(zip(template.placeholders, each, strict=True)), DOMAINS))
        except ValueRefused:
            continue
    return found


def expression(template: KeyTemplate, bind: dict[str, str], variable: str) -> str:
    """The IAM pattern as a regular expression, with the variable's value filled in."""
    return "".join(
        re.escape(part)
        if isinstance(part, str)
        else re.escape(variable if bind[part.name].startswith("$") else bind[part.name])
        if part.name in bind
        else ".*"
        for part in template.parts
    )


@given(TEMPLATES, TEMPLATES, BINDINGS)
def test_no_reached_item_is_missed(template: KeyTemplate, other: KeyTemplate, bind: dict[str, str]) -> None:
    """Where the pattern of a policy matches a key of another entity, for some value of its variable, that is said."""
    reached = any(
        re.fullmatch(expression(template, bind, variable), key) for variable in VALUES["s"] for key in keys(other)
    )
    view = SimpleNamespace(domains=DOMAINS)
    use = SimpleNamespace(bind=bind)
    assert _matches(template, use, view, other, view) or not reached  # type: ignore[arg-type]
