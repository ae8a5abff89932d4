"""`cfn-table access`."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from cfn_table.access.sources import Change, compare_sources
from cfn_table.cli.options import context_option, parse_context
from cfn_table.cli.output import find_designs
from cfn_table.errors import UsageError
from cfn_table.formats import cell, code, markdown_table, visible
from cfn_table.pipeline.access import (
    ALSO,
    Ability,
    Answer,
    Matrix,
    access_matrix,
    read_source,
    titles,
    who_can,
)
from cfn_table.pipeline.prepared import Settings

if TYPE_CHECKING:
    from cfn_table.access import Difference
    from cfn_table.access.request import Request

STDIN: Final = "-"


@click.command("access")
@click.argument("sources", nargs=-1)
@context_option
@click.option("--can", metavar="ACTION", help="Which policies allow this action, such as dynamodb:Scan?")
@click.option("--key", metavar="KEY", help="With --can: on items of this partition key.")
@click.option("--resource", metavar="ARN", help="With --can: on this resource; `*` and `?` are wildcards.")
@click.option("--compare", is_flag=True, help="Compare what two sources, OLD and NEW, allow.")
@click.option("--format", "output", type=click.Choice(["text", "markdown", "json"]), default="text", help="Form.")
def command(
    sources: tuple[str, ...],
    context: tuple[str, ...],
    can: str | None,
    key: str | None,
    resource: str | None,
    compare: bool,
    output: str,
) -> int:
    """Show what policies allow: access patterns, who can do what, and changes.

    SOURCES are designs (all of the project without any). With --can or --compare they may also be templates, published
    versions (DESIGN@VERSION or a folder), policy documents, or - for standard input. Exits 1 when --compare finds that
    anything is allowed that was not, or cannot decide it.
    """
    settings = Settings(context=parse_context(context))
    if (key is not None or resource is not None) and can is None:
        raise UsageError("`--key` and `--resource` are questions about an action", help="add `--can ACTION`")
    if compare and can is not None:
        raise UsageError("`--can` and `--compare` are two questions", help="ask one of them")
    if compare:
        return _compare(sources, settings, output)
    if can is not None:
        return _can(can, key, resource, sources, settings, output)
    matrices = list(access_matrix(find_designs(sources), settings))
    if output == "json":
        _print_json({"designs": [_matrix_data(each) for each in matrices]})
    else:
        shown = [[*_matrix_lines(each, output == "markdown")] for each in matrices]
        _print(line for at, lines in enumerate(shown) for line in (*([""] if at else []), *lines))
    return 0


def _can(
    action: str, key: str | None, resource: str | None, names: Sequence[str], settings: Settings, output: str
) -> int:
    service, _, operation = action.partition(":")
    if not service or not operation:
        example = "" if ":" in action else action
        raise UsageError(f"`{action}` is no action", help=f"write SERVICE:NAME, such as `dynamodb:{example or 'Scan'}`")
    given = [read_source(name, settings, stdin=_stdin(names)) for name in names]
    sources = given or [read_source(str(path), settings) for path in find_designs(())]
    answer = who_can(action, sources, key=key, resource=resource)
    undecided = [f"{name}: {reason}" for name, reason in answer.undecided]
    not_understood = [f"{source.name}: {reason}" for source in sources for reason in source.undecided]
    if output == "json":
        abilities = [_ability_data(each) for each in answer.abilities]
        _print_json({"can": abilities, "undecided": [*undecided, *not_understood]})
    elif output == "markdown":
        rows = [["policy", "through", "example"]]
        rows += [
            [cell(each.policy), cell(", ".join(each.statements)), code(str(each.request))] for each in answer.abilities
        ]
        rows += [[cell(name), "", f"undecided: {cell(reason)}"] for name, reason in answer.undecided]
        _print(markdown_table(rows))
    else:
        _print(
            [
                *_ability_lines(answer),
                *(["nobody, by these policies"] if not answer.abilities and not undecided else []),
            ]
        )
    for reason in not_understood:
        click.echo(visible(f"not understood: {reason}"), err=True)
    return 0


def _compare(names: Sequence[str], settings: Settings, output: str) -> int:
    if len(names) != 2:
        raise UsageError("`--compare` takes two sources, OLD and NEW", help="cfn-table access --compare OLD NEW")
    old, new = (read_source(name, settings, stdin=_stdin(names)) for name in names)
    changes = list(compare_sources(old, new))
    if output == "json":
        _print_json(
            {"policies": [_change_data(each) for each in changes], "undecided": [*old.undecided, *new.undecided]}
        )
    elif output == "markdown":
        _print(_change_markdown(changes))
    else:
        _print([line for each in changes for line in _change_lines(each)] or ["there are no policies"])
    for source in (old, new):
        for reason in source.undecided:
            click.echo(visible(f"not understood in {source.name}: {reason}"), err=True)
    return int(any(each.comparison.may_be_wider for each in changes) or bool(new.undecided))


def _stdin(names: Sequence[str]) -> str:
    if names.count(STDIN) > 1:
        raise UsageError("standard input can be read once", help="give one of the sources as a file")
    return sys.stdin.buffer.read().decode("utf-8", "replace") if STDIN in names else ""


def _print_json(data: dict[str, Any]) -> None:
    click.echo(json.dumps(data, indent=2))


def _print(lines: Iterable[str]) -> None:
    """Lines of text; names come from others' policies, and none of them may command the terminal or end a line."""
    click.echo("\n".join(map(visible, lines)))


