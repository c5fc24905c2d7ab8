"""One law for every model: what the engine says equals the dense definition on that model's own features."""

import numpy as np
import pytest
from shared_data import shared_data
from skmatter.metrics import local_prediction_rigidity as skmatter_lpr

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.base_features import base_features
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.models import compute_representation, features_again
from lprviz.core import local_prediction_rigidity, ridge_fit
from lprviz.core.kernels import normalised_rows, polynomial_kernel
from lprviz.data import load_dataset, read_structures
from lprviz.data.cache import DiskCache
from lprviz.data.descriptors import compute_features
from lprviz.data.feature_table import FeatureTable
from lprviz.data.hypers import SoapHypers
from lprviz.data.structure_rows import row_roots
from lprviz.errors import DataError, ModelError

ALPHA = 1e-4
SPECS = {
    "ridge": ModelSpec(),
    "intercept": ModelSpec(intercept=True),
    "per centre": ModelSpec(per_centre_species=True, species_columns=False),
    "sum": ModelSpec(target="sum"),
    "farthest": ModelSpec("sparse-kernel", n_sparse=25),
    "cur": ModelSpec("sparse-kernel", n_sparse=25, sampling="cur", zeta=3),
    "kernel, intercept, sum": ModelSpec("sparse-kernel", n_sparse=15, intercept=True, target="sum"),
    "weights": ModelSpec(weights=tuple(0.5 + 0.3 * number for number in range(10))),
}


def _weights(structures, spec):
    roots = row_roots(structures, spec.target, spec.weights)
    return np.ones(len(structures)) if roots is None else roots**2


@pytest.mark.parametrize("name", SPECS)
def test_every_model_is_its_features_and_one_engine(carbide, hypers, name):
    spec = SPECS[name]
    analysis = LPRAnalysis(carbide, hypers=hypers, model=spec, alpha=ALPHA, keep_features=True)
    x = analysis.representation.pool.features
    np.testing.assert_allclose(features_again(carbide, hypers, spec, analysis.representation), x, rtol=1e-12)
    # A sparse kernel keeps at most what the full one has; every other scale is one by construction.
    assert np.mean(np.sum(x**2, axis=1)) == pytest.approx(1.0, rel=5e-2 if spec.kind == "sparse-kernel" else 1e-12)
    means = np.array([part.mean(axis=0) for part in np.split(x, carbide.offsets[1:-1])])
    weights = _weights(carbide, spec)
    fitted = analysis.fit([0, 1, 2, 6]).add([8, 9]).remove(1)
    members = list(fitted.members)
    rows = np.sqrt(weights)[members, None] * means[members]
    np.testing.assert_allclose(fitted.lpr, local_prediction_rigidity(rows, x, ALPHA), rtol=1e-6)
    np.testing.assert_allclose(fitted.lpr, analysis.fit(members).lpr, rtol=1e-7)
    np.testing.assert_allclose(fitted.structure_rigidity(), local_prediction_rigidity(rows, means, ALPHA), rtol=1e-6)
    assert (fitted.structure_rigidity()[members] >= weights[members] * (1 - 1e-9)).all()
    solved = ridge_fit(rows, np.sqrt(weights)[members] * fitted.targets[members], ALPHA)
    local = x @ solved + fitted.baseline.of_environments(carbide)
    np.testing.assert_allclose(fitted.local_energies(), local, atol=1e-6)
    np.testing.assert_allclose(fitted.predict(), np.add.reduceat(local, carbide.offsets[:-1]), atol=1e-5)
    assert fitted.analysis.representation.description == spec.describe()


def test_a_weight_is_worth_that_many_labels(carbide, hypers):
    """A structure of weight 3 counts as three copies of it."""
    weights = [1.0] * 9 + [3.0]
    weighted = LPRAnalysis(carbide, hypers=hypers, model=ModelSpec(weights=weights)).fit([0, 9])
    plain = compute_representation(carbide, hypers)
    means = plain.pool.structures[[0, 9, 9, 9]]
    expected = local_prediction_rigidity(means, plain.pool.environments, ALPHA)
    inside = plain.pool.residuals < 1e-12
    np.testing.assert_allclose(weighted.lpr[inside], expected[inside], rtol=1e-5)
    gained = weighted.structure_rigidity()[9] - weighted.remove(9).structure_rigidity()[9]
    assert gained == pytest.approx(3.0, rel=1e-6)


