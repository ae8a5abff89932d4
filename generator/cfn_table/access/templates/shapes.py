"""What `Ref` and `Fn::GetAtt` give for resources, where that follows from their name.

Source: "Return values" of each type in the CloudFormation User Guide, and the service authorization reference for the
form of the ARNs. In the forms, `{name}` is the physical name, `{path}` the IAM path, and `{id}` the logical id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type's references look like.

    Attributes:
        name: the property that states the physical name; empty where a service always makes it up.
        ref: what `Ref` gives.
        attributes: what `Fn::GetAtt` gives, by attribute; all others are symbols.
        unnamed: the symbol's name where no name is stated.
        plain: whether names have letters, digits, `_`, `-` and `.` only.
    """

    name: str
    ref: str = "{name}"
    attributes: Mapping[str, str] = field(default_factory=dict)
    unnamed: str = "{id}"
    plain: bool = True


def arn(service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
    """An ARN in the partition, Region and account of the stack."""
    where = "${AWS::Region}" if region else ""
    return f"arn:${{AWS::Partition}}:{service}:{where}:{'${AWS::AccountId}' if account else ''}:{resource}"


def _named(name: str, service: str, resource: str, attribute: str = "Arn", *, plain: bool = True) -> Shape:
    """A type whose `Ref` is its name."""
    return Shape(name, attributes={attribute: arn(service, resource)}, plain=plain)


def _by_arn(name: str, arn: str, arn_attribute: str, name_attribute: str) -> Shape:
    """A type whose `Ref` is its ARN."""
    attributes = {arn_attribute: arn, name_attribute: "{name}"}
    return Shape(name, arn, attributes, f"{{id}}.{name_attribute}")


def _iam(name: str, resource: str) -> Shape:
    return Shape(name, attributes={"Arn": arn("iam", f"{resource}{{path}}{{name}}", region=False)})


_TABLE_ARN: Final = arn("dynamodb", "table/{name}")
_TABLE: Final = Shape(
    "TableName", attributes={"Arn": _TABLE_ARN, "StreamArn": f"{_TABLE_ARN}/stream/${{{{id}}.StreamLabel}}"}
)
_FUNCTION: Final = _named("FunctionName", "lambda", "function:{name}")
_QUEUE_URL: Final = "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/{name}"
_STATE_MACHINE: Final = _by_arn("StateMachineName", arn("states", "stateMachine:{name}"), "Arn", "Name")
_SECRET: Final = arn("secretsmanager", "secret:{name}-${{id}.Suffix}")
_KEY: Final = Shape("", attributes={"Arn": arn("kms", "key/{name}"), "KeyId": "{name}"})
_DOMAIN_ARN: Final = arn("es", "domain/{name}")
_POLICY: Final = arn("iam", "policy{path}{name}", region=False)

SHAPES: Final[Mapping[str, Shape]] = {
    "AWS::Backup::BackupVault": Shape(
        "BackupVaultName",
        attributes={"BackupVaultArn": arn("backup", "backup-vault:{name}"), "BackupVaultName": "{name}"},
    ),
    "AWS::CodeBuild::Project": _named("Name", "codebuild", "project/{name}"),
    "AWS::Cognito::UserPool": Shape(
        "", attributes={"Arn": arn("cognito-idp", "userpool/{name}"), "UserPoolId": "{name}"}
    ),
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::ECR::Repository": _named("RepositoryName", "ecr", "repository/{name}", plain=False),
    "AWS::ECS::Cluster": _named("ClusterName", "ecs", "cluster/{name}"),
    "AWS::Elasticsearch::Domain": Shape("DomainName", attributes={"Arn": _DOMAIN_ARN, "DomainArn": _DOMAIN_ARN}),
    "AWS::Events::EventBus": Shape(
        "Name", attributes={"Arn": arn("events", "event-bus/{name}"), "Name": "{name}"}, plain=False
    ),
    # Only on the default bus; rules on another one are symbols (`Resolver.reference`).
    "AWS::Events::Rule": _named("Name", "events", "rule/{name}"),
    "AWS::IAM::Group": _iam("GroupName", "group"),
    "AWS::IAM::InstanceProfile": _iam("InstanceProfileName", "instance-profile"),
    "AWS::IAM::ManagedPolicy": Shape(
        "ManagedPolicyName", _POLICY, {"PolicyArn": _POLICY, "PolicyName": "{name}"}, "{id}.ManagedPolicyName"
    ),
    "AWS::IAM::Role": _iam("RoleName", "role"),
    "AWS::IAM::User": _iam("UserName", "user"),
    "AWS::KMS::Alias": Shape("AliasName", plain=False),
    "AWS::KMS::Key": _KEY,
    "AWS::KMS::ReplicaKey": _KEY,
    "AWS::Kinesis::Stream": _named("Name", "kinesis", "stream/{name}"),
    "AWS::KinesisFirehose::DeliveryStream": _named("DeliveryStreamName", "firehose", "deliverystream/{name}"),
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Logs::LogGroup": _named("LogGroupName", "logs", "log-group:{name}:*", plain=False),
    "AWS::OpenSearchService::Domain": Shape("DomainName", attributes={"Arn": _DOMAIN_ARN, "DomainArn": _DOMAIN_ARN}),
    "AWS::S3::Bucket": Shape(
        "BucketName", attributes={"Arn": arn("s3", "{name}", region=False, account=False), "BucketName": "{name}"}
    ),
    "AWS::SNS::Topic": _by_arn("TopicName", arn("sns", "{name}"), "TopicArn", "TopicName"),
    "AWS::SQS::Queue": Shape(
        "QueueName",
        _QUEUE_URL,
        {"Arn": arn("sqs", "{name}"), "QueueName": "{name}", "QueueUrl": _QUEUE_URL},
        "{id}.QueueName",
    ),
    "AWS::SSM::Parameter": Shape("Name", plain=False),
    "AWS::SecretsManager::Secret": Shape("Name", _SECRET, {"Id": _SECRET}, "{id}.Name", plain=False),
    "AWS::Serverless::Function": _FUNCTION,
    "AWS::Serverless::SimpleTable": _TABLE,
    "AWS::Serverless::StateMachine": _by_arn("Name", arn("states", "stateMachine:{name}"), "Arn", "Name"),
    "AWS::StepFunctions::Activity": _by_arn("Name", arn("states", "activity:{name}"), "Arn", "Name"),
    "AWS::StepFunctions::StateMachine": _STATE_MACHINE,
}
"""By resource type."""
