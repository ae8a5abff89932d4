"""Designs with policies, and what their consumers are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml
import yaml

from cfn_table.design.design import Design
from cfn_table.design.load import load_design
from cfn_table.emit.consumer import emit_consumer
from tests.emit.conftest import HURTING

GOLDEN = Path(__file__).parent / "golden"
"""What is printed for each design and policy."""

ALL = [
    "device-telemetry-dashboard",
    "device-telemetry-ingest",
    "everything-export",
    "everything-reader",
    "forum-web",
    "kv-storage-api",
    "kv-storage-reporting",
    "kv-storage-tenant",
    "profile-sign-in",
    "settings-application",
    "settings-console",
    "shop-back-office",
    "shop-checkout",
    "shop-storefront",
    "smallest-writer",
    "team-space-directory",
    "team-space-replication",
    "team-space-tenant",
    "tournament-referee",
]
"""Design and policy, as the consumer's stack is named."""

HURTING_POLICIES = {
    "all": "[class, delete, things, list, esac]",
    "reader": "[class, things]",
}


@dataclass(frozen=True, slots=True)
class Consumer:
    """One consumer.

    Attributes:
        design: whose table it uses.
        policy: the policy that it has.
        text: its template.
    """

    design: Design
    policy: str
    text: str

    def load(self) -> dict[str, Any]:
        """The template as a reader of YAML 1.1 reads it; intrinsics are in their long form."""
        found: dict[str, Any] = yaml.load(self.text, _Loader)
        return found

    def load_as_yaml_1_2(self) -> Any:
        """The same by the rules of YAML 1.2."""
        reader = ruamel.yaml.YAML(typ="safe", pure=True)
        reader.constructor.add_multi_constructor("!", _intrinsic)
        return reader.load(self.text)

    @property
    def code(self) -> str:
        """The function's module."""
        return str(self.load()["Resources"]["Function"]["Properties"]["Code"]["ZipFile"])


class _Loader(yaml.SafeLoader):
    """A safe loader that knows the short intrinsics."""


def _intrinsic(loader: Any, tag: str, node: Any) -> dict[str, Any]:
    value = loader.construct_scalar(node)
    name = str(tag).removeprefix("!")
    return {"Ref": value} if name == "Ref" else {f"Fn::{name}": value.split(".") if name == "GetAtt" else value}


_Loader.add_multi_constructor("!", _intrinsic)


def consumer_of(design: Design, policy: str, **options: str) -> Consumer:
    """The consumer of a policy."""
    return Consumer(design, policy, emit_consumer(design, policy=policy, **options))


@pytest.fixture(scope="session")
def consumers(designs: dict[str, Design]) -> dict[str, Consumer]:
    """All consumers of the designs that have policies."""
    return {
        f"{design.name}-{policy.name}": consumer_of(design, policy.name)
        for design in designs.values()
        for policy in design.policies
    }


@pytest.fixture(scope="session")
def hurting(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """The design whose names hurt, with policies."""
    folder = tmp_path_factory.mktemp("hurting")
    (folder / "templates").mkdir()
    (folder / "policies" / "hurting").mkdir(parents=True)
    # boto3 refuses numbers below 1E-128 that have 38 digits.
    text = HURTING.read_text(encoding="utf-8").replace("E-130", "E-80")
    (folder / "templates" / "hurting.yaml").write_text(text, encoding="utf-8")
    for name, allow in HURTING_POLICIES.items():
        policy = f'policy: {name}\ndescription: "it\'s `${{x}}`\\n\\"\\u2028"\nallow: {allow}\n'
        (folder / "policies" / "hurting" / f"{name}.yaml").write_text(policy, encoding="utf-8")
    return load_design(folder / "templates" / "hurting.yaml", environment={})
