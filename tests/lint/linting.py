"""A template that is wrong in three ways, and linting in short."""

from __future__ import annotations

from typing import Any

from cfn_table.findings import Finding
from cfn_table.lint.runner import lint_template

REGIONS = ["us-east-1"]

# Two errors (E3012: a wrong type; E3002: an unknown property) and a warning (W2001: an unused parameter).
WRONG = """\
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Unused:
    Type: String
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: [1]
      Colour: red
"""
RULES_OF_WRONG = ["E3002", "E3012", "W2001"]


def rules_of(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    """The rules that spoke, sorted, each once."""
    return sorted({finding.rule for finding in findings})


def lint(text: str, **options: Any) -> list[Finding]:
    """`lint_template` of a file t.yaml for one Region."""
    return lint_template(text, path="t.yaml", regions=REGIONS, **options)
