"""The fields of the design language, one by one: what each refuses, and how it says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.design.written import BASE, load, refusal, replaced

TABLE = "type_attribute: kind"
FIELDS = {
    "version": ("version: 1.0.0", "version: '1.0'", "shop.yaml:2:10: `1.0` is not a version (write MAJOR.MINOR.PATCH"),
    "build metadata": ("version: 1.0.0", "version: 1.0.0+5", "shop.yaml:2:10: `1.0.0+5` is not a version"),
    "design": ("design: shop", "design: Shop", "shop.yaml:1:9: `Shop` is not a name of a design (use lower-case words"),
    "long design": (
        "design: shop",
        f"design: {'x' * 101}",
        f"shop.yaml:1:9: `{'x' * 57}...` is not a name of a design",
    ),
    "Region": ("version: 1.0.0", "version: 1.0.0\nregions: [europe]", "shop.yaml:3:11: `europe` is not a Region"),
    "no Region": ("version: 1.0.0", "version: 1.0.0\nregions: []", "shop.yaml:3:1: the list has too few entries"),
    "description": (
        "version: 1.0.0",
        f"version: 1.0.0\ndescription: {'ä' * 513}",
        "shop.yaml:3:14: the description has more than 1,024 bytes",
    ),
    "latency": (
        "version: 1.0.0",
        "version: 1.0.0\nlatency_target_ms: -5",
        "shop.yaml:3:20: `-5` is not between 0 and 60000",
    ),
    "alarms": (
        "version: 1.0.0",
        "version: 1.0.0\nalarms: false",
        "shop.yaml:3:9: `false` is neither `true` nor a mapping",
    ),
    "alarm period": (
        "version: 1.0.0",
        "version: 1.0.0\nalarms: {period_seconds: 45}",
        "shop.yaml:3:26: `45` is no period of an alarm (use 10, 20, 30 or a multiple of 60)",
    ),
    "alarm topic": (
        "version: 1.0.0",
        "version: 1.0.0\nalarms: {topic_parameter: my-topic}",
        "shop.yaml:3:27: `my-topic` is not a parameter's name (use letters and digits only)",
    ),
    "policy path": (
        "version: 1.0.0",
        "version: 1.0.0\npolicies: {path: team}",
        "shop.yaml:3:18: `team` is not an IAM path (begin and end with `/`)",
    ),
    "suppression": (
        "version: 1.0.0",
        "version: 1.0.0\nlint: {suppress: {W1: because}}",
        "shop.yaml:3:1: `W1` is suppressed without a reason",
    ),
    "hook": (
        "version: 1.0.0",
        "version: 1.0.0\nextend: hook",
        "shop.yaml:3:9: `hook` is not a Python hook (write `hooks/extend.py:function`)",
    ),
    "hook with NUL": (
        "version: 1.0.0",
        'version: 1.0.0\nextend: "a\\0.py:f"',
        "shop.yaml:3:9: `a\\x00.py:f` is not a Python hook",
    ),
    "short name": (TABLE, f"{TABLE}\n  name: ab", "shop.yaml:6:9: `ab` is not a name of a table or index"),
    "no partition": (
        "{partition: PK, sort: SK}",
        "{partition: [], sort: SK}",
        "shop.yaml:4:9: the list has too few entries",
    ),
    "key type": (
        "{partition: PK, sort: SK}",
        "{partition: {name: PK, type: strng}, sort: SK}",
        "shop.yaml:4:37: `strng` is not one of the values (did you mean `string`?)",
    ),
    "billing": (TABLE, f"{TABLE}\n  billing: ON_DEMAND", "shop.yaml:6:12: `ON_DEMAND` is not one of the values"),
    "capacity": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: 0, write: 5}}",
        "shop.yaml:6:34: `0` is less than 1 (use 1 or more)",
    ),
    "half a range": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: {{min: 5}}, write: 5}}",
        "shop.yaml:6:28: `min` and `max` go together (add the other one)",
    ),
    "range": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: {{min: 5, max: 4}}, write: 5}}",
        "shop.yaml:6:28: `min` 5 is above `max` 4 (exchange them)",
    ),
    "start of a range": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: {{min: 5, max: 9, units: 10}}, write: 5}}",
        "shop.yaml:6:28: `units` is what scaling begins with",
    ),
    "no capacity": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: {{}}, write: 5}}",
        "shop.yaml:6:28: capacity needs a number of units, or `min` and `max`",
    ),
    "utilization": (
        TABLE,
        f"{TABLE}\n  provisioned_throughput: {{read: {{min: 1, max: 2, target_utilization: 95}}, write: 5}}",
        "shop.yaml:6:71: `95` is not between 20 and 90",
    ),
    "recovery period": (
        TABLE,
        f"{TABLE}\n  point_in_time_recovery: {{recovery_period_days: 36}}",
        "shop.yaml:6:50: `36` is not between 1 and 35",
    ),
    "encryption": (
        TABLE,
        f"{TABLE}\n  encryption: aws-managed",
        "shop.yaml:6:15: `aws-managed` is no encryption (did you mean `aws_managed`",
    ),
    "KMS key": (
        TABLE,
        f"{TABLE}\n  encryption: 'arn:aws:s3:::x'",
        "shop.yaml:6:15: `arn:aws:s3:::x` is no customer KMS key",
    ),
    "insights": (
        TABLE,
        f"{TABLE}\n  contributor_insights: all",
        "shop.yaml:6:25: `all` is no mode of contributor insights",
    ),
    "projection": (
        "version: 1.0.0",
        "version: 1.0.0\nindexes: [{name: gsi, key: {partition: SK}, projection: some}]",
        "shop.yaml:3:57: `some` is no projection",
    ),
    "empty projection": (
        "version: 1.0.0",
        "version: 1.0.0\nindexes: [{name: gsi, key: {partition: SK}, projection: {include: []}}]",
        "shop.yaml:3:45: a projection that is a mapping has one field, `include`, with a list of attributes",
    ),
    "dimensions": (
        "version: 1.0.0",
        "version: 1.0.0\nvector_indexes: [{name: vec, attribute: v, dimensions: 4097, distance: COSINE}]",
        "shop.yaml:3:56: `4097` is not between 1 and 4096",
    ),
    "entity's name": ("  user:\n", "  the-user:\n", "shop.yaml:7:3: `the-user` is not a name of an entity"),
    "attribute's name": ("email: string", f"{'x' * 256}: string", "shop.yaml:10:34: `xxx"),
    "no attribute's name": ("email: string", "'?': string", "shop.yaml:10:"),
    "attribute type": ("email: string", "email: text", "shop.yaml:10:41: `text` is no attribute type"),
    "optional attribute type": (
        "email: string",
        "email?: strin",
        "shop.yaml:10:42: `strin` is not one of the values (did you mean `string`?)",
    ),
    "optional and not": (
        "email: string",
        "email?: {optional: false}",
        "shop.yaml:10:5: `email?` is optional by its mark and required by its field (keep one of them)",
    ),
    "no values": ("email: string", "email: []", "shop.yaml:10:34: the list has too few entries"),
    "equal values": ("email: string", "email: [a, a]", "shop.yaml:10:34: a value is listed twice"),
    "values of a number": (
        "email: string",
        "email: {type: number, values: [one]}",
        "shop.yaml:10:34: `one` is not a number",
    ),
    "values of a map": (
        "email: string",
        "email: {type: map, values: [one]}",
        "shop.yaml:10:34: values can be listed for strings and numbers",
    ),
    "pattern": ("email: string", "email: {pattern: '('}", "shop.yaml:10:51: `(` is not a regular expression: "),
    "pattern of a number": (
        "email: string",
        "email: {type: number, pattern: a}",
        "shop.yaml:10:34: a pattern checks strings, not a number",
    ),
    "flags in a pattern": (
        "email: string",
        "email: {pattern: '(?i)a'}",
        "shop.yaml:10:51: `(?i)a` uses flags, named groups or references",
    ),
    "named groups in a pattern": (
        "email: string",
        "email: {pattern: '(?P<a>b)'}",
        "shop.yaml:10:51: `(?P<a>b)` uses flags, named groups",
    ),
    "references in a pattern": (
        "email: string",
        "email: {pattern: '(a)\\1'}",
        "shop.yaml:10:51: `(a)\\1` uses flags, named groups",
    ),
    "endless pattern": (
        "email: string",
        "email: {pattern: 'a{9999999999999}'}",
        "shop.yaml:10:51: `a{9999999999999}` is not a regular",
    ),
    "ambiguous pattern": (
        "email: string",
        "email: {pattern: '[[a]'}",
        "shop.yaml:10:51: `[[a]` is not a regular expression: ",
    ),
    "sparse": (
        "type: USER",
        "type: USER\n    sparse: [SK]",
        "shop.yaml:7:3: unknown field `sparse` (put a `?` behind the key attribute's name)",
    ),
    "key template": ("SK: PROFILE", "SK: 'a{b'", "shop.yaml:9:37: `{` stands alone (a placeholder is `{name}`"),
    "key attribute": (
        "SK: PROFILE",
        "SKX: PROFILE",
        "shop.yaml:9:33: `SKX` is no key attribute of the table or an index (did you mean `SK`?)",
    ),
    "placeholder": (
        "USER#{userId}",
        "USER#{usrId}",
        "shop.yaml:9:16: placeholder `{usrId}` is no attribute of entity `user` (did you mean `userId`?)",
    ),
    "line break in a name": ("email: string", '"a\\nb": text', "shop.yaml:10:42: `text` is no attribute type"),
}


@pytest.mark.parametrize(("old", "new", "expected"), FIELDS.values(), ids=FIELDS)
def test_fields_have_rules_of_their_own(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """Each with a message in the user's words, a place, and what to do."""
    lines = refusal(tmp_path, replaced(old, new))
    assert any(line.startswith(expected) for line in lines), lines
    assert all("\n" not in line for line in lines)


