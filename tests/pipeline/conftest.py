"""What the tests of reviews share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from tests.pipeline.deployed import answering, imports
from tests.pipeline.repositories import WHO, Compared
from tests.projects import small_project


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compared:
    """What is compared, in the current folder `tmp_path`; git knows nothing of the machine."""
    found = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", found)
    monkeypatch.chdir(tmp_path)
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return found


@pytest.fixture
def compared_in_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Compared]:
    """What is compared; an empty account of moto, no configuration of the machine, and a project in `tmp_path`."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    small_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = Compared()
    monkeypatch.setattr("cfn_table.review.compare.review_sides", found)
    # moto does not know these.
    answering(monkeypatch, "DescribeContributorInsights", lambda _: {"ContributorInsightsStatus": "DISABLED"})
    answering(monkeypatch, "DescribeKinesisStreamingDestination", lambda _: {})
    answering(monkeypatch, "ListImports", imports)
    with mock_aws():
        yield found
