"""The folder `build/`: every published version as a folder, written once, whole or not at all.

At any instant, and after a crash at any instant, `build/<design>/<version>/` is absent or whole: see
`cfn_table.publish.folders`. Files get the modes 0644 and folders 0755 whatever the umask: a published version is the
same for everyone who packs or serves it. `build/` and `build/<design>/` are the user's and follow the umask.
"""

from __future__ import annotations

import contextlib
import enum
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cfn_table.errors import InputError, RefusedError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.publish import manifest as manifests
from cfn_table.publish.atomic import Folder, explaining, shown
from cfn_table.publish.folders import (
    ATTEMPTS,
    CONTRACT,
    Snapshot,
    create,
    load_version,
    parse_contract,
    put,
    recover,
    swap,
    versions_in,
)
from cfn_table.publish.locking import exclusive
from cfn_table.publish.manifest import Artifact, Inputs, Manifest, Proven, Verdict
from cfn_table.publish.semver import Bump, Version
from cfn_table.publish.version import check_bump, check_succession, joined, next_free, required_bump

BUILD = "build"
# Names that every file system can hold, that need no quoting, and that lead nowhere.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


class Outcome(enum.StrEnum):
    """What publishing did: a new version, nothing, or another content for a pre-release."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Build:
    """A version to be published.

    Attributes:
        design, version: what it is a version of, and which.
        files: content of every artifact by file name; `contract.json` among them is compared with its predecessor's.
            `manifest.json` is made from the rest and must not be given. A name may have one folder in front, such as
            `types/kv-storage.ts`.
        inputs, tool, lint: what the manifest records; see `Manifest`.
        location: where the user wrote the version, for messages.
        access: what the manifest records, too.
        needs: the bump from a published version to this one, and the reasons, gravest first; by default what the two
            contracts say. It must not need less than they do.
    """

    design: str
    version: Version
    files: Mapping[str, bytes]
    inputs: Inputs
    tool: Mapping[str, str]
    lint: Verdict
    location: Location | None = None
    access: Mapping[str, Proven] = field(default_factory=dict)
    needs: Callable[[Snapshot], tuple[Bump, Sequence[str]]] | None = field(default=None, compare=False)

    def manifest(self) -> Manifest:
        """The manifest that will be published with it."""
        artifacts = {name: Artifact.of(content) for name, content in sorted(self.files.items())}
        return Manifest(self.design, self.version, self.inputs, artifacts, self.tool, self.lint, self.access)


class Store:
    """The published versions of a project.

    Args:
        root: the project's folder; versions are in its folder `build/`, which is made when it is needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / BUILD

    def designs(self) -> list[str]:
        """The names of all designs that have a published version, sorted."""
        folders = (name for name in self._entries() if _is_name(name) and (self.folder / name).is_dir())
        return [name for name in folders if self.versions(name)]

    def versions(self, design: str) -> list[Version]:
        """The published versions of a design, lowest first; none when the design is unknown.

        Raises:
            InputError: the name or something in `build/` is not usable.
        """
        with self._reading(design) as folder:
            return versions_in(folder) if folder else []

    def read(self, design: str, version: Version) -> Snapshot:
        """All files of one published version, as they were at one instant.

        Raises:
            InputError: it is not published, or cannot be read.
        """
        with self._reading(design) as folder:
            snapshot = load_version(folder, str(version)) if folder else None
            if snapshot is None:
                there = ", ".join(f"`{each}`" for each in (versions_in(folder) if folder else [])) or "none"
                place = shown(self.folder / design / str(version))
                raise InputError(
                    f"version `{version}` of `{design}` is not published",
                    help=f"published are: {there}",
                    location=Location(place),
                )
            return snapshot

    def read_manifest(self, design: str, version: Version) -> Manifest:
        """The manifest of a published version.

        Raises:
            InputError: it is not published, or its manifest cannot be read.
        """
        return self.read(design, version).manifest(design, str(version))

    def verify(self, design: str, version: Version) -> list[Finding]:
        """Everything in which a published version differs from its manifest; empty when nothing does.

        Raises:
            InputError: it is not published, or its manifest cannot be read.
        """
        snapshot = self.read(design, version)
        return snapshot.damage(snapshot.manifest(design, str(version)))

    def strays(self) -> list[Finding]:
        """Everything in `build/` that is neither a published version nor a README."""
        found = []
        for name in self._entries():
            if name.startswith("README"):
                continue
            names = [name]
            with contextlib.suppress(InputError), self._reading(name) as folder:
                names = [f"{name}/{each}" for each in _strays_in(folder)] if folder else []
            for each in names:
                place = Location(shown(self.folder / each))
                message = f"`{place}` is not a published version"
                found.append(Finding(manifests.RULE, Severity.ERROR, message, "move it out of build/", place))
        return found

    def publish(self, build: Build, *, overwrite_prerelease: bool = True) -> Outcome:
        """Publish a version: all of it, or nothing.

        The same identity under the same version changes nothing. A pre-release with another content is overwritten.

        Args:
            build: the version.
            overwrite_prerelease: False refuses other content for a pre-release too.

        Raises:
            RefusedError: the version is published with other content (the help names the version it has to be, and
                why), was damaged after it was published, is too low, or is too small a step for what changed.
            InputError: a name in it cannot be used, a link or a file is in the way, or the system refuses to write.
        """
        content = _content(build)
        name = str(build.version)
        with explaining(self.folder / build.design / name), self._locked(build.design) as folder:
            recover(folder)
            _check_case(folder, build)
            published = load_version(folder, name)
            if published is None:
                self._check_new(folder, build)
                put(folder, content, lambda staging: create(folder, staging, name))
                return Outcome.CREATED
            if build.version.is_prerelease:
                if _is_same_prerelease(published, build):
                    return Outcome.UNCHANGED
                if overwrite_prerelease:
                    put(folder, content, lambda staging: swap(folder, staging, name))
                    return Outcome.REPLACED
            manifest = published.manifest(build.design, name)
            if damage := published.damage(manifest):
                raise RefusedError.of(damage)
            if manifest.identity == build.manifest().identity:
                return Outcome.UNCHANGED
            raise _other_content(build, published, manifest, versions_in(folder))

    def check(self, build: Build) -> Version | None:
        """Whether a version that is not published yet may be, without writing; the published version it follows.

        Raises:
            RefusedError: it is too low, or too small a step after its predecessor for what changed.
            InputError: something in `build/` is not usable.
        """
        with self._reading(build.design) as folder:
            return self._check_new(folder, build) if folder else None

    def _check_new(self, folder: Folder, build: Build) -> Version | None:
        versions = versions_in(folder)
        predecessor = check_succession(build.version, versions, location=build.location)
        if predecessor is None or predecessor.is_prerelease:
            return predecessor
        published = load_version(folder, str(predecessor))
        if published is None:
            return predecessor
        manifest = published.manifest(build.design, str(predecessor))
        if damage := published.damage(manifest):
            raise RefusedError.of(damage)
        bump, reasons = _needed(build, published)
        check_bump(build.version, predecessor, bump, reasons, published=versions, location=build.location)
        return predecessor

    def _entries(self) -> list[str]:
        with explaining(self.folder, "read"), Folder.open(self.root) as top:
            folder = top.folder(BUILD)
            if folder is None:
                return []
            with folder:
                return folder.names()

    @contextlib.contextmanager
    def _reading(self, design: str) -> Iterator[Folder | None]:
        """The opened folder of a design; None when there is none."""
        _check_name(design, "design", None)
        with explaining(self.folder / design, "read"), contextlib.ExitStack() as opened:
            folder: Folder | None = opened.enter_context(Folder.open(self.root))
            for name in (BUILD, design):
                folder = folder.folder(name) if folder else None
                if folder is not None:
                    opened.enter_context(folder)
            yield folder

    @contextlib.contextmanager
    def _locked(self, design: str) -> Iterator[Folder]:
        """The folder of a design, made if need be, for the one writer that holds its lock."""
        for _ in range(ATTEMPTS):
            with contextlib.ExitStack() as opened:
                top = opened.enter_context(Folder.open(self.root))
                if BUILD not in top.names():
                    opened.callback(_remove_empty, top, BUILD)
                try:
                    build = opened.enter_context(top.make(BUILD))
                    folder = opened.enter_context(build.make(design))
                except FileNotFoundError:
                    continue
                opened.enter_context(exclusive(folder.descriptor, folder.path))
                # Who held the lock before may have removed the folder again, because it could publish nothing.
                if not (top.is_still(BUILD, build) and build.is_still(design, folder)):
                    continue
                opened.callback(_remove_empty, build, design)
                if not folder.names():
                    build.sync()
                    top.sync()
                yield folder
                return
        place = shown(self.folder / design)
        raise InputError(
            f"`{place}` is removed again and again by another program",
            help="end that program and run the command again",
            location=Location(place),
        )


