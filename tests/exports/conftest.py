"""A small fit with energies, held-out structures and groups with awkward names."""

import pytest

from lprviz.analysis import LPRAnalysis
from lprviz.data.structures import StructureSet
from tests.session.conftest import HYPERS, silicon


@pytest.fixture(scope="session")
def fit():
    atoms = [each.copy() for each in silicon()]
    for number, each in enumerate(atoms):
        each.info["group"] = "=1+1" if number % 2 else 'a "b", <i>c</i>'
    structures = StructureSet.from_atoms(atoms, name="cells")
    return LPRAnalysis(structures, hypers=HYPERS, alpha=1e-4).fit(range(7))