PATTERNS = {
    "operation": ("{operation: Fetch, entity: user}", "`Fetch` is not one of the values (use one of `BatchGetItem`"),
    "no operation": ("{entity: user}", "`operation` is missing (add `operation: …`)"),
    "empty operations": ("{operation: [], entity: user}", "the list has too few entries"),
    "two operations": (
        "{operation: [Query, GetItem], entity: user}",
        "only operations on single items can be listed together (write a pattern each for the others)",
    ),
    "twice": ("{operation: [GetItem, GetItem], entity: user}", "an operation is listed twice (keep one of them)"),
    "order": (
        "{operation: Query, entity: user, order: up}",
        "`up` is not one of the values (use one of `ascending`, `descending`)",
    ),
    "limit": ("{operation: Query, entity: user, limit: many}", "`many` is not a whole number"),
    "limit of nothing": ("{operation: Query, entity: user, limit: 0}", "`0` is less than 1 (use 1 or more)"),
    "limit without a name": ("{operation: Query, entity: user, limit: '{}'}", "`{}` is not a whole number"),
    "sort key": (
        "{operation: Query, entity: user, sort_key: all}",
        "`all` is no sort key condition (write `any` or a comparison",
    ),
    "comparison": (
        "{operation: Query, entity: user, sort_key: {begin_with: a}}",
        "`begin_with` is no sort key comparison (did you mean `begins_with`?)",
    ),
    "two comparisons": (
        "{operation: Query, entity: user, sort_key: {gt: a, lt: b}}",
        "a sort key condition has one comparison",
    ),
    "between": (
        "{operation: Query, entity: user, sort_key: {between: [a]}}",
        "`between` takes a list of two templates",
    ),
    "template": ("{operation: Query, entity: user, sort_key: {equals: 'a{'}}", "`{` stands alone"),
    "filter": ("{operation: Query, entity: user, filter: x}", "tests are a mapping of attributes to tests"),
    "empty filter": ("{operation: Query, entity: user, filter: {}}", "tests are a mapping of attributes to tests"),
    "empty alternatives": ("{operation: Query, entity: user, filter: []}", "a list of tests cannot be empty"),
    "test": ("{operation: Query, entity: user, filter: {a: {above: 5}}}", "`above` is no test"),
    "empty test": ("{operation: Query, entity: user, filter: {a: {}}}", "`a` has no test (write a value"),
    "exists": ("{operation: Query, entity: user, filter: {a: {exists: yes}}}", "`exists` is `true` or `false`"),
    "in": ("{operation: Query, entity: user, filter: {a: {in: []}}}", "`in` takes a list of 1 to 100 values"),
    "in too many": (
        "{operation: Query, entity: user, filter: {a: {in: [" + ", ".join(map(str, range(101))) + "]}}}",
        "`in` takes a list of 1 to 100 values",
    ),
    "between values": (
        "{operation: Query, entity: user, filter: {a: {between: [1]}}}",
        "`between` takes a list of two values",
    ),
    "condition": ("{operation: PutItem, entity: user, condition: always}", "`always` is no condition (use `exists`"),
    "set": ("{operation: UpdateItem, entity: user, set: email}", "changes are a mapping of attributes to values"),
    "empty set": ("{operation: UpdateItem, entity: user, set: []}", "changes are a mapping of attributes to values"),
    "part": (
        "{operation: TransactWriteItems, parts: [{operation: Query, entity: user}]}",
        "`Query` is not one of the values (use one of `ConditionCheck`",
    ),
    "two operations of a part": (
        "{operation: TransactWriteItems, parts: [{operation: [PutItem, DeleteItem], entity: user}]}",
        "the list has too many entries (remove entries)",
    ),
    "with": (
        "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: user, with: userId}]}",
        "`with` is a mapping of placeholders to values",
    ),
    "bindings": (
        "{operation: TransactWriteItems, parts: [{operation: PutItem, entity: user, bindings: {userId: a}}]}",
        "unknown field `bindings`",
    ),
    "entity": ("{operation: GetItem, entity: usr}", "there is no entity `usr` (did you mean `user`?)"),
    "index": ("{operation: Query, entity: user, index: GSI1}", "there is no index `GSI1`"),
    "text": ("GetItem", "an access pattern is a mapping (write `{operation: GetItem, entity: NAME}`)"),
}


