"""`cfn-table schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["design", "include", "policy", "proof", "review", "rollout"]))
def command(kind: str) -> None:
    """Print the JSON Schema of designs, of files that they include, of policies, and of reports.

    Editors complete and check YAML by the first three; the others are those of `prove`, `review` and `rollout` with
    `--format json`.
    """
    from cfn_table.design.reference import design_schema, include_schema, policy_schema, schema_text
    from cfn_table.prove.formats import proof_schema
    from cfn_table.review.formats import review_schema
    from cfn_table.review.rollout.json_schema import rollout_schema

    schemas = {
        "design": design_schema,
        "include": include_schema,
        "policy": policy_schema,
        "proof": proof_schema,
        "review": review_schema,
        "rollout": rollout_schema,
    }
    click.echo(schema_text(schemas[kind]()), nl=False)
