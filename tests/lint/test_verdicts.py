"""The verdict cache: a hit says what linting would say, what is doubtful is a miss, and nothing about it can fail."""

from __future__ import annotations

import itertools
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.findings import Finding, Location, Severity
from cfn_table.lint import verdicts
from cfn_table.lint.verdicts import LintVerdict, Suppressed, VerdictCache, default_cache_folder, verdict_key

FINDING = Finding("E3002", Severity.ERROR, "wrong", "do it", Location("a.yaml", 2, 3, "  a: 1"))
VERDICT = LintVerdict((FINDING,), (Suppressed(Finding("W1", Severity.WARNING, "so"), "why"),), "1.58.0", ("us-east-1",))
TEXTS = st.text(max_size=30)
PLACES = st.none() | st.builds(Location, TEXTS, st.integers(0, 10**6), st.integers(0, 10**6), TEXTS)
FINDINGS = st.builds(Finding, TEXTS, st.sampled_from(Severity), TEXTS, TEXTS, PLACES)
VERDICTS = st.builds(
    LintVerdict,
    st.lists(FINDINGS, max_size=3).map(tuple),
    st.lists(st.builds(Suppressed, FINDINGS, TEXTS), max_size=3).map(tuple),
    TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
)


def key(text: str = "Resources: {}", **changes: object) -> str:
    """The key of a text, for one Region and without suppressions unless `changes` says so."""
    return verdict_key(text, **{"regions": ["us-east-1"], "suppressions": {}, **changes})  # type: ignore[arg-type]


@given(VERDICTS)
def test_a_verdict_survives_json(verdict: LintVerdict) -> None:
    """`from_data` undoes `to_data`, through JSON text, places with the text of their line included."""
    again = LintVerdict.from_data(json.loads(json.dumps(verdict.to_data())))
    assert verdict == again
    assert [it.location and it.location.text for it in verdict.findings] == [
        it.location and it.location.text for it in again.findings
    ]


@pytest.mark.parametrize(
    ("severities", "passed"), [([], True), (["warning", "note"], True), (["warning", "error"], False)]
)
def test_only_errors_keep_a_template_from_being_published(severities: list[str], passed: bool) -> None:
    """Warnings and notes do not."""
    findings = tuple(Finding("r", Severity(it), "m") for it in severities)
    assert passed is LintVerdict(findings, (), "1", ()).passed


def test_what_was_put_is_got_under_the_path_that_is_asked_for(tmp_path: Path) -> None:
    """Equal texts have equal verdicts whatever the files are called; places name the file that is asked about."""
    cache = VerdictCache(tmp_path)
    assert cache.get(key(), path="b.yaml") is None
    assert cache.put(key(), VERDICT) is True
    got = VerdictCache(tmp_path).get(key(), path="b.yaml")
    assert VERDICT.at_path("b.yaml") == got
    assert got is not None
    assert "b.yaml:2:3" == str(got.findings[0].location)
    assert VERDICT == got.at_path("a.yaml")


def test_every_thing_that_decides_is_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, JSON text, Regions, suppressions with reasons, cfn-lint with its schemas, and our rules; order is not."""
    installed = verdicts.installed_cfn_lint()
    keys = [
        key(),
        key("Resources: {} "),
        key(json_text="{}"),
        key(json_text=""),
        key(regions=["eu-west-1"]),
        key(regions=["us-east-1", "eu-west-1"]),
        key(suppressions={"E3002": "a"}),
        key(suppressions={"E3002": "b"}),
        key(suppressions={"E3003": "a"}),
    ]
    for changed in (("0.0.1", installed[1]), (installed[0], "0" * 64)):
        with monkeypatch.context() as patch:
            patch.setattr(verdicts, "installed_cfn_lint", lambda changed=changed: changed)
            keys.append(key())
    with monkeypatch.context() as patch:
        patch.setattr(verdicts, "_rules_fingerprint", lambda: "other")
        keys.append(key())
    assert len(keys) == len(set(keys))
    assert key(regions=["us-east-1", "eu-west-1"]) == key(regions=["eu-west-1", "us-east-1", "us-east-1"])
    assert key(suppressions={"A": "1", "B": "2"}) == key(suppressions={"B": "2", "A": "1"})


def test_an_edited_rule_changes_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fingerprint is that of the source: of the gate, of each rule, and of how templates are read."""
    package = Path(verdicts.__file__).parents[1]
    copy = tmp_path / "cfn_table"
    for source in verdicts._deciding_sources():
        target = copy / source.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    original = verdicts._rules_fingerprint()
    monkeypatch.setattr(verdicts, "__file__", str(copy / "lint" / "verdicts.py"))
    assert original == verdicts._rules_fingerprint()
    seen = {original}
    for name in ("lint/runner.py", "lint/rules/_view.py", "lint/rules/another.py", "synth/read.py"):
        with (copy / name).open("a") as opened:
            opened.write("# edited\n")
        seen.add(verdicts._rules_fingerprint())
    assert 5 == len(seen)


