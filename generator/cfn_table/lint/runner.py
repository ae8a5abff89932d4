"""Decide about one template text: cfn-lint with nothing silenced, our own rules, and suppressions that carry a reason.

The gate takes no advice from its surroundings. cfn-lint reads `.cfnlintrc` files, environment variables, a schema cache
in the home folder and the template's own Metadata; each of them can silence it. Here it gets its configuration from
`_GateConfig`, which reads none of these, and its schemas from the files that it was installed with.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from cfn_table.design.suggest import did_you_mean
from cfn_table.errors import InputError
from cfn_table.findings import Finding, Location, Severity
from cfn_table.lint.matches import Places, finding_of, sentence
from cfn_table.lint.verdicts import LintVerdict, Suppressed

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match
    from cfnlint.rules import CloudFormationLintRule, Rules

    from cfn_table.synth.read import TemplateText

# What these ids report is that cfn-lint did not look at all: a template that nobody looked at cannot be waved through.
_NEVER_SUPPRESSED = frozenset({"E0000", "E0001", "E0002", "E0003"})
# cfn-lint's id for a text that is no template.
_UNREADABLE = "E0000"
# cfn-lint keeps the state of the template that it looks at in its rules.
_one_at_a_time = threading.Lock()


def lint_template(
    text: str, *, path: str, regions: Sequence[str], suppressions: Mapping[str, str] | None = None
) -> list[Finding]:
    """What is wrong with a CloudFormation template, sorted; suppressed findings are left out.

    Takes the same arguments and raises the same errors as `judge_template`.
    """
    return list(judge_template(text, path=path, regions=regions, suppressions=suppressions).findings)


def judge_template(
    text: str,
    *,
    path: str,
    regions: Sequence[str],
    suppressions: Mapping[str, str] | None = None,
    json_text: str | None = None,
) -> LintVerdict:
    """Everything that cfn-lint (errors and warnings) and our rules say about a CloudFormation template.

    A text that is no template, or on which cfn-lint itself fails, gives findings and not exceptions.

    Args:
        text: the template, YAML or JSON.
        path: how the template is named in findings.
        regions: AWS Regions in which the template must be valid, such as `["us-east-1"]`; at least one.
        suppressions: id of a cfn-lint rule or name of one of ours → why its findings do not matter here.
        json_text: where given, it must describe the same template as `text`.

    Raises:
        InputError: a Region or a rule that does not exist, a suppression without a reason, or of a rule that cannot be
            suppressed.
    """
    with _one_at_a_time:
        gate = _gate()
        checked_regions = gate.check_regions(regions)
        reasons = gate.check_suppressions(suppressions or {})
        found = sorted(gate.look_at(text, path, checked_regions, json_text), key=Finding.sort_key)
    unique = dict.fromkeys(found)
    return LintVerdict(
        findings=tuple(it for it in unique if it.rule not in reasons),
        suppressed=tuple(Suppressed(it, reasons[it.rule]) for it in unique if it.rule in reasons),
        cfn_lint_version=gate.version,
        regions=checked_regions,
    )


def prepare() -> None:
    """Import cfn-lint and build its rules, which `judge_template` otherwise does when it is first called."""
    with _one_at_a_time:
        _gate()


class _GateConfig:
    """All that cfn-lint asks a configuration, with constant answers.

    INVARIANT: no attribute depends on a file, the environment, the command line or the template. A setting that a later
    cfn-lint asks for and that is missing here raises AttributeError, which becomes an error finding (E0002).
    """

    configure_rules: ClassVar[dict[str, Any]] = {}
    ignore_checks: ClassVar[list[str]] = []
    include_checks: ClassVar[list[str]] = ["E", "W"]
    mandatory_checks: ClassVar[list[str]] = ["E", "W"]  # beats `ignore_checks` in the Metadata of a resource
    parameters: ClassVar[list[Any]] = []
    include_experimental = False
    build_graph = False

    def __init__(self, regions: tuple[str, ...]) -> None:
        self.regions = list(regions)

    def set_template_args(self, template: Any) -> None:
        """Where cfn-lint would take settings from the template's `Metadata.cfn-lint.config`."""


