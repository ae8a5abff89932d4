"""Laws about a template that cfn-lint does not check. One file each, listed here once.

A rule is a module with `NAME`, `SEVERITY` and `check(template)`, a pure function that yields `Problem`s. Its docstring
is its documentation: what it checks, why that matters, an example, what to write instead, known problems, and the
source.
"""

from __future__ import annotations

from typing import Final

from cfn_table.lint.rules import (
    alarms_name_their_operation,
    deletion_policies_are_literal,
    descriptions_fit_1024_bytes,
    dynamodb_actions_exist,
    export_names_are_unique,
    export_names_are_well_formed,
    for_all_values_needs_the_key,
    index_counts_fit_quotas,
    index_keys_are_hash_then_range,
    index_names_are_unique,
    index_throughput_follows_billing,
    managed_policies_are_latin_1,
    managed_policies_fit_6144_characters,
    non_key_attributes_fit_100,
    outputs_name_existing_indexes,
    policies_name_existing_indexes,
    policies_state_their_version,
    projections_fit_their_type,
    resource_policies_name_principals,
    scans_are_not_limited_by_leading_keys,
    sse_settings_need_encryption,
    table_names_fit_dynamodb,
    templates_fit_1_mb,
    ttl_names_its_attribute,
)
from cfn_table.lint.rules._view import Path, Problem, Rule, TemplateView

__all__ = ["RULES", "Path", "Problem", "Rule", "TemplateView"]

RULES: Final[tuple[Rule, ...]] = (
    alarms_name_their_operation,
    deletion_policies_are_literal,
    descriptions_fit_1024_bytes,
    dynamodb_actions_exist,
    export_names_are_unique,
    export_names_are_well_formed,
    for_all_values_needs_the_key,
    index_counts_fit_quotas,
    index_keys_are_hash_then_range,
    index_names_are_unique,
    index_throughput_follows_billing,
    managed_policies_are_latin_1,
    managed_policies_fit_6144_characters,
    non_key_attributes_fit_100,
    outputs_name_existing_indexes,
    policies_name_existing_indexes,
    policies_state_their_version,
    projections_fit_their_type,
    resource_policies_name_principals,
    scans_are_not_limited_by_leading_keys,
    sse_settings_need_encryption,
    table_names_fit_dynamodb,
    templates_fit_1_mb,
    ttl_names_its_attribute,
)
"""Every rule, in the order of its name."""
