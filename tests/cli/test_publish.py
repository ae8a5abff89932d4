"""`cfn-table publish`: versions in S3, and the commands that deploy them from there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import moto
import pytest

from tests.cli.conftest import Cli
from tests.projects import copy_designs, small_design, small_project, version_files

BUCKET = "the-bucket"
COUNT = len(version_files("notes"))
"""Files of a version."""


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an S3 engine in this process, with one bucket."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def root(tmp_path: Path, cli: Cli) -> Path:
    """A project with two published designs, one of them in two versions."""
    root = small_project(tmp_path, "notes", "users")
    assert 0 == cli("generate").status
    (root / "templates" / "notes.yaml").write_text(small_design("notes", "1.1.0"), encoding="utf-8")
    assert 0 == cli("generate", "notes").status
    return root


def keys(s3: Any) -> list[str]:
    """The keys of all objects in the bucket."""
    return sorted(each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()))


def versions(s3: Any) -> set[str]:
    """The folders of all versions in the bucket."""
    return {key.rpartition("/")[0] for key in keys(s3) if key.endswith("/manifest.json")}


def commands(folder: str, design: str, version: str, options: str = "", prefix: str = "") -> str:
    """The commands that are printed for a version."""
    url = f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{prefix}{design}/{version}/template.yaml"
    return (
        "  deploy it through the bucket:\n"
        f"    aws cloudformation deploy --template-file {folder}/template.yaml --s3-bucket {BUCKET} \\\n"
        f"      --stack-name {design}{options}\n"
        "  or make a change set from the published template:\n"
        f"    aws cloudformation create-change-set --template-url {url} \\\n"
        f"      --stack-name {design} --change-set-name release{options}\n"
    )


def test_a_version_is_copied_and_its_commands_are_printed(root: Path, cli: Cli, s3: Any) -> None:
    """Every file, byte for byte, under design and version; then how to deploy it from there."""
    folder = "build/notes/1.1.0"
    done = cli("publish", f"s3://{BUCKET}", folder)
    assert (0, "") == (done.status, done.err)
    assert f"{folder}: {COUNT} uploaded, 0 there already\n{commands(folder, 'notes', '1.1.0')}" == done.out
    assert sorted(f"notes/1.1.0/{name}" for name in version_files("notes")) == keys(s3)
    for name in version_files("notes"):
        there = s3.get_object(Bucket=BUCKET, Key=f"notes/1.1.0/{name}")["Body"].read()
        assert (root / folder / name).read_bytes() == there, name


def test_publishing_again_changes_nothing(root: Path, cli: Cli, s3: Any) -> None:
    """What is there is there already."""
    cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    before = keys(s3)
    done = cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    assert (0, "") == (done.status, done.err)
    assert done.out.startswith(f"build/notes/1.1.0: 0 uploaded, {COUNT} there already\n")
    assert before == keys(s3)
    assert (root / "build").is_dir()


def test_without_a_version_the_newest_of_each_design_is_published(root: Path, cli: Cli, s3: Any) -> None:
    """Older ones are published by name."""
    done = cli("publish", f"s3://{BUCKET}/tables/test")
    assert (0, "") == (done.status, done.err)
    assert {"tables/test/notes/1.1.0", "tables/test/users/1.0.0"} == versions(s3)
    assert commands("build/users/1.0.0", "users", "1.0.0", prefix="tables/test/") in done.out
    assert (root / "build" / "notes" / "1.0.0").is_dir()


def test_several_versions_can_be_named(root: Path, cli: Cli, s3: Any) -> None:
    """In one call."""
    assert 0 == cli("publish", f"s3://{BUCKET}", "build/notes/1.0.0", "build/notes/1.1.0").status
    assert {"notes/1.0.0", "notes/1.1.0"} == versions(s3)
    assert (root / "build").is_dir()


@pytest.mark.parametrize(
    ("design", "version", "options"),
    [
        ("forum", "1.0.0", " --capabilities CAPABILITY_IAM"),
        ("settings", "1.0.0", " --capabilities CAPABILITY_NAMED_IAM"),
    ],
)
def test_the_commands_name_the_capability_that_the_template_needs(
    design: str, version: str, options: str, tmp_path: Path, cli: Cli, s3: Any
) -> None:
    """CAPABILITY_IAM for policies, CAPABILITY_NAMED_IAM for named ones, nothing where there are none."""
    copy_designs(tmp_path, design)
    assert 0 == cli("generate").status
    done = cli("publish", f"s3://{BUCKET}")
    assert (0, "") == (done.status, done.err)
    assert done.out.endswith(commands(f"build/{design}/{version}", design, version, options))
    assert COUNT == len(keys(s3))


def test_other_content_under_a_published_version_is_refused(root: Path, cli: Cli, s3: Any) -> None:
    """What is in the bucket stays; the status is 1."""
    cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    s3.put_object(Bucket=BUCKET, Key="notes/1.1.0/template.yaml", Body=b"other")
    done = cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    assert (1, "") == (done.status, done.out)
    assert ": error: " in done.err
    assert b"other" == s3.get_object(Bucket=BUCKET, Key="notes/1.1.0/template.yaml")["Body"].read()
    assert (root / "build").is_dir()


def test_a_damaged_version_is_not_published(root: Path, cli: Cli, s3: Any) -> None:
    """A version is checked against its manifest before anything is written."""
    (root / "build" / "notes" / "1.1.0" / "template.yaml").write_text("x", encoding="utf-8")
    done = cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    assert (1, "") == (done.status, done.out)
    assert done.err.startswith("build/notes/1.1.0/template.yaml: error: `template.yaml` has changed ")
    assert [] == keys(s3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["the-bucket"], "`the-bucket` is not the address of a bucket"),
        (["s3://"], "names no bucket"),
        (["s3://A_B"], "names no bucket"),
        (["s3://another-bucket", "build/notes/1.1.0"], "another-bucket"),
        (["s3://the-bucket", "build/notes"], "is not a published version"),
        (["s3://the-bucket", "build/notes/9.9.9"], "`build/notes/9.9.9` is not a published version"),
        (["s3://the-bucket", "templates/notes.yaml"], "`templates/notes.yaml` is not a folder"),
        (["s3://the-bucket", "build/notes/1.1.0", "--region", "x y"], "`x y` is not a Region"),
        (["s3://the-bucket", "build/notes/1.1.0", "--profile", "nobody"], "there is no such profile"),
        (
            ["s3://the-bucket", "build/notes/9.9.9", "--endpoint-url", ""],
            "error: the URL of the endpoint is empty [usage]",
        ),
        (["s3://the-bucket", "build/notes/9.9.9", "--endpoint-url", "x"], "error: `x` is not the address of an engine"),
    ],
)
def test_a_call_that_cannot_work_is_told(arguments: list[str], said: str, root: Path, cli: Cli, s3: Any) -> None:
    """The status is 2, and nothing is written."""
    done = cli("publish", *arguments)
    assert (2, "") == (done.status, done.out)
    assert said in done.err
    assert "Traceback" not in done.err
    assert [] == keys(s3)
    assert (root / "build").is_dir()


def test_an_endpoint_that_nobody_answers_is_told(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another endpoint is used when it is given; the failure to reach it is no bug of ours."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    done = cli(
        "publish", f"s3://{BUCKET}", "build/notes/1.1.0",
        "--endpoint-url", "http://127.0.0.1:9", "--region", "eu-west-1",
    )  # fmt: skip
    assert (2, "") == (done.status, done.out)
    assert ": error: " in done.err
    assert "Traceback" not in done.err
    assert (root / "build").is_dir()


def test_what_was_published_says_what_it_is(root: Path, cli: Cli, s3: Any) -> None:
    """A browser and CloudFormation are told the type of each file."""
    cli("publish", f"s3://{BUCKET}", "build/notes/1.1.0")
    template = s3.head_object(Bucket=BUCKET, Key="notes/1.1.0/template.json")
    assert "application/json" == template["ContentType"]
    body = s3.get_object(Bucket=BUCKET, Key="notes/1.1.0/manifest.json")["Body"].read()
    assert "1.1.0" == json.loads(body)["version"]
    assert (root / "build").is_dir()
