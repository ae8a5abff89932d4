"""What S3 may answer: no checksums, damage, and errors, which are explained."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from moto import mock_aws

from cfn_table.errors import InputError, RefusedError, UsageError
from cfn_table.publish import Build
from cfn_table.publish.s3 import publish_to_s3
from tests.publish.buckets import BASE, BUCKET, URL, Client, client_error, objects, released
from tests.publish.builds import DESIGN, build

pytestmark = pytest.mark.usefixtures("s3_bucket")


@pytest.mark.parametrize("answer", ["none", "composite"])
def test_an_engine_without_checksums_is_read_and_hashed(folder: Callable[[Build], Path], answer: str) -> None:
    """Where HeadObject has no checksum of the whole content, the content itself is compared."""

    def after(operation: str, response: dict[str, Any]) -> None:
        if operation == "head_object":
            checksum = response.pop("ChecksumSHA256")
            if answer == "composite":
                response.update(ChecksumSHA256=f"{checksum}-2", ChecksumType="COMPOSITE")

    client = Client(after=after)
    publish_to_s3(folder(build()), URL, client=client)
    assert {f"{BASE}/1.0.0/{name}" for name in build().files} <= {
        arguments["Key"] for operation, arguments in client.calls if operation == "get_object"
    }
    with pytest.raises(RefusedError):
        publish_to_s3(folder(build(text="two")), URL, client=client)
    assert released(build()) == objects()


def test_an_upload_that_arrives_changed_is_refused(folder: Callable[[Build], Path]) -> None:
    """The digest is checked after every upload; without the manifest nothing is published."""

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object":
            del arguments["ChecksumSHA256"]
            arguments["Body"] = io.BytesIO(b"changed on the way")

    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    assert f"`s3://{BUCKET}/{BASE}/1.0.0/template.json` is not what was sent" == caught.value.message
    assert [f"{BASE}/1.0.0/template.json"] == list(objects())


def test_without_the_right_to_list_a_missing_object_looks_forbidden(folder: Callable[[Build], Path]) -> None:
    """S3 answers 403 for absent objects then: publishing goes on, and is refused where an object is really there."""
    hidden = True

    def before(_call: int, operation: str, arguments: dict[str, Any]) -> None:
        if operation == "head_bucket":
            raise client_error("403", 403, {"x-amz-bucket-region": "eu-west-1"})
        if operation in ("head_object", "get_object") and (hidden or arguments["Key"] not in objects()):
            raise client_error("403", 403)

    with pytest.raises(RefusedError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    assert "allow s3:GetObject on it" in caught.value.help
    hidden = False
    outcome = publish_to_s3(folder(build()), URL, client=Client(before))
    assert released(build()) == objects()
    assert "eu-west-1" == outcome.region


@pytest.mark.parametrize(
    ("error", "why", "help"),
    [
        (NoCredentialsError(), "there are no credentials", "AWS_PROFILE"),
        (client_error("NoSuchBucket", 404), "the bucket does not exist", "make the bucket"),
        (client_error("404", 404), "the bucket does not exist", "make the bucket"),
        (client_error("AccessDenied", 400), "access is denied", "s3:PutObject"),
        (client_error("ExpiredToken", 400), "the credentials have expired", "sign in again"),
        (client_error("InvalidAccessKeyId", 400), "the access key is unknown", "AWS_ACCESS_KEY_ID"),
        (client_error("", 301), "the bucket is in another Region", "Region"),
        (client_error("400", 400), "the request is refused", "credentials"),
        (client_error("NotImplemented", 501), "the engine knows no conditional writes", "use one that does"),
        (client_error("SlowDown", 503), "S3 asks for fewer requests", "goes on where it stopped"),
        (client_error("Strange", 418), "S3 answers `Strange` (said so)", "reason above"),
        (EndpointConnectionError(endpoint_url="https://s3.x"), "S3 cannot be reached", "goes on where it stopped"),
    ],
)
def test_errors_of_s3_are_explained(folder: Callable[[Build], Path], error: Exception, why: str, help: str) -> None:
    """Every error has the place, the reason in plain words, and what to do."""

    def before(_call: int, _operation: str, _arguments: dict[str, Any]) -> None:
        raise error

    with pytest.raises(InputError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    place = f"s3://{BUCKET}/{BASE}/1.0.0"
    assert f"cannot publish to `{place}`: {why}" == caught.value.message
    assert help in caught.value.help
    assert place == str(caught.value.location)


def test_a_denied_write_is_explained(folder: Callable[[Build], Path]) -> None:
    """403 on the write itself is no absent object."""

    def before(_call: int, operation: str, _arguments: dict[str, Any]) -> None:
        if operation == "put_object":
            raise client_error("AccessDenied", 403)

    with pytest.raises(InputError) as caught:
        publish_to_s3(folder(build()), URL, client=Client(before))
    assert caught.value.message.endswith("access is denied")


def test_the_bucket_has_to_exist(folder: Callable[[Build], Path]) -> None:
    """moto's own answer for a missing bucket."""
    with pytest.raises(InputError) as caught:
        publish_to_s3(folder(build()), "s3://missing-bucket")
    assert f"cannot publish to `s3://missing-bucket/{DESIGN}/1.0.0`: the bucket does not exist" == caught.value.message


def test_real_client_errors_are_explained(folder: Callable[[Build], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, no such profile, an endpoint that is none: from boto3 itself."""
    path = folder(build())
    with pytest.raises(InputError) as caught:
        publish_to_s3(path, URL, profile="absent")
    assert caught.value.message.endswith("there is no such profile")
    with pytest.raises(UsageError) as wrong:
        publish_to_s3(path, URL, endpoint_url="nonsense")
    assert "`nonsense` is not the address of an engine" == wrong.value.message
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with mock_aws(config={"core": {"mock_credentials": False}}), pytest.raises(InputError) as caught:
        publish_to_s3(path, URL)
    assert caught.value.message.endswith("there are no credentials")
