"""`generate`: load → check → synthesize → lint → publish, for one design or for hundreds.

The linter runs in processes of its own, which start as soon as one design is known to need it, so that its imports
overlap with ours. A design that is unchanged since it was published is recognised from digests alone and imports none
of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfn_table.errors import CfnTableError
from cfn_table.findings import Finding
from cfn_table.pipeline.gate import blamed, blocks, cfn_lint_suppressions
from cfn_table.pipeline.prepared import (
    DesignNames,
    Prepared,
    Result,
    Settings,
    build_of,
    failed,
    folder_of,
    from_outside,
    prepare,
    require_declared,
    result_of,
    store_of,
)
from cfn_table.pipeline.unchanged import UnchangedCache
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.lint.pool import LintPool
    from cfn_table.lint.verdicts import LintVerdict
    from cfn_table.lint.worker import LintJob


def generate(paths: Iterable[Path], settings: Settings, *, draft: bool = False) -> Iterator[Result]:
    """Generate and publish designs; one result each, as they become ready.

    A design that fails does not stop the others. With `draft` nothing is published, and the result holds the texts.

    Args:
        paths: design files.
        settings: see `Settings`.
        draft: only synthesize and lint.

    Raises:
        UsageError: a context value is given that no design declares.
    """
    paths = list(paths)
    require_declared(paths, settings)
    cache = UnchangedCache(settings.context, settings.environment) if settings.cache and not draft else None
    changed: list[Path] = []
    for path in paths:
        project = Project.of_design(path)
        known = cache.look_up(path, project) if cache is not None else None
        if known is None:
            changed.append(path)
        else:
            folder = project.name_of(project.root / known.folder)
            shown = project.name_of(path)
            yield Result(shown, known.design, known.version, "unchanged", folder, environment=known.environment)
    if changed:
        yield from _Run(settings, draft, cache).results(changed)


class _Run:
    """One call of `generate`, for the designs that have to be made."""

    def __init__(self, settings: Settings, draft: bool, cache: UnchangedCache | None) -> None:
        self.settings = settings
        self.draft = draft
        self.cache = cache
        self.names = DesignNames()
        self.waiting: dict[str, tuple[Prepared, str]] = {}
        self.early: list[Result] = []

    def results(self, paths: list[Path]) -> Iterator[Result]:
        from cfn_table.lint.pool import LintPool

        with LintPool(processes=self.settings.processes) as pool:
            yield from self._with_pool(paths, pool)

    def _with_pool(self, paths: list[Path], pool: LintPool) -> Iterator[Result]:
        for ticket in pool.as_completed(self._jobs(paths)):
            yield from self._drain()
            prepared, key = self.waiting.pop(ticket.job.id)
            try:
                verdict = ticket.result()
            except CfnTableError as error:
                yield failed(prepared.shown, error, prepared.design)
                continue
            if key and self.settings.cache:
                from cfn_table.lint.verdicts import VerdictCache

                VerdictCache().put(key, verdict)
            yield self._finish(prepared, verdict)
        yield from self._drain()

    def _drain(self) -> Iterator[Result]:
        ready, self.early = self.early, []
        yield from ready

    def _jobs(self, paths: list[Path]) -> Iterator[LintJob]:
        """Jobs for the linter, made as there is room for them; what needs no linter is finished on the way."""
        for path in paths:
            shown = Project.of_design(path).name_of(path)
            try:
                prepared = prepare(path, self.settings, self.names)
            except CfnTableError as error:
                self.early.append(failed(shown, error))
                continue
            job, key = self._job(prepared)
            if key and self.settings.cache:
                from cfn_table.lint.verdicts import VerdictCache

                verdict = VerdictCache().get(key, path="template.yaml")
                if verdict is not None:
                    self.early.append(self._finish(prepared, verdict))
                    continue
            self.waiting[job.id] = (prepared, key)
            yield job

    def _job(self, prepared: Prepared) -> tuple[LintJob, str]:
        from cfn_table.lint.verdicts import verdict_key
        from cfn_table.lint.worker import LintJob

        design = prepared.design
        suppressions = cfn_lint_suppressions(design)
        job = LintJob(
            str(prepared.path),
            prepared.artifacts.yaml,
            "template.yaml",
            tuple(design.file.regions),
            suppressions,
            prepared.artifacts.json,
        )
        key = verdict_key(
            prepared.artifacts.yaml,
            regions=design.file.regions,
            suppressions=suppressions,
            json_text=prepared.artifacts.json,
        )
        return job, key

    def _finish(self, prepared: Prepared, verdict: LintVerdict) -> Result:
        findings = tuple(sorted((*prepared.findings, *blamed(prepared.design, verdict.findings)), key=Finding.sort_key))
        if self.draft:
            result = result_of(prepared, "drafted", findings, int(any(blocks(finding) for finding in findings)))
            return replace(result, yaml=prepared.artifacts.yaml, json=prepared.artifacts.json)
        if any(blocks(finding) for finding in findings):
            return result_of(prepared, "failed", findings, 1)
        try:
            store = store_of(prepared.project)
            outcome = store.publish(build_of(prepared, verdict))
        except CfnTableError as error:
            return replace(failed(prepared.shown, error, prepared.design), environment=from_outside(prepared.design))
        result = result_of(prepared, str(outcome), findings, 0)
        if self.cache is not None:
            self.cache.remember(
                prepared.path, prepared.project, prepared.design, folder_of(prepared.design), prepared.artifacts.files
            )
        return result
