"""Steps out of templates and texts: file names, commands, and the way back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cfn_table.review.rollout.commands import Commands
from cfn_table.review.rollout.describe import describe
from cfn_table.review.rollout.values import Step
from cfn_table.review.rollout.words import Text

BEFORE_FILE: Final = "0-before.yaml"
"""The file of the template that is deployed when a rollout begins."""

_LONGEST: Final = 60


def make_steps(
    old: Mapping[str, Any],
    made: Iterable[tuple[dict[str, Any], Text]],
    commands: Commands,
    *,
    first: int = 1,
    file_before: str = BEFORE_FILE,
) -> tuple[Step, ...]:
    """The steps for templates in order.

    Args:
        old: the template before the first.
        made: templates with their texts.
        commands: of the stack.
        first: the number of the first step.
        file_before: the file of the template before that.
    """
    found: list[Step] = []
    previous = old
    for number, (template, text) in enumerate(made, first):
        file = f"{number}-{slug(text.title)}.yaml"
        back = f"deploy the template before (`{file_before}`): {text.back}" if text.returns else text.back
        found.append(
            Step(
                title=text.title,
                why=text.why,
                template=template,
                changes=describe(previous, template),
                before=text.before,
                wait=text.wait,
                back=back,
                file=file,
                command=commands.deploy(template, file, previous),
                preview=commands.preview(template, file, previous),
            )
        )
        previous, file_before = template, file
    return tuple(found)


def slug(title: str) -> str:
    """A title as part of a file name: `add index `By State`` is `add-index-By-State`."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", title).strip("-.")[:_LONGEST].rstrip("-.") or "step"
