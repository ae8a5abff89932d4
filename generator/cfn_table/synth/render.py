"""Templates as text: YAML for people, JSON for programs, both with the same values and the same bytes every time.

Three laws hold for every template, and tests hold the writer to them:

1. `render_json` and `render_yaml` say the same, whether the YAML is read by the rules of YAML 1.1 (as the AWS CLI and
   cfn-lint do) or by those of YAML 1.2. A YAML 1.1 reader reads the same from the JSON, too: cfn-lint reads JSON so.
2. The text depends on the template alone. Keys that have a conventional place stand there, whatever the order of the
   mapping; all others keep the order of the mapping, behind them.
3. A short intrinsic (`!Ref X`) is written only where it means exactly what its long form means.

Why unknown keys keep their order instead of being sorted: the synthesizer gives mappings in a deterministic and often
telling order (parameters as the design declares them, a user's own `extra_properties`), which sorting would hide.

No YAML library is used: none quotes for both versions of YAML, and PyYAML's own (Python) writer takes ten times as
long. Mappings and lists are in block style, every scalar stands on one line, and there are no anchors.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cfn_table.errors import InternalError

Order = Mapping[str, None]
"""Keys in the order in which they are written; a dictionary without values, for fast membership tests."""


def _order(keys: str) -> Order:
    return dict.fromkeys(keys.split())


# Sections stand as in the User Guide's "CloudFormation template format". In a resource the short attributes stand
# between Type and the long Properties, as in the User Guide's example of DeletionPolicy: a reviewer sees
# `DeletionPolicy: Retain` beside the type. Policies follow the grammar of the IAM User Guide.
_TEMPLATE: Final = _order(
    "AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform "
    "Resources Outputs Hooks"
)
_RESOURCE: Final = _order(
    "Type Condition DependsOn CreationPolicy UpdatePolicy DeletionPolicy UpdateReplacePolicy Metadata Properties"
)
_ENTRY_OF_SECTION: Final[Mapping[str, Order]] = {
    "Parameters": _order(
        "Type Description Default AllowedValues AllowedPattern ConstraintDescription "
        "MinLength MaxLength MinValue MaxValue NoEcho"
    ),
    "Rules": _order("RuleCondition Assertions"),
    "Outputs": _order("Description Condition Value Export"),
}
_POLICY: Final = _order("Version Id Statement")
_CAPACITY: Final = _order("MinCapacity MaxCapacity SeedCapacity TargetTrackingScalingPolicyConfiguration")
_THROUGHPUT: Final = (
    "ProvisionedThroughput ReadProvisionedThroughputSettings WriteProvisionedThroughputSettings "
    "OnDemandThroughput ReadOnDemandThroughputSettings WriteOnDemandThroughputSettings WarmThroughput"
)
_INDEX: Final = _order(
    "IndexName KeySchema VectorAttribute Dimensions DistanceFunction SearchSchema Projection "
    f"{_THROUGHPUT} ContributorInsightsSpecification"
)
_TABLE: Final = _order(
    "TableName BillingMode AttributeDefinitions KeySchema GlobalSecondaryIndexes LocalSecondaryIndexes VectorIndexes "
    f"{_THROUGHPUT} TimeToLiveSpecification PointInTimeRecoverySpecification DeletionProtectionEnabled "
    "SSESpecification TableClass StreamSpecification KinesisStreamSpecification ContributorInsightsSpecification "
    "ImportSourceSpecification MultiRegionConsistency GlobalTableWitnesses Replicas ResourcePolicy Tags"
)

PROPERTIES_OF_TYPE: Final[Mapping[str, Order]] = {
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::IAM::ManagedPolicy": _order("ManagedPolicyName Path Description PolicyDocument Roles Users Groups"),
    "AWS::CloudWatch::Alarm": _order(
        "AlarmName AlarmDescription Namespace MetricName Dimensions Metrics Statistic ExtendedStatistic Unit Period "
        "EvaluationPeriods DatapointsToAlarm ComparisonOperator Threshold ThresholdMetricId TreatMissingData "
        "EvaluateLowSampleCountPercentile ActionsEnabled AlarmActions OKActions InsufficientDataActions Tags"
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": _order(
        "ServiceNamespace ResourceId ScalableDimension MinCapacity MaxCapacity RoleARN "
        "ScheduledActions SuspendedState Tags"
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _order(
        "PolicyName PolicyType ScalingTargetId ServiceNamespace ResourceId ScalableDimension "
        "TargetTrackingScalingPolicyConfiguration StepScalingPolicyConfiguration"
    ),
}
"""Order of a resource's Properties. The names are those of the registry schemas; the order is that of people."""

