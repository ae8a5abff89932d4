"""Publishing to S3: written once, verified, resumable."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from cfn_table.errors import InputError, RefusedError
from cfn_table.publish import Build
from cfn_table.publish.s3 import publish_to_s3
from tests.publish.buckets import BASE, BUCKET, URL, Client, engine, objects, prereleased, released
from tests.publish.builds import TOOL, TYPES, build

pytestmark = pytest.mark.usefixtures("s3_bucket")


def test_a_release_is_uploaded_with_its_manifest_last(folder: Callable[[Build], Path]) -> None:
    """Every file of the version is there, the manifest as the commit; each write is conditional and has its digest."""
    client = Client()
    outcome = publish_to_s3(folder(build()), URL, client=client)
    assert released(build()) == objects()
    keys = [f"{BASE}/1.0.0/{name}" for name in (*sorted(build().files), "manifest.json")]
    assert (BUCKET, "us-east-1", tuple(keys), ()) == (
        outcome.bucket,
        outcome.region,
        outcome.uploaded,
        outcome.skipped,
    )
    assert f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{BASE}/1.0.0/template.yaml" == outcome.template_yaml_url
    assert f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{BASE}/1.0.0/template.json" == outcome.template_json_url
    puts = [arguments for operation, arguments in client.calls if operation == "put_object"]
    assert keys == [each["Key"] for each in puts]
    assert {"*"} == {each["IfNoneMatch"] for each in puts}
    assert [base64.b64encode(hashlib.sha256(each["Body"]).digest()).decode() for each in puts] == [
        each["ChecksumSHA256"] for each in puts
    ]
    text = "text/plain; charset=utf-8"
    expected = ["application/json", "application/yaml", text, text, "application/json"]
    assert expected == [each["ContentType"] for each in puts]
    assert f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{BASE}/1.0.0/types/kv-storage.ts" == outcome.urls[TYPES[0]]


def test_the_same_again_uploads_nothing(folder: Callable[[Build], Path]) -> None:
    """What is there with the same digest is skipped, whichever tool made it this time."""
    first = publish_to_s3(folder(build()), URL, client=engine())
    before = objects()
    again = publish_to_s3(folder(build(tool={**TOOL, "cfn-lint": "9.9.9"})), URL, client=engine())
    assert ((), first.uploaded) == (again.uploaded, again.skipped)
    assert first.urls == again.urls
    assert before == objects()


def test_other_content_under_a_released_version_is_refused_before_anything_is_written(
    folder: Callable[[Build], Path],
) -> None:
    """The manifest decides, so no object is written beside those of the other content."""
    publish_to_s3(folder(build()), URL, client=engine())
    more = build(text="two")
    more = Build(more.design, more.version, {**more.files, "a.txt": b""}, more.inputs, more.tool, more.lint)
    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(more), URL, client=engine())
    key = f"s3://{BUCKET}/{BASE}/1.0.0/manifest.json"
    assert f"`{key}`: version `1.0.0` is published there with other content" == caught.value.message
    assert "publish this content as the next version" in caught.value.help
    assert key == str(caught.value.location)
    assert released(build()) == objects()


@pytest.mark.parametrize("version", ["1.0.0", "1.0.0-rc.1"])
def test_a_manifest_that_is_none_is_other_content(folder: Callable[[Build], Path], version: str) -> None:
    """Garbage at the commit key keeps a release from being published; a pre-release replaces it."""
    key = f"{BASE}/{version}/manifest.json"
    engine().put_object(Bucket=BUCKET, Key=key, Body=b"garbage")
    path = folder(build(version))
    if version == "1.0.0":
        with pytest.raises(RefusedError):
            publish_to_s3(path, URL, client=engine())
        assert {key: b"garbage"} == objects()
    else:
        publish_to_s3(path, URL, client=engine())
        assert prereleased(build(version)) == objects()


def test_an_object_with_other_content_is_refused_by_its_key(folder: Callable[[Build], Path]) -> None:
    """An artifact without a manifest, from somebody else, is neither overwritten nor taken for ours."""
    key = f"{BASE}/1.0.0/template.yaml"
    engine().put_object(Bucket=BUCKET, Key=key, Body=b"other")
    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(build()), URL, client=engine())
    assert f"`s3://{BUCKET}/{key}` holds other content" == caught.value.message
    assert b"other" == objects()[key]
    assert f"{BASE}/1.0.0/manifest.json" not in objects()


def test_a_damaged_local_version_is_not_uploaded(folder: Callable[[Build], Path]) -> None:
    """The folder is checked against its manifest before anything is sent."""
    path = folder(build())
    (path / "template.yaml").write_bytes(b"edited")
    with pytest.raises(RefusedError) as caught:
        publish_to_s3(path, URL, client=engine())
    assert "`template.yaml` has changed" == caught.value.message
    assert {} == objects()


def test_an_interrupted_upload_is_resumed(folder: Callable[[Build], Path]) -> None:
    """Whichever call fails: no manifest, so nothing published, until a repeated call has completed it."""
    path = folder(build())
    failed = 0
    for number in range(100):
        bucket = f"bucket-{number}"
        engine().create_bucket(Bucket=bucket)

        def before(call: int, _operation: str, _arguments: dict[str, Any], number: int = number) -> None:
            if call == number:
                raise EndpointConnectionError(endpoint_url="https://s3.example")

        try:
            publish_to_s3(path, f"s3://{bucket}/team/cfn", client=Client(before))
        except InputError as error:
            failed += 1
            message = error.message
        else:
            break
        assert message == f"cannot publish to `s3://{bucket}/{BASE}/1.0.0`: S3 cannot be reached"
        there = objects(bucket)
        assert there.items() <= released(build()).items()
        outcome = publish_to_s3(path, f"s3://{bucket}/team/cfn", client=engine())
        assert sorted(released(build())) == sorted(outcome.uploaded + outcome.skipped)
        assert sorted(there) == sorted(outcome.skipped)
        assert released(build()) == objects(bucket)
    else:
        pytest.fail("publishing never ends")
    assert failed > 8


def test_a_prerelease_is_overwritten_by_one_write(folder: Callable[[Build], Path]) -> None:
    """New artifacts have keys of their own, and the manifest is the only object that changes."""
    old, new = build("1.0.0-rc.1"), build("1.0.0-rc.1", "two")
    first = publish_to_s3(folder(old), URL, client=engine())
    assert prereleased(old) == objects()
    client = Client()
    second = publish_to_s3(folder(new), URL, client=client)
    assert prereleased(old, new) == objects()
    assert [*["IfNoneMatch"] * len(new.files), "IfMatch"] == [
        next(name for name in arguments if name.startswith("If"))
        for operation, arguments in client.calls
        if operation == "put_object"
    ]
    identity = new.manifest().identity
    assert second.template_yaml_url is not None
    assert second.template_yaml_url.endswith(f"/{BASE}/1.0.0-rc.1/{identity}/template.yaml")
    # The URL that was printed before still leads to what it led to.
    assert first.template_yaml_url != second.template_yaml_url
    third = publish_to_s3(folder(new), URL, client=engine())
    assert ((), second.uploaded) == (third.uploaded, third.skipped)


def test_a_reader_of_a_prerelease_sees_the_old_or_the_new(folder: Callable[[Build], Path]) -> None:
    """At every call of an overwrite, and when it stops there, the manifest names artifacts that are all there."""
    old, new = build("1.0.0-rc.1"), build("1.0.0-rc.1", "two")
    path = folder(new)
    old_path = folder(old)
    seen = []
    for number in range(100):
        bucket = f"bucket-{number}"
        engine().create_bucket(Bucket=bucket)
        publish_to_s3(old_path, f"s3://{bucket}/team/cfn", client=engine())

        def before(call: int, _operation: str, _arguments: dict[str, Any], number: int = number) -> None:
            if call == number:
                raise EndpointConnectionError(endpoint_url="https://s3.example")

        stopped = True
        try:
            publish_to_s3(path, f"s3://{bucket}/team/cfn", client=Client(before))
            stopped = False
        except InputError:
            pass
        there = objects(bucket)
        current = old if there[f"{BASE}/1.0.0-rc.1/manifest.json"] == old.manifest().to_bytes() else new
        assert prereleased(current).items() <= there.items()
        seen.append(current is new)
        publish_to_s3(path, f"s3://{bucket}/team/cfn", client=engine())
        assert prereleased(old, new) == objects(bucket)
        if not stopped:
            break
    assert sorted(seen) == seen
    assert {False, True} == set(seen)
