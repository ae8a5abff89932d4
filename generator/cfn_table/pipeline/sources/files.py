"""Sides that come from files: any CloudFormation template."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.review.side import Side


def side_of_template(text: str, shown: str) -> Side:
    """The side of a template, ours or not.

    Raises:
        InputError: it is no template.
    """
    from cfn_table.synth.read import read_template

    template = read_template(text, shown)
    if not isinstance(template.data.get("Resources"), Mapping):
        raise InputError(f"`{shown}` is no design and no template", help=_advice(text), location=Location(shown))
    return Side(shown, template)


def _advice(text: str) -> str:
    if re.search(r"^policy:", text, re.MULTILINE):
        return "a policy file is reviewed with its design"
    return "a template has `Resources`, a design begins with `design: NAME`"
