"""The `java` command that DynamoDB Local runs with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cfn_table.prove.engines.deployed import EngineRefused

JAVA_AT_LEAST: Final = 17
"""The oldest Java on which DynamoDB Local starts (developer guide, "Deploying DynamoDB locally")."""

_VERSION_SECONDS: Final = 60
_INSTALL: Final = f"install Java {JAVA_AT_LEAST} or later and set JAVA_HOME, or prove with the embedded engine"


def find_java() -> str:
    """The `java` command, of JAVA_HOME or else of PATH.

    Raises:
        EngineRefused: there is none, or it is older than what DynamoDB Local needs.
    """
    home = os.environ.get("JAVA_HOME")
    candidates = [shutil.which("java", path=str(Path(home) / "bin"))] if home else []
    command = next((found for found in [*candidates, shutil.which("java")] if found), None)
    if command is None:
        raise EngineRefused("java is missing, and DynamoDB Local needs it", help=_INSTALL)
    try:
        # `java -version` writes lines such as `openjdk version "17.0.15" 2025-04-15` to stderr.
        told = subprocess.run(
            [command, "-version"],
            # Options of the environment would print lines of their own, and the engine does not get them either.
            env={"PATH": os.environ.get("PATH", os.defpath)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_VERSION_SECONDS,
            check=False,
        ).stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineRefused(f"`{command}` cannot be run: {error}", help=_INSTALL) from error
    found = re.search(r'version "((\d+)[^"]*)"', told)
    version = found[1] if found else ""
    if found is None or int(found[2]) < JAVA_AT_LEAST:
        raise EngineRefused(
            f"java is {version or 'unusable'}, and DynamoDB Local needs {JAVA_AT_LEAST} or later", help=_INSTALL
        )
    return command
