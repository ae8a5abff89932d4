"""The whole design file, and the policy file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cfn_table.design.context import Parametric
from cfn_table.design.fields import (
    DEPLOY_TIME,
    AttributeName,
    Bool,
    DeployInt,
    DeployStr,
    Region,
    Str,
    deployable,
    matching,
    need_text,
    number_of,
    positive,
    problem,
)
from cfn_table.design.model.base import Part
from cfn_table.design.model.entities import Attributes, Entity, EveryEntity
from cfn_table.design.model.indexes import Index, VectorIndex
from cfn_table.design.model.patterns import AccessPattern
from cfn_table.design.model.table import Table
from cfn_table.design.suggest import shown

SEMVER: Final = (
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?"
)
"""A version by Semantic Versioning 2.0.0, without build metadata, which would not order."""

_WORDS: Final = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
LONGEST_NAME: Final = 100
"""Longest name of a design or a policy, which become names of files, folders and resources."""

DESIGN_NAME: Final = rf"(?=.{{1,{LONGEST_NAME}}}\Z)(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])\Z){_WORDS}"
"""The name of a design; none that is a device to Windows, which makes no folder of that name."""

DesignName = Annotated[
    str,
    matching(
        DESIGN_NAME,
        "a name of a design",
        "use lower-case words joined by `-`, such as `kv-storage`; no name of a Windows device",
    ),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_WORDS}$",
            "maxLength": LONGEST_NAME,
            DEPLOY_TIME: "it names the folders of policies and versions",
        }
    ),
]
PolicyName = Annotated[
    str,
    matching(
        rf"(?=.{{1,{LONGEST_NAME}}}\Z){_WORDS}",
        "a name of a policy",
        "use lower-case words joined by `-`, such as `read-only`",
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_WORDS}$", "maxLength": LONGEST_NAME}),
]
Version = Annotated[
    str,
    matching(SEMVER, "a version", "write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`"),
    WithJsonSchema({"type": "string", "pattern": f"^{SEMVER}$", DEPLOY_TIME: "it names the published version"}),
]

_IDENTIFIER: Final = "[A-Za-z][A-Za-z0-9_]*"
_IDENTIFIER_HELP: Final = "use letters, digits and `_`, and begin with a letter"
EntityName = Annotated[
    str,
    matching(_IDENTIFIER, "a name of an entity", _IDENTIFIER_HELP),
    WithJsonSchema({"type": "string", "pattern": f"^{_IDENTIFIER}$"}),
]
PatternName = Annotated[
    str,
    matching(_IDENTIFIER, "a name of an access pattern", _IDENTIFIER_HELP),
    WithJsonSchema({"type": "string", "pattern": f"^{_IDENTIFIER}$"}),
]


def _alarm_period(value: Any) -> Any:
    number = positive(value)
    if number not in (10, 20, 30) and number % 60:
        raise problem(f"`{number}` is no period of an alarm", "use 10, 20, 30 or a multiple of 60")
    return number


AlarmPeriod = Annotated[
    int | Parametric,
    deployable(_alarm_period),
    WithJsonSchema(
        {"type": "integer", "minimum": 1, "anyOf": [{"enum": [10, 20, 30]}, {"multipleOf": 60}], DEPLOY_TIME: True}
    ),
]


def _milliseconds(value: Any) -> Any:
    number = number_of(value)
    if not 0 < number <= MOST_MILLISECONDS:
        raise problem(f"`{number}` is not between 0 and {MOST_MILLISECONDS}", "a target is in milliseconds")
    return number


MOST_MILLISECONDS: Final = 60_000
"""Longest latency target: a minute, after which every client has given up."""

Milliseconds = Annotated[
    int | float | Parametric,
    deployable(_milliseconds),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_MILLISECONDS, DEPLOY_TIME: True}),
]


class Alarms(Part):
    """CloudWatch alarms on the table; they notify the topic whose ARN a deployment gives as a parameter."""

    fixed: ClassVar[str] = "it decides which alarms the template has"

    topic_parameter: Annotated[
        str,
        matching("[A-Za-z0-9]{1,255}", "a parameter's name", "use letters and digits only"),
        WithJsonSchema(
            {"type": "string", "pattern": "^[A-Za-z0-9]{1,255}$", DEPLOY_TIME: "it names a parameter itself"}
        ),
    ] = Field(
        default="AlarmTopicArn",
        description="Name of the parameter with the SNS topic's ARN; without an ARN nobody is notified.",
    )
    latency: Bool = Field(
        default=True, description="Alarm when an operation's average latency is above `latency_target_ms`."
    )
    throttling: Bool = Field(default=True, description="Alarm when the table or an index throttles requests.")
    system_errors: Bool = Field(default=True, description="Alarm when DynamoDB fails requests.")
    period_seconds: AlarmPeriod = Field(
        default=60, description="Length of one evaluation period, in seconds: 10, 20, 30 or a multiple of 60."
    )
    evaluation_periods: DeployInt = Field(default=5, description="Consecutive periods that must breach.")

    @classmethod
    def forms(cls, whole: dict[str, Any]) -> list[dict[str, Any]]:
        """`true`, or a mapping."""
        return [{"enum": [True]}, whole]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            if raw == "true":
                return {}
            raise problem(f"{shown(raw)} is neither `true` nor a mapping of alarms", "leave `alarms` out for none")
        return raw


class PolicyOptions(Part):
    """What all policies of the design have in common."""

    path: (
        Annotated[
            str,
            matching("/([!-~]{1,510}/)?", "an IAM path", "begin and end with `/`"),
            WithJsonSchema(
                {
                    "type": "string",
                    "pattern": "^/([!-~]{1,510}/)?$",
                    DEPLOY_TIME: "a deployment with another path would replace the policies",
                }
            ),
        ]
        | None
    ) = Field(default=None, description="IAM path of the policies; a change of it replaces them.")
    name_prefix: DeployStr | None = Field(
        default=None,
        description="Names the policies, for permissions boundaries that demand a prefix: this, the policy's name. "
        "Named policies need CAPABILITY_NAMED_IAM.",
    )
    describe_table: Bool = Field(
        default=False,
        description="Allow dynamodb:DescribeTable too, for SDKs that wait on tables.",
        json_schema_extra={DEPLOY_TIME: "it decides which statements the policies have"},
    )


class LintOptions(Part):
    """What the lint gate lets pass, and why."""

    fixed: ClassVar[str] = "lint runs when the template is generated"

    suppress: dict[str, Str] = Field(
        default={}, description="cfn-lint rule or design rule → the reason why it may be broken."
    )

    @model_validator(mode="after")
    def _reasons(self) -> LintOptions:
        for rule, reason in self.suppress.items():
            if len(reason.split()) < 2:
                raise problem(
                    f"{shown(rule)} is suppressed without a reason", "say in a sentence why it does not apply"
                )
        return self


def _description(value: Any) -> str:
    text = str(need_text(value))
    if len(text.encode()) > 1024:
        raise problem("the description has more than 1,024 bytes", "shorten it: CloudFormation takes no more")
    return text


class DesignFile(Part):
    """A table design: the source of one published template."""

    design: DesignName = Field(
        description="The design's name; also the folder of its policies and of its published versions."
    )
    version: Version = Field(description="The version that `generate` publishes, by Semantic Versioning.")
    description: Annotated[str, PlainValidator(_description), WithJsonSchema({"type": "string", "maxLength": 1024})] = (
        Field(
            default="",
            description="What the table is for; becomes the template's Description (at most 1,024 bytes).",
            json_schema_extra={DEPLOY_TIME: "a template's Description is a text and takes no Ref"},
        )
    )
    context: Any = Field(
        default=None,
        description="Build-time settings (`NAME: VALUE`) and deploy-time parameters (`NAME: {type, default, …}`).",
        json_schema_extra={DEPLOY_TIME: "it declares the parameters"},
    )
    regions: tuple[Region, ...] = Field(
        default=("us-east-1",),
        description="Regions where the template must be valid; lint runs for each.",
        min_length=1,
        json_schema_extra={DEPLOY_TIME: "lint runs for them when the template is generated"},
    )
    table: Table = Field(description="The table.")
    indexes: tuple[Index, ...] = Field(default=(), description="Global and local secondary indexes.")
    vector_indexes: tuple[VectorIndex, ...] = Field(default=(), description="Vector indexes.")
    key_only: Attributes = Field(default={}, description="Placeholders that are stored only inside keys.")
    every_entity: EveryEntity = Field(default=EveryEntity(), description="What all entities have in common.")
    entities: dict[EntityName, Entity] = Field(description="Kinds of items, by name.")
    access_patterns: dict[PatternName, AccessPattern] = Field(
        default={}, description="What applications do with the table, by name."
    )
    include: tuple[Str, ...] = Field(
        default=(),
        description="Globs of further files, relative to this one, that hold only `entities` and `access_patterns`.",
        json_schema_extra={DEPLOY_TIME: "the files are read when the template is generated"},
    )
    tags: dict[str, DeployStr] = Field(default={}, description="Default tags of every resource that takes tags.")
    latency_target_ms: Milliseconds | None = Field(
        default=None, description="Target of a single request's latency, in milliseconds."
    )
    alarms: Alarms | None = Field(default=None, description="CloudWatch alarms: `true`, or a mapping.")
    policies: PolicyOptions = Field(default=PolicyOptions(), description="What all policies have in common.")
    lint: LintOptions = Field(default=LintOptions(), description="What the lint gate lets pass, and why.")
    extend: (
        Annotated[
            str,
            matching(r"[^:\s\0]+\.py:[A-Za-z_]\w*", "a Python hook", "write `hooks/extend.py:function`"),
            WithJsonSchema({"type": "string", DEPLOY_TIME: "the function runs when the template is generated"}),
        ]
        | None
    ) = Field(
        default=None,
        description="A Python function, `FILE:FUNCTION` in the project, that may change the troposphere Template.",
    )


class IncludedFile(Part):
    """A file that a design includes."""

    entities: dict[str, Any] = Field(default={}, description="Further entities.")
    access_patterns: dict[str, Any] = Field(default={}, description="Further access patterns.")


WHO_MAY_DO_WHAT: Final = "what a policy allows is settled and checked when the template is generated"
"""Why no field of a policy file can hold a deploy-time parameter."""


class Grant(Part):
    """One allowed access pattern, with the placeholders that are bound for it alone."""

    fixed: ClassVar[str] = WHO_MAY_DO_WHAT

    pattern: Str = Field(description="The access pattern's name.")
    bind: dict[str, Str] = Field(default={}, description="Placeholder → the IAM policy variable that it must equal.")

    @classmethod
    def forms(cls, whole: dict[str, Any]) -> list[dict[str, Any]]:
        """A pattern's name, or `{name: {placeholder: variable}}`."""
        bound = {"type": "object", "minProperties": 1, "maxProperties": 1}
        return [whole["properties"]["pattern"], bound | {"additionalProperties": whole["properties"]["bind"]}]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            if len(raw) != 1 or not all(isinstance(value, dict) for value in raw.values()):
                raise problem(
                    "a bound pattern is a mapping of one pattern to its bindings",
                    "write `manage_key: {namespace: VARIABLE}`",
                )
            ((pattern, bind),) = raw.items()
            return {"pattern": pattern, "bind": bind}
        text = need_text(raw)
        if "*" in text or "?" in text:
            raise problem(
                f"{shown(text)} is a wildcard",
                "name each pattern: a wildcard would widen the policy with every new pattern",
            )
        return {"pattern": text}


class PolicyFile(Part):
    """Who may use which access patterns: one IAM managed policy."""

    fixed: ClassVar[str] = WHO_MAY_DO_WHAT

    policy: PolicyName = Field(description="The policy's name; its resource and export are named after it.")
    description: Str = Field(default="", description="Who the policy is for; goes into the resource's Metadata.")
    bind: dict[str, Str] = Field(
        default={},
        description='Placeholders bound to IAM variables, such as `namespace: "${aws:PrincipalTag/namespace}"`.',
    )
    allow: tuple[Grant, ...] = Field(
        default=(), description="The access patterns, each by name, or as `{name: {placeholder: variable}}`."
    )
    attributes: dict[str, tuple[AttributeName, ...]] = Field(
        default={}, description="Entity → the only attributes that may be read or changed; key attributes are added."
    )
    read_stream: Bool = Field(default=False, description="Allow reading the table's stream.")

    @model_validator(mode="after")
    def _allows_something(self) -> PolicyFile:
        if not self.allow and not self.read_stream:
            raise problem("the policy allows nothing", "list access patterns under `allow`")
        return self
