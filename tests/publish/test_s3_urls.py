"""Where a version is published to, and the URLs that lead to it."""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from cfn_table.errors import InputError
from cfn_table.publish import Build
from cfn_table.publish.s3 import parse_url, publish_to_s3
from tests.publish.buckets import BASE, BUCKET, URL, Client, engine, objects
from tests.publish.builds import DESIGN, build

pytestmark = pytest.mark.usefixtures("s3_bucket")


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
