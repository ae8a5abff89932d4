"""Build-time settings and deploy-time parameters: what `{{ NAME }}` in a design means.

A context entry with a plain value is a setting: it is known when the template is generated. An entry with a mapping
is a CloudFormation parameter: its value is known when the stack is deployed, so it can stand only in fields that
become a `Ref`.
Expressions are evaluated per scalar after the YAML was read (as Ansible does), so positions stay true and no value
can inject structure; the expression language is Jinja2's, reduced to names, texts, `~`, comparisons and a few
filters, in its sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cfn_table.design.source import Mapping, Sequence, Text
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.errors import InputError

if TYPE_CHECKING:
    import jinja2

_SIMPLE: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_FILTERS: Final = ("lower", "upper", "title", "trim")
_MAX_LENGTH: Final = 10_000
"""Longest text that an expression may give, in characters; the longest field of a template is far shorter."""

_MAX_NODES: Final = 100
"""Most parts of one expression: enough for any text, and far from the limits of Python's own parser."""

UNTOUCHED: Final = (
    "context",
    "access_patterns",
    "entities.*.samples",
    "entities.*.attributes.*.pattern",
    "every_entity.attributes.*.pattern",
    "key_only.*.pattern",
)
"""Fields in which braces mean something else: access patterns hold key templates, samples data, patterns regular
expressions. `*` stands for any name."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A CloudFormation parameter that a context entry declares.

    Attributes:
        name: the entry's name in the design, such as `TABLE_NAME`.
        logical_id: the parameter's name in the template, such as `TableName`.
        properties: Type, Default, AllowedValues, AllowedPattern, … as they stand in the template.
    """

    name: str
    logical_id: str
    properties: AnyMapping[str, Any] = field(hash=False)

    @property
    def default(self) -> Any:
        """The default value, or None where the deployer must give one."""
        return self.properties.get("Default")

    @property
    def is_list(self) -> bool:
        """Whether the value is a list of texts."""
        return bool(self.properties["Type"] == "CommaDelimitedList")

    @property
    def known_values(self) -> tuple[Any, ...]:
        """The default and the allowed values; none where they are names of SSM parameters, which say nothing."""
        if self.properties["Type"].startswith("AWS::SSM"):
            return ()
        default = () if self.default is None else (self.default,)
        return tuple(dict.fromkeys((*default, *self.properties.get("AllowedValues", ()))))


@dataclass(frozen=True, slots=True)
class Parametric:
    """A value that is known only when the stack is deployed: texts and parameters, in order."""

    parts: tuple[str | Parameter, ...]
    text: Text = field(compare=False)

    @property
    def parameter(self) -> Parameter | None:
        """The parameter that is the whole value, if it is nothing else."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return only if isinstance(only, Parameter) else None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in it, in order."""
        return tuple(part for part in self.parts if isinstance(part, Parameter))

    def possible_texts(self) -> Iterator[str]:
        """Values that it can have, as far as the declarations tell: each parameter's default and allowed values.

        With several parameters these are the texts in which all have their default, and in which one has another value.
        """
        firsts = {parameter.name: parameter.known_values[:1] for parameter in self.parameters}
        if not all(firsts.values()):
            return
        usual = {name: values[0] for name, values in firsts.items()}
        yield self._text(usual)
        for parameter in self.parameters:
            for value in parameter.known_values[1:]:
                yield self._text({**usual, parameter.name: value})

    def _text(self, values: AnyMapping[str, Any]) -> str:
        return "".join(part if isinstance(part, str) else str(values[part.name]) for part in self.parts)

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Context:
    """The settings and parameters of one design.

    Attributes:
        values: each setting's value, after overrides.
        parameters: each deploy-time parameter, by the name of its context entry.
        from_environment: names of settings whose value came from an environment variable, sorted.
        from_options: names of settings whose value came from `--context`, sorted.
    """

    values: AnyMapping[str, str]
    parameters: AnyMapping[str, Parameter]
    from_environment: tuple[str, ...] = ()
    from_options: tuple[str, ...] = ()


