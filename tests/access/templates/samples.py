"""Small templates for the tests, and short ways to look at what is found in them."""

from __future__ import annotations

from typing import Any, Final

from cfn_table.access.templates import find_policies

ARN: Final = "arn:${AWS::Partition}"
HERE: Final = "${AWS::Region}:${AWS::AccountId}"


def statement(resource: Any = "*", action: Any = "dynamodb:GetItem", **more: Any) -> dict[str, Any]:
    """A statement that allows an action."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def managed(*statements: Any, condition: Any = None, **properties: Any) -> dict[str, Any]:
    """A managed policy."""
    found = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": document(*statements), **properties},
    }
    return found if condition is None else {**found, "Condition": condition}


def resolved(value: Any, **sections: Any) -> Any:
    """What a value becomes as the resource of a statement, in a template with these sections."""
    resources = {**sections.pop("Resources", {}), "P": managed(statement(value))}
    found = find_policies({**sections, "Resources": resources})
    assert () == found.undecided
    (policy,) = (policy for policy in found if policy.name == "P")
    return policy.document["Statement"][0].get("Resource")


def reasons(value: Any, **sections: Any) -> list[str]:
    """Why a value as the resource of a statement is not understood."""
    resources = {**sections.pop("Resources", {}), "P": managed(statement(value))}
    found = find_policies({**sections, "Resources": resources})
    assert [] == [policy for policy in found if policy.name == "P"]
    return [undecided.reason for undecided in found.undecided]


def variants(template: dict[str, Any], name: str = "P") -> dict[tuple[tuple[str, bool], ...], Any]:
    """The resources of a policy's statements, by the conditions of its variants."""
    found = find_policies(template)
    assert () == found.undecided
    return {
        policy.when: [item.get("Resource") for item in policy.document["Statement"]]
        for policy in found
        if policy.name == name
    }
