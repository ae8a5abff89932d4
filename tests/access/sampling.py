"""Random pairs of policies of every form, and random requests for them, for a search of what a comparison misses.

Unlike `tests.access.strategies` there is no universe: the values of a request are drawn from the texts of the policies,
with small changes, so that any operator can take part.
"""

from __future__ import annotations

import copy
import json
import random
import re
from functools import lru_cache
from typing import Any, Final

from cfn_table.access import Outcome, Policy, Request
from cfn_table.access.actions import is_real
from cfn_table.access.evaluate import judge

Document = dict[str, Any]
Random = random.Random

PARTITION_KEY: Final = "dynamodb:LeadingKeys"
STREAM: Final = "arn:aws:dynamodb:eu-west-1:111111111111:table/t"
ARNS: Final = (
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a*",
    "arn:*:s3:::b*",
    "arn:aws:s3:*:*:b",
    "arn:aws:sns:eu-*:1?:t*",
    "arn:aws:sns:*:t:u",
    "arn:aws:sns:*",
    "arn:aws*",
    "arn:aws:s3:::b/a",
    "*:b",
    "*",
    STREAM,
    f"{STREAM}*",
    f"{STREAM}/index/*",
)
WITH_NAMES: Final = (
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:username, 'a'}",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}/${aws:username}",
    "arn:aws:s3:::${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::b/${*}",
    "arn:aws:${aws:username}:::b/a",
)
WITH_SYMBOLS: Final = (
    "arn:aws:s3:::${Stage}/*",
    "arn:aws:s3:::b/${Stage}",
    "arn:${AWS::Partition}:s3:::b/a",
    "arn:${AWS::Partition}:s3:::b/${Stage}*",
)
TEXTS: Final = ("a", "A", "b", "ab", "a*", "?", "*b", "*", "aB", "${*}", "1", "20")
NAMED: Final = (
    "${aws:username}",
    "a${aws:username}",
    "${aws:username, 'a'}",
    "${aws:PrincipalTag/team}-${aws:username}",
)
NUMBERS: Final = ("1", "2", "20", "2.5", "1e1", "a", "-1")
DATES: Final = (
    "2024-01-01T00:00:00Z",
    "2024-01-01",
    "2024-06-30T12:00:00+02:00",
    "1704067200",
    "2024",
    "2024-01-01T00:00:00.5Z",
    "x",
)
BYTES: Final = ("YQ==", "YWI=", "eA==", "a", "")
NETWORKS: Final = (
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8:1::/48",
    "::/0",
    "::1",
    "203.0.113.0/24",
    "10.0.0.0/9",
    "x",
)
ACTIONS: Final = ("s3:GetObject", "s3:Get*", "s3:*", "S3:PUTOBJECT", "*", "sns:Publish", "s?:P*", "s3:GetObject?")
OF_TABLES: Final = (
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:*GetItem",
    "dynamodb:Query",
    "dynamodb:BatchWriteItem",
    "dynamodb:Scan",
    "dynamodb:*",
)
PRINCIPALS: Final[tuple[object, ...]] = (
    "*",
    {"AWS": "*"},
    {"AWS": "111111111111"},
    {"AWS": "arn:aws:iam::111111111111:root"},
    {"AWS": "arn:aws:iam::111111111111:role/r"},
    {"AWS": "arn:aws:iam::111111111111:role/path/r"},
    {"AWS": "arn:aws:sts::111111111111:assumed-role/r/me"},
    {"AWS": "arn:aws:iam::111111111111:user/u"},
    {"AWS": ["222222222222", "arn:aws:iam::111111111111:user/u"]},
    {"Service": "lambda.amazonaws.com"},
    {"Service": ["lambda.amazonaws.com", "s3.amazonaws.com"], "AWS": "111111111111"},
    {"Federated": "accounts.google.com"},
    {"CanonicalUser": "abc"},
)
CALLERS: Final = (
    "arn:aws:iam::111111111111:root",
    "arn:aws:iam::111111111111:user/u",
    "arn:aws:iam::111111111111:user/v",
    "arn:aws:iam::111111111111:role/r",
    "arn:aws:iam::111111111111:role/path/r",
    "arn:aws:sts::111111111111:assumed-role/r/me",
    "arn:aws:sts::111111111111:assumed-role/r/you",
    "arn:aws:sts::111111111111:assumed-role/q/me",
    "arn:aws:iam::222222222222:user/u",
    "arn:aws:iam::333333333333:role/r",
    "Service:lambda.amazonaws.com",
    "Service:s3.amazonaws.com",
    "Service:sns.amazonaws.com",
    "Federated:accounts.google.com",
    "CanonicalUser:abc",
)
STRINGS: Final = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
ANY_CASE: Final = ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
OF_ARNS: Final = ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals")
COMPARED: Final = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
UNKNOWN: Final = ("StringSounds", "StringSmells", "NullIfExists")
ABSENT: Final = object()

