"""A version by Semantic Versioning 2.0.0 (semver.org), its order, and its steps."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import total_ordering

from cfn_table.errors import InputError
from cfn_table.findings import Location

# A version names a folder and a part of an S3 key; the longest sensible one is far below this.
MAX_LENGTH = 128

_CORE = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
_IDENTIFIER = re.compile(r"[0-9A-Za-z-]+")


class Bump(enum.IntEnum):
    """How far a version moves, in rising order: `NONE < PATCH < MINOR < MAJOR`."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version by SemVer 2.0.0 without build metadata.

    Build metadata is refused: it takes no part in precedence (SemVer, item 10), so two published versions that differ
    only in it would have no order.

    Attributes:
        major, minor, patch: numbers from 0.
        prerelease: the identifiers after `-`; numeric ones as int, so that `rc.2` comes before `rc.10`; empty for a
            release.
    """

    major: int
    minor: int
    patch: int
    prerelease: tuple[int | str, ...] = ()

    @classmethod
    def parse(cls, text: str, *, location: Location | None = None) -> Version:
        """The version that `text` says, such as `1.0.0` or `1.0.0-rc.1`.

        Raises:
            InputError: `text` is not a version by SemVer 2.0.0, has build metadata, or is longer than 128 characters.
        """

        shown = "".join(character if character.isprintable() else "?" for character in text[:MAX_LENGTH])

        def refuse(why: str, help: str = "write three numbers, as in `1.0.0` or `1.0.0-rc.1`") -> InputError:
            return InputError(f"`{shown}` is not a version: {why}", help=help, location=location)

        if len(text) > MAX_LENGTH:
            raise refuse(f"it is longer than {MAX_LENGTH} characters")
        if "+" in text:
            raise refuse("build metadata after `+` gives versions no order", f"write `{shown.split('+')[0]}`")
        core, dash, suffix = text.partition("-")
        match = _CORE.fullmatch(core)
        if not match:
            if re.fullmatch(r"[vV=]\s*[0-9].*", text):
                raise refuse("it starts with a letter or sign", f"write `{shown.lstrip('vV= ')}`")
            if re.fullmatch(r"[0-9]+(\.[0-9]+){2}", core, re.ASCII):
                raise refuse("a number has a leading zero", "write the numbers without leading zeros, such as `1.2.3`")
            raise refuse("it does not start with three numbers")
        identifiers = suffix.split(".") if dash else []
        for identifier in identifiers:
            if not identifier:
                raise refuse("a part of the pre-release is empty")
            if not _IDENTIFIER.fullmatch(identifier):
                raise refuse(f"the pre-release part `{identifier}` may hold only ASCII letters, digits, hyphens")
            if identifier.isdigit() and identifier != "0" and identifier.startswith("0"):
                raise refuse(f"the pre-release number `{identifier}` has a leading zero")
        major, minor, patch = (int(number) for number in match.groups())
        return cls(major, minor, patch, tuple(int(part) if part.isdigit() else part for part in identifiers))

    @property
    def is_prerelease(self) -> bool:
        """Whether it has a pre-release part; such a version may be overwritten and promises nothing."""
        return bool(self.prerelease)

    @property
    def core(self) -> Version:
        """The release that this version is, or leads to: `1.0.0` for `1.0.0-rc.1`."""
        return Version(self.major, self.minor, self.patch)

    @property
    def line(self) -> tuple[int, int]:
        """Major and minor: the versions that hotfixes continue."""
        return (self.major, self.minor)

    def bump_patch(self) -> Version:
        """The next release by patch; for a pre-release, the release that it leads to."""
        return self.core if self.is_prerelease else Version(self.major, self.minor, self.patch + 1)

    def bump_minor(self) -> Version:
        """The next release by minor; `1.2.0` for `1.2.0-rc.1`, which leads to a minor already."""
        if self.is_prerelease and self.patch == 0:
            return self.core
        return Version(self.major, self.minor + 1, 0)

    def bump_major(self) -> Version:
        """The next release by major; `2.0.0` for `2.0.0-rc.1`, which leads to a major already."""
        if self.is_prerelease and self.minor == self.patch == 0:
            return self.core
        return Version(self.major + 1, 0, 0)

    def bumped(self, bump: Bump) -> Version:
        """The next release by `bump`; the version itself for `Bump.NONE`."""
        return (self, self.bump_patch(), self.bump_minor(), self.bump_major())[bump]

    def __str__(self) -> str:
        suffix = ".".join(str(part) for part in self.prerelease)
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{suffix}" if suffix else "")

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._precedence() < other._precedence()

    def _precedence(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
        """Item 11 of SemVer: numbers before text, text by ASCII, longer after its prefix, a release last."""
        parts = tuple((False, part, "") if isinstance(part, int) else (True, 0, part) for part in self.prerelease)
        return (self.major, self.minor, self.patch, not self.prerelease, parts)
