"""What a published version is made of: `manifest.json`, written beside the artifacts and last of all to be trusted.

The identity of a version is a digest of its inputs and its artifacts. Which tools made it and what the linter said is
recorded once and never compared: a newer cfn-lint does not make a published version another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.publish.semver import Version

FORMAT = 1
NAME = "manifest.json"
RULE = "published-files-never-change"
TOOLS = ("awacs", "cfn-lint", "cfn-table", "troposphere")

ContextValue = str | int | float | bool | None


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Artifact:
    """One published file: `sha256` in lower-case hex, `size` in bytes."""

    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> Artifact:
        """The record of a file with this content."""
        return cls(digest(content), len(content))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a version was generated from.

    Attributes:
        digest: SHA-256 in hex over everything that decides the artifacts.
        files: paths relative to the project root, with forward slashes.
        context: every build-time setting by name, with the value that was used.
        environment: names of those settings whose value came from an environment variable.
    """

    digest: str
    files: tuple[str, ...] = ()
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    environment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A linter rule that the design silences, for which reason, and how many findings that hid."""

    rule: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the lint gate said: the regions it checked, the findings that were left, and what was silenced."""

    regions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


@dataclass(frozen=True, slots=True)
class Proven:
    """What was shown of one policy: that what it allows equals what its access patterns need.

    Attributes:
        relation: `equal`; nothing else is published.
        also_allows: access patterns that it does not list and allows all the same, since IAM cannot tell them apart.
    """

    relation: str
    also_allows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The record of one published version.

    Attributes:
        design, version: what this is a version of, and which.
        inputs: what it was generated from.
        artifacts: every other file of the version by name.
        tool: version texts of the programs that made it, by name; `TOOLS` at least.
        lint: the verdict of the lint gate.
        access: what was shown of each policy, by name.
    """

    design: str
    version: Version
    inputs: Inputs
    artifacts: Mapping[str, Artifact]
    tool: Mapping[str, str]
    lint: Verdict
    access: Mapping[str, Proven] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """SHA-256 in hex over the digests of inputs and artifacts, nothing else."""
        lines = [f"inputs {self.inputs.digest}"]
        lines += [f"{artifact.sha256} {name}" for name, artifact in sorted(self.artifacts.items())]
        return digest("\n".join(lines).encode())

    def to_bytes(self) -> bytes:
        """The text of `manifest.json`: sorted keys, lists without a meaning of their order sorted, a final newline."""
        data = {
            "format": FORMAT,
            "design": self.design,
            "version": str(self.version),
            "inputs": {
                "digest": self.inputs.digest,
                "files": sorted(self.inputs.files),
                "context": dict(self.inputs.context),
                "environment": sorted(self.inputs.environment),
            },
            "artifacts": {
                name: {"sha256": artifact.sha256, "bytes": artifact.size} for name, artifact in self.artifacts.items()
            },
            "tool": dict(self.tool),
            "lint": {
                "regions": sorted(self.lint.regions),
                "findings": [_finding_data(each) for each in sorted(self.lint.findings, key=Finding.sort_key)],
                "suppressed": [
                    {"rule": each.rule, "reason": each.reason, "count": each.count}
                    for each in sorted(self.lint.suppressed, key=lambda each: (each.rule, each.reason))
                ],
            },
            "access": {
                name: {"relation": each.relation, "alsoAllows": sorted(each.also_allows)}
                for name, each in self.access.items()
            },
            "identity": self.identity,
        }
        return (json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()

    @classmethod
    def parse(cls, content: bytes, path: str) -> Manifest:
        """Read a manifest; `path` is its place in messages.

        Raises:
            InputError: it is not JSON, of another format, lacks a field or has one too many, holds a value of a wrong
                type, or its identity is not that of what it lists.
        """
        top = _Reader(load_json(content, path), path, "")
        found = top.take("format", int)
        if found != FORMAT:
            raise top.refused(
                f"is of format {found}, which this cfn-table does not know", help="use the newest cfn-table"
            )
        version = top.take("version", str)
        manifest = cls(
            design=top.take("design", str),
            version=Version.parse(version, location=Location(path)),
            inputs=_inputs(top.inside("inputs")),
            artifacts={name: _artifact(each) for name, each in top.inside("artifacts").each().items()},
            tool=_tool(top.inside("tool")),
            lint=_verdict(top.inside("lint")),
            access={name: _proven(each) for name, each in top.inside("access").each().items()},
        )
        identity = top.take("identity", str)
        top.done()
        if identity != manifest.identity:
            raise top.refused("has an identity that is not that of the files it lists")
        return manifest

    def compare(self, files: Mapping[str, bytes], others: Iterable[str], folder: str) -> list[Finding]:
        """What differs between this record and a folder: changed, missing and extra files, in the order of their names.

        Args:
            files: content of all regular files of the folder by name, `manifest.json` included; names of files in a
                folder of it have a `/`.
            others: names of everything else in it, links and what is too deep; of empty folders with a `/` at the end.
            folder: its path in messages.
        """
        found = []
        folders = {name.partition("/")[0] for name in self.artifacts if "/" in name}
        # An empty folder in a file's place is told as what stands there instead of the file.
        instead = {*self.artifacts, NAME}
        there = {*files, *(name.removesuffix("/") if name.removesuffix("/") in instead else name for name in others)}
        for name in sorted({*self.artifacts, NAME, *there}):
            if name.removesuffix("/") in folders:
                # Of an empty folder, each file that it lacks is told.
                what = "" if name.endswith("/") else f"`{name}` is not a folder"
            elif name.partition("/")[0] in folders & there:
                what = ""
            elif name in files and name == NAME:
                what = "" if files[name] == self.to_bytes() else f"`{name}` is not as it was written"
            elif name in files and name in self.artifacts:
                what = "" if Artifact.of(files[name]) == self.artifacts[name] else f"`{name}` has changed"
            elif name in files or name not in self.artifacts:
                what = f"`{name}` does not belong to the published version"
            else:
                what = f"`{name}` is missing" if name not in there else f"`{name}` is not a regular file"
            if what:
                found.append(Finding(RULE, Severity.ERROR, what, self._cure(name, files), Location(f"{folder}/{name}")))
        return found

    def _cure(self, name: str, files: Mapping[str, bytes]) -> str:
        if name.endswith("/__pycache__"):
            return "remove it: Python writes it beside what it imports; import a copy, or set PYTHONDONTWRITEBYTECODE=1"
        if any(each.startswith(f"{name}/") for each in self.artifacts):
            return "move it away, and restore the folder with `git restore`"
        if name not in self.artifacts and name != NAME:
            return "move it out of the folder of the published version"
        unix = files.get(name, b"").replace(b"\r\n", b"\n")
        if unix == self.to_bytes() if name == NAME else Artifact.of(unix) == self.artifacts[name]:
            return "git changed its line ends: put `build/** -text` into .gitattributes and check the file out again"
        return "published files never change: restore it with `git restore`"


def load_json(content: bytes, path: str) -> Any:
    """What a JSON file says; every key once and no NaN.

    Raises:
        InputError: it is not UTF-8 or not such JSON; with line and column where they are known.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(pairs) != len(dict(pairs)):
            raise ValueError("a key occurs twice in one object")
        return dict(pairs)

    def refuse(constant: str) -> Any:
        raise ValueError(f"`{constant}` is not JSON")

    place, why = Location(path), "it is nested too deeply"
    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as error:
        lines = error.doc.splitlines() or [""]
        text = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        place, why = Location(path, error.lineno, error.colno, text), error.msg.lower()
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except ValueError as error:
        why = str(error)
    except RecursionError:
        pass
    raise InputError(f"`{path}` is not JSON: {why}", help=RESTORE, location=place)


