"""What `cfn-table emit queries` prints does, in all three languages, what the design says, on DynamoDB Local.

Each table is made from the design's template and holds the design's samples, stored by this test itself. Reads share a
table; each write has one for each language, which is compared with what it should hold afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cfn_table.design.items import complete_item
from cfn_table.design.load import load_design
from cfn_table.design.requests import stored_item
from cfn_table.emit.queries.calls import Call
from cfn_table.prove.engines.process import Server
from tests.e2e.languages import Bench, in_order, plain
from tests.engines import install
from tests.engines.install import ROOT, EngineUnavailableError
from tests.engines.require import engine_or_skip
from tests.projects import copy_designs

LANGUAGES = ("cli", "python", "javascript")
# DynamoDB Local keeps access keys apart.
ACCOUNTS = itertools.count(200_000_000_001)


@dataclass(frozen=True)
class Write:
    """What a write needs and does: entity → attributes that differ from its sample's; None for what is not there."""

    before: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    after: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)


READS: dict[str, dict[str, str | list[str]]] = {
    "kv-storage": {
        "get_user_by_id": "user",
        "get_user_by_api_key": ["user"],
        "list_user_namespaces": ["user_namespace"],
        "get_namespace": "namespace",
        "manage_key_get_item": "key",
        "list_keys_by_prefix": ["key"],
        "report_user": "user",
    },
    "device-telemetry": {
        "readings_between": ["reading"],
        "latest_reading": ["reading"],
        "site_since": ["reading"],
    },
    "forum": {
        "active_threads": ["thread"],
        "get_thread": "thread",
        "posts_of_thread": ["post"],
        "posts_of_author": ["post"],
    },
    "shop": {
        "get_customer": "customer",
        "find_customer_by_email": ["customer"],
        "customer_with_orders": ["customer", "order"],
        "orders_of_customer": ["order"],
        "orders_of_day": ["order"],
        "orders_open_since": ["order"],
        "items_of_order": ["order_item"],
        "orders_with_product": ["order_item"],
        "read_basket": ["order", "customer"],
        "get_products": ["product"],
        "get_stock": "stock",
    },
    "hurting": {
        "class": "thing",
        "things": ["thing"],
        "list": ["thing"],
        "esac": ["thing"],
    },
}
"""Access pattern → the entity whose sample it returns, or those of which it returns a list."""

WRITES: dict[str, dict[str, Write]] = {
    "kv-storage": {
        "manage_key_put_item": Write(before={"key": None}, after={"key": {}}),
        "manage_key_update_item": Write(after={"key": {"updatedAt": "2024-01-02T00:00:00Z"}}),
        "manage_key_delete_item": Write(after={"key": None}),
    },
    "device-telemetry": {
        "record": Write(before={"reading": None}, after={"reading": {}}),
        "record_many": Write(before={"reading": None}, after={"reading": {}}),
    },
    "forum": {
        "open_thread": Write(before={"thread": None}, after={"thread": {}}),
        "answer": Write(
            before={"post": None},
            after={"post": {}, "thread": {"posts": 4, "lastPostAt": "2024-02-01T12:00:00Z"}},
        ),
    },
    "shop": {
        "register": Write(
            before={"customer": None, "email_claim": None},
            after={"customer": {}, "email_claim": {}},
        ),
        "rename_customer": Write(after={"customer": {"updatedAt": "2024-02-01T12:00:00Z"}}),
        "place_order": Write(
            before={"order": None, "order_item": None},
            after={"order": {}, "order_item": {}, "stock": {"available": 9}, "customer": {"orderCount": 3}},
        ),
        "ship_order": Write(
            before={"order": {"status": "paid"}},
            after={"order": {"status": "shipped", "updatedAt": "2024-02-01T12:00:00Z", "openSince": None}},
        ),
        "put_product": Write(before={"product": None}, after={"product": {}}),
    },
    "hurting": {
        "delete_put_item": Write(before={"thing": None}, after={"thing": {}}),
        "delete_update_item": Write(
            after={"thing": {"digits": 12345678901234567890123456789012345679, "class": 'a "b"'}}
        ),
        "delete_delete_item": Write(after={"thing": None}),
    },
}
"""Access pattern → what it needs and does."""


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, dynamodb_local: Server) -> Iterator[Bench]:
    """One design with its queries."""
    name = request.param
    paths = {"kv-storage": ROOT / "templates" / "kv-storage.yaml", "hurting": ROOT / "tests" / "emit" / "hurting.yaml"}
    if name not in paths:
        paths[name] = copy_designs(tmp_path / "project", name) / "templates" / f"{name}.yaml"
    design = load_design(paths[name], environment={})
    (tmp_path / "queries").mkdir()
    try:
        yield Bench(design, tmp_path / "queries", dynamodb_local.endpoint)
    except EngineUnavailableError as reason:
        engine_or_skip(str(reason))


