"""The record of a published version."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.publish import Inputs, Manifest, Verdict, Version
from cfn_table.publish.manifest import Artifact, digest
from tests.publish.builds import LINT, TOOL, build

PATH = "build/kv-storage/1.0.0/manifest.json"
MANIFEST = build().manifest()
TEXT = MANIFEST.to_bytes()


def edited(edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The manifest as JSON after an edit."""
    data = json.loads(TEXT)
    edit(data)
    return json.dumps(data).encode()


def without(name: str) -> bytes:
    """The manifest without a field, named by a path of keys joined by `/`."""
    *parents, last = name.split("/")

    def edit(data: dict[str, Any]) -> None:
        for parent in parents:
            data = data[parent]
        del data[last]

    return edited(edit)


def holding(name: str, value: Any) -> bytes:
    """The manifest with another value for a field."""
    *parents, last = name.split("/")

    def edit(data: dict[str, Any]) -> None:
        for parent in parents:
            data = data[parent]
        data[last] = value

    return edited(edit)


def test_text_is_sorted_indented_json_with_a_final_newline() -> None:
    """The text is one that people can read in a review and that is the same on every machine."""
    data = json.loads(TEXT)
    assert (json.dumps(data, sort_keys=True, indent=2) + "\n").encode() == TEXT
    assert {
        "access": {
            "api": {"alsoAllows": ["get_user"], "relation": "equal"},
            "reporting": {"alsoAllows": [], "relation": "equal"},
        },
        "artifacts": {
            name: {"bytes": len(content), "sha256": digest(content)} for name, content in build().files.items()
        },
        "design": "kv-storage",
        "format": 1,
        "identity": MANIFEST.identity,
        "inputs": {
            "context": {"LIMIT": 3, "TABLE_NAME": "kv-storage-data"},
            "digest": digest(b"one"),
            "environment": ["TABLE_NAME"],
            "files": ["templates/kv-storage.yaml"],
        },
        "lint": {
            "findings": [
                {
                    "help": "a help",
                    "location": {"column": 5, "line": 3, "path": "templates/kv-storage.yaml"},
                    "message": "a warning",
                    "rule": "W3010",
                    "severity": "warning",
                }
            ],
            "regions": ["us-east-1"],
            "suppressed": [{"count": 2, "reason": "used by a macro", "rule": "W2001"}],
        },
        "tool": TOOL,
        "version": "1.0.0",
    } == data


def test_reading_gives_what_was_written() -> None:
    """A manifest survives its text."""
    assert MANIFEST == Manifest.parse(TEXT, PATH)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    ),
    st.permutations(["a.yaml", "b.yaml", "c.yaml"]),
)
def test_text_does_not_depend_on_order(context: dict[str, str], files: list[str]) -> None:
    """Context in any order, files in any order, any text in a value: the same bytes, and they read back."""
    inputs = Inputs(digest(b"x"), tuple(files), dict(reversed(context.items())))
    manifest = dataclasses.replace(MANIFEST, inputs=inputs)
    same = dataclasses.replace(manifest, inputs=Inputs(inputs.digest, tuple(sorted(files)), context))
    assert same.to_bytes() == manifest.to_bytes()
    assert same == Manifest.parse(manifest.to_bytes(), PATH)


def test_identity_is_that_of_inputs_and_artifacts_only() -> None:
    """Tools, verdict, version and context do not change the identity; a digest of inputs or artifacts does."""
    other = dataclasses.replace(
        MANIFEST,
        version=Version(2, 0, 0),
        tool={**TOOL, "cfn-lint": "9.0.0"},
        lint=Verdict(),
        inputs=Inputs(MANIFEST.inputs.digest),
    )
    assert MANIFEST.identity == other.identity
    assert MANIFEST.identity != dataclasses.replace(MANIFEST, inputs=Inputs(digest(b"other"))).identity
    for name in MANIFEST.artifacts:
        artifacts = {**MANIFEST.artifacts, name: Artifact.of(b"other")}
        assert MANIFEST.identity != dataclasses.replace(MANIFEST, artifacts=artifacts).identity
    renamed = {f"{name}.txt": artifact for name, artifact in MANIFEST.artifacts.items()}
    assert MANIFEST.identity != dataclasses.replace(MANIFEST, artifacts=renamed).identity


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "must hold an object"),
        (without("design"), "has nothing at `design`"),
        (without("format"), "has nothing at `format`"),
        (holding("format", 2), "is of format 2, which this cfn-table does not know"),
        (holding("format", True), "must hold a whole number at `format`"),
        (holding("version", 1), "must hold text at `version`"),
        (without("inputs/digest"), "has nothing at `inputs.digest`"),
        (holding("inputs/digest", "XYZ"), "must hold a SHA-256 digest in lower-case hex at `inputs.digest`"),
        (holding("inputs/files", "x"), "must hold a list at `inputs.files`"),
        (holding("inputs/environment", [1]), "must hold a list of texts at `inputs.environment`"),
        (holding("inputs/context", {"A": []}), "must hold a single value at `inputs.context.A`"),
        (holding("artifacts", []), "must hold an object at `artifacts`"),
        (without("artifacts/template.yaml/sha256"), "has nothing at `artifacts.template.yaml.sha256`"),
        (holding("artifacts/template.yaml/bytes", "1"), "must hold a whole number at `artifacts.template.yaml.bytes`"),
        (without("tool/cfn-lint"), "has nothing at `tool.cfn-lint`"),
        (without("lint/regions"), "has nothing at `lint.regions`"),
        (holding("lint/suppressed", [{"rule": "W1"}]), "has nothing at `lint.suppressed[0].reason`"),
        (holding("lint/findings", [3]), "must hold an object at `lint.findings[0]`"),
        (
            holding("lint/findings", [{"rule": "W1", "severity": "bad", "message": "m"}]),
            "must hold a severity at `lint.findings[0].severity`",
        ),
        (holding("access/api/relation", 1), "must hold text at `access.api.relation`"),
        (without("access/api/alsoAllows"), "has nothing at `access.api.alsoAllows`"),
        (without("access"), "has nothing at `access`"),
        (holding("inputs/more", 1), "has an unknown field at `inputs.more`"),
        (holding("more", 1), "has an unknown field at `more`"),
        (without("identity"), "has nothing at `identity`"),
        (holding("identity", "0" * 64), "has an identity that is not that of the files it lists"),
        (b"\xff\xfe", "is not JSON: it is not UTF-8"),
        (b'{"a": NaN}', "is not JSON: `NaN` is not JSON"),
        (b'{"a": 1, "a": 2}', "is not JSON: a key occurs twice in one object"),
        (b"[" * 200_000, "is not JSON: it is nested too deeply"),
    ],
)
def test_a_bad_manifest_is_refused_with_place_and_help(content: bytes, message: str) -> None:
    """Missing fields, wrong types, another format or no JSON at all: never a traceback, always a help."""
    with pytest.raises(InputError) as caught:
        Manifest.parse(content, PATH)
    assert f"`{PATH}` {message}" == caught.value.message
    assert caught.value.help
    assert Location(PATH) == caught.value.location


