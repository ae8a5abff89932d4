"""The design rules: laws that a design keeps before anything is built from it. One file each, listed here once.

A rule is a module with `NAME`, `SEVERITY` and `check(design)`, a pure function that yields `Violation`s, and
`SUPPRESSIBLE` where that is false. Its docstring is its documentation: what it checks, why that matters, an example,
what to write instead, known problems, and the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from cfn_table.design.design import Design
from cfn_table.design.rules import (
    attributes_are_declared_once,
    backups_are_on,
    billing_has_its_throughput,
    bindings_keep_tenants_apart,
    counts_are_within_quotas,
    data_outlives_its_stack,
    entities_are_used,
    entities_never_share_a_key,
    entities_write_the_keys_of_their_patterns,
    filters_leave_keys_alone,
    generated_names_are_unique,
    global_tables_are_consistent,
    hidden_attributes_stay_hidden,
    indexes_are_used,
    indexes_have_names_of_their_own,
    items_fit_their_quota,
    key_attributes_have_one_type,
    key_schemas_are_allowed,
    keys_fit_their_quota,
    latency_targets_are_watched,
    numbers_in_sort_keys_are_padded,
    patterns_name_attributes,
    patterns_say_what_their_operation_takes,
    placeholder_forms_fit_their_attributes,
    placeholders_are_required_attributes,
    policies_hold_latin_1,
    policies_limit_partitions,
    projections_cover_what_patterns_return,
    projections_name_attributes,
    queries_return_exactly_their_entities,
    query_gives_whole_partition_key,
    samples_are_valid_items,
    samples_have_keys_of_their_own,
    scans_are_said_out_loud,
    shared_partitions_are_known,
    sort_conditions_match_their_templates,
    suppressions_name_rules,
    table_keys_are_complete,
    tags_are_allowed,
    templates_can_be_read_back,
    time_to_live_is_a_number,
    types_tell_entities_apart,
    updates_keep_required_attributes,
    updates_keep_the_key,
    values_fit_their_attributes,
    vector_indexes_are_possible,
)
from cfn_table.findings import Finding

RULES: Final[tuple[ModuleType, ...]] = (
    attributes_are_declared_once,
    backups_are_on,
    billing_has_its_throughput,
    bindings_keep_tenants_apart,
    counts_are_within_quotas,
    data_outlives_its_stack,
    entities_are_used,
    entities_never_share_a_key,
    entities_write_the_keys_of_their_patterns,
    filters_leave_keys_alone,
    generated_names_are_unique,
    global_tables_are_consistent,
    hidden_attributes_stay_hidden,
    indexes_are_used,
    indexes_have_names_of_their_own,
    items_fit_their_quota,
    key_attributes_have_one_type,
    key_schemas_are_allowed,
    keys_fit_their_quota,
    latency_targets_are_watched,
    numbers_in_sort_keys_are_padded,
    patterns_name_attributes,
    patterns_say_what_their_operation_takes,
    placeholder_forms_fit_their_attributes,
    placeholders_are_required_attributes,
    policies_hold_latin_1,
    policies_limit_partitions,
    projections_cover_what_patterns_return,
    projections_name_attributes,
    queries_return_exactly_their_entities,
    query_gives_whole_partition_key,
    samples_are_valid_items,
    samples_have_keys_of_their_own,
    scans_are_said_out_loud,
    shared_partitions_are_known,
    sort_conditions_match_their_templates,
    suppressions_name_rules,
    table_keys_are_complete,
    tags_are_allowed,
    templates_can_be_read_back,
    time_to_live_is_a_number,
    types_tell_entities_apart,
    updates_keep_required_attributes,
    updates_keep_the_key,
    values_fit_their_attributes,
    vector_indexes_are_possible,
)
"""Every design rule, in the order of its name."""


def check_design(design: Design) -> list[Finding]:
    """What the design rules find, sorted by place; findings that the design suppresses are left out."""
    found: list[Finding] = []
    for rule in RULES:
        if rule.NAME not in design.file.lint.suppress or not getattr(rule, "SUPPRESSIBLE", True):
            found += check_rule(rule, design)
    return sorted(found, key=Finding.sort_key)


def check_rule(rule: ModuleType, design: Design) -> Iterator[Finding]:
    """What one rule finds, in its own order."""
    for violation in rule.check(design):
        yield Finding(
            rule.NAME,
            violation.severity or rule.SEVERITY,
            violation.message,
            help=violation.help,
            location=violation.location(design),
        )