def returned(bench: Bench, call: Call, expected: str | list[str]) -> Any:
    """What a read must return: samples, with just the attributes that the access pattern names."""
    names = bench.design.pattern(call.pattern).returns
    samples = bench.samples()

    def projected(entity: str) -> dict[str, Any]:
        return {key: value for key, value in samples[entity].items() if names is None or key in names}

    return projected(expected) if isinstance(expected, str) else in_order([projected(each) for each in expected])


@pytest.mark.parametrize("bench", sorted(READS), indirect=True)
def test_queries_do_what_the_design_says(bench: Bench) -> None:
    """Each read returns the samples that it is about, and each write leaves what it should, in every language."""
    reads, writes = READS[bench.design.name], WRITES[bench.design.name]
    assert list(bench.calls) == [name for name in bench.calls if name in reads or name in writes]
    samples = bench.samples()
    shared = str(next(ACCOUNTS))
    bench.table(shared, samples)
    accounts = {(language, name): shared for language in LANGUAGES for name in reads}
    clients = {}
    for name, write in writes.items():
        for language in LANGUAGES:
            account = accounts[language, name] = str(next(ACCOUNTS))
            clients[language, name] = bench.table(account, bench.changed(samples, write.before))
    answers = bench.run_all(accounts)
    for name, expected in reads.items():
        for language in LANGUAGES:
            answer, coded = answers[language, name], language != "python"
            if isinstance(answer, list):
                found: Any = in_order([plain(item, coded=coded) for item in answer])
            else:
                found = plain(answer, coded=coded)
            assert returned(bench, bench.calls[name], expected) == found, (language, name)
    for name, write in writes.items():
        left = bench.changed(bench.changed(samples, write.before), write.after)
        for language in LANGUAGES:
            assert answers[language, name] is None, (language, name)
            assert in_order(list(left.values())) == bench.stored(clients[language, name]), (language, name)


@pytest.mark.parametrize("bench", ["kv-storage"], indirect=True)
def test_reads_follow_pages_to_the_end(bench: Bench) -> None:
    """A page ends after 1 MB, and six items of 300 KB are more."""
    account, name = str(next(ACCOUNTS)), "list_keys_by_prefix"
    client = bench.table(account, {})
    for number in range(6):
        raw = {**bench.design.entities["key"].entity.samples[0], "key": f"user:{number}", "value": "x" * 300_000}
        client.put_item(
            TableName="kv-storage-data", Item=stored_item(bench.design, complete_item(bench.design, "key", raw))
        )
    answers = bench.run_all({(language, name): account for language in LANGUAGES}, name)
    keys = [f"KEY#user:{number}" for number in range(6)]
    assert dict.fromkeys(LANGUAGES, keys) == {
        language: [item["SK"]["S"] for item in answers[language, name]] for language in LANGUAGES
    }


@pytest.mark.parametrize("bench", ["device-telemetry"], indirect=True)
def test_version_1_of_the_aws_cli_stores_no_wrong_bytes(bench: Bench) -> None:
    """It would take base64 for the bytes themselves, so the command has an option that it refuses."""
    account = str(next(ACCOUNTS))
    client = bench.table(account, {})
    (bench.folder / "bin" / "aws").unlink()
    (bench.folder / "bin" / "aws").symlink_to(install.aws_cli())
    with pytest.raises(AssertionError, match="Unknown options: --cli-binary-format"):
        bench.run(["sh", "queries.sh", "record"], account)
    assert [] == bench.stored(client)
