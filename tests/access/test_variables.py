"""Variables, escapes and symbols in the texts of policies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.access.variables import is_variable, resolve, symbols_in, variables_in

VALUES = {"aws:username": "ann", "aws:principaltag/team": "*"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain*", (("plain*", False),)),
        ("", (("", False),)),
        ("home/${aws:username}/*", (("home/", False), ("ann", True), ("/*", False))),
        ("${AWS:UserName}", (("ann", True),)),
        ("${aws:PrincipalTag/team}", (("*", True),)),
        ("${aws:PrincipalTag/none, 'nobody'}", (("nobody", True),)),
        ("${aws:username, 'nobody'}", (("ann", True),)),
        ("${aws:PrincipalTag/none}", None),
        ("a${*}${?}${$}", (("a", False), ("*", True), ("?", True), ("$", True))),
        ("${AWS::Region}-${Table.Arn}", (("${AWS::Region}", True), ("-", False), ("${Table.Arn}", True))),
        ("${", (("${", False),)),
    ],
)
def test_resolving(text: str, expected: object) -> None:
    """Variables become their values, plain; escapes are characters; symbols are themselves."""
    assert expected == resolve(text, VALUES.get)


def test_the_language_of_2008_has_no_variables() -> None:
    """There, all of it is plain text, and wildcards are wildcards."""
    assert (("${aws:username}*", False),) == resolve("${aws:username}*", VALUES.get, has_variables=False)


def test_names_of_variables_and_symbols() -> None:
    """What has a service and a key is a variable, and all else is a symbol."""
    text = "${aws:username}${*}${AWS::Region}${Import:x}${aws:PrincipalTag/t, 'x'}${Parameter}"
    assert ["aws:username", "aws:PrincipalTag/t"] == list(variables_in(text))
    assert ["AWS::Region", "Import:x", "Parameter"] == list(symbols_in(text))
    assert not is_variable("Import:x")


@given(text=st.text("${}a:'*?, ", max_size=20))
def test_any_text_is_resolved(text: str) -> None:
    """What is no reference stays as it is."""
    pieces = resolve(text, lambda name: f"<{name}>")
    assert pieces is not None
    if "${" not in text:
        assert ((text, False),) == pieces
