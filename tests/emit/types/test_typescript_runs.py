"""Modules of TypeScript compile, refuse wrong uses, and build the very keys and items that cfn-table builds."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.attribute_values import plain_value
from cfn_table.design.design import Design, EntityView, KeySchema
from cfn_table.design.generated_names import entity_names
from cfn_table.design.items import Item, complete_item
from cfn_table.design.keys import Domain, ValueRefused, attribute_type
from cfn_table.design.requests import Inputs, Names, call_parameters, derive, key_of_item, stored_item
from cfn_table.emit.samples import sample_inputs
from cfn_table.emit.types.calls import Call, calls_of
from cfn_table.emit.types.fields import entity_fields, key_placeholders
from cfn_table.emit.types.python import emit_python
from cfn_table.emit.types.typescript import emit_typescript
from tests.emit.types.python_modules import Module
from tests.engines import install
from tests.engines.install import EngineUnavailableError
from tests.engines.require import engine_or_skip

HERE = Path(__file__).parent
STRICT = (
    "--strict --exactOptionalPropertyTypes --noUnusedLocals --noUnusedParameters --noImplicitReturns "
    "--noUncheckedIndexedAccess --target es2020 --module esnext --moduleResolution bundler --skipLibCheck --outDir js"
)
VALUES = 10_000
SEED = 20260101


@pytest.fixture(scope="module")
def folder(every: dict[str, Design], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the module of each design, its uses here and in the README, the compiler and the SDK."""
    try:
        engine = install.typescript()
    except EngineUnavailableError as reason:
        engine_or_skip(str(reason))
    found = tmp_path_factory.mktemp("typescript")
    for design in every.values():
        made = emit_typescript(design)
        (found / made.name).write_text(made.text, encoding="utf-8")
    shutil.copy(HERE / "uses.ts", found)
    (shown,) = re.findall(r"```ts\n(.*?)```", (install.ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (found / "readme.ts").write_text(shown, encoding="utf-8")
    shutil.copy(engine / "package.json", found)
    (found / "node_modules").symlink_to(engine / "node_modules")
    return found


@pytest.fixture(scope="module")
def compiled(folder: Path) -> str:
    """What the compiler prints about all modules and their uses, in one program."""
    files = sorted(path.name for path in folder.glob("*.ts"))
    (folder / "js").mkdir()
    shutil.copy(HERE / "agree.mjs", folder / "js")
    return run(["node_modules/.bin/tsc", *STRICT.split(), *files], folder)[1]


def run(arguments: list[str], folder: Path, given: str = "") -> tuple[int, str]:
    """Status and output of a program in a folder."""
    done = subprocess.run(
        arguments, cwd=folder, input=given, capture_output=True, timeout=300, check=False, text=True, encoding="utf-8"
    )
    return done.returncode, done.stdout + done.stderr


def test_every_module_compiles_and_wrong_uses_do_not(compiled: str) -> None:
    """So does what the README shows; each wrong use stands under `@ts-expect-error`, an error where it compiles."""
    assert "" == compiled


def test_each_wrong_use_is_wrong_for_its_own_reason(folder: Path, compiled: str) -> None:
    """Without the marks the compiler tells of each marked line, and of no other."""
    assert "" == compiled
    lines = (HERE / "uses.ts").read_text(encoding="utf-8").splitlines()
    marked = [number + 2 for number, line in enumerate(lines) if "// @ts-expect-error" in line]
    bare = "\n".join(line.replace("@ts-expect-error", "") for line in lines)
    (folder / "bare-uses.ts").write_text(bare, encoding="utf-8")
    _, printed = run(["node_modules/.bin/tsc", *STRICT.split(), "bare-uses.ts"], folder)
    (folder / "bare-uses.ts").unlink()
    assert marked == sorted({int(each) for each in re.findall(r"^bare-uses\.ts\((\d+),", printed, re.MULTILINE)})


def test_prettier_leaves_every_module_as_it_is(folder: Path, every: dict[str, Design]) -> None:
    """With single quotes, and 80 columns."""
    names = sorted(f"{design.name}.ts" for design in every.values())
    status, printed = run(["node_modules/.bin/prettier", "--single-quote", "--list-different", *names], folder)
    assert (0, "") == (status, printed)


# ---------------------------------------------------------------- the same keys as cfn-table's own

TEXTS = (
    *("", " ", "#", "a", "A#b", "a::b", "::", "|", "x|y", "é", "İ", "ß", "ΟΔΟΣ", "日本語", "\U0001f600", "a\nb", "\0"),
    *("`", "${x}", "'", '"', "\\", "*/", "null", "true", "0", "-0", "1e3", "\u2028", "\u200d", "free", "k\u0301"),
)
NUMBERS = (
    *(0, -0.0, 1, -1, 0.1, -0.5, 1e3, 1e20, 1e21, 1.5e21, -1.2345e25, 1e37, 1e38, 1e-6, 1e-7, 1.5e-7, 1e-37, 1e-38),
    *(5e-324, 1.7976931348623157e308, 123456789012345678, 2**53, 2**63, 10**37, 10**38, 0.1 + 0.2, 2.5, 10, 1e9, -1e9),
)
DAYS = ("2024-01-31", "2024-1-31", "2024-01-31T12:00:00Z", "2024-01-31T12:00:00.123+02:00", "2024-13-99", "٢٠٢٤-٠١-٣١")


def value_of(domain: Domain, chance: random.Random) -> Any:
    """A value that a placeholder may be given, allowed or not."""
    if domain.values:
        listed = [float(each) for each in domain.values] if domain.type == "number" else list(domain.values)
        return chance.choice([*listed, *listed, *(NUMBERS if domain.type == "number" else TEXTS)])
    if domain.type in ("number", "epoch"):
        return chance.choice(
            [
                chance.choice(NUMBERS),
                chance.randrange(-(10**6), 10**12),
                chance.randrange(10 ** chance.randrange(1, 40)),
                chance.uniform(-1, 1) * 10 ** chance.randrange(-40, 40),
                round(chance.uniform(0, 1000), 2),
            ]
        )
    if domain.type == "boolean":
        return chance.random() < 0.5
    if domain.type == "binary":
        return chance.randbytes(chance.randrange(0, 9))
    if domain.type in ("timestamp", "date"):
        return chance.choice(DAYS)
    joined = "".join(chance.choice((*TEXTS, "abc", "t-", "s1", "AB123", "lamp-1")) for _ in range(chance.randrange(4)))
    return chance.choice([chance.choice(TEXTS), joined, "abc", "t-1", "s7", "AB123", "a::b", "Z", "lamp-1", "7"])


def coded(value: Any) -> Any:
    """A value as the other side reads it: whole numbers that JavaScript's cannot hold become its big ones."""
    if isinstance(value, bytes):
        return {"$bytes": list(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return {"$bigint": str(value)}
    return value


def rendered(view: EntityView, keys: KeySchema, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The key that the design's templates give; None where they refuse a value."""
    found = {}
    for name in keys.names:
        template = view.templates[name]
        if attribute_type(template, view.domains) != "S":
            found[name] = coded(given[template.placeholders[0]])
            continue
        try:
            found[name] = template.render(given, view.domains)
        except ValueRefused:
            return None
    return found


def cases(every: dict[str, Design]) -> Iterator[tuple[str, str, dict[str, Any], EntityView, KeySchema]]:
    """Functions that build keys, again and again, each with other values."""
    chance = random.Random(SEED)
    builders = [
        (design, view, keys)
        for design in every.values()
        for view in design.entities.values()
        for keys in design.all_keys
        if view.is_in(keys) and key_placeholders(view, keys)
    ]
    while True:
        for design, view, keys in builders:
            names = entity_names(design, view.name)
            function = names.key_builder if keys.index is None else names.index_key_builders[keys.index]
            given = {name: value_of(view.domains[name], chance) for name in key_placeholders(view, keys)}
            yield design.name, function.typescript, given, view, keys


def test_keys_are_those_of_the_design(folder: Path, compiled: str, every: dict[str, Design]) -> None:
    """For thousands of values the builders give the same texts byte for byte, and refuse the same values."""
    assert "" == compiled
    chosen = [case for _, case in zip(range(VALUES), cases(every), strict=False)]
    calls = [[file, name, [{key: coded(each) for key, each in given.items()}]] for file, name, given, _, _ in chosen]
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    accepted = 0
    for (file, name, given, view, keys), answer in zip(chosen, json.loads(printed, parse_int=float), strict=True):
        expected = rendered(view, keys, given)
        assert expected == answer.get("value"), (file, name, given, answer)
        accepted += expected is not None
    assert VALUES // 10 < accepted < VALUES - VALUES // 10


def test_both_languages_make_the_same_keys(folder: Path, compiled: str, every: dict[str, Design]) -> None:
    """For thousands of values, the module in Python gives the same JSON byte for byte, and refuses the same values."""
    assert "" == compiled
    modules = {design.name: Module(design, emit_python(design)) for design in every.values()}
    chosen = [case for _, case in zip(range(VALUES), cases(every), strict=False)]
    calls = [[file, name, [{key: coded(each) for key, each in given.items()}]] for file, name, given, _, _ in chosen]
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    accepted = 0
    for (file, name, given, view, keys), answer in zip(chosen, json.loads(printed, parse_int=float), strict=True):
        exact = {key: Decimal(repr(each)) if type(each) is float else each for key, each in given.items()}
        try:
            made = modules[file].key(view.name, keys, exact)
        except ValueError:
            assert "refused" in answer, (file, name, given, answer)
            continue
        # Numbers are compared as such: JavaScript writes 1e+21 where Python writes 1E+21.
        texts = {key: each for key, each in made.items() if isinstance(each, str)}
        others = {key: coded(given[view.templates[key].placeholders[0]]) for key in made.keys() - texts}
        assert json.dumps(texts) == json.dumps({key: answer["value"][key] for key in texts}), (file, name, given)
        assert others == {key: answer["value"][key] for key in others}, (file, name, given)
        accepted += 1
    assert VALUES // 10 < accepted < VALUES - VALUES // 10


def test_parsers_invert_builders(folder: Path, compiled: str, every: dict[str, Design]) -> None:
    """What a table key was built of comes back, in the case in which the key holds it."""
    assert "" == compiled
    built = []
    for file, name, given, view, keys in (case for _, case in zip(range(VALUES), cases(every), strict=False)):
        key = rendered(view, keys, given) if keys.index is None else None
        if key is not None and not any(
            "$bigint" in each for each in map(coded, given.values()) if isinstance(each, dict)
        ):
            parser = f"parse{name[:1].upper()}{name[1:]}"
            built.append((file, parser.removesuffix("_"), key, given, view, keys))
    calls = [[file, name, [key]] for file, name, key, *_ in built]
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    assert 200 < len(built)
    for (file, name, key, given, view, keys), answer in zip(built, json.loads(printed, parse_int=float), strict=True):
        if "refused" in answer:
            assert "more digits than a number" in answer["refused"], (file, name, key, answer)
            continue
        assert comparable(view, keys, given) == comparable(view, keys, answer["value"]), (file, name, key, answer)


def test_a_parser_holds_a_number_against_the_text(folder: Path, compiled: str) -> None:
    """Also bytes: a key whose attributes hold two values for one placeholder is none."""
    assert "" == compiled
    calls = [
        *(["forms", "parseBase64Key", [{"number": each, "SK": "P#FREE#5#b"}]] for each in (5, 6)),
        *(["bytes-of-keys", "parseBlobKey", [{"PK": "B#AAEC", "SK": coded(each)}]] for each in (b"\0\1\2", b"\0\1")),
    ]
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    found = [{"value": {"count": 5, "plan": "FREE", "base64": "b"}}, {}, {"value": {"raw": coded(b"\0\1\2")}}, {}]
    assert found == json.loads(printed)


def comparable(view: EntityView, keys: KeySchema, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values without what a key does not tell apart: cases, where it has one only."""
    formats: dict[str, set[str]] = {}
    for name in keys.names:
        for part in view.templates[name].parts:
            if not isinstance(part, str):
                formats.setdefault(part.name, set()).add(part.format)
    return {
        name: value.upper().lower() if isinstance(value, str) and formats[name] <= {"lower", "upper"} else coded(value)
        for name, value in given.items()
    }


# ---------------------------------------------------------------- the same requests and items


def native(value: Any, kind: str = "any") -> Any:
    """A value of the design as the document client has it, coded."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
        whole = number == number.to_integral_value() and abs(number) > 2**53
        return {"$bigint": str(int(number))} if whole else float(number)
    if isinstance(value, Mapping):
        return {name: native(each) for name, each in value.items()}
    if isinstance(value, list):
        members = [native(each) for each in value]
        return {"$set": members} if kind.endswith("_set") else members
    return coded(value)


def plain(value: Any) -> Any:
    """A request in the API's form as the document client has it, coded."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and next(iter(value)) in ("S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"):
        ((kind, _),) = value.items()
        return native(plain_value(value), "a_set" if kind in ("SS", "NS", "BS") else "any")
    return {name: plain(each) for name, each in value.items()}


def arguments_of(design: Design, call: Call, inputs: Inputs) -> list[Any]:
    """What the function of a call is called with."""
    given: list[Any] = [application(design, item) for item in inputs.items] if call.batch is None else []
    if call.arguments:
        given.append({each.name: native(inputs.arguments[each.name], each.kind) for each in call.arguments})
    if call.batch is not None:
        (request,) = derive(design, call.pattern)
        keys = [plain(key_of_item(design, request, entity, arguments)) for entity, arguments in inputs.keys]
        puts = [plain(stored_item(design, item)) for item in inputs.items]
        given.append(keys if call.operation == "BatchGetItem" else {"puts": puts, "deletes": keys})
    return [*given, {"tableName": NAMES.table, "indexNames": {ref: f"index {ref}" for ref in design.indexes}}]


def application(design: Design, item: Item) -> dict[str, Any]:
    """An item as applications have it."""
    kinds = {each.name: each.kind for each in entity_fields(design, item.entity).application}
    return {name: native(item.values[name], kind) for name, kind in kinds.items() if name in item.values}


NAMES = Names("a table")


def test_requests_are_those_of_the_design(folder: Path, compiled: str, every: dict[str, Design]) -> None:
    """With the values of the samples each function gives what `call_parameters` does."""
    assert "" == compiled
    calls, expected = [], []
    for design in every.values():
        names = Names(NAMES.table, {ref: f"index {ref}" for ref in design.indexes})
        requests = [(name, each) for name in design.file.access_patterns for each in derive(design, name)]
        for call, (pattern, request) in zip(calls_of(design), requests, strict=True):
            inputs = sample_inputs(design, design.pattern(pattern), request)
            calls.append([design.name, call.function.typescript, arguments_of(design, call, inputs)])
            expected.append(plain(call_parameters(design, request, inputs, names)))
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    for (file, name, _), wanted, answer in zip(calls, expected, json.loads(printed, parse_int=float), strict=True):
        assert wanted == answer.get("value"), (file, name, answer)


def test_items_are_those_of_the_design(folder: Path, compiled: str, every: dict[str, Design]) -> None:
    """Samples become the stored items, whatever else an object carries, and only their own guards take them."""
    assert "" == compiled
    calls: list[list[Any]] = []
    expected: list[Any] = []
    for design in every.values():
        samples = [
            complete_item(design, name, sample)
            for name, view in design.entities.items()
            for sample in view.entity.samples
        ]
        for item in samples:
            stored = plain(stored_item(design, item))
            builder = entity_names(design, item.entity).item_builder.typescript
            stray = {"PK": "stray", "sk": 1, "isAdmin": True}
            for given in (application(design, item), {**stray, **stored, **application(design, item)}):
                calls.append([design.name, builder, [given]])
                expected.append(stored)
            for entity in design.entities:
                calls.append([design.name, entity_names(design, entity).guard.typescript, [stored]])
                expected.append(entity == item.entity)
    status, printed = run([install.node(), "js/agree.mjs"], folder, json.dumps(calls))
    assert 0 == status, printed
    for (file, name, _), wanted, answer in zip(calls, expected, json.loads(printed, parse_int=float), strict=True):
        assert wanted == answer.get("value"), (file, name, answer)
