"""Publishing to S3: written once, verified, resumable. The engine is moto's S3, in process."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import threading
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from moto import mock_aws

from cfn_table.errors import InputError, RefusedError
from cfn_table.publish import Build, Store, s3
from cfn_table.publish.s3 import parse_url, publish_to_s3
from tests.publish.builds import DESIGN, TOOL, build, content

BUCKET = "artifacts"
URL = f"s3://{BUCKET}/team/cfn"
BASE = f"team/cfn/{DESIGN}"


@functools.cache
def engine() -> Any:
    """A client of moto; made once, since that takes longer than most tests."""
    return boto3.client("s3")


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An empty account of moto, no configuration of the machine, and no waiting."""
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(s3, "PAUSE", 0.0)
    with mock_aws():
        engine().create_bucket(Bucket=BUCKET)
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Build], Path]:
    """Publishes a build locally, in a project of its own, and gives its folder."""
    roots = iter(range(100))

    def publish(what: Build) -> Path:
        root = tmp_path / f"project-{next(roots)}"
        root.mkdir()
        Store(root).publish(what)
        return root / "build" / what.design / str(what.version)

    return publish


def objects(bucket: str = BUCKET) -> dict[str, bytes]:
    """Everything in the bucket by key."""
    client = engine()
    listed = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {each["Key"]: client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def released(what: Build) -> dict[str, bytes]:
    """The objects of a release."""
    return {f"{BASE}/{what.version}/{name}": each for name, each in content(what).items()}


def prereleased(*builds: Build) -> dict[str, bytes]:
    """The objects of a pre-release that had these contents one after another."""
    found = {}
    for what in builds:
        identity = what.manifest().identity
        found.update({f"{BASE}/{what.version}/{identity}/{name}": each for name, each in what.files.items()})
        found[f"{BASE}/{what.version}/manifest.json"] = what.manifest().to_bytes()
    return found


class Client:
    """A client that lets `before` see, change or refuse every call, and `after` change every answer."""

    def __init__(
        self,
        before: Callable[[int, str, dict[str, Any]], None] = lambda *_: None,
        after: Callable[[str, dict[str, Any]], None] = lambda *_: None,
    ) -> None:
        self.real = engine()
        self.meta = self.real.meta
        self.before, self.after = before, after
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.before(len(self.calls), operation, arguments)
            self.calls.append((operation, arguments))
            answer = getattr(self.real, operation)(**arguments)
            self.after(operation, answer)
            return answer

        return call


def client_error(code: str, status: int, headers: Mapping[str, str] | None = None) -> ClientError:
    """An answer of S3 with an error code."""
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": dict(headers or {})}
    return ClientError({"Error": {"Code": code, "Message": "said so"}, "ResponseMetadata": metadata}, "Operation")


def test_a_release_is_uploaded_with_its_manifest_last(folder: Callable[[Build], Path]) -> None:
    """Every file of the version is there, the manifest as the commit; each write is conditional and has its digest."""
    client = Client()
    outcome = publish_to_s3(folder(build()), URL, client=client)
    assert released(build()) == objects()
    keys = [f"{BASE}/1.0.0/{name}" for name in ("template.json", "template.yaml", "manifest.json")]
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
    assert ["application/json", "application/yaml", "application/json"] == [each["ContentType"] for each in puts]


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
    assert ["IfNoneMatch", "IfNoneMatch", "IfMatch"] == [
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
    with pytest.raises(InputError) as caught:
        publish_to_s3(path, URL, endpoint_url="nonsense")
    assert "`nonsense` is not the address of an engine" == caught.value.message
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with mock_aws(config={"core": {"mock_credentials": False}}), pytest.raises(InputError) as caught:
        publish_to_s3(path, URL)
    assert caught.value.message.endswith("there are no credentials")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://artifacts", ("artifacts", "")),
        ("s3://artifacts/", ("artifacts", "")),
        ("s3://artifacts/a/b", ("artifacts", "a/b")),
        ("s3://artifacts/a/b/", ("artifacts", "a/b")),
        ("s3://my.bucket/a b", ("my.bucket", "a b")),
    ],
)
def test_a_url_is_bucket_and_prefix(url: str, expected: tuple[str, str]) -> None:
    """Slashes at the ends of the prefix mean nothing."""
    assert expected == parse_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "artifacts/x",
        "https://artifacts.s3.amazonaws.com/x",
        "s3://",
        "s3:///x",
        "s3://UPPER/x",
        "s3://ab",
        "s3://a..b/x",
        "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/x",
        "s3://artifacts/a//b",
        "s3://artifacts/../b",
        "s3://artifacts/a?versionId=1",
        "s3://artifacts/a\nb",
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    """The place is the URL, the help its form."""
    with pytest.raises(InputError) as caught:
        parse_url(url)
    assert "write `s3://bucket/prefix`" == caught.value.help
    assert caught.value.message.isprintable()


def test_a_key_that_is_too_long_is_refused(folder: Callable[[Build], Path]) -> None:
    """S3's limit of 1,024 bytes is known before anything is sent."""
    with pytest.raises(InputError) as caught:
        publish_to_s3(folder(build()), f"s3://{BUCKET}/{'ä' * 510}", client=engine())
    assert "is longer than 1024 bytes" in caught.value.message
    assert {} == objects()


@pytest.mark.parametrize(
    ("region", "bucket", "expected"),
    [
        ("us-east-1", "plain", "https://plain.s3.us-east-1.amazonaws.com/p/"),
        ("eu-central-1", "plain-eu", "https://plain-eu.s3.eu-central-1.amazonaws.com/p/"),
        ("cn-north-1", "plain-cn", "https://plain-cn.s3.cn-north-1.amazonaws.com.cn/p/"),
        ("us-gov-west-1", "plain-gov", "https://plain-gov.s3.us-gov-west-1.amazonaws.com/p/"),
        ("eu-west-1", "with.dots", "https://s3.eu-west-1.amazonaws.com/with.dots/p/"),
    ],
)
def test_urls_are_those_of_the_buckets_region(
    folder: Callable[[Build], Path], region: str, bucket: str, expected: str
) -> None:
    """Virtual-hosted, in the Region and partition of the bucket; by path where the certificate would not match."""
    client = boto3.client("s3", region_name=region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=bucket, **where)
    outcome = publish_to_s3(folder(build()), f"s3://{bucket}/p", region=region)
    assert region == outcome.region
    assert f"{expected}{DESIGN}/1.0.0/template.yaml" == outcome.template_yaml_url


def test_urls_are_encoded(folder: Callable[[Build], Path]) -> None:
    """A prefix with blanks or letters beyond ASCII gives a URL that can be used as it is."""
    outcome = publish_to_s3(folder(build()), f"s3://{BUCKET}/a b+ü", client=engine())
    assert outcome.template_yaml_url is not None
    assert "/a%20b%2B%C3%BC/" in outcome.template_yaml_url


def test_another_engine_has_urls_by_path(folder: Callable[[Build], Path]) -> None:
    """What is not AWS has no DNS for buckets, so the URL is that of its endpoint."""
    client = Client()
    client.meta = types.SimpleNamespace(endpoint_url="http://127.0.0.1:9000/", region_name="us-east-1")
    outcome = publish_to_s3(folder(build()), URL, client=client)
    assert f"http://127.0.0.1:9000/{BUCKET}/{BASE}/1.0.0/template.yaml" == outcome.template_yaml_url