RESTORE = "restore the published version with `git restore`, or remove its folder and generate it again"
_TYPES = {str: "text", int: "a whole number", list: "a list", dict: "an object", bool: "true or false"}


class _Reader:
    """Takes the fields of one object, and knows where it is for messages."""

    def __init__(self, data: Any, path: str, at: str) -> None:
        self.path, self.at = path, at
        if not isinstance(data, dict):
            raise self.refused(f"must hold an object{self._of('')}")
        self.data: dict[str, Any] = dict(data)

    def _of(self, name: str) -> str:
        where = ".".join(part for part in (self.at, name) if part)
        return f" at `{where}`" if where else ""

    def refused(self, why: str, help: str = RESTORE) -> InputError:
        return InputError(f"`{self.path}` {why}", help=help, location=Location(self.path))

    def take(self, name: str, kind: type) -> Any:
        if name not in self.data:
            raise self.refused(f"has nothing{self._of(name)}")
        value = self.data.pop(name)
        # JSON's true is no number, though Python's is one.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refused(f"must hold {_TYPES[kind]}{self._of(name)}")
        return value

    def inside(self, name: str) -> _Reader:
        return _Reader(self.take(name, dict), self.path, ".".join(part for part in (self.at, name) if part))

    def each(self) -> dict[str, _Reader]:
        return {name: self.inside(name) for name in sorted(self.data)}

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.take(name, list)
        if not all(isinstance(value, str) for value in values):
            raise self.refused(f"must hold a list of texts{self._of(name)}")
        return tuple(values)

    def objects(self, name: str) -> list[_Reader]:
        where = ".".join(part for part in (self.at, name) if part)
        return [_Reader(value, self.path, f"{where}[{index}]") for index, value in enumerate(self.take(name, list))]

    def sha256(self, name: str) -> str:
        value: str = self.take(name, str)
        if len(value) != 64 or value.strip("0123456789abcdef"):
            raise self.refused(f"must hold a SHA-256 digest in lower-case hex{self._of(name)}")
        return value

    def done(self) -> None:
        for name in sorted(self.data):
            raise self.refused(f"has an unknown field{self._of(name)}")


