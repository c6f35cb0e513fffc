"""The command ``pmo``, also as ``python -m pmo_lib``: it can be ended while it still loads."""

import sys

STOPPED = 130
"""Exit code where Ctrl-C ended a command."""

ENDED = "Stopped; nothing was written."
"""What is said then."""


def main() -> None:
    """Load and run the command line."""
    try:
        from pmo_lib.cli import main as run

        run()
    except KeyboardInterrupt:
        print(ENDED, file=sys.stderr)
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
