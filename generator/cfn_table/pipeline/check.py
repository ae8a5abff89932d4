"""`generate --check`: is `build/` what the inputs say?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfn_table.errors import CfnTableError, RefusedError
from cfn_table.findings import Finding, Severity
from cfn_table.pipeline.prepared import (
    DesignNames,
    Prepared,
    Result,
    Settings,
    build_of,
    failed,
    folder_of,
    prepare,
    require_declared,
    result_of,
    store_of,
)
from cfn_table.project import Project

if TYPE_CHECKING:
    from cfn_table.design.design import Design
    from cfn_table.publish.manifest import Manifest
    from cfn_table.publish.store import Store

RULE = "build-is-current"
"""The rule name of findings that say that `build/` is not what the inputs say."""


def check(paths: Iterable[Path], settings: Settings) -> Iterator[Result]:
    """Whether `build/` is what the inputs say, without writing; one result per design.

    Context values that came from outside when the version was published are used again. Versions that are not current
    only have to match their manifests. Where all designs of a project are checked, so is the rest of its `build/`, with
    one more result if something is wrong there.

    Raises:
        UsageError: a context value is given that no design declares.
    """
    paths = list(paths)
    require_declared(paths, settings)
    names = DesignNames()
    checked: dict[Path, list[str]] = {}
    for path in paths:
        project = Project.of_design(path)
        shown = project.name_of(path)
        try:
            prepared = _prepared(path, project, settings, names)
        except CfnTableError as error:
            yield failed(shown, error)
            continue
        checked.setdefault(project.root, []).append(prepared.design.name)
        try:
            yield _checked(prepared, settings)
        except CfnTableError as error:
            yield failed(shown, error, prepared.design)
    asked = {path.resolve() for path in paths}
    for root in sorted({Project.of_design(path).root for path in paths}):
        project = Project(root)
        if {path.resolve() for path in project.designs()} <= asked:
            yield from _rest(project, checked.get(root, []))


def require_current(path: Path, settings: Settings) -> Prepared:
    """The design, whose published version is what the inputs say.

    Raises:
        CfnTableError: it cannot become a template.
        RefusedError: its version is not published, was changed, or is another.
    """
    prepared = _prepared(path, Project.of_design(path), settings, DesignNames())
    result = _checked(prepared, settings)
    if result.exit_status:
        raise RefusedError.of([each for each in result.findings if each.severity is Severity.ERROR])
    return prepared


def with_recorded(path: Path, project: Project, settings: Settings) -> Settings:
    """The settings, with values from outside that the design's version was published with, where nothing else is said.

    Args:
        path: the design file.
        project: the project that it is in.
        settings: what is said.
    """
    manifest = _published(path, project)
    if manifest is None:
        return settings
    return replace(settings, environment={**_from_outside(manifest), **settings.environment})


def _prepared(path: Path, project: Project, settings: Settings, names: DesignNames) -> Prepared:
    """The design, made from the context values that its version was published with."""
    manifest = _published(path, project)
    prepared = prepare(path, _as_recorded(settings, manifest), names)
    if manifest is None:
        # Only where the design's name or version is itself computed is its version found this late.
        with contextlib.suppress(CfnTableError):
            manifest = _manifest(store_of(project), prepared.design)
        if manifest is not None and _from_outside(manifest):
            prepared = prepare(path, _as_recorded(settings, manifest), names)
    return prepared


def _as_recorded(settings: Settings, manifest: Manifest | None) -> Settings:
    return replace(settings, environment=_from_outside(manifest) if manifest is not None else {})


def _published(path: Path, project: Project) -> Manifest | None:
    """The manifest of the version that the file names, found without making the design."""
    from cfn_table.design.source import parse, read_file
    from cfn_table.publish.semver import Version

    try:
        raw = parse(read_file(path))
        name, version = str(raw["design"]), Version.parse(str(raw["version"]))
        store = store_of(project)
        return store.read_manifest(name, version) if version in store.versions(name) else None
    except (CfnTableError, KeyError):
        return None  # told in its place, when the design is made and compared


def _manifest(store: Store, design: Design) -> Manifest | None:
    from cfn_table.publish.semver import Version

    version = Version.parse(design.version)
    return store.read_manifest(design.name, version) if version in store.versions(design.name) else None


def _from_outside(manifest: Manifest) -> dict[str, str]:
    return {
        name: str(manifest.inputs.context[name])
        for name in manifest.inputs.environment
        if name in manifest.inputs.context
    }


def _checked(prepared: Prepared, settings: Settings) -> Result:
    store, design = store_of(prepared.project), prepared.design
    findings: list[Finding] = []
    for version in store.versions(design.name):
        findings += store.verify(design.name, version)
    manifest = _manifest(store, design)
    if manifest is None:
        findings.append(_stale(design, f"version `{design.version}` of `{design.name}` is not published"))
    else:
        findings += _disagreeing(design, manifest, settings)
        findings += _differences(prepared, manifest)
    status = int(any(finding.severity is Severity.ERROR for finding in findings))
    found = tuple(sorted(findings, key=Finding.sort_key))
    # What was recorded did not come from this environment.
    return replace(result_of(prepared, "failed" if status else "current", found, status), environment={})


def _disagreeing(design: Design, manifest: Manifest, settings: Settings) -> Iterator[Finding]:
    for name, value in _from_outside(manifest).items():
        now = settings.environment.get(name)
        if name not in settings.context and now is not None and now != value:
            yield Finding(
                RULE,
                Severity.WARNING,
                f"environment variable `{name}` is `{now}`, and the version was built with `{value}`",
                help="the recorded value is used",
                location=design.locate_key("context", name),
            )


def _differences(prepared: Prepared, manifest: Manifest) -> Iterator[Finding]:
    build, design = build_of(prepared, None), prepared.design
    made = build.manifest()
    if made.identity != manifest.identity:
        names = sorted({*made.artifacts, *manifest.artifacts})
        differ = [name for name in names if made.artifacts.get(name) != manifest.artifacts.get(name)]
        what = ", ".join(f"`{name}`" for name in differ) or "the inputs"
        yield _stale(design, f"`{folder_of(design)}` is not what the inputs say: {what} would differ")


def _rest(project: Project, checked: list[str]) -> Iterator[Result]:
    """A result for what is in `build/` beside the versions of the checked designs, if it is not as it must be."""
    store = store_of(project)
    findings: list[Finding] = []
    try:
        findings += store.strays()
        for name in store.designs():
            if name not in checked:
                for version in store.versions(name):
                    findings += store.verify(name, version)
    except CfnTableError as error:
        if not findings:  # else it is one of the strays that is in the way
            yield failed(project.name_of(project.build), error)
            return
    if findings:
        refusal = RefusedError.of(sorted(findings, key=Finding.sort_key))
        yield failed(project.name_of(project.build), refusal)


def _stale(design: Design, message: str) -> Finding:
    return Finding(
        RULE,
        Severity.ERROR,
        message,
        help=f"run `cfn-table generate {design.path}`",
        location=design.locate("version"),
    )
