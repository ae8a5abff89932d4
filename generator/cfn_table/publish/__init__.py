"""Published versions: written once, whole or not at all, and never changed.

`Store` is the folder `build/`; `cfn_table.publish.s3` is the same in a bucket and loaded only when it is needed. This
package stores what it is given and knows nothing of designs and templates.
"""

from cfn_table.publish.atomic import write_text_atomically
from cfn_table.publish.folders import Snapshot, read_version
from cfn_table.publish.manifest import Artifact, Inputs, Manifest, Proven, Suppressed, Verdict
from cfn_table.publish.semver import Bump, Version
from cfn_table.publish.store import Build, Outcome, Store
from cfn_table.publish.version import check_bump, check_succession, next_free, predecessor_of, required_bump

__all__ = [
    "Artifact",
    "Build",
    "Bump",
    "Inputs",
    "Manifest",
    "Outcome",
    "Proven",
    "Snapshot",
    "Store",
    "Suppressed",
    "Verdict",
    "Version",
    "check_bump",
    "check_succession",
    "next_free",
    "predecessor_of",
    "read_version",
    "required_bump",
    "write_text_atomically",
]
