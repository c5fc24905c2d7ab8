"""`StructureSet`: an immutable sequence of structures with energies, labels and an index of environments.

An environment is one atom with its surroundings. Environments are numbered through the whole set, structure after
structure, so that every per-environment array of lprviz is one flat array of length ``n_environments``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar, overload

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.data.energy_checks import energy_notes
from lprviz.data.energy_keys import choose_energies
from lprviz.data.labels import find_groups, find_local_energies
from lprviz.errors import DataError
from lprviz.progress import Tick, no_tick, phase, ticking

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, repr=False, eq=False)
class StructureSet(Sequence[Atoms]):
    """Structures of one data set. Build it with `StructureSet.from_atoms` or `lprviz.read_structures`.

    Attributes
    ----------
    atoms : tuple of ase.Atoms
        The structures; treat them as read-only.
    name, source : str
        A short title, and where the structures came from.
    energies : ndarray, shape (n_structures,)
        Total energies in eV, nan where missing.
    energy_key : str or None
        The key the energies were found under; None when no energy was found.
    energy_candidates : tuple of str
        Other keys that could hold the energy; pass one to `with_energy_key`.
    local_energies : ndarray, shape (n_environments,), or None
        Reference energies of the atoms in eV, where every structure has them.
    group_key : str or None
        The key the groups were found under.
    groups : tuple of str
        Label of each structure, "" where it has none.
    warnings : tuple of str
        Sentences about what looks doubtful in the data.
    """

    atoms: tuple[Atoms, ...]
    name: str
    source: str
    energies: NDArray[np.float64]
    energy_key: str | None
    energy_candidates: tuple[str, ...]
    local_energies: NDArray[np.float64] | None
    group_key: str | None
    groups: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_atoms(
        cls,
        structures: Iterable[Atoms],
        *,
        name: str = "",
        source: str = "",
        energy_key: str | None = None,
        warnings: Sequence[str] = (),
        copy: bool = True,
        tick: Tick = no_tick,
    ) -> StructureSet:
        """Collect structures and find their energies, local energies and groups.

        Parameters
        ----------
        structures : iterable of ase.Atoms
            Copied, so that later changes to the originals do not reach this set.
        name, source : str
            A short title, and where the structures came from.
        energy_key : str, optional
            The key to read energies from; by default the most likely one.
        warnings : sequence of str
            What a reader has to say about the files.
        copy : bool
            False takes the structures over as they are: only for structures that nobody else holds.
        tick : Tick
            Progress and cancel.

        Raises
        ------
        DataError
            If there are no structures, or none has an energy under the key asked for.
        """
        given = tuple(structures)
        if not given:
            raise DataError("There is no structure in this data set.", "Give at least one structure.")
        atoms = tuple(_sealed(_copy(each) if copy else each) for each in ticking(given, phase(tick, 0.0, 0.5)))
        choice = choose_energies(atoms, energy_key, tick=phase(tick, 0.5, 1.0))
        if energy_key is not None and np.isnan(choice.energies).all():
            known = ", ".join(choice.candidates) or "none"
            raise DataError(f"No structure has an energy under the key {energy_key!r}.", f"Keys found: {known}.")
        notes = (*warnings, *energy_notes(atoms, choice))
        group_key, groups = find_groups(atoms)
        return cls(
            atoms,
            name,
            source,
            choice.energies,
            choice.key,
            choice.candidates,
            find_local_energies(atoms),
            group_key,
            groups,
            tuple(dict.fromkeys(notes)),
        )

    # -- sizes and indices ------------------------------------------------------------------------------------------

    @property
    def n_structures(self) -> int:
        """Number of structures."""
        return len(self.atoms)

    @property
    def n_environments(self) -> int:
        """Number of atoms in all structures together."""
        return int(self.offsets[-1])

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of atoms of each structure, shape (n_structures,)."""
        return _frozen(np.array([len(each) for each in self.atoms], dtype=np.int64))

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """First environment of each structure and, last, their number; shape (n_structures + 1,)."""
        return _frozen(np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64))

    @cached_property
    def structure_of(self) -> NDArray[np.int64]:
        """Structure that each environment belongs to, shape (n_environments,)."""
        return _frozen(np.repeat(np.arange(self.n_structures), self.sizes))

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """Atomic number of each environment, shape (n_environments,)."""
        return _frozen(np.concatenate([each.numbers for each in self.atoms]).astype(np.int64))

    @cached_property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols present, by rising atomic number."""
        return tuple(chemical_symbols[z] for z in np.unique(self.numbers))

    @cached_property
    def formulas(self) -> tuple[str, ...]:
        """Chemical formula of each structure (Hill order)."""
        return tuple(each.get_chemical_formula() for each in self.atoms)

    def environment_index(self, structure: int, atom: int) -> int:
        """Number of an atom in the whole set; raises DataError when there is no such structure or atom."""
        if not 0 <= structure < self.n_structures:
            raise DataError(f"There is no structure {structure}.", f"The set has {self.n_structures}, counted from 0.")
        if not 0 <= atom < self.sizes[structure]:
            raise DataError(
                f"There is no atom {atom} in structure {structure}.",
                f"It has {self.sizes[structure]} atoms, counted from 0.",
            )
        return int(self.offsets[structure]) + atom

    def of(self, environment: int) -> tuple[int, int]:
        """Return (structure, atom) of an environment; raises DataError when out of range."""
        if not 0 <= environment < self.n_environments:
            raise DataError(
                f"There is no environment {environment}.", f"The set has {self.n_environments}, counted from 0."
            )
        structure = int(self.structure_of[environment])
        return structure, environment - int(self.offsets[structure])

    # -- identity ---------------------------------------------------------------------------------------------------

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint of what descriptors depend on: numbers, positions, cell and pbc of every structure."""
        digest = hashlib.blake2b(digest_size=16)
        for each in self.atoms:
            digest.update(np.int64(len(each)).tobytes())
            digest.update(np.asarray(each.numbers, dtype="<i8").tobytes())
            digest.update(np.asarray(each.positions, dtype="<f8").tobytes())
            digest.update(np.asarray(each.cell.array, dtype="<f8").tobytes())
            digest.update(np.asarray(each.pbc, dtype=np.uint8).tobytes())
        return digest.hexdigest()

    # -- other sets made from this one ------------------------------------------------------------------------------

    def select(self, indices: Iterable[int]) -> StructureSet:
        """Return the structures at these indices, in this order, with their energies and labels."""
        picked = [range(self.n_structures)[int(i)] for i in indices]
        if not picked:
            raise DataError("The selection holds no structure.", "Select at least one.")
        local = self.local_energies
        if local is not None:
            local = _frozen(np.concatenate([local[self.offsets[i] : self.offsets[i + 1]] for i in picked]))
        return replace(
            self,
            atoms=tuple(self.atoms[i] for i in picked),
            energies=_frozen(self.energies[picked]),
            local_energies=local,
            groups=tuple(self.groups[i] for i in picked),
        )

    def concatenate(self, other: StructureSet) -> StructureSet:
        """Return this set followed by another; a warning is kept when their energy keys differ."""
        local = None
        if self.local_energies is not None and other.local_energies is not None:
            local = _frozen(np.concatenate([self.local_energies, other.local_energies]))
        notes = dict.fromkeys(self.warnings + other.warnings)
        if self.energy_key and other.energy_key and self.energy_key != other.energy_key:
            notes[f"Energies come from different keys: {self.energy_key!r} and then {other.energy_key!r}."] = None
        return replace(
            self,
            atoms=self.atoms + other.atoms,
            name=" + ".join(part for part in (self.name, other.name) if part),
            source="; ".join(part for part in (self.source, other.source) if part),
            energies=_frozen(np.concatenate([self.energies, other.energies])),
            energy_key=self.energy_key or other.energy_key,
            energy_candidates=tuple(dict.fromkeys(self.energy_candidates + other.energy_candidates)),
            local_energies=local,
            group_key=self.group_key or other.group_key,
            groups=self.groups + other.groups,
            warnings=tuple(notes),
        )

    def with_energy_key(self, key: str) -> StructureSet:
        """Return the same structures with energies read from another key (DataError when no structure has it)."""
        outdated = energy_notes(self.atoms, choose_energies(self.atoms, self.energy_key))
        kept = [note for note in self.warnings if note not in outdated]
        return StructureSet.from_atoms(self.atoms, name=self.name, source=self.source, energy_key=key, warnings=kept)

    def with_warnings(self, warnings: Iterable[str]) -> StructureSet:
        """Return the same set with more warnings, each kept once."""
        return replace(self, warnings=tuple(dict.fromkeys([*self.warnings, *warnings])))

    # -- as a sequence ----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.atoms)

    def __iter__(self) -> Iterator[Atoms]:
        return iter(self.atoms)

    @overload
    def __getitem__(self, index: int) -> Atoms: ...
    @overload
    def __getitem__(self, index: slice) -> StructureSet: ...
    def __getitem__(self, index: int | slice) -> Atoms | StructureSet:
        if isinstance(index, slice):
            return self.select(range(self.n_structures)[index])
        return self.atoms[index]

    # -- describing itself ------------------------------------------------------------------------------------------

    @cached_property
    def periodicity(self) -> str:
        """One phrase: periodic, not periodic, or how many structures of each kind."""
        kinds = Counter(_PERIODICITY[int(each.pbc.sum())] for each in self.atoms)
        if len(kinds) == 1:
            return next(iter(kinds))
        return ", ".join(f"{count} {kind}" for kind, count in kinds.items())

    def __repr__(self) -> str:
        labelled = int(np.isfinite(self.energies).sum())
        energy = (
            f"energy key {self.energy_key!r} ({labelled} of {self.n_structures})" if self.energy_key else "no energy"
        )
        smallest, largest = int(self.sizes.min()), int(self.sizes.max())
        span = f"{smallest}" if smallest == largest else f"{smallest} to {largest}"
        title = f"{self.name!r}: " if self.name else ""
        return (
            f"StructureSet({title}{self.n_structures} structures, {self.n_environments} environments "
            f"({span} atoms each), species {' '.join(self.species)}, {energy}, {self.periodicity})"
        )


_PERIODICITY = {0: "not periodic", 1: "periodic in one direction", 2: "periodic in two directions", 3: "periodic"}


def _copy(atoms: Atoms) -> Atoms:
    """Copy a structure with its calculator results."""
    copy = atoms.copy()
    copy.calc = atoms.calc
    return copy


def _sealed(atoms: Atoms) -> Atoms:
    """Forbid writing into the arrays of a structure."""
    for array in atoms.arrays.values():
        array.flags.writeable = False
    return atoms


def _frozen(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    array.flags.writeable = False
    return array
