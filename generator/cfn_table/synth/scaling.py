"""Target-tracking auto scaling of provisioned capacity, for the table and for each global index.

Source: Application Auto Scaling user guide, "DynamoDB and Application Auto Scaling". A global table scales by its own
properties and needs none of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import AWSObject, Ref, Sub
from troposphere import applicationautoscaling as scaling

from cfn_table.design.design import Design
from cfn_table.design.model import Capacity
from cfn_table.design.names import alphanumeric
from cfn_table.synth.conditions import billing_of
from cfn_table.synth.values import sub_text, to_template


def scaling_resources(design: Design) -> Iterator[AWSObject]:
    """A scalable target and a scaling policy for each capacity that has a range."""
    billing = billing_of(design)
    if not billing.provisioned or design.is_global:
        return
    table = f"table/${{{design.logical_id}}}"
    scopes: list[tuple[str, str, str, Any]] = [("Table", "table", table, design.file.table.provisioned_throughput)]
    for ref, index in design.indexes.items():
        if not index.local:
            resource = f"{table}/index/{sub_text(index.name)}"
            scopes.append(
                (
                    alphanumeric(ref),
                    "index",
                    resource,
                    index.provisioned_throughput or design.file.table.provisioned_throughput,
                )
            )
    for name, kind, resource, throughput in scopes:
        if throughput is None:
            continue
        for direction, capacity in (("Read", throughput.read), ("Write", throughput.write)):
            if capacity.scales:
                yield from _pair(name, kind, resource, direction, capacity, billing.when_provisioned)


def _pair(
    name: str, kind: str, resource: str, direction: str, capacity: Capacity, condition: str | None
) -> Iterator[AWSObject]:
    target = scaling.ScalableTarget(
        f"{name}{direction}ScalableTarget",
        ServiceNamespace="dynamodb",
        ResourceId=Sub(resource),
        ScalableDimension=f"dynamodb:{kind}:{direction}CapacityUnits",
        MinCapacity=to_template(capacity.min),
        MaxCapacity=to_template(capacity.max),
    )
    tracking: dict[str, Any] = {
        "PredefinedMetricSpecification": scaling.PredefinedMetricSpecification(
            PredefinedMetricType=f"DynamoDB{direction}CapacityUtilization"
        ),
        "TargetValue": to_template(capacity.target_utilization),
    }
    if capacity.scale_in_cooldown is not None:
        tracking["ScaleInCooldown"] = to_template(capacity.scale_in_cooldown)
    if capacity.scale_out_cooldown is not None:
        tracking["ScaleOutCooldown"] = to_template(capacity.scale_out_cooldown)
    policy = scaling.ScalingPolicy(
        f"{name}{direction}ScalingPolicy",
        PolicyName=f"{name}{direction}Utilization",
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(target),
        TargetTrackingScalingPolicyConfiguration=scaling.TargetTrackingScalingPolicyConfiguration(**tracking),
    )
    for each in (target, policy):
        if condition is not None:
            each.Condition = condition
        yield each
