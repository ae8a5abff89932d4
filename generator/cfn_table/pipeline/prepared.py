"""What generating and checking share: a design with its files, and what becomes of it."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfn_table.errors import CfnTableError, InputError, UsageError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.design.design import Design
    from cfn_table.lint.verdicts import LintVerdict
    from cfn_table.pipeline.artifacts import Artifacts
    from cfn_table.publish.store import Build, Store


@dataclass(frozen=True, slots=True)
class Settings:
    """How designs are generated.

    Attributes:
        context: values given with `--context`.
        environment: where declared context names are looked up.
        cache: whether verdicts and unchanged builds are remembered between calls.
        processes: most linting processes; None for one per usable CPU.
    """

    context: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cache: bool = True
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one design.

    Attributes:
        path: the design file as the user names it.
        design: the design's name; empty where the file could not be read.
        version: its version; empty likewise.
        outcome: `created`, `unchanged`, `replaced` (a pre-release), `current` (a check that agrees), `drafted` or
            `failed`.
        folder: the published version's folder, as the user would name it.
        findings: errors, warnings and notes, sorted.
        exit_status: 0, or what the command exits with because of this design.
        environment: context values that came from environment variables.
        template_bytes: size of template.yaml.
        yaml: the template's text, for drafts only.
        json: likewise.
    """

    path: str
    design: str = ""
    version: str = ""
    outcome: str = "failed"
    folder: str = ""
    findings: tuple[Finding, ...] = ()
    exit_status: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)
    template_bytes: int = 0
    yaml: str = ""
    json: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A design whose files are made and that waits for its verdict."""

    path: Path
    shown: str
    project: Project
    design: Design
    artifacts: Artifacts
    findings: tuple[Finding, ...]


def prepare(
    path: Path, settings: Settings, names: DesignNames | None = None, project: Project | None = None
) -> Prepared:
    """Load a design, check it by the design rules, and make its files.

    Args:
        path: the design file.
        settings: its context.
        names: what is known of the project's other designs.
        project: the project that it is in; else that of its folder.

    Raises:
        CfnTableError: it cannot become a template.
    """
    from cfn_table.access.proof import findings_of
    from cfn_table.design.load import load_design
    from cfn_table.design.rules import check_design
    from cfn_table.emit.texts import unknown_texts
    from cfn_table.pipeline.artifacts import make_artifacts

    project = project or Project.of_design(path)
    design = load_design(path, context=settings.context, environment=settings.environment, project=project)
    (names or DesignNames()).require_only(design, path, project)
    findings = [*check_design(design), *unknown_texts(project)]
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise _Unsound.of(findings)
    artifacts = make_artifacts(design)
    if unproven := list(findings_of(design, artifacts.proofs)):
        raise _Unsound.of(sorted(unproven, key=Finding.sort_key))
    return Prepared(path, project.name_of(path), project, design, artifacts, tuple(findings))


def require_declared(paths: Iterable[Path], settings: Settings) -> None:
    """Refuse a context value that none of the designs declares: a misspelt name would publish the default.

    Designs that cannot be read are left out; they have errors of their own.

    Raises:
        UsageError: there is such a value.
    """
    if not settings.context:
        return
    from cfn_table.design.source import Mapping as RawMapping
    from cfn_table.design.source import parse, read_file
    from cfn_table.design.suggest import did_you_mean

    declared: dict[str, None] = {}
    read = False
    for path in paths:
        try:
            context = parse(read_file(path)).get("context")
        except CfnTableError:
            continue
        read = True
        if isinstance(context, RawMapping):
            declared.update(dict.fromkeys(str(name) for name in context))
    for name in settings.context:
        if read and name not in declared:
            raise UsageError(
                f"no design declares the context value `{name}`",
                help=did_you_mean(name, declared) or f"declare it in the design: `context: {{{name}: VALUE}}`",
            )


class _Unsound(CfnTableError):
    """The design rules found errors, or a policy is not shown to allow just its access patterns."""

    exit_status = 1


class DesignNames:
    """Which design files of a project bear which name; each project's folder is read once."""

    _LINE = re.compile(r"^design:\s*[\"']?([A-Za-z0-9_.-]+)", re.MULTILINE)

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, list[Path]]] = {}

    def require_only(self, design: Design, path: Path, project: Project) -> None:
        """Refuse a design whose name another file in `templates/` bears too.

        Raises:
            InputError: there is such a file.
        """
        for other in self._in(project).get(design.name, ()):
            if other.resolve() != path.resolve():
                raise InputError(
                    f"`{project.name_of(other)}` is a design named `{design.name}` too",
                    help="give one of them another name: published versions are kept by name",
                    location=design.locate("design"),
                )

    def _in(self, project: Project) -> dict[str, list[Path]]:
        if project.root not in self._known:
            names: dict[str, list[Path]] = {}
            for path in project.designs():
                try:
                    found = self._LINE.search(path.read_text("utf-8-sig", "replace"))
                except OSError:
                    continue
                if found:
                    names.setdefault(found[1], []).append(path)
            self._known[project.root] = names
        return self._known[project.root]


