"""The command line. What takes time to import is imported where an interrupt is quiet."""

import os

_INTERRUPTED = 130  # `carbonctl.errors.INTERRUPTED`, before it is imported


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit.

    The arguments are those after the program's name, of the process unless they are given.
    """
    try:
        from carbonctl.cli.exit_codes import leave

        leave(argv)
    except KeyboardInterrupt:
        os._exit(_INTERRUPTED)
