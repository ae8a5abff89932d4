"""Access patterns: what applications do with the table, in DynamoDB's words."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from cfn_table.design.fields import (
    OneOrMore,
    Str,
    choice,
    need_text,
    positive,
    problem,
    validate_inner,
)
from cfn_table.design.keys import KeyTemplate, TemplateError
from cfn_table.design.model.base import Part
from cfn_table.design.suggest import did_you_mean, shown

SINGLE: Final = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
"""Operations on one item, which may be listed together."""

OPERATIONS: Final = (
    *SINGLE,
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
)
PART_OPERATIONS: Final = (*SINGLE, "ConditionCheck")
"""Operations of a transaction's parts."""

COMPARISONS: Final = ("equals", "gt", "gte", "lt", "lte", "begins_with")
PARAMETER: Final = r"\{[A-Za-z_][A-Za-z0-9_.-]*\}"
"""A text that stands for a parameter of the access pattern."""

TESTS: Final = (*COMPARISONS, "not_equals", "contains", "between", "in", "exists")


class SortKey(Part):
    """A condition on a sort key attribute: one comparison with a template, or `between` two."""

    comparison: str
    templates: tuple[KeyTemplate, ...]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or len(raw) != 1:
            raise problem(
                "a sort key condition has one comparison",
                'write `any` or one of equals, begins_with, gt, gte, lt, lte, between: "KEY#{prefix}"',
            )
        ((comparison, value),) = raw.items()
        if comparison == "between":
            if not isinstance(value, list) or len(value) != 2:
                raise problem("`between` takes a list of two templates", 'write `["A#{from}", "A#{to}"]`')
            return {"comparison": "between", "templates": tuple(_parse(item) for item in value)}
        if comparison not in COMPARISONS:
            raise problem(
                f"{shown(comparison)} is no sort key comparison", did_you_mean(comparison, (*COMPARISONS, "between"))
            )
        return {"comparison": str(comparison), "templates": (_parse(value),)}


def _parse(value: Any) -> KeyTemplate:
    try:
        return KeyTemplate.parse(str(need_text(value)))
    except TemplateError as error:
        raise problem(str(error), error.help) from None


def _sort_key(value: Any) -> Any:
    if isinstance(value, str):
        if value == "any":
            return "any"
        raise problem(
            f"{shown(value)} is no sort key condition",
            'write `any` or a comparison such as `{begins_with: "KEY#{prefix}"}`',
        )
    if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
        return {str(name): validate_inner(SortKey, item) for name, item in value.items()}
    return validate_inner(SortKey, value)


class Test(Part):
    """One test of a filter or condition: a path, a comparison and its operands.

    An operand is a raw value; a text `{name}` stands for a parameter of the access pattern.
    """

    __test__ = False

    path: str
    comparison: str
    operands: tuple[Any, ...]


AllOf = tuple[Test, ...]
"""Tests that must all hold."""


def read_tests(value: Any) -> tuple[AllOf, ...]:
    """`{PATH: TEST}` (and) or a list of those (or), as alternatives that each are a tuple of tests."""
    if isinstance(value, list):
        if not value:
            raise problem("a list of tests cannot be empty", "write `[{status: active}]`, or leave it out")
        return tuple(alternative for item in value for alternative in read_tests(item))
    if not isinstance(value, dict) or not value:
        raise problem("tests are a mapping of attributes to tests", "write `{status: active}` or `{count: {gt: 5}}`")
    return (tuple(test for path, raw in value.items() for test in _tests_of(str(path), raw)),)


def _tests_of(path: str, raw: Any) -> list[Test]:
    if not isinstance(raw, dict):
        return [Test(path=path, comparison="equals", operands=(raw,))]
    if not raw:
        raise problem(f"{shown(path)} has no test", "write a value, or a test such as `{gt: 5}`")
    tests = []
    for comparison, value in raw.items():
        if comparison not in TESTS:
            raise problem(f"{shown(comparison)} is no test", did_you_mean(comparison, TESTS))
        if comparison == "exists":
            if value not in ("true", "false"):
                raise problem("`exists` is `true` or `false`", "put a text that is compared under `equals`")
            tests.append(Test(path=path, comparison="exists" if value == "true" else "not_exists", operands=()))
        elif comparison in ("between", "in"):
            if (
                not isinstance(value, list)
                or (comparison == "between" and len(value) != 2)
                or not 0 < len(value) <= 100
            ):
                raise problem(
                    f"{shown(comparison)} takes a list of {'two' if comparison == 'between' else '1 to 100'} values",
                    "write `[1, 5]`",
                )
            tests.append(Test(path=path, comparison=str(comparison), operands=tuple(value)))
        else:
            tests.append(Test(path=path, comparison=str(comparison), operands=(value,)))
    return tests


def _condition(value: Any) -> Any:
    if isinstance(value, str):
        if value in ("exists", "not_exists", "none"):
            return str(value)
        raise problem(
            f"{shown(value)} is no condition", "use `exists`, `not_exists`, `none` or tests such as `{version: 3}`"
        )
    return read_tests(value)


def _changes(value: Any) -> dict[str, Any]:
    if isinstance(value, list) and value:
        return {str(need_text(name)): f"{{{name}}}" for name in value}
    if not isinstance(value, dict) or not value:
        raise problem(
            "changes are a mapping of attributes to values, or a list of attributes",
            "write `{status: paid}` or `[status]`",
        )
    return {str(name): item for name, item in value.items()}


