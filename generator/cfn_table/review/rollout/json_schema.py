"""The JSON Schema of `cfn-table rollout --format json`."""

from __future__ import annotations

from typing import Any


def rollout_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12)."""
    check = {
        "what": _text("What has to be so; empty where nothing has to be."),
        "commands": _texts("Commands that show it, or make it so."),
    }
    step = {
        "title": _text("What it does, in a few words."),
        "why": _text("Why it is a step of its own."),
        "changes": _texts("What differs from the template before."),
        "before": {"description": "What must be so before it is deployed.", "$ref": "#/$defs/Check"},
        "wait": {"description": "What to wait for behind it.", "$ref": "#/$defs/Check"},
        "back": _text("How to go back."),
        "file": _text("The name of the template's file in `--folder`."),
        "command": _text("Deploys it; lines of a shell."),
        "preview": _text("Makes, shows and deletes a change set; lines of a shell."),
        "findings": {
            "description": "What the linter found in the template, and neither in the old nor in the new one.",
            "type": "array",
            "items": {"type": "object"},
        },
        "template": {"description": "The whole template.", "type": "object"},
    }
    steps = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
    obstacle = {
        "resource": _text("Logical id, of the old template."),
        "message": _text("Why no sequence of updates leads there."),
        "help": _text("What to do instead."),
    }
    migration = _object({"why": _text("What it is for."), "steps": {"description": "The updates in order.", **steps}})
    whole = {
        "version": {"description": "Of this form; members may be added to it.", "const": 1},
        "tool": _object({"name": {"const": "cfn-table"}, "version": _text("The version of cfn-table.")}),
        "old": _text("What is deployed, as it was named."),
        "new": _text("What is to be deployed, as it was named."),
        "safe": {"description": "Whether there is a sequence; an empty one where nothing changes.", "type": "boolean"},
        "steps": {"description": "The updates in order; the last template is the new one.", **steps},
        "obstacles": {
            "description": "Why there is no sequence.",
            "type": "array",
            "items": {"$ref": "#/$defs/Obstacle"},
        },
        "migration": {
            "description": "The way around the obstacles; null where there is none.",
            "anyOf": [{"$ref": "#/$defs/Migration"}, {"type": "null"}],
        },
        "warnings": _texts("What is lost or missing on the way."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cfn-table:rollout.schema.json",
        "title": "cfn-table rollout",
        "description": "The templates that lead from one template to another, and what to do with each.",
        **_object(whole),
        "$defs": {
            "Check": _object(check),
            "Migration": migration,
            "Obstacle": _object(obstacle),
            "Step": _object(step),
        },
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _text(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "type": "string"}


def _texts(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "type": "array", "items": {"type": "string"}}
