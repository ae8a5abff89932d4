"""The real AWS CLI against an engine of this machine, apart from the user's own AWS configuration."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND_SECONDS = 180


class CommandFailedError(AssertionError):
    """An `aws` command failed where the test needs it to succeed; the message holds what it printed."""


@dataclass(slots=True)
class AwsCli:
    """The `aws` command, bound to one endpoint and one account.

    Attributes:
        command: the program.
        endpoint: where every service is, such as `http://127.0.0.1:45871`.
        home: a folder that stands in for the user's home; empty, so that no configuration gets in.
        account: 12 digits, used as access key too: MiniStack takes it for the account.
        region: the default Region.
    """

    command: Path
    endpoint: str
    home: Path
    account: str = "000000000000"
    region: str = "us-east-1"
    _last_deploy: float = field(default=0.0, repr=False)

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `aws ARGUMENTS…` and return what it did, whether it succeeded or not."""
        return subprocess.run(
            [str(self.command), *map(str, arguments)],
            cwd=self.home,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def json(self, *arguments: str | Path) -> Any:
        """Run `aws ARGUMENTS…` and return its answer, None when it prints nothing.

        Raises:
            CommandFailedError: it exits with another status than 0.
        """
        done = self(*arguments, "--output", "json")
        if done.returncode:
            raise CommandFailedError(
                f"`aws {' '.join(map(str, arguments))}` exits with {done.returncode}: {done.stderr}"
            )
        return json.loads(done.stdout) if done.stdout.strip() else None

    def deploy(self, template: Path, stack: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run `aws cloudformation deploy` with CAPABILITY_IAM and return what it did.

        The CLI names a change set after the second in which it is made: two deploys within one second collide.
        """
        time.sleep(max(0.0, 1.1 - (time.monotonic() - self._last_deploy)))
        file = ("--template-file", template, "--stack-name", stack, "--capabilities", "CAPABILITY_IAM")
        try:
            return self("cloudformation", "deploy", *file, *options)
        finally:
            self._last_deploy = time.monotonic()

    def exports(self) -> dict[str, str]:
        """All exports of the account and Region: name → value."""
        listed = self.json("cloudformation", "list-exports")["Exports"]
        return {export["Name"]: export["Value"] for export in listed}

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "AWS_CONFIG_FILE": str(self.home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.home / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": self.region,
            # Redirects every call, the upload of `deploy --s3-bucket` included, which --endpoint-url does not.
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PAGER": "",
            "AWS_CLI_AUTO_PROMPT": "off",
            "NO_PROXY": "*",
            "LC_ALL": "C.UTF-8",
        }
