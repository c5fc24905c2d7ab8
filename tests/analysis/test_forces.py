"""Training on forces: against dense stacked rows, scikit-matter and finite differences of what the model predicts."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator
from shared_data import shared_data

from lprviz.analysis import LPRAnalysis, force_rows
from lprviz.analysis.model_spec import ModelSpec
from lprviz.core import local_prediction_rigidity, ridge_fit, training_scale
from lprviz.data import SoapHypers, StructureSet, read_structures
from lprviz.data.cache import DiskCache
from lprviz.data.descriptors import compute_features
from lprviz.data.force_labels import find_forces
from lprviz.data.gradients import force_rows as derivatives
from lprviz.errors import DataError, ModelError

HYPERS = SoapHypers(cutoff=3.2, max_radial=3, max_angular=3, width=0.5, smoothing=0.3)
ALPHA = 1e-4
WEIGHT = 0.01
MEMBERS = (0, 2, 3, 5)
WITHOUT_FORCES = 3


def labelled(atoms, seed: int, *, forces: bool = True):
    """A rattled cell with Lennard-Jones energy and forces."""
    atoms.positions += np.random.default_rng(seed).normal(scale=0.08, size=atoms.positions.shape)
    atoms.calc = LennardJones(sigma=1.9, epsilon=0.4, rc=4.0)
    results = {"energy": float(atoms.get_potential_energy()), "forces": atoms.get_forces()}
    atoms.calc = SinglePointCalculator(atoms, **{key: results[key] for key in results if forces or key == "energy"})
    return atoms


@pytest.fixture(scope="module")
def carbide() -> StructureSet:
    """Silicon carbide, fixed and other compositions; one structure has no forces."""
    cells = [bulk("SiC", "zincblende", a=4.36, cubic=True) for _ in range(7)]
    for atoms in cells[4:]:
        atoms.symbols[0] = "C"
    return StructureSet.from_atoms(
        labelled(atoms, seed, forces=seed != WITHOUT_FORCES) for seed, atoms in enumerate(cells)
    )


@pytest.fixture(scope="module")
def analysis(carbide) -> LPRAnalysis:
    return LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA, forces=True, force_weight=WEIGHT)


class Oracle:
    """Features, stacked rows and their targets, straight from the descriptors."""

    def __init__(self, structures: StructureSet) -> None:
        self.structures = structures
        features = compute_features(structures, HYPERS)
        self.atoms, self.means = features.values, features.structure_means(structures.offsets)
        labels = find_forces(structures)
        assert labels is not None
        self.rows = derivatives(
            structures, HYPERS, divisor=features.divisor, n_features=features.n_features, chosen=labels.structures
        )
        self.labels = labels

    def forces_of(self, members) -> tuple[np.ndarray, np.ndarray]:
        parts = [slice(*self.labels.offsets[index : index + 2]) for index in members]
        return np.concatenate([self.rows[part] for part in parts]), np.concatenate(
            [self.labels.values[part] for part in parts]
        )

    def stacked(self, members, weights=None) -> np.ndarray:
        """Rows of the loss; ``weights`` are those of the structures."""
        loads = np.ones(len(self.structures)) if weights is None else np.sqrt(weights)
        rows = [self.means[list(members)] * loads[list(members), None]]
        rows += [np.sqrt(WEIGHT) * loads[index] * self.forces_of([index])[0] for index in members]
        return np.concatenate(rows)


@pytest.fixture(scope="module")
def oracle(carbide) -> Oracle:
    return Oracle(carbide)


def test_lpr_is_that_of_energies_and_forces_stacked(analysis, oracle):
    dense = local_prediction_rigidity(oracle.stacked(MEMBERS), oracle.atoms, ALPHA)
    np.testing.assert_allclose(analysis.fit(MEMBERS).lpr, dense, rtol=1e-6)
    np.testing.assert_allclose(analysis.fit(MEMBERS).rigidity().of(4), dense[32:40], rtol=1e-6)


def test_lpr_is_scikit_matters_with_force_rows_as_structures(analysis, oracle):
    skmatter = pytest.importorskip("skmatter.metrics")
    force_part = [np.sqrt(WEIGHT) * row[None] for row in oracle.forces_of(MEMBERS)[0]]
    offsets = oracle.structures.offsets
    train = [oracle.atoms[offsets[index] : offsets[index + 1]] for index in MEMBERS] + force_part
    expected, _ = skmatter.local_prediction_rigidity(train, [oracle.atoms], ALPHA)
    rows = np.concatenate(train)
    scale = training_scale(np.sum(rows**2, axis=1), [0, len(rows)], [0])
    lpr = analysis.fit(MEMBERS).with_alpha(ALPHA * scale**2).lpr
    np.testing.assert_allclose(lpr, expected[0], rtol=1e-6)


def test_the_fit_is_that_of_energies_and_forces_stacked(analysis, oracle, carbide):
    fitted = analysis.fit(MEMBERS)
    forces = oracle.forces_of(MEMBERS)
    targets = np.concatenate([fitted.targets[list(MEMBERS)], np.sqrt(WEIGHT) * forces[1]])
    weights = ridge_fit(oracle.stacked(MEMBERS), targets, ALPHA)
    local = oracle.atoms @ weights + fitted.baseline.of_environments(carbide)
    np.testing.assert_allclose(fitted.local_energies(), local, atol=1e-6)
    np.testing.assert_allclose(fitted.predict(), np.add.reduceat(local, carbide.offsets[:-1]), atol=1e-5)
    predicted = fitted.predicted_forces([0, 5])
    np.testing.assert_allclose(np.concatenate(predicted).ravel(), oracle.forces_of([0, 5])[0] @ weights, atol=1e-6)


@pytest.mark.parametrize(("structure", "atom", "axis"), [(0, 0, 0), (WITHOUT_FORCES, 4, 1), (6, 0, 2)])
def test_predicted_forces_are_slopes_of_the_predicted_energy(analysis, oracle, carbide, structure, atom, axis):
    """Of structures whose rows are at hand, and of one whose rows have to be computed."""
    fitted = analysis.fit(MEMBERS)
    weights = analysis.representation.pool.basis @ fitted.engine.weights
    scale = compute_features(carbide, HYPERS).divisor
    energies = []
    for step in (1e-4, -1e-4):
        moved = [atoms.copy() for atoms in carbide]
        moved[structure].positions[atom, axis] += step
        features = compute_features(StructureSet.from_atoms(moved), HYPERS)
        spectrum = features.values[carbide.offsets[structure] : carbide.offsets[structure + 1], : features.n_soap]
        energies.append((spectrum * (features.divisor / scale)).sum(axis=0) @ weights[: features.n_soap])
    slope = (energies[0] - energies[1]) / 2e-4
    (forces,) = fitted.predicted_forces([structure])
    assert forces[atom, axis] == pytest.approx(-slope, rel=1e-4, abs=1e-5)


def test_forces_of_a_model_of_energies_are_those_of_its_own_weights(carbide, oracle):
    fitted = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA).fit(MEMBERS)
    weights = ridge_fit(oracle.means[list(MEMBERS)], fitted.targets[list(MEMBERS)], ALPHA)
    (forces,) = fitted.predicted_forces([1])
    np.testing.assert_allclose(forces.ravel(), oracle.forces_of([1])[0] @ weights, atol=1e-6)


def test_training_on_forces_brings_predicted_forces_closer(analysis, carbide):
    labels = find_forces(carbide)
    assert labels is not None
    reference = np.concatenate([labels.of(index) for index in (0, 2, 5)])
    plain = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA)
    with_, without = (np.concatenate(each.fit(MEMBERS).predicted_forces([0, 2, 5])) for each in (analysis, plain))
    assert np.square(with_ - reference).mean() < 0.5 * np.square(without - reference).mean()


def test_edits_equal_a_fresh_fit(analysis):
    fitted = analysis.fit([0]).add([1, 4]).remove(0).edit(add=[6, WITHOUT_FORCES], remove=[1])
    fresh = analysis.fit([WITHOUT_FORCES, 4, 6])
    np.testing.assert_allclose(fitted.lpr, fresh.lpr, rtol=1e-8)
    np.testing.assert_allclose(fitted.regulariser_share, fresh.regulariser_share, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(fitted.local_energies(), fresh.local_energies(), atol=1e-7)
    np.testing.assert_allclose(fitted.with_alpha(1e-3).lpr, fresh.with_alpha(1e-3).lpr, rtol=1e-8)
    np.testing.assert_allclose(analysis.fit([0]).engine.preview(5), analysis.fit([0, 5]).lpr, rtol=1e-4)


def test_the_effect_of_forces_is_the_ratio_to_a_model_of_energies(analysis, carbide):
    effect = analysis.fit(MEMBERS).force_effect()
    plain = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA).fit(MEMBERS)
    np.testing.assert_allclose(effect.lpr_without, plain.lpr, rtol=1e-6)
    np.testing.assert_allclose(effect.ratio, analysis.fit(MEMBERS).lpr / plain.lpr, rtol=1e-6)
    assert (effect.ratio >= 1.0 - 1e-9).all()
    assert effect.median > 1.2
    assert effect.n_rows == 3 * 8 * 3  # three of the four members have forces
    np.testing.assert_array_equal(effect.of(2), effect.ratio[16:24])
    assert "72 force components" in repr(effect)
    with pytest.raises(ModelError, match="not trained on forces"):
        plain.force_effect()


def test_a_structure_without_forces_brings_its_energy_alone(analysis, carbide):
    before = analysis.fit([0])
    after = before.add(WITHOUT_FORCES)
    plain = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA).fit([0, WITHOUT_FORCES])
    assert after.force_effect().n_rows == before.force_effect().n_rows == 24
    np.testing.assert_allclose(after.force_effect().lpr_without, plain.lpr, rtol=1e-6)


def test_forces_never_fix_the_zero_between_species(analysis, carbide):
    """At fixed 1:1 the difference of the two species' constants is as loose with forces as without: pure prior."""
    constant = np.zeros(analysis.representation.n_features)
    constant[-2:] = 1.0, -1.0
    for members in ([0], [0, 1, 2]):
        effect = analysis.fit(members).force_effect()
        assert effect.median > 1.05
        engine = analysis.fit(members).engine
        inside = constant @ engine.pool.basis
        outside = constant - engine.pool.basis @ inside
        variance = np.sum((inside @ engine.root) ** 2) + outside @ outside / ALPHA
        assert variance == pytest.approx(2.0 / ALPHA, rel=1e-6)


