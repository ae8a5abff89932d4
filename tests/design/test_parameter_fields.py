"""Where a deploy-time parameter may stand in a design, what becomes of it there, and why elsewhere not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cfn_table.synth.template import synthesize, to_plain
from tests.design.written import BASE, load, refusal, replaced

DEPLOY_TIME_CONTEXT = """\
context:
  P: {default: abc}
  N: {type: Number, default: 30}
  B: {default: "true", allowed_values: ["true", "false"]}
  M: {default: PROVISIONED, allowed_values: [PROVISIONED, PAY_PER_REQUEST]}
  C: {default: STANDARD}
  K: {default: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
"""
CAPACITY = "provisioned_throughput: {read: 5, write: 5}"
MAY_BE_KNOWN_LATER = {
    "name": ("name: 'x-{{ P }}'", "TableName", {"Fn::Sub": "x-${P}"}),
    "billing": (f"billing: '{{{{ M }}}}'\n  {CAPACITY}", "BillingMode", {"Ref": "M"}),
    "units": (
        "billing: PROVISIONED\n  provisioned_throughput: {read: '{{ N }}', write: 5}",
        "ProvisionedThroughput",
        {"ReadCapacityUnits": {"Ref": "N"}, "WriteCapacityUnits": 5},
    ),
    "range": (
        "billing: PROVISIONED\n  provisioned_throughput: {read: {min: '{{ N }}', max: 40}, write: 5}",
        "ProvisionedThroughput",
        {"ReadCapacityUnits": {"Ref": "N"}, "WriteCapacityUnits": 5},
    ),
    "on-demand": (
        "on_demand_throughput: {max_read: '{{ N }}'}",
        "OnDemandThroughput",
        {"MaxReadRequestUnits": {"Ref": "N"}},
    ),
    "warm": ("warm_throughput: {write: '{{ N }}'}", "WarmThroughput", {"WriteUnitsPerSecond": {"Ref": "N"}}),
    "backups": (
        "point_in_time_recovery: '{{ B }}'",
        "PointInTimeRecoverySpecification",
        {"PointInTimeRecoveryEnabled": {"Ref": "B"}},
    ),
    "recovery period": (
        "point_in_time_recovery: {recovery_period_days: '{{ N }}'}",
        "PointInTimeRecoverySpecification",
        {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": {"Ref": "N"}},
    ),
    "deletion protection": ("deletion_protection: '{{ B }}'", "DeletionProtectionEnabled", {"Ref": "B"}),
    "encryption": (
        "encryption: '{{ K }}'",
        "SSESpecification",
        {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "K"}},
    ),
    "table class": ("table_class: '{{ C }}'", "TableClass", {"Ref": "C"}),
    "Kinesis stream": ("kinesis_stream: '{{ P }}'", "KinesisStreamSpecification", {"StreamArn": {"Ref": "P"}}),
    "tags": ("tags: {stage: 's-{{ P }}'}", "Tags", [{"Key": "stage", "Value": {"Fn::Sub": "s-${P}"}}]),
    "extra properties": ("extra_properties: {Extra: [{Deep: '{{ P }}'}]}", "Extra", [{"Deep": {"Ref": "P"}}]),
    "resource policy": (
        "resource_policy: [{Effect: Deny, Principal: '{{ P }}'}]",
        "ResourcePolicy",
        {
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Resource": "*", "Effect": "Deny", "Principal": {"Ref": "P"}}],
            }
        },
    ),
}
"""Field of the table → its text, its property, and the property's value."""


@pytest.mark.parametrize(("text", "name", "expected"), MAY_BE_KNOWN_LATER.values(), ids=MAY_BE_KNOWN_LATER)
def test_a_parameter_becomes_a_reference(text: str, name: str, expected: Any, tmp_path: Path) -> None:
    """A field that may hold a parameter becomes a Ref, or a Sub with the text around it."""
    design = replaced("type_attribute: kind", f"type_attribute: kind\n  {text}") + DEPLOY_TIME_CONTEXT
    template = to_plain(synthesize(load(tmp_path, design)))
    assert expected == template["Resources"]["ShopTable"]["Properties"][name]


def test_parameters_stand_in_parts_of_other_resources(tmp_path: Path) -> None:
    """Index names, alarms, scaling and policy names hold references too."""
    design = (
        replaced(
            "type_attribute: kind",
            "type_attribute: kind\n  billing: PROVISIONED\n  provisioned_throughput:\n"
            "    read: {min: '{{ N }}', max: '{{ N }}', target_utilization: '{{ N }}', scale_in_cooldown: '{{ N }}'}\n"
            "    write: 5",
        )
        + DEPLOY_TIME_CONTEXT
        + "indexes: [{name: 'by-{{ P }}', id: GSI1, key: {partition: GK}, extra_properties: {Extra: '{{ P }}'}}]\n"
        + "latency_target_ms: '{{ N }}'\nalarms: {period_seconds: '{{ N }}', evaluation_periods: '{{ N }}'}\n"
        + "policies: {name_prefix: '{{ P }}-'}\n"
        + "access_patterns: {get_user: {operation: GetItem, entity: user}}\n"
    )
    files = {"policies/shop/reader.yaml": "policy: reader\nallow: [get_user]\n"}
    resources = to_plain(synthesize(load(tmp_path, design, files)))["Resources"]
    index = resources["ShopTable"]["Properties"]["GlobalSecondaryIndexes"][0]
    assert ({"Fn::Sub": "by-${P}"}, {"Ref": "P"}) == (index["IndexName"], index["Extra"])
    target = resources["TableReadScalableTarget"]["Properties"]
    assert ({"Ref": "N"}, {"Ref": "N"}) == (target["MinCapacity"], target["MaxCapacity"])
    tracking = resources["TableReadScalingPolicy"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]
    assert ({"Ref": "N"}, {"Ref": "N"}) == (tracking["TargetValue"], tracking["ScaleInCooldown"])
    alarm = resources["GetItemLatencyAlarm"]["Properties"]
    assert [{"Ref": "N"}] * 3 == [alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]]
    assert {"Fn::Sub": "${P}-${AWS::StackName}-reader-${AWS::Region}"} == resources["ReaderPolicy"]["Properties"][
        "ManagedPolicyName"
    ]


