"""SAM's policy templates as statements: the common ones, and all about DynamoDB.

Facts from AWS SAM's list of policy templates (github.com/aws/serverless-application-model, Apache-2.0,
`samtranslator/policy_templates_data`), written anew. What is not in here is reported as undecided.
"""

from __future__ import annotations

import re
from typing import Any, Final

from cfn_table.access.templates.shapes import arn

# Name, then statements separated by `|`: service, actions, resources. `~` is an ARN of the service in the stack's
# Region and account; `${Name}` is a parameter of the policy template.
_LIST: Final = """
AMIDescribePolicy ec2 DescribeImages *
AWSSecretsManagerGetSecretValuePolicy secretsmanager GetSecretValue ${SecretArn}
CloudFormationDescribeStacksPolicy cloudformation DescribeStacks ~stack/*
CloudWatchDescribeAlarmHistoryPolicy cloudwatch DescribeAlarmHistory *
CloudWatchPutMetricPolicy cloudwatch PutMetricData *
CodePipelineLambdaExecutionPolicy codepipeline PutJobSuccessResult,PutJobFailureResult *
DynamoDBBackupFullAccessPolicy dynamodb CreateBackup,DescribeContinuousBackups ~table/${TableName}
  | dynamodb DeleteBackup,DescribeBackup,ListBackups ~table/${TableName}/backup/*
DynamoDBCrudPolicy dynamodb
  GetItem,DeleteItem,PutItem,Scan,Query,UpdateItem,BatchWriteItem,BatchGetItem,DescribeTable,ConditionCheckItem
  ~table/${TableName} ~table/${TableName}/index/*
DynamoDBReadPolicy dynamodb GetItem,Scan,Query,BatchGetItem,DescribeTable
  ~table/${TableName} ~table/${TableName}/index/*
DynamoDBReconfigurePolicy dynamodb UpdateTable ~table/${TableName}
DynamoDBRestoreFromBackupPolicy dynamodb RestoreTableFromBackup ~table/${TableName}/backup/*
  | dynamodb PutItem,UpdateItem,DeleteItem,GetItem,Query,Scan,BatchWriteItem ~table/${TableName}
DynamoDBStreamReadPolicy dynamodb DescribeStream,GetRecords,GetShardIterator ~table/${TableName}/stream/${StreamName}
  | dynamodb ListStreams ~table/${TableName}/stream/*
DynamoDBWritePolicy dynamodb PutItem,UpdateItem,BatchWriteItem ~table/${TableName} ~table/${TableName}/index/*
EC2DescribePolicy ec2 DescribeRegions,DescribeInstances *
EcsRunTaskPolicy ecs RunTask ~task-definition/${TaskDefinition}
ElasticsearchHttpPostPolicy es ESHttpPost,ESHttpPut ~domain/${DomainName}/*
EventBridgePutEventsPolicy events PutEvents ~event-bus/${EventBusName}
FilterLogEventsPolicy logs FilterLogEvents ~log-group:${LogGroupName}:log-stream:*
FirehoseWritePolicy firehose PutRecord,PutRecordBatch ~deliverystream/${DeliveryStreamName}
KMSDecryptPolicy kms Decrypt ~key/${KeyId}
KMSEncryptPolicy kms Encrypt ~key/${KeyId}
KinesisStreamReadPolicy kinesis ListStreams,DescribeLimits ~stream/*
  | kinesis DescribeStream,DescribeStreamSummary,GetRecords,GetShardIterator ~stream/${StreamName}
LambdaInvokePolicy lambda InvokeFunction ~function:${FunctionName}*
S3CrudPolicy s3 GetObject,ListBucket,GetBucketLocation,GetObjectVersion,PutObject,PutObjectAcl,\
GetLifecycleConfiguration,PutLifecycleConfiguration,DeleteObject ^${BucketName} ^${BucketName}/*
S3FullAccessPolicy s3 GetObject,GetObjectAcl,GetObjectVersion,PutObject,PutObjectAcl,DeleteObject,\
DeleteObjectTagging,DeleteObjectVersionTagging,GetObjectTagging,GetObjectVersionTagging,PutObjectTagging,\
PutObjectVersionTagging ^${BucketName}/*
  | s3 ListBucket,GetBucketLocation,GetLifecycleConfiguration,PutLifecycleConfiguration ^${BucketName}
S3ReadPolicy s3 GetObject,ListBucket,GetBucketLocation,GetObjectVersion,GetLifecycleConfiguration
  ^${BucketName} ^${BucketName}/*
S3WritePolicy s3 PutObject,PutObjectAcl,PutLifecycleConfiguration ^${BucketName} ^${BucketName}/*
SESCrudPolicy ses GetIdentityVerificationAttributes,SendEmail,SendRawEmail,VerifyEmailIdentity ~identity/${IdentityName}
SESSendBouncePolicy ses SendBounce ~identity/${IdentityName}
SNSCrudPolicy sns ListSubscriptionsByTopic,CreateTopic,SetTopicAttributes,Subscribe,Publish ~${TopicName}*
SNSPublishMessagePolicy sns Publish ~${TopicName}
SQSPollerPolicy sqs ChangeMessageVisibility,ChangeMessageVisibilityBatch,DeleteMessage,DeleteMessageBatch,\
GetQueueAttributes,ReceiveMessage ~${QueueName}
SQSSendMessagePolicy sqs SendMessage* ~${QueueName}
SSMParameterReadPolicy ssm DescribeParameters *
  | ssm GetParameters,GetParameter,GetParametersByPath ~parameter/${ParameterName}
SSMParameterWithSlashPrefixReadPolicy ssm DescribeParameters *
  | ssm GetParameters,GetParameter,GetParametersByPath ~parameter${ParameterName}
StepFunctionsExecutionPolicy states StartExecution ~stateMachine:${StateMachineName}
VPCAccessPolicy ec2 CreateNetworkInterface,DeleteNetworkInterface,DescribeNetworkInterfaces,DetachNetworkInterface *
"""


def _read() -> dict[str, list[tuple[list[str], list[str]]]]:
    found = {}
    for line in re.split(r"\n(?=\S)", _LIST.strip()):
        name, rest = line.split(None, 1)
        statements = []
        for statement in rest.split("|"):
            service, actions, *resources = statement.split()
            forms = {"~": arn(service, ""), "^": arn(service, "", region=False, account=False)}
            statements.append(
                (
                    [f"{service}:{action}" for action in actions.split(",")],
                    [forms[text[0]] + text[1:] if text[0] in forms else text for text in resources],
                )
            )
        found[name] = statements
    return found


_TEMPLATES: Final = _read()
NAMES: Final = frozenset(_TEMPLATES)
"""The policy templates that are known."""


def parameters(name: str) -> frozenset[str]:
    """The parameters of a policy template."""
    texts = (text for _, resources in _TEMPLATES[name] for text in resources)
    return frozenset(parameter for text in texts for parameter in re.findall(r"\$\{([A-Za-z]+)\}", text))


def document(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A policy template as a document with `Fn::Sub`, into which the arguments go as they stand in the template."""
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(actions),
                "Resource": [{"Fn::Sub": [text, arguments]} if "${" in text else text for text in resources],
            }
            for actions, resources in _TEMPLATES[name]
        ]
    }
