"""`cfn-table schema`."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["design", "policy"]))
def command(kind: str) -> None:
    """Print the JSON Schema of designs or policies, for editors.

    Editors complete and check YAML by it.
    """
    from cfn_table.design.reference import design_schema, policy_schema

    schema = design_schema() if kind == "design" else policy_schema()
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
