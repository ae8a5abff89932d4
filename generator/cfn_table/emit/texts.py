"""The Jinja2 environment of the package's text templates."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


def render_text(name: str, **values: Any) -> str:
    """The text template `name` of `cfn_table/emit/text`, filled with `values`; an undefined name is an error."""
    return _environment().get_template(name).render(**values)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("cfn_table.emit", "text"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the texts are Markdown and code, not HTML
    )