def _limit(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(PARAMETER, value):
        return str(value)
    return positive(value)


def _bindings(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise problem("`with` is a mapping of placeholders to values", "write `{userId: admin}`")
    return {str(name): str(need_text(item)) for name, item in value.items()}


Operation = Annotated[str, choice(*OPERATIONS), WithJsonSchema({"enum": list(OPERATIONS)})]
PartOperation = Annotated[str, choice(*PART_OPERATIONS), WithJsonSchema({"enum": list(PART_OPERATIONS)})]

_TEXT: Final = {"type": "string"}
_COMPARISON: Final = {
    "type": "object",
    "properties": {
        **dict.fromkeys(COMPARISONS, _TEXT),
        "between": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2},
    },
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_SORT_KEY: Final = {
    "anyOf": [
        {"enum": ["any"]},
        _COMPARISON,
        {"type": "object", "additionalProperties": _COMPARISON, "minProperties": 1},
    ]
}
_LISTS_OF_VALUES: Final = {
    "between": {"type": "array", "minItems": 2, "maxItems": 2},
    "in": {"type": "array", "minItems": 1, "maxItems": 100},
}
_ALL_OF: Final = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [
            {
                "type": "object",
                "properties": {**{test: {} for test in TESTS}, **_LISTS_OF_VALUES, "exists": {"type": "boolean"}},
                "additionalProperties": False,
                "minProperties": 1,
            },
            {"not": {"type": "object"}},
        ]
    },
}
_TESTS: Final = {"anyOf": [_ALL_OF, {"type": "array", "minItems": 1, "items": {"type": ["object", "array"]}}]}
_CONDITION: Final = {"anyOf": [{"enum": ["exists", "not_exists", "none"]}, _TESTS]}
_CHANGES: Final = {"anyOf": [{"type": "array", "items": _TEXT, "minItems": 1}, {"type": "object", "minProperties": 1}]}
_LIMIT: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{PARAMETER}$"}]}


class PatternBase(Part):
    """What an access pattern and a part of a transaction have in common."""

    fixed: ClassVar[str] = "braces are key templates there, and expressions are not evaluated"

    entity: Annotated[tuple[Str, ...], OneOrMore()] = Field(
        default=(),
        description="The entity, or a list of entities that one Query returns together (an item collection).",
    )
    condition: Annotated[Any, PlainValidator(_condition), WithJsonSchema(_CONDITION)] = Field(
        default=None,
        description="When a write succeeds: `exists`, `not_exists`, `none`, or tests. By default "
        "PutItem not_exists, UpdateItem exists, DeleteItem none.",
    )
    returns: tuple[Str, ...] | None = Field(
        default=None, description="The attributes that a read returns; by default all."
    )
    set: Annotated[dict[str, Any], PlainValidator(_changes), WithJsonSchema(_CHANGES)] = Field(
        default={},
        description="What an update sets: a list of attributes (each a parameter), or attributes with values; "
        "`{name}` is a parameter.",
    )
    add: Annotated[dict[str, Any], PlainValidator(_changes), WithJsonSchema(_CHANGES)] = Field(
        default={}, description="What an update adds: numbers to count with, members of sets; written like `set`."
    )
    remove: tuple[Str, ...] = Field(default=(), description="The attributes that an update removes.")
    description: Str = Field(default="", description="What it is for.")

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            raise problem("an access pattern is a mapping", "write `{operation: GetItem, entity: NAME}`")
        return raw


class TransactionPart(PatternBase):
    """One action of a transaction."""

    operation: Annotated[tuple[PartOperation, ...], OneOrMore()] = Field(
        description="GetItem, PutItem, UpdateItem, DeleteItem or ConditionCheck.", min_length=1, max_length=1
    )
    bindings: Annotated[
        dict[str, str], PlainValidator(_bindings), WithJsonSchema({"type": "object", "additionalProperties": _TEXT})
    ] = Field(
        default={},
        alias="with",
        description="Placeholders that get a fixed text, or with `{other}` another parameter's name.",
    )


class AccessPattern(PatternBase):
    """What an application does with the table."""

    operation: Annotated[tuple[Operation, ...], OneOrMore()] = Field(
        description="The operation, or a list of operations on single items: " + ", ".join(OPERATIONS) + ".",
        min_length=1,
    )
    index: Str | None = Field(default=None, description="Id of the index that a Query or Scan reads.")
    sort_key: Annotated[Any, PlainValidator(_sort_key), WithJsonSchema(_SORT_KEY)] = Field(
        default=None,
        description="`any`, or a comparison of the sort key with a template. By default the narrowest condition that "
        "the entities' "
        "templates allow. With several sort attributes, a mapping of attributes to comparisons.",
    )
    filter: Annotated[Any, PlainValidator(read_tests), WithJsonSchema(_TESTS)] = Field(
        default=None, description="Tests that a returned item passes: `{PATH: TEST}` (and), or a list of these (or)."
    )
    order: Annotated[str, choice("ascending", "descending"), WithJsonSchema({"enum": ["ascending", "descending"]})] = (
        Field(default="ascending", description="Order of a Query's items by sort key.")
    )
    limit: Annotated[Any, PlainValidator(_limit), WithJsonSchema(_LIMIT)] = Field(
        default=None, description="Most items that one request evaluates: a number, or `{name}` for a parameter."
    )
    parts: tuple[TransactionPart, ...] = Field(default=(), description="The actions of a transaction.")

    @model_validator(mode="after")
    def _several(self) -> AccessPattern:
        if len(set(self.operation)) < len(self.operation):
            raise problem("an operation is listed twice", "keep one of them")
        if len(self.operation) > 1 and not set(self.operation) <= set(SINGLE):
            raise problem(
                "only operations on single items can be listed together", "write a pattern each for the others"
            )
        return self
