"""`cfn-table schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["design", "include", "policy"]))
def command(kind: str) -> None:
    """Print the JSON Schema of designs, of files that they include, or of policies.

    Editors complete and check YAML by it.
    """
    from cfn_table.design.reference import design_schema, include_schema, policy_schema, schema_text

    schemas = {"design": design_schema, "include": include_schema, "policy": policy_schema}
    click.echo(schema_text(schemas[kind]()), nl=False)
