"""Sides that come from a project: designs as they are, designs as they were published, and published versions."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cfn_table.errors import CfnTableError, InputError, RefusedError
from cfn_table.findings import Location
from cfn_table.pipeline.prepared import DesignNames, Settings, prepare
from cfn_table.pipeline.sources.found import NOWHERE, Found, together
from cfn_table.project import Project
from cfn_table.review.side import Side

if TYPE_CHECKING:
    from cfn_table.design.design import Design
    from cfn_table.publish.folders import Snapshot


@dataclass(slots=True)
class ProjectDesigns:
    """All designs of a project: as the design files say, or as they were published.

    Attributes:
        project: the project.
        settings: the context of its designs.
        published: whether the published version counts, where the design's version is published.
    """

    project: Project
    settings: Settings
    published: bool = False
    _files: dict[str, Path] | None = field(default=None, init=False)
    _errors: list[CfnTableError] = field(default_factory=list, init=False)
    _names: DesignNames = field(default_factory=DesignNames, init=False)

    @property
    def title(self) -> str:
        """How messages name the project."""
        return self.project.title.removesuffix(":") or self.project.name_of(self.project.root)

    @property
    def files(self) -> list[Path]:
        """Every design file."""
        return self.project.designs()

    def names(self) -> list[str]:
        """The names of its designs that can be read, sorted; files may have other names."""
        return sorted(self._by_name())

    @property
    def unreadable(self) -> tuple[CfnTableError, ...]:
        """What keeps files from being read as designs of whatever name."""
        self._by_name()
        return tuple(self._errors)

    def file_of(self, name: str) -> Path | None:
        """The file of the design of that name; files that cannot be read do not matter where another one has it.

        Raises:
            CfnTableError: a file cannot be read as a design, and no other has that name.
        """
        if self._files is None:
            for path in self.project.designs():
                with contextlib.suppress(CfnTableError):
                    if self._name_of(path) == name:
                        return path
        found = self._by_name().get(name)
        if found is None and self._errors:
            raise together(self._errors)
        return found

    def find(self, name: str) -> Found:
        """The side of a design; `NOWHERE` where there is none of that name.

        Raises:
            CfnTableError: it cannot become a template, or what is published is damaged.
        """
        path = self.file_of(name)
        return NOWHERE if path is None else self.side_of(path)

    def side_of(self, path: Path) -> Found:
        """The side of the design in a file of the project.

        Raises:
            CfnTableError: it cannot become a template, or what is published is damaged.
        """
        from cfn_table.pipeline.check import with_recorded

        settings = with_recorded(path, self.project, self.settings)
        if self.published and (found := self._as_published(path, settings)) is not None:
            return found
        own = path.resolve() in [each.resolve() for each in self.project.designs()]
        return Found(side_of_design(path, settings, self.project, self._names if own else _AnyName()))

    def _by_name(self) -> dict[str, Path]:
        if self._files is None:
            found: dict[str, Path] = {}
            for path in self.project.designs():
                try:
                    found.setdefault(self._name_of(path), path)
                except CfnTableError as error:
                    self._errors.append(error)
            self._files = found
        return self._files

    def _name_of(self, path: Path) -> str:
        name, _ = _named(path, self.project)
        return name if name and "{{" not in name else _load(path, self.settings, self.project).name

    def _as_published(self, path: Path, settings: Settings) -> Found | None:
        """The published version of the design, with the design for its lines; None where that is not published."""
        design: Design | None = None
        notes: tuple[str, ...] = ()
        try:
            design = _load(path, settings, self.project)
            name, version = design.name, design.version
        except CfnTableError as error:
            name, version = _named(path, self.project)
            shown = self.project.name_of(path)
            notes = (f"`{shown}` cannot be read, so its lines are not shown: {error.message}",)
        folder = self.project.build / name / version
        if not name or not version or not (folder / "manifest.json").is_file():
            return None
        snapshot = read_snapshot(folder, self.project.name_of(folder))
        return Found(replace(side_of_snapshot(snapshot), design=design), notes)


class _AnyName(DesignNames):
    """For a design beside the project's: a copy may bear the name of what it is compared with."""

    def require_only(self, design: Design, path: Path, project: Project) -> None:
        """Refuse nothing."""


def side_of_design(path: Path, settings: Settings, project: Project, names: DesignNames | None = None) -> Side:
    """The side of a design as its file says.

    Raises:
        CfnTableError: it cannot become a template.
    """
    from cfn_table.pipeline.prepared import folder_of
    from cfn_table.publish.folders import parse_contract
    from cfn_table.synth.read import read_template

    prepared = prepare(path, settings, names, project)
    design, artifacts = prepared.design, prepared.artifacts
    folder = project.name_of(project.root / folder_of(design))
    return Side(
        name=prepared.shown,
        template=read_template(artifacts.yaml, f"{folder}/template.yaml"),
        design=design,
        contract=parse_contract(artifacts.files["contract.json"], f"{folder}/contract.json"),
        version=design.version,
    )


