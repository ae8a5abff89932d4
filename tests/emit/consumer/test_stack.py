"""A consumer is a template that a reviewer passes: it imports what it needs, and may do just what its policy says."""

from __future__ import annotations

import datetime
import json
import shlex
from pathlib import Path
from typing import Any

import cfnlint
import pytest

import cfn_table
from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.consumer import emit_consumer
from cfn_table.emit.consumer.stack import RUNTIME
from cfn_table.errors import UsageError
from tests.emit.consumer.conftest import ALL, GOLDEN, Consumer, consumer_of
from tests.emit.written import design_of
from tests.engines.install import ROOT
from tests.projects import copy_designs, run, small_design


def test_every_policy_has_a_consumer(consumers: dict[str, Consumer]) -> None:
    """Of every design."""
    assert ALL == sorted(consumers)


@pytest.mark.parametrize("name", ALL)
def test_what_is_printed_is_as_it_was(consumers: dict[str, Consumer], name: str) -> None:
    """To accept a change: `cfn-table emit consumer DESIGN --policy NAME > tests/emit/consumer/golden/…`."""
    assert (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8") == consumers[name].text


def test_the_example_is_what_is_printed(consumers: dict[str, Consumer]) -> None:
    """The dependent that readers copy is the consumer of kv-storage's API."""
    example = ROOT / "examples" / "dependent-stack.yaml"
    assert example.read_text(encoding="utf-8") == consumers["kv-storage-api"].text


@pytest.mark.parametrize("name", ALL)
def test_a_consumer_lints_clean(consumers: dict[str, Consumer], name: str) -> None:
    """cfn-lint and our own rules find nothing, for any Region of the design."""
    regions = consumers[name].design.file.regions or ("us-east-1",)
    assert [] == list(cfn_table.lint_template(consumers[name].text, path=f"{name}.yaml", regions=regions))


@pytest.mark.parametrize("name", ALL)
def test_the_role_has_the_whole_policy_and_nothing_else(consumers: dict[str, Consumer], name: str) -> None:
    """Beside it, it only writes to its own log group."""
    consumer = consumers[name]
    template = cfn_table.to_plain(cfn_table.synthesize(consumer.design))
    (policy,) = [each for each in consumer.design.policies if each.name == consumer.policy]
    exported = [
        output["Export"]["Name"]["Fn::Sub"].replace("AWS::StackName", "ProducerStackName")
        for output in template["Outputs"].values()
        if output["Value"] == {"Ref": policy.logical_id}
    ]
    role = consumer.load()["Resources"]["FunctionRole"]["Properties"]
    assert [{"Fn::ImportValue": {"Fn::Sub": name}} for name in exported] == role["ManagedPolicyArns"]
    (inline,) = role["Policies"]
    assert [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["FunctionLogs", "Arn"]},
        }
    ] == inline["PolicyDocument"]["Statement"]


@pytest.mark.parametrize("name", ALL)
def test_every_import_is_an_export_of_the_producer(consumers: dict[str, Consumer], name: str) -> None:
    """Under the name that the producer's own template gives it."""
    consumer = consumers[name]
    template = cfn_table.to_plain(cfn_table.synthesize(consumer.design))
    exports = {
        each["Export"]["Name"]["Fn::Sub"].partition("}")[2] for each in template["Outputs"].values() if "Export" in each
    }
    imports = {each["Fn::Sub"].partition("}")[2] for each in imported(consumer.load())}
    assert imports
    assert imports <= exports


