"""IAM policies as values: what a policy document says, checked once, so that nothing later asks for types.

Source of the grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from cfn_table.access.operators import OPERATORS, Kind, Operator
from cfn_table.access.variables import symbols_in, variables_in
from cfn_table.errors import InputError
from cfn_table.findings import Location

VARIABLES_SINCE = "2012-10-17"
"""The version of the policy language that has variables; in `2008-10-17` they are plain text (IAM User Guide, "IAM
policy elements: Version")."""

_TEST = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)
_WITH_VARIABLES = frozenset({Kind.TEXT, Kind.TEXT_WITHOUT_CASE, Kind.PATTERN, Kind.ARN, Kind.BOOLEAN})
"""What can be compared with a variable. IAM has none with other operators (IAM User Guide, "IAM policy elements:
Variables and tags"); the truth value is a text like others."""

_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


class Effect(enum.StrEnum):
    """What a statement does to the requests that it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


class Quantifier(enum.StrEnum):
    """How a test reads a key with several values; see IAM User Guide, "Multivalued context keys"."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """One condition operator on one context key.

    Attributes:
        operator: what is compared and how; None where that is not known: IAM has no such operator, or it compares a
            number, a date, an address or the like with what a variable or a symbol stands for.
        key: the context key in lower case, since keys have no case.
        values: what the policy names; one of them must match (none of them, with a negated operator).
        quantifier: see `Quantifier`.
        if_exists: whether an absent key matches.
        written: the operator and the key as the policy writes them.
        unknown: the operator in lower case, where it is not known.
    """

    operator: Operator | None
    key: str
    values: tuple[str, ...]
    quantifier: Quantifier = Quantifier.NONE
    if_exists: bool = False
    written: tuple[str, str] = field(default=("", ""), compare=False)
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Principals:
    """The principals of a resource policy's statement, as texts `TYPE:VALUE`, or `*` for everybody.

    An account is `AWS:123456789012`, however it is written.

    Attributes:
        values: see above.
        excluded: whether the statement has `NotPrincipal`.
    """

    values: tuple[str, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        effect: see `Effect`.
        actions: patterns of actions.
        actions_excluded: whether they stand in `NotAction`.
        resources: patterns of resources; None in a trust policy, which has none.
        resources_excluded: whether they stand in `NotResource`.
        tests: all must hold.
        principals: only in resource policies.
        sid: its name, may be empty.
        index: its place in the policy, from 0.
    """

    effect: Effect
    actions: tuple[str, ...]
    resources: tuple[str, ...] | None
    tests: tuple[ConditionTest, ...] = ()
    actions_excluded: bool = False
    resources_excluded: bool = False
    principals: Principals | None = None
    sid: str = field(default="", compare=False)
    index: int = field(default=0, compare=False)

    @property
    def title(self) -> str:
        """How messages name it: by its Sid, else by its place, counted from 1."""
        return self.sid or f"statement {self.index + 1}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document.

    Attributes:
        name: how messages name it.
        statements: in the order of the document.
        has_variables: whether `${…}` in it stands for a value of the request.
    """

    name: str
    statements: tuple[Statement, ...]
    has_variables: bool = True

    @classmethod
    def from_document(cls, document: object, name: str = "policy", *, location: Location | None = None) -> Policy:
        """Read a policy document, as JSON has it.

        Raises:
            InputError: it is none; the message says which element is wrong.
        """
        return _Reader(name, location).policy(document)


class _Reader:
    """Reads one document; every error names the element."""

    def __init__(self, name: str, location: Location | None) -> None:
        self.name = name
        self.location = location

    def policy(self, document: object) -> Policy:
        if not isinstance(document, Mapping):
            raise self.error("a policy must be a mapping", "give it `Version` and `Statement`")
        version = document.get("Version", "2008-10-17")
        if version not in (VARIABLES_SINCE, "2008-10-17"):
            raise self.error(f"there is no policy version `{_shown(version)}`", f"write `Version: '{VARIABLES_SINCE}'`")
        statements = document.get("Statement")
        if isinstance(statements, Mapping):
            statements = [statements]
        if not _is_list(statements):
            raise self.error("`Statement` must be a statement or a list of statements", "see the IAM policy grammar")
        return Policy(
            self.name,
            tuple(self.statement(each, index) for index, each in enumerate(statements)),
            version == VARIABLES_SINCE,
        )

    def statement(self, raw: object, index: int) -> Statement:
        if not isinstance(raw, Mapping):
            raise self.error(f"statement {index + 1} must be a mapping", "give it `Effect`, `Action` and `Resource`")
        at = f"statement {index + 1}"
        unknown = [key for key in raw if key not in _ELEMENTS]
        if unknown:
            raise self.error(f"{at} has an unknown element `{_shown(unknown[0])}`", f"known are {_list(_ELEMENTS)}")
        effect = raw.get("Effect")
        if effect not in ("Allow", "Deny"):
            raise self.error(f"{at} has the effect `{_shown(effect)}`", "write `Effect: Allow` or `Effect: Deny`")
        actions, no_action = self.one_of(raw, "Action", "NotAction", at)
        if actions is None:
            raise self.error(f"{at} names no action", "add `Action`")
        resources, no_resource = self.one_of(raw, "Resource", "NotResource", at)
        return Statement(
            Effect(effect),
            actions,
            resources,
            self.tests(raw.get("Condition", {}), at),
            no_action,
            no_resource,
            self.principals(raw, at),
            raw["Sid"] if isinstance(raw.get("Sid"), str) else "",
            index,
        )

    def one_of(self, raw: Mapping[str, Any], name: str, opposite: str, at: str) -> tuple[tuple[str, ...] | None, bool]:
        if name in raw and opposite in raw:
            raise self.error(f"{at} has `{name}` and `{opposite}`", "keep one of them")
        used = opposite if opposite in raw else name
        if used not in raw:
            return None, False
        return self.texts(raw[used], f"`{used}` of {at}"), used == opposite

    def texts(self, raw: object, what: str) -> tuple[str, ...]:
        values = raw if _is_list(raw) else [raw]
        found = []
        for value in values:
            if isinstance(value, bool):
                found.append("true" if value else "false")
            elif isinstance(value, str | int | float):
                found.append(str(value))
            else:
                raise self.error(f"{what} must be a text or a list of texts", "see the IAM policy grammar")
        return tuple(found)

    def tests(self, raw: object, at: str) -> tuple[ConditionTest, ...]:
        if not isinstance(raw, Mapping):
            raise self.error(f"`Condition` of {at} must be a mapping", "write `OPERATOR: {KEY: VALUE}`")
        found = []
        for operator, keys in raw.items():
            if not isinstance(keys, Mapping):
                raise self.error(f"`{_shown(operator)}` of {at} must be a mapping", "write `OPERATOR: {KEY: VALUE}`")
            for key, values in keys.items():
                found.append(self.test(str(operator), str(key), self.texts(values, f"`{_shown(key)}` of {at}")))
        return tuple(found)

    def test(self, operator: str, key: str, values: tuple[str, ...]) -> ConditionTest:
        written = (operator, key)
        match = _TEST.fullmatch(operator)
        known = OPERATORS.get(match[2].lower()) if match else None
        is_open = known is not None and known.kind not in _WITH_VARIABLES and any(map(_has_open_parts, values))
        if match is None or known is None or is_open or (known.is_null and (match[3] or match[1])):
            return ConditionTest(None, key.lower(), values, written=written, unknown=operator.lower())
        quantifier = {"forallvalues": Quantifier.ALL, "foranyvalue": Quantifier.ANY}.get(
            (match[1] or "").lower(), Quantifier.NONE
        )
        return ConditionTest(known, key.lower(), values, quantifier, bool(match[3]), written)

    def principals(self, raw: Mapping[str, Any], at: str) -> Principals | None:
        if "Principal" in raw and "NotPrincipal" in raw:
            raise self.error(f"{at} has `Principal` and `NotPrincipal`", "keep one of them")
        excluded = "NotPrincipal" in raw
        named = raw.get("NotPrincipal" if excluded else "Principal")
        if named is None:
            return None
        if named == "*":
            return Principals(("*",), excluded)
        if not isinstance(named, Mapping):
            raise self.error(f"the principal of {at} must be `*` or a mapping", "write `Principal: {AWS: ARN}`")
        found = (
            "*" if value == "*" and kind == "AWS" else f"{kind}:{canonical_principal(value)}"
            for kind, values in named.items()
            for value in self.texts(values, f"the principal of {at}")
        )
        return Principals(tuple(found), excluded)

    def error(self, message: str, help: str) -> InputError:
        return InputError(f"policy `{self.name}`: {message}", help=help, location=self.location)


def canonical_principal(value: str) -> str:
    """An account in its short form; other principals as they are."""
    account = re.fullmatch(r"arn:(?:\$\{[^}]*\}|[^:]+):iam::(\d{12}|\$\{AWS::AccountId\}):root", value)
    return account[1] if account else value


def _has_open_parts(text: str) -> bool:
    """Whether a part of a text is known only to the request, or only once a template is deployed."""
    return any(True for names in (variables_in(text), symbols_in(text)) for _ in names)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _shown(value: object) -> str:
    return str(value)[:60]


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