def _remove_empty(parent: Folder, name: str) -> None:
    """Leave no empty folder behind when nothing was published."""
    with contextlib.suppress(OSError):
        parent.remove_empty(name)


def _strays_in(folder: Folder) -> list[str]:
    """Names in the folder of a design that are no version; an empty folder is what git leaves of one."""
    versions = {str(version) for version in versions_in(folder)}
    found = []
    for name in folder.names():
        with contextlib.suppress(InputError):
            if name in versions or folder.is_empty(name):
                continue
        found.append(name)
    return found


def _check_case(folder: Folder, build: Build) -> None:
    """INVARIANT: no two versions differ only in case, since many file systems take them for one."""
    name = str(build.version)
    for other in folder.names():
        if other != name and other.lower() == name.lower():
            raise RefusedError(
                f"version `{name}` differs only in case from `{other}`, which is published",
                help="choose another pre-release part",
                location=build.location or Location(shown(folder.path / other)),
            )


def _is_same_prerelease(published: Snapshot, build: Build) -> bool:
    """Whether a published pre-release is what the build says, undamaged.

    Raises:
        RefusedError: its folder holds what was never published; overwriting it would lose that.
    """
    try:
        manifest = published.manifest(build.design, str(build.version))
    except InputError:
        known = {*build.files, manifests.NAME}
        same = False
    else:
        known = {*manifest.artifacts, manifests.NAME}
        same = manifest.identity == build.manifest().identity
        same = same and not published.damage(manifest)
    # An empty folder holds nothing that could be lost.
    foreign = sorted(name for name in {*published.files, *published.others} - known if not name.endswith("/"))
    if foreign:
        names = ", ".join(f"`{name}`" for name in foreign)
        raise RefusedError(
            f"`{published.place}` holds what was never published: {names}",
            help="move it out of there, since a pre-release is overwritten as a whole",
            location=Location(f"{published.place}/{foreign[0]}"),
        )
    return same


