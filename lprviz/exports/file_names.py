"""File names that are safe on every system."""

from __future__ import annotations

import re

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}
_LONGEST = 60


def safe_name(text: str, suffix: str = "", fallback: str = "lprviz") -> str:
    """Return a file name made from any text: letters, digits, dots and dashes, no path, never hidden or reserved.

    Parameters
    ----------
    text : str
        A title, from wherever.
    suffix : str
        Put behind it, such as ".csv"; comes from the program, not from outside.
    fallback : str
        What to use where nothing of the text is left.
    """
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", text)[:_LONGEST].strip("-.")
    plain = re.sub(r"\.{2,}", ".", plain)
    if not plain or plain.split(".")[0].lower() in _RESERVED:
        plain = f"{fallback}-{plain}".strip("-")
    return f"{plain}{suffix}"
