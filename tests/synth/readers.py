"""How others read a template's text: YAML 1.1, YAML 1.2, and cfn-lint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor as RuamelConstructor
from ruamel.yaml.resolver import VersionedResolver


def long_form(loader: Any, tag: str, node: Any) -> dict[str, Any]:
    """A short intrinsic in long form, as the AWS CLI makes it."""
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    if tag == "GetAtt" and isinstance(node.value, str):
        return {name: node.value.split(".", 1)}
    if isinstance(node.value, str):
        return {name: loader.construct_scalar(node)}
    if isinstance(node.value[0], tuple):
        return {name: loader.construct_mapping(node, deep=True)}
    return {name: loader.construct_sequence(node, deep=True)}


class PythonLoader(yaml.SafeLoader):
    """PyYAML's loader in Python: YAML 1.1."""


class CLoader(yaml.CSafeLoader):
    """PyYAML's loader around libyaml: YAML 1.1."""


PythonLoader.add_multi_constructor("!", long_form)
CLoader.add_multi_constructor("!", long_form)


class Yaml12Constructor(RuamelConstructor):
    """A constructor of its own, so that the tags below do not reach other users of ruamel.yaml."""


Yaml12Constructor.add_multi_constructor("!", long_form)


def ruamel(text: str, version: tuple[int, int]) -> Any:
    """Read as that version of YAML. As version 1.1, ruamel.yaml also takes `y` and `n` for booleans."""
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Yaml12Constructor
    reader.Resolver = VersionedResolver
    reader.version = version
    return reader.load(text)


def read_with_python(text: str) -> Any:
    """Read with PyYAML in Python: YAML 1.1."""
    return yaml.load(text, PythonLoader)


def read_with_c(text: str) -> Any:
    """Read with PyYAML around libyaml: YAML 1.1."""
    return yaml.load(text, CLoader)


def read_with_cfn_lint(text: str) -> Any:
    """Read as cfn-lint reads a template."""
    from cfnlint.decode import cfn_yaml

    return plain(cfn_yaml.loads(text))


def plain(value: Any) -> Any:
    """The value with cfn-lint's nodes, which know their place, turned into plain values."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str.__str__(value) if isinstance(value, str) else value


YAML_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "YAML 1.1, PyYAML in Python": read_with_python,
    "YAML 1.1, PyYAML in C": read_with_c,
    "YAML 1.1, ruamel.yaml": lambda text: ruamel(text, (1, 1)),
    "YAML 1.2, ruamel.yaml": lambda text: ruamel(text, (1, 2)),
    "cfn-lint": read_with_cfn_lint,
}
"""What every text must mean the same to."""


def exactly(value: Any) -> str:
    """The value with all its types and orders: 1, 1.0, True and '1' differ, and so do 0.0 and -0.0."""
    return repr(value)
