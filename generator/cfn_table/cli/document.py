"""`docs/cli.md`, made from the commands themselves: `python -m cfn_table.cli.document > docs/cli.md`.

What click shows with `--help` is the source: a command's docstring, its arguments and its options.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

import click

_HEAD: Final = """\
# The command line

`cfn-table` has one command for each task. `cfn-table --help` lists them, and `cfn-table COMMAND --help` says what is
written here. `python -m cfn_table` is the same program.

| | |
| --- | --- |
| Results | go to standard output, in UTF-8: lists of versions, templates, schemas, findings in a format for programs |
| Messages | go to standard error: findings as text, progress, and what was wrong with the call |
| `--format` | other than text and html gives one document on standard output, also when an error ends the command; \
only a call that cannot be read, such as one with an unknown option, has nothing but a message |
| Colour | only on a terminal, and not when `NO_COLOR` is set |
| Ctrl-C | ends the command with status 130 and leaves nothing half-written |
| SIGTERM, SIGHUP | end the command too (143 and 129 in a shell), `prove` after its engine, table and items are gone |

| exit status | means |
| --- | --- |
| 0 | fine |
| 1 | something was found: a finding, a stale build, a refused version, an access pattern that fails, \
a change that `--fail-on` refuses |
| 2 | the input cannot become a design or a template, a file cannot be read or written, or the call has no meaning |
| 3 | cfn-table itself is wrong; please report it |

With several designs the status is the highest of theirs.

| environment variable | means |
| --- | --- |
| names that a design declares in `context` | its context values, unless `--context` gives them |
| `CFN_TABLE_CACHE` | folder for remembered verdicts and builds, else `cfn-table` in `XDG_CACHE_HOME` or `~/.cache` |
| `CFN_TABLE_TRACEBACK` | when set, a bug shows its whole trace |
| `NO_COLOR` | when set, there is no colour |
"""

_EXAMPLES: Final = {
    "init": """\
        cfn-table init                         # here; the folder's name names the design
        cfn-table init orders --name orders    # in the folder orders
        """,
    "generate": """\
        cfn-table generate                     # all designs in templates/
        cfn-table generate kv-storage          # one design, by name or by file
        cfn-table generate --check             # in continuous integration: is build/ what the inputs say?
        cfn-table generate --draft kv-storage  # print the template and publish nothing
        cfn-table generate kv-storage --context TABLE_NAME=kv-storage-test
        """,
    "lint": """\
        cfn-table lint                                    # the project's designs and published versions
        cfn-table lint 'stacks/**/*.yaml' --region eu-west-1
        cfn-table lint --format sarif > findings.sarif
        aws cloudformation get-template --stack-name S --query TemplateBody --output text | cfn-table lint -
        """,
    "access": """\
        cfn-table access                                        # policies and access patterns of each design
        cfn-table access --can dynamodb:DeleteItem --key 'NS#myapp'
        cfn-table access --can 's3:*' stacks/template.yaml
        cfn-table access --compare kv-storage@1.0.0 kv-storage@1.1.0
        git show main:role.yaml | cfn-table access --compare - role.yaml
        """,
    "prove": """\
        cfn-table prove                                         # all designs, in process
        cfn-table prove kv-storage --engine moto --engine dynamodb-local
        cfn-table prove kv-storage --format junit > proof.xml
        cfn-table prove kv-storage --stack-name kv-storage-test --region eu-west-1 --max-latency 25
        """,
    "review": """\
        cfn-table review                                        # this branch, against where it left main
        cfn-table review --base origin/main --fail-on breaking  # in continuous integration
        cfn-table review kv-storage@1.0.0 kv-storage@1.1.0
        cfn-table review stack:kv-storage build/kv-storage/1.1.0/template.yaml --region eu-west-1
        cfn-table review --base origin/main --quiet --write markdown=comment.md --write html=review.html
        """,
    "emit deploy-policy": """\
        cfn-table emit deploy-policy --account 123456789012 > deploy-policy.json
        aws iam create-policy --policy-name deploy-kv-storage --policy-document file://deploy-policy.json
        cfn-table emit deploy-policy kv-storage --service-role deployer --only ServiceRolePolicy
        cfn-table emit deploy-policy kv-storage --format yaml > deployers.yaml
        """,
    "emit queries": """\
        cfn-table emit queries kv-storage > docs/kv-storage.md
        cfn-table emit queries kv-storage --language cli > queries.sh && sh queries.sh get_user_by_id
        cfn-table emit queries kv-storage --language python > queries.py
        cfn-table emit queries kv-storage --language javascript --table-name kv-storage-test > queries.mjs
        """,
    "emit consumer": """\
        cfn-table emit consumer kv-storage --policy api > kv-storage-api.yaml
        cfn-table emit consumer kv-storage --policy tenant --stack-name kv-test --name kv-test-tenant > tenant.yaml
        """,
    "emit typescript": """\
        cfn-table emit typescript kv-storage > src/kv-storage.ts
        """,
    "emit python": """\
        cfn-table emit python kv-storage > kv_storage.py
        """,
    "emit json-schema": """\
        cfn-table emit json-schema kv-storage > kv-storage.schema.json
        """,
    "emit import": """\
        cfn-table emit import kv-storage --live --region eu-west-1
        cfn-table emit import kv-storage --folder adopt --stack-name kv-storage-prod
        cfn-table emit import kv-storage --only resources > resources-to-import.json
        """,
    "rollout": """\
        cfn-table rollout kv-storage@1.0.0 kv-storage --folder rollout
        aws cloudformation get-template --stack-name kv-storage --query TemplateBody --output text \\
          | cfn-table rollout - kv-storage
        cfn-table rollout old.yaml new.yaml --stack-name orders --format markdown > ROLLOUT.md
        """,
    "publish": """\
        cfn-table publish s3://my-bucket/tables
        cfn-table publish s3://my-bucket build/kv-storage/1.0.0
        """,
    "schema": """\
        cfn-table schema design > docs/schema/design.schema.json
        """,
}


def cli_markdown() -> str:
    """The whole page, in Markdown."""
    from cfn_table.cli.root import COMMANDS, cli

    context = click.Context(cli, info_name="cfn-table", **cli.context_settings)
    parts = [_HEAD]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        parts.append("\n".join(_command(name, command, inner)))
        if isinstance(command, click.Group):
            for sub, subcommand in command.commands.items():
                below = click.Context(subcommand, info_name=sub, parent=inner)
                parts.append("\n".join(_command(f"{name} {sub}", subcommand, below, "###")))
    return "\n".join(parts)


def _command(name: str, command: click.Command, context: click.Context, level: str = "##") -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"{level} cfn-table {name}\n\n```\ncfn-table {name} {usage}\n```\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    yield "| option | meaning |\n| --- | --- |"
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option):
            record = parameter.get_help_record(context)
            assert record is not None
            names, meaning = (_cell(text) for text in record)
            yield f"| `{names}` | {meaning} |"
    if name in _EXAMPLES:
        yield f"\n```sh\n{inspect.cleandoc(_EXAMPLES[name]).rstrip()}\n```"
    yield ""


def _cell(text: str) -> str:
    """A text in a cell of a table: bars inside code need a backslash too (GitHub Flavored Markdown, tables)."""
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # TextIO says less than it can
    print(cli_markdown(), end="")
