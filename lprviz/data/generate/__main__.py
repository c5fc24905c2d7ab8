"""``python -m lprviz.data.generate [NAME ...] [--output FOLDER]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lprviz.data.generate.sets import MODULES, generate_all


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sets asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m lprviz.data.generate", description="Make the bundled data sets.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of {', '.join(MODULES)}; all where none is given"
    )
    parser.add_argument("--output", type=Path, default=Path("assets/datasets"), help="folder to write into")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(MODULES))
    if unknown:
        parser.error(f"there is no set called {', '.join(unknown)}; choose from {', '.join(MODULES)}")
    for line in generate_all(options.names or list(MODULES), options.output):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
