"""An account of moto, and what reviews of what is deployed there compare."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cfn_table.pipeline.prepared import Settings
from cfn_table.pipeline.review import SourceOptions, review_change
from cfn_table.review.report import Review

EXPORTING = {
    "Parameters": {
        "Name": {"Type": "String", "Default": "notes"},
        "Secret": {"Type": "String", "NoEcho": "true", "Default": "hidden"},
    },
    "Resources": {
        "NotesTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": {"Ref": "Name"},
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
            },
        }
    },
    "Outputs": {
        "TableName": {"Value": {"Ref": "NotesTable"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-TableName"}}},
        "TableArn": {
            "Value": {"Fn::GetAtt": ["NotesTable", "Arn"]},
            "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-TableArn"}},
        },
        "Private": {"Value": "x"},
    },
}
IMPORTING = {
    "Resources": {
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"DisplayName": {"Fn::ImportValue": "notes-TableName"}},
        }
    }
}


def answering(monkeypatch: pytest.MonkeyPatch, operation: str, answer: Callable[[Any], Any]) -> None:
    """Let AWS answer an operation, named as in IAM, from its arguments."""
    from botocore.client import BaseClient

    original = BaseClient._make_api_call

    def call(self: Any, name: str, arguments: Any) -> Any:
        return answer(arguments) if name == operation else original(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)


def imports(arguments: Any) -> Any:
    """The stacks that import an export, in two pages; that there are none is an error of CloudFormation."""
    if arguments["ExportName"] != "notes-TableName":
        message = f"Export '{arguments['ExportName']}' is not imported by any stack."
        raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "ListImports")
    return {"Imports": ["reader"]} if "NextToken" in arguments else {"Imports": ["writer"], "NextToken": "2"}


def reviewed(old: str, new: str | None = None, **options: Any) -> Review:
    """The one review of a change."""
    (review,) = review_change(old, new, Settings(environment={}), SourceOptions(**options))
    return review


def deploy(name: str, template: Any, *, region: str = "us-east-1", **parameters: str) -> None:
    """Create a stack of a template, given as data or as text."""
    boto3.client("cloudformation", region_name=region).create_stack(
        StackName=name,
        TemplateBody=template if isinstance(template, str) else json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


def denying(monkeypatch: pytest.MonkeyPatch, *operations: str, code: str = "AccessDenied") -> None:
    """Let AWS deny operations, named as in IAM."""
    for operation in operations:
        error = ClientError({"Error": {"Code": code, "Message": "you may not"}}, operation)
        answering(monkeypatch, operation, functools.partial(_raise, error))


def _raise(error: Exception, _: Any) -> None:
    raise error
