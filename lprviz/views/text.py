"""Text for the page. Everything that comes from a file passes through `escaped`."""

from __future__ import annotations

import html
from collections.abc import Iterable

from ase import Atoms


def structure_name(atoms: Atoms) -> str:
    """Return the name that the file gives a structure, or ""."""
    return str(atoms.info.get("name", ""))


def escaped(text: object) -> str:
    """Return text that shows as itself in HTML, whatever it holds."""
    return html.escape(str(text), quote=True)


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a two-column list of names and values."""
    lines = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(value)}</dd>" for name, value in rows)
    return f"<dl>{lines}</dl>"


def milliseconds(value: float | None) -> str:
    """Return a duration as people read it."""
    if value is None:
        return "–"
    return f"{value / 1e3:.1f} s" if value >= 1000 else f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def seconds_left(seconds: float | None) -> str:
    """Return an estimate of the time left, or nothing while there is none."""
    if seconds is None:
        return ""
    return "almost done" if seconds < 1.5 else f"about {round(seconds)} s left"