def read_context(raw: Any, options: AnyMapping[str, str], environment: AnyMapping[str, str]) -> Context:
    """The context that a design declares, with overrides applied.

    Args:
        raw: the design's `context` field as it was read; None where it has none.
        options: values given with `--context NAME=VALUE`; names that this design does not declare are ignored.
        environment: the process environment; only declared names are looked up.

    Raises:
        InputError: a name or parameter declaration is wrong, a default is undefined or refers to itself, or an option
            tries
            to set a deploy-time parameter.
    """
    if raw is None:
        return Context({}, {})
    if not isinstance(raw, Mapping):
        raise InputError(
            "`context` must be a mapping of names to values", help="write `NAME: value` lines", location=raw.location
        )
    defaults: dict[str, Text] = {}
    parameters: dict[str, Parameter] = {}
    for name, value in raw.items():
        if not _NAME.match(name):
            raise InputError(
                f"{shown(name)} cannot name a context value",
                help="use letters, digits and `_`, and begin with a letter",
                location=name.location,  # type: ignore[attr-defined]  # keys of a Mapping are Text
            )
        if isinstance(value, Mapping):
            from cfn_table.design.parameters import read_parameter

            parameters[name] = read_parameter(name, value)
        elif isinstance(value, Text):
            defaults[name] = value
        else:
            raise InputError(
                f"{shown(name)} must be a text, or a mapping that declares a parameter",
                help="a setting has one value",
                location=value.location,
            )
    overrides: dict[str, str] = {}
    sources: dict[str, list[str]] = {"environment": [], "options": []}
    for name in defaults:
        if name in options:
            overrides[name] = options[name]
            sources["options"].append(name)
        elif name in environment:
            overrides[name] = environment[name]
            sources["environment"].append(name)
    for name, parameter in parameters.items():
        if name in options:
            raise InputError(
                f"{shown(name)} is a deploy-time parameter and cannot be set when the template is generated",
                help=f"pass it when you deploy: --parameter-overrides {parameter.logical_id}={options[name]}",
                location=parameters_location(raw, name),
            )
    twins: dict[str, str] = {}
    for name, parameter in parameters.items():
        if parameter.logical_id in twins:
            raise InputError(
                f"{shown(name)} and `{twins[parameter.logical_id]}` are both the parameter `{parameter.logical_id}`",
                help="name one of them with `parameter: NAME`",
                location=parameters_location(raw, name),
            )
        twins[parameter.logical_id] = name
    values = _resolve(defaults, overrides, parameters)
    return Context(values, parameters, tuple(sorted(sources["environment"])), tuple(sorted(sources["options"])))


def parameters_location(raw: Mapping, name: str) -> Any:
    """Where the context entry `name` stands."""
    key = raw.key(name)
    return key.location if key is not None else raw.location


def _resolve(
    defaults: AnyMapping[str, Text], overrides: AnyMapping[str, str], parameters: AnyMapping[str, Parameter]
) -> dict[str, str]:
    values = dict(overrides)

    def value_of(name: str, chain: tuple[str, ...]) -> str:
        if name in values:
            return values[name]
        text = defaults[name]
        if name in chain:
            circle = " → ".join(f"`{each}`" for each in (*chain[chain.index(name) :], name))
            raise InputError(f"context values refer to each other in a circle: {circle}", location=text.location)
        names = _names_in(text)
        for each in names:
            if each not in defaults and each not in parameters:
                raise _undeclared(each, text, [known for known in (*defaults, *parameters) if known != name])
        needed = {each: value_of(each, (*chain, name)) for each in names if each in defaults}
        result = evaluate(text, Context(needed, parameters)) if "{{" in text else str(text)
        if isinstance(result, Parametric):
            raise InputError(
                f"the context value {shown(name)} cannot hold a deploy-time parameter",
                help="use it in the field itself",
                location=text.location,
            )
        values[name] = str(result)
        return values[name]

    for name in defaults:
        value_of(name, ())
    return {name: values[name] for name in defaults}


def _names_in(text: str) -> list[str]:
    """The names that the expressions of `text` use; none where an expression is wrong."""
    if "{{" not in _SIMPLE.sub("", text):
        return _SIMPLE.findall(text)
    import jinja2
    from jinja2 import nodes

    try:
        return [node.name for node in _environment().parse(str(text)).find_all(nodes.Name)]
    except (jinja2.TemplateError, RecursionError):
        return []


def substitute(value: Any, context: Context, path: tuple[str, ...] = ()) -> Any:
    """The raw value with every expression evaluated, recursively; texts keep their positions.

    Args:
        value: a file's raw value, or the part of it at `path`.
        context: what the expressions' names mean.
        path: where `value` stands in the file. Fields named in `UNTOUCHED` are left as they are.

    Raises:
        InputError: an expression is wrong, names something undefined, or computes with a deploy-time parameter.
    """
    if isinstance(value, Text):
        return evaluate(value, context) if "{{" in value or "{%" in value else value
    if isinstance(value, Sequence):
        for index, item in enumerate(value):
            value[index] = substitute(item, context, (*path, str(index)))
        return value
    for key, item in value.items():
        inner = (*path, str(key))
        if not _is_untouched(inner):
            value[key] = substitute(item, context, inner)
    return value


def _is_untouched(path: tuple[str, ...]) -> bool:
    return any(
        len(path) == len(steps) and all(step in ("*", name) for step, name in zip(steps, path, strict=True))
        for steps in _UNTOUCHED_STEPS
    )


