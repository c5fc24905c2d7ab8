"""What can be said of the selected atoms, as rows of names and values."""

from __future__ import annotations

from collections import Counter

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.components.chart_caption import count_of, group_digits
from lprviz.core.colours import format_value
from lprviz.data.structures import StructureSet
from lprviz.session.values import Selection

Rows = list[tuple[str, str]]
Indices = NDArray[np.intp]

_STRONG = 0.5


def atom_name(structures: StructureSet, environment: int, *, short: bool = False) -> str:
    """Return such as "Si 12 of structure 3", or "Si 12" where that is plain."""
    structure, atom = structures.of(environment)
    name = f"{chemical_symbols[structures.numbers[environment]]} {atom}"
    return name if short else f"{name} of structure {structure}"


def worth(rigidity: float) -> str:
    """Return a rigidity in words; 1 is what one direct label is worth."""
    if not np.isfinite(rigidity):
        return "infinite: fixed whatever the data"
    shown = format_value(rigidity)
    return f"worth {shown} direct label{'' if shown == '1' else 's'}"


def compared(selection: Selection) -> tuple[int | Indices, int | Indices] | None:
    """Return what a difference is taken of: the two atoms of a pair, or the picked atom and the rest of the group."""
    group = selection.group
    if len(group) == 2:
        return int(group[0]), int(group[1])
    rest = group if selection.picked is None else group[group != selection.picked]
    return None if selection.picked is None or not len(rest) else (selection.picked, rest)


def environments_needed(selection: Selection) -> Indices:
    """Return every environment that the words are about, sorted."""
    picked = [] if selection.picked is None else [selection.picked]
    return np.union1d(selection.group, picked).astype(np.intp)


def picked_rows(fit: FittedLPR, picked: int) -> Rows:
    """Rows about one atom: its rigidity and that of its structure."""
    structures = fit.analysis.structures
    structure, _ = structures.of(picked)
    share = float(fit.regulariser_share[picked])
    return [
        ("Picked atom", atom_name(structures, picked)),
        ("LPR", worth(float(fit.lpr[picked]))),
        ("Share of the regulariser", f"{share:.0%}"),
        (f"PR of structure {structure}", worth(float(fit.structure_rigidity()[structure]))),
    ]


def correlation_rows(fit: FittedLPR, picked: int) -> Rows:
    """What else moves with the picked atom: its structure's other atoms, and all atoms of the set."""
    structures = fit.analysis.structures
    values = fit.correlation(picked)
    structure, _ = structures.of(picked)
    own = np.arange(structures.offsets[structure], structures.offsets[structure + 1])
    own = own[own != picked]
    rows: Rows = []
    for name, sign in (("Moves most against", -1), ("Moves most along", +1)):
        best = own[np.argmax(sign * values[own])] if own.size else -1
        if own.size and sign * values[best] > 0.005:
            rows.append((name, f"{atom_name(structures, int(best), short=True)}, correlation {_signed(values[best])}"))
    strong = int(np.count_nonzero(np.abs(values) > _STRONG)) - 1
    rows.append((f"Correlated beyond ±{_STRONG:g}", f"{count_of(strong, 'other atom')} of all structures"))
    return rows


def group_rows(fit: FittedLPR, group: Indices) -> Rows:
    """Rows about several atoms: how many, how rigid each, and how rigid their mean and their sum."""
    structures = fit.analysis.structures
    symbols = Counter(chemical_symbols[z] for z in structures.numbers[group])
    species = ", ".join(f"{group_digits(n)} {symbol}" for symbol, n in symbols.most_common())
    held = len(np.unique(structures.structure_of[group]))
    lpr = fit.lpr[group]
    typical = float(np.exp(np.mean(np.log(lpr)))) if (lpr > 0).all() else 0.0
    low, high = format_value(float(lpr.min())), format_value(float(lpr.max()))
    spread = f"typical {format_value(typical)}, from {low} to {high}"
    return [
        ("Group", f"{count_of(len(group), 'atom')} of {count_of(held, 'structure')}: {species}"),
        ("LPR of its atoms", spread),
        ("Rigidity of their mean energy", worth(fit.group_rigidity(group))),
        ("Rigidity of their total energy", worth(fit.group_rigidity(group, "sum"))),
    ]


def difference_row(fit: FittedLPR, first: int | Indices, second: int | Indices) -> tuple[str, str]:
    """The row about a difference of two atoms, or of an atom and the mean of a group."""
    both_atoms = isinstance(first, int) and isinstance(second, int)
    name = "Rigidity of the difference of the two" if both_atoms else "Rigidity of picked atom less the group's mean"
    return name, worth(fit.difference_rigidity(first, second))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
