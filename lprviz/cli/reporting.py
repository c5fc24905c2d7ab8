"""What the command line says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lprviz.cli.outputs import write_text
from lprviz.errors import LprvizError
from lprviz.progress import Tick

_REDRAW_SECONDS = 0.1


class Report:
    """Progress, notes and timings of one run.

    Parameters
    ----------
    quiet : bool
        Errors only on stderr.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.timings: dict[str, float] = {}
        self._redraws = not quiet and sys.stderr.isatty()
        self._line_open = False

    @contextmanager
    def stage(self, title: str) -> Iterator[Tick]:
        """Time a stage of the work and show its progress through the tick it gives.

        On a terminal the line is redrawn; elsewhere (a log) each stage leaves one line when it is done.
        """
        start = time.perf_counter()
        shown = [0.0]

        def tick(done: int, total: int) -> None:
            now = time.perf_counter()
            if self._redraws and now - shown[0] > _REDRAW_SECONDS:
                shown[0] = now
                self._redraw(f"{title}: {done / max(total, 1):.0%}, {now - start:.1f} s")

        yield tick
        self.timings[title] = time.perf_counter() - start
        self._close_line()
        self.note(f"{title}: {self.timings[title]:.2f} s")

    def note(self, text: str) -> None:
        """Something worth knowing that is not the result; on stderr unless quiet."""
        if not self.quiet:
            self._close_line()
            print(printable(text), file=sys.stderr)

    def error(self, error: LprvizError) -> None:
        """One line with the message and one with the hint."""
        self._close_line()
        print(f"lprviz: {_one_line(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"hint: {_one_line(error.hint)}", file=sys.stderr)

    def interrupted(self) -> None:
        """Say that the run was stopped from outside."""
        self._close_line()
        print("lprviz: interrupted", file=sys.stderr)

    def result(self, text: str, values: dict[str, Any], json_path: str | None) -> None:
        """Print `text`, and write `values` as JSON to `json_path`; with ``-`` only the JSON goes to stdout."""
        if json_path == "-":
            print(json.dumps(values, indent=2))
            return
        if json_path is not None:
            write_text(json_path, json.dumps(values, indent=2) + "\n")
        print(text)

    def _redraw(self, text: str) -> None:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        self._line_open = True

    def _close_line(self) -> None:
        if self._line_open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._line_open = False


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned with spaces: the first to the left, the others to the right."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    from importlib.metadata import version

    packages = {name: version(name) for name in ("lprviz", "featomic", "numpy", "scipy", "ase")}
    return {"python": ".".join(map(str, sys.version_info[:3])), **packages}


def printable(text: str) -> str:
    """Text that came with a file, without the characters that could drive the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