KEYS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "s:text": ((*STRINGS, *ANY_CASE), (*TEXTS, *NAMED)),
    "s:texts": ((*STRINGS, *ANY_CASE), (*TEXTS, *NAMED)),
    PARTITION_KEY: (STRINGS, (*TEXTS, *NAMED)),
    "aws:username": ((*STRINGS, *ANY_CASE), TEXTS),
    "aws:PrincipalTag/team": ((*STRINGS, "NumericLessThan"), TEXTS),
    "s:arn": (OF_ARNS, (*ARNS, *WITH_NAMES)),
    "s:arns": ((*OF_ARNS, "StringLike"), (*ARNS, *WITH_NAMES)),
    "s:count": (tuple(f"Numeric{each}" for each in COMPARED), NUMBERS),
    "s:counts": (tuple(f"Numeric{each}" for each in COMPARED), (*NUMBERS, "${aws:username}")),
    "s:date": (tuple(f"Date{each}" for each in COMPARED), DATES),
    "s:bytes": (("BinaryEquals",), BYTES),
    "s:address": (("IpAddress", "NotIpAddress"), NETWORKS),
    "s:addresses": (("IpAddress", "NotIpAddress"), NETWORKS),
    "s:flag": (("Bool",), ("true", "false", "True")),
    "s:mixed": ((*STRINGS, "NumericLessThan", "IpAddress", "Bool", "DateLessThan"), (*TEXTS, *NUMBERS, "true")),
}
"""Context key → its operators and its values in policies; keys in the plural, and partition keys, have several."""


def has_several(key: str) -> bool:
    """Whether a key may have several values."""
    return key in ("s:texts", "s:arns", "s:counts", "s:addresses", PARTITION_KEY)