def _other_content(build: Build, published: Snapshot, manifest: Manifest, versions: list[Version]) -> RefusedError:
    """The refusal of other content under a published version, with the version that it has to be, and why."""
    bump, reasons = _needed(build, published)
    if not reasons:
        artifacts = build.manifest().artifacts
        names = sorted({*artifacts, *manifest.artifacts})
        reasons = [f"`{name}` differs" for name in names if artifacts.get(name) != manifest.artifacts.get(name)]
    reasons = reasons or ["its inputs differ"]
    what = f"version `{build.version}` of `{build.design}` is published"
    location = build.location or Location(published.place)
    if build.version.is_prerelease:
        help = "let pre-releases be overwritten, or set another pre-release part"
        return RefusedError(f"{what}, and overwriting is not allowed", help=help, location=location)
    bump = max(bump, Bump.PATCH)
    target = next_free(build.version, bump, versions)
    help = f"set `version: {target}` (a {bump} bump), because {joined(reasons)}"
    return RefusedError(f"{what} and never changes", help=help, location=location)


def _needed(build: Build, published: Snapshot) -> tuple[Bump, Sequence[str]]:
    """The least bump from a published version, and why."""
    if build.needs is not None:
        return build.needs(published)
    old, new = published.contract(), _contract_of(build)
    return required_bump(old, new) if old is not None and new is not None else (Bump.NONE, [])


def _contract_of(build: Build) -> dict[str, Any] | None:
    return None if CONTRACT not in build.files else parse_contract(build.files[CONTRACT], CONTRACT)


def _content(build: Build) -> dict[str, bytes]:
    """All files of the version, after a check of every name."""
    _check_name(build.design, "design", build.location)
    if not build.files:
        raise InputError(f"`{build.design}` has no files to publish", location=build.location)
    # What is taken in any case of its letters: by which name, and whether that is a folder.
    seen: dict[str, tuple[str, bool]] = {manifests.NAME: (manifests.NAME, False)}
    for name in build.files:
        above, slash, own = name.partition("/")
        for part in (above, own) if slash else (name,):
            _check_name(part, "file", build.location, shown=name)
        for each in ([(above, True)] if slash else []) + [(name, False)]:
            other = seen.setdefault(each[0].lower(), each)
            if other != each or name == manifests.NAME:
                raise InputError(
                    f"the file name `{name}` is taken by `{other[0]}`",
                    help="choose another name",
                    location=build.location,
                )
    return {**build.files, manifests.NAME: build.manifest().to_bytes()}


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _DEVICES.fullmatch(name)


def _check_name(name: str, what: str, location: Location | None, *, shown: str | None = None) -> None:
    if not _is_name(name):
        plain = "".join(character if character.isprintable() else "?" for character in shown or name)
        raise InputError(
            f"`{plain}` cannot be the name of a {what}",
            help="use letters, digits, `-`, `_` and `.`, beginning with a letter or digit; no name of a Windows device",
            location=location,
        )
