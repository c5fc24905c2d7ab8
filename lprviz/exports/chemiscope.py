"""A data set with its rigidities as the JSON that chemiscope opens."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.core.projection import principal_components
from lprviz.exports.atom_numbers import atom_numbers

_DIGITS = 6
_LEAST_RANGE = 1e-4
_REFERENCE = "S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020, doi 10.1021/acs.jctc.3c00704"


def chemiscope_json(
    fit: FittedLPR, structures: Iterable[int] | None = None, *, title: str = "", compressed: bool = False
) -> bytes:
    """Return structures with LPR, energies and a map of environments, coloured by log10 LPR.

    Parameters
    ----------
    fit : FittedLPR
    structures : iterable of int, optional
        Structures to write; all by default.
    title : str
        Name of the data set.
    compressed : bool
        Compress with gzip, for a name that ends in ``.json.gz``.

    Notes
    -----
    Undefined numbers are written as NaN, which chemiscope reads though JSON does not know it. Numbers are rounded to
    six digits: use extended xyz for all of them.
    """
    pool = fit.analysis.structures
    chosen = list(range(pool.n_structures) if structures is None else structures)
    rows = np.concatenate([np.arange(pool.offsets[i], pool.offsets[i + 1]) for i in chosen])
    logs = np.log10(np.where(np.isfinite(fit.lpr), fit.lpr, np.nan))[rows]  # an atom that sees nothing has none
    content = {
        "meta": {
            "name": title or pool.name or "lprviz",
            "description": _description(fit),
            "references": [_REFERENCE],
        },
        "structures": [_structure(pool[index]) for index in chosen],
        "environments": [
            {"structure": number, "center": atom, "cutoff": float(fit.analysis.hypers.cutoff)}
            for number, index in enumerate(chosen)
            for atom in range(len(pool[index]))
        ],
        "properties": {**_of_atoms(fit, rows, logs), **_of_structures(fit, chosen)},
        "settings": _settings(
            logs, len(pool[chosen[0]]), periodic=any(bool(pool[index].pbc.any()) for index in chosen)
        ),
    }
    written = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return gzip.compress(written, mtime=0) if compressed else written


def _description(fit: FittedLPR) -> str:
    analysis = fit.analysis
    return (
        f"Local prediction rigidity: {analysis.spec.describe()}, alpha {fit.alpha:g}, {fit.scale} scale, "
        f"{len(fit.members)} of {analysis.structures.n_structures} structures in training. Written by lprviz."
    )


def _structure(atoms: Atoms) -> dict[str, Any]:
    x, y, z = np.asarray(atoms.positions, dtype=np.float64).T.tolist()
    found = {"size": len(atoms), "names": atoms.get_chemical_symbols(), "x": x, "y": y, "z": z}
    cell = np.asarray(atoms.cell.array)
    if atoms.pbc.any() and cell.any():
        found["cell"] = np.asarray(atoms.cell.complete().array).ravel().tolist()
    return found


def _of_atoms(fit: FittedLPR, rows: NDArray[np.intp], logs: NDArray[np.float64]) -> dict[str, Any]:
    coordinates = principal_components(fit.engine.pool).coordinates[rows]
    found = {"log10 LPR": _property("atom", logs, "", "Logarithm of the local prediction rigidity; 0: one label")}
    for column in atom_numbers(fit):
        found[column.name] = _property("atom", column.values[rows], column.unit, column.meaning)
    for axis in range(2):
        meaning = "Principal component of the environments' features"
        found[f"PC{axis + 1}"] = _property("atom", coordinates[:, axis], "", meaning)
    return found


def _of_structures(fit: FittedLPR, chosen: list[int]) -> dict[str, Any]:
    pool, members, predicted = fit.analysis.structures, set(fit.members), fit.predict()
    roles = ["in training" if index in members else "held out" for index in chosen]
    found: dict[str, Any] = {
        "role": {"target": "structure", "values": roles, "description": "Whether the structure trains"},
        "structure_rigidity": _property(
            "structure", fit.structure_rigidity()[chosen], "labels", "Prediction rigidity of the energy per atom"
        ),
    }
    if any(pool.groups[index] for index in chosen):
        groups = [pool.groups[index] or "none" for index in chosen]
        found["group"] = {"target": "structure", "values": groups}
    if np.isfinite(pool.energies[chosen]).any():
        found["energy"] = _property("structure", pool.energies[chosen], "eV", "Reference energy")
    if predicted is not None:
        found["predicted_energy"] = _property("structure", predicted[chosen], "eV", "Energy of the model")
    return found


def _property(target: str, values: NDArray[np.float64], unit: str, meaning: str) -> dict[str, Any]:
    rounded = [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else float("nan") for value in values.tolist()]
    found: dict[str, Any] = {"target": target, "values": rounded, "description": meaning}
    return found | ({"units": unit} if unit else {})


def _settings(logs: NDArray[np.float64], n_first: int, *, periodic: bool) -> dict[str, Any]:
    """How it opens: map and structures coloured alike, over the range of all that is written."""
    seen = logs[np.isfinite(logs)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    margin = 1e-4 * max(high - low, 1.0)
    colour = {"property": "log10 LPR", "palette": "viridis", "min": low - margin, "max": high + margin}
    structure: dict[str, Any] = {"unitCell": periodic, "bonds": True, "environments": {"activated": False}}
    first = logs[:n_first]
    if np.isfinite(first).all() and np.ptp(first) > _LEAST_RANGE:
        structure["color"] = dict(colour)
    # else by element: chemiscope stops with an error when all atoms of the first structure have the same value
    return {
        "target": "atom",
        "map": {"x": {"property": "PC1"}, "y": {"property": "PC2"}, "color": dict(colour)},
        "structure": [structure],
    }
