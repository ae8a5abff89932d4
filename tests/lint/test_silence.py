"""Nothing but the design silences cfn-lint: no configuration, no metadata, no environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint as cfn_lint

from cfn_table.lint.runner import judge_template
from tests.lint.linting import REGIONS, RULES_OF_WRONG, WRONG, lint, rules_of

IGNORE_ALL = {"ignore_checks": ["E", "W"]}
CACHED_SCHEMA = "0000000000000000000000000000000000000000"


def surroundings(kind: str, folder: Path) -> dict[str, str]:
    """Files under `folder` and an environment that silence cfn-lint: home/, work/ (the current folder) and cache/."""
    for name in ("home", "work", "cache"):
        (folder / name).mkdir()
    environment = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "cache")}
    rc = json.dumps(IGNORE_ALL)
    match kind:
        case "rc-in-current-folder":
            (folder / "work" / ".cfnlintrc").write_text(rc)
        case "rc.yaml-in-current-folder":
            (folder / "work" / ".cfnlintrc.yaml").write_text(rc)
        case "rc-in-home":
            (folder / "home" / ".cfnlintrc").write_text(rc)
        case "rc.yml-in-home":
            (folder / "home" / ".cfnlintrc.yml").write_text(rc)
        case "schemas-in-cache":
            schemas = folder / "cache" / "aws" / "cfn-lint" / "schemas"
            (schemas / "providers").mkdir(parents=True)
            (schemas / "resources").mkdir()
            (schemas / "version.json").write_text('{"schema_date": "2999-01-01T00:00:00Z"}')
            (schemas / "providers" / "us-east-1.json").write_text(json.dumps({"AWS::SNS::Topic": CACHED_SCHEMA}))
            anything = {"typeName": "AWS::SNS::Topic", "additionalProperties": True, "properties": {}}
            (schemas / "resources" / f"{CACHED_SCHEMA}.json").write_text(json.dumps(anything))
        case _:
            raise AssertionError(kind)
    return environment


@pytest.mark.parametrize(
    "kind",
    [
        "rc-in-current-folder",
        "rc.yaml-in-current-folder",
        "rc-in-home",
        "rc.yml-in-home",
        "schemas-in-cache",
    ],
)
def test_surroundings_that_silence_cfn_lint_do_not_silence_the_gate(kind: str, tmp_path: Path) -> None:
    """What makes the cfn-lint command blind to E3002 does nothing to the gate, neither here nor in a worker."""
    environment = {**os.environ, **surroundings(kind, tmp_path)}
    (tmp_path / "t.yaml").write_text(WRONG)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path / "work",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    command = run("-m", "cfnlint", "--format", "json", "--regions", "us-east-1", "--", "../t.yaml")
    assert "E3002" not in command.stdout + command.stderr, "the control: cfn-lint alone is silenced"
    script = """\
import sys
from cfn_table.lint.pool import LintJob, LintPool
from cfn_table.lint.runner import lint_template
text = open(sys.argv[1]).read()
with LintPool(processes=1) as pool:
    there = pool.submit(LintJob("t", text, "t.yaml", ("us-east-1",))).result()
    here = lint_template(text, path="t.yaml", regions=["us-east-1"])
print(sorted({it.rule for it in here}), list(there.findings) == here)
"""
    gate = run("-c", script, "../t.yaml")
    assert f"{RULES_OF_WRONG} True\n" == gate.stdout, gate.stderr


@pytest.mark.parametrize(
    "config",
    [
        {"ignore_checks": ["E", "W"]},
        {"ignore_checks": RULES_OF_WRONG},
        {"include_checks": ["I"]},
        {"configure_rules": {"E3012": {"strict": False}}},
        {"regions": ["eu-west-1"], "ignore_bad_template": True},
        {"custom_rules": "nowhere.txt", "append_rules": ["nowhere"], "override_spec": "nowhere.json"},
    ],
)
def test_metadata_of_the_template_silences_nothing(config: dict[str, Any]) -> None:
    """`Metadata.cfn-lint.config` of a template is not followed."""
    metadata = json.dumps({"cfn-lint": {"config": config}})
    assert set(RULES_OF_WRONG) <= set(rules_of(lint(f"{WRONG}Metadata: {metadata}\n")))


def test_configure_rules_in_metadata_changes_no_rule() -> None:
    """A setting that makes a rule of cfn-lint look away is not followed."""
    text = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: '${AWS::StackName}-topic'\n"
    config = {"cfn-lint": {"config": {"configure_rules": {"E1029": {"custom_excludes": ".*"}}}}}
    text += f"Metadata: {json.dumps(config)}\n"
    assert [] == [match for match in cfn_lint(text, regions=REGIONS) if match.rule.id == "E1029"], "the control"
    assert "E1029" in rules_of(lint(text))


def test_metadata_of_a_resource_silences_nothing() -> None:
    """`Metadata.cfn-lint.config.ignore_checks` of the resource that is wrong is not followed."""
    metadata = json.dumps({"cfn-lint": {"config": {"ignore_checks": RULES_OF_WRONG}}})
    text = f"{WRONG}    Metadata: {metadata}\n"
    assert "E3002" not in {match.rule.id for match in cfn_lint(text, regions=REGIONS)}, "the control"
    assert set(RULES_OF_WRONG) <= set(rules_of(lint(text)))


def test_environment_does_not_choose_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """`AWS_REGION` and `AWS_DEFAULT_REGION` are not asked."""
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
    assert RULES_OF_WRONG == rules_of(lint(WRONG))
    assert ("us-east-1",) == judge_template(WRONG, path="t.yaml", regions=REGIONS).regions