@dataclass(frozen=True)
class _Gate:
    """cfn-lint, loaded once per process."""

    rules: Rules
    version: str
    known_regions: frozenset[str]
    types_with_rules: frozenset[str]
    _fitting: dict[frozenset[str], Rules]

    def check_regions(self, regions: Sequence[str]) -> tuple[str, ...]:
        if not regions:
            raise InputError("no Region to check the template for", help="name at least one, such as `us-east-1`")
        for region in regions:
            if region not in self.known_regions:
                raise InputError(f"unknown Region `{region}`", help=did_you_mean(region, self.known_regions))
        return tuple(sorted(set(regions)))

    def check_suppressions(self, suppressions: Mapping[str, str]) -> dict[str, str]:
        from cfn_table.lint.rules import RULES

        known = {*self.rules.data, *(rule.NAME for rule in RULES)}
        for rule, reason in suppressions.items():
            if rule in _NEVER_SUPPRESSED:
                raise InputError(
                    f"`{rule}` cannot be suppressed",
                    help="it says that the template was not looked at; correct the template instead",
                )
            if rule not in known:
                raise InputError(f"no rule `{rule}` exists to be suppressed", help=did_you_mean(rule, known))
            if not reason.strip():
                raise InputError(f"the suppression of `{rule}` gives no reason", help="say why it does not matter here")
        return dict(suppressions)

    def look_at(self, text: str, path: str, regions: tuple[str, ...], json_text: str | None) -> Iterator[Finding]:
        from cfn_table.synth.read import read_template

        try:
            template = read_template(text, path)
        except InputError as error:
            # INVARIANT: cfn-lint sees only what was read here, with a limit on depth: its decoder recurses in C without
            # one, and a text of brackets would end the process.
            yield from (replace(finding, rule=_UNREADABLE) for finding in error.findings)
            return
        yield from self._cfn_lint_findings(text, path, regions)
        yield from _own_findings(template)
        if json_text is not None:
            yield from _disagreement(template, json_text)

    def _cfn_lint_findings(self, text: str, path: str, regions: tuple[str, ...]) -> Iterator[Finding]:
        from cfnlint.decode.decode import decode_str
        from cfnlint.runner.template.runner import run_template_by_data

        matches: list[Match] = []
        try:
            data, undecodable = decode_str(text)
            matches.extend(undecodable)
            if not undecodable:
                config = cast("ConfigMixIn", _GateConfig(regions))
                matches.extend(run_template_by_data(data, config, self.rules_for(text, data)))
        except Exception as failure:  # whatever goes wrong in there is a finding about the template
            yield _failure(f"cfn-lint fails on this template: {_described(failure)}", path)
        places = Places(text, path)
        yield from (finding_of(match, places) for match in matches)

    def rules_for(self, text: str, data: Any) -> Rules:
        """The rules that can say something about this template: all but those about absent resource types.

        A third of cfn-lint's rules check one property of one resource type each, and cfn-lint walks over all of them at
        each place of the template. What a transform will make of the template is unknown, so then all rules are kept.
        """
        types = _resource_types(data)
        if types is None or "Transform" in data or "Fn::Transform" in text or "Fn::ForEach" in text:
            return self.rules
        types &= self.types_with_rules
        if types not in self._fitting:
            from cfnlint.rules import Rules

            named_by_others = {child for rule in self.rules.values() for child in rule.child_rules}
            self._fitting[types] = Rules(
                {
                    name: rule
                    for name, rule in self.rules.items()
                    if name in named_by_others or not _is_about_absent_types(rule, types)
                }
            )
        return self._fitting[types]


@functools.lru_cache(maxsize=1)
def _gate() -> _Gate:
    import logging

    # Without a handler, cfn-lint's log messages would go to standard error; what matters in them is in its findings.
    logging.getLogger("cfnlint").addHandler(logging.NullHandler())
    from cfnlint.config import _DEFAULT_RULESDIR
    from cfnlint.helpers import REGIONS
    from cfnlint.rules import Rules
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER, ProviderSchemaManager
    from cfnlint.version import __version__

    # cfn-lint prefers schemas in a cache folder (XDG_CACHE_HOME) when they claim a later date than those it came with.
    bundled = Path(_DEFAULT_RULESDIR).parent / "data" / "schemas"
    ProviderSchemaManager.__init__(
        PROVIDER_SCHEMA_MANAGER, providers_dir=bundled / "providers", resources_dir=bundled / "resources"
    )
    rules = Rules.create_from_directory(_DEFAULT_RULESDIR)
    types = frozenset(place[1] for rule in rules.values() for place in _places(rule) if len(place) > 1)
    return _Gate(rules, __version__, frozenset(REGIONS), types, {})


