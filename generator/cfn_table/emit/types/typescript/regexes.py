"""Regular expressions of key templates, as literals."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from typing import Final

from cfn_table.design.keys import Domain, KeyTemplate, Placeholder
from cfn_table.emit.types.ecma import ecma_part, ecma_whole
from cfn_table.emit.types.typescript.words import escaped
from cfn_table.languages import Unsupported

_EXPRESSIONS: Final = {
    "number": r"-?(?:0|[1-9]\d{0,37})(?:\.\d{1,37})?",
    "epoch": r"0|[1-9]\d{0,10}",
    "boolean": "true|false",
    "timestamp": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})",
    "date": r"\d{4}-\d{2}-\d{2}",
    "binary": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}


def template_regex(template: KeyTemplate, domains: AnyMapping[str, Domain], *, captures: bool) -> str:
    """A literal that matches the texts of a template; each placeholder is a group where `captures` says so."""
    end = len(template.parts) - 1
    found = "".join(
        _quoted(each) if isinstance(each, str) else _group(each, domains[each.name], captures, position == end)
        for position, each in enumerate(template.parts)
    )
    patterns = any(domains[each].pattern is not None for each in template.placeholders)
    return regex_literal(f"^{found}$", unicode=patterns, ignore_case=has_cased_pattern(template, domains))


def has_cased_pattern(template: KeyTemplate, domains: AnyMapping[str, Domain]) -> bool:
    """Whether a pattern is about a text before its case is changed, so that cases are ignored."""
    return any(
        isinstance(each, Placeholder) and each.format in ("lower", "upper") and domains[each.name].pattern is not None
        for each in template.parts
    )


def pattern_literal(pattern: str) -> str:
    """A pattern of the design that the whole text must match."""
    return regex_literal(ecma_whole(pattern), unicode=True)


def regex_literal(expression: str, *, unicode: bool, ignore_case: bool = False) -> str:
    """A regular expression of ECMAScript as a literal."""
    body = re.sub(r"\\.|/", lambda match: "\\/" if match[0] == "/" else match[0], expression, flags=re.DOTALL)
    flags = ("i" if ignore_case else "") + ("u" if unicode or max(expression) > "\uffff" else "")
    return f"/{escaped(body, '')}/{flags}"


def _group(part: Placeholder, domain: Domain, captures: bool, last: bool) -> str:
    inner, alone = _expression(part, domain, last)
    if captures:
        return f"({inner})"
    return inner if alone else f"(?:{inner})"


def _expression(part: Placeholder, domain: Domain, last: bool) -> tuple[str, bool]:
    """What a placeholder matches, and whether that is one term."""
    if part.width:
        return rf"\d{{{part.width}}}", True
    if domain.values:
        listed = [Domain(domain.type).text_of(each) if domain.type == "number" else each for each in domain.values]
        cased = [getattr(each, part.format)() if part.format else each for each in listed]
        return "|".join(map(_quoted, dict.fromkeys(cased))), False
    if domain.type in _EXPRESSIONS:
        return _EXPRESSIONS[domain.type], domain.type in ("timestamp", "date", "number")
    if domain.pattern is not None:
        try:
            return ecma_part(domain.pattern, last=last), True
        except Unsupported:  # it looks at the text around it, which the builder does not have either
            return r"[\s\S]+", True
    if not domain.delimiter:
        return r"[\s\S]+", True
    if len(domain.delimiter) == 1:
        return f"[^{re.sub(r'[]^-]|' + re.escape(chr(92)), lambda match: chr(92) + match[0], domain.delimiter)}]+", True
    return rf"(?:(?!{_quoted(domain.delimiter)})[\s\S])+", True


def _quoted(text: str) -> str:
    """`text` as an expression that matches just it."""
    return re.sub(r"[\\^$.*+?()\[\]{}|]", lambda match: f"\\{match[0]}", text)