def _matrix_lines(matrix: Matrix, markdown: bool) -> Iterator[str]:
    rows = [["access pattern", *matrix.policies], *([name, *cells] for name, cells in matrix.rows.items())]
    yield f"## {matrix.design}" if markdown else matrix.design
    if markdown:
        yield ""
    yield from markdown_table(rows) if markdown else _aligned(rows)
    notes = []
    if any(ALSO in cells for cells in matrix.rows.values()):
        notes.append("also: not listed in the policy and allowed all the same, since IAM cannot tell it from what is")
    notes += [f"share a partition key, so no policy can keep them apart: {', '.join(names)}" for names in matrix.shared]
    for proof in matrix.proofs:
        if not proof.holds:
            notes.append(f"{proof.policy}: {proof.comparison.relation} than its patterns need")
    if notes:
        yield ""
        yield from (f"- {note}" if markdown else f"  {note}" for note in notes)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _ability_lines(answer: Answer) -> Iterator[str]:
    for each in answer.abilities:
        yield f"{each.policy}, through {_named(each.statements)}:"
        yield from _request_lines(each.request, "  ")
    undecided: dict[str, list[str]] = {}
    for name, reason in answer.undecided:
        undecided.setdefault(name, []).append(reason)
    for name, reasons in undecided.items():
        yield f"{name}: undecided"
        yield from (f"  ? {reason}" for reason in reasons)


def _named(statements: Sequence[str]) -> str:
    return ", ".join(f"`{title}`" for title in statements)


def _request_lines(request: Request, indent: str) -> Iterator[str]:
    who = f"{request.principal}: " if request.principal else ""
    yield f"{indent}{who}{request.action} on {request.resource}"
    for name, value in sorted(request.context.items()):
        yield f"{indent}  {name} = {value if isinstance(value, str) else '[' + ', '.join(value) + ']'}"


def _change_lines(change: Change) -> Iterator[str]:
    what = "" if change.before and change.after else " (new)" if change.after else " (removed)"
    yield f"{change.policy}: {change.comparison.relation}{what}"
    for sign, found in (("+", change.comparison.gained), ("-", change.comparison.lost)):
        for each in found:
            yield from _wrapped(f"  {sign} {_words(each)}")
            yield from _request_lines(each.request, "      ")
    for reason in change.comparison.undecided:
        yield f"  ? {reason}"


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, 80, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _words(difference: Difference) -> str:
    verb = "now allowed" if difference.is_allowed_now else "no longer allowed"
    names = difference.actions
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{verb}: {shown}, through {_named(titles(difference.statements))}; for example"


def _change_markdown(changes: Iterable[Change]) -> Iterator[str]:
    rows = [["policy", "change", "example"]]
    for change in changes:
        examples = [f"now: {code(str(each.request))}" for each in change.comparison.gained]
        examples += [f"no longer: {code(str(each.request))}" for each in change.comparison.lost]
        examples += [f"undecided: {cell(reason)}" for reason in change.comparison.undecided]
        rows.append([cell(change.policy), str(change.comparison.relation), "<br>".join(examples)])
    yield from markdown_table(rows)


def _matrix_data(matrix: Matrix) -> dict[str, Any]:
    return {
        "design": matrix.design,
        "patterns": {name: dict(zip(matrix.policies, cells, strict=True)) for name, cells in matrix.rows.items()},
        "sharedPartitions": [list(names) for names in matrix.shared],
        "proofs": {proof.policy: str(proof.comparison.relation) for proof in matrix.proofs},
    }


def _request_data(request: Request) -> dict[str, Any]:
    data: dict[str, Any] = {"action": request.action, "resource": request.resource}
    if request.principal:
        data["principal"] = request.principal
    if request.context:
        data["context"] = {
            name: value if isinstance(value, str) else list(value) for name, value in sorted(request.context.items())
        }
    return data


def _ability_data(ability: Ability) -> dict[str, Any]:
    return {
        "source": ability.source,
        "policy": ability.policy,
        "statements": list(ability.statements),
        "example": _request_data(ability.request),
    }


def _difference_data(difference: Difference) -> dict[str, Any]:
    return {
        "actions": list(difference.actions),
        "statements": list(titles(difference.statements)),
        "example": _request_data(difference.request),
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "policy": change.policy,
        "relation": str(change.comparison.relation),
        "before": change.before,
        "after": change.after,
        "gained": [_difference_data(each) for each in change.comparison.gained],
        "lost": [_difference_data(each) for each in change.comparison.lost],
        "undecided": list(change.comparison.undecided),
    }