def test_the_fingerprint_covers_all_that_linting_loads() -> None:
    """What `judge_template` imports of ours is in it, but for the types of findings; and nothing heavy is imported."""
    script = """\
import sys
from cfn_table.lint.runner import judge_template
judge_template("Resources: {T: {Type: AWS::DynamoDB::Table}}", path="t", regions=["us-east-1"])
print(*sorted(m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "cfn_table" and m.__file__))
print(*sorted({"pydantic", "troposphere", "awacs", "jinja2", "boto3", "rich", "moto"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    ours, heavy = ran.stdout.split("\n")[:2]
    package = Path(verdicts.__file__).parents[1]
    loaded = {Path(file).relative_to(package).as_posix() for file in ours.split()}
    covered = {source.relative_to(package).as_posix() for source in verdicts._deciding_sources()}
    assert {"__init__.py", "design/__init__.py", "synth/__init__.py", "errors.py", "findings.py"} >= loaded - covered
    assert "" == heavy


def test_the_version_is_that_of_the_cfn_lint_that_would_be_imported() -> None:
    """It is read without importing cfn-lint, and is what cfn-lint says of itself."""
    import cfnlint.version

    assert cfnlint.version.__version__ == verdicts.installed_cfn_lint()[0]


def test_asking_the_cache_is_cheap_and_does_not_import_cfn_lint(tmp_path: Path) -> None:
    """Key and look-up take less than 3 ms, warm (the median of several), and load nothing of cfn-lint or YAML."""
    script = f"""\
import statistics, sys, time
from cfn_table.lint.verdicts import VerdictCache, verdict_key
text = "Resources: {{}}" * 1000
taken = []
for _ in range(9):
    start = time.perf_counter()
    VerdictCache({str(tmp_path)!r}).get(verdict_key(text, regions=["us-east-1"], suppressions={{}}), path="t")
    taken.append(time.perf_counter() - start)
print(statistics.median(taken) < 0.003, sorted({{"cfnlint", "yaml", "importlib.metadata"}} & set(sys.modules)))
"""
    assert (
        "True []\n" == subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'{"key": "other"}',
        b"[" * 100_000,
        b'{"key": "KEY", "verdict": {}}',
        b'{"key": "KEY", "verdict": {"findings": [{}], "suppressed": [], "cfn_lint_version": "1", "regions": []}}',
        b'{"key": "KEY", "verdict": {"findings": [], "suppressed": [], "cfn_lint_version": 1, "regions": []}}',
    ],
)
def test_an_entry_that_is_not_understood_is_a_miss(content: bytes, tmp_path: Path) -> None:
    """Whatever stands in an entry's file, the answer is none, and the next verdict replaces it."""
    cache = VerdictCache(tmp_path)
    assert cache.put(key(), VERDICT)
    (file,) = (tmp_path / "verdicts").iterdir()
    file.write_bytes(content.replace(b"KEY", key().encode()))
    assert cache.get(key(), path="t") is None
    assert cache.put(key(), VERDICT)
    assert cache.get(key(), path="a.yaml") == VERDICT


def test_an_entry_under_another_name_is_a_miss(tmp_path: Path) -> None:
    """A verdict about one template is not believed about another, even if its file is renamed."""
    cache = VerdictCache(tmp_path)
    assert cache.put(key("A: 1"), VERDICT)
    (file,) = (tmp_path / "verdicts").iterdir()
    file.rename(file.with_name(f"{key('B: 1')}.json"))
    assert cache.get(key("B: 1"), path="t") is None


def test_a_verdict_about_a_crash_is_not_remembered(tmp_path: Path) -> None:
    """E0002 may come from the machine, so next time is tried again."""
    crash = LintVerdict((Finding("E0002", Severity.ERROR, "crash"),), (), "1", ())
    assert VerdictCache(tmp_path).put(key(), crash) is False
    assert VerdictCache(tmp_path).get(key(), path="t") is None


