"""The billing mode and the stated throughput belong together.

Why: PROVISIONED without throughput, and PAY_PER_REQUEST with it, fail when the stack is deployed, long after lint. A
local index has no throughput: it shares the table's. A vector index exists on on-demand tables only.

Example:
    table: {key: {partition: PK}, billing: PROVISIONED}

Use instead: `provisioned_throughput: {read: 5, write: 5}` with PROVISIONED. Where the billing mode comes from the
context or is a parameter, both kinds of throughput may be stated, each for its mode.

Known problems: the values of a parameter are known only as far as its declaration tells them.

Source: CloudFormation template reference, AWS::DynamoDB::Table, BillingMode and OnDemandThroughput; DynamoDB developer
guide, "Local secondary indexes" and "Requirements and limitations" of vector search.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design
from cfn_table.design.model import Capacity, ProvisionedThroughput
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "billing-has-its-throughput"
SEVERITY = Severity.ERROR

_LOCAL = ("provisioned_throughput", "on_demand_throughput", "warm_throughput", "contributor_insights")


def check(design: Design) -> Iterator[Violation]:
    """A violation for every throughput that is missing, or that the billing mode or the kind of index does not take."""
    table = design.file.table
    modes = _modes(table.billing)
    takes = {"PROVISIONED", "PAY_PER_REQUEST"} if design.is_computed("table", "billing") else modes
    if "PROVISIONED" in modes and table.provisioned_throughput is None:
        verb = "is" if len(modes) == 1 else "may be"
        message = f"`billing` {verb} PROVISIONED, and the table has no `provisioned_throughput`"
        yield Violation(message, ("table", "billing"), "add `provisioned_throughput: {read: UNITS, write: UNITS}`")
    scopes: list[tuple[tuple[str | int, ...], Any]] = [(("table",), table)]
    for position, index in enumerate(design.file.indexes):
        if index.local:
            for name in _LOCAL:
                if getattr(index, name) is not None:
                    message = f"the local index `{index.ref}` takes no `{name}`"
                    yield Violation(message, ("indexes", position, name), "remove it: the table's holds", key=True)
        else:
            scopes.append((("indexes", position), index))
    for path, scope in scopes:
        yield from _of_scope(path, scope, takes)
    for position, replica in enumerate(table.replicas):
        if replica.read is not None and "PROVISIONED" not in takes:
            place = ("table", "replicas", position, "read")
            yield Violation("PAY_PER_REQUEST billing takes no provisioned `read`", place, "remove it", key=True)
    for position, vector in enumerate(design.file.vector_indexes):
        if "PAY_PER_REQUEST" not in modes:
            message = f"the vector index `{vector.ref}` needs PAY_PER_REQUEST billing"
            yield Violation(message, ("vector_indexes", position), "change `billing`, or remove the index")


def _modes(billing: str | Parametric) -> set[str]:
    """The billing modes that a deployment can choose."""
    if isinstance(billing, str):
        return {billing}
    parameter = billing.parameter
    allowed = parameter.properties.get("AllowedValues") if parameter is not None else None
    return set(allowed) if allowed else {"PROVISIONED", "PAY_PER_REQUEST"}


def _of_scope(path: tuple[str | int, ...], scope: Any, modes: set[str]) -> Iterator[Violation]:
    wrong = {"provisioned_throughput": "PROVISIONED", "on_demand_throughput": "PAY_PER_REQUEST"}
    for name, mode in wrong.items():
        if getattr(scope, name) is not None and mode not in modes:
            (other,) = modes
            message = f"`{name}` belongs to {mode} billing, and `billing` is {other}"
            yield Violation(message, (*path, name), f"remove it, or write `billing: {mode}`", key=True)
    for name, fields in (("on_demand_throughput", ("max_read", "max_write")), ("warm_throughput", ("read", "write"))):
        stated = getattr(scope, name)
        if stated is not None and all(getattr(stated, field) is None for field in fields):
            help_ = f"add `{fields[0]}`, `{fields[1]}` or both"
            yield Violation(f"`{name}` states nothing", (*path, name), help_, key=True)
    if isinstance(scope.provisioned_throughput, ProvisionedThroughput):
        for direction in ("read", "write"):
            capacity = getattr(scope.provisioned_throughput, direction)
            yield from _scaling((*path, "provisioned_throughput", direction), capacity)


def _scaling(path: tuple[str | int, ...], capacity: Capacity) -> Iterator[Violation]:
    """Auto scaling cannot begin outside of its range; the model has checked plain numbers."""
    if not isinstance(capacity.units, Parametric):
        return
    low, high = (each if isinstance(each, int) else None for each in (capacity.min, capacity.max))
    for text in capacity.units.possible_texts():
        units = int(text)
        if (low is not None and units < low) or (high is not None and units > high):
            message = f"the parameter in `{capacity.units}` can be {text}, which is not between `min` and `max`"
            yield Violation(message, (*path, "units"), "limit its values")
            return
