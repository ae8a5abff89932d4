"""A table on an engine, and what there is to know about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cfn_table.design.requests import Names
from cfn_table.errors import CfnTableError


class EngineRefused(CfnTableError):
    """The engine does not take the template, or cannot be had; the message holds the engine's own answer."""


def also_left(error: BaseException, left: CfnTableError) -> BaseException:
    """What to raise where something is left behind and that is told by `left`, while `error` ends a block.

    That something is left must be read by whoever interrupted us, too.
    """
    if isinstance(error, CfnTableError):
        error.findings += left.findings
    elif not isinstance(error, Exception):
        left.__cause__ = error
        return left
    error.add_note(left.message)
    return error


@dataclass(frozen=True, slots=True)
class Deployed:
    """A table that access patterns can be executed on.

    Attributes:
        engine: `moto`, `dynamodb-local`, `endpoint` or `aws`, as the report names it.
        client: a boto3 client of DynamoDB that reaches it.
        names: of the table and its indexes.
        is_shared: whether others may use the table: then only items under a prefix of our own are written and read.
        has_latency: whether times that are measured say anything about latency.
        parameters: the values of the template's parameters that it was deployed with.
        notes: what of the template is not there, with the engine's own answer.
    """

    engine: str
    client: Any
    names: Names
    is_shared: bool = False
    has_latency: bool = True
    parameters: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
