"""This process without the user's AWS configuration, for engines that must never reach AWS."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Final

_PREFIXES: Final = ("AWS_", "BOTO_", "MOTO_")
_NAMES: Final = ("TEST_SERVER_MODE", "TEST_PROXY_MODE")
"""Variables that make moto send requests to a server instead of answering them itself."""

_INSTEAD: Final = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": "cfntable",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
}


@contextlib.contextmanager
def private_configuration(region: str = "us-east-1") -> Iterator[None]:
    """Run a block without the variables and files that configure AWS's libraries; all are back afterwards.

    boto3 reads them whenever a session or a client is made, also those that moto makes while it is imported: a profile
    that does not exist would end that. Environment variables belong to the whole process, so no other thread may need
    the user's own meanwhile.

    Args:
        region: the default Region inside of the block.
    """
    hidden = [name for name in os.environ if name.startswith(_PREFIXES) or name in _NAMES]
    before = {name: os.environ.pop(name) for name in hidden}
    os.environ.update({**_INSTEAD, "AWS_DEFAULT_REGION": region})
    try:
        yield
    finally:
        for name in (*_INSTEAD, "AWS_DEFAULT_REGION"):
            os.environ.pop(name, None)
        os.environ.update(before)
