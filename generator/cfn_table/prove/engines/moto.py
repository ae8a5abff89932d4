"""moto, in this process: the embedded engine, which needs neither network nor credentials nor Java.

It makes the template's stack as CloudFormation would, where it can. It proves what patterns do, not that a template can
be deployed: it accepts tables that the service refuses, and knows only some types of resources.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cfn_table.design.design import Design
from cfn_table.prove.engines.answers import explaining, names_of, not_there, region_of
from cfn_table.prove.engines.create_table import TABLE_TYPES, make_table, table_of, table_request, wait_until_active
from cfn_table.prove.engines.deployed import Deployed, EngineRefused
from cfn_table.prove.engines.private import private_configuration
from cfn_table.prove.engines.values import SSM, Surroundings, parameter_values

ACCOUNT: Final = "123456789012"
"""The account that moto plays."""

_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_UNSUPPORTED: Final = "No Moto CloudFormation support for "


@contextlib.contextmanager
def moto_engine(
    design: Design, template: Mapping[str, Any], *, parameters: Mapping[str, str] | None = None
) -> Iterator[Deployed]:
    """The table of a template, in the memory of this process until the block ends.

    The whole template becomes a stack. What moto does not take is left out: first everything but the table, then
    CloudFormation itself; the notes tell that, with moto's own answers. Within the block the variables that configure
    AWS's libraries are hidden from this process, and botocore's requests end in moto.

    Args:
        design: the design.
        template: its template, in the JSON form.
        parameters: values of the template's parameters, over their defaults. Where a parameter names an SSM parameter,
            a stand-in is its value.

    Raises:
        EngineRefused: moto does not take the table.
        UsageError: a parameter has no value, or one that it does not allow.
    """
    values = parameter_values(template, parameters)
    region = region_of(design)
    with private_configuration(region), contextlib.ExitStack() as stack:
        with _without_collecting():
            from moto import mock_aws

            stack.enter_context(mock_aws())
            making = _Making(design, template, values, region)
            table = making.table()
        yield Deployed(
            "moto",
            making.dynamodb,
            names_of(design, table, making.resolved),
            has_latency=False,
            parameters=values,
            notes=tuple(making.notes),
        )


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """No garbage collection: moto's CloudFormation imports 25 services, and collecting would add a third to that."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass
class _Making:
    """Makes the table, by the first way that moto takes.

    Attributes:
        values: of the template's parameters, as given.
        resolved: the same with what SSM parameters hold.
        notes: what was left out on the way.
    """

    design: Design
    template: Mapping[str, Any]
    values: Mapping[str, str]
    region: str
    notes: list[str] = field(default_factory=list)
    resolved: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dynamodb = self._client("dynamodb")
        self.resolved = dict(self.values)

    def table(self) -> Mapping[str, Any]:
        """What DescribeTable tells about the table.

        Raises:
            EngineRefused: moto takes none.
        """
        logical_id = self.design.logical_id
        resource = table_of(self.template, logical_id)
        if resource["Type"] != TABLE_TYPES[0]:
            # What moto's CloudFormation does not know need not be tried.
            self.notes.append(f"moto knows no `{resource['Type']}`: the table is made through CreateTable")
            return self._through_the_api()
        self._stand_in_for_ssm()
        for template, left_out in ((self.template, "everything but the table"), (self._bare(resource), "the stack")):
            try:
                return self._stack(template)
            except _Refusal as refusal:
                self.notes.append(f"{left_out} is left out, because moto answers: {refusal}")
        return self._through_the_api()

    def _client(self, service: str) -> Any:
        import boto3

        return boto3.session.Session().client(service, region_name=self.region)

    def _bare(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """A template of nothing but the table, and what it may refer to."""
        kept = ("AWSTemplateFormatVersion", "Parameters", "Mappings", "Conditions")
        bare = {name: self.template[name] for name in kept if name in self.template}
        return {**bare, "Resources": {self.design.logical_id: resource}}

    def _stand_in_for_ssm(self) -> None:
        client = None
        for name, parameter in self.template.get("Parameters", {}).items():
            if parameter["Type"].startswith(SSM):
                client = client or self._client("ssm")
                self.resolved[name] = "1" if "Number" in parameter["Type"] else "stand-in"
                with explaining(f"moto has no SSM parameter `{self.values[name]}`", "it"):
                    client.put_parameter(
                        Name=self.values[name], Value=self.resolved[name], Type="String", Overwrite=True
                    )

    def _stack(self, template: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a stack and describe its table; raises _Refusal when there is none, and then leaves no table."""
        cloudformation = self._client("cloudformation")
        before = self._tables()
        # A fixed table name is the template's own; the stack's is ours, and nothing depends on it but generated names.
        name = f"{self.design.name[:80]}-{uuid.uuid4().hex[:8]}"
        try:
            with _listening() as unsupported:
                cloudformation.create_stack(
                    StackName=name,
                    TemplateBody=_body(template),
                    Capabilities=_CAPABILITIES,
                    Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in self.values.items()],
                )
                (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
                if stack["StackStatus"] != "CREATE_COMPLETE":
                    raise _Refusal(f"`{stack['StackStatus']}` ({stack.get('StackStatusReason', 'no reason')})")
                # DescribeStackResource fails where the stack has resources that moto does not create.
                resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
            made = [it for it in resources if it.get("LogicalResourceId") == self.design.logical_id]
            if not made:
                raise _Refusal("`CREATE_COMPLETE`, without the table")
            table = wait_until_active(self.dynamodb, made[0]["PhysicalResourceId"])
        # What moto does not expect in a template ends in any exception of Python.
        except Exception as error:
            for table_name in self._tables() - before:
                self.dynamodb.delete_table(TableName=table_name)
            raise error if isinstance(error, _Refusal) else _Refusal(_answer(error)) from error
        if unsupported:
            self.notes.append("moto creates no " + ", ".join(f"`{each}`" for each in sorted(unsupported)))
        return table

    def _through_the_api(self) -> Mapping[str, Any]:
        surroundings = Surroundings(self.region, self.design.name, ACCOUNT)
        request = table_request(self.template, self.design.logical_id, self.values, surroundings)
        with explaining("moto does not make the table", "it"):
            try:
                table = make_table(self.dynamodb, request)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                raise EngineRefused(
                    f"moto does not make the table: it fails with {_answer(error)}", help="use another engine"
                ) from error
        self.notes.extend(not_there("moto", request.left_out))
        return table

    def _tables(self) -> set[str]:
        return set(self.dynamodb.list_tables()["TableNames"])


def _body(template: Mapping[str, Any]) -> str:
    r"""A template as text that moto understands.

    moto reads it as YAML, which has neither `\ud83d\udc69` for `👩` nor every other character as it is; and it answers
    with the description in XML, which has no escapes for controls.
    """
    text = json.dumps({name: value for name, value in template.items() if name != "Description"}, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e\U00010000-\U0010ffff]", lambda found: f"\\u{ord(found[0]):04x}", text)


class _Refusal(Exception):
    """moto does not take a template; the message is its answer, in one line."""


def _answer(error: Exception) -> str:
    from botocore.exceptions import ClientError

    from cfn_table.publish.aws_errors import answer_of

    if isinstance(error, ClientError):
        return answer_of(error)
    if isinstance(error, EngineRefused):
        return error.message
    return " ".join(f"`{type(error).__name__}` ({error})".split())


class _Unsupported(logging.Handler):
    """Collects the types of resources that moto says it does not create."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.types: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the type, if the record is about one."""
        text = record.getMessage()
        if text.startswith(_UNSUPPORTED):
            self.types.add(text.removeprefix(_UNSUPPORTED).strip())


@contextlib.contextmanager
def _listening() -> Iterator[set[str]]:
    """Nothing of what moto logs and warns of is printed; gives the types of resources that it does not create."""
    logger = logging.getLogger("moto")
    handler, propagate = _Unsupported(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield handler.types
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
