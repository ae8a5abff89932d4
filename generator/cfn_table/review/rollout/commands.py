"""The commands of the AWS CLI that deploy, show and watch a step.

Sources: AWS CLI reference, `cloudformation deploy`, `create-change-set`, `list-imports`; `dynamodb describe-table`,
`describe-time-to-live`; CloudFormation quotas (51,200 bytes of a template without a bucket) and capabilities.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cfn_table.access.templates.symbols import REFERENCE
from cfn_table.review.rollout.tables import properties, resources

INLINE_LIMIT: Final = 51_200
"""Largest template in bytes that is sent without a bucket."""

_NAMED: Final = ("ManagedPolicyName", "RoleName", "UserName", "GroupName", "InstanceProfileName")


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands for one stack.

    Attributes:
        stack: its name.
    """

    stack: str = "STACK"

    def deploy(self, template: Mapping[str, Any], file: str, previous: Mapping[str, Any]) -> str:
        """Deploys a template over another one."""
        lines = ["aws cloudformation deploy", f"--stack-name {self._stack}", f"--template-file {shlex.quote(file)}"]
        if is_large(template):
            lines.append("--s3-bucket BUCKET")
        return _lines([*lines, *_capabilities(template), *_parameters(template, previous)])

    def preview(self, template: Mapping[str, Any], file: str, previous: Mapping[str, Any]) -> str:
        """Makes a change set of a template, without executing it, and shows it."""
        made = self._change_set(template, file, previous, "preview")
        shown = self._show("preview")
        deleted = f"aws cloudformation delete-change-set --stack-name {self._stack} --change-set-name preview"
        return f"{made}\n{shown}\n{deleted}"

    def bring_in(
        self, template: Mapping[str, Any], file: str, previous: Mapping[str, Any], names: Mapping[str, str]
    ) -> tuple[str, str]:
        """Imports tables that exist into the stack, by logical id, and the preview of that."""
        kinds = {name: each.get("Type") for name, each in resources(template).items()}
        what = json.dumps(
            [
                {"ResourceType": kinds[each], "LogicalResourceId": each, "ResourceIdentifier": {"TableName": name}}
                for each, name in names.items()
            ],
            separators=(",", ":"),
        )
        more = ("--change-set-type IMPORT", f"--resources-to-import {shlex.quote(what)}")
        made = self._change_set(template, file, previous, "import", more)
        done = (
            f"aws cloudformation execute-change-set --stack-name {self._stack} --change-set-name import\n"
            f"aws cloudformation wait stack-import-complete --stack-name {self._stack}"
        )
        return done, f"{made}\n{self._show('import')}"

    def _change_set(
        self,
        template: Mapping[str, Any],
        file: str,
        previous: Mapping[str, Any],
        name: str,
        more: tuple[str, ...] = (),
    ) -> str:
        body = "--template-url TEMPLATE_URL" if is_large(template) else f"--template-body file://{shlex.quote(file)}"
        known = _declared(previous)
        values = [
            f"ParameterKey={each},{'UsePreviousValue=true' if each in known else 'ParameterValue=VALUE'}"
            for each in _declared(template)
            if each in known or "Default" not in template["Parameters"][each]
        ]
        given = [f"--parameters {' '.join(values)}"] if values else []
        head = ["aws cloudformation create-change-set", f"--stack-name {self._stack}", f"--change-set-name {name}"]
        made = _lines([*head, body, *more, *_capabilities(template), *given])
        wait = f"aws cloudformation wait change-set-create-complete --stack-name {self._stack} --change-set-name {name}"
        return f"{made}\n{wait}"

    def _show(self, name: str) -> str:
        return f"aws cloudformation describe-change-set --stack-name {self._stack} --change-set-name {name}"

    @property
    def _stack(self) -> str:
        return shlex.quote(self.stack)

    def table(self, logical_id: str, name: str | None) -> str:
        """The name of a table as an argument of a command; asked of the stack where it is not known."""
        if name is not None and not REFERENCE.search(name):
            return shlex.quote(name)
        return (
            f'"$(aws cloudformation describe-stack-resource --stack-name {self._stack} --logical-resource-id '
            f'{logical_id} --query StackResourceDetail.PhysicalResourceId --output text)"'
        )

    def index_status(self, table: str, index: str) -> str:
        """Shows the state of an index; the table is what `table` gives."""
        query = f"Table.GlobalSecondaryIndexes[?IndexName=='{index}'].[IndexStatus,Backfilling]"
        return f"aws dynamodb describe-table --table-name {table} --query {_quoted(query)} --output text"

    def index_reads(self, table: str, index: str) -> str:
        """Shows what was read through an index each day of the last week."""
        return _lines(
            [
                "aws cloudwatch get-metric-statistics",
                "--namespace AWS/DynamoDB --metric-name ConsumedReadCapacityUnits",
                f"--dimensions Name=TableName,Value={table} Name=GlobalSecondaryIndexName,Value={shlex.quote(index)}",
                '--start-time "$(date -u -d \'7 days ago\' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)"',
                "--period 86400 --statistics Sum",
            ]
        )

    def named(self, text: str) -> str:
        """A resolved text with the stack's name in it."""
        return text.replace("${AWS::StackName}", self.stack)

    def importers(self, export: str) -> str:
        """Lists the stacks that import an export."""
        return (
            f"aws cloudformation list-imports --export-name {_quoted(self.named(export))} --query Imports --output text"
        )

    def expiry(self, table: str) -> str:
        """Shows the state of a table's time to live."""
        return f"aws dynamodb describe-time-to-live --table-name {table}"

    def status(self, table: str) -> str:
        """Shows the state of a table and of its replicas."""
        query = "Table.[TableStatus,Replicas[].[RegionName,ReplicaStatus]]"
        return f"aws dynamodb describe-table --table-name {table} --query {_quoted(query)} --output json"


def is_large(template: Mapping[str, Any]) -> bool:
    """Whether a template has to go through a bucket."""
    from cfn_table.synth.render import render_yaml

    return len(render_yaml(dict(template)).encode()) > INLINE_LIMIT


def _quoted(text: str) -> str:
    """A text for a shell; `$` must not be evaluated."""
    return shlex.quote(text) if "'" not in text or "$" in text else f'"{text}"'


def _declared(template: Mapping[str, Any]) -> list[str]:
    found = template.get("Parameters")
    return list(found) if isinstance(found, dict) else []


def _parameters(template: Mapping[str, Any], previous: Mapping[str, Any]) -> list[str]:
    """New parameters without a default; those that the stack has keep their values."""
    known = _declared(previous)
    wanted = [
        each for each in _declared(template) if each not in known and "Default" not in template["Parameters"][each]
    ]
    return [f"--parameter-overrides {' '.join(f'{name}=VALUE' for name in wanted)}"] if wanted else []


def _capabilities(template: Mapping[str, Any]) -> list[str]:
    found = []
    iam = [each for each in resources(template).values() if str(each.get("Type", "")).startswith("AWS::IAM::")]
    if iam:
        named = any(name in properties(each) for each in iam for name in _NAMED)
        found.append("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    if template.get("Transform"):
        found.append("CAPABILITY_AUTO_EXPAND")
    return [f"--capabilities {' '.join(found)}"] if found else []


def _lines(parts: list[str]) -> str:
    return " \\\n  ".join(parts)
