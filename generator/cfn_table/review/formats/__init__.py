"""How reviews look: in a terminal, in a pull request, as a page, for programs, and where reviewers look at changes.

Each format is one function of reviews that gives a text. What a review says comes from templates that anybody may have
written, so no format lets it write anything but text, as in `cfn_table.formats`; nothing depends on time, locale or
environment.
"""

from __future__ import annotations

from cfn_table.review.formats.annotations import github, sarif
from cfn_table.review.formats.comment import markdown
from cfn_table.review.formats.page import html
from cfn_table.review.formats.programs import json, review_schema
from cfn_table.review.formats.terminal import text
from cfn_table.review.formats.words import is_of_note

__all__ = ["github", "html", "is_of_note", "json", "markdown", "review_schema", "sarif", "text"]
