"""`access`: what policies allow, of designs, of policies in files, and of any CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cfn_table.access.sources import Source, source_of_document, source_of_template
from cfn_table.errors import InputError, UsageError
from cfn_table.findings import Location
from cfn_table.pipeline.prepared import Settings
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.access import Policy, Statement
    from cfn_table.access.proof import PolicyProof
    from cfn_table.access.request import Request
    from cfn_table.design.design import Design

LISTED: Final = "yes"
ALSO: Final = "also"
NO: Final = "-"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which policy of a design allows which access pattern.

    Attributes:
        design: the design's name.
        policies: names of its policies, the columns.
        rows: access pattern → a cell for each policy: `LISTED`, `ALSO` (not listed, but IAM cannot tell it from what
            is), or `NO`.
        shared: groups of entities that share partition keys, so that no policy can allow one and not the others.
        proofs: what was shown of each policy.
    """

    design: str
    policies: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    shared: tuple[tuple[str, ...], ...]
    proofs: tuple[PolicyProof, ...]


@dataclass(frozen=True, slots=True)
class Ability:
    """That a policy lets somebody do what was asked.

    Attributes:
        source: the design or the file.
        policy: the policy's name.
        statements: titles of the statements that allow it.
        request: an example.
    """

    source: str
    policy: str
    statements: tuple[str, ...]
    request: Request


@dataclass(frozen=True, slots=True)
class Answer:
    """Who can do what was asked.

    Attributes:
        abilities: one for each policy and kind of action.
        undecided: of policies of which it is not known, the name and what is not known, in words.
    """

    abilities: tuple[Ability, ...]
    undecided: tuple[tuple[str, str], ...] = ()


def access_matrix(paths: Iterable[Path], settings: Settings) -> Iterator[Matrix]:
    """A matrix of policies and access patterns for each design.

    Raises:
        CfnTableError: a design cannot become a template.
    """
    from cfn_table.pipeline.prepared import prepare

    for path in paths:
        prepared = prepare(path, settings)
        yield _matrix(prepared.design, prepared.artifacts.proofs)


def _matrix(design: Design, proofs: Sequence[PolicyProof]) -> Matrix:
    listed = {policy.name: {grant.pattern for grant in policy.file.allow} for policy in design.policies}
    rows = {
        name: tuple(
            LISTED if name in listed[proof.policy] else ALSO if name in proof.also_allows else NO for proof in proofs
        )
        for name in design.file.access_patterns
    }
    return Matrix(design.name, tuple(proof.policy for proof in proofs), rows, tuple(_shared(design)), tuple(proofs))


def _shared(design: Design) -> Iterator[tuple[str, ...]]:
    """Groups of entities whose partition keys in the table can be the same."""
    (partition, *more) = design.table_keys.partition
    if more:
        return
    groups: dict[str, list[str]] = {}
    for name, view in design.entities.items():
        if partition in view.templates:
            groups.setdefault(view.templates[partition].iam_pattern(), []).append(name)
    for names in groups.values():
        if len(names) > 1:
            yield tuple(names)


def who_can(action: str, sources: Sequence[Source], *, key: str | None = None, resource: str | None = None) -> Answer:
    """The policies that allow an action, each with an example.

    Args:
        action: such as `dynamodb:GetItem`; `*` and `?` are wildcards.
        sources: the policies, by where they are.
        key: only requests for this partition key (requests that name none, such as Scan, reach every key).
        resource: only requests on this resource; `*` and `?` are wildcards.
    """
    from cfn_table.access import Policy, compare
    from cfn_table.languages import escape

    only: list[dict[str, Any]] = [{"Effect": "Deny", "NotAction": action, "Resource": "*"}]
    if key is not None:
        unlike = {"ForAnyValue:StringNotEquals": {"dynamodb:LeadingKeys": escape(key)}}
        only.append({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": unlike})
    if resource is not None:
        only.append({"Effect": "Deny", "Action": "*", "NotResource": _without_variables(resource)})
    limits = Policy.from_document({"Version": "2012-10-17", "Statement": only}, "question")
    found: list[Ability] = []
    undecided: list[tuple[str, str]] = []
    for source in sources:
        for name, policies in source.policies.items():
            comparison = compare((), (*policies, limits), asks_principal=name in source.of_resources)
            undecided += [(name, reason) for reason in comparison.undecided]
            found += [
                Ability(source.name, name, titles(difference.statements), difference.request)
                for difference in comparison.gained
            ]
    return Answer(tuple(found), tuple(undecided))


def _without_variables(text: str) -> str:
    """A text in which `${aws:username}` stands for itself: the question is about no one's name."""
    from cfn_table.access.variables import variables_in

    for name in variables_in(text):
        text = text.replace(f"${{{name}", f"${{$}}{{{name}")
    return text


def read_source(name: str, settings: Settings, *, stdin: str = "") -> Source:
    """The policies of a design, a template, a published version or a policy document.

    Args:
        name: a file, a folder of a published version, `DESIGN@VERSION`, the name of a design, or `-` for `stdin`.
        settings: the context of designs.
        stdin: the text that `-` stands for.

    Raises:
        CfnTableError: it cannot be read as any of these.
    """
    from cfn_table.design.source import read_file
    from cfn_table.pipeline.lint import is_design
    from cfn_table.synth.read import read_template

    if name == "-":
        text, shown = stdin, "<stdin>"
    else:
        path = _file_of(name)
        text, shown = read_file(path, name=str(path)).text, str(path)
        if is_design(text):
            return _of_design(name, path, settings)
    template = read_template(text, shown)
    if "Statement" in template.data and "Resources" not in template.data:
        return source_of_document(name, template.data, shown)
    if "Resources" not in template.data:
        raise InputError(
            f"`{shown}` is no design, no template and no policy",
            help="a template has `Resources`, a policy document `Statement`",
            location=Location(shown),
        )
    if not isinstance(template.data["Resources"], Mapping):
        raise InputError(
            f"`Resources` of `{shown}` must be a mapping", help="write `NAME: {Type: …}`", location=Location(shown)
        )
    return source_of_template(name, template.data, shown)


def _file_of(name: str) -> Path:
    path = Path(name)
    if not path.exists():
        project = Project.find(Path.cwd())
        designs = {each.stem: each for each in project.designs()}
        design, at, version = name.partition("@")
        if at:
            path = project.build / design / version
            if not path.is_dir():
                raise UsageError(f"there is no published version `{name}`", help="name it as DESIGN@VERSION")
        elif name in designs:
            path = Path(project.name_of(designs[name]))
    return path / "template.yaml" if path.is_dir() else path


def _of_design(name: str, path: Path, settings: Settings) -> Source:
    from cfn_table.pipeline.prepared import prepare

    return source_of_template(name, prepare(path, settings).artifacts.template, str(path))


def titles(statements: Iterable[tuple[Policy, Statement]]) -> tuple[str, ...]:
    """How messages name statements, each once."""
    return tuple(dict.fromkeys(statement.title for _, statement in statements))
