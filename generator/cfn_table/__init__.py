"""Describe a DynamoDB table once; get CloudFormation that is linted, versioned, proven and importable.

Every command is a function here; the modules that they need are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cfn_table.access.compare import compare as compare_policies
    from cfn_table.access.evaluate import evaluate as evaluate_request
    from cfn_table.access.policy import Policy
    from cfn_table.access.proof import prove_policies
    from cfn_table.access.request import Request
    from cfn_table.access.templates.find import find_policies
    from cfn_table.design.design import Design
    from cfn_table.design.load import load_design
    from cfn_table.design.reference import design_schema, include_schema, policy_schema
    from cfn_table.design.rules import check_design
    from cfn_table.emit.consumer import emit_consumer
    from cfn_table.emit.deploy_policy import DeployPolicy, deploy_policy
    from cfn_table.emit.queries import emit_queries
    from cfn_table.emit.types import TypeFile, emit_types
    from cfn_table.emit.types.json_schema import emit_json_schema
    from cfn_table.emit.types.python import emit_python
    from cfn_table.emit.types.typescript import emit_typescript
    from cfn_table.errors import CfnTableError, InputError, InternalError, RefusedError, UsageError
    from cfn_table.findings import Finding, Location, Severity
    from cfn_table.lint.runner import lint_template
    from cfn_table.pipeline.access import access_matrix
    from cfn_table.pipeline.adopt import adopt_table
    from cfn_table.pipeline.check import check as check_builds
    from cfn_table.pipeline.generate import generate as generate_builds
    from cfn_table.pipeline.lint import lint as lint_paths
    from cfn_table.pipeline.prepared import Result, Settings
    from cfn_table.pipeline.prove import prove_patterns
    from cfn_table.pipeline.review import review_change
    from cfn_table.pipeline.rollout import plan_rollout
    from cfn_table.pipeline.scaffold import make_project
    from cfn_table.pipeline.sources.found import SourceOptions
    from cfn_table.prove.options import ProveOptions
    from cfn_table.prove.report import Report
    from cfn_table.publish.s3 import publish_to_s3
    from cfn_table.publish.store import Store
    from cfn_table.synth.render import render_json, render_yaml
    from cfn_table.synth.template import synthesize, to_plain

# INVARIANT: no name is that of a subpackage, which importing the subpackage would replace.
_WHERE: Final = {
    "CfnTableError": "cfn_table.errors:CfnTableError",
    "DeployPolicy": "cfn_table.emit.deploy_policy:DeployPolicy",
    "Design": "cfn_table.design.design:Design",
    "Finding": "cfn_table.findings:Finding",
    "InputError": "cfn_table.errors:InputError",
    "InternalError": "cfn_table.errors:InternalError",
    "Location": "cfn_table.findings:Location",
    "Policy": "cfn_table.access.policy:Policy",
    "ProveOptions": "cfn_table.prove.options:ProveOptions",
    "RefusedError": "cfn_table.errors:RefusedError",
    "Report": "cfn_table.prove.report:Report",
    "Request": "cfn_table.access.request:Request",
    "Result": "cfn_table.pipeline.prepared:Result",
    "Settings": "cfn_table.pipeline.prepared:Settings",
    "Severity": "cfn_table.findings:Severity",
    "SourceOptions": "cfn_table.pipeline.sources.found:SourceOptions",
    "Store": "cfn_table.publish.store:Store",
    "TypeFile": "cfn_table.emit.types:TypeFile",
    "UsageError": "cfn_table.errors:UsageError",
    "access_matrix": "cfn_table.pipeline.access:access_matrix",
    "adopt_table": "cfn_table.pipeline.adopt:adopt_table",
    "check_builds": "cfn_table.pipeline.check:check",
    "check_design": "cfn_table.design.rules:check_design",
    "compare_policies": "cfn_table.access.compare:compare",
    "deploy_policy": "cfn_table.emit.deploy_policy:deploy_policy",
    "design_schema": "cfn_table.design.reference:design_schema",
    "emit_consumer": "cfn_table.emit.consumer:emit_consumer",
    "emit_json_schema": "cfn_table.emit.types.json_schema:emit_json_schema",
    "emit_python": "cfn_table.emit.types.python:emit_python",
    "emit_queries": "cfn_table.emit.queries:emit_queries",
    "emit_types": "cfn_table.emit.types:emit_types",
    "emit_typescript": "cfn_table.emit.types.typescript:emit_typescript",
    "evaluate_request": "cfn_table.access.evaluate:evaluate",
    "find_policies": "cfn_table.access.templates.find:find_policies",
    "generate_builds": "cfn_table.pipeline.generate:generate",
    "include_schema": "cfn_table.design.reference:include_schema",
    "lint_paths": "cfn_table.pipeline.lint:lint",
    "lint_template": "cfn_table.lint.runner:lint_template",
    "load_design": "cfn_table.design.load:load_design",
    "make_project": "cfn_table.pipeline.scaffold:make_project",
    "plan_rollout": "cfn_table.pipeline.rollout:plan_rollout",
    "policy_schema": "cfn_table.design.reference:policy_schema",
    "prove_patterns": "cfn_table.pipeline.prove:prove_patterns",
    "prove_policies": "cfn_table.access.proof:prove_policies",
    "publish_to_s3": "cfn_table.publish.s3:publish_to_s3",
    "render_json": "cfn_table.synth.render:render_json",
    "render_yaml": "cfn_table.synth.render:render_yaml",
    "review_change": "cfn_table.pipeline.review:review_change",
    "synthesize": "cfn_table.synth.template:synthesize",
    "to_plain": "cfn_table.synth.template:to_plain",
}

__all__ = [
    "CfnTableError",
    "DeployPolicy",
    "Design",
    "Finding",
    "InputError",
    "InternalError",
    "Location",
    "Policy",
    "ProveOptions",
    "RefusedError",
    "Report",
    "Request",
    "Result",
    "Settings",
    "Severity",
    "SourceOptions",
    "Store",
    "TypeFile",
    "UsageError",
    "__version__",
    "access_matrix",
    "adopt_table",
    "check_builds",
    "check_design",
    "compare_policies",
    "deploy_policy",
    "design_schema",
    "emit_consumer",
    "emit_json_schema",
    "emit_python",
    "emit_queries",
    "emit_types",
    "emit_typescript",
    "evaluate_request",
    "find_policies",
    "generate_builds",
    "include_schema",
    "lint_paths",
    "lint_template",
    "load_design",
    "make_project",
    "plan_rollout",
    "policy_schema",
    "prove_patterns",
    "prove_policies",
    "publish_to_s3",
    "render_json",
    "render_yaml",
    "review_change",
    "synthesize",
    "to_plain",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module, _, attribute = _WHERE[name].partition(":")
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value
