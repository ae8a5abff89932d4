"""Outputs and exports: what other stacks import. Their names are a promise, so they come from ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troposphere import Export, GetAtt, Output, Ref, Sub

from cfn_table.design.design import Design
from cfn_table.design.model import Index, VectorIndex
from cfn_table.synth.policies import logical_ids
from cfn_table.synth.values import to_template


def outputs(design: Design) -> Iterator[Output]:
    """TableName, TableArn, one name per index, StreamArn where there is one, and each policy's ARN."""
    table = design.logical_id
    yield _output("TableName", Ref(table), "Name of the table")
    yield _output("TableArn", GetAtt(table, "Arn"), "ARN of the table")
    indexes: dict[str, Index | VectorIndex] = {
        **design.indexes,
        **{index.ref: index for index in design.file.vector_indexes},
    }
    for ref, suffix in design.exports.items():
        yield _output(suffix, to_template(indexes[ref].name), f"Name of index {ref}")
    if design.file.table.stream is not None:
        yield _output("StreamArn", GetAtt(table, "StreamArn"), "ARN of the table's stream")
    for policy in design.policies:
        for logical_id in logical_ids(design, policy):
            yield _output(f"{logical_id}Arn", Ref(logical_id), f"ARN of managed policy {policy.name}")


def _output(name: str, value: Any, description: str) -> Output:
    return Output(name, Description=description, Value=value, Export=Export(Sub(f"${{AWS::StackName}}-{name}")))
