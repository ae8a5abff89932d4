"""`cfn-table emit`: texts that are made from a design, beside its template."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cfn_table.cli.options import (
    context_option,
    parameter_option,
    parse_context,
    parse_parameters,
    quiet_option,
    regions_option,
)
from cfn_table.cli.output import find_designs
from cfn_table.errors import CfnTableError, UsageError
from cfn_table.findings import Severity

if TYPE_CHECKING:
    from cfn_table.design.design import Design


@click.group("emit")
def command() -> None:
    """Print what belongs to a design beside its template.

    Each subcommand prints one text to standard output, and notes on it to standard error; import writes several files.
    """


@command.command("deploy-policy")
@click.argument("design", required=False)
@context_option
@click.option("--stack-name", metavar="NAME", help="Name of the stack; by default the design's name.")
@click.option("--account", metavar="DIGITS", help="The AWS account; without it `*` stands for the account.")
@regions_option("Region that the stack is deployed to. Repeatable; by default the design's regions.")
@click.option("--partition", metavar="NAME", help="Partition, such as aws-cn; by default that of the Regions.")
@parameter_option("Value that every deployment gives to a parameter of the template.")
@click.option(
    "--service-role",
    metavar="ROLE",
    help="Role that CloudFormation assumes: the pipeline may only pass it, and it gets a policy of its own.",
)
@click.option("--s3-bucket", "bucket", metavar="BUCKET", help="Bucket of `aws cloudformation deploy --s3-bucket`.")
@click.option("--no-delete", is_flag=True, help="Grant nothing that deletes the stack or a resource of it.")
@click.option("--only", metavar="NAME", help="Print one of several documents, such as ServiceRolePolicy.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["json", "yaml"]),
    default="json",
    help="Policy documents in JSON, or a CloudFormation template with them in YAML.",
)
@quiet_option("Print no notes.")
def deploy_policy_command(
    design: str | None,
    context: tuple[str, ...],
    stack_name: str | None,
    account: str | None,
    regions: tuple[str, ...],
    partition: str | None,
    parameters: tuple[str, ...],
    service_role: str | None,
    bucket: str | None,
    no_delete: bool,
    only: str | None,
    output: str,
    quiet: bool,
) -> None:
    """Print the least IAM policy that deploys a design.

    DESIGN is a design file or name; it may be left out where there is one design. The policy allows just what
    CloudFormation does for this version: create, update and delete its stack. An update that removes a feature needs
    the policy of the version before, too. Where the table is retained, deleting it is not granted. Several documents
    are printed as one object, by name.

    Who may deploy a managed policy or a resource policy decides what it says: what these grant is limited by review of
    the published template, not by this policy.
    """
    from cfn_table.emit.deploy_policy import deploy_policy

    loaded = _sound_design(design, context, "a policy is for one design")
    made = deploy_policy(
        loaded,
        stack_name=stack_name,
        account=account,
        regions=regions,
        partition=partition,
        parameters=parse_parameters(parameters),
        service_role=service_role,
        bucket=bucket,
        delete=not no_delete,
    )
    if only is not None and output == "yaml":
        raise UsageError("`--only` prints one document, and `--format yaml` a template with all", help="leave one out")
    click.echo(made.as_template() if output == "yaml" else made.as_json(only), nl=False)
    if not quiet:
        for note in made.notes:
            click.echo(f"note: {note}", err=True)


@command.command("queries")
@click.argument("design", required=False)
@context_option
@click.option(
    "--language",
    type=click.Choice(["cli", "python", "javascript"]),
    help="A file in one language that runs as it is: a shell script, a Python module or an ES module.",
)
@click.option(
    "--table-name",
    metavar="NAME",
    help="The table's name or ARN; by default the design's, else that of the environment variable TABLE_NAME.",
)
def queries_command(design: str | None, context: tuple[str, ...], language: str | None, table_name: str | None) -> None:
    """Print each access pattern as command and code, with values of the samples.

    DESIGN is a design file or name; it may be left out where there is one design. Without `--language` it is Markdown:
    for each access pattern the AWS CLI command, Python with boto3, and JavaScript with version 3 of the AWS SDK. Reads
    follow pages to the end where the pattern has no limit. An entity without samples gets plausible values.
    """
    from cfn_table.emit.queries import emit_queries

    loaded = _sound_design(design, context, "queries are for one design")
    click.echo(emit_queries(loaded, language=language, table_name=table_name), nl=False)


@command.command("consumer")
@click.argument("design", required=False)
@context_option
@click.option("--policy", metavar="NAME", help="The policy that the function gets; by default the design's only one.")
@click.option("--stack-name", metavar="NAME", help="Stack of the table; by default the design's name.")
@click.option(
    "--name", metavar="NAME", help="Stack of the consumer; by default the names of the design and the policy."
)
def consumer_command(
    design: str | None, context: tuple[str, ...], policy: str | None, stack_name: str | None, name: str | None
) -> None:
    """Print a stack that uses the table: a Lambda function with one policy, as a starter.

    DESIGN is a design file or name; it may be left out where there is one design. The template in YAML imports the
    policy, the table's name and the names of indexes from the stack of the table. Its function runs the access patterns
    that the policy allows, by event; where the policy reads the stream, it gets the changes. The comment at its head
    has the commands that deploy and call it.
    """
    from cfn_table.emit.consumer import emit_consumer

    loaded = _sound_design(design, context, "a consumer is for one design")
    click.echo(emit_consumer(loaded, policy=policy, stack_name=stack_name, name=name), nl=False)


@command.command("typescript")
@click.argument("design", required=False)
@context_option
def typescript_command(design: str | None, context: tuple[str, ...]) -> None:
    """Print a design's types as a TypeScript module: interfaces, and functions for keys, items and requests.

    DESIGN is a design file or name; it may be left out where there is one design. The module imports nothing. Items are
    as the document client of `@aws-sdk/lib-dynamodb` has them. The function of an access pattern gives the input of the
    client's command: `client.send(new GetCommand(getUserById({ userId })))`.
    """
    from cfn_table.emit.types.typescript import emit_typescript

    click.echo(emit_typescript(_sound_design(design, context, "types are for one design")).text, nl=False)


@command.command("python")
@click.argument("design", required=False)
@context_option
def python_command(design: str | None, context: tuple[str, ...]) -> None:
    """Print a design's types as a Python module: TypedDicts, and functions for keys, items and requests.

    DESIGN is a design file or name; it may be left out where there is one design. The module needs Python 3.11 and the
    standard library alone. Items are as boto3's resource has them: plain dicts with Decimal, bytes and sets. The
    function of an access pattern gives the arguments of a method of `boto3.resource("dynamodb").meta.client`.
    """
    from cfn_table.emit.types.python import emit_python

    click.echo(emit_python(_sound_design(design, context, "types are for one design")).text, nl=False)


@command.command("json-schema")
@click.argument("design", required=False)
@context_option
def json_schema_command(design: str | None, context: tuple[str, ...]) -> None:
    """Print the JSON Schema of a design's items.

    DESIGN is a design file or name; it may be left out where there is one design. The document is the schema (2020-12)
    of any stored item; it defines each entity as it is stored (UserEntity) and as applications see it (User).
    """
    from cfn_table.emit.types.json_schema import emit_json_schema

    loaded = _sound_design(design, context, "a schema is for one design")
    click.echo(emit_json_schema(loaded).text, nl=False)


@command.command("import")
@click.argument("design", required=False)
@context_option
@click.option("--folder", metavar="DIR", help="Where the files are written; by default import-DESIGN.")
@click.option("--stack-name", metavar="NAME", help="Name of the stack to be made; by default the design's name.")
@click.option("--table-name", metavar="NAME", help="Name of the table, where it is a parameter of the template.")
@click.option(
    "--live", is_flag=True, help="Read the table, and import it as it is; then deploying changes what differs."
)
@click.option(
    "--region", metavar="REGION", help="With --live: Region of the table; by default as the AWS CLI finds it."
)
@click.option("--profile", metavar="NAME", help="With --live: profile of the AWS configuration.")
@click.option("--endpoint-url", metavar="URL", help="With --live: another endpoint than AWS.")
@click.option(
    "--only",
    type=click.Choice(["template", "resources", "notes"]),
    help="Print one of the files, and write none.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print no notes.")
def import_command(
    design: str | None,
    context: tuple[str, ...],
    folder: str | None,
    stack_name: str | None,
    table_name: str | None,
    live: bool,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    only: str | None,
    quiet: bool,
) -> None:
    """Write what adopts an existing table: a retained one, or one that was made by hand.

    DESIGN is a design file or name; it may be left out where there is one design. The files are a template with the
    table alone, the list of resources of a CloudFormation import change set, and IMPORT.md with the commands. The
    table and its data stay as they are; its name and key must be those of the design. With --live the template says
    what the table is, so that the deployment after the import changes what differs; without it, what the design says.
    """
    from cfn_table.pipeline.adopt import NOTES, RESOURCES, TEMPLATE, adopt_table, write_adoption
    from cfn_table.pipeline.prepared import Settings, require_declared
    from cfn_table.pipeline.sources.found import SourceOptions

    if not live and (region is not None or profile is not None or endpoint_url is not None):
        raise UsageError("only `--live` reads the table", help="add `--live`, or leave the other options out")
    if only is not None and folder is not None:
        raise UsageError("`--only` prints one file, and `--folder` is where all are written", help="leave one out")
    path = _one_design(design, "an import is for one design")
    settings = Settings(context=parse_context(context))
    require_declared([path], settings)
    target = Path(folder or f"import-{path.stem}")
    adoption = adopt_table(
        path,
        settings,
        folder=target.as_posix(),
        stack_name=stack_name,
        table_name=table_name,
        live=SourceOptions(region, profile, endpoint_url) if live else None,
    )
    if only is not None:
        names = {"template": TEMPLATE, "resources": RESOURCES, "notes": NOTES}
        click.echo(adoption.files[names[only]], nl=False)
    else:
        for each in write_adoption(adoption, target):
            click.echo(each)
    if not quiet:
        for note in adoption.notes:
            click.echo(f"note: {note}", err=True)


class _UnsoundError(CfnTableError):
    """The design rules found errors."""

    exit_status = 1


def _sound_design(name: str | None, context: tuple[str, ...], purpose: str) -> Design:
    """The one design that is meant, without errors of the design rules."""
    from cfn_table.design.load import load_design
    from cfn_table.design.rules import check_design
    from cfn_table.pipeline.prepared import Settings, require_declared
    from cfn_table.project import Project

    path = _one_design(name, purpose)
    settings = Settings(context=parse_context(context))
    require_declared([path], settings)
    loaded = load_design(
        path, context=settings.context, environment=settings.environment, project=Project.of_design(path)
    )
    errors = [finding for finding in check_design(loaded) if finding.severity is Severity.ERROR]
    if errors:
        raise _UnsoundError.of(errors)
    return loaded


def _one_design(name: str | None, purpose: str) -> Path:
    paths = find_designs([name] if name is not None else [])
    if len(paths) != 1:
        known = ", ".join(f"`{path.stem}`" for path in paths)
        raise UsageError(f"{purpose}, and there are {len(paths)}", help=f"name one of {known}")
    return paths[0]
