"""`cfn-table emit queries`: what applications send for each access pattern, as commands and code with real values."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.design.generated_names import camel_case
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.emit.queries import javascript, python, shell
from cfn_table.emit.queries.calls import Call, calls_of, has_binary, one_line, variables
from cfn_table.emit.texts import render_text
from cfn_table.errors import UsageError

LANGUAGES: Final = ("cli", "python", "javascript")
"""What one file can be written in."""


def emit_queries(design: Design, *, language: str | None = None, table_name: str | None = None) -> str:
    """Every access pattern with values of the design's samples.

    Args:
        design: the design, without errors.
        language: one of `LANGUAGES` for a file that runs as it is; without it Markdown with all of them.
        table_name: the table's name or ARN; by default the design's, else that of the environment variable TABLE_NAME.

    Raises:
        RefusedError: an entity has no samples, and no item of it can be made up.
        UsageError: there is no such language, or `table_name` is no name of a table.
    """
    if language is not None and language not in LANGUAGES:
        raise UsageError(f"there is no language {shown(language)}", help=did_you_mean(language, LANGUAGES))
    calls = calls_of(design, table_name)
    makers: dict[str | None, Callable[[Design, list[Call]], str]] = {
        None: _markdown,
        "cli": _shell_script,
        "python": _python_module,
        "javascript": _javascript_module,
    }
    return makers[language](design, calls)


def _shell_script(design: Design, calls: list[Call]) -> str:
    # Of all names only `esac` is no word of a case.
    cases = [(each.name, _comment(each.description, "# "), shell.command(each, 2)) for each in calls]
    needs = {"variables": variables(calls), "has_binary": any(has_binary(each.parameters) for each in calls)}
    return render_text("queries.sh.j2", overrides=design.texts, design=design, cases=cases, **needs)


def _python_module(design: Design, calls: list[Call]) -> str:
    functions = []
    for call, name in zip(calls, unique_names((each.name for each in calls), python.TAKEN), strict=True):
        lines, _, expression = python.statements(call, 4)
        functions.append((name, _comment(call.description, "# "), lines, expression))
    return render_text(
        "queries.py.j2", overrides=design.texts, design=design, variables=variables(calls), functions=functions
    )


def _javascript_module(design: Design, calls: list[Call]) -> str:
    functions = []
    names = unique_names((camel_case(each.name) for each in calls), {*javascript.TAKEN, *_imports(calls)})
    for call, name in zip(calls, names, strict=True):
        lines, _, expression = javascript.statements(call, 2)
        functions.append((name, _comment(call.description, "// "), lines, expression))
    needed = javascript.import_statement(["DynamoDBClient", *_imports(calls)])
    return render_text("queries.mjs.j2", overrides=design.texts, design=design, needed=needed, functions=functions)


def _imports(calls: Iterable[Call]) -> list[str]:
    return [javascript.imported(call) for call in calls]


def _markdown(design: Design, calls: list[Call]) -> str:
    sections: list[dict[str, Any]] = []
    for call in calls:
        if not sections or sections[-1]["pattern"] != call.pattern:
            sections.append({"pattern": call.pattern, "description": _prose(call.description), "calls": []})
        blocks = [
            ("sh", shell.command(call)),
            ("python", _python_snippet(call)),
            ("javascript", _javascript_snippet(call)),
        ]
        # A fence is longer than any that the code holds.
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", "".join(code for _, code in blocks))), default=0))
        sections[-1]["calls"].append({"operation": call.operation, "blocks": blocks, "fence": fence})
    needs = {"variables": variables(calls), "has_binary": any(has_binary(each.parameters) for each in calls)}
    return render_text("queries.md.j2", overrides=design.texts, design=design, sections=sections, **needs)


def _python_snippet(call: Call) -> str:
    lines, variable, expression = python.statements(call)
    last = [f"{variable} = {expression}"] if variable != expression else []
    needed = ["import os", "", "import boto3"] if variables([call]) else ["import boto3"]
    return "\n".join([*needed, "", 'client = boto3.client("dynamodb")', "", *lines, *last])


def _javascript_snippet(call: Call) -> str:
    lines, variable, expression = javascript.statements(call)
    last = [f"const {variable} = {expression};"] if variable != expression else []
    needed = javascript.import_statement(["DynamoDBClient", javascript.imported(call)])
    return "\n".join([needed, "", "const client = new DynamoDBClient({});", "", *lines, *last])


def unique_names(wanted: Iterable[str], taken: Iterable[str]) -> list[str]:
    """A name for each wanted one: with `_` behind it where it is taken, with a number where two are the same."""
    reserved, used = frozenset(taken), set[str]()
    found = []
    for base in wanted:
        free = f"{base}_" if base in reserved else base
        name, number = free, 2
        while name in used:
            name, number = f"{free}{number}", number + 1
        used.add(name)
        found.append(name)
    return found


def _comment(text: str, mark: str) -> str:
    """A description as comment lines; nothing without one."""
    return "\n".join(mark + line for line in textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False))


def _prose(text: str) -> str:
    """A description as a paragraph of Markdown: nothing in it begins a list, a heading, a fence or HTML."""
    return re.sub(
        r"^(\d+)([.)])|^([#>*+=~`|-])|(<)",
        lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[0]}",
        one_line(text),
    )
