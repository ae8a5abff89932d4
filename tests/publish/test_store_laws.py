"""Published files never change: whatever is published in whatever order."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cfn_table.errors import InputError, RefusedError
from cfn_table.publish import Outcome, Store, Version
from tests.publish.builds import build, content, contract, tree

DESIGNS = st.sampled_from(["one", "two"])
VERSIONS = st.sampled_from(["0.1.0", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0-rc.1", "1.1.0", "2.0.0"])
TEXTS = st.sampled_from(["a", "b", "c"])
EXPORTS = st.sampled_from([("A",), ("A", "B"), ("B",)])


class Publishing(RuleBasedStateMachine):
    """Publishes at random and keeps what must be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.released: dict[str, bytes] = {}
        self.all: dict[tuple[str, str], dict[str, bytes]] = {}

    def teardown(self) -> None:
        """Remove the project."""
        self.folder.cleanup()

    def versions(self) -> dict[str, bytes | str]:
        """All but what stopped publishers left, which every publisher removes."""
        return {path: each for path, each in tree(self.root).items() if ".staging-" not in path}

    @rule(design=DESIGNS, version=VERSIONS, text=TEXTS, exports=EXPORTS)
    def publish(self, design: str, version: str, text: str, exports: tuple[str, ...]) -> None:
        """Whatever the answer is, it is true."""
        what = build(version, text, design=design, contract=contract(*exports))
        before = self.versions()
        old = self.all.get((design, version))
        try:
            outcome = Store(self.root).publish(what)
        except RefusedError:
            # A release with other content, or a new version that comes too late or promises too much.
            assert old is None or (old != content(what) and not what.version.is_prerelease)
            assert before == self.versions()
            return
        expected = Outcome.CREATED if old is None else Outcome.UNCHANGED if old == content(what) else Outcome.REPLACED
        assert expected == outcome
        assert outcome is not Outcome.REPLACED or what.version.is_prerelease
        self.all[design, version] = content(what)

    @rule(design=DESIGNS, version=VERSIONS)
    def git_leaves_an_empty_folder(self, design: str, version: str) -> None:
        """As after a checkout of another branch."""
        (self.root / "build" / design / version).mkdir(parents=True, exist_ok=True)

    @rule(design=DESIGNS, name=st.sampled_from(["0123456789abcdef", "fedcba9876543210"]))
    def a_publisher_is_stopped(self, design: str, name: str) -> None:
        """Something half-written is left."""
        folder = self.root / "build" / design / f".staging-{name}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.yaml").write_bytes(b"half")

    @invariant()
    def released_files_are_what_they_were(self) -> None:
        """No byte of a release ever differs from what it was when it first appeared."""
        for path, bytes_ in tree(self.root).items():
            version = path.split("/")[2] if path.count("/") >= 3 else ""
            if isinstance(bytes_, bytes) and version and "-" not in version:
                assert self.released.setdefault(path, bytes_) == bytes_
        assert all((self.root / path).is_file() for path in self.released)

    @invariant()
    def the_store_shows_what_was_published(self) -> None:
        """Versions are exactly those that were accepted, in order, and each verifies."""
        store = Store(self.root)
        for design in ("one", "two"):
            expected = sorted(Version.parse(version) for each, version in self.all if each == design)
            assert expected == store.versions(design)
            for version in expected:
                assert [] == store.verify(design, version)
                assert self.all[design, str(version)] == store.read(design, version).files

    @rule(name=st.text(max_size=5))
    def any_name_is_refused_or_harmless(self, name: str) -> None:
        """A name of a design that cannot be one changes nothing."""
        before = tree(self.root)
        try:
            Store(self.root).versions(name)
        except InputError:
            assert before == tree(self.root)


PublishingTest = Publishing.TestCase
PublishingTest.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
