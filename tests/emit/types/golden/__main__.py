"""`python -m tests.emit.types.golden` writes anew what the modules of all designs look like; read the difference."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cfn_table.emit.types.python import emit_python
from cfn_table.emit.types.typescript import emit_typescript
from tests.emit.types.every import load_every

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for design in load_every(Path(scratch)).values():
            made = emit_python(design)
            (Path(__file__).parent / f"{made.name}.txt").write_text(made.text, encoding="utf-8")
            made = emit_typescript(design)
            (Path(__file__).parent / made.name).write_text(made.text, encoding="utf-8")