MAPPING_UNDER_KEY: Final[Mapping[str, Order]] = {
    "PolicyDocument": _POLICY,
    "AssumeRolePolicyDocument": _POLICY,
    "Statement": _order("Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition"),
    "AttributeDefinitions": _order("AttributeName AttributeType"),
    "KeySchema": _order("AttributeName KeyType"),
    "SearchSchema": _order("AttributeName SearchSchemaElementType"),
    "GlobalSecondaryIndexes": _INDEX,
    "LocalSecondaryIndexes": _INDEX,
    "VectorIndexes": _INDEX,
    "Projection": _order("ProjectionType NonKeyAttributes"),
    "ProvisionedThroughput": _order("ReadCapacityUnits WriteCapacityUnits"),
    "OnDemandThroughput": _order("MaxReadRequestUnits MaxWriteRequestUnits"),
    "WarmThroughput": _order("ReadUnitsPerSecond WriteUnitsPerSecond"),
    "ReadCapacityAutoScalingSettings": _CAPACITY,
    "WriteCapacityAutoScalingSettings": _CAPACITY,
    "TargetTrackingScalingPolicyConfiguration": _order(
        "PredefinedMetricSpecification CustomizedMetricSpecification TargetValue "
        "ScaleInCooldown ScaleOutCooldown DisableScaleIn"
    ),
    "TimeToLiveSpecification": _order("AttributeName Enabled"),
    "PointInTimeRecoverySpecification": _order("PointInTimeRecoveryEnabled RecoveryPeriodInDays"),
    "SSESpecification": _order("SSEEnabled SSEType KMSMasterKeyId"),
    "StreamSpecification": _order("StreamViewType ResourcePolicy Tags"),
    "KinesisStreamSpecification": _order("StreamArn ApproximateCreationDateTimePrecision"),
    "ContributorInsightsSpecification": _order("Enabled Mode"),
    "ImportSourceSpecification": _order("S3BucketSource InputFormat InputFormatOptions InputCompressionType"),
    "Replicas": _order(
        "Region TableClass PointInTimeRecoverySpecification DeletionProtectionEnabled DisassociationProtectionEnabled "
        "SSESpecification GlobalSecondaryIndexes ReadProvisionedThroughputSettings ReadOnDemandThroughputSettings "
        "ReplicaStreamSpecification KinesisStreamSpecification ContributorInsightsSpecification "
        "GlobalTableSettingsReplicationMode ResourcePolicy Tags"
    ),
    "Dimensions": _order("Name Value"),
    "Metrics": _order("Id Label Expression MetricStat Period ReturnData AccountId"),
    "MetricStat": _order("Metric Stat Unit Period"),
    "Metric": _order("Namespace MetricName Dimensions"),
    "Tags": _order("Key Value"),
}
"""Order of the mapping, or of the mappings in the list, under a property of that name. `Fn::If` hands it on."""