_UNTOUCHED_STEPS: Final = tuple(tuple(path.split(".")) for path in UNTOUCHED)


def evaluate(text: Text, context: Context) -> Text | Parametric:
    """The value of one scalar that holds `{{ … }}`.

    Raises:
        InputError: see `substitute`.
    """
    parts: list[str | Parameter] = []
    if "{%" in text:
        raise InputError("only `{{ … }}` expressions are evaluated, not `{% … %}`", location=text.location)
    if "{{" not in _SIMPLE.sub("", text):
        position = 0
        for match in _SIMPLE.finditer(text):
            parts += [text[position : match.start()], _look_up(match[1], text, context)]
            position = match.end()
        parts.append(text[position:])
    else:
        parts += _evaluate_jinja(text, context)
    merged = _merge(parts)
    if any(isinstance(part, Parameter) for part in merged):
        return Parametric(tuple(merged), text)
    result = Text("".join(str(part) for part in merged))
    result.source, result.line, result.column, result.plain = text.source, text.line, text.column, text.plain
    result.computed = True
    if len(result) > _MAX_LENGTH:
        raise InputError(f"the expression gives more than {_MAX_LENGTH} characters", location=text.location)
    return result


def _look_up(name: str, text: Text, context: Context) -> str | Parameter:
    if name in context.parameters:
        return context.parameters[name]
    if name in context.values:
        return context.values[name]
    raise _undeclared(name, text, [*context.values, *context.parameters])


def _undeclared(name: str, text: Text, known: list[str]) -> InputError:
    return InputError(
        f"{shown(name)} is not declared in `context`",
        help=did_you_mean(name, known) or f"add `{name}: VALUE` under `context`",
        location=text.location,
    )


def _merge(parts: list[str | Parameter]) -> list[str | Parameter]:
    merged: list[str | Parameter] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged or [""]


def _evaluate_jinja(text: Text, context: Context) -> Iterator[str | Parameter]:
    import jinja2
    from jinja2 import nodes

    environment = _environment()
    try:
        tree = environment.parse(str(text))
        for output in tree.body:
            for node in output.nodes if isinstance(output, nodes.Output) else ():
                if isinstance(node, nodes.TemplateData):
                    yield node.data
                elif isinstance(node, nodes.Name):
                    yield _look_up(node.name, text, context)
                else:
                    yield _compute(node, text, context)
    except jinja2.TemplateError as error:
        raise InputError(
            f"the expression is wrong: {(error.message or type(error).__name__).removesuffix('.')}",
            help="an expression is a name, as in `{{ NAME }}`",
            location=text.location,
        ) from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InputError(f"the expression cannot be evaluated: {error}", location=text.location) from None
    except RecursionError:
        raise _too_much(text) from None


def _compute(node: Any, text: Text, context: Context) -> str:
    from jinja2 import nodes

    allowed: tuple[type[nodes.Node], ...] = (nodes.Name, nodes.Const, nodes.Filter, nodes.Concat, nodes.CondExpr)
    allowed += (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)
    for count, inner in enumerate((node, *node.find_all(nodes.Node))):
        known_filter = not isinstance(inner, nodes.Filter) or inner.name in _FILTERS
        # Without `else`, Jinja2 would give nothing silently.
        whole = not isinstance(inner, nodes.CondExpr) or inner.expr2 is not None
        if not (isinstance(inner, allowed) and known_filter and whole and count < _MAX_NODES):
            raise _too_much(text)
        if isinstance(inner, nodes.Name) and isinstance(_look_up(inner.name, text, context), Parameter):
            raise InputError(
                f"`{inner.name}` is known only when the stack is deployed, so nothing can be computed with it here",
                help=f"use `{{{{ {inner.name} }}}}` alone, with text around it",
                location=text.location,
            )
    template = nodes.Template([nodes.Output([node])])
    template.set_environment(_environment())
    template.set_lineno(1)
    return _environment().from_string(template).render(dict(context.values))


def _too_much(text: Text) -> InputError:
    return InputError(
        "the expression does more than a design may",
        help="use names, texts, `~`, comparisons, `A if B else C` and the filters " + ", ".join(_FILTERS),
        location=text.location,
    )


def _yaml_text(value: Any) -> Any:
    """A computed value as YAML writes it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else value


def _environment() -> jinja2.Environment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Blocks and comments cannot begin: their marks are characters that a text of a template never holds.
    return ImmutableSandboxedEnvironment(
        block_start_string="\ue000%",
        block_end_string="%\ue001",
        comment_start_string="\ue000#",
        comment_end_string="#\ue001",
        undefined=jinja2.StrictUndefined,
        finalize=_yaml_text,
        keep_trailing_newline=True,
    )
