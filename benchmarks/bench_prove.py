"""`cfn-table prove` on kv-storage with moto, against moto alone: a process that makes the same stack and nothing else.

    python -m benchmarks.bench_prove

Whole processes, medians, both in turn. Then where the time of one run goes, as the command tells it.
"""

from __future__ import annotations

import argparse
import compileall
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Contestant, peak_mib, race, table

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "build" / "kv-storage" / "1.0.0-rc.1" / "template.json"
PROVE = [sys.executable, "-m", "cfn_table", "prove", "kv-storage"]
MOTO_ALONE = """\
import os, sys
os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
import boto3
from moto import mock_aws
with mock_aws():
    text = open(sys.argv[1], encoding="utf-8").read()
    stack = boto3.client("cloudformation")
    stack.create_stack(StackName="s", TemplateBody=text, Capabilities=["CAPABILITY_IAM"])
    boto3.client("dynamodb").describe_table(TableName="kv-storage-data")
"""


def main() -> None:
    """Measure, and print a table with the target."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9, help="runs of each contestant")
    runs: int = options.parse_args().runs
    import cfn_table

    compileall.compile_dir(str(Path(cfn_table.__file__).parent), quiet=1)
    prove = Contestant("prove kv-storage, moto", PROVE, ROOT)
    alone = Contestant("moto alone", [sys.executable, "-c", MOTO_ALONE, str(TEMPLATE)], ROOT)
    race([prove, alone], 1)
    for each in (prove, alone):
        each.seconds.clear()
    race([prove, alone], runs)
    memory = peak_mib(prove)
    rows = [["what", "median", "against", "ratio", "target", "memory"]]
    ratio = f"{prove.median / alone.median:.2f}"
    shown = "" if memory is None else f"{memory:.0f} MiB"
    rows.append([prove.name, f"{prove.median:.2f} s", f"moto alone, {alone.median:.2f} s", ratio, "4 s", shown])
    print(table(rows))
    told = subprocess.run([*PROVE, "--format", "json"], cwd=ROOT, capture_output=True, check=True).stdout
    print("\none run:", ", ".join(f"{name} {seconds:.2f} s" for name, seconds in _phases(told)))


def _phases(told: bytes) -> list[tuple[str, float]]:
    (report,) = json.loads(told)["reports"]
    return [(str(each["name"]), float(each["seconds"])) for each in report["phases"]]


if __name__ == "__main__":
    main()