# The functions that have a short form (Template Reference, "Intrinsic functions": Fn::Length, Fn::ToJsonString and the
# functions of Rules have none) and the shapes of argument with which it is written. INVARIANT: no shape is a mapping,
# so no value gets two tags: `!ImportValue !Sub …` is not YAML, and becomes `Fn::ImportValue: !Sub …`.
_SHORT: Final[Mapping[str, tuple[str, tuple[type, ...]]]] = {
    "Ref": ("!Ref", (str,)),
    **{f"Fn::{name}": (f"!{name}", (str,)) for name in ("Base64", "GetAZs", "ImportValue")},
    **{
        f"Fn::{name}": (f"!{name}", (list,))
        for name in ("And", "Cidr", "Equals", "FindInMap", "If", "Join", "Not", "Or", "Select", "Split")
    },
    "Fn::Sub": ("!Sub", (str, list)),
}
# `{Condition: name}` is a function inside these, and in the Conditions section; elsewhere it is an attribute or data.
_CONDITION_FUNCTIONS: Final = frozenset({"!And", "!Or", "!Not"})
# The other sections hold data, in which a key `Ref` is a key. (A resource's own Metadata is evaluated.)
_EVALUATED_SECTIONS: Final = frozenset({"Conditions", "Resources", "Outputs", "Rules", "Hooks"})
# `!GetAtt A.B.C` is read as [A, B.C]: only a logical id without a dot may stand before the first dot.
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]+")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z0-9_.:-]+")