def imported(value: Any) -> list[Any]:
    """The arguments of every `Fn::ImportValue`."""
    if isinstance(value, dict):
        found = [value["Fn::ImportValue"]] if "Fn::ImportValue" in value else []
        return [*found, *(inner for each in value.values() for inner in imported(each))]
    return [inner for each in value for inner in imported(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", ALL)
def test_both_yaml_versions_read_the_same(consumers: dict[str, Consumer], name: str) -> None:
    """And both read code that compiles."""
    assert consumers[name].load() == consumers[name].load_as_yaml_1_2()
    compile(consumers[name].code, "index.py", "exec")


@pytest.mark.parametrize("policy", ["all", "reader"])
def test_hostile_names_stay_texts(hurting: Design, policy: str) -> None:
    """Quotes, line breaks, `${` and other scripts are what they are for both readers, and for the linter."""
    consumer = consumer_of(hurting, policy)
    assert consumer.load() == consumer.load_as_yaml_1_2()
    compile(consumer.code, "index.py", "exec")
    assert [] == list(cfn_table.lint_template(consumer.text, path="hurting.yaml", regions=["us-east-1"]))


def test_a_split_policy_is_imported_in_all_its_parts(tmp_path: Path) -> None:
    """A policy over IAM's limit has several parts, each with an export."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "policies" / "wide").mkdir(parents=True)
    entities = "".join(
        f"  thing{number}: {{keys: {{PK: '{'X' * 200}{number}#{{id}}', SK: S}}, attributes: {{id: string}}}}\n"
        for number in range(60)
    )
    patterns = "".join(f"  get{number}: {{operation: GetItem, entity: thing{number}}}\n" for number in range(60))
    text = f"design: wide\nversion: 1.0.0\ntable: {{key: {{partition: PK, sort: SK}}}}\nentities:\n{entities}"
    (tmp_path / "templates" / "wide.yaml").write_text(f"{text}access_patterns:\n{patterns}", encoding="utf-8")
    allow = ", ".join(f"get{number}" for number in range(60))
    (tmp_path / "policies" / "wide" / "all.yaml").write_text(f"policy: all\nallow: [{allow}]\n", encoding="utf-8")
    design = load_design(tmp_path / "templates" / "wide.yaml", environment={})
    role = consumer_of(design, "all").load()["Resources"]["FunctionRole"]["Properties"]
    names = [each["Fn::ImportValue"]["Fn::Sub"] for each in role["ManagedPolicyArns"]]
    parts = ["", *(str(number) for number in range(2, len(names) + 1))]
    assert len(names) > 1
    assert [f"${{ProducerStackName}}-AllPolicy{part}Arn" for part in parts] == names


def test_only_indexes_that_are_read_are_imported(consumers: dict[str, Consumer]) -> None:
    """What is imported cannot be removed by the producer, so no more is."""
    variables = {
        name: consumers[name].load()["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
        for name in ("kv-storage-api", "kv-storage-reporting", "settings-console", "team-space-directory")
    }
    assert {
        "kv-storage-api": ["TABLE_NAME", "GSI1_NAME"],
        "kv-storage-reporting": ["TABLE_NAME"],
        "settings-console": ["TABLE_NAME", "BY_OWNER_NAME"],
        "team-space-directory": ["TABLE_NAME", "BY_MEMBER_NAME"],
    } == {name: list(each) for name, each in variables.items()}


def test_a_bound_policy_needs_a_tag_of_the_role(consumers: dict[str, Consumer]) -> None:
    """Its value is a parameter that the deployer must give; the command at the head gives the sample's."""
    template = consumers["kv-storage-tenant"].load()
    assert [{"Key": "namespace", "Value": {"Ref": "NamespaceTag"}}] == (
        template["Resources"]["FunctionRole"]["Properties"]["Tags"]
    )
    assert "Default" not in template["Parameters"]["NamespaceTag"]
    assert "--parameter-overrides NamespaceTag=myapp " in consumers["kv-storage-tenant"].text
    assert '"AccessDeniedException"' in consumers["kv-storage-tenant"].code
    assert "Tags" not in consumers["kv-storage-api"].load()["Resources"]["FunctionRole"]["Properties"]


def test_a_binding_of_one_grant_needs_its_tag_too(consumers: dict[str, Consumer]) -> None:
    """It may be another than that of the policy."""
    role = consumers["team-space-directory"].load()["Resources"]["FunctionRole"]["Properties"]
    assert [{"Key": "owned", "Value": {"Ref": "OwnedTag"}}] == role["Tags"]


def bound(tmp_path: Path, variable: str) -> Consumer:
    """The consumer of a policy that binds a user to a variable."""
    (tmp_path / "templates").mkdir(exist_ok=True)
    (tmp_path / "policies" / "notes").mkdir(parents=True, exist_ok=True)
    (tmp_path / "templates" / "notes.yaml").write_text(small_design(), encoding="utf-8")
    text = f"policy: own\nbind: {{userId: {json.dumps(variable)}}}\nallow: [get_note]\n"
    (tmp_path / "policies" / "notes" / "own.yaml").write_text(text, encoding="utf-8")
    return consumer_of(load_design(tmp_path / "templates" / "notes.yaml", environment={}), "own")


def test_a_variables_default_is_the_parameters(tmp_path: Path) -> None:
    """Then nothing has to be given."""
    consumer = bound(tmp_path, "${aws:PrincipalTag/user, 'nobody'}")
    assert "nobody" == consumer.load()["Parameters"]["UserTag"]["Default"]
    assert "--parameter-overrides" not in consumer.text


def test_what_no_role_has_is_told(tmp_path: Path) -> None:
    """A function has no Cognito identity: whoever deploys it reads who has to have one."""
    consumer = bound(tmp_path, "${cognito-identity.amazonaws.com:sub}")
    assert "#   userId must be ${cognito-identity.amazonaws.com:sub}\n" in consumer.text
    assert ["ProducerStackName"] == list(consumer.load()["Parameters"])


@pytest.mark.parametrize(
    ("variable", "key", "parameter"),
    [
        ("${aws:PrincipalTag/team: on=1/a@b.c}", "team: on=1/a@b.c", "TeamOn1ABCTag"),
        ("${aws:PrincipalTag/имя}", "имя", "Tag"),
        ("${AWS:principaltag/no}", "no", "NoTag"),
        ("${aws:PrincipalTag/2, ''}", "2", "2Tag"),
    ],
)
def test_any_tag_can_be_one_of_the_role(tmp_path: Path, variable: str, key: str, parameter: str) -> None:
    """Whatever its key is made of; the linter finds nothing."""
    consumer = bound(tmp_path, variable)
    template = consumer.load()
    assert [{"Key": key, "Value": {"Ref": parameter}}] == template["Resources"]["FunctionRole"]["Properties"]["Tags"]
    assert ["ProducerStackName", parameter] == list(template["Parameters"])
    assert [] == list(cfn_table.lint_template(consumer.text, path="notes.yaml", regions=["us-east-1"]))


@pytest.mark.parametrize("variable", ["${aws:username, 'a\nb: c'}", "${aws:PrincipalTag/user, 'a\nb: \u2028 #c'}"])
def test_a_default_of_several_lines_is_no_line_of_the_template(tmp_path: Path, variable: str) -> None:
    """Neither in a comment nor in a value."""
    consumer = bound(tmp_path, variable)
    assert consumer.load() == consumer.load_as_yaml_1_2()
    assert "\nb: " not in consumer.text


def test_a_fixed_value_needs_no_tag(tmp_path: Path) -> None:
    """The policy itself says which partition it is."""
    consumer = bound(tmp_path, "u1")
    assert "Tags" not in consumer.load()["Resources"]["FunctionRole"]["Properties"]
    assert "compares keys" not in consumer.text


def test_a_policy_that_reads_the_stream_gets_its_changes(consumers: dict[str, Consumer]) -> None:
    """With patterns or without; the policy allows what the event source mapping does."""
    for name, is_alone in (("team-space-replication", True), ("shop-back-office", False)):
        resources = consumers[name].load()["Resources"]
        assert {"Fn::ImportValue": {"Fn::Sub": "${ProducerStackName}-StreamArn"}} == (
            resources["FunctionStream"]["Properties"]["EventSourceArn"]
        )
        assert is_alone == ("Environment" not in resources["Function"]["Properties"])
    assert "FunctionStream" not in consumers["kv-storage-api"].load()["Resources"]


def test_the_runtime_is_the_newest_that_is_not_deprecated() -> None:
    """As cfn-lint knows them."""
    data = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    known = json.loads(data.read_text(encoding="utf-8"))
    pythons = [name for name in known if name.startswith("python3")]
    assert RUNTIME == max(pythons, key=lambda name: int(name.partition(".")[2]))
    assert datetime.date.fromisoformat(known[RUNTIME]["deprecated"]) > datetime.date(2027, 1, 1)


@pytest.mark.parametrize("name", ["kv-storage-api", "shop-checkout", "settings-console", "everything-export"])
def test_the_commands_at_the_head_are_commands(consumers: dict[str, Consumer], name: str) -> None:
    """A shell reads them as they are meant, and the payload is the JSON of an event."""
    head = consumers[name].text.partition("\nAWSTemplateFormatVersion")[0]
    commands = " ".join(line[4:].removesuffix("\\") for line in head.splitlines() if line.startswith("#   "))
    words = shlex.split(commands)
    event = json.loads(words[words.index("--payload") + 1])
    assert {"pattern", "parameters"} >= event.keys()
    assert f"{name}.yaml" in words


def test_a_design_without_policies_has_no_consumer(tmp_path: Path) -> None:
    """The error says what to write."""
    design = design_of(tmp_path, "entities: {thing: {keys: {PK: 'T#{id}', SK: T}, attributes: {id: string}}}\n")
    with pytest.raises(UsageError, match="design `small` has no policy, and a consumer may do what a policy") as error:
        emit_consumer(design)
    assert "policies/small/reader.yaml" in error.value.help


def test_a_policy_must_be_chosen_among_several(designs: dict[str, Design]) -> None:
    """None of them is taken for granted; the only one is."""
    with pytest.raises(UsageError, match="design `kv-storage` has 3") as error:
        emit_consumer(designs["kv-storage"])
    assert "choose with `--policy` one of `api`, `reporting`, `tenant`" == error.value.help
    assert emit_consumer(designs["smallest"]) == emit_consumer(designs["smallest"], policy="writer")


def test_an_unknown_policy_is_refused(designs: dict[str, Design]) -> None:
    """With the nearest right one."""
    with pytest.raises(UsageError, match="has no policy `tenants`") as error:
        emit_consumer(designs["kv-storage"], policy="tenants")
    assert "did you mean `tenant`?" == error.value.help


@pytest.mark.parametrize("name", ["", "1a", "a_b", "a" * 129, "a\n", "a b"])
def test_what_cannot_name_a_stack_is_refused(designs: dict[str, Design], name: str) -> None:
    """Of the producer as of the consumer."""
    for options in ({"stack_name": name}, {"name": name}):
        with pytest.raises(UsageError, match="is no name of a stack"):
            emit_consumer(designs["smallest"], **options)


def test_two_stacks_have_two_names(designs: dict[str, Design]) -> None:
    """A consumer under the producer's name would replace it."""
    with pytest.raises(UsageError, match="`notes` is the producer's name already"):
        emit_consumer(designs["smallest"], stack_name="notes", name="notes")


def test_names_that_are_given_are_used(designs: dict[str, Design]) -> None:
    """In the parameter's default and in the commands."""
    consumer = consumer_of(designs["smallest"], "writer", stack_name="prod-notes", name="prod-writer")
    assert "prod-notes" == consumer.load()["Parameters"]["ProducerStackName"]["Default"]
    assert "--stack-name prod-writer --capabilities" in consumer.text
    assert "smallest-writer" not in consumer.text


def test_the_longest_names_fit(tmp_path: Path) -> None:
    """A stack's name has at most 128 characters, a function's description 256."""
    design, policy = "d" * 100, "p" * 100
    (tmp_path / "templates").mkdir()
    (tmp_path / "policies" / design).mkdir(parents=True)
    (tmp_path / "templates" / f"{design}.yaml").write_text(small_design(design), encoding="utf-8")
    text = f"policy: {policy}\nallow: [get_note, put_note]\n"
    (tmp_path / "policies" / design / f"{policy}.yaml").write_text(text, encoding="utf-8")
    consumer = consumer_of(load_design(tmp_path / "templates" / f"{design}.yaml", environment={}), policy)
    name = f"{'d' * 64}-{'p' * 63}"
    assert f"--stack-name {name} " in consumer.text
    assert [] == list(cfn_table.lint_template(consumer.text, path="x.yaml", regions=["us-east-1"]))


def test_a_template_over_the_inline_limit_goes_through_a_bucket(tmp_path: Path) -> None:
    """The command says so."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "policies" / "many").mkdir(parents=True)
    more = [f"  get_{number}: {{operation: GetItem, entity: note}}" for number in range(300)]
    (tmp_path / "templates" / "many.yaml").write_text(small_design("many", "1.0.0", *more), encoding="utf-8")
    allow = ", ".join(f"get_{number}" for number in range(300))
    (tmp_path / "policies" / "many" / "all.yaml").write_text(f"policy: all\nallow: [{allow}]\n", encoding="utf-8")
    consumer = consumer_of(load_design(tmp_path / "templates" / "many.yaml", environment={}), "all")
    assert "#     --s3-bucket BUCKET \\\n" in consumer.text


def test_output_is_the_same_every_time(tmp_path: Path) -> None:
    """Whatever the order of hashes."""
    copy_designs(tmp_path, "shop")
    command = ("emit", "consumer", "--policy", "checkout")
    told = {run(*command, cwd=tmp_path, variables={"PYTHONHASHSEED": seed}).told for seed in ("1", "2")}
    assert [(0, (GOLDEN / "shop-checkout.yaml").read_text(encoding="utf-8"), "")] == list(told)


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    """As a wrong use of it, without a template."""
    copy_designs(tmp_path, "shop")
    done = run("emit", "consumer", cwd=tmp_path)
    assert (2, "") == (done.status, done.out)
    assert "help: choose with `--policy` one of `back-office`, `checkout`, `storefront`" in done.err


def test_the_function_is_one_of_the_library() -> None:
    """`import cfn_table` offers it."""
    assert cfn_table.emit_consumer is emit_consumer
