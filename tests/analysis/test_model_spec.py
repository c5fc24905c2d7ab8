"""A spec is a value: checked when made, equal when equal, and able to say what it is in one line."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule

from lprviz.analysis.model_spec import SAMPLING_KINDS, ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.core.sampling import SAMPLERS
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

TABLE = FeatureTable(np.ones((3, 2)), [0, 3], title="mace.npz")


def test_values_compare_and_serve_as_keys():
    first = ModelSpec(weights=[1, 2.0], n_sparse=3, trained_on=None)
    assert first == ModelSpec(weights=np.array([1.0, 2.0]), n_sparse=3)
    assert len({first, ModelSpec(weights=(1.0, 2.0), n_sparse=3), ModelSpec()}) == 2
    assert ModelSpec.imported(TABLE) == ModelSpec.imported(FeatureTable(np.ones((3, 2)), [0, 3], title="other name"))
    assert ModelSpec("network", trained_on=[3, 1]).trained_on == (1, 3)
    assert first.with_changes(zeta=4).zeta == 4
    assert tuple(SAMPLERS) == SAMPLING_KINDS


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        (ModelSpec(), "SOAP ridge · energies per atom"),
        (ModelSpec("sparse-kernel", n_sparse=80, sampling="cur"),
         "sparse kernel (x·y)^2, 80 points by CUR · energies per atom"),
        (ModelSpec("network", target="sum", baseline="isolated-atoms"),
         "network, last layer (64-64 tanh) · total energies · isolated-atom baseline"),
        (ModelSpec.imported(TABLE, species_columns=True, weights="w"),
         "mace.npz, 2 imported features · energies per atom · species columns · weights from 'w'"),
        (ModelSpec(intercept=True, per_centre_species=True, baseline="none", weights=(1.0, 2.0)),
         "SOAP ridge · energies per atom · no baseline · intercept · weights per centre species · weighted structures"),
    ],
)  # fmt: skip
def test_it_says_what_it_is(spec, line):
    assert spec.describe() == line


def test_presets_take_free_atoms_where_there_are_enough():
    atoms = [Atoms("H"), Atoms("O"), molecule("H2O")]
    for each in atoms:
        each.info["energy"] = -1.0
    assert ModelSpec.preset(StructureSet.from_atoms(atoms)).baseline == "isolated-atoms"
    without = StructureSet.from_atoms(atoms[1:])
    assert ModelSpec.preset(without).baseline == "least-squares"
    assert ModelSpec.preset(without, "network", baseline="none").describe().endswith("no baseline")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "forest"}, "no model 'forest'"),
        ({"kind": None}, "no model None"),
        ({"target": "total"}, "no target 'total'"),
        ({"baseline": "dft"}, "no baseline 'dft'"),
        ({"sampling": "random"}, "no sampling 'random'"),
        ({"zeta": 0}, "exponent zeta"),
        ({"zeta": 2.5}, "exponent zeta"),
        ({"n_sparse": 0}, "at least one sparse point"),
        ({"intercept": 1}, "intercept must be true or false"),
        ({"species_columns": "yes"}, "species_columns must be true or false"),
        ({"weights": (1.0, 0.0)}, "positive numbers"),
        ({"weights": (1.0, float("nan"))}, "positive numbers"),
        ({"weights": ((1.0,),)}, "positive numbers"),
        ({"kind": "features"}, "belong together"),
        ({"features": TABLE}, "belong together"),
        ({"trained_on": (0,)}, "no backbone to train"),
        ({"kind": "network", "trained_on": ()}, "at least one"),
        ({"kind": "network", "trained_on": (1, 1)}, "each once"),
        ({"kind": "network", "per_centre_species": True}, "one set of weights"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(options, message):
    with pytest.raises(ModelError, match=message) as caught:
        ModelSpec(**options)
    assert caught.value.hint


def test_imported_features_stay_as_they_are_unless_asked():
    structures = StructureSet.from_atoms([molecule("H2O")])
    assert not ModelSpec.imported(TABLE).has_species_columns(structures)
    assert ModelSpec.imported(TABLE, species_columns=True).has_species_columns(structures)
    assert ModelSpec().has_species_columns(structures)
    assert ModelSpec("network", network=NetworkSettings(seed=4)).key() != ModelSpec("network").key()