def _places(rule: CloudFormationLintRule) -> list[list[str]]:
    """Where in a template a rule listens, split at the slashes: `[["Resources", "AWS::S3::Bucket", "Properties"]]`."""
    return [place.split("/") for place in getattr(rule, "keywords", ())]


def _resource_types(data: Any) -> frozenset[str] | None:
    """Types of all resources in a decoded template; None when one of them is not plainly there."""
    resources = data.get("Resources") if isinstance(data, dict) else None
    if not isinstance(resources, dict):
        return None
    types = [resource.get("Type") if isinstance(resource, dict) else None for resource in resources.values()]
    if not all(isinstance(it, str) for it in types):
        return None
    return frozenset(str(it) for it in types)


def _is_about_absent_types(rule: CloudFormationLintRule, types: frozenset[str]) -> bool:
    """Whether a rule listens to places inside resources of other types only, and does nothing else.

    Such places are `Resources/AWS::Lambda::Function/Properties/…`: cfn-lint announces one only while it validates a
    resource of that type, and only through the rule E1101.
    """
    from cfnlint.rules import CloudFormationLintRule as Base

    if rule.child_rules or list(rule.parent_rules) != ["E1101"]:
        return False
    if any(
        getattr(type(rule), name) is not getattr(Base, name)
        for name in ("match", "match_resource_properties", "initialize")
    ):
        return False
    return bool(_places(rule)) and all(
        len(place) > 2 and place[0] == "Resources" and "::" in place[1] and place[1] not in types
        for place in _places(rule)
    )


def _own_findings(template: TemplateText) -> Iterator[Finding]:
    from cfn_table.lint.rules import RULES, TemplateView

    view = TemplateView(template.data, size=len(template.text.encode()))
    for rule in RULES:
        try:
            problems = list(rule.check(view))
        except Exception as failure:
            # A shape that only a broken template has: cfn-lint reports it, and our rule must not hide behind a crash.
            yield _failure(f"the rule `{rule.NAME}` fails on this template: {_described(failure)}", template.path)
            continue
        for problem in problems:
            yield Finding(
                rule.NAME,
                problem.severity or rule.SEVERITY,
                problem.message,
                help=problem.help,
                location=template.locate(problem.path, value=problem.at_value),
                path=tuple(problem.path),
            )


def _disagreement(template: TemplateText, json_text: str) -> Iterator[Finding]:
    """An error when the JSON text of a template describes something else than its YAML text."""
    try:
        other = json.loads(json_text)
    except (ValueError, RecursionError) as failure:
        message, place = f"the JSON text of the template is unreadable: {_described(failure)}", Location(template.path)
    else:
        path = first_difference(template.data, other)
        if path is None:
            return
        where = "/".join(str(step) for step in path) or "the top"
        message = f"the YAML and the JSON text of the template differ at `{where}`"
        place = template.locate(path)
    yield Finding(
        "both-texts-say-the-same",
        Severity.ERROR,
        message,
        help="cfn-table wrote both from one template, so this is its fault; please report it",
        location=place,
    )


def first_difference(one: Any, other: Any, path: tuple[str | int, ...] = ()) -> tuple[str | int, ...] | None:
    """Path to the first place at which two decoded templates differ, None when they are equal.

    Stricter than `==`: true is not 1, and 1 is not 1.0. The order of the keys of a mapping means nothing.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one:
            if key not in other:
                return (*path, key)
        for key in other:
            if key not in one:
                return (*path, key)
        pairs: list[tuple[Any, Any, str | int]] = [(one[key], other[key], key) for key in one]
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return (*path, min(len(one), len(other)))
        pairs = [(a, b, index) for index, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, str) and isinstance(other, str):
        return None if one == other else path
    else:
        return None if type(one) is type(other) and one == other else path
    for a, b, step in pairs:
        found = first_difference(a, b, (*path, step))
        if found is not None:
            return found
    return None


def _failure(message: str, path: str) -> Finding:
    return Finding(
        "E0002",
        Severity.ERROR,
        message,
        help="the template was not looked at to the end; correct what else is found, and report it if that is nothing",
        location=Location(path),
    )


def _described(failure: Exception) -> str:
    said = sentence(str(failure))
    return f"{type(failure).__name__}: {said}" if said else type(failure).__name__
