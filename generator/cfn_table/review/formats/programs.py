"""Reviews for programs, and the schema that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cfn_table.findings import Location, Severity
from cfn_table.formats import dumped
from cfn_table.publish.semver import Bump
from cfn_table.review.change import ABSENT, Access, Change, Effect
from cfn_table.review.formats import words
from cfn_table.review.formats.verdict import said
from cfn_table.review.report import LEVELS, PolicyChange, Review, VersionStep
from cfn_table.schemas import array, flag, record, text, texts

VERSION: Final = 1
"""A change of the meaning of a member makes it one more; members may be added."""

RELATIONS: Final = ("equal", "wider", "narrower", "different", "new", "removed", "undecided")
"""What may become of a policy."""


def json(reviews: Sequence[Review], tool_version: str) -> str:
    """All reviews as JSON, in the form that `review_schema` describes; ends with a line end."""
    return dumped(
        {
            "version": VERSION,
            "tool": {"name": "cfn-table", "version": tool_version},
            "failsOn": [level for level in LEVELS if any(each.fails(level) for each in reviews)],
            "reviews": [_review(each) for each in reviews],
        }
    )


def _review(review: Review) -> dict[str, Any]:
    return {
        "name": review.name,
        "old": review.old,
        "new": review.new,
        "verdict": said(review),
        "worst": str(review.worst),
        "counts": dict(review.counts),
        "failsOn": [level for level in LEVELS if review.fails(level)],
        "changes": [_change(each) for each in words.ordered(review)],
        "policies": [_policy(each) for each in review.policies],
        "version": _version(review.version) if review.version is not None else None,
        "undecided": list(review.undecided),
        "notes": list(review.notes),
    }


def _change(change: Change) -> dict[str, Any]:
    sides = {"old": change.old, "new": change.new}
    return {
        "rule": change.rule,
        "effect": str(change.effect),
        "severity": str(change.severity),
        "certain": change.certain,
        "message": change.message,
        "help": change.help,
        "resource": change.resource,
        "resourceType": change.resource_type,
        "path": list(change.path),
        **{name: words.plain(value) for name, value in sides.items() if value is not ABSENT},
        "when": [{"condition": name, "value": value} for name, value in change.when],
        "breaking": change.breaking,
        "access": str(change.access) or "none",
        "examples": list(change.examples),
        "location": _location(change.location),
        "design": _location(change.design),
    }


def _policy(policy: PolicyChange) -> dict[str, Any]:
    return {
        "policy": policy.policy,
        "relation": policy.relation,
        "gained": list(policy.gained),
        "lost": list(policy.lost),
        "undecided": list(policy.undecided),
    }


def _version(step: VersionStep) -> dict[str, Any]:
    return {
        "old": step.old,
        "new": step.new,
        "needed": str(step.needed),
        "enough": step.enough,
        "proposed": step.proposed,
        "reasons": list(step.reasons),
        "location": _location(step.location),
    }


def _location(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"path": place.path, "line": place.line or None, "column": place.column or None, "text": place.quotable}


def review_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `cfn-table review --format json`."""
    fails = {
        "description": "The levels of `--fail-on` on which it fails.",
        "type": "array",
        "items": {"enum": list(LEVELS)},
    }
    whole = {
        "version": {"description": "Of this form; members may be added to it.", "const": VERSION},
        "tool": record({"name": {"const": "cfn-table"}, "version": text("The version of cfn-table.")}),
        "failsOn": fails,
        "reviews": array("One review for each design or template.", {"$ref": "#/$defs/Review"}),
    }
    review = {
        "name": text("The design's name, or the template's path."),
        "old": text("What is there; empty where it is new."),
        "new": text("What is to be; empty where it is removed."),
        "verdict": text("What the change does, in one line."),
        "worst": {"$ref": "#/$defs/Effect"},
        "counts": {
            "description": "Effect → how many changes have it; those that none has are left out.",
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/Effect"},
            "additionalProperties": {"type": "integer", "minimum": 1},
        },
        "failsOn": fails,
        "changes": array("Everything that changes, the worst first.", {"$ref": "#/$defs/Change"}),
        "policies": array("Every policy whose meaning differs.", {"$ref": "#/$defs/Policy"}),
        "version": {
            "description": "The version that the change needs; null where a side has none.",
            "anyOf": [{"$ref": "#/$defs/Version"}, {"type": "null"}],
        },
        "undecided": texts("What could not be looked at."),
        "notes": texts("What else a reader should know."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cfn-table:review.schema.json",
        "title": "cfn-table review",
        "description": "What a change of templates or designs does to data, dependents and permissions.",
        **record(whole),
        "$defs": {
            "Change": _change_schema(),
            "Effect": {
                "description": "none: nothing that anybody notices; interruption: it may stop for a while; deletion: a "
                "resource without data of its own goes; replacement: another resource takes its place; orphan: it "
                "stays and leaves the stack; data-loss: stored data is deleted or can no longer be found; refused: the "
                "deployment fails.",
                "enum": [str(each) for each in Effect],
            },
            "Location": _location_schema(),
            "Policy": _policy_schema(),
            "Review": record(review),
            "Version": _version_schema(),
        },
    }


def _change_schema() -> dict[str, Any]:
    members = {
        "rule": text("The law that it is about."),
        "effect": {"$ref": "#/$defs/Effect"},
        "severity": {"description": "How grave it is.", "enum": [str(each) for each in Severity]},
        "certain": flag("Whether it happens; else it may."),
        "message": text("What happens, in one line; names in backticks."),
        "help": text("What to do about it; may be empty."),
        "resource": text("The logical id; empty for what is no resource."),
        "resourceType": text("The resource's type; empty likewise."),
        "path": {
            "description": "Where in the template or the contract it is; empty where that is not known.",
            "type": "array",
            "items": {"type": ["string", "integer"]},
        },
        "old": {"description": "The value that was there; left out for what is added."},
        "new": {"description": "The value that is there now; left out for what is removed."},
        "when": array(
            "Under which conditions of the template it happens; empty where always.",
            record({"condition": text("A condition."), "value": flag("Whether it must hold.")}),
        ),
        "breaking": flag("Whether a dependent that does nothing can break."),
        "access": {
            "description": "What it does to what somebody may do.",
            "enum": [str(each) or "none" for each in Access],
        },
        "examples": texts("Example requests for permissions, else further lines that explain it."),
        "location": _place_schema("Where in the template it is; null where that is not known."),
        "design": _place_schema("The line of the design that makes it; null without a design."),
    }
    return record(members, optional=("old", "new"))


def _policy_schema() -> dict[str, Any]:
    return record(
        {
            "policy": text("Its name."),
            "relation": {
                "description": "What it allows, seen from what it did; different: both wider and narrower.",
                "enum": list(RELATIONS),
            },
            "gained": texts("Example requests that are allowed now and were not."),
            "lost": texts("Example requests that were allowed and are not."),
            "undecided": texts("What could not be worked out."),
        }
    )


def _version_schema() -> dict[str, Any]:
    return record(
        {
            "old": text("The version that is there."),
            "new": text("The version that is to be."),
            "needed": {"description": "The least step.", "enum": [str(each) for each in Bump]},
            "enough": flag("Whether `new` is at least that far from `old`."),
            "proposed": text("A version that would do; empty where `new` does."),
            "reasons": texts("Why, gravest first."),
            "location": _place_schema("Of the version in the new design; null where that is not known."),
        }
    )


def _place_schema(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "anyOf": [{"$ref": "#/$defs/Location"}, {"type": "null"}]}


def _location_schema() -> dict[str, Any]:
    number = {"type": ["integer", "null"], "minimum": 1}
    return record(
        {
            "path": text("The file."),
            "line": {"description": "Counted from 1; null for the whole file.", **number},
            "column": {"description": "Counted from 1, in characters; null for the whole line.", **number},
            "text": text("That line; empty where it is not known or very long."),
        }
    )
