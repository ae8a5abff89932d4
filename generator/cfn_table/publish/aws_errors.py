"""Clients of AWS, and errors of boto3 and botocore in words that say what to do."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cfn_table.errors import CfnTableError, InputError, UsageError
from cfn_table.findings import Location

_REGION: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Codes = Mapping[str, tuple[str, str]]
"""Error code of a service, or HTTP status as text → what it means, and what a user can do."""

# What every service answers about credentials (common errors of the API references).
_COMMON: Final[Codes] = {
    "InvalidAccessKeyId": ("the access key is unknown", "check AWS_ACCESS_KEY_ID or the profile"),
    "InvalidClientTokenId": ("the access key is unknown", "check AWS_ACCESS_KEY_ID or the profile"),
    "UnrecognizedClientException": ("the credentials are unknown", "check the access keys or the profile"),
    "SignatureDoesNotMatch": ("the secret key is wrong", "check AWS_SECRET_ACCESS_KEY or the profile"),
    "InvalidSignatureException": ("the secret key is wrong", "check AWS_SECRET_ACCESS_KEY or the profile"),
    "ExpiredToken": ("the credentials have expired", "sign in again, for example with `aws sso login`"),
    "ExpiredTokenException": ("the credentials have expired", "sign in again, for example with `aws sso login`"),
    "InvalidToken": ("the session token is wrong", "check AWS_SESSION_TOKEN, or sign in again"),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "set the clock"),
    "RequestExpired": ("this machine's clock is wrong", "set the clock"),
}


def aws_client(
    service: str,
    endpoint_url: str | None,
    region: str | None,
    profile: str | None,
    *,
    default_region: str | None = None,
    stand_in: bool = False,
) -> Any:
    """A boto3 client of a service, with retries and time limits.

    Args:
        service: boto3's name of it, such as `s3`.
        endpoint_url: of another engine than AWS; on this machine it is reached without a proxy.
        region: else that of the environment or the profile.
        profile: of the AWS configuration; else that of the environment.
        default_region: where neither is.
        stand_in: whether invented credentials are used where there are none, as engines take them that check none.

    Raises:
        InputError: the Region cannot be one.
        UsageError: the endpoint cannot be one.
        botocore.exceptions.BotoCoreError: such as an unknown profile; see `explaining_aws`.
    """
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60)
    host = None if endpoint_url is None else require_endpoint(endpoint_url)
    if host in ("127.0.0.1", "localhost", "::1"):
        config = config.merge(Config(proxies={}))
    session = boto3.session.Session(profile_name=profile, region_name=region)
    if session.region_name and not _REGION.fullmatch(session.region_name):
        shown = "".join(each if each.isprintable() else "?" for each in session.region_name)
        raise InputError(f"`{shown}` is not a Region", help="a Region looks like `us-east-1`", location=Location(shown))
    options: dict[str, Any] = {"region_name": session.region_name or default_region}
    if stand_in and session.get_credentials() is None:
        options |= {"aws_access_key_id": "cfntable", "aws_secret_access_key": "not-a-secret"}
    try:
        return session.client(service, endpoint_url=endpoint_url, config=config, **options)
    except ValueError as error:  # botocore's word for an endpoint that is no URL
        raise _no_endpoint(str(endpoint_url)) from error


def require_endpoint(endpoint_url: str) -> str:
    """The host of an endpoint.

    Raises:
        UsageError: it is no http(s) URL; an empty one, as a script's unset variable gives it, would mean AWS itself.
    """
    if not endpoint_url.strip():
        raise UsageError(
            "the URL of the endpoint is empty",
            help="write a URL such as `http://127.0.0.1:9000`, or leave `--endpoint-url` out",
        )
    try:
        parts = urlsplit(endpoint_url)
        host, _ = parts.hostname, parts.port  # a port that is none is noticed only when it is asked for
    except ValueError as error:
        raise _no_endpoint(endpoint_url) from error
    # urlsplit would take blanks and line ends away, and nobody else does.
    is_text = endpoint_url.isprintable() and " " not in endpoint_url
    if parts.scheme not in ("http", "https") or not host or not is_text:
        raise _no_endpoint(endpoint_url)
    return host


def _no_endpoint(endpoint_url: str) -> UsageError:
    shown = "".join(each if each.isprintable() else "?" for each in endpoint_url)
    return UsageError(f"`{shown}` is not the address of an engine", help="write a URL such as `http://127.0.0.1:9000`")


def error_code(error: Any) -> str:
    """The code of a botocore ClientError, such as `NoSuchKey`; the status when the answer had no body (HEAD)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_status(error: Any) -> int:
    """The HTTP status of a botocore ClientError; 0 when it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def answer_of(error: Any) -> str:
    """What a service answered, of a botocore ClientError: its code and its message, in one line."""
    said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split()).rstrip(".")
    return f"`{error_code(error)}`" + (f" ({said})" if said else "")


@contextlib.contextmanager
def explaining_aws(
    service: str, refused: Callable[[str, str], CfnTableError], *, codes: Codes | None = None, again: str
) -> Iterator[None]:
    """Turn errors of boto3 and botocore into errors with a help.

    Args:
        service: how messages name the service.
        refused: makes the error of a reason and a help.
        codes: what the service's own codes mean; they win over the common ones.
        again: the help where another try may succeed.

    Raises:
        CfnTableError: what `refused` made.
    """
    from botocore import exceptions

    known = {**_COMMON, **(codes or {})}
    try:
        yield
    except CfnTableError:
        raise
    except exceptions.ClientError as error:
        why, help = known.get(error_code(error)) or known.get(str(error_status(error))) or ("", "")
        why = why or f"{service} answers {answer_of(error)}"
        raise refused(why, help or "see the reason above") from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.TokenRetrievalError) as error:
        raise refused("there are no credentials", "sign in, or set AWS_PROFILE or the access keys") from error
    except (exceptions.SSOError, exceptions.CredentialRetrievalError) as error:
        raise refused("there are no valid credentials", "sign in again: `aws sso login`") from error
    except exceptions.ProfileNotFound as error:
        raise refused("there is no such profile", "run `aws configure list-profiles`") from error
    except (exceptions.NoRegionError, exceptions.InvalidRegionError) as error:
        raise refused("there is no such Region", "name a Region such as `us-east-1`") from error
    except exceptions.SSLError as error:
        raise refused("the certificate cannot be trusted", "check the endpoint, or set AWS_CA_BUNDLE") from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise refused(f"{service} cannot be reached", again) from error
    except exceptions.BotoCoreError as error:
        line = " ".join((str(error) or type(error).__name__).split()).rstrip(".")
        raise refused(f"the request cannot be made: {line}", again) from error