def test_a_vanishing_weight_is_no_force_at_all_and_more_weight_never_lowers(carbide):
    def lpr(weight: float) -> np.ndarray:
        return LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA, forces=True, force_weight=weight).fit(MEMBERS).lpr

    plain = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA).fit(MEMBERS).lpr
    np.testing.assert_allclose(lpr(1e-14), plain, rtol=1e-6)
    assert (lpr(1e-2) >= lpr(1e-3)).all()


def test_weights_of_structures_hold_for_their_forces_too(carbide, oracle):
    weights = tuple(float(1 + index) for index in range(7))
    spec = ModelSpec(forces=True, force_weight=WEIGHT, weights=weights)
    fitted = LPRAnalysis(carbide, hypers=HYPERS, alpha=ALPHA, model=spec).fit(MEMBERS)
    dense = local_prediction_rigidity(oracle.stacked(MEMBERS, np.array(weights)), oracle.atoms, ALPHA)
    np.testing.assert_allclose(fitted.lpr, dense, rtol=1e-6)
    held, computed = (
        LPRAnalysis(carbide, hypers=HYPERS, model=each).fit(MEMBERS).predicted_forces([0])
        for each in (spec, ModelSpec(weights=weights))
    )
    assert held is not None
    assert computed is not None
    assert held[0].shape == computed[0].shape == (8, 3)


