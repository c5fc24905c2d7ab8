"""Small sets whose descriptors take a fraction of a second."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from lprviz.analysis import LPRAnalysis
from lprviz.data import SoapHypers, StructureSet

HYPERS = SoapHypers(cutoff=3.2, max_radial=3, max_angular=3, width=0.5, smoothing=0.3)


def _labelled(atoms, shift):
    """The structure with a Lennard-Jones energy plus a different constant per species."""
    atoms.calc = LennardJones(sigma=1.9, epsilon=0.4, rc=4.0)
    energy = atoms.get_potential_energy() + sum(shift[symbol] for symbol in atoms.get_chemical_symbols())
    atoms.calc = SinglePointCalculator(atoms, energy=float(energy))
    return atoms


@pytest.fixture(scope="session")
def silicon_atoms():
    rng = np.random.default_rng(11)
    cells = [bulk("Si", cubic=True) for _ in range(12)]
    for number, atoms in enumerate(cells):
        if number % 4 == 3:
            del atoms[0]
        atoms.positions += rng.normal(scale=0.02 + 0.02 * number, size=atoms.positions.shape)
    return [_labelled(atoms, {"Si": -4.0}) for atoms in cells]


@pytest.fixture(scope="session")
def carbide_atoms():
    rng = np.random.default_rng(12)
    cells = []
    for number in range(10):
        atoms = bulk("SiC", "zincblende", a=4.36, cubic=True)
        if number >= 6:
            atoms.symbols[number - 6] = "C" if atoms.symbols[number - 6] == "Si" else "Si"
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
        cells.append(_labelled(atoms, {"Si": -4.0, "C": -7.0}))
    return cells


@pytest.fixture(scope="session")
def silicon(silicon_atoms):
    return StructureSet.from_atoms(silicon_atoms)


@pytest.fixture(scope="session")
def carbide(carbide_atoms):
    return StructureSet.from_atoms(carbide_atoms)


@pytest.fixture(scope="session")
def analysis(silicon):
    return LPRAnalysis(silicon, hypers=HYPERS, alpha=1e-4)


@pytest.fixture(scope="session")
def carbide_analysis(carbide):
    return LPRAnalysis(carbide, hypers=HYPERS, alpha=1e-4)


@pytest.fixture(scope="session")
def hypers():
    return HYPERS