def test_parameters_stand_in_replicas(tmp_path: Path) -> None:
    """A key of a replica may be known later; with one, the global table says that it is encrypted with keys."""
    replicas = (
        "replicas: [{region: us-east-1, kms_key: '{{ K }}', tags: {a: '{{ P }}'}, deletion_protection: '{{ B }}'}]"
    )
    design = replaced("type_attribute: kind", f"type_attribute: kind\n  {replicas}") + DEPLOY_TIME_CONTEXT
    properties = to_plain(synthesize(load(tmp_path, design)))["Resources"]["ShopTable"]["Properties"]
    assert {"SSEEnabled": True, "SSEType": "KMS"} == properties["SSESpecification"]
    assert properties["Replicas"] == [
        {
            "Region": "us-east-1",
            "SSESpecification": {"KMSMasterKeyId": {"Ref": "K"}},
            "DeletionProtectionEnabled": {"Ref": "B"},
            "Tags": [{"Key": "a", "Value": {"Ref": "P"}}],
        }
    ]


MUST_BE_KNOWN = {
    "key": (
        "key: {partition: '{{ P }}', sort: SK}",
        "applications build keys and items, and do not see the stack's parameters",
    ),
    "logical id": ("logical_id: '{{ P }}'", "a logical id is part of the template's structure"),
    "type attribute": (
        "type_attribute: '{{ P }}'",
        "applications build keys and items, and do not see the stack's parameters",
    ),
    "on delete": ("on_delete: '{{ P }}'", "DeletionPolicy and UpdateReplacePolicy take no Ref"),
    "on replace": ("on_replace: 'x{{ P }}'", "DeletionPolicy and UpdateReplacePolicy take no Ref"),
    "time to live": (
        "time_to_live: '{{ P }}'",
        "applications build keys and items, and do not see the stack's parameters",
    ),
    "insights": ("contributor_insights: '{{ P }}'", "one word sets two properties, Enabled and Mode"),
    "TLS": ("require_tls: '{{ P }}'", "it decides whether the template has the statement"),
    "stream": ("stream: '{{ P }}'", "another view makes a new stream, whose ARN other stacks may import"),
    "replica": ("replicas: ['{{ P }}']", "a replica is a part of the template's structure"),
    "import": (
        "import_source: {bucket: '{{ P }}', format: CSV}",
        "a deployment with another value would replace the table",
    ),
}


@pytest.mark.parametrize(("text", "reason"), MUST_BE_KNOWN.values(), ids=MUST_BE_KNOWN)
def test_a_field_that_must_be_known_says_why(text: str, reason: str, tmp_path: Path) -> None:
    """A parameter there is refused at its place with the reason that the reference gives."""
    name = text.partition(":")[0]
    table = {"key": "key: {partition: PK, sort: SK}", "type_attribute": "type_attribute: kind"}
    lines = {**table, name: text}
    design = BASE.replace(
        "".join(f"  {line}\n" for line in table.values()), "".join(f"  {x}\n" for x in lines.values())
    )
    value = "x{{ P }}" if "x{{" in text else "{{ P }}"
    assert any(
        line.startswith("shop.yaml:")
        and f"`{value}` is a deploy-time parameter, and {reason} (make it a plain context value" in line
        for line in refusal(tmp_path, design + DEPLOY_TIME_CONTEXT)
    )


