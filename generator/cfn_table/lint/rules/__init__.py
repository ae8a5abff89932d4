"""Laws about a template that cfn-lint does not check."""

from __future__ import annotations

from collections.abc import Mapping

from cfn_table.lint.rules._view import Path, Problem, Rule, TemplateView

__all__ = ["RULES", "Path", "Problem", "Rule", "TemplateView"]

RULES: Mapping[str, Rule] = {}
