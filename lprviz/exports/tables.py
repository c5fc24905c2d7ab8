"""Atoms and structures as CSV: UTF-8, one header line, a dot for decimals, empty where a number is undefined."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from ase.data import chemical_symbols

from lprviz.analysis import FittedLPR
from lprviz.exports.atom_numbers import atom_numbers

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def atoms_csv(fit: FittedLPR, structures: Iterable[int] | None = None) -> str:
    """Return one line for each atom: where it is, and what the fit knows of it.

    Parameters
    ----------
    fit : FittedLPR
    structures : iterable of int, optional
        Structures to write; all by default.
    """
    pool, columns = fit.analysis.structures, atom_numbers(fit)
    members, reference = set(fit.members), pool.local_energies
    header = ["structure", "atom", "element", "x_angstrom", "y_angstrom", "z_angstrom", "in_training"]
    header += [f"{column.name}_{column.unit}" if column.unit == "eV" else column.name for column in columns]
    header += [] if reference is None else ["local_energy_reference_eV"]
    numbers = [column.values for column in columns] + ([] if reference is None else [reference])
    rows = []
    for index in range(pool.n_structures) if structures is None else structures:
        begin, inside = int(pool.offsets[index]), int(index in members)
        for atom, position in enumerate(pool[index].positions.tolist()):
            place = begin + atom
            symbol = chemical_symbols[pool.numbers[place]]
            rows.append([index, atom, symbol, *position, inside, *(float(each[place]) for each in numbers)])
    return _csv(header, rows)


def structures_csv(fit: FittedLPR) -> str:
    """Return one line for each structure: what it is, whether it trains, its energies and its rigidity."""
    pool, members = fit.analysis.structures, set(fit.members)
    rigidity, predicted, logs = fit.structure_rigidity(), fit.predict(), _finite_logs(fit)
    header = [
        "structure", "formula", "group", "atoms", "in_training", "energy_eV", "predicted_energy_eV",
        "structure_rigidity", "lpr_geometric_mean", "lpr_lowest", "share_of_atoms_worth_a_label",
    ]  # fmt: skip
    rows = []
    for index in range(pool.n_structures):
        own = logs[pool.offsets[index] : pool.offsets[index + 1]]
        own = own[~np.isnan(own)]
        summary = (10.0 ** own.mean(), 10.0 ** own.min(), float(np.mean(own >= 0.0))) if own.size else (np.nan,) * 3
        rows.append(
            [
                index,
                pool.formulas[index],
                pool.groups[index],
                len(pool[index]),
                int(index in members),
                float(pool.energies[index]),
                np.nan if predicted is None else float(predicted[index]),
                float(rigidity[index]),
                *map(float, summary),
            ]
        )
    return _csv(header, rows)


def _finite_logs(fit: FittedLPR) -> np.ndarray:
    """log10 LPR, nan for an atom that sees nothing."""
    return np.log10(np.where(np.isfinite(fit.lpr), fit.lpr, np.nan))


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return content.getvalue()


def _cell(value: Any) -> Any:
    """A number in full, nothing for an undefined one; text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else ""
    return value