OTHER_FIELDS = {
    "version": ("version: 1.0.0", "version: '{{ P }}'", "it names the published version"),
    "description": (
        "version: 1.0.0",
        "version: 1.0.0\ndescription: '{{ P }}'",
        "a template's Description is a text and takes no Ref",
    ),
    "region": (
        "version: 1.0.0",
        "version: 1.0.0\nregions: ['{{ P }}']",
        "lint runs for them when the template is generated",
    ),
    "type": (
        "type: USER",
        "type: '{{ P }}'",
        "applications build keys and items, and do not see the stack's parameters",
    ),
    "attribute": (
        "email: string",
        "email: '{{ P }}'",
        "applications build keys and items, and do not see the stack's parameters",
    ),
    "suppression": (
        "version: 1.0.0",
        "version: 1.0.0\nlint: {suppress: {W1: '{{ P }}'}}",
        "lint runs when the template is generated",
    ),
    "alarm": (
        "version: 1.0.0",
        "version: 1.0.0\nalarms: {throttling: '{{ P }}'}",
        "it decides which alarms the template has",
    ),
    "policy path": (
        "version: 1.0.0",
        "version: 1.0.0\npolicies: {path: '{{ P }}'}",
        "a deployment with another path would replace the policies",
    ),
}


@pytest.mark.parametrize(("old", "new", "reason"), OTHER_FIELDS.values(), ids=OTHER_FIELDS)
def test_fields_beside_the_table_say_why(old: str, new: str, reason: str, tmp_path: Path) -> None:
    """The same for every other part of a design."""
    (line,) = refusal(tmp_path, replaced(old, new) + DEPLOY_TIME_CONTEXT)
    assert f"`{{{{ P }}}}` is a deploy-time parameter, and {reason} " in line


def test_a_key_template_takes_no_parameter(tmp_path: Path) -> None:
    """Applications build keys; a plain setting is fine."""
    design = replaced('"USER#{userId}"', '"{{ P }}#{userId}"')
    (line,) = refusal(tmp_path, design + DEPLOY_TIME_CONTEXT)
    assert "`{{ P }}#{userId}` is a deploy-time parameter, and applications build keys and items" in line
    found = load(tmp_path, design + "context: {P: U}\n")
    assert "U#{userId}" == str(found.entities["user"].templates["PK"])


def test_policies_take_no_parameter(tmp_path: Path) -> None:
    """What a policy allows is settled now."""
    files = {"policies/shop/reader.yaml": "policy: reader\nallow: ['{{ P }}']\n"}
    (line,) = refusal(tmp_path, BASE + DEPLOY_TIME_CONTEXT, files)
    assert line == (
        "reader.yaml:2:9: `{{ P }}` is a deploy-time parameter, and what a policy allows is settled and checked when "
        "the template is generated (make it a plain context value; docs/design-reference.md lists the fields that can "
        "hold a parameter)"
    )


@pytest.mark.parametrize(
    ("text", "declaration", "expected"),
    [
        ("name: '{{ X }}'", "{default: x}", "`x` is not a name of a table or index"),
        ("name: 'a{{ X }}'", "{default: b}", "`ab` is not a name of a table or index"),
        ("name: '{{ X }}'", "{allowed_values: [fine, 'no name']}", "`no name` is not a name of a table or index"),
        (
            "billing: '{{ X }}'",
            "{default: PAY_PER_REQUEST, allowed_values: [PAY_PER_REQUEST, FREE]}",
            "`FREE` is not one",
        ),
        ("point_in_time_recovery: '{{ X }}'", "{default: yes}", "`yes` is neither `true` nor `false`"),
        (
            "point_in_time_recovery: {recovery_period_days: '{{ X }}'}",
            "{type: Number, default: 36}",
            "`36` is not between",
        ),
        ("encryption: '{{ X }}'", "{default: aws_managed}", "`aws_managed` is no ARN of a KMS key"),
        ("warm_throughput: {read: '{{ X }}'}", "{default: many}", "`many` is not a whole number"),
    ],
)
def test_what_is_known_of_a_parameter_is_checked(text: str, declaration: str, expected: str, tmp_path: Path) -> None:
    """A default or an allowed value that the field would refuse is refused now, not at the first deployment."""
    design = replaced("type_attribute: kind", f"type_attribute: kind\n  {text}") + f"context: {{X: {declaration}}}\n"
    (line,) = refusal(tmp_path, design)
    assert line.startswith("shop.yaml:6:")
    assert f"can have a wrong value: {expected}" in line


def test_a_list_cannot_stand_in_a_field(tmp_path: Path) -> None:
    """A CommaDelimitedList is several values."""
    design = replaced("type_attribute: kind", "type_attribute: kind\n  tags: {a: '{{ L }}'}")
    assert refusal(tmp_path, design + "context: {L: {type: CommaDelimitedList, default: 'a,b'}}\n") == [
        "shop.yaml:6:13: `{{ L }}` is a list, and one value is needed here (give the parameter another type)"
    ]


def test_an_index_with_a_name_that_is_known_later_needs_an_id(tmp_path: Path) -> None:
    """Access patterns and exports need a name that is known now."""
    design = BASE + DEPLOY_TIME_CONTEXT + "indexes:\n  - {name: '{{ P }}', key: {partition: GK}}\n"
    (line,) = refusal(tmp_path, design)
    assert line == (
        "shop.yaml:19:12: an index whose name is a deploy-time parameter needs an `id` "
        "(add `id: NAME`: access patterns and exports use it)"
    )
