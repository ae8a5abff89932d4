"""Reviewing a change: kv-storage against `cdk diff --template`, and two templates with 500 resources.

    python -m benchmarks.bench_review

Whole processes, wall time, medians; all in turn. `cdk diff --template` compares the old template with a CDK app that
gives the new one as it is (`CfnInclude`), synthesized before: no app runs while time is taken. Without node and npm it
is left out, and the script says so. The large pair is reviewed by a whole process as well.
"""

from __future__ import annotations

import argparse
import compileall
import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.cdk import cdk_app
from benchmarks.measure import Contestant, peak_mib, race, table

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "build" / "kv-storage" / "1.0.0-rc.1" / "template.json"
APP = """\
const { App, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const app = new App({ outdir: 'review.out', analyticsReporting: false });
new CfnInclude(new Stack(app, 'kv-storage'), 'Template', { templateFile: process.env.NEW_TEMPLATE });
app.synth();
"""
DIFF = ("diff", "kv-storage", "--app", "review.out", "--no-notices", "--no-version-reporting", "--template")


def main() -> None:
    """Measure, and print a table with the targets."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9, help="runs of each contestant")
    runs: int = options.parse_args().runs
    import cfn_table

    compileall.compile_dir(str(Path(cfn_table.__file__).parent), quiet=1)
    with tempfile.TemporaryDirectory() as name:
        small, large = pairs(Path(name))
        # The pairs change what fails a review: 1 is its answer.
        review = Contestant("review kv-storage", command(small), ROOT, exit_statuses=(1,))
        many = Contestant("review 500 resources", command(large), ROOT, exit_statuses=(0, 1))
        diff, reason = cdk_diff(small)
        contestants = [review, many, *([diff] if diff is not None else [])]
        race(contestants, 1)
        for each in contestants:
            each.seconds.clear()
        race(contestants, runs)
        memory = peak_mib(many)
    rows = [["what", "median", "against", "ratio", "target"]]
    if diff is not None:
        ratio = f"{review.median / diff.median:.2f}"
        rows.append([review.name, f"{review.median:.2f} s", f"cdk diff, {diff.median:.2f} s", ratio, "0.35"])
    else:
        rows.append([review.name, f"{review.median:.2f} s", "", "", "0.35"])
    rows.append([many.name, f"{many.median:.2f} s", "", "", "2 s"])
    print(table(rows))
    if reason:
        print(f"\ncdk diff is left out: {reason}")
    if memory is not None:
        print(f"\n500 resources: {memory:.0f} MiB")


def command(pair: tuple[Path, Path]) -> list[str]:
    """What reviews a pair of files."""
    return [sys.executable, "-m", "cfn_table", "review", *map(str, pair)]


def cdk_diff(pair: tuple[Path, Path]) -> tuple[Contestant | None, str]:
    """What compares the same pair with the CDK; or nothing, and the reason why."""
    apps, reason = cdk_app()
    if not apps:
        return None, reason
    folder = apps[0][2]
    (folder / "review.js").write_text(APP, "utf-8")
    old, new = (str(path) for path in pair)
    environment = {**os.environ, "NEW_TEMPLATE": new}
    done = subprocess.run(
        ["node", "review.js"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None, f"the app fails: {done.stderr.strip().splitlines()[-1:]}"
    return Contestant("cdk diff", ["node", "node_modules/aws-cdk/bin/cdk", *DIFF, old], folder, no_account), ""


def no_account() -> dict[str, str]:
    """An environment in which nobody looks for an AWS account: that would cost time that has nothing to do with it."""
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "us-east-1"}
    return {**keys, "AWS_EC2_METADATA_DISABLED": "true"}


def pairs(folder: Path) -> tuple[tuple[Path, Path], tuple[Path, Path]]:
    """kv-storage before and after a change, and two templates with 500 resources of which every tenth changes."""
    old = json.loads(TEMPLATE.read_text("utf-8"))
    new = copy.deepcopy(old)
    (properties,) = (each["Properties"] for each in new["Resources"].values() if each["Type"].endswith("Table"))
    properties["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "KEYS_ONLY"}
    properties["Tags"] = [{"Key": "team", "Value": "storage"}]
    small = (written(folder / "old.json", old), written(folder / "new.json", new))
    return small, (written(folder / "before.json", template()), written(folder / "after.json", template(every=10)))


def written(path: Path, data: dict[str, Any]) -> Path:
    """The file with this template."""
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return path


def template(every: int = 0) -> dict[str, Any]:
    """500 resources of five types; of every so many a property is another one."""
    resources = {f"R{number}": resource(number, bool(every) and number % every == 0) for number in range(500)}
    outputs = {
        f"O{number}": {"Value": {"Ref": f"R{number}"}, "Export": {"Name": f"export-{number}"}} for number in range(100)
    }
    return {"Resources": resources, "Outputs": outputs}


def resource(number: int, changed: bool) -> dict[str, Any]:
    """A table, a topic, a queue, a function or a policy, which refer to each other."""
    mark = "changed" if changed else "same"
    tags = [{"Key": "mark", "Value": mark}, {"Key": "stack", "Value": {"Ref": "AWS::StackName"}}]
    before = f"R{number - number % 5}"
    match number % 5:
        case 0:
            keys = [{"AttributeName": name, "KeyType": kind} for name, kind in (("PK", "HASH"), ("SK", "RANGE"))]
            index = {"IndexName": f"by-{mark}", "KeySchema": keys[::-1], "Projection": {"ProjectionType": "ALL"}}
            return {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "KeySchema": keys,
                    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
                    "GlobalSecondaryIndexes": [index],
                    "Tags": tags,
                },
            }
        case 1:
            name = {"Fn::Sub": f"${{AWS::StackName}}-{mark}-{number}"}
            return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, "Tags": tags}}
        case 2:
            return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30 + changed, "Tags": tags}}
        case 3:
            variables = {"TABLE": {"Ref": before}, "MARK": mark}
            code = {"S3Bucket": "code", "S3Key": {"Fn::Join": ["/", ["functions", str(number)]]}}
            properties = {"Handler": "index.handler", "Runtime": "python3.13", "Code": code}
            return {
                "Type": "AWS::Lambda::Function",
                "Properties": {**properties, "Environment": {"Variables": variables}, "Role": "arn:aws:iam::1:role/r"},
            }
        case _:
            arn = {"Fn::GetAtt": [before, "Arn"]}
            statement = {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": arn}
            document = {"Version": "2012-10-17", "Statement": [statement]}
            return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document, "Description": mark}}


if __name__ == "__main__":
    main()
