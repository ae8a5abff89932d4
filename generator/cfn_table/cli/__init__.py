"""The command line: each command is options, one library call, and output."""

from __future__ import annotations

import sys
from typing import NoReturn

from cfn_table.errors import CfnTableError


def main() -> NoReturn:
    """Run the command line and exit: 0 fine, 1 something was found, 2 unusable input or usage, 3 our own bug."""
    import click

    from cfn_table.cli.root import cli

    try:
        status = cli.main(prog_name="cfn-table", standalone_mode=False)
        code = status if isinstance(status, int) else 0
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        code = 130
    except CfnTableError as error:
        from cfn_table.cli.output import show_findings

        show_findings(error.findings)
        code = error.exit_status
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it closes stdout.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        code = _report(error)
    sys.exit(code)


def _report(error: BaseException) -> int:
    """Our own bug: say so, and what a report needs."""
    import os
    import traceback
    from pathlib import Path

    from cfn_table import __version__

    print(f"cfn-table {__version__} has a bug: {type(error).__name__}: {error}", file=sys.stderr)
    if os.environ.get("CFN_TABLE_TRACEBACK"):
        traceback.print_exception(error)
    else:
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"  in {place.name}, line {place.lineno} of {Path(place.filename).name}", file=sys.stderr)
        print("  please report it with the design; CFN_TABLE_TRACEBACK=1 shows the whole trace", file=sys.stderr)
    return 3
