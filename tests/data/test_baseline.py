"""Composition baseline: exact where the data determine it, harmless where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule

from lprviz.data.baseline import composition_baseline, species_counts
from lprviz.data.structures import StructureSet

TRUE = {"H": -13.6, "C": -1029.0, "O": -2043.0}


def labelled(*names: str) -> StructureSet:
    structures = [molecule(name) for name in names]
    for atoms in structures:
        atoms.info["energy"] = sum(TRUE[symbol] for symbol in atoms.get_chemical_symbols())
    return StructureSet.from_atoms(structures)


def test_additive_energies_are_found_exactly():
    structures = labelled("CH4", "H2O", "CO2", "CH3OH", "H2")
    baseline = composition_baseline(structures)
    for symbol, energy in TRUE.items():
        assert baseline.per_species[symbol] == pytest.approx(energy, rel=1e-9)
    assert np.allclose(baseline.of_structures(structures), structures.energies, rtol=1e-12)
    assert np.allclose(baseline.targets(structures), 0.0, atol=1e-8)
    sums = np.add.reduceat(baseline.of_environments(structures), structures.offsets[:-1])
    assert np.allclose(sums, structures.energies)


def test_a_fixed_composition_still_gives_the_totals():
    structures = labelled("H2O", "H2O")
    baseline = composition_baseline(structures)
    assert np.allclose(baseline.of_structures(structures), structures.energies)
    assert all(np.isfinite(list(baseline.per_species.values())))


def test_missing_energies_do_not_count_and_stay_missing():
    structures = [molecule("CH4"), molecule("H2"), molecule("H2O")]
    structures[0].info["energy"], structures[1].info["energy"] = -1100.0, -27.2
    whole = StructureSet.from_atoms(structures)
    baseline = composition_baseline(whole)
    assert baseline.per_species["H"] == pytest.approx(-13.6)
    assert baseline.per_species["O"] == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(baseline.targets(whole)).tolist() == [False, False, True]


def test_without_energies_all_is_zero():
    structures = StructureSet.from_atoms([molecule("CH4")])
    assert composition_baseline(structures).per_species == {"H": 0.0, "C": 0.0}


def test_a_species_it_has_not_seen_counts_as_zero():
    baseline = composition_baseline(labelled("H2"))
    other = StructureSet.from_atoms([Atoms("Si")])
    assert baseline.of_structures(other).tolist() == [0.0]


def test_counts_are_counts():
    assert species_counts(labelled("CH4", "H2O")).tolist() == [[4, 1, 0], [2, 0, 1]]
