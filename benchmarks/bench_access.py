"""Comparing policies: two policies of 20 statements, and all policies of two templates with 500 resources.

    python -m benchmarks.bench_access

In one process that has everything imported, medians. The policies are those of a service that uses DynamoDB, S3 and
SQS. The first comparison of a process also reads the list of IAM's actions; it is measured apart.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measure import table

Document = dict[str, Any]

SECURE = {"Bool": {"aws:SecureTransport": "true"}}


def main() -> None:
    """Measure, and print a table with the targets."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9, help="runs of each comparison")
    runs: int = options.parse_args().runs
    from cfn_table.access import Policy, Relation, compare

    def compared(old: Document, new: Document) -> Relation:
        return compare(Policy.from_document(old), Policy.from_document(new)).relation

    old = document(20)
    changed = copy.deepcopy(old)
    changed["Statement"][7]["Action"].append("dynamodb:DeleteItem")
    other = document(20, "other-")
    before, after = template(), template(every=10)

    begin = time.perf_counter()
    compared(old, changed)
    first = time.perf_counter() - begin
    rows = [["what", "median ms", "relation", "target"]]
    rows.append(["the first comparison of a process", f"{first * 1000:.1f}", "", ""])
    for name, new in (("one statement of 20 changed", changed), ("all 20 changed", other), ("none changed", old)):
        seconds = median(lambda new=new: compared(old, new), runs)  # type: ignore[misc]
        rows.append([name, f"{seconds * 1000:.1f}", str(compared(old, new)), "≤ 50 ms"])
    seconds = median(lambda: [compared(*pair) for pair in zip(before, after, strict=True)], runs)
    rows.append(["150 policies, every 10th changed", f"{seconds * 1000:.0f}", "", "≤ 2000 ms"])
    print(table(rows))


def median(measured: Callable[[], object], runs: int) -> float:
    """Median seconds of some runs."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        measured()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def document(count: int, prefix: str = "") -> Document:
    """A policy of so many statements."""
    return {"Version": "2012-10-17", "Statement": [statement(number, prefix) for number in range(count)]}


def statement(number: int, prefix: str) -> Document:
    """One of seven kinds of statements, about resources of its own."""
    name = f"{prefix}orders-{number // 7}"
    home = "arn:aws:dynamodb:eu-central-1:123456789012:table"
    found: Document = {"Sid": f"S{number}", "Effect": "Allow", "Resource": [f"{home}/{name}"]}
    match number % 7:
        case 0:
            found["Action"] = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
            found["Condition"] = {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{prefix}TENANT#${{aws:PrincipalTag/tenant}}#*"]},
                "Null": {"dynamodb:LeadingKeys": "false"},
            }
        case 1:
            found["Action"] = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
            found["Condition"] = {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{prefix}ORDER#*", "CART#*"]},
                "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
            }
        case 2:
            found["Action"] = ["dynamodb:Query"]
            found["Resource"] = [f"{home}/{name}/index/by-customer", f"{home}/{name}/index/by-date"]
            found["Condition"] = {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": [f"{prefix}pk", "sk", "state", "total"]},
                "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            }
        case 3:
            found["Action"] = ["s3:GetObject", "s3:PutObject"]
            found["Resource"] = [f"arn:aws:s3:::{name}/${{aws:PrincipalTag/tenant}}/*"]
            found["Condition"] = SECURE
        case 4:
            found["Action"] = ["s3:ListBucket"]
            found["Resource"] = [f"arn:aws:s3:::{name}"]
            found["Condition"] = {"StringLike": {"s3:prefix": [f"{prefix}public/*", "shared/*"]}}
        case 5:
            found["Action"] = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:Get*"]
            found["Resource"] = [f"arn:aws:sqs:eu-central-1:123456789012:{name}-*"]
        case _:
            found |= {"Effect": "Deny", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"}
            found["Condition"] = {
                "Bool": {"aws:SecureTransport": "false"},
                "NotIpAddress": {"aws:SourceIp": network(number)},
            }
    return found


def network(number: int) -> str:
    """A network of its own."""
    return f"10.{number}.0.0/16"


def template(every: int = 0) -> list[Document]:
    """The managed policies of a template with 500 resources: 150 with five statements each; some changed."""
    found = []
    for number in range(150):
        policy = document(5, f"service-{number}-")
        if every and number % every == 0:
            policy["Statement"][1]["Action"].append("dynamodb:DeleteItem")
            policy["Statement"][3]["Resource"].append(f"arn:aws:s3:::archive-{number}/*")
        found.append(policy)
    return found


if __name__ == "__main__":
    main()
