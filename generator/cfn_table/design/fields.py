"""The types of a design's fields: how a scalar's text becomes a value, and what the user reads when it cannot.

Every type here carries its JSON Schema, so that editors check YAML by the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from cfn_table.design.context import Parametric
from cfn_table.design.source import Text
from cfn_table.design.suggest import did_you_mean, shown

M = TypeVar("M", bound=BaseModel)

INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")

DEPLOY_TIME: Final = "x-deploy-time"
"""Key of a field's JSON Schema: whether a deploy-time parameter may stand there (true), or the reason why not."""

KNOWN_TO_APPLICATIONS: Final = "applications build keys and items, and do not see the stack's parameters"
"""Why a field that shapes items can hold no deploy-time parameter."""


def problem(message: str, help: str = "") -> PydanticCustomError:
    """The error that a validator raises: a message in the user's words, and what to do."""
    return PydanticCustomError("design", "{message}", {"message": message, "help": help})


def need_text(value: Any) -> str:
    """`value` if it is a text; a quoting hint where YAML made something else of it."""
    if isinstance(value, Parametric):
        raise problem(
            f"{shown(value)} is a deploy-time parameter, and this must be known when the template is generated",
            "make it a plain context value, or see which fields may hold a parameter in docs/design-reference.md",
        )
    if isinstance(value, dict):
        raise problem("a text is needed here, not a mapping", "put a text that begins with `{` in quotes")
    if isinstance(value, list):
        raise problem("a text is needed here, not a list", "put a text that begins with `[` in quotes")
    if not isinstance(value, str):
        raise problem(f"a text is needed here, not {shown(value)}")
    if value == "" and getattr(value, "plain", False):
        commented = isinstance(value, Text) and "#" in value.location.text[value.column - 1 :]
        quote = "put a text that begins with `#` in quotes: YAML reads it as a comment"
        raise problem("a value is missing", quote if commented else "write a value, or leave the name out")
    return value


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    text = need_text(value)
    if text in ("true", "false"):
        return text == "true"
    raise problem(f"{shown(text)} is neither `true` nor `false`", "write `true` or `false`")


def _integer(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = need_text(value)
    if INTEGER.match(text):
        return int(text)
    raise problem(f"{shown(text)} is not a whole number", "write digits only, such as `5`")


def number_of(value: Any) -> Any:
    """A number, whole or not."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = need_text(value)
    if INTEGER.match(text):
        return int(text)
    if FLOAT.match(text):
        return float(text)
    raise problem(f"{shown(text)} is not a number", "write it as JSON does, such as `5` or `0.5`")


def _text(value: Any) -> Any:
    return str(need_text(value))


def choice(*values: str, fixed: str = "") -> PlainValidator:
    """A validator that takes only `values`, and knows the near misses; `fixed` says why no parameter can stand here."""

    def check(value: Any) -> str:
        if fixed and isinstance(value, Parametric):
            raise problem(f"{shown(value)} is a deploy-time parameter, and {fixed}", "make it a plain context value")
        text = need_text(value)
        if text not in values:
            raise problem(f"{shown(text)} is not one of the values", did_you_mean(text, values))
        return str(text)

    return PlainValidator(check)


def matching(pattern: str, what: str, help: str = "") -> PlainValidator:
    """A validator that takes only texts which match `pattern` as a whole; `what` names them in the message."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        text = need_text(value)
        if not compiled.fullmatch(text):
            raise problem(f"{shown(text)} is not {what}", help)
        return str(text)

    return PlainValidator(check)


def deployable(check: Callable[[Any], Any]) -> PlainValidator:
    """A validator that checks every value, and of a deploy-time parameter what is known of it."""

    def pass_parameters(value: Any) -> Any:
        return checked_parameters(value, check) if isinstance(value, Parametric) else check(value)

    return PlainValidator(pass_parameters)


def checked_parameters(value: Parametric, check: Callable[[Any], Any]) -> Parametric:
    """`value` where no parameter in it is a list, and `check` accepts its default and the values that it allows."""
    for parameter in value.parameters:
        if parameter.is_list:
            raise problem(f"{shown(value)} is a list, and one value is needed here", "give the parameter another type")
    for text in value.possible_texts():
        try:
            check(text)
        except PydanticCustomError as error:
            context = error.context or {}
            raise problem(
                f"the parameter in `{value}` can have a wrong value: {context['message']}", context["help"]
            ) from None
    return value


Bool = Annotated[bool, PlainValidator(_boolean), WithJsonSchema({"type": "boolean"})]
Int = Annotated[int, PlainValidator(_integer), WithJsonSchema({"type": "integer"})]
Number = Annotated[int | float, PlainValidator(number_of), WithJsonSchema({"type": "number"})]
Str = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]


