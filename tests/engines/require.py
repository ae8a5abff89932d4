"""What happens to a test whose engine cannot be had."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def engines_required() -> bool:
    """Whether a missing engine is a failure: so in CI, where `.ci/run` sets CFN_TABLE_REQUIRE_ENGINES."""
    return os.environ.get("CFN_TABLE_REQUIRE_ENGINES", "") not in ("", "0")


def engine_or_skip(reason: str) -> NoReturn:
    """End the test that needs an engine which cannot be had: fail where engines are required, else skip.

    Args:
        reason: one line that says which engine is missing and why.
    """
    if engines_required():
        pytest.fail(f"a required engine is missing: {reason}", pytrace=False)
    pytest.skip(reason)