def test_beyond_the_limit_the_longest_unused_entries_go(tmp_path: Path) -> None:
    """Reading an entry is using it; scratch files of a crash go in the same way."""
    cache = VerdictCache(tmp_path, limit=3)
    keys = [key(str(number)) for number in range(4)]
    for age, one in enumerate(keys[:3]):
        assert cache.put(one, VERDICT)
        os.utime(tmp_path / "verdicts" / f"{one}.json", (age + 1, age + 1))
    assert cache.get(keys[0], path="t") is not None
    assert cache.put(keys[3], VERDICT)
    assert [True, False, True, True] == [cache.get(one, path="t") is not None for one in keys]
    left_behind = tmp_path / "verdicts" / "crash.tmp"
    left_behind.write_text("half")
    os.utime(left_behind, (1, 1))
    assert cache.put(key("another"), VERDICT)
    assert not left_behind.exists()
    assert 3 == len(list((tmp_path / "verdicts").iterdir()))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no owner and mode of this kind")
def test_a_folder_that_others_may_write_is_neither_believed_nor_used(tmp_path: Path) -> None:
    """A forged entry would open the gate, so a folder open to others gives misses. Ours is made for us alone."""
    cache = VerdictCache(tmp_path)
    assert cache.put(key(), VERDICT)
    folder = tmp_path / "verdicts"
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    for mode in (0o777, 0o770, 0o702):
        folder.chmod(mode)
        assert cache.get(key(), path="t") is None
        assert cache.put(key(), VERDICT) is False
    folder.chmod(0o755)
    assert cache.get(key(), path="t") is not None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no owners here")
def test_a_folder_of_another_user_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same goes for a folder that somebody else owns."""
    cache = VerdictCache(tmp_path)
    assert cache.put(key(), VERDICT)
    owner = (tmp_path / "verdicts").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert cache.get(key(), path="t") is None
    assert cache.put(key(), VERDICT) is False


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file where the folder should be, a missing device: nothing is stored, and nothing is raised."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper", Path("/dev/null/cache"), Path("/proc/none")):
        assert VerdictCache(folder).put(key(), VERDICT) is False
        assert VerdictCache(folder).get(key(), path="t") is None


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the entry cannot be written to its end, the old one stays and no scratch file does."""
    cache = VerdictCache(tmp_path)
    assert cache.put(key(), VERDICT)

    def full(file: Path, content: str, **_: object) -> None:
        with file.open("w") as opened:
            opened.write(content[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert cache.put(key(), VERDICT.at_path("other.yaml")) is False
    assert [f"{key()}.json"] == [file.name for file in (tmp_path / "verdicts").iterdir()]
    assert VERDICT == cache.get(key(), path="a.yaml")


def test_many_writers_and_readers_at_once_see_whole_entries(tmp_path: Path) -> None:
    """Threads that write, read and evict the same few entries never see half of one, and never fail."""
    keys = [key(str(number)) for number in range(6)]
    wrong: list[object] = []

    def work(turn: int) -> None:
        cache = VerdictCache(tmp_path, limit=4)
        for one in itertools.islice(itertools.cycle(keys), turn, turn + 60):
            cache.put(one, VERDICT)
            got = cache.get(one, path="a.yaml")
            if got not in (None, VERDICT):
                wrong.append(got)

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == wrong
    assert len([file for file in (tmp_path / "verdicts").iterdir() if file.suffix == ".json"]) <= 6


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_key_is_a_digest(wrong: str, tmp_path: Path) -> None:
    """Anything else would name files elsewhere, and is refused."""
    with pytest.raises(ValueError, match="a key is 64 hexadecimal digits"):
        VerdictCache(tmp_path).get(wrong, path="t")
    with pytest.raises(ValueError, match="a key is 64 hexadecimal digits"):
        VerdictCache(tmp_path).put(wrong, VERDICT)


def test_the_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`CFN_TABLE_CACHE` first, then an absolute `XDG_CACHE_HOME`, then `~/.cache`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    home = tmp_path / ".cache" / "cfn-table"
    assert Path("/c") == default_cache_folder({"CFN_TABLE_CACHE": "/c", "XDG_CACHE_HOME": "/x"})
    assert Path.cwd() / "c" == default_cache_folder({"CFN_TABLE_CACHE": "c"})
    assert Path("/x/cfn-table") == default_cache_folder({"CFN_TABLE_CACHE": "", "XDG_CACHE_HOME": "/x"})
    assert [home] * 3 == [default_cache_folder(it) for it in ({}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "x"})]


def test_a_home_folder_that_is_no_absolute_path_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the cache would be in the project that the user happens to stand in."""
    monkeypatch.setattr(Path, "home", lambda: Path("x"))
    with pytest.raises(RuntimeError):
        default_cache_folder({})


def test_without_a_home_folder_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home folder gets misses, not exceptions."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    for name in ("CFN_TABLE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert VerdictCache().get(key(), path="t") is None
    assert VerdictCache().put(key(), VERDICT) is False
