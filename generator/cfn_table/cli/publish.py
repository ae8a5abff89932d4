"""`cfn-table publish`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cfn_table.cli.options import account_options
from cfn_table.errors import UsageError
from cfn_table.project import Project


@click.command("publish")
@click.argument("url", metavar="s3://BUCKET/PREFIX")
@click.argument("versions", nargs=-1)
@click.option("--endpoint-url", metavar="URL", help="Another S3 endpoint.")
@account_options("bucket")
def command(
    url: str, versions: tuple[str, ...], endpoint_url: str | None, region: str | None, profile: str | None
) -> None:
    """Copy published versions to S3, never changing what is there.

    VERSIONS are folders such as build/kv-storage/1.0.0; without any, the newest version of each design.
    """
    from cfn_table.publish.aws_errors import require_endpoint
    from cfn_table.publish.s3 import parse_url, publish_to_s3

    parse_url(url)  # a wrong address is told before anything is looked for
    if endpoint_url is not None:
        require_endpoint(endpoint_url)
    for folder in _folders(versions):
        outcome = publish_to_s3(folder, url, endpoint_url=endpoint_url, region=region, profile=profile)
        click.echo(f"{folder}: {len(outcome.uploaded)} uploaded, {len(outcome.skipped)} there already")
        click.echo(_commands(folder, url, outcome.template_yaml_url))


def _folders(versions: tuple[str, ...]) -> list[Path]:
    from cfn_table.publish.store import Store

    if versions:
        return [Path(version) for version in versions]
    project = Project.find(Path.cwd())
    store = Store(project.root)
    newest = [
        Path(project.name_of(project.build / design / str(found[-1])))
        for design in store.designs()
        if (found := store.versions(design))
    ]
    if not newest:
        raise UsageError("no version is published here", help="run `cfn-table generate` first")
    return newest


def _commands(folder: Path, url: str, template_url: str | None) -> str:
    bucket = url.removeprefix("s3://").partition("/")[0]
    stack = folder.parent.name
    capability = _capability(folder)
    return "\n".join(
        (
            "  deploy it through the bucket:",
            f"    aws cloudformation deploy --template-file {folder}/template.yaml --s3-bucket {bucket} \\",
            f"      --stack-name {stack}{capability}",
            "  or make a change set from the published template:",
            f"    aws cloudformation create-change-set --template-url {template_url} \\",
            f"      --stack-name {stack} --change-set-name release{capability}",
        )
    )


def _capability(folder: Path) -> str:
    """The option by which the deployer allows the template's policies, where it has any."""
    template = json.loads((folder / "template.json").read_bytes())
    policies = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::ManagedPolicy"]
    if not policies:
        return ""
    named = any("ManagedPolicyName" in each["Properties"] for each in policies)
    return f" --capabilities {'CAPABILITY_NAMED_IAM' if named else 'CAPABILITY_IAM'}"
