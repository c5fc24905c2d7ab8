"""Check a POSCAR before ASE reads it: ASE believes the atom counts it announces, however absurd."""

from __future__ import annotations

from lprviz.data.limits import ReadLimits
from lprviz.errors import DataError


def check_poscar_counts(text: str, name: str, limits: ReadLimits) -> None:
    """Raise DataError when a POSCAR announces more atoms than it has lines, or more than the limits allow."""
    lines = text.splitlines()
    counts = next((found for found in map(_counts, lines[5:7]) if found), [])
    total = sum(counts)
    if counts and total < 1:
        raise DataError(f"{name} has no atoms.", "Check its line of atom counts.")
    limits.check_counts(1, total, name)
    if total > len(lines):
        raise DataError(
            f"{name} announces {total} atoms, and has only {len(lines)} lines.", "The file may have been cut short."
        )


def _counts(line: str) -> list[int]:
    words = line.split("!")[0].split()
    return [int(word[:12]) for word in words] if words and all(word.isdecimal() for word in words) else []
