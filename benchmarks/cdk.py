"""The same table in the AWS CDK, in its fastest form: precompiled JavaScript. npm brings it into a cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("aws-cdk@2", "aws-cdk-lib@2", "constructs@10")

APP = """\
const { App, Stack, RemovalPolicy, CfnOutput } = require('aws-cdk-lib');
const dynamodb = require('aws-cdk-lib/aws-dynamodb');
const iam = require('aws-cdk-lib/aws-iam');
const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
const stack = new Stack(app, 'kv-storage');
const table = new dynamodb.Table(stack, 'KVStorageTable', {
  tableName: 'kv-storage-data',
  partitionKey: { name: 'PK', type: dynamodb.AttributeType.STRING },
  sortKey: { name: 'SK', type: dynamodb.AttributeType.STRING },
  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  encryption: dynamodb.TableEncryption.AWS_MANAGED,
  timeToLiveAttribute: 'ttl',
  removalPolicy: RemovalPolicy.RETAIN,
});
table.addGlobalSecondaryIndex({
  indexName: 'GSI1',
  partitionKey: { name: 'GSI1PK', type: dynamodb.AttributeType.STRING },
  sortKey: { name: 'GSI1SK', type: dynamodb.AttributeType.STRING },
});
for (const name of ['Api', 'Reporting', 'Tenant']) {
  const policy = new iam.ManagedPolicy(stack, name + 'Policy', {
    statements: [
      new iam.PolicyStatement({ actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [table.tableArn] }),
    ],
  });
  const exportName = 'kv-storage-' + name + 'PolicyArn';
  new CfnOutput(stack, name + 'PolicyArn', { value: policy.managedPolicyArn, exportName });
}
new CfnOutput(stack, 'TableName', { value: table.tableName, exportName: 'kv-storage-TableName' });
app.synth();
"""


def cdk_app() -> tuple[list[tuple[str, list[str], Path]], str]:
    """Commands that synthesize the table, as name, command and folder; or none, and the reason why."""
    if not (shutil.which("node") and shutil.which("npm")):
        return [], "there is no node and npm here"
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cfn-table-benchmarks" / "cdk"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.js").write_text(APP, "utf-8")
    (folder / "cdk.json").write_text('{"app": "node app.js"}\n', "utf-8")
    (folder / "package.json").write_text('{"private": true}\n', "utf-8")
    if not (folder / "node_modules" / "aws-cdk-lib").exists():
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            return [], f"npm cannot install it: {said[-1]}"
    synth = ["node", "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices", "--no-version-reporting"]
    return [("node app.js", ["node", "app.js"], folder), ("cdk synth", synth, folder)], ""
