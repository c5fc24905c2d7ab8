"""Structures as extended xyz to the last digit: what is read back is equal, not merely close.

ASE writes eight decimals, which moves atoms by 1e-8 and turns an LPR of 1e-9 into zero. Here every number is written
in the shortest form that reads back as itself.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from lprviz.progress import Tick, no_tick, ticking

Columns = Mapping[str, NDArray[Any]]

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_\-./]{0,79}")
_TAKEN = {"species", "pos", "symbols", "positions", "numbers", "Z"}
_KINDS = {"f": "R", "i": "I", "u": "I", "b": "L", "U": "S"}
_OTHER_NAMES = {"local_energy": "local_energy_reference", "sigma": "sigma_reference"}
"""What a file brought along under a name of ours keeps its numbers under another."""


def extended_xyz(
    structures: Sequence[Atoms], columns: Columns | None = None, *, chosen: Iterable[int] | None = None,
    tick: Tick = no_tick,
) -> str:  # fmt: skip
    """Return structures as extended xyz, with what they hold and further numbers per atom.

    Parameters
    ----------
    structures : sequence of ase.Atoms
    columns : mapping of str to (n_environments,) or (n_environments, k) arrays, optional
        Further columns over all structures, one atom after another.
    chosen : iterable of int, optional
        Structures to write; all by default.
    tick : Tick
        Progress and cancel.

    Returns
    -------
    str
        Energies and forces of a calculator are written as any others. Text in ``info`` loses line breaks and double
        quotes; arrays that the format cannot hold are left out.
    """
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in structures])])
    which = list(range(len(structures)) if chosen is None else chosen)
    frames = []
    for index in ticking(which, tick):
        rows = slice(offsets[index], offsets[index + 1])
        frames.append(_frame(structures[index], {name: values[rows] for name, values in (columns or {}).items()}))
    return "".join(frames)


def _frame(atoms: Atoms, columns: Columns) -> str:
    arrays = {name: array for name, array in _arrays(atoms).items() if name not in columns}
    arrays |= {
        other: array
        for name, other in _OTHER_NAMES.items()
        if name in columns and (array := atoms.arrays.get(name)) is not None and _fits(array, len(atoms))
    }
    written = {
        "species": np.asarray(atoms.get_chemical_symbols()),
        "pos": np.asarray(atoms.positions, dtype=np.float64),
        **arrays,
        **columns,
    }
    properties = ":".join(f"{name}:{_KINDS[array.dtype.kind]}:{_width(array)}" for name, array in written.items())
    texts = [column for array in written.values() for column in _texts(array)]
    rows = "\n".join(" ".join(row) for row in zip(*texts, strict=True))
    return f"{len(atoms)}\n{_comment(atoms, properties)}\n{rows}\n"


def _comment(atoms: Atoms, properties: str) -> str:
    from ase.io.extxyz import key_val_dict_to_str

    info = {key: value for key, value in _info(atoms).items() if _KEY.fullmatch(key)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what cannot be written is left out, as the documentation says
        said = key_val_dict_to_str(info)
    cell = " ".join(repr(float(value)) for value in np.asarray(atoms.cell.array).ravel())
    lattice = f'Lattice="{cell}" ' if np.asarray(atoms.cell.array).any() else ""
    pbc = " ".join("T" if each else "F" for each in atoms.pbc)
    return f'{lattice}Properties={properties} {said} pbc="{pbc}"'.replace("  ", " ")


def _info(atoms: Atoms) -> dict[str, Any]:
    """What a structure and its calculator say of the whole, fit for one line."""
    said: dict[str, Any] = {str(key): value for key, value in atoms.info.items()}
    for key, value in _results(atoms).items():
        if key not in said and np.ndim(value) == 0:
            said[key] = value
    reserved = {"Lattice", "Properties", "pbc"}
    return {key: _plain(value) for key, value in said.items() if key not in reserved and value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else " " for letter in value).translate(_QUOTES)
    if isinstance(value, np.floating | np.integer | np.bool_):
        return value.item()
    return value


_QUOTES = str.maketrans({'"': "'", "\\": "/"})


def _arrays(atoms: Atoms) -> dict[str, NDArray[Any]]:
    """Arrays per atom that a column can hold, those of the calculator included."""
    found: dict[str, NDArray[Any]] = {}
    for name, values in (*atoms.arrays.items(), *_results(atoms).items()):
        array = np.asarray(values)
        if name not in _TAKEN and name not in found and _KEY.fullmatch(name) and _fits(array, len(atoms)):
            found[name] = array
    return found


def _results(atoms: Atoms) -> dict[str, Any]:
    """Results of the calculator that belong to these very positions; nothing is calculated."""
    subject = getattr(atoms.calc, "atoms", None)
    if subject is None or len(subject) != len(atoms) or not np.array_equal(subject.positions, atoms.positions):
        return {}
    return dict(getattr(atoms.calc, "results", {}))


def _fits(array: NDArray[Any], n_atoms: int) -> bool:
    if array.ndim not in (1, 2) or len(array) != n_atoms or array.dtype.kind not in _KINDS or array.size == 0:
        return False
    if array.dtype.kind != "U":
        return True
    return all(text.isprintable() and text and not set(text) & set(" \"'\\") for text in array.ravel().tolist())


def _width(array: NDArray[Any]) -> int:
    return 1 if array.ndim == 1 else array.shape[1]


def _texts(array: NDArray[Any]) -> list[list[str]]:
    """Each column of an array as text."""
    columns = [array] if array.ndim == 1 else list(array.T)
    if array.dtype.kind == "b":
        return [["T" if value else "F" for value in column] for column in columns]
    return [list(map(str, column.tolist())) for column in columns]
