"""What a consumer's stack says: names, and the tags that a role needs where a policy is bound to the caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cfn_table.design.design import Design, Policy
from cfn_table.design.names import pascal_case
from cfn_table.design.suggest import did_you_mean, shown
from cfn_table.emit.queries.calls import one_line
from cfn_table.errors import UsageError

STACK_NAME: Final = "[a-zA-Z][-a-zA-Z0-9]{0,127}"
"""What names a stack (CloudFormation API reference, CreateStack)."""

RUNTIME: Final = "python3.14"
"""The newest Python of Lambda that cfn-lint knows; a test says when another is."""

TAG_VALUE: Final = r"[\w .:/=+@-]{1,256}"
"""What a tag of a role can be, without what no command shows (IAM API reference, Tag)."""

_LONGEST_STACK_NAME: Final = 128
_TAG: Final = re.compile(r"\$\{aws:PrincipalTag/(?P<tag>[^,}]*[^,} ]) *(?:, *'(?P<default>[^']*)')?\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the role, which the policy compares with a placeholder of keys.

    Attributes:
        key: the tag's key.
        parameter: of the template, which gives its value.
        placeholder: what it is compared with.
        default: its value without the tag, as the policy says; None for none.
    """

    key: str
    parameter: str
    placeholder: str
    default: str | None


def chosen_policy(design: Design, name: str | None) -> Policy:
    """The policy of this name; without a name the only one.

    Raises:
        UsageError: there is none, or there are several.
    """
    names = [policy.name for policy in design.policies]
    listed = ", ".join(f"`{each}`" for each in names)
    if not names:
        raise UsageError(
            f"design {shown(design.name)} has no policy, and a consumer may do what a policy allows",
            help=f"write one, such as policies/{design.name}/reader.yaml with `policy: reader` and `allow: [PATTERN]`",
        )
    if name is None and len(names) > 1:
        raise UsageError(
            f"a consumer has one policy, and design {shown(design.name)} has {len(names)}",
            help=f"choose with `--policy` one of {listed}",
        )
    found = next((policy for policy in design.policies if policy.name == (name or names[0])), None)
    if found is None:
        help_ = did_you_mean(name or "", names) or f"choose one of {listed}"
        raise UsageError(f"design {shown(design.name)} has no policy {shown(name)}", help=help_)
    return found


def valid_name(wanted: str | None, default: str) -> str:
    """A stack's name.

    Raises:
        UsageError: `wanted` cannot be one.
    """
    if wanted is not None and not re.fullmatch(STACK_NAME, wanted):
        raise UsageError(
            f"{shown(wanted)} is no name of a stack", help="use 1 to 128 letters, digits and `-`, a letter first"
        )
    return default if wanted is None else wanted


def consumer_name(design: Design, policy: Policy) -> str:
    """What the consumer's stack is called: the design, and the policy, shortened where that is too long for a stack."""
    name = f"{design.name}-{policy.name}"
    if len(name) <= _LONGEST_STACK_NAME:
        return name
    half = _LONGEST_STACK_NAME // 2
    start = design.name[: max(half, _LONGEST_STACK_NAME - 1 - len(policy.name))].rstrip("-")
    return f"{start}-{policy.name}"[:_LONGEST_STACK_NAME].rstrip("-")


def bindings(policy: Policy) -> dict[str, str]:
    """Variable → the placeholder that must be equal to it; of all that the policy binds to something of the caller."""
    bound = [policy.file.bind, *(grant.bind for grant in policy.file.allow)]
    pairs = {value: name for each in bound for name, value in each.items() if value.startswith("${")}
    return dict(sorted(pairs.items()))


def role_tags(policy: Policy) -> list[Tag]:
    """The tags that the role needs so that the policy allows it anything."""
    found: dict[str, Tag] = {}
    taken = {"ProducerStackName"}
    for variable, placeholder in bindings(policy).items():
        match = _TAG.fullmatch(variable)
        # Keys of tags differ by more than the case of their letters (IAM user guide, "Tags for IAM resources").
        if match is None or match["tag"].lower() in found:
            continue
        base = f"{pascal_case(match['tag'])}Tag"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}{number}", number + 1
        taken.add(name)
        found[match["tag"].lower()] = Tag(match["tag"], name, placeholder, match["default"] or None)
    return list(found.values())


def other_variables(policy: Policy) -> Iterator[tuple[str, str]]:
    """What the policy is bound to that no template can give a role: variable and placeholder."""
    return ((one_line(variable), name) for variable, name in bindings(policy).items() if not _TAG.fullmatch(variable))