@pytest.mark.parametrize("options", [{"intercept": True}, {"per_centre_species": True}, {"species_columns": False}])
def test_every_kind_of_columns_has_its_forces(carbide, options):
    """Held rows and rows computed from weights over features are two ways to one prediction."""
    spec = ModelSpec(forces=True, **options)
    fitted = LPRAnalysis(carbide, hypers=HYPERS, model=spec).fit(MEMBERS)
    plain = fitted.analysis.with_model(spec.with_changes(forces=False), fitted.analysis.representation)
    held = fitted.predicted_forces([2])
    assert held is not None
    rows = force_rows.feature_force_rows(
        carbide, HYPERS, plain.spec, fitted.analysis.representation.scale, plain.representation.n_features, (2,)
    )
    computed = rows @ (fitted.engine.pool.basis @ fitted.engine.weights)
    np.testing.assert_allclose(held[0].ravel(), computed, atol=1e-9)


def test_a_cached_representation_keeps_its_force_rows(carbide, tmp_path, monkeypatch):
    cache = DiskCache(tmp_path)
    first = LPRAnalysis(carbide, hypers=HYPERS, forces=True, cache=cache).fit(MEMBERS)

    def refuse(*_args, **_options):
        raise AssertionError("computed again")

    monkeypatch.setattr(force_rows, "force_rows", refuse)
    second = LPRAnalysis(carbide, hypers=HYPERS, forces=True, cache=cache).fit(MEMBERS)
    np.testing.assert_array_equal(first.lpr, second.lpr)
    np.testing.assert_array_equal(first.local_energies(), second.local_energies())
    assert LPRAnalysis(carbide, hypers=HYPERS, cache=cache).fit(MEMBERS).engine.pool.blocks is None


