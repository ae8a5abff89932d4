"""Errors of boto3 and botocore, in words that say what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from cfn_table.errors import CfnTableError, InputError
from cfn_table.findings import Location

# S3's error codes (API reference, error responses), and what a user can do; by status where a HEAD has no code.
_CODES = {
    "NoSuchBucket": ("the bucket does not exist", "make the bucket, or correct its name"),
    "404": ("the bucket does not exist", "make the bucket, or correct its name"),
    "AccessDenied": ("access is denied", "allow s3:PutObject and s3:GetObject on this prefix for these credentials"),
    "403": ("access is denied", "allow s3:PutObject and s3:GetObject on this prefix for these credentials"),
    "400": ("the request is refused", "check the credentials and the Region"),
    "AllAccessDisabled": ("access is disabled", "ask the owner of the bucket"),
    "InvalidAccessKeyId": ("the access key is unknown", "check AWS_ACCESS_KEY_ID or the profile"),
    "SignatureDoesNotMatch": ("the secret key is wrong", "check AWS_SECRET_ACCESS_KEY or the profile"),
    "ExpiredToken": ("the credentials have expired", "sign in again, for example with `aws sso login`"),
    "InvalidToken": ("the session token is wrong", "check AWS_SESSION_TOKEN, or sign in again"),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "set the clock"),
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


def error_code(error: Any) -> str:
    """The code of a botocore ClientError, such as `NoSuchKey`; the status when the answer had no body (HEAD)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_status(error: Any) -> int:
    """The HTTP status of a botocore ClientError; 0 when it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


@contextlib.contextmanager
def explaining_s3(place: str) -> Iterator[None]:
    """Turn errors of boto3 and botocore into InputErrors with a place and a help."""
    from botocore import exceptions

    try:
        yield
    except CfnTableError:
        raise
    except exceptions.ClientError as error:
        why, help = _CODES.get(error_code(error)) or _CODES.get(str(error_status(error))) or ("", "")
        code, said = error_code(error), str(error.response.get("Error", {}).get("Message", ""))
        why = why or f"S3 answers `{code}`" + (f" ({said})" if said else "")
        raise _refused(place, why, help or "see the reason above") from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.TokenRetrievalError) as error:
        raise _refused(place, "there are no credentials", "sign in, or set AWS_PROFILE or the access keys") from error
    except (exceptions.SSOError, exceptions.CredentialRetrievalError) as error:
        raise _refused(place, "there are no valid credentials", "sign in again: `aws sso login`") from error
    except exceptions.ProfileNotFound as error:
        raise _refused(place, "there is no such profile", "run `aws configure list-profiles`") from error
    except (exceptions.NoRegionError, exceptions.InvalidRegionError) as error:
        raise _refused(place, "there is no such Region", "name a Region such as `us-east-1`") from error
    except exceptions.SSLError as error:
        raise _refused(
            place, "the certificate cannot be trusted", "check the endpoint, or set AWS_CA_BUNDLE"
        ) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise _refused(place, "S3 cannot be reached", _AGAIN) from error
    except exceptions.BotoCoreError as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise _refused(place, f"the request cannot be made: {lines[0].rstrip('.')}", _AGAIN) from error


def _refused(place: str, why: str, help: str) -> InputError:
    return InputError(f"cannot publish to `{place}`: {why}", help=help, location=Location(place))
