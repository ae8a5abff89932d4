"""Publishing to S3 while others do: the condition of each write decides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfn_table.errors import InputError, RefusedError
from cfn_table.publish import Build
from cfn_table.publish.s3 import publish_to_s3
from tests.publish.buckets import BASE, BUCKET, URL, Client, client_error, engine, objects, released
from tests.publish.builds import TOOL, build

pytestmark = pytest.mark.usefixtures("s3_bucket")


def test_publishing_at_once_gives_one_winner(folder: Callable[[Build], Path]) -> None:
    """Of different contents of one release exactly one is published, whole; nobody mixes in."""
    texts = [f"text {number}" for number in range(4)]
    paths = [folder(build(text=text)) for text in texts]
    answers: list[str] = []

    def work(path: Path) -> None:
        try:
            publish_to_s3(path, URL, client=engine())
            answers.append("published")
        except RefusedError:
            answers.append("refused")

    threads = [threading.Thread(target=work, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == len(answers)
    assert answers.count("published") == 1
    assert objects() in [released(build(text=text)) for text in texts]


def test_another_publisher_between_look_and_write_is_noticed(folder: Callable[[Build], Path]) -> None:
    """The condition of the write, not the look before it, is what keeps an object."""
    key = f"{BASE}/1.0.0/template.yaml"

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and arguments["Key"] == key and key not in objects():
            engine().put_object(Bucket=BUCKET, Key=key, Body=body)

    body = b"other"
    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    assert f"`s3://{BUCKET}/{key}` holds other content" == caught.value.message
    engine().delete_object(Bucket=BUCKET, Key=key)
    body = build().files["template.yaml"]
    outcome = publish_to_s3(folder(build()), URL, client=Client(before))
    assert key in outcome.skipped
    assert released(build()) == objects()


@pytest.mark.parametrize("text", ["two", "one"])
def test_another_manifest_of_a_release_between_look_and_write_is_noticed(
    folder: Callable[[Build], Path], text: str
) -> None:
    """The commit too is conditional: of one identity the first manifest stays, of another it is refused."""
    key = f"{BASE}/1.0.0/manifest.json"
    other = build(text=text, tool={**TOOL, "awacs": "9.9.9"}).manifest().to_bytes()

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and arguments["Key"] == key and key not in objects():
            engine().put_object(Bucket=BUCKET, Key=key, Body=other)

    if text == "one":
        assert key in publish_to_s3(folder(build()), URL, client=Client(before)).skipped
    else:
        with pytest.raises(RefusedError):
            publish_to_s3(folder(build()), URL, client=Client(before))
    assert other == objects()[key]


def test_two_overwrites_of_a_prerelease_do_not_overtake_each_other(folder: Callable[[Build], Path]) -> None:
    """Who saw another manifest than is there now is told so, instead of overwriting what it never saw."""
    key = f"{BASE}/1.0.0-rc.1/manifest.json"
    publish_to_s3(folder(build("1.0.0-rc.1")), URL, client=engine())
    other = build("1.0.0-rc.1", "three").manifest().to_bytes()

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and arguments["Key"] == key and objects()[key] != other:
            engine().put_object(Bucket=BUCKET, Key=key, Body=other)

    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(build("1.0.0-rc.1", "two")), URL, client=Client(before))
    assert f"`s3://{BUCKET}/{key}` was changed by another publisher at the same time" == caught.value.message
    assert other == objects()[key]


def test_a_conflict_of_concurrent_writes_is_tried_again(folder: Callable[[Build], Path]) -> None:
    """409 says that nothing was decided: the write is repeated."""
    conflicts = iter(range(3))

    def before(_call: int, operation: str, _arguments: dict[str, Any]) -> None:
        if operation == "put_object" and next(conflicts, None) is not None:
            raise client_error("ConditionalRequestConflict", 409)

    publish_to_s3(folder(build()), URL, client=Client(before))
    assert released(build()) == objects()
    assert next(conflicts, None) is None


def test_a_conflict_without_end_is_given_up(folder: Callable[[Build], Path]) -> None:
    """Repeating ends, with a place and a help."""

    def before(_call: int, operation: str, _arguments: dict[str, Any]) -> None:
        if operation == "put_object":
            raise client_error("ConditionalRequestConflict", 409)

    with pytest.raises(InputError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    assert "changes again and again" in caught.value.message
    assert {} == objects()


def test_a_lost_answer_is_no_conflict(folder: Callable[[Build], Path]) -> None:
    """A write that succeeded, though its answer was lost and it was repeated, is ours."""

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and arguments["Key"] not in objects():
            engine().put_object(Bucket=BUCKET, Key=arguments["Key"], Body=arguments["Body"])

    publish_to_s3(folder(build()), URL, client=Client(before))
    assert released(build()) == objects()
