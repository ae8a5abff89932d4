"""How reports look: in a terminal, in a pull request, for programs, and for those who count tests.

What a report says comes from designs and tables that anybody may have written, so no format lets it write anything but
text, as in `cfn_table.formats`; nothing depends on time, locale or environment.
"""

from __future__ import annotations

from cfn_table.prove.formats.comment import markdown
from cfn_table.prove.formats.programs import json, proof_schema
from cfn_table.prove.formats.suites import junit
from cfn_table.prove.formats.terminal import text

__all__ = ["json", "junit", "markdown", "proof_schema", "text"]
