"""docs/rules.md: what every rule checks and why, from the docstrings of their modules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

SECTIONS: Final = ("Why", "Example", "Use instead", "Known problems", "Source")
"""The sections of a rule's docstring, after its first line, in this order."""

_SECTION = re.compile(rf"({'|'.join(SECTIONS)}):[ \n]")

_INTRODUCTION = """\
# Rules

This file is generated from the docstrings of the rules; a test says when it is stale.

An error blocks publishing, a warning is shown, a note is listed on request. A finding that does not matter in a design
is suppressed there, with the reason:

```yaml
lint:
  suppress:
    indexes-are-used: ByStatus is for the reports of the next release
```

Some rules cannot be suppressed: without them a template would lose items, or a policy would grant more than it says.
"""

_CHANGES = """\
## Rules about changes

`cfn-table review` asks them. What they tell is no fault of a template, but what going from one template to another
does; each change has its effect, from `none` to `refused`, and a severity of its own.
"""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule's docstring says.

    Attributes:
        summary: its first paragraph: the law.
        sections: section → its text; an indented block is an example in YAML or JSON.
    """

    summary: str
    sections: Mapping[str, str]


def rules_markdown(template_rules: Iterable[Any] = (), change_rules: Iterable[Any] = ()) -> str:
    """The text of docs/rules.md.

    Args:
        template_rules: the rules about templates (`cfn_table.lint.rules.RULES`), which this package does not import,
            being below them; without them the document has the design rules only.
        change_rules: the rules about changes (`cfn_table.review.rules.RULES`), likewise.
    """
    from cfn_table.design.rules import RULES

    parts = [_INTRODUCTION, "## Rules about designs\n", *_chapter(RULES)]
    chapter = list(_chapter(template_rules))
    if chapter:
        parts += ["## Rules about templates\n", *chapter]
    chapter = list(_chapter(change_rules))
    if chapter:
        parts += [_CHANGES, *chapter]
    return "\n".join(parts)


def read_docstring(docstring: str) -> RuleText:
    """The parts of a rule's docstring.

    Raises:
        ValueError: a section is missing, empty, or not in its place.
    """
    summary, *rest = _SECTION.split(inspect.cleandoc(docstring))
    names, texts = rest[::2], [text.strip("\n") for text in rest[1::2]]
    if tuple(names) != SECTIONS or not all(text.strip() for text in (summary, *texts)):
        raise ValueError(f"the sections must be {', '.join(SECTIONS)}, not {', '.join(names)}")
    return RuleText(summary.strip(), dict(zip(names, texts, strict=True)))


def _chapter(rules: Iterable[Any]) -> Iterator[str]:
    texts = [(rule, read_docstring(rule.__doc__ or "")) for rule in sorted(rules, key=lambda rule: str(rule.NAME))]
    if not texts:
        return
    # A rule about changes has none: a severity follows from what a change does.
    has_severity = all(hasattr(rule, "SEVERITY") for rule, _ in texts)
    yield "| rule | severity | law |\n| --- | --- | --- |" if has_severity else "| rule | law |\n| --- | --- |"
    for rule, text in texts:
        summary = _one_line(text.summary).replace("|", "\\|")
        severity = f" {rule.SEVERITY} |" if has_severity else ""
        yield f"| [{rule.NAME}](#{rule.NAME}) |{severity} {summary} |"
    yield ""
    for rule, text in texts:
        fixed = "" if getattr(rule, "SUPPRESSIBLE", True) else ", cannot be suppressed"
        severity = f"*{rule.SEVERITY}{fixed}* · " if has_severity else ""
        yield f"### {rule.NAME}\n\n{severity}{_one_line(text.summary)}\n"
        for section, body in text.sections.items():
            yield f"**{section}.**{_body(body)}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _body(text: str) -> str:
    """A section as Markdown: indented lines become a block of code."""
    lines = text.split("\n")
    code = [line[4:] for line in lines if line.startswith("    ") or not line.strip()]
    prose = _one_line("\n".join(line for line in lines if not line.startswith("    ")))
    if not any(line.strip() for line in code):
        return f" {prose[:1].upper()}{prose[1:]}"
    language = "json" if code[0].lstrip().startswith("{") else "yaml"
    block = "\n".join(("```" + language, *code, "```"))
    return f" {prose[:1].upper()}{prose[1:]}\n\n{block}" if prose else f"\n\n{block}"