def test_weights_may_stand_in_the_file(carbide_atoms, hypers):
    atoms = [each.copy() for each in carbide_atoms]
    for number, each in enumerate(atoms):
        each.info["w"] = 1.0 + number
    named = LPRAnalysis(atoms, hypers=hypers, model=ModelSpec(weights="w")).fit([1, 2])
    given = LPRAnalysis(atoms, hypers=hypers, model=ModelSpec(weights=1.0 + np.arange(10))).fit([1, 2])
    np.testing.assert_allclose(named.lpr, given.lpr)
    del atoms[4].info["w"]
    with pytest.raises(ModelError, match="Structure 4 has no weight under the key 'w'"):
        LPRAnalysis(atoms, hypers=hypers, model=ModelSpec(weights="w")).fit([1])
    atoms[4].info["w"] = -2
    with pytest.raises(ModelError, match="Structure 4 has the weight '-2'"):
        LPRAnalysis(atoms, hypers=hypers, model=ModelSpec(weights="w")).fit([1])
    with pytest.raises(ModelError, match="3 weights for 10 structures"):
        LPRAnalysis(atoms, hypers=hypers, model=ModelSpec(weights=(1.0, 1.0, 1.0))).fit([1])


def test_learning_totals_weighs_by_size(hypers):
    molecules = load_dataset("molecules").select(range(0, 120, 10))
    spec = ModelSpec(target="sum")
    rows = compute_representation(molecules, hypers, spec).row_roots
    np.testing.assert_array_equal(rows, molecules.sizes)


@pytest.mark.parametrize("zeta", [1, 2])
def test_a_cur_kernel_with_all_points_is_the_full_gaussian_process(silicon, hypers, zeta):
    """From kernel matrices alone: with as many points as the kernel has dimensions, nothing is sparse any more."""
    few = silicon[:3]
    spec = ModelSpec("sparse-kernel", n_sparse=few.n_environments, sampling="cur", zeta=zeta)
    fitted = LPRAnalysis(few, hypers=hypers, model=spec, alpha=1e-2).fit([0, 2])
    rows = normalised_rows(base_features(few, hypers, spec).values)
    kernel = polynomial_kernel(rows, rows, zeta)
    average = np.zeros((2, len(rows)))
    for row, member in enumerate((0, 2)):
        atoms = slice(few.offsets[member], few.offsets[member + 1])
        average[row, atoms] = 1 / few.sizes[member]
    cross, seen = kernel @ average.T, average @ kernel @ average.T + 1e-2 * np.eye(2)
    process = np.diag(kernel) - np.einsum("ij,ji->i", cross, np.linalg.solve(seen, cross.T))
    np.testing.assert_allclose(fitted.variance, process / 1e-2, rtol=1e-5)


def test_weights_per_centre_species_let_species_share_nothing(carbide, hypers):
    spec = ModelSpec(per_centre_species=True, species_columns=False)
    values = base_features(carbide, hypers, spec).values
    shared = base_features(carbide, hypers, ModelSpec(species_columns=False)).values
    assert values.shape[1] == 2 * shared.shape[1]
    carbon = carbide.numbers == 6
    assert not values[carbon][:, shared.shape[1] :].any()
    np.testing.assert_array_equal(values[~carbon] @ values[carbon].T, 0.0)
    np.testing.assert_allclose(values[carbon] @ values[carbon].T, shared[carbon] @ shared[carbon].T, rtol=1e-12)


def test_an_intercept_is_the_same_for_every_atom(carbide, hypers):
    values = base_features(carbide, hypers, ModelSpec(intercept=True)).values
    np.testing.assert_allclose(values[:, -1], 1 / np.sqrt(3))
    np.testing.assert_allclose(values[:, -3:-1].sum(axis=1), 1 / np.sqrt(3))