class Pairs:
    """Makes pairs of policies of one theme."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.keys = chance.sample(list(KEYS), chance.choice([0, 1, 1, 2, 2]))
        self.names = chance.random() < 0.4
        self.symbols = chance.random() < 0.15
        self.unknown = chance.random() < 0.1
        self.asks_principal = chance.random() < 0.25
        self.of_tables = PARTITION_KEY in self.keys
        if self.names and chance.random() < 0.5:
            self.keys.append(chance.choice(["aws:username", "aws:PrincipalTag/team"]))

    def pair(self) -> tuple[Document, Document]:
        """Two policies; the second is mostly the first with a change."""
        version = self.chance.choice(["2012-10-17"] * 9 + ["2008-10-17"])
        old: Document = {"Version": version, "Statement": [self.statement() for _ in range(self.chance.randint(1, 3))]}
        if self.chance.random() < 0.2:
            return old, {
                "Version": self.chance.choice([version, "2012-10-17"]),
                "Statement": [self.statement() for _ in range(self.chance.randint(1, 3))],
            }
        new = copy.deepcopy(old)
        if self.chance.random() < 0.05:
            new["Version"] = "2008-10-17"
        if self.chance.random() < 0.3:
            new["Statement"].append(self.statement())
        else:
            self.change(self.chance.choice(new["Statement"]))
        return (old, new) if self.chance.random() < 0.5 else (new, old)

    def statement(self) -> Document:
        """One statement."""
        chance = self.chance
        found: Document = {
            "Effect": chance.choice(["Allow", "Allow", "Deny"]),
            chance.choice(["Action"] * 8 + ["NotAction"]): self.some(OF_TABLES if self.of_tables else ACTIONS),
            chance.choice(["Resource"] * 6 + ["NotResource"]): self.some(self.resources()),
        }
        if self.asks_principal:
            found[chance.choice(["Principal"] * 4 + ["NotPrincipal"])] = chance.choice(PRINCIPALS)
        condition: Document = {}
        for _ in range(chance.choice([0, 1, 1, 2, 3]) if self.keys or self.unknown else 0):
            for operator, keys in self.test().items():
                condition.setdefault(operator, {}).update(keys)
        return found | ({"Condition": condition} if condition else {})

    def resources(self) -> tuple[str, ...]:
        """The patterns of resources of the theme."""
        if self.of_tables and not self.names:
            return ("*", STREAM, f"{STREAM}*")
        return ARNS + (WITH_NAMES if self.names else ()) + (WITH_SYMBOLS if self.symbols else ())

    def some(self, texts: tuple[str, ...]) -> list[str]:
        """One or two of some texts."""
        return self.chance.sample(texts, self.chance.choice([1, 1, 2]))

    def test(self) -> Document:
        """One condition."""
        chance = self.chance
        if self.unknown and (not self.keys or chance.random() < 0.5):
            return {chance.choice(UNKNOWN): {"s:odd": chance.choice(["a", "b"])}}
        key = chance.choice(self.keys)
        written = chance.choice([key, key, key.upper(), key.lower()])
        if chance.random() < 0.15:
            return {"Null": {written: chance.choice(["true", "false", "${aws:username}" if self.names else "true"])}}
        operators, texts = KEYS[key]
        if not self.names:
            texts = tuple(each for each in texts if "${" not in each or "${*}" in each)
        if self.symbols:
            texts += ("${Stage}", "${Stage}a", "a${Stage}*")
        quantifier = chance.choice(["ForAllValues:", "ForAnyValue:"]) if has_several(key) else ""
        operator = chance.choice(operators) + chance.choice(["", "", "IfExists"])
        return {quantifier + operator: {written: self.some(texts)}}

    def change(self, statement: Document) -> None:
        """Change one element of a statement."""
        chance, other = self.chance, self.statement()
        element = chance.choice(["Action", "Resource", "Condition", "Condition", "Principal"])
        if element == "Condition":
            statement.pop("Condition", None)
            if "Condition" in other:
                statement["Condition"] = other["Condition"]
            return
        for name in (element, f"Not{element}"):
            statement.pop(name, None)
            if name in other:
                statement[name] = other[name]


class Requests:
    """Makes requests for a pair of policies, with all that is unknown in them replaced."""

    def __init__(self, pair: tuple[Document, Document], keys: list[str], chance: Random) -> None:
        self.chance = chance
        self.keys = [
            *dict.fromkeys(
                [*keys, *(key for key in ("aws:username", "aws:PrincipalTag/team") if key in json.dumps(pair))]
            )
        ]
        statements = [each for side in pair for each in side["Statement"]]
        self.resources = [
            text for each in statements for name in ("Resource", "NotResource") for text in each.get(name, ())
        ]
        self.actions = [text for each in statements for name in ("Action", "NotAction") for text in each.get(name, ())]
        self.values: dict[str, list[str]] = {}
        for each in statements:
            for tested in each.get("Condition", {}).values():
                for key, texts in tested.items():
                    self.values.setdefault(key.lower(), []).extend([texts] if isinstance(texts, str) else texts)
        self.all_texts = [*self.resources, *(text for texts in self.values.values() for text in texts)]

    def request(self) -> Request:
        """One request."""
        chance = self.chance
        context: dict[str, Any] = {}
        for key in sorted(self.keys, key=lambda each: not each.startswith("aws:")):
            if chance.random() < 0.2:
                continue
            several = has_several(key) or (key.startswith("aws:") and chance.random() < 0.02)
            count = chance.choice([0, 1, 1, 2, 3]) if has_several(key) else 1
            found = tuple(self.value(key, context) for _ in range(count))
            context[key] = found if has_several(key) and several else found[0]
        action = self.filled(chance.choice(self.actions), {}, ("", "Object", "GetItem", "x"))
        if ":" not in action:
            action = chance.choice(["s3:GetObject", "dynamodb:BatchGetItem", "t:x"])
        if action.startswith("dynamodb:") and not is_real(action):  # which keys an action has is known of real ones
            action = "dynamodb:BatchGetItem"
        one = {f"dynamodb:{name}" for name in ("getitem", "putitem", "updateitem", "deleteitem", "query")}
        keys = context.get(PARTITION_KEY)
        if keys and len(keys) > 1 and action.lower() in {*one, "dynamodb:conditioncheckitem"}:
            context[PARTITION_KEY] = keys[:1]
        resource = self.mutated(self.filled(chance.choice(self.resources), context)) or "x"
        return Request(action, resource, context, chance.choice(CALLERS))

    def value(self, key: str, context: Document) -> str:
        """A value of a context key."""
        chance = self.chance
        texts = self.values.get(key.lower(), [])
        if not texts or (key.startswith("aws:") and chance.random() < 0.6):
            return self.of_variable(chance)
        text = chance.choice(texts)
        if text in NETWORKS or text in DATES or text in NUMBERS:
            return self.near(text)
        return self.mutated(self.filled(text, context))

    def of_variable(self, chance: Random) -> str:
        """A value of a variable, whatever is asked of it."""
        return chance.choice(
            ["a", "b", "A", "ab", "*", "x", "a/b", "1", "20", "b/a", "", "a/", "aws", "s3", "x-a", "a-b"]
        )

    def near(self, text: str) -> str:
        """A number, a date or an address like that of a policy, or beside it."""
        chance = self.chance
        near = [
            text,
            "10.0.0.0",
            "10.255.255.255",
            "10.1.255.255",
            "10.127.0.1",
            "10.128.0.1",
            "9.255.255.255",
            "2001:db8:1::1",
            "2001:db8:2::",
            "::2",
            "203.0.113.255",
            "10.1.0.0/17",
            "2023-12-31T23:59:59Z",
            "2024-01-01T00:00:00.25Z",
            "2024-01-01T00:00:01Z",
            "2025-01-01",
            "2024-06-30T10:00:00Z",
            "0",
            "1.5",
            "2.25",
            "3",
            "10",
            "21",
            "-2",
            "01",
            "x",
            "",
            "1704067200",
            "1704067201",
        ]
        family = [each for each in near if (":" in each) == (":" in text)]
        return chance.choice([text, chance.choice(family), chance.choice(near)])

    def filled(
        self, text: str, context: Document, choices: tuple[str, ...] = ("", "x", "a", "b", "b/a", ":t:u", "a:b", "/")
    ) -> str:
        """A text that matches a pattern."""

        def value(match: re.Match[str]) -> str:
            name = match[1].split(",")[0].strip()
            if name in "*?$":
                return name
            known = next((each for key, each in context.items() if key.lower() == name.lower()), None)
            return known if isinstance(known, str) else "a"

        parts = re.split(r"(\$\{[^{}]*\})", text)
        found = ""
        for part in parts:
            if part.startswith("${"):
                found += re.sub(r"\$\{([^{}]*)\}", value, part)
            else:
                found += "".join(
                    self.chance.choice(choices) if c == "*" else self.chance.choice("1abx:") if c == "?" else c
                    for c in part
                )
        return found

    def mutated(self, text: str) -> str:
        """The text, sometimes with a small change."""
        chance = self.chance
        kind = chance.randrange(10)
        if kind == 0 and text:
            at = chance.randrange(len(text))
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text + chance.choice("abx/:*")
        if kind == 2:
            return text.swapcase()
        return text


def meanings(pair: tuple[Document, Document], chance: Random) -> tuple[Document, Document]:
    """The pair with all that it leaves open decided: symbols have values, unknown tests hold or do not."""
    values = {
        "${Stage}": chance.choice(["b", "a", "zz", "A", "1", "a/x"]),
        "${AWS::Partition}": chance.choice(["aws", "aws-cn"]),
    }
    answers: dict[str, bool] = {}

    def decided(document: Document) -> Document:
        text = json.dumps(document)
        for symbol, value in values.items():
            text = text.replace(symbol, value)
        found: Document = json.loads(text)
        kept = []
        for statement in found["Statement"]:
            condition = statement.get("Condition", {})
            holds = True
            for operator in [each for each in condition if each in UNKNOWN]:
                atom = f"{operator} {json.dumps(condition.pop(operator))}"
                holds = answers.setdefault(atom, chance.random() < 0.5) and holds
            if holds:
                kept.append(statement)
        return found | {"Statement": kept}

    # In the language of 2008 a symbol is one all the same: the template is filled in before IAM reads it.
    return decided(pair[0]), decided(pair[1])


def allowed(document: Document, request: Request, asks_principal: bool) -> bool:
    """Whether the policy alone allows the request."""
    return judge([_read(json.dumps(document))], request, asks_principal=asks_principal) is Outcome.ALLOW


@lru_cache(maxsize=16)
def _read(text: str) -> Policy:
    return Policy.from_document(json.loads(text))
