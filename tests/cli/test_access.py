"""`cfn-table access`: which pattern which policy allows, who can do what, and what a change allows."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.engines.install import ROOT
from tests.projects import copy_designs

ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/kv-storage-data"

OLD: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with kv-storage, published; it is the current folder of `cli`."""
    for name in ("templates", "policies", "build"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def policy(root: Path, name: str, *statements: dict[str, Any]) -> str:
    """A policy document in a file."""
    (root / name).write_text(json.dumps({**OLD, "Statement": [*OLD["Statement"], *statements]}), encoding="utf-8")
    return name


def test_without_a_question_it_shows_the_matrix(root: Path, cli: Cli) -> None:
    """Policies across, access patterns down, and which entities no policy can keep apart."""
    del root
    expected = """\
kv-storage
  access pattern        api  reporting  tenant
  get_user_by_id        -    -          -
  get_user_by_api_key   yes  -          -
  list_user_namespaces  -    -          -
  get_namespace         yes  -          -
  manage_key            yes  -          yes
  list_keys_by_prefix   yes  -          yes
  report_user           -    yes        -

  share a partition key, so no policy can keep them apart: user, user_namespace
  share a partition key, so no policy can keep them apart: namespace, key
"""
    assert (0, expected, "") == cli("access").told
    assert (0, expected, "") == cli("access", "kv-storage").told


def test_the_matrix_in_markdown(root: Path, cli: Cli) -> None:
    """For a comment in a pull request."""
    del root
    lines = cli("access", "--format", "markdown").out.splitlines()
    assert [
        "## kv-storage",
        "",
        "| access pattern | api | reporting | tenant |",
        "| --- | --- | --- | --- |",
        "| get_user_by_id | - | - | - |",
    ] == lines[:5]


def test_the_matrix_as_data(root: Path, cli: Cli) -> None:
    """With what was proven of each policy."""
    del root
    (design,) = json.loads(cli("access", "--format", "json").out)["designs"]
    assert {"api": "yes", "reporting": "-", "tenant": "yes"} == design["patterns"]["manage_key"]
    assert {"api": "equal", "reporting": "equal", "tenant": "equal"} == design["proofs"]
    assert [["user", "user_namespace"], ["namespace", "key"]] == design["sharedPartitions"]


def test_patterns_that_come_along_are_marked(tmp_path: Path, cli: Cli) -> None:
    """A pattern that is not listed and allowed all the same."""
    copy_designs(tmp_path, "shop")
    lines = cli("access").out.splitlines()
    assert ["access", "pattern", "back-office", "checkout", "storefront"] == lines[1].split()
    assert ["get_customer", "-", "also", "yes"] in [line.split() for line in lines]
    assert "  also: not listed in the policy and allowed all the same, since IAM cannot tell it from what is" in lines


def test_who_can_do_something_to_an_item(root: Path, cli: Cli) -> None:
    """Each policy with the statement that lets it, and an example: a tenant of just that namespace can."""
    del root
    expected = f"""\
ApiPolicy, through `GetNamespaceManageKey`:
  dynamodb:DeleteItem on {ARN}
    dynamodb:LeadingKeys = [NS#myapp]
TenantPolicy, through `ManageKey`:
  dynamodb:DeleteItem on {ARN}
    aws:PrincipalTag/namespace = myapp
    dynamodb:LeadingKeys = [NS#myapp]
"""
    assert (0, expected, "") == cli("access", "--can", "dynamodb:DeleteItem", "--key", "NS#myapp").told


@pytest.mark.parametrize(
    "question",
    [
        ("--can", "dynamodb:Scan"),
        ("--can", "dynamodb:DeleteItem", "--key", "USER#1"),
        ("--can", "dynamodb:Query", "--key", "USER#1"),
        ("--can", "dynamodb:GetItem", "--resource", "*:table/other"),
    ],
    ids=" ".join,
)
def test_nobody_can(question: tuple[str, ...], root: Path, cli: Cli) -> None:
    """What no policy allows is said so."""
    del root
    assert (0, "nobody, by these policies\n", "") == cli("access", *question).told


def test_a_scan_reaches_every_key(root: Path, cli: Cli) -> None:
    """A Scan names no partition key, so whoever may scan can read this item too."""
    statement = {"Sid": "All", "Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}
    name = policy(root, "p.json", statement)
    done = cli("access", name, "--can", "dynamodb:*", "--key", "NS#a", "--format", "json")
    assert [("p", ["All"], "dynamodb:Scan")] == [
        (each["policy"], each["statements"], each["example"]["action"]) for each in json.loads(done.out)["can"]
    ]


def test_wildcards_in_a_key_are_plain_characters(root: Path, cli: Cli) -> None:
    """`NS#*` is the item of that key, not every namespace."""
    del root
    done = cli("access", "--can", "dynamodb:GetItem", "--key", "NS#*", "--format", "json")
    assert [["NS#*"], ["NS#*"]] == [
        each["example"]["context"]["dynamodb:LeadingKeys"] for each in json.loads(done.out)["can"]
    ]


def test_a_version_equals_its_design(root: Path, cli: Cli) -> None:
    """By its name, by its folder, by its JSON, and by the design it was made from."""
    del root
    equal = "".join(f"{name}: equal\n" for name in ("ApiPolicy", "KVStorageTable/ResourcePolicy", "ReportingPolicy"))
    version = "build/kv-storage/1.0.0"
    for other in (version, f"{version}/template.json", "templates/kv-storage.yaml"):
        done = cli("access", "--compare", "kv-storage@1.0.0", other)
        assert (0, f"{equal}TenantPolicy: equal\n", "") == done.told


def test_what_a_change_allows_is_shown_with_an_example(root: Path, cli: Cli) -> None:
    """And the command fails, so that a pull request cannot widen a policy unseen."""
    write = {"Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/x"}
    expected = """\
new: wider
  + now allowed: s3:PutObject, through `Write`; for example
      s3:PutObject on arn:aws:s3:::b/x
"""
    assert (1, expected, "") == cli(
        "access", "--compare", policy(root, "old.json"), policy(root, "new.json", write)
    ).told


def test_what_a_change_allows_fits_a_terminal(root: Path, cli: Cli) -> None:
    """Lists of actions and of statements are wrapped at 80 columns; only names and ARNs may be longer."""
    names = ["BatchGetItem", "ConditionCheckItem", "DescribeTimeToLive", "PartiQLSelect", "Scan"]
    actions = [f"dynamodb:{name}" for name in names]
    wide = {"Sid": "ReadEverythingThatThereIs", "Effect": "Allow", "Action": actions, "Resource": "*"}
    lines = cli("access", "--compare", policy(root, "old.json"), policy(root, "new.json", wide)).out.splitlines()
    assert [
        "  + now allowed: dynamodb:BatchGetItem, dynamodb:ConditionCheckItem,",
        "    dynamodb:DescribeTimeToLive, dynamodb:PartiQLSelect and 1 more, through",
        "    `ReadEverythingThatThereIs`; for example",
    ] == lines[1:4]


def test_a_design_can_be_asked_by_its_name(root: Path, cli: Cli) -> None:
    """As in the other commands, also where a file would do."""
    del root
    asked = cli("access", "kv-storage", "--can", "dynamodb:PutItem", "--format", "json")
    assert ["ApiPolicy", "TenantPolicy"] == [each["policy"] for each in json.loads(asked.out)["can"]]
    assert 0 == cli("access", "--compare", "kv-storage@1.0.0", "kv-storage").status


def test_a_policy_of_a_resource_says_who(root: Path, cli: Cli) -> None:
    """The example of a trust policy names a principal that it trusts, and no other can."""
    shutil.copy2(ROOT / "examples" / "dependent-stack.yaml", root / "stack.yaml")
    found = json.loads(cli("access", "stack.yaml", "--can", "sts:AssumeRole", "--format", "json").out)["can"]
    assert [("FunctionRole/AssumeRolePolicyDocument (trust)", "Service:lambda.amazonaws.com")] == [
        (each["policy"], each["example"]["principal"]) for each in found
    ]


def test_a_narrower_policy_is_fine(root: Path, cli: Cli) -> None:
    """Less permission is no reason to fail."""
    policy(root, "less.json", {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/secret"})
    policy(root, "more.json")
    done = cli("access", "--compare", "more.json", "less.json")
    assert 0 == done.status
    assert "less: narrower\n  - no longer allowed: s3:GetObject" in done.out
    assert 1 == cli("access", "--compare", "less.json", "more.json").status


def test_a_policy_from_standard_input(root: Path, cli: Cli) -> None:
    """As `git show main:p.json` gives it; its name is that of the other side."""
    policy(root, "p.json")
    done = cli("access", "--compare", "-", "p.json", stdin=(root / "p.json").read_bytes())
    assert (0, "p: equal\n", "") == done.told


BAD = {
    "three sources": (("--compare", "a", "b", "c"), "`--compare` takes two sources, OLD and NEW"),
    "two questions": (("--compare", "--can", "s3:*", "a", "b"), "`--can` and `--compare` are two questions"),
    "a key alone": (("--key", "x"), "`--key` and `--resource` are questions about an action"),
    "no action": (("--can", "Scan"), "`Scan` is no action"),
    "a missing file": (("--compare", "gone.json", "gone.json"), "there is no file `gone.json`"),
    "a missing version": (("--compare", "kv-storage@9.9.9", "x"), "there is no published version `kv-storage@9.9.9`"),
    "no policy": (("--compare", "list.json", "list.json"), "`list.json` is no design, no template and no policy"),
    "a bad policy": (("--compare", "bad.json", "bad.json"), "policy `bad`: statement 1 has the effect `Maybe`"),
    "no design": (("nothing",), "there is no design `nothing` in `templates`"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_bad_input_has_a_message_and_a_help(arguments: tuple[str, ...], message: str, root: Path, cli: Cli) -> None:
    """Exit status 2, what is wrong, and no traceback."""
    (root / "list.json").write_text('{"a": 1}', encoding="utf-8")
    (root / "bad.json").write_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Maybe", "Action": "*", "Resource": "*"}}', encoding="utf-8"
    )
    done = cli("access", *arguments)
    assert (2, "") == (done.status, done.out)
    assert message in done.err


def test_what_is_not_understood_is_told(root: Path, cli: Cli) -> None:
    """A template whose policies cannot all be read is not called safe."""
    text = "Transform: Unknown\nResources: {R: {Type: 'AWS::IAM::ManagedPolicy', Properties: {'Fn::Transform': x}}}\n"
    (root / "t.yaml").write_text(text, encoding="utf-8")
    done = cli("access", "--compare", "t.yaml", "t.yaml")
    assert 1 == done.status
    assert "not understood in t.yaml: " in done.err


def test_what_is_not_known_is_not_nobody(root: Path, cli: Cli) -> None:
    """A name that is only known once it is deployed, and a condition that is not understood, may let somebody."""
    table = "arn:aws:dynamodb:us-east-1:111111111111:table/kv-storage-data"
    question = ("--can", "dynamodb:GetItem", "--resource", table)
    done = cli("access", *question)
    assert (0, "") == (done.status, done.err)
    assert f"ApiPolicy: undecided\n  ? whether `{ARN}` and `{table}` are the same\n" in done.out
    assert "nobody" not in done.out
    shown = re.sub(r"[{}$]", r"\\\g<0>", ARN)  # so that nothing in a name is markup
    assert (
        f"| ApiPolicy |  | undecided: whether \\`{shown}\\` and" in cli("access", *question, "--format", "markdown").out
    )
    data = json.loads(cli("access", *question, "--format", "json").out)
    assert [] == data["can"]
    assert f"ApiPolicy: whether `{ARN}` and `{table}` are the same" in data["undecided"]
    strange = {"StringSounds": {"aws:username": "Bob"}}
    odd = policy(root, "odd.json", {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": strange})
    expected = "odd: undecided\n  ? whether `s3:PutObject` is gained: a condition operator is not known\n"
    assert (0, expected, "") == cli("access", odd, "--can", "s3:PutObject").told


def test_a_variable_in_a_resource_is_plain_text(root: Path, cli: Cli) -> None:
    """The question is about one resource, not about that of whoever asks."""
    name = policy(root, "p.json")
    done = cli("access", name, "--can", "s3:GetObject", "--resource", "arn:aws:s3:::b/${aws:username}")
    assert "p, through `Read`:\n  s3:GetObject on arn:aws:s3:::b/${aws:username}\n" == done.out


HOSTILE_NAME = "x\x00\x1b[31m\u202e\n|`@team`<b>"
SHOWN_NAME = r"x\x00\x1b[31m\u202e\n"


@pytest.mark.parametrize("output", ["text", "markdown", "json"])
def test_names_do_not_command_the_terminal(output: str, root: Path, cli: Cli) -> None:
    """Whatever a policy calls itself, nothing but printable characters and line ends gets out."""
    policy(root, "old.json")
    statement = {"Sid": HOSTILE_NAME, "Effect": "Allow", "Action": "s3:PutObject", "Resource": f"*{HOSTILE_NAME}"}
    policy(root, "new.json", statement)
    inline = {"PolicyName": HOSTILE_NAME, "PolicyDocument": {"Version": "2012-10-17", "Statement": statement}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [inline]}}
    (root / "t.json").write_text(json.dumps({"Resources": {"P": role}}), encoding="utf-8")
    for arguments in (
        ("--compare", "old.json", "new.json"),
        ("new.json", "--can", "s3:PutObject"),
        ("--compare", "old.json", "t.json"),
    ):
        done = cli("access", *arguments, "--format", output)
        assert done.status in (0, 1)
        assert (done.out + done.err).replace("\n", "").isprintable(), done.out
        if output == "text":
            assert SHOWN_NAME in done.out


def test_a_name_does_not_break_the_table(root: Path, cli: Cli) -> None:
    """Cells keep their bars, nobody is told, and an example with a backtick stays code."""
    statement = {"Sid": "a|@team", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a|`b"}
    done = cli("access", policy(root, "p.json", statement), "--can", "s3:PutObject", "--format", "markdown")
    assert "| p | a\\|&#64;team | `` s3:PutObject on arn:aws:s3:::a\\|`b `` |" == done.out.splitlines()[2]


@pytest.mark.parametrize("resources", [[], "x", None])
def test_a_template_needs_a_mapping_of_resources(resources: object, root: Path, cli: Cli) -> None:
    """Without one it is not taken for a template without policies."""
    policy(root, "p.json")
    (root / "t.json").write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    done = cli("access", "--compare", "p.json", "t.json")
    assert (2, "") == (done.status, done.out)
    assert "`Resources` of `t.json` must be a mapping" in done.err


@pytest.mark.parametrize("action", ["", ":", "s3:", ":GetObject"])
def test_an_action_has_a_service_and_a_name(action: str, root: Path, cli: Cli) -> None:
    """Anything else is a mistake, and not something that nobody may do."""
    del root
    done = cli("access", "--can", action)
    assert (2, "") == (done.status, done.out)
    assert f"`{action}` is no action" in done.err