def side_of_snapshot(snapshot: Snapshot, name: str = "") -> Side:
    """The side of a published version, which is as its manifest says.

    Raises:
        RefusedError: it was changed after it was published.
        InputError: it is no published version, or its template cannot be read.
    """
    manifest = snapshot.manifest()
    if damage := snapshot.damage(manifest):
        raise RefusedError.of(damage)
    return _side(snapshot, name or snapshot.place, str(manifest.version))


def side_of_folder(folder: Path, shown: str, settings: Settings) -> Side:
    """The side of a folder: a published version, or a template and perhaps a contract beside it.

    Raises:
        RefusedError: it was changed after it was published.
        InputError: there is no template in it, or it cannot be read.
    """
    from cfn_table.publish.manifest import NAME

    snapshot = read_snapshot(folder, shown)
    if NAME not in snapshot.files:
        contract = snapshot.contract()
        version = contract.get("version") if contract is not None else ""
        return _side(snapshot, shown, version if isinstance(version, str) else "")
    side = side_of_snapshot(snapshot, shown)
    return replace(side, design=_design_of(snapshot, settings))


def side_of_version(project: Project, name: str, version: str, settings: Settings) -> Side:
    """The side of the published version `name@version`.

    Raises:
        RefusedError: it was changed after it was published.
        InputError: it is not published, or cannot be read.
    """
    from cfn_table.publish.semver import Version
    from cfn_table.publish.store import Store

    snapshot = Store(project.root).read(name, Version.parse(version, location=Location(f"{name}@{version}")))
    side = side_of_snapshot(snapshot, f"{name}@{version}")
    return replace(side, design=_design_of(snapshot, settings))


def read_snapshot(folder: Path, shown: str) -> Snapshot:
    """All files of a folder, under the name that messages show.

    Raises:
        InputError: they cannot be read.
    """
    from cfn_table.publish.atomic import Folder
    from cfn_table.publish.folders import Snapshot
    from cfn_table.publish.manifest import NAME

    try:
        with Folder.open(folder) as opened:
            # What is in folders matters to published versions only: beside a template can be anything.
            files, others = opened.contents(inner=NAME in opened.names())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"`{shown}` cannot be read: {reason}", location=Location(shown)) from error
    return Snapshot(shown, files, tuple(others))


def _side(snapshot: Snapshot, name: str, version: str) -> Side:
    from cfn_table.synth.read import read_template

    path = f"{snapshot.place}/template.yaml"
    if "template.yaml" not in snapshot.files:
        raise InputError(
            f"`{snapshot.place}` holds no `template.yaml`",
            help="name a published version, a template or a project",
            location=Location(snapshot.place),
        )
    return Side(
        name=name,
        template=read_template(text_of(snapshot.files["template.yaml"], path), path),
        contract=snapshot.contract(),
        version=version,
    )


def text_of(content: bytes, path: str) -> str:
    """A file's text.

    Raises:
        InputError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"`{path}` is not UTF-8", help="save it as UTF-8", location=Location(path)) from error


def _design_of(snapshot: Snapshot, settings: Settings) -> Design | None:
    """The design that a version was generated from, where it still is as it was then."""
    manifest = snapshot.manifest()
    project = Project.find(Path.cwd())
    recorded: Mapping[str, Any] = manifest.inputs.context
    known = {name: str(recorded[name]) for name in manifest.inputs.environment if name in recorded}
    for path in project.designs():
        try:
            if _named(path, project) == (manifest.design, str(manifest.version)):
                design = _load(path, replace(settings, environment=known), project)
                return design if design.inputs_digest == manifest.inputs.digest else None
        except CfnTableError:
            continue
    return None


def _named(path: Path, project: Project) -> tuple[str, str]:
    """The name and the version that a design file says, as they are written; empty where they are not there.

    Raises:
        InputError: it is no YAML, or leads out of the project.
    """
    from cfn_table.design.source import parse, read_file

    project.require_inside(path)
    raw = parse(read_file(path, name=project.name_of(path)))
    name, version = (raw.get(key) for key in ("design", "version"))
    return (name if isinstance(name, str) else "", version if isinstance(version, str) else "")


def _load(path: Path, settings: Settings, project: Project) -> Design:
    from cfn_table.design.load import load_design

    return load_design(path, context=settings.context, environment=settings.environment, project=project)
