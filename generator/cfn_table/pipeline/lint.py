"""`lint`: the same gate for designs, published versions and any CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cfn_table.errors import CfnTableError, InputError, RefusedError
from cfn_table.findings import Finding, Location
from cfn_table.pipeline.gate import blamed, cfn_lint_suppressions
from cfn_table.pipeline.prepared import Prepared, Settings, failed, prepare
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.lint.worker import LintJob

STDIN: Final = "-"
"""The path that means standard input."""


UNREADABLE: Final = "E0000"
"""cfn-lint's id for a text that is no template."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found in one file.

    Attributes:
        path: the file as the user names it.
        findings: everything that counts, sorted.
        unusable: whether it could not be read as what it is.
    """

    path: str
    findings: tuple[Finding, ...]
    unusable: bool = False


def lint(
    paths: Iterable[str], settings: Settings, *, regions: Sequence[str] = ("us-east-1",), stdin: str = ""
) -> Iterator[Linted]:
    """Lint files of any of the three kinds, in the order in which they are done.

    Args:
        paths: designs, templates (YAML or JSON), folders of published versions, or `-` for `stdin`.
        settings: context and processes, as for `generate`.
        regions: Regions in which templates must be valid; a design names its own.
        stdin: the text that `-` stands for, a template.
    """
    from cfn_table.lint.pool import LintPool

    run = _Run(settings, tuple(regions), stdin)
    with LintPool(processes=settings.processes) as pool:
        for ticket in pool.as_completed(run.jobs(paths)):
            yield from run.drain()
            prepared = run.prepared.pop(ticket.job.id, None)
            try:
                found = list(ticket.result().findings)
            except CfnTableError as error:
                yield Linted(ticket.job.id, error.findings, True)
                continue
            if prepared is not None:
                found = [*prepared.findings, *blamed(prepared.design, found)]
            found += run.extra.pop(ticket.job.id, [])
            unreadable = any(finding.rule == UNREADABLE for finding in found)
            yield Linted(ticket.job.id, tuple(sorted(found, key=Finding.sort_key)), unreadable)
        yield from run.drain()


class _Run:
    """One call of `lint`."""

    def __init__(self, settings: Settings, regions: tuple[str, ...], stdin: str) -> None:
        self.settings = settings
        self.regions = regions
        self.stdin = stdin
        self.prepared: dict[str, Prepared] = {}
        self.extra: dict[str, list[Finding]] = {}
        self.early: list[Linted] = []

    def drain(self) -> Iterator[Linted]:
        ready, self.early = self.early, []
        yield from ready

    def jobs(self, paths: Iterable[str]) -> Iterator[LintJob]:
        for path in dict.fromkeys(paths):
            try:
                job = self.job(path)
            except CfnTableError as error:
                shown = "<stdin>" if path == STDIN else path
                self.early.append(Linted(shown, failed(shown, error).findings, error.exit_status == 2))
                continue
            if job is not None:
                yield job

    def job(self, path: str) -> LintJob | None:
        """The job for one path; None when it was answered already."""
        from cfn_table.lint.worker import LintJob

        if path == STDIN:
            return LintJob("<stdin>", self.stdin, "<stdin>", self.regions)
        file = Path(path)
        if file.is_dir():
            return self.version_job(path, file)
        from cfn_table.design.source import read_file

        text = read_file(file, name=path).text
        if is_design(text):
            prepared = prepare(file, self.settings)
            self.prepared[path] = prepared
            design = prepared.design
            artifacts = prepared.artifacts
            suppressions = cfn_lint_suppressions(design)
            return LintJob(
                path, artifacts.yaml, "template.yaml", tuple(design.file.regions), suppressions, artifacts.json
            )
        if _is_policy(text):
            raise InputError(
                "a policy file is linted with its design",
                help=f"lint templates/{file.parent.name}.yaml",
                location=Location(path, 1),
            )
        return LintJob(path, text, path, self.regions)

    def version_job(self, path: str, folder: Path) -> LintJob:
        """A published version: its files are as its manifest says, and its template passes the linter of today."""
        from cfn_table.lint.worker import LintJob
        from cfn_table.publish.folders import read_version

        snapshot = read_version(folder)
        manifest = snapshot.manifest()
        damage = snapshot.damage(manifest)
        self.extra[path] = list(damage)
        suppressions = {each.rule: each.reason for each in manifest.lint.suppressed}
        if damage and "template.yaml" not in snapshot.files:
            raise RefusedError.of(damage)
        text = snapshot.files.get("template.yaml", b"").decode("utf-8", "replace")
        json_text = (
            snapshot.files["template.json"].decode("utf-8", "replace") if "template.json" in snapshot.files else None
        )
        return LintJob(
            path, text, f"{path}/template.yaml", manifest.lint.regions or self.regions, suppressions, json_text
        )


def is_design(text: str) -> bool:
    """Whether a file looks like a design, and not like a template."""
    import re

    return bool(re.search(r"^design:", text, re.MULTILINE)) and not re.search(r"^Resources:", text, re.MULTILINE)


def _is_policy(text: str) -> bool:
    import re

    return bool(re.search(r"^policy:", text, re.MULTILINE)) and not re.search(r"^Resources:", text, re.MULTILINE)


def project_paths(start: Path) -> list[str]:
    """What `lint` looks at without arguments: every design of the project, then every published version."""
    project = Project.find(start)
    found = [project.name_of(path) for path in project.designs()]
    if project.build.is_dir():
        manifests = sorted(project.build.glob("*/*/manifest.json"))
        found += [project.name_of(manifest.parent) for manifest in manifests]
    return found
