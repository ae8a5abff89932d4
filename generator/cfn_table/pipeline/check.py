"""`generate --check`: is `build/` what the inputs say?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfn_table.errors import CfnTableError
from cfn_table.findings import Finding, Severity
from cfn_table.pipeline.prepared import Result, Settings, build_of, failed, folder_of, prepare, result_of, store_of
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.design.design import Design


def check(paths: Iterable[Path], settings: Settings) -> Iterator[Result]:
    """Whether `build/` is what the inputs say, without writing; one result per design.

    Context values that came from outside when the version was published are used again. Versions that are not current
    only have to match their manifests.
    """
    for path in paths:
        shown = Project.of_design(path).name_of(path)
        try:
            yield _checked(path, settings)
        except CfnTableError as error:
            yield failed(shown, error)


def _checked(path: Path, settings: Settings) -> Result:
    from cfn_table.publish.semver import Version

    prepared = prepare(path, replace(settings, environment={}))
    store = store_of(prepared.project)
    design = prepared.design
    version = Version.parse(design.version)
    findings: list[Finding] = []
    for other in store.versions(design.name):
        findings += store.verify(design.name, other)
    if version not in store.versions(design.name):
        findings.append(_stale(design, f"version `{design.version}` of `{design.name}` is not published"))
        return result_of(prepared, "failed", tuple(findings), 1)
    manifest = store.read_manifest(design.name, version)
    recorded = {name: str(manifest.inputs.context.get(name)) for name in manifest.inputs.environment}
    if recorded:
        prepared = prepare(path, replace(settings, environment={}, context={**recorded, **settings.context}))
        design = prepared.design
    for name, value in recorded.items():
        now = settings.environment.get(name)
        if now is not None and now != value:
            findings.append(
                Finding(
                    "build-is-current",
                    Severity.WARNING,
                    f"environment variable `{name}` is `{now}`, and the version was built with `{value}`",
                    help="the recorded value is used",
                    location=design.locate_key("context", name),
                )
            )
    build = build_of(prepared, None)
    if build.manifest().identity != manifest.identity:
        names = sorted({*build.files, *manifest.artifacts})
        digests = build.manifest().artifacts
        differ = [name for name in names if digests.get(name) != manifest.artifacts.get(name)]
        what = ", ".join(f"`{name}`" for name in differ) or "the inputs"
        findings.append(_stale(design, f"`{folder_of(design)}` is not what the inputs say: {what} would differ"))
    status = int(any(finding.severity is Severity.ERROR for finding in findings))
    return result_of(prepared, "failed" if status else "current", tuple(sorted(findings, key=Finding.sort_key)), status)


def _stale(design: Design, message: str) -> Finding:
    return Finding(
        "build-is-current",
        Severity.ERROR,
        message,
        help=f"run `cfn-table generate {design.path}`",
        location=design.locate("version"),
    )