def test_broken_json_is_shown_at_its_line() -> None:
    """A merge conflict in a manifest is shown where it is."""
    with pytest.raises(InputError) as caught:
        Manifest.parse(b'{\n  "format": 1,\n<<<<<<< HEAD\n', PATH)
    place = caught.value.location
    assert place is not None
    assert (PATH, 3, 1, "<<<<<<< HEAD") == (place.path, place.line, place.column, place.text)


def test_a_bad_version_is_refused_at_its_place() -> None:
    """The version in a manifest is a version."""
    with pytest.raises(InputError) as caught:
        Manifest.parse(holding("version", "1.0"), PATH)
    assert "`1.0` is not a version: it does not start with three numbers" == caught.value.message
    assert Location(PATH) == caught.value.location


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["format", "design", "version", "inputs", "artifacts", "tool", "lint", "identity", "digest"]
                ),
                inner,
            )
        ),
    )
)
def test_any_json_is_a_manifest_or_is_refused(data: Any) -> None:
    """Nothing but an InputError comes out of JSON that is no manifest."""
    with pytest.raises(InputError):
        Manifest.parse(json.dumps(data).encode(), PATH)


def test_compare_finds_changed_missing_and_extra_files() -> None:
    """Every difference is a finding of its own, with the file and what to do."""
    files = {
        "manifest.json": TEXT,
        "template.yaml": b"# two\n",
        "notes.txt": b"",
        "types/kv-storage.ts": b"// two\n",
        "types/notes.txt": b"",
    }
    found = MANIFEST.compare(files, ["sub", "types/deep"], "build/kv-storage/1.0.0")
    assert [
        ("`notes.txt` does not belong to the published version", "build/kv-storage/1.0.0/notes.txt"),
        ("`sub` does not belong to the published version", "build/kv-storage/1.0.0/sub"),
        ("`template.json` is missing", "build/kv-storage/1.0.0/template.json"),
        ("`template.yaml` has changed", "build/kv-storage/1.0.0/template.yaml"),
        ("`types/deep` does not belong to the published version", "build/kv-storage/1.0.0/types/deep"),
        ("`types/kv-storage.ts` has changed", "build/kv-storage/1.0.0/types/kv-storage.ts"),
        ("`types/kv_storage.py` is missing", "build/kv-storage/1.0.0/types/kv_storage.py"),
        ("`types/notes.txt` does not belong to the published version", "build/kv-storage/1.0.0/types/notes.txt"),
    ] == [(each.message, str(each.location)) for each in found]
    assert {"published-files-never-change"} == {each.rule for each in found}


def test_compare_knows_changed_line_ends() -> None:
    """What git does on Windows without .gitattributes is named as that."""
    files = {name: content.replace(b"\n", b"\r\n") for name, content in build().files.items()}
    found = MANIFEST.compare({**files, "manifest.json": TEXT.replace(b"\n", b"\r\n")}, [], "here")
    cure = "git changed its line ends: put `build/** -text` into .gitattributes and check the file out again"
    assert [
        ("`manifest.json` is not as it was written", cure),
        ("`template.yaml` has changed", cure),
        ("`types/kv-storage.ts` has changed", cure),
        ("`types/kv_storage.py` has changed", cure),
    ] == [(each.message, each.help) for each in found]


def test_compare_finds_nothing_in_what_was_published() -> None:
    """A published version as it was written has no findings."""
    assert LINT == MANIFEST.lint
    assert [] == MANIFEST.compare({**build().files, "manifest.json": TEXT}, [], "here")