def test_what_cannot_be_trained_on_forces_is_refused(carbide):
    bare = StructureSet.from_atoms([labelled(bulk("Si", cubic=True), 0, forces=False)])
    with pytest.raises(DataError, match="has forces"):
        LPRAnalysis(bare, hypers=HYPERS, forces=True).prepare()
    with pytest.raises(ModelError, match="sparse-kernel model cannot be trained on forces"):
        LPRAnalysis(carbide, model="sparse-kernel", forces=True)
    for weight in (0.0, -1.0, float("nan"), True, "much"):
        with pytest.raises(ModelError, match="positive number of"):
            LPRAnalysis(carbide, forces=True, force_weight=weight)
    kernel = LPRAnalysis(carbide, hypers=HYPERS, model="sparse-kernel").fit([0])
    with pytest.raises(ModelError, match="does not predict forces"):
        kernel.predicted_forces([0])


def test_readings_that_look_at_members_know_their_forces(analysis, oracle):
    fitted = analysis.fit(MEMBERS)
    influence = fitted.influence((4, 0))
    without = [index for index in MEMBERS if index != influence.members[0]]
    dense = local_prediction_rigidity(oracle.stacked(without), oracle.atoms, ALPHA)
    assert influence.loss[0] == pytest.approx(np.log10(fitted.lpr[32] / dense[32]), abs=1e-6)
    assert ((influence.shared >= 0.0) & (influence.shared <= 1.0)).all()
    suggested = fitted.suggest(1)
    gains = {index: np.mean(np.log(fitted.add(index).lpr / fitted.lpr)) for index in (1, 4, 6)}
    assert suggested.order == (max(gains, key=gains.__getitem__),)
    assert suggested.gains[0] == pytest.approx(max(gains.values()), abs=1e-4)


def test_real_silicon_against_scikit_matter():
    skmatter = pytest.importorskip("skmatter.metrics")
    structures = read_structures(f"{shared_data('mlearn_Si/test.xyz.gz')}@:6")
    hypers = SoapHypers(cutoff=2.85, max_radial=5, max_angular=5, width=0.5, smoothing=0.1)
    features = compute_features(structures, hypers)
    rows = derivatives(structures, hypers, divisor=features.divisor, n_features=features.n_features, chosen=[0, 1, 2])
    train = [features.values[structures.offsets[i] : structures.offsets[i + 1]] for i in range(3)]
    train += [np.sqrt(WEIGHT) * row[None] for row in rows]
    expected, _ = skmatter.local_prediction_rigidity(train, [features.values], ALPHA)
    stacked = np.concatenate(train)
    scale = training_scale(np.sum(stacked**2, axis=1), [0, len(stacked)], [0])
    analysis = LPRAnalysis(structures, hypers=hypers, forces=True, force_weight=WEIGHT, alpha=ALPHA * scale**2)
    fitted = analysis.fit([0, 1, 2])
    np.testing.assert_allclose(fitted.lpr, expected[0], rtol=1e-6)
    assert fitted.force_effect().median > 2.0