def store_of(project: Project) -> Store:
    """The project's published versions."""
    from cfn_table.publish.store import Store

    return Store(project.root)


def build_of(prepared: Prepared, verdict: LintVerdict | None) -> Build:
    """The version to publish; without a verdict, only good for comparing identities."""
    from cfn_table.pipeline.succession import needed_step
    from cfn_table.publish.manifest import Inputs, Proven, Suppressed, Verdict
    from cfn_table.publish.semver import Version
    from cfn_table.publish.store import Build

    design = prepared.design
    lint = Verdict(regions=tuple(design.file.regions))
    if verdict is not None:
        counts: dict[tuple[str, str], int] = {}
        for each in verdict.suppressed:
            counts[each.finding.rule, each.reason] = counts.get((each.finding.rule, each.reason), 0) + 1
        lint = Verdict(
            regions=verdict.regions,
            findings=tuple(
                finding for finding in (*prepared.findings, *verdict.findings) if finding.severity is not Severity.NOTE
            ),
            suppressed=tuple(Suppressed(rule, reason, count) for (rule, reason), count in sorted(counts.items())),
        )
    return Build(
        design=design.name,
        version=Version.parse(design.version, location=design.locate("version")),
        files=prepared.artifacts.files,
        inputs=Inputs(
            digest=design.inputs_digest,
            files=design.files,
            context=dict(design.context.values),
            environment=tuple(sorted({*design.context.from_environment, *design.context.from_options})),
        ),
        tool=tool_versions(),
        lint=lint,
        location=design.locate("version"),
        access={
            proof.policy: Proven(str(proof.comparison.relation), proof.also_allows)
            for proof in prepared.artifacts.proofs
        },
        needs=functools.partial(needed_step, prepared),
    )


@functools.cache
def tool_versions() -> Mapping[str, str]:
    """Versions of the programs that decide what is published."""
    from importlib.metadata import version

    from cfn_table import __version__

    return {"cfn-table": __version__, **{name: version(name) for name in ("cfn-lint", "troposphere", "awacs")}}


def from_outside(design: Design) -> dict[str, str]:
    """Name → value of the context values that came from environment variables."""
    return {name: design.context.values[name] for name in design.context.from_environment}


def folder_of(design: Design) -> str:
    """The folder of the design's version, relative to the project."""
    return f"build/{design.name}/{design.version}"


def result_of(prepared: Prepared, outcome: str, findings: tuple[Finding, ...], status: int) -> Result:
    """The result for a design that could be made."""
    design = prepared.design
    return Result(
        prepared.shown,
        design.name,
        design.version,
        outcome,
        prepared.project.name_of(prepared.project.root / folder_of(design)),
        findings,
        status,
        from_outside(design),
        len(prepared.artifacts.files["template.yaml"]),
    )


def failed(shown: str, error: CfnTableError, design: Design | None = None) -> Result:
    """The result for a design that could not; findings without a place get the file's."""
    findings = tuple(
        finding if finding.location is not None else replace(finding, location=Location(shown))
        for finding in error.findings
    )
    return Result(
        shown,
        design.name if design else "",
        design.version if design else "",
        "failed",
        findings=findings,
        exit_status=error.exit_status,
    )
