"""The same immutability in S3: every key is written once, and the manifest, which is written last, is the commit.

A release `1.0.0` is `<prefix>/<design>/1.0.0/<file>`, each object written under `If-None-Match: *`, and only what has a
`manifest.json` there is published. A pre-release may be overwritten, and S3 cannot change several objects in one step:
its artifacts are therefore `<prefix>/<design>/1.0.0-rc.1/<identity>/<file>`, written once too, and `manifest.json`
beside that folder names the identity that counts. It is the only object that is ever replaced, under `If-Match`. So a
reader of the manifest, and the holder of a URL that was printed, never see half of one content and half of another.

Conditional writes, checksums and error codes: Amazon S3 API reference, PutObject and HeadObject.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cfn_table.errors import InputError, RefusedError
from cfn_table.findings import Location
from cfn_table.publish import manifest as manifests
from cfn_table.publish.aws_errors import aws_client, error_code, error_status
from cfn_table.publish.folders import read_version
from cfn_table.publish.manifest import Manifest, digest
from cfn_table.publish.s3_errors import explaining_s3
from cfn_table.publish.semver import Version

MAX_KEY = 1024  # bytes in UTF-8 (S3 user guide, object keys)
ATTEMPTS = 6
PAUSE = 0.1  # seconds before the first repetition; doubled each time

_URL = re.compile(r"s3://([^/]*)(?:/(.*))?", re.DOTALL)
# S3 user guide, general purpose bucket naming rules.
_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_TEXT = "text/plain; charset=utf-8"
# Guessed from the name alone, `.ts` is a film.
_TYPES = {".yaml": "application/yaml", ".json": "application/json", ".ts": _TEXT, ".py": _TEXT}
_CHANGED = (409, 412)


@dataclass(frozen=True, slots=True)
class S3Outcome:
    """What publishing to S3 did.

    Attributes:
        bucket, region: where it is; `region` decides the URLs.
        uploaded: keys that were written, in order.
        skipped: keys that held the same already.
        urls: the https URL of every artifact by file name.
    """

    bucket: str
    region: str
    uploaded: tuple[str, ...]
    skipped: tuple[str, ...]
    urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def template_yaml_url(self) -> str | None:
        """For `aws cloudformation create-change-set --template-url`; None when there is no template.yaml."""
        return self.urls.get("template.yaml")

    @property
    def template_json_url(self) -> str | None:
        """As `template_yaml_url`, for template.json."""
        return self.urls.get("template.json")


def publish_to_s3(
    version_folder: Path,
    url: str,
    *,
    client: Any = None,
    endpoint_url: str | None = None,
    region: str | None = None,
    profile: str | None = None,
) -> S3Outcome:
    """Publish a version that is in `build/` to S3. What is there already is skipped: repeat an interrupted call.

    Args:
        version_folder: `build/<design>/<version>`; it is checked against its manifest first.
        url: `s3://bucket` or `s3://bucket/prefix`.
        client: a boto3 S3 client; made from the other arguments and the environment when it is not given.
        endpoint_url: of another engine than AWS.
        region: for the client; the bucket's own Region decides the URLs.
        profile: of the AWS configuration.

    Raises:
        RefusedError: the folder differs from its manifest, or a key holds other content than this version has.
        InputError: the folder, the URL, the credentials or the bucket cannot be used, or S3 refuses.
    """
    bucket, prefix = parse_url(url)
    snapshot = read_version(version_folder)
    manifest = snapshot.manifest(version=version_folder.absolute().name)
    if damage := snapshot.damage(manifest):
        raise RefusedError.of(damage)
    base = "/".join([*([prefix] if prefix else []), manifest.design, str(manifest.version)])
    artifacts = f"{base}/{manifest.identity}" if manifest.version.is_prerelease else base
    for key in (f"{artifacts}/{name}" for name in snapshot.files):
        if len(key.encode()) > MAX_KEY:
            raise InputError(
                f"the key `{key[:40]}…` is longer than {MAX_KEY} bytes",
                help="shorten the prefix",
                location=Location(url),
            )
    with explaining_s3(f"s3://{bucket}/{base}"):
        target = _Bucket(client or aws_client("s3", endpoint_url, region, profile), bucket)
        # Before anything is written: whether this version is another one there.
        published = _published(target, f"{base}/{manifests.NAME}", manifest)
        # INVARIANT: all publishers write in one order, so of several contents the first key that differs lets one win.
        for name in sorted(manifest.artifacts):
            target.put_once(f"{artifacts}/{name}", snapshot.files[name])
        _commit(target, f"{base}/{manifests.NAME}", manifest, snapshot.files[manifests.NAME], published)
        urls = {name: target.https(f"{artifacts}/{name}") for name in sorted(manifest.artifacts)}
        return S3Outcome(bucket, target.region, tuple(target.uploaded), tuple(target.skipped), urls)


def parse_url(url: str) -> tuple[str, str]:
    """Bucket and prefix (without slashes at its ends, possibly empty) of an `s3://` URL.

    Raises:
        InputError: it is no such URL, or its bucket or prefix is no good name.
    """

    def refuse(why: str) -> InputError:
        plain = "".join(character if character.isprintable() else "?" for character in url)
        return InputError(f"`{plain}` {why}", help="write `s3://bucket/prefix`", location=Location(plain))

    match = _URL.fullmatch(url)
    if not match:
        raise refuse("is not the address of a bucket")
    bucket, prefix = match[1], (match[2] or "").strip("/")
    if not _BUCKET.fullmatch(bucket):
        raise refuse(f"names no bucket: `{bucket}` is not the name of one" if bucket else "names no bucket")
    if prefix and any(part in ("", ".", "..") for part in prefix.split("/")):
        raise refuse("has an empty part or dots in its prefix")
    if not prefix.isprintable() or any(character in "?#\\" for character in prefix):
        raise refuse("has a character in its prefix that means something else in a URL")
    return bucket, prefix


@dataclass(frozen=True, slots=True)
class _Published:
    """The manifest that is at the commit key: its ETag, its bytes, and whether it is of the same identity as ours."""

    etag: str
    content: bytes
    same: bool


def _published(target: _Bucket, key: str, manifest: Manifest) -> _Published | None:
    """What is published there; None when nothing is, or nothing that these credentials may see.

    Raises:
        RefusedError: a release of the same version with other content is.
    """
    found = target.get(key)
    if found is None:
        return None
    etag, content = found
    try:
        same = Manifest.parse(content, target.name(key)).identity == manifest.identity
    except InputError:
        same = False
    if not same and not manifest.version.is_prerelease:
        raise target.other_content(key, manifest.version)
    return _Published(etag, content, same)


def _commit(target: _Bucket, key: str, manifest: Manifest, content: bytes, published: _Published | None) -> None:
    """Write the manifest, after all else is there. Of one identity the first is kept: its rest is not compared."""
    for attempt in range(ATTEMPTS):
        if published is not None and published.same:
            target.skipped.append(key)
            return
        condition = {"IfMatch": published.etag} if published else {"IfNoneMatch": "*"}
        if target.put(key, content, condition):
            target.check(key, content)
            return
        _pause(attempt)
        # Another publisher was faster: with the same identity, or, for a pre-release, with another one.
        seen, published = published, _published(target, key, manifest)
        if published is not None and not published.same and (seen is None or seen.content != published.content):
            break
    raise RefusedError(
        f"`{target.name(key)}` was changed by another publisher at the same time",
        help="find out who published it, then run the command again",
        location=Location(target.name(key)),
    )


class _Bucket:
    """A bucket, the conditional writes to it, and a record of them."""

    def __init__(self, client: Any, bucket: str) -> None:
        self.client = client
        self.bucket = bucket
        self.uploaded: list[str] = []
        self.skipped: list[str] = []
        # Asked before anything is written, because it is also where a missing bucket is noticed.
        self.region = self._find_region()

    def name(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def other_content(self, key: str, version: Version | None = None) -> RefusedError:
        """The refusal of an object, or of the `version` whose manifest it is."""
        name = self.name(key)
        message = f"`{name}`: version `{version}` is published there with other content"
        help = "a published version never changes: publish this content as the next version"
        if version is None:
            message = f"`{name}` holds other content"
            help += "; if the object is left from an upload that was never completed, remove it"
        return RefusedError(message, help=help, location=Location(name))

    def put_once(self, key: str, content: bytes) -> None:
        """Write an object that never changes; skip it when it is there.

        Raises:
            RefusedError: it is there with other content, or is not what was sent afterwards.
        """
        for attempt in range(ATTEMPTS):
            there = self.digest(key)
            if there == digest(content):
                self.skipped.append(key)
                return
            if there is not None:
                raise self.other_content(key)
            if self.put(key, content, {"IfNoneMatch": "*"}):
                self.check(key, content)
                return
            _pause(attempt)
        raise InputError(
            f"`{self.name(key)}` cannot be written: it is there but cannot be read, or changes again and again",
            help="allow s3:GetObject on it, see that nobody else publishes, and run the command again",
            location=Location(self.name(key)),
        )

    def put(self, key: str, content: bytes, condition: Mapping[str, str]) -> bool:
        """Write an object under a condition; False when it did not hold or a concurrent write was in the way."""
        from botocore.exceptions import ClientError

        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=content,
                ContentType=_TYPES.get(Path(key).suffix, "application/octet-stream"),
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
                **condition,
            )
        except ClientError as error:
            # 404 answers If-Match when the object was removed meanwhile; a missing bucket says NoSuchBucket.
            gone = "IfMatch" in condition and error_code(error) in ("NoSuchKey", "404")
            if error_status(error) in _CHANGED or gone:
                return False
            raise
        self.uploaded.append(key)
        return True

    def check(self, key: str, content: bytes) -> None:
        """That an object is what was sent.

        Raises:
            RefusedError: it is not.
        """
        if self.digest(key) != digest(content):
            raise RefusedError(
                f"`{self.name(key)}` is not what was sent",
                help="allow s3:GetObject on it, see that nobody else writes there, and run the command again",
                location=Location(self.name(key)),
            )

    def digest(self, key: str) -> str | None:
        """SHA-256 in hex of an object; None when it is absent or may not be read, which S3 answers alike (403)."""
        head = self._unless_absent("head_object", key, ChecksumMode="ENABLED")
        if head is None:
            return None
        checksum = head.get("ChecksumSHA256")
        # A checksum of checksums (of a multipart upload) says nothing about the content as a whole.
        if checksum and head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT" and "-" not in checksum:
            with contextlib.suppress(ValueError):
                return base64.b64decode(checksum, validate=True).hex()
        found = self.get(key)
        return None if found is None else digest(found[1])

    def get(self, key: str) -> tuple[str, bytes] | None:
        """ETag and content of an object; None when it is absent or may not be read."""
        response = self._unless_absent("get_object", key)
        return None if response is None else (response["ETag"], response["Body"].read())

    def _unless_absent(self, operation: str, key: str, **arguments: Any) -> Any:
        from botocore.exceptions import ClientError

        try:
            return getattr(self.client, operation)(Bucket=self.bucket, Key=key, **arguments)
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "404", "NotFound", "403", "AccessDenied", "Forbidden"):
                return None
            raise

    def _find_region(self) -> str:
        from botocore.exceptions import ClientError

        try:
            response = self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            # Without s3:ListBucket the answer is 403; the header is there all the same.
            if error_status(error) != 403:
                raise
            response = error.response
        headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        found = response.get("BucketRegion") or headers.get("x-amz-bucket-region") or self.client.meta.region_name
        return found if found and found != "aws-global" else "us-east-1"

    @cached_property
    def _partitions(self) -> list[dict[str, Any]]:
        """AWS partitions as botocore ships them: `regionRegex` and the DNS suffix of each."""
        from botocore.loaders import create_loader

        partitions: list[dict[str, Any]] = create_loader().load_data("partitions")["partitions"]
        return partitions

    def https(self, key: str) -> str:
        """The URL of an object as CloudFormation takes it: virtual-hosted, in the bucket's Region and its partition.

        A bucket with dots does not match the certificate `*.s3.<region>…`, and other engines have no DNS for buckets:
        these get a path instead.
        """
        path = quote(key, safe="/~-._")
        outputs = [partition["outputs"] for partition in self._partitions]
        suffixes = {output[name] for output in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}
        endpoint = self.client.meta.endpoint_url
        if not any((urlsplit(endpoint).hostname or "").endswith(f".{suffix}") for suffix in suffixes):
            return f"{endpoint.rstrip('/')}/{self.bucket}/{path}"
        matching = (each for each in self._partitions if re.match(each["regionRegex"], self.region))
        suffix = next(matching, self._partitions[0])["outputs"]["dnsSuffix"]
        if "." in self.bucket:
            return f"https://s3.{self.region}.{suffix}/{self.bucket}/{path}"
        return f"https://{self.bucket}.s3.{self.region}.{suffix}/{path}"


def _pause(attempt: int) -> None:
    time.sleep(PAUSE * 2**attempt)
