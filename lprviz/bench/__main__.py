"""``python -m lprviz.bench NAME --json FILE``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from lprviz.bench.entries import Entry, report_text
from lprviz.errors import LprvizError

BENCHMARKS = {"app": "lprviz.bench.app", "engine": "lprviz.bench.engine", "pipeline": "lprviz.bench.pipeline"}
"""Each module has ``measure(data) -> iterator of Entry``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one benchmark with one BLAS thread; 0 done, 1 a bound is not met under ``--check``, 2 unusable input."""
    parser = argparse.ArgumentParser(prog="python -m lprviz.bench", description="Measurements as ratios.")
    parser.add_argument("name", choices=sorted(BENCHMARKS), metavar="NAME", help=", ".join(sorted(BENCHMARKS)))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every entry, with sizes and versions")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with public sets, measured as well")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a bound is not met")
    options = parser.parse_args(argv)
    entries: list[Entry] = []
    try:
        with threadpool_limits(1, user_api="blas"):
            for entry in import_module(BENCHMARKS[options.name]).measure(options.data):
                entries.append(entry)
                print(report_text([entry]), flush=True)
        if options.json is not None:
            options.json.write_text(json.dumps(to_json(options.name, entries), indent=2) + "\n", encoding="utf-8")
    except LprvizError as error:
        print(f"lprviz.bench: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"lprviz.bench: cannot write {options.json}: {error.strerror}", file=sys.stderr)
        return 2
    return 1 if options.check and any(entry.met is False for entry in entries) else 0


def to_json(name: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """The whole run as plain values."""
    return {
        "benchmark": name,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "blas_threads": 1,
            "load_average": os.getloadavg(),
        },
        "versions": {package: version(package) for package in ("lprviz", "featomic", "numpy", "scipy", "ase")},
        "entries": [entry.to_dict() for entry in entries],
    }


if __name__ == "__main__":
    sys.exit(main())
