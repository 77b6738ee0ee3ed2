"""`python -m bot` and the command `bayline`."""

import sys
from io import TextIOWrapper

from bot.garbage import none_while_importing


def main() -> None:
    # A terminal that knows no Chinese gets question marks, and a start does not end at its own hint.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    with none_while_importing():
        from bot.cli import app
    app()


if __name__ == "__main__":
    main()
