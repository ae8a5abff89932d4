"""What is done now, on one line of a terminal that the next one takes the place of."""

from __future__ import annotations

import os
import sys

import click

from cfn_table.formats import beginning, visible


class Progress:
    """Shows on standard error what is done next; the line is gone at the end, however that comes."""

    def __init__(self) -> None:
        self._is_shown = False

    def __call__(self, what: str) -> None:
        """Show it in place of what was shown before."""
        # A line that fills the last column, or is longer, would leave a part of itself behind.
        click.echo(f"\r\x1b[K{beginning(visible(what), _columns() - 1)}", err=True, nl=False)
        self._is_shown = True

    def end(self) -> None:
        """Take the line away: what is written next starts on a line of its own."""
        if self._is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)
        self._is_shown = False


def can_show_progress() -> bool:
    """Whether standard error is a terminal, and one that can take a line away."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    """Columns of the terminal that standard error is; `shutil` would ask standard output, which may be a file."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
