"""Types of the fields of tables and indexes that no other part has."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from cfn_table.design.context import Parametric
from cfn_table.design.fields import (
    DEPLOY_TIME,
    checked_parameters,
    choice,
    deployable,
    need_text,
    problem,
    within,
)
from cfn_table.design.suggest import did_you_mean, shown

KeyType = Annotated[str, choice("string", "number", "binary"), WithJsonSchema({"enum": ["string", "number", "binary"]})]


def _insights(value: Any) -> str:
    text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else need_text(value)
    if text not in ("true", "false", "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"):
        raise problem(
            f"{shown(text)} is no mode of contributor insights",
            "use `true`, `ACCESSED_AND_THROTTLED_KEYS` or `THROTTLED_KEYS`",
        )
    return str(text)


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise problem("a mapping of CloudFormation property names is needed here", "write `{Name: value}`")
    from cfn_table.design.values import convert_json

    return {str(key): _plain(convert_json(item)) for key, item in value.items()}


def _plain(value: Any) -> Any:
    from decimal import Decimal

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


_KEY_ARN: Final = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_KEY_ALIAS: Final = re.compile(r"alias/[A-Za-z0-9/_-]+")


def _key_arn(value: Any) -> str:
    text = need_text(value)
    if not _KEY_ARN.fullmatch(text):
        raise problem(
            f"{shown(text)} is no ARN of a KMS key",
            "write the key's own ARN: policies must name the key, and a parameter cannot say that it is an alias",
        )
    return str(text)


def _kms_key(value: Any) -> Any:
    if isinstance(value, Parametric):
        return checked_parameters(value, _key_arn)
    text = need_text(value)
    if not _KEY_ARN.fullmatch(text) and not _KEY_ALIAS.fullmatch(text):
        raise problem(f"{shown(text)} is no customer KMS key", "write the key's ARN or `alias/NAME`")
    return str(text)


def _encryption(value: Any) -> Any:
    if isinstance(value, str) and value in ("aws_owned", "aws_managed"):
        return str(value)
    if isinstance(value, str) and value and not value.startswith(("arn:", "alias/")):
        hint = did_you_mean(value, ("aws_owned", "aws_managed"))
        raise problem(f"{shown(value)} is no encryption", f"{hint.rstrip('?')}, or a customer KMS key's ARN or alias")
    return _kms_key(value)


Billing = Annotated[
    str | Parametric,
    deployable(choice("PAY_PER_REQUEST", "PROVISIONED").func),
    WithJsonSchema({"enum": ["PAY_PER_REQUEST", "PROVISIONED"], DEPLOY_TIME: True}),
]
_NO_REF = "DeletionPolicy and UpdateReplacePolicy take no Ref"
OnDelete = Annotated[
    str, choice("retain", "delete", fixed=_NO_REF), WithJsonSchema({"enum": ["retain", "delete"], DEPLOY_TIME: _NO_REF})
]
InsightsMode = Annotated[
    str,
    PlainValidator(_insights),
    WithJsonSchema(
        {
            "enum": [True, False, "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"],
            DEPLOY_TIME: "one word sets two properties, Enabled and Mode",
        }
    ),
]
View = Annotated[
    str,
    choice("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
    WithJsonSchema({"enum": ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]}),
]
TableClass = Annotated[
    str | Parametric,
    deployable(choice("STANDARD", "STANDARD_INFREQUENT_ACCESS").func),
    WithJsonSchema({"enum": ["STANDARD", "STANDARD_INFREQUENT_ACCESS"], DEPLOY_TIME: True}),
]
RawProperties = Annotated[
    dict[str, Any], PlainValidator(_properties), WithJsonSchema({"type": "object", DEPLOY_TIME: True})
]
Utilization = Annotated[
    int | float | Parametric,
    deployable(within(20, 90)),
    WithJsonSchema({"type": "number", "minimum": 20, "maximum": 90, DEPLOY_TIME: True}),
]
RecoveryDays = Annotated[
    int | Parametric,
    deployable(within(1, 35, whole=True)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 35, DEPLOY_TIME: True}),
]
KmsKey = Annotated[
    str | Parametric,
    PlainValidator(_kms_key),
    WithJsonSchema({"type": "string", "pattern": "^(arn:|alias/)", DEPLOY_TIME: True}),
]
Encryption = Annotated[
    str | Parametric,
    PlainValidator(_encryption),
    WithJsonSchema(
        {
            "anyOf": [{"enum": ["aws_owned", "aws_managed"]}, {"type": "string", "pattern": "^(arn:|alias/)"}],
            DEPLOY_TIME: True,
        }
    ),
]
Dimensions = Annotated[
    int, PlainValidator(within(1, 4096, whole=True)), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 4096})
]
