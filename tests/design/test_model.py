"""The fields of the design language: a wrong value has a place and a help, and nonsense is not accepted in silence."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.load import load_design
from cfn_table.design.source import Mapping, Sequence, Text, parse, read_file
from cfn_table.errors import InputError
from cfn_table.findings import Finding
from tests.engines.install import ROOT
from tests.yaml_writer import Plain, write_yaml

Path_ = tuple[str | int, ...]


def values_of(raw: Any) -> Any:
    """A file's values, to be written again: a text that was written plain stays plain where that matters."""
    if isinstance(raw, Mapping):
        return {str(key): values_of(item) for key, item in raw.items()}
    if isinstance(raw, Sequence):
        return [values_of(item) for item in raw]
    assert isinstance(raw, Text)
    return Plain(raw) if raw.plain and re.fullmatch(r"[0-9.]+|true|false", raw) else str(raw)


FILES: dict[str, Any] = {
    "templates/kv-storage.yaml": values_of(parse(read_file(ROOT / "templates/kv-storage.yaml"))),
    **{
        f"policies/kv-storage/{path.name}": values_of(parse(read_file(path)))
        for path in sorted((ROOT / "policies/kv-storage").glob("*.yaml"))
    },
}


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every value in `value`."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


WRONG: dict[str, Any] = {
    "list": ["x"],
    "mapping": {"a": "b"},
    "empty": Plain(""),
    "number": Plain("12345"),
    "unicode": "é 日本",
    "long": "x" * 3000,
}
"""Values of another kind than the one that stands there."""

TEXT = {"number", "unicode", "long"}
ANY = set(WRONG)
ALLOWED: tuple[tuple[str, set[str]], ...] = (
    # A sample is data; the rule `samples-are-valid-items` judges it.
    (r"entities\.\w+\.samples\.0", {"mapping"}),
    (r"entities\.\w+\.samples\.0\..*", ANY),
    (r"description", {"number", "unicode"}),  # at most 1,024 bytes
    (r"(entities|access_patterns|key_only)\.\w+(\.attributes\.\w+)?\.description", TEXT),
    # Names and values that are free.
    (r"context\.(TABLE_NAME|GSI_NAME)", {"number"}),
    (r"table\.(logical_id|name)|indexes\.0\.name", {"number"}),
    (r"table\.(type_attribute|time_to_live)", {"number", "unicode"}),
    (r"latency_target_ms|table\.provisioned_throughput\.(read|write)", {"number"}),
    (r"entities\.\w+\.type", TEXT),
    (r"key_only\.key\.pattern", TEXT),
    # A key template may be a constant; what cannot match is found by the design rules.
    (r"entities\.\w+\.keys\.\w+", TEXT),
    (r"access_patterns\.\w+\.sort_key\.begins_with", TEXT),
    # A list is the only values that an attribute may have.
    (r"(key_only|every_entity\.attributes|entities\.\w+\.attributes)\.\w+\??", {"list"}),
    (r"entities\.user\.attributes\.plan\.\d", TEXT),
    # Names of attributes; the rules `patterns-name-attributes` and `projections-name-attributes` judge them.
    (r"access_patterns\.\w+\.set", {"list", "mapping"}),
    (r"access_patterns\.\w+\.returns", {"list"}),
    (r"access_patterns\.\w+\.(set|returns)\.\d", TEXT),
    # Bindings; the rule `bindings-keep-tenants-apart` judges them.
    (r"bind", {"mapping"}),
    (r"bind\.\w+", TEXT),
)
"""Path → the kinds that are no nonsense there."""


def allowed(path: str, *, policy: bool) -> set[str]:
    """The kinds that may stand at the path; nothing where no line of `ALLOWED` has it."""
    if policy and path == "description":
        return TEXT
    return next((kinds for pattern, kinds in ALLOWED if re.fullmatch(pattern, path)), set())


def with_value(name: str, path: Path_, value: Any) -> dict[str, Any]:
    """The project's files with another value at the path of one of them."""
    files = {**FILES, name: copy.deepcopy(FILES[name])}
    holder = files[name]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return files


def found(folder: Path, files: dict[str, Any]) -> tuple[Finding, ...] | None:
    """What is wrong with the project; None when it loads."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(write_yaml(content), encoding="utf-8")
    try:
        load_design(folder / "templates/kv-storage.yaml", environment={})
    except InputError as error:
        return error.findings
    return None


def faults(finding: Finding) -> list[str]:
    """What is wrong with a finding itself."""
    message, place = finding.message, finding.location
    tests = {
        "no file": place is not None and place.path.endswith(".yaml"),
        "no line": place is not None and place.line > 0 and place.column > 0,
        "the line is not shown": place is not None and place.text != "",
        "no help": finding.help != "",
        "more than a line": "\n" not in message + finding.help,
        "too long": len(message) < 250,
        "not lower case": message[:1].islower() or message[:1] == "`",
        "a full stop": not message.endswith("."),
        "a Python word": not re.search(r"\b(str|dict|tuple|NoneType|Input should|pydantic|Mapping)\b", message),
    }
    return [f"{fault}: {finding}" for fault, holds in tests.items() if not holds]


PLACES = [(name, path) for name, content in FILES.items() for path in places(content)]


@pytest.mark.parametrize(
    ("name", "path"), PLACES, ids=[f"{Path(name).stem}:{'.'.join(map(str, path))}" for name, path in PLACES]
)
def test_a_value_of_another_kind_is_refused_at_its_place(name: str, path: Path_, tmp_path: Path) -> None:
    """Each value of kv-storage, replaced by each wrong kind, is an error with place and help, or makes sense there."""
    words = ".".join(map(str, path))
    accepted = set()
    for kind, value in WRONG.items():
        findings = found(tmp_path, with_value(name, path, value))
        if findings is None:
            accepted.add(kind)
        assert [] == [fault for finding in findings or () for fault in faults(finding)], kind
    assert allowed(words, policy=name.startswith("policies/")) == accepted


def test_the_design_itself_is_accepted(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    assert None is found(tmp_path, FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_misspelt_field_gets_the_right_name(name: str, tmp_path: Path) -> None:
    """Every field of every mapping with a fixed set of fields, with one letter more."""
    free = {
        "context",
        "key_only",
        "entities",
        "access_patterns",
        "keys",
        "attributes",
        "value",
        "bind",
        "sort_key",
        "0",
    }
    for path in places(FILES[name]):
        holder = FILES[name]
        for step in path[:-1]:
            holder = holder[step]
        if (
            not isinstance(holder, dict)
            or path[0] == "context"
            or str((*path, "")[len(path) - 2]) in free
            or "samples" in path
        ):
            continue
        files = copy.deepcopy(FILES)
        target = files[name]
        for step in path[:-1]:
            target = target[step]
        target[f"{path[-1]}x"] = target.pop(path[-1])
        findings = found(tmp_path, files)
        assert findings is not None, path
        messages = {finding.message: finding.help for finding in findings}
        assert f"did you mean `{path[-1]}`?" == messages.get(f"unknown field `{path[-1]}x`"), path