# INVARIANT: a text that matches is a plain scalar and a string in block context for YAML 1.1 and 1.2. It begins with a
# letter or `/`, so it is no indicator, number, date, merge key or document mark; it has no `#`, and no colon before a
# blank or the end; it is on one line, without outer blanks. What remains are the words of _WORDS. Characters that
# YAML would allow but a reader stops at (`#`, `!`, `{`, `&`) are left to quotes: `'USER#*'`.
_SAFE: Final = r"A-Za-z0-9_./,+=@()*'-"
_PLAIN: Final = re.compile(rf"[A-Za-z/](?:[{_SAFE}]|:(?=[{_SAFE}:])| (?=[{_SAFE}]))*")
# Booleans and null of YAML 1.1 and 1.2, in any case: some readers are more generous than the specification.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# Never written as themselves: controls, line breaks of either YAML version (U+0085, U+2028, U+2029), and what a
# reviewer cannot see or what reorders a line (blanks, joiners, bidirectional controls, tags). The ranges are spelled
# out because Python's idea of "printable" changes with its version, and published bytes must not.
_HIDDEN_BMP: Final = (
    "\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff"
)
_NOT_SINGLE: Final = re.compile(f"[{_HIDDEN_BMP}\U000e0000-\U0010ffff]")
_NOT_DOUBLE: Final = re.compile(f'["\\\\{_HIDDEN_BMP}\U000e0000-\U0010ffff]')
# JSON would need surrogate pairs for the planes above, and YAML 1.1 readers refuse those.
_NOT_JSON: Final = re.compile(f"[{_HIDDEN_BMP}]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# A key before `:` may have 1,024 characters (YAML 1.1 §5.1 and 1.2 §7.4); some readers count bytes.
_LONGEST_SIMPLE_KEY: Final = 1000


def render_yaml(template: Mapping[str, Any]) -> str:
    """The template as YAML, with short intrinsics, ending in a line feed.

    Args:
        template: a template as `troposphere.Template.to_dict` gives it: mappings with text keys, lists or tuples,
            texts, booleans, numbers and None; intrinsics in long form.

    Raises:
        InternalError: the template holds what no template can hold (another type, infinity, not-a-number, half of a
            surrogate pair), or nests too deeply.
    """
    out: list[str] = []
    try:
        above = False  # whether a section stood above, rather than a line such as the format version
        for name, section in _arranged(template).items():
            here = isinstance(section, (dict, list))
            if out and (above or here):
                out.append("")
            above = here
            evaluated = name in _EVALUATED_SECTIONS
            if name not in ("Resources", "Conditions") or type(section) is not dict or not section:
                _entry(out, "", name, section, evaluated=evaluated)
                continue
            out.append(f"{name}:")
            for position, (key, value) in enumerate(section.items()):
                if position and name == "Resources":
                    out.append("")
                _entry(out, "  ", key, value, evaluated=True, condition=name == "Conditions")
    except RecursionError as error:
        raise InternalError("a template nests too deeply to be written") from error
    return "\n".join(out) + "\n" if out else "{}\n"


def render_json(template: Mapping[str, Any]) -> str:
    """The template as JSON in the order of `render_yaml`, indented by two, with a line feed at the end.

    It is not limited to ASCII, but what nobody can see is escaped; numbers are such that YAML 1.1 reads numbers.

    Args:
        template: as for `render_yaml`.

    Raises:
        InternalError: as for `render_yaml`.
    """
    try:
        return _json(_arranged(template), "\n") + "\n"
    except RecursionError as error:
        raise InternalError("a template nests too deeply to be written") from error


def _arranged(template: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the template of dictionaries, lists and plain scalars only, with all keys in the order of the text."""
    result: dict[str, Any] = {}
    for name, section in _in_order(template, _TEMPLATE):
        entry = _ENTRY_OF_SECTION.get(name)
        if name == "Resources" and isinstance(section, Mapping):
            result[name] = {_text(key): _resource(resource) for key, resource in section.items()}
        elif entry is not None and isinstance(section, Mapping):
            result[name] = {_text(key): _copy(value, entry, {}) for key, value in section.items()}
        else:
            result[name] = _copy(section, {}, {})
    return result


def _resource(resource: Any) -> Any:
    if not isinstance(resource, Mapping):
        return _copy(resource, {}, {})
    properties = PROPERTIES_OF_TYPE.get(str(resource.get("Type")), {})
    return {
        key: _copy(value, properties, MAPPING_UNDER_KEY) if key == "Properties" else _copy(value, {}, {})
        for key, value in _in_order(resource, _RESOURCE)
    }


def _copy(value: Any, order: Order, under_key: Mapping[str, Order]) -> Any:
    """A copy: `order` is for the mapping or for the mappings in the list, `under_key` for those below."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {
            key: _copy(item, order if key == "Fn::If" else under_key.get(key, {}), under_key)
            for key, item in _in_order(value, order)
        }
    if isinstance(value, (list, tuple)):
        return [_copy(item, order, under_key) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise InternalError(f"a template cannot hold {value!r}, which is of type {type(value).__name__}")


def _in_order(mapping: Mapping[str, Any], order: Order) -> Iterable[tuple[str, Any]]:
    keys = [key for key in order if key in mapping]
    keys += [_text(key) for key in mapping if key not in order]
    return [(key, mapping[key]) for key in keys]


def _text(value: Any) -> str:
    """The text without its subclass: an enumeration's member, say, whose `str()` would be another text."""
    if not isinstance(value, str):
        raise InternalError(f"a key of a template cannot be {value!r}, which is of type {type(value).__name__}")
    text = str.__str__(value)
    if not text.isascii() and _SURROGATE.search(text):
        raise InternalError(f"a template cannot hold {text!r}: half of a surrogate pair is not a character")
    return text


def _entry(out: list[str], pad: str, key: str, value: Any, *, evaluated: bool, condition: bool = False) -> None:
    """Append the lines of `key: value`, indented by `pad`."""
    name = yaml_text(key)
    if len(name) * 4 > _LONGEST_SIMPLE_KEY and len(name.encode()) > _LONGEST_SIMPLE_KEY:
        out.append(f"{pad}? {name}")
        _node(out, f"{pad}:", value, pad + "  ", compact=True, evaluated=evaluated, condition=condition)
    else:
        _node(out, f"{pad}{name}:", value, pad + "  ", compact=False, evaluated=evaluated, condition=condition)


def _node(
    out: list[str], lead: str, value: Any, pad: str, *, compact: bool, evaluated: bool, condition: bool = False
) -> None:
    """Append the lines of a value.

    Args:
        out: the lines so far.
        lead: what stands before the value on its first line: a key with its colon, or a dash.
        value: the value, as `_arranged` gives it.
        pad: the indentation of what is inside the value.
        compact: whether the first entry of a mapping or list stands on the line of `lead` (`- Key: x`).
        evaluated: whether CloudFormation evaluates functions here.
        condition: whether `{Condition: name}` is a function here.
    """
    kind = type(value)
    if kind is not dict and kind is not list:
        out.append(f"{lead} {_scalar(value)}")
        return
    if not value:
        out.append(f"{lead} {'{}' if kind is dict else '[]'}")
        return
    tag = ""
    if kind is dict and len(value) == 1 and evaluated and (short := _short(value, condition)):
        tag, value = short
        lead = f"{lead} {tag}"
        if type(value) is str:
            out.append(f"{lead} {yaml_text(value)}")
            return
        compact = False
    start = len(out)
    if not compact:
        out.append(lead)
    if type(value) is dict:
        for key, item in value.items():
            _entry(out, pad, key, item, evaluated=evaluated)
    else:
        inside = tag in _CONDITION_FUNCTIONS
        for item in value:
            _node(out, f"{pad}-", item, pad + "  ", compact=True, evaluated=evaluated, condition=inside)
    if compact:
        out[start] = f"{lead} {out[start][len(pad) :]}"


def _short(value: dict[str, Any], condition: bool) -> tuple[str, Any] | None:
    """The tag and the argument of an intrinsic in short form, or None where it has none."""
    ((name, argument),) = value.items()
    if name in _SHORT:
        tag, shapes = _SHORT[name]
        return (tag, argument) if argument != [] and type(argument) in shapes else None
    if name == "Fn::GetAtt" and type(argument) is list and len(argument) == 2:
        resource, attribute = argument
        texts = type(resource) is type(attribute) is str
        if texts and _LOGICAL_ID.fullmatch(resource) and _ATTRIBUTE.fullmatch(attribute):
            return "!GetAtt", f"{resource}.{attribute}"
    if name == "Condition" and condition and type(argument) is str:
        return "!Condition", argument
    return None


def _scalar(value: Any) -> str:
    """A scalar as YAML; all but texts are valid JSON, too."""
    if type(value) is str:
        return yaml_text(value)
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        try:
            return str(value)
        except ValueError as error:  # over 4,300 digits; no reader would take it either
            raise InternalError("a template cannot hold a number of thousands of digits") from error
    mantissa, exponent, power = repr(value).partition("e")
    # Without a fraction `1e-07` is a text for YAML 1.1. Python always writes the sign, which YAML 1.1 wants as well.
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{exponent}{power}"


def yaml_text(text: str) -> str:
    """A text as a scalar on one line, in quotes where it is not provably the same for YAML 1.1 and 1.2 without."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if _NOT_SINGLE.search(text):
        return f'"{_NOT_DOUBLE.sub(_escape, text)}"'
    return "'" + text.replace("'", "''") + "'"


def _escape(match: re.Match[str]) -> str:
    """An escape that YAML 1.1, YAML 1.2 and, up to U+FFFF, JSON share."""
    character = match.group()
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")


_json_text: Final = json.JSONEncoder(ensure_ascii=False).encode


def _json(value: Any, line: str) -> str:
    """A value as JSON; `line` is a line feed with the indentation of the value's own first line."""
    kind = type(value)
    if kind is str:
        return _NOT_JSON.sub(_escape, _json_text(value))
    inner = line + "  "
    if kind is dict:
        entries = [f"{_json(key, line)}: {_json(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(entries)}{line}}}" if entries else "{}"
    if kind is list:
        entries = [_json(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(entries)}{line}]" if entries else "[]"
    return _scalar(value)
