"""A bucket of moto's S3, in process: what it holds, and a client that lets a test interfere."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cfn_table.publish import Build
from tests.publish.builds import DESIGN, content

BUCKET = "artifacts"
URL = f"s3://{BUCKET}/team/cfn"
BASE = f"team/cfn/{DESIGN}"


@functools.cache
def engine() -> Any:
    """A client of moto; made once, since that takes longer than most tests."""
    return boto3.client("s3")


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
