"""What the lint gate decided about a template, and a cache of such decisions.

Nothing here imports cfn-lint: asking the cache whether a template was linted before must stay cheap (a few
milliseconds), because it is asked in every unchanged build.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cfn_table.findings import Finding, Location, Severity

# Part of every key: a change of the layout of entries makes the old ones misses.
_LAYOUT = 2
_KEY = re.compile(r"[0-9a-f]{64}")
# The gate, each rule, how a template is read, and what advice says; a test finds what is missing here.
_DECIDING = (
    "lint/*.py",
    "lint/rules/*.py",
    "synth/nodes.py",
    "synth/read.py",
    "design/source.py",
    "design/suggest.py",
)
# A crash of a rule may be the machine's fault (memory, an interrupted write of an installation): it is not remembered.
_NOT_REMEMBERED = frozenset({"E0002"})


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that the design asked to be silent about.

    Attributes:
        finding: what was found, as it would have been shown.
        reason: why the design says that it does not matter; never empty.
    """

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class LintVerdict:
    """What the gate says about one template; a manifest records it as `to_data()`.

    Attributes:
        findings: everything that counts, sorted by `Finding.sort_key`.
        suppressed: what was found and silenced by name and with a reason, in the same order.
        cfn_lint_version: the version of cfn-lint that looked at the template, such as `1.58.0`.
        regions: the Regions for which the template was checked, sorted, such as `("us-east-1",)`.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    cfn_lint_version: str
    regions: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the template may be published: no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def at_path(self, path: str) -> LintVerdict:
        """The same verdict about the same text under another name: every place says `path`."""
        return replace(
            self,
            findings=tuple(_at_path(finding, path) for finding in self.findings),
            suppressed=tuple(Suppressed(_at_path(it.finding, path), it.reason) for it in self.suppressed),
        )

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data: dicts, lists, strings and integers, in a stable order."""
        return {
            "cfn_lint_version": self.cfn_lint_version,
            "regions": list(self.regions),
            "findings": [finding_to_data(finding) for finding in self.findings],
            "suppressed": [{**finding_to_data(it.finding), "reason": it.reason} for it in self.suppressed],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> LintVerdict:
        """The verdict that `to_data` described; raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            findings=tuple(finding_from_data(it) for it in data["findings"]),
            suppressed=tuple(Suppressed(finding_from_data(it), _text(it["reason"])) for it in data["suppressed"]),
            cfn_lint_version=_text(data["cfn_lint_version"]),
            regions=tuple(_text(region) for region in data["regions"]),
        )


def finding_to_data(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON data; `location` is null where the place is not known."""
    return {**finding.to_data(text=True), "path": list(finding.path)}


def finding_from_data(data: Mapping[str, Any]) -> Finding:
    """The finding that `finding_to_data` described; raises KeyError, TypeError or ValueError for anything else."""
    place = data["location"]
    return Finding(
        _text(data["rule"]),
        Severity(data["severity"]),
        _text(data["message"]),
        help=_text(data["help"]),
        location=None
        if place is None
        else Location(_text(place["path"]), int(place["line"]), int(place["column"]), _text(place["text"])),
        path=tuple(step if isinstance(step, int) else _text(step) for step in data["path"]),
    )


def verdict_key(
    text: str, *, regions: Sequence[str], suppressions: Mapping[str, str], json_text: str | None = None
) -> str:
    """The cache key of a verdict, 64 hexadecimal digits: equal keys mean that linting again must say the same.

    It covers the text (and the JSON text that must agree with it), the version and the schema data of the installed
    cfn-lint, the source of the gate and of our rules, the Regions, and the suppressions with their reasons.
    """
    said = {
        "layout": _LAYOUT,
        "text": _sha256(text.encode("utf-8", "surrogatepass")),
        "json": json_text if json_text is None else _sha256(json_text.encode("utf-8", "surrogatepass")),
        "cfn-lint": installed_cfn_lint(),
        "rules": _rules_fingerprint(),
        "regions": sorted(set(regions)),
        "suppressions": dict(sorted(suppressions.items())),
    }
    return _sha256(json.dumps(said, sort_keys=True).encode())


def installed_cfn_lint() -> tuple[str, str]:
    """Version of the cfn-lint that would be imported, and the digest of its statement of which schemas it carries.

    Read from files, since importing cfn-lint takes half a second. Raises ImportError when cfn-lint is not installed.
    """
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.origin:
        raise ImportError("cfn-lint is not installed")
    package = Path(spec.origin).parent
    schemas = _sha256((package / "data" / "schemas" / "version.json").read_bytes())
    stated = re.search(rb"""^__version__\s*=\s*["']([^"']+)["']""", (package / "version.py").read_bytes(), re.MULTILINE)
    if stated:
        return stated[1].decode(), schemas
    from importlib.metadata import version  # slow, and right for every kind of installation

    return version("cfn-lint"), schemas


def default_cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where verdicts are kept: `CFN_TABLE_CACHE`, else `XDG_CACHE_HOME/cfn-table`, else `~/.cache/cfn-table`.

    The XDG base directory specification says that a relative `XDG_CACHE_HOME` is to be ignored.
    """
    if chosen := environment.get("CFN_TABLE_CACHE"):
        return Path(chosen).absolute()
    shared = Path(environment.get("XDG_CACHE_HOME", ""))
    if not shared.is_absolute():
        shared = Path.home() / ".cache"
    if not shared.is_absolute():
        raise RuntimeError("the home folder is no absolute path")
    return shared / "cfn-table"


class VerdictCache:
    """Verdicts by key, one file each, in a folder that only its owner may write.

    A cache is a convenience: an entry that cannot be read, understood or trusted is a miss, and a folder that cannot be
    written is no error. The folder is not trusted when another user owns it or others may write to it, because a
    forged entry would open the lint gate.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, limit: int = 1000) -> None:
        """`folder` defaults to `default_cache_folder()`; beyond `limit` entries the longest unused ones are removed."""
        self._root = None if folder is None else Path(folder)
        self._limit = limit

    def get(self, key: str, *, path: str) -> LintVerdict | None:
        """The verdict remembered under `key`, its places renamed to `path`; None when there is none to be trusted."""
        name = _file_name(key)
        try:
            file = self._folder() / name
            if not is_private(file.parent):
                return None
            entry = json.loads(file.read_bytes())
            if entry["key"] != key:
                return None
            verdict = LintVerdict.from_data(entry["verdict"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, RuntimeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # used just now: the last to be evicted
        return verdict.at_path(path)

    def put(self, key: str, verdict: LintVerdict) -> bool:
        """Remember `verdict` under `key`; says whether it was stored. Concurrent writers are safe: last one wins."""
        if any(finding.rule in _NOT_REMEMBERED for finding in verdict.findings):
            return False
        name = _file_name(key)
        try:
            file = self._folder() / name
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_private(file.parent):
                return False
            write_whole(file, json.dumps({"key": key, "verdict": verdict.to_data()}))
        except (OSError, RuntimeError):
            return False
        with contextlib.suppress(OSError):
            keep_newest(file.parent, self._limit)
        return True

    def _folder(self) -> Path:
        """Found out late, since a machine without a home folder raises RuntimeError here."""
        return (default_cache_folder() if self._root is None else self._root) / "verdicts"


def _file_name(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("a key is 64 hexadecimal digits")
    return f"{key}.json"


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's and nobody else may write to it."""
    try:
        state = folder.stat()
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows keeps a user's cache folder private by its access-control list
    return state.st_uid == os.geteuid() and not state.st_mode & 0o022


def keep_newest(folder: Path, limit: int) -> None:
    """Remove the longest unused files beyond the limit, scratch files that a crash left behind among them."""
    files = list(folder.iterdir())
    if len(files) <= limit:
        return
    files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
    for file in files[: len(files) - limit]:
        file.unlink(missing_ok=True)


def write_whole(file: Path, content: str) -> None:
    """Write ASCII text so that a reader sees the old file, the new file or none, never a part."""
    scratch = file.with_name(f"{file.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        scratch.write_text(content, encoding="ascii")
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _rules_fingerprint() -> str:
    """Digest of the source of everything here that decides or words a finding."""
    digest = hashlib.sha256()
    for source in _deciding_sources():
        content = source.read_bytes()
        digest.update(f"{source.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _deciding_sources() -> list[Path]:
    package = Path(__file__).absolute().parents[1]
    return [source for pattern in _DECIDING for source in sorted(package.glob(pattern))]


def _at_path(finding: Finding, path: str) -> Finding:
    return finding if finding.location is None else replace(finding, location=replace(finding.location, path=path))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string is needed here")
    return value