def test_imported_features_are_the_model_they_came_from(carbide, hypers):
    soap = compute_features(carbide, hypers)
    table = FeatureTable.of(carbide, 7.0 * soap.values)
    spec = ModelSpec.imported(table)
    fitted = LPRAnalysis(carbide, model=spec).fit(range(5))
    np.testing.assert_allclose(fitted.lpr, LPRAnalysis(carbide, hypers=hypers).fit(range(5)).lpr, rtol=1e-6)
    rows = np.split(table.values, carbide.offsets[1:-1])
    training = LPRAnalysis(carbide, model=spec, scale="training").fit(range(5))
    np.testing.assert_allclose(training.lpr, np.concatenate(skmatter_lpr(rows[:5], rows, ALPHA)[0]), rtol=1e-7)
    with pytest.raises(DataError, match="80 environments in 10 structures, but the data set has 24 in 3"):
        LPRAnalysis(carbide[:3], model=spec).fit([0])
    with pytest.raises(ModelError, match="Every feature in zeros is zero"):
        LPRAnalysis(carbide, model=ModelSpec.imported(FeatureTable.of(carbide, 0 * table.values, title="zeros"))).fit(
            []
        )


@pytest.mark.parametrize("name", ["cur", "intercept", "kernel, intercept, sum", "weights"])
def test_every_kind_is_found_again_in_the_cache(carbide, hypers, tmp_path, monkeypatch, name):
    from lprviz.analysis import models

    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    cache = DiskCache(tmp_path)
    first = compute_representation(carbide, hypers, SPECS[name], cache=cache)
    monkeypatch.setattr(models, "base_features", None)
    again = compute_representation(carbide, hypers, SPECS[name], cache=cache)
    np.testing.assert_array_equal(again.pool.environments, first.pool.environments)
    assert (again.scale, again.description, again.n_features) == (first.scale, first.description, first.n_features)
    assert (again.row_roots is None) == (first.row_roots is None)
    assert type(again.feature_map) is type(first.feature_map)


def test_specs_do_not_meet_in_the_cache(carbide, hypers):
    keys = {spec.key() for spec in SPECS.values()}
    assert len(keys) == len(SPECS)
    assert ModelSpec(n_sparse=3).key() == ModelSpec().key()  # of no account for ridge
    assert ModelSpec(baseline="none").key() == ModelSpec().key()


def test_the_baseline_is_part_of_the_model(carbide, hypers):
    none = LPRAnalysis(carbide, hypers=hypers, model=ModelSpec(baseline="none"))
    np.testing.assert_allclose(none.fit([0]).targets, carbide.energies / carbide.sizes)
    again = none.with_model(ModelSpec())
    assert again.baseline.per_species["Si"] != 0.0
    with pytest.raises(ModelError, match="no isolated atom"):
        none.with_model(ModelSpec(baseline="isolated-atoms")).fit([0])


def test_a_representation_of_another_model_is_refused(carbide, hypers):
    ridge = compute_representation(carbide, hypers)
    with pytest.raises(ModelError, match="of the model 'ridge', not 'sparse-kernel'"):
        LPRAnalysis(carbide, hypers=hypers, model="sparse-kernel", representation=ridge)


def test_real_molecules_with_free_atoms_learn_atomisation_energies():
    folder = shared_data("3BPA")
    structures = read_structures([folder / "iso_atoms.xyz.gz", f"{folder / 'train_300K.xyz.gz'}@0:30"])
    spec = ModelSpec.preset(structures, target="sum")
    assert spec.baseline == "isolated-atoms"
    hypers = SoapHypers(cutoff=3.5, max_radial=3, max_angular=3, width=0.4)
    fitted = LPRAnalysis(structures, hypers=hypers, model=spec, alpha=1e-6).fit(range(24))
    errors = (fitted.predict() - structures.energies)[24:] / structures.sizes[24:]
    assert np.sqrt(np.mean(errors**2)) < 0.05  # eV per atom, of 6 that bind an atom and 650 in all
    representation = fitted.analysis.representation
    x = features_again(structures, hypers, spec, representation)
    sums = np.array([part.sum(axis=0) for part in np.split(x, structures.offsets[1:-1])])
    np.testing.assert_allclose(fitted.lpr, local_prediction_rigidity(sums[:24], x, 1e-6), rtol=1e-5)
