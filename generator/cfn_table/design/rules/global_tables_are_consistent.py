"""What a global table says of its Regions fits together.

Why: a global table with STRONG consistency has three Regions of one set, and neither time to live, local indexes nor
transactions. A KMS key exists in one Region. What a single table has and a global table has not, such as an import,
would be left out in silence.

Example:
    table: {key: {partition: PK}, consistency: STRONG, replicas: [us-east-1, us-east-2]}

Use instead: a third replica, or `witness: us-west-2`.

Known problems: the Region of a deploy-time parameter's KMS key is not known.

Source: DynamoDB developer guide, "How DynamoDB global tables work", MRSC considerations; CloudFormation template
reference, AWS::DynamoDB::GlobalTable, GlobalTableWitness and StreamSpecification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.requests import TRANSACTIONS
from cfn_table.design.rules._facts import listed
from cfn_table.design.rules.violation import Violation
from cfn_table.findings import Severity

NAME = "global-tables-are-consistent"
SEVERITY = Severity.ERROR

REGION_SETS: Final = (
    ("us-east-1", "us-east-2", "us-west-2"),
    ("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"),
    ("ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
)
"""Regions that a global table with STRONG consistency can have together."""


def check(design: Design) -> Iterator[Violation]:
    """A violation for every statement that does not fit."""
    table = design.file.table
    if not table.replicas:
        for field in ("consistency", "witness"):
            if getattr(table, field) is not None:
                yield Violation(f"`{field}` is for global tables", ("table", field), "add `replicas`", key=True)
        return
    regions = [replica.region for replica in table.replicas]
    for position, region in enumerate(regions):
        if region in regions[:position]:
            message = f"the Region {region} has two replicas"
            yield Violation(message, ("table", "replicas", position, "region"), "keep one of them")
    for position, region in enumerate(design.file.regions):
        if region not in regions:
            message = f"the stack cannot be deployed in {region}, where the table has no replica"
            yield Violation(message, ("regions", position), f"add `{region}` to `replicas`")
    if table.import_source is not None:
        message = "a global table cannot be filled by an import"
        yield Violation(message, ("table", "import_source"), "import into a single table first", key=True)
    if table.consistency == "STRONG":
        yield from _strong(design, regions)
    elif table.witness is not None:
        yield Violation(
            "only STRONG consistency has a witness", ("table", "witness"), "add `consistency: STRONG`", key=True
        )
    if (
        table.consistency != "STRONG"
        and len(regions) > 1
        and table.stream
        and table.stream.view != "NEW_AND_OLD_IMAGES"
    ):
        message = f"replication needs a stream of NEW_AND_OLD_IMAGES, not {table.stream.view}"
        yield Violation(message, ("table", "stream"), "write `stream: NEW_AND_OLD_IMAGES`")
    yield from _keys(design)


def _strong(design: Design, regions: list[str]) -> Iterator[Violation]:
    table = design.file.table
    members = [*regions, *([table.witness] if table.witness else [])]
    if len(members) != 3 or len(regions) < 2:
        message = f"STRONG consistency needs three replicas, or two and a witness, not {listed(members)}"
        yield Violation(message, ("table", "consistency"), "add or remove Regions")
    if table.witness in regions:
        yield Violation(f"{table.witness} is a replica already", ("table", "witness"), "name another Region")
    if not any(set(members) <= set(regions_of_set) for regions_of_set in REGION_SETS):
        sets = "; ".join(", ".join(regions_of_set) for regions_of_set in REGION_SETS)
        message = f"STRONG consistency does not span {listed(dict.fromkeys(members))}"
        yield Violation(message, ("table", "consistency"), f"use Regions of one set: {sets}")
    if table.time_to_live is not None:
        message = "a global table with STRONG consistency has no time to live"
        yield Violation(message, ("table", "time_to_live"), "remove it, or write `consistency: EVENTUAL`", key=True)
    for position, index in enumerate(design.file.indexes):
        if index.local:
            message = "a global table with STRONG consistency has no local indexes"
            yield Violation(message, ("indexes", position), "make it global, or write `consistency: EVENTUAL`")
    for name, pattern in design.file.access_patterns.items():
        for operation in set(pattern.operation) & set(TRANSACTIONS):
            message = f"access pattern `{name}`: a global table with STRONG consistency has no {operation}"
            yield Violation(message, ("access_patterns", name, "operation"), "use single operations")


def _keys(design: Design) -> Iterator[Violation]:
    """Each replica's customer key is in its Region, and either all replicas have one or none."""
    table = design.file.table
    common = None if table.encryption in ("aws_owned", "aws_managed") else table.encryption
    without = [replica.region for replica in table.replicas if replica.kms_key is None and common is None]
    for position, replica in enumerate(table.replicas):
        path = ("table", "replicas", position, "kms_key")
        key = replica.kms_key or common
        if replica.kms_key is not None and without:
            message = f"the replica in {replica.region} has a customer key, and the one in {without[0]} has none"
            yield Violation(message, path, "give every replica a `kms_key`, or none")
        if isinstance(key, str) and key.startswith("arn:") and key.split(":")[3] != replica.region:
            message = f"the KMS key of the replica in {replica.region} is in {key.split(':')[3]}"
            yield Violation(message, path, "give each replica the key of its own Region as `kms_key`")
