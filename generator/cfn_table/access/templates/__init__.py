"""Every IAM policy of any CloudFormation template, with its intrinsic functions resolved to canonical text.

    found = find_policies(read_template(text, path).data)
    for policy in found:                    # or found.policies
        policy.name, policy.when, policy.document["Statement"]
    found.undecided                         # what may hold more policies, and why that is not known

What is not known before deployment is a symbol, `${Name}`, the same for the same value: the module `symbols` has the
rule, and `is_symbol` tells symbols from IAM's policy variables. A template with conditions gives one variant of a
policy for every combination of the conditions that matter to it (`conditions`). Nothing here raises for a template,
however odd.
"""

from __future__ import annotations

from cfn_table.access.templates.conditions import MAX_VARIANTS
from cfn_table.access.templates.find import FoundPolicy, TemplatePolicies, Undecided, find_policies
from cfn_table.access.templates.symbols import is_symbol

__all__ = ["MAX_VARIANTS", "FoundPolicy", "TemplatePolicies", "Undecided", "find_policies", "is_symbol"]
