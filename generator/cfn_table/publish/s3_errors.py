"""Errors of S3 in words that say what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from cfn_table.errors import InputError
from cfn_table.findings import Location
from cfn_table.publish.aws_errors import Codes, explaining_aws

# S3's error codes (API reference, error responses), and what a user can do; by status where a HEAD has no code.
_CODES: Final[Codes] = {
    "NoSuchBucket": ("the bucket does not exist", "make the bucket, or correct its name"),
    "404": ("the bucket does not exist", "make the bucket, or correct its name"),
    "AccessDenied": ("access is denied", "allow s3:PutObject and s3:GetObject on this prefix for these credentials"),
    "403": ("access is denied", "allow s3:PutObject and s3:GetObject on this prefix for these credentials"),
    "400": ("the request is refused", "check the credentials and the Region"),
    "AllAccessDisabled": ("access is disabled", "ask the owner of the bucket"),
    "PermanentRedirect": ("the bucket is in another Region", "name the bucket's Region"),
    "301": ("the bucket is in another Region", "name the bucket's Region"),
    "AuthorizationHeaderMalformed": ("the bucket is in another Region", "name the bucket's Region"),
    "IllegalLocationConstraintException": ("the bucket is in another Region", "name the bucket's Region"),
    "NotImplemented": (
        "the engine knows no conditional writes",
        "use one that does: else versions can be overwritten",
    ),
    "SlowDown": ("S3 asks for fewer requests", "run the command again: it goes on where it stopped"),
    "ServiceUnavailable": ("S3 is unavailable", "run the command again: it goes on where it stopped"),
    "InternalError": ("S3 has failed", "run the command again: it goes on where it stopped"),
}
_AGAIN = "check network, Region and endpoint, then run the command again: it goes on where it stopped"


@contextlib.contextmanager
def explaining_s3(place: str) -> Iterator[None]:
    """Turn errors of boto3 and botocore into InputErrors with a place and a help."""

    def refused(why: str, help: str) -> InputError:
        return InputError(f"cannot publish to `{place}`: {why}", help=help, location=Location(place))

    with explaining_aws("S3", refused, codes=_CODES, again=_AGAIN):
        yield
