"""Laws of a change. One file each, listed here once.

A rule is a module with `NAME`, which states what must hold, and `check(pair)`, a pure function that yields `Change`s.
Its docstring is its documentation, with the sections of the other rules (`cfn_table.design.rules.document`).
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from cfn_table.review.rules import (
    access_patterns_stay,
    attribute_types_stay,
    attributes_stay,
    backups_stay_on,
    billing_modes_change_rarely,
    data_outlives_its_resource,
    encryption_keys_change_rarely,
    entities_stay,
    exports_stay,
    generated_names_stay,
    index_changes_come_one_at_a_time,
    indexes_stay,
    indexes_stay_as_they_are,
    key_templates_stay,
    local_indexes_come_with_their_table,
    logical_ids_stay,
    network_access_stays,
    outputs_stay,
    parameters_stay,
    permissions_stay,
    policies_keep_their_arn,
    policies_stay,
    protected_resources_stay,
    replicas_change_one_at_a_time,
    resource_types_stay,
    resources_stay,
    resources_stay_in_place,
    retained_resources_stay_in_the_stack,
    stored_items_do_not_expire,
    stored_keys_stay_possible,
    streams_stay,
    table_classes_change_rarely,
    table_keys_stay,
    table_names_stay,
    time_to_live_changes_in_two_steps,
    updates_are_in_place,
)

RULES: Final[tuple[ModuleType, ...]] = (
    access_patterns_stay,
    attribute_types_stay,
    attributes_stay,
    backups_stay_on,
    billing_modes_change_rarely,
    data_outlives_its_resource,
    encryption_keys_change_rarely,
    entities_stay,
    exports_stay,
    generated_names_stay,
    index_changes_come_one_at_a_time,
    indexes_stay,
    indexes_stay_as_they_are,
    key_templates_stay,
    local_indexes_come_with_their_table,
    logical_ids_stay,
    network_access_stays,
    outputs_stay,
    parameters_stay,
    permissions_stay,
    policies_keep_their_arn,
    policies_stay,
    protected_resources_stay,
    replicas_change_one_at_a_time,
    resource_types_stay,
    resources_stay,
    resources_stay_in_place,
    retained_resources_stay_in_the_stack,
    stored_items_do_not_expire,
    stored_keys_stay_possible,
    streams_stay,
    table_classes_change_rarely,
    table_keys_stay,
    table_names_stay,
    time_to_live_changes_in_two_steps,
    updates_are_in_place,
)
"""Every rule, in the order of its name."""
