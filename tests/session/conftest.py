"""Small real data: silicon cells with energies, quick to describe and to fit."""

import numpy as np
import pytest
from ase.build import bulk

from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.session import Session
from lprviz.session.plans import dataset_of

HYPERS = SoapHypers(cutoff=3.0, max_radial=3, max_angular=3, width=0.5, smoothing=0.1)


def silicon(n=12, seed=0):
    """Return `n` rattled cells of eight atoms; every third belongs to the group "b"."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        atoms = bulk("Si", "diamond", a=5.43, cubic=True)
        atoms.positions += rng.normal(0, 0.15, atoms.positions.shape)
        atoms.info["energy"] = -37.0 + float(rng.normal(0, 0.5))
        atoms.info["group"] = "b" if i % 3 == 0 else "a"
        made.append(atoms)
    return StructureSet.from_atoms(made, name="cells")


@pytest.fixture
def session():
    made = Session()
    made.load_dataset(dataset_of(silicon()))
    assert made.problem is None
    assert made.fit is not None
    return made
