"""`cfn-table schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("kind", type=click.Choice(["design", "include", "policy", "proof", "review"]))
def command(kind: str) -> None:
    """Print the JSON Schema of designs, of files that they include, of policies, proofs or reviews.

    Editors complete and check YAML by the first three; the others are those of `prove --format json` and
    `review --format json`.
    """
    from cfn_table.design.reference import design_schema, include_schema, policy_schema, schema_text
    from cfn_table.prove.formats import proof_schema
    from cfn_table.review.formats import review_schema

    schemas = {
        "design": design_schema,
        "include": include_schema,
        "policy": policy_schema,
        "proof": proof_schema,
        "review": review_schema,
    }
    click.echo(schema_text(schemas[kind]()), nl=False)