@pytest.mark.parametrize(("text", "expected"), PATTERNS.values(), ids=PATTERNS)
def test_access_patterns_have_rules_of_their_own(text: str, expected: str, tmp_path: Path) -> None:
    """Each wrong field is named on its line."""
    lines = refusal(tmp_path, BASE + f"access_patterns:\n  p: {text}\n")
    assert any(re.match(r"shop\.yaml:12:\d+: ", line) and f": {expected}" in line for line in lines), lines


def test_a_pattern_s_name_is_a_word(tmp_path: Path) -> None:
    """It becomes the name of a function in programs."""
    (line,) = refusal(tmp_path, BASE + "access_patterns:\n  get-user: {operation: GetItem, entity: user}\n")
    assert line == (
        "shop.yaml:12:3: `get-user` is not a name of an access pattern "
        "(use letters, digits and `_`, and begin with a letter)"
    )


def test_all_problems_of_a_design_are_told_at_once(tmp_path: Path) -> None:
    """In the order of their lines."""
    design = replaced("version: 1.0.0", "version: one\nregion: x").replace("email: string", "email: sting")
    assert refusal(tmp_path, design) == [
        "shop.yaml:2:10: `one` is not a version (write MAJOR.MINOR.PATCH, such as `1.0.0` or `1.0.0-rc.1`)",
        "shop.yaml:3:1: unknown field `region` (did you mean `regions`?)",
        "shop.yaml:11:41: `sting` is no attribute type (did you mean `string`?)",
    ]


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    """The smallest design says nothing but its key and one entity."""
    file = load(tmp_path).file
    assert (("us-east-1",), "PAY_PER_REQUEST", "aws_owned", "retain", "#") == (
        file.regions,
        file.table.billing,
        file.table.encryption,
        file.table.on_delete,
        file.table.delimiter,
    )
    assert (None, None, (), {}) == (file.table.name, file.alarms, file.indexes, file.tags)