def _inputs(reader: _Reader) -> Inputs:
    context = reader.take("context", dict)
    for name, value in sorted(context.items()):
        if not isinstance(value, str | int | float | bool | None):
            raise reader.refused(f"must hold a single value{reader._of(f'context.{name}')}")
    inputs = Inputs(reader.sha256("digest"), reader.texts("files"), context, reader.texts("environment"))
    reader.done()
    return inputs


def _artifact(reader: _Reader) -> Artifact:
    artifact = Artifact(reader.sha256("sha256"), reader.take("bytes", int))
    reader.done()
    return artifact


def _tool(reader: _Reader) -> dict[str, str]:
    return {name: reader.take(name, str) for name in sorted({*TOOLS, *reader.data})}


def _proven(reader: _Reader) -> Proven:
    proven = Proven(reader.take("relation", str), reader.texts("alsoAllows"))
    reader.done()
    return proven


def _verdict(reader: _Reader) -> Verdict:
    suppressed = []
    for each in reader.objects("suppressed"):
        suppressed.append(Suppressed(each.take("rule", str), each.take("reason", str), each.take("count", int)))
        each.done()
    findings = tuple(_finding(each) for each in reader.objects("findings"))
    verdict = Verdict(reader.texts("regions"), findings, tuple(suppressed))
    reader.done()
    return verdict


def _finding_data(finding: Finding) -> dict[str, Any]:
    """What is recorded of a finding: no help and no location where there is none."""
    return {name: value for name, value in finding.to_data().items() if value or name not in ("help", "location")}


def _finding(reader: _Reader) -> Finding:
    severity = reader.take("severity", str)
    if severity not in list(Severity):
        raise reader.refused(f"must hold a severity{reader._of('severity')}")
    place = None
    if "location" in reader.data:
        at = reader.inside("location")
        place = Location(at.take("path", str), at.take("line", int), at.take("column", int))
        at.done()
    help = reader.take("help", str) if "help" in reader.data else ""
    finding = Finding(reader.take("rule", str), Severity(severity), reader.take("message", str), help, place)
    reader.done()
    return finding
