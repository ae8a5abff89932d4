"""Reviews as one page that needs nothing else: no script, no font, no picture, no network."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from cfn_table.formats import visible
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import answers, verdict
from cfn_table.review.report import Review

if TYPE_CHECKING:
    import jinja2

_VALUE: Final = 2_000


def html(reviews: Sequence[Review]) -> str:
    """All reviews as a page for a browser, a phone or paper; those of note first."""
    noted = words.noted(reviews)
    quiet = [each for each in reviews if each not in noted]
    template = _environment().get_template("page.html.j2")
    return template.render(noted=noted, quiet=quiet, one=reviews[0] if len(reviews) == 1 else None)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cfn_table.review.formats", ""),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        # INVARIANT: nothing reaches the page but through this, and then through the escaping.
        finalize=_shown,
    )
    environment.globals |= {"words": words, "answers": answers, "verdict": verdict, "count": words.count}
    environment.filters |= {"pieces": words.pieces, "value": _value, "lines": str.splitlines}
    return environment


def _shown(value: Any) -> Any:
    """What is no markup of the template itself as text that shows everything."""
    return value if hasattr(value, "__html__") else visible(str(value))


def _value(value: Any) -> list[str]:
    """The lines of a value."""
    return words.dumped(value, _VALUE).split("\n")