def positive(value: Any) -> Any:
    """A whole number from 1."""
    number = _integer(value)
    if number < 1:
        raise problem(f"{shown(number)} is less than 1", "use 1 or more")
    return number


def within(low: int, high: int, *, whole: bool = False) -> Callable[[Any], Any]:
    """A check that takes only numbers from `low` to `high`, or only whole ones."""

    def check(value: Any) -> Any:
        number = _integer(value) if whole else number_of(value)
        if not low <= number <= high:
            raise problem(f"{shown(number)} is not between {low} and {high}", "use a number in between")
        return number

    return check


PositiveInt = Annotated[int, PlainValidator(positive), WithJsonSchema({"type": "integer", "minimum": 1})]
DeployBool = Annotated[bool | Parametric, deployable(_boolean), WithJsonSchema({"type": "boolean", DEPLOY_TIME: True})]
DeployInt = Annotated[
    int | Parametric,
    deployable(positive),
    WithJsonSchema({"type": "integer", "minimum": 1, DEPLOY_TIME: True}),
]
DeployStr = Annotated[str | Parametric, deployable(_text), WithJsonSchema({"type": "string", DEPLOY_TIME: True})]

_TABLE_NAME: Final = matching(
    "[A-Za-z0-9_.-]{3,255}", "a name of a table or index", "use 3 to 255 letters, digits, `_`, `.` and `-`"
)
ResourceName = Annotated[
    str | Parametric,
    deployable(_TABLE_NAME.func),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_.-]{3,255}$", DEPLOY_TIME: True}),
]
"""Name of a table or an index: 3 to 255 of `[A-Za-z0-9_.-]` (DynamoDB developer guide, "Naming rules")."""

LogicalId = Annotated[
    str,
    matching("[A-Za-z0-9]{1,255}", "a logical id", "use letters and digits only"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[A-Za-z0-9]{1,255}$",
            DEPLOY_TIME: "a logical id is part of the template's structure",
        }
    ),
]


def attribute_name(value: Any) -> str:
    """The name of a DynamoDB attribute: 1 to 255 bytes (developer guide, "Naming rules")."""
    text = need_text(value)
    if not text or len(text.encode()) > 255:
        raise problem(f"{shown(text)} cannot name an attribute", "use 1 to 255 bytes")
    return str(text)


AttributeName = Annotated[
    str,
    PlainValidator(attribute_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255}),
]


_REGION: Final = r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"


def region(value: Any) -> str:
    """A Region code such as `us-east-1`."""
    text = need_text(value)
    if not re.fullmatch(_REGION, text):
        raise problem(f"{shown(text)} is not a Region", "a Region looks like `us-east-1`")
    return str(text)


Region = Annotated[str, PlainValidator(region), WithJsonSchema({"type": "string", "pattern": f"^{_REGION}$"})]


def validate_inner(model: type[M], value: Any) -> M:
    """The `model` that `value` writes, for validators that choose a model themselves; tells the first problem."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context = first.get("ctx", {})
        raise problem(context.get("message") or f"{shown(value)} cannot stand here", context.get("help", "")) from None


class OneOrMore:
    """Marks a list in whose place a single entry may stand: `entity: user` for `entity: [user]`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = handler(core)
        return {"anyOf": [listed["items"], listed]}


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]
