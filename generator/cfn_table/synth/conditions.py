"""Conditions of a template whose billing mode, encryption or alarm topic is chosen when it is deployed."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import Equals, Not, Ref, Template

from cfn_table.design.context import Parametric
from cfn_table.design.design import Design

IS_PROVISIONED = "IsProvisioned"
IS_ON_DEMAND = "IsOnDemand"
HAS_ALARM_TOPIC = "HasAlarmTopic"


@dataclass(frozen=True, slots=True)
class Billing:
    """Which capacity properties the template states.

    Attributes:
        provisioned: whether provisioned throughput appears at all.
        on_demand: whether on-demand settings appear at all.
        when_provisioned: name of the condition under which the former hold; None where they always do.
        when_on_demand: name of the condition under which the latter hold; None where they always do.
    """

    provisioned: bool
    on_demand: bool
    when_provisioned: str | None = None
    when_on_demand: str | None = None


def billing_of(design: Design) -> Billing:
    """What the design's `billing` means for the template."""
    billing = design.file.table.billing
    if isinstance(billing, Parametric):
        return Billing(True, True, IS_PROVISIONED, IS_ON_DEMAND)
    return Billing(billing == "PROVISIONED", billing == "PAY_PER_REQUEST")


def add_billing_conditions(template: Template, design: Design) -> None:
    """Add the conditions that `billing_of` names."""
    from cfn_table.synth.values import to_template

    billing = design.file.table.billing
    if not isinstance(billing, Parametric):
        return
    provisioned = Equals(to_template(billing), "PROVISIONED")
    if design.file.table.provisioned_throughput is not None or any(
        i.provisioned_throughput for i in design.file.indexes
    ):
        template.add_condition(IS_PROVISIONED, provisioned)
    on_demand = [design.file.table.on_demand_throughput, *(index.on_demand_throughput for index in design.file.indexes)]
    if any(each is not None for each in on_demand):
        template.add_condition(IS_ON_DEMAND, Not(provisioned))


def add_topic_condition(template: Template, parameter: str) -> None:
    """Add the condition that an alarm topic was given."""
    template.add_condition(HAS_ALARM_TOPIC, Not(Equals(Ref(parameter), "")))
