"""The library is for commands that must start at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cfn_table.languages

# Stands in for the package above, whose own imports are not in question here.
_PROGRAM = """
import sys, types
package = sys.modules["cfn_table"] = types.ModuleType("cfn_table")
package.__path__ = [sys.argv[1]]
import cfn_table.languages
print(*sys.modules)
"""


def test_importing_the_library_imports_nothing_heavy() -> None:
    """`re`, `typing`, `dataclasses` and the rest of the package are left alone until a regular expression is read."""
    package = Path(cfn_table.languages.__file__).parent.parent
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM, str(package)]
    imported = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert not {"re", "typing", "dataclasses", "enum", "inspect", "unicodedata"} & imported
    ours = {name for name in imported if name.startswith("cfn_table.")}
    assert "cfn_table.languages.automaton" in ours
    assert "cfn_table.languages.syntax" not in ours
    assert {"cfn_table.languages"} == {".".join(name.split(".")[:2]) for name in ours}
