"""`make bench`: every file here named bench_*.py has `run()`, which gives rows of (what, figure)."""

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main(wanted: list[str]) -> None:
    console = Console(width=140)
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if wanted and name not in wanted:
            continue
        table = Table(title=name, show_header=False)
        for what, figure in importlib.import_module(f"tests.benchmarks.{path.stem}").run():
            table.add_row(what, figure)
        console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
