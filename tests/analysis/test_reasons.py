"""Previews, who holds whom, redundancy and explanations: each number against really doing it, or dense algebra."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from lprviz.analysis import LPRAnalysis, ModelSpec
from lprviz.analysis.explanation_words import in_labels, in_words
from lprviz.core.block_preview import TOLERANCE
from lprviz.core.span import NEGLIGIBLE
from lprviz.data import FeatureTable, SoapHypers, StructureSet, load_dataset
from lprviz.data.descriptors import compute_features
from lprviz.errors import LprvizError, ModelError

ALPHA = 1e-4
SMALL = SoapHypers(cutoff=4.0, max_radial=3, max_angular=3, width=0.5, smoothing=0.5)


@pytest.fixture(scope="module")
def bundled():
    """Silicon carbide from all over the bundled set: fixed and other compositions, defects, pure phases."""
    everything = load_dataset("silicon-carbide")
    fitting = np.flatnonzero(everything.sizes <= 70)
    structures = everything.select(fitting[np.linspace(0, len(fitting) - 1, 12).round().astype(int)])
    return LPRAnalysis(structures, hypers=SMALL, alpha=ALPHA).fit(range(0, 12, 2))


@pytest.fixture(scope="module", params=["frozen", "training"])
def fitted(request, silicon, hypers):
    return LPRAnalysis(silicon, hypers=hypers, alpha=ALPHA, scale=request.param).fit([0, 2, 3, 5, 6, 9])


@pytest.fixture(scope="module")
def with_forces(hypers):
    rng = np.random.default_rng(8)
    cells = [bulk("SiC", "zincblende", a=4.36, cubic=True) for _ in range(6)]
    for atoms in cells:
        atoms.positions += rng.normal(scale=0.08, size=atoms.positions.shape)
        atoms.calc = LennardJones(sigma=1.9, epsilon=0.4, rc=4.0)
        atoms.calc = SinglePointCalculator(atoms, energy=atoms.get_potential_energy(), forces=atoms.get_forces())
    structures = StructureSet.from_atoms(cells)
    return LPRAnalysis(structures, hypers=hypers, alpha=ALPHA, forces=True).fit([0, 1, 2, 4])


def switched(fitted, structure):
    return fitted.remove(structure) if structure in fitted.members else fitted.add(structure)


# -- previews --------------------------------------------------------------------------------------------------------


def check_preview(fitted, structure, rtol):
    target = np.arange(5, 20)
    seen, after = fitted.preview(structure, target), switched(fitted, structure).lpr
    assert seen.joins is (structure not in fitted.members)
    np.testing.assert_allclose(seen.lpr, after, rtol=rtol)
    np.testing.assert_allclose(seen.log2_ratio, np.log2(after / fitted.lpr), atol=10 * rtol)
    assert seen.mean_change == pytest.approx(np.log10(after / fitted.lpr)[target].mean(), abs=10 * rtol)
    assert seen.worst_before == (5 + np.argmin(fitted.lpr[target]), fitted.lpr[target].min())
    assert seen.worst_after[1] == pytest.approx(after[target].min(), rel=rtol)
    assert seen.worst_after[0] == 5 + np.argmin(after[target])
    threshold = float(np.quantile(np.concatenate([after, fitted.lpr]), 0.5))
    expected = (np.mean(fitted.lpr[target] >= threshold), np.mean(after[target] >= threshold))
    assert seen.covered(threshold) == pytest.approx(expected)
    np.testing.assert_array_equal(seen.of(1), seen.lpr[fitted.analysis.structures.offsets[1] :][: len(seen.of(1))])


@pytest.mark.parametrize("structure", [3, 7])
def test_a_preview_is_what_the_switch_gives(fitted, structure):
    check_preview(fitted, structure, 1e-8)


@pytest.mark.parametrize("structure", [2, 3])
def test_a_preview_with_forces_is_right_to_its_tolerance(with_forces, structure):
    check_preview(with_forces, structure, 1.5 * TOLERANCE)


def test_previews_on_a_bundled_set(bundled):
    for structure in (0, 1, 6, 11):
        np.testing.assert_allclose(bundled.preview(structure).lpr, switched(bundled, structure).lpr, rtol=1e-7)
    assert "joins" in repr(bundled.preview(1))
    with pytest.raises(ModelError, match="no structure 99"):
        bundled.preview(99)


# -- who holds whom --------------------------------------------------------------------------------------------------


def frozen_alpha(fitted, members):
    """The same effective regulariser with other members, which is how losses are counted under either scale."""
    engine = fitted.engine
    return engine.edit(add=set(members) - set(engine.members), remove=set(engine.members) - set(members)).refactored()


def test_group_influence_is_the_mean_loss_on_really_leaving_each_structure_out(fitted):
    for group in ([(3, 4), (8, 0), (8, 1)], slice(None), np.arange(7, 11)):
        found = fitted.group_influence(group)
        lost = []
        for member in found.members:
            less = frozen_alpha(fitted, set(fitted.members) - {member})
            lost.append(np.log10(fitted.lpr[found.environments] / less.lpr[found.environments]).mean())
        np.testing.assert_allclose(found.loss, lost, atol=1e-7)
        assert (np.diff(found.loss) <= 0.0).all()
        np.testing.assert_allclose(found.leverage, fitted.engine.leverage[found.members])
    alone = fitted.group_influence([(3, 4)])
    single = fitted.influence((3, 4))
    np.testing.assert_allclose(alone.loss, single.loss, atol=1e-9)
    assert alone.top(1)[0][0] == single.top(1)[0][0]


def test_leaning_is_the_column_of_influence_and_what_removal_costs(bundled):
    for member in bundled.members[:3]:
        found = bundled.leaning(member)
        less = bundled.remove(member).refactored().lpr
        np.testing.assert_allclose(found.loss, np.log10(bundled.lpr / less), atol=1e-7)
        atom = found.top(1)[0][0]
        assert found.loss.max() == found.loss[atom] == found.top(3)[0][1]
        assert dict(bundled.influence(atom).top(99))[member] == pytest.approx(found.loss[atom], abs=1e-9)
        assert found.mean == pytest.approx(dict(bundled.group_influence(slice(None)).top(99))[member], abs=1e-9)
    with pytest.raises(ModelError, match="not in the training set"):
        bundled.leaning(1)


def test_holding_with_forces_is_what_removal_costs(with_forces):
    less = with_forces.remove(1).refactored().lpr
    lost = np.log10(with_forces.lpr / less)
    np.testing.assert_allclose(with_forces.leaning(1).loss, lost, atol=1e-5)
    assert dict(with_forces.group_influence(range(9)).top(9))[1] == pytest.approx(lost[:9].mean(), abs=1e-5)


def test_a_copy_makes_a_redundant_pair_and_a_loner_is_irreplaceable(silicon_atoms, hypers):
    cells = [each.copy() for each in silicon_atoms]
    cells.append(cells[11].copy())  # the most distorted one: nothing but its copy stands in for it
    analysis = LPRAnalysis(StructureSet.from_atoms(cells), hypers=hypers, alpha=1e-8)
    fitted = analysis.fit([0, 5, 9, 11, 12])
    found = fitted.redundancy()
    (pair,) = found.pairs
    assert {pair.first, pair.second} == {11, 12}
    assert found.partners(12) == (11,)
    assert found.partners(5) == ()
    for position, c in enumerate((pair.first, pair.second)):
        h = fitted.engine.leverage[c]
        assert pair.alone[position] == pytest.approx(1.0 / (1.0 - h), rel=1e-6)
        assert fitted.remove(c).structure_rigidity()[c] == pytest.approx((1.0 - h) / h, rel=1e-5)
    gone = fitted.remove(pair.first)
    together = 1.0 / ((1.0 - fitted.engine.leverage[pair.first]) * (1.0 - gone.engine.leverage[pair.second]))
    assert pair.together == pytest.approx(together, rel=1e-4)
    assert "stand in for each other" in str(pair)
    expected = [j for j in fitted.members if fitted.engine.leverage[j] >= 0.9]
    assert sorted(found.irreplaceable) == expected
    assert expected
    assert not {11, 12} & set(expected)
    np.testing.assert_allclose(found.leverage, fitted.engine.leverage[list(fitted.members)], atol=1e-9)


def test_redundancy_with_forces_and_wrong_thresholds(with_forces):
    found = with_forces.redundancy(0.5)
    assert ((found.leverage > 0.0) & (found.leverage < 1.0)).all()
    assert with_forces.redundancy(excess=1.0001, affordable=1e9).pairs
    for wrong in ({"threshold": 1.0}, {"affordable": 1.0}, {"excess": 0.5}):
        with pytest.raises(ModelError, match="between 0 and 1"):
            with_forces.redundancy(**wrong)


# -- why it is low ---------------------------------------------------------------------------------------------------


class Dense:
    """Everything an explanation says, from the features and the inverse itself."""

    def __init__(self, fitted, hypers) -> None:
        structures = fitted.analysis.structures
        self.fitted, self.structures = fitted, structures
        self.x = compute_features(structures, hypers).values
        self.means = np.add.reduceat(self.x, structures.offsets[:-1]) / structures.sizes[:, None]
        self.rows = self.means[list(fitted.members)]
        self.alpha = fitted.engine.alpha
        self.inverse = np.linalg.inv(self.rows.T @ self.rows + self.alpha * np.eye(self.x.shape[1]))
        self.trained = np.isin(structures.structure_of, fitted.members)

    def outside_share(self, i):
        _, singular, right = np.linalg.svd(self.rows, full_matrices=False)
        spanned = right[singular**2 > NEGLIGIBLE * self.alpha]
        outside = self.x[i] - (self.x[i] @ spanned.T) @ spanned
        return outside @ outside / (self.x[i] @ self.x[i])

    def structure_correlation(self, i):
        structure = self.structures.structure_of[i]
        others = (self.structures.structure_of == structure) & (np.arange(len(self.x)) != i)
        rest = self.x[others].sum(axis=0)
        return (self.x[i] @ self.inverse @ rest) / np.sqrt(
            (self.x[i] @ self.inverse @ self.x[i]) * (rest @ self.inverse @ rest)
        )

    def nearest(self, i, k):
        distances = np.linalg.norm(self.x - self.x[i], axis=1)
        distances[~self.trained] = np.inf
        distances[i] = np.inf
        return np.argsort(distances, kind="stable")[:k], np.sort(distances)[:k]

    def mahalanobis(self, i):
        """In the space that the structures span, with what lies outside held by the regulariser alone."""
        _, singular, right = np.linalg.svd(self.means, full_matrices=False)
        basis = right[singular > 1e-9 * singular[0]]
        inside = self.x[self.trained] @ basis.T @ basis
        covariance = np.cov(inside.T, bias=True)
        size, n = self.trained.sum() / len(self.rows), len(self.rows)
        away = self.x[i] - inside.mean(axis=0)
        return np.sqrt(away @ np.linalg.solve(covariance + self.alpha * size / n * np.eye(len(away)), away)), size, n


@pytest.mark.parametrize("kept", [False, True], ids=["features let go of", "features kept"])
def test_an_explanation_is_what_dense_algebra_says(bundled, kept):
    structures = bundled.analysis.structures
    analysis = LPRAnalysis(structures, hypers=SMALL, alpha=ALPHA, keep_features=kept)
    fitted = analysis.fit(bundled.members)
    dense = Dense(fitted, SMALL)
    for structure, atom in ((0, 3), (1, 0), (11, 5), (7, 2)):
        i = structures.environment_index(structure, atom)
        about = fitted.explain((structure, atom))
        assert about.atom == (structure, atom)
        assert about.is_trained_on is (structure in fitted.members)
        assert about.lpr == pytest.approx(1.0 / (dense.x[i] @ dense.inverse @ dense.x[i]), rel=1e-6)
        assert about.outside_share == pytest.approx(dense.outside_share(i), abs=1e-9)
        undetermined = ALPHA * (dense.x[i] @ dense.inverse @ dense.x[i]) / (dense.x[i] @ dense.x[i])
        assert about.undetermined_share == pytest.approx(undetermined, rel=1e-6)
        assert about.outside_share <= about.undetermined_share + 1e-12
        assert about.structure_correlation == pytest.approx(dense.structure_correlation(i), abs=1e-6)
        distance, size, n = dense.mahalanobis(i)
        assert about.mahalanobis == pytest.approx(distance, rel=1e-4)
        assert about.typical_lpr == pytest.approx(n / (1.0 + size * distance**2), rel=1e-3)
        check_nearest(about, dense, i, kept)
        check_helpers(about, fitted, i)


def check_nearest(about, dense, i, kept):
    found = [dense.structures.environment_index(each.structure, each.atom) for each in about.nearest]
    expected, distances = dense.nearest(i, 5)
    ours = np.array([each.distance for each in about.nearest])
    if kept:
        assert about.distances_complete
        np.testing.assert_allclose(ours, distances, atol=1e-9)
        assert set(found) == set(expected) or np.ptp(distances) < 1e-6
    else:
        assert (ours <= np.linalg.norm(dense.x[found] - dense.x[i], axis=1) + 1e-9).all()
    assert i not in found
    assert dense.trained[found].all()


def check_helpers(about, fitted, i):
    really = {j: fitted.add(j).lpr[i] for j in range(12) if j not in fitted.members}
    assert set(about.candidates) == set(really)
    np.testing.assert_allclose(about.lpr_with, [really[j] for j in about.candidates], rtol=1e-6)
    assert about.helpers(1)[0][1] == pytest.approx(max(really.values()), rel=1e-6)


def test_an_explanation_with_forces_counts_all_rows(with_forces):
    about = with_forces.explain((5, 3))
    np.testing.assert_allclose(about.lpr_with, [with_forces.add(j).lpr[5 * 8 + 3] for j in about.candidates], rtol=1e-4)
    assert 0.0 <= about.outside_share <= about.undetermined_share <= 1.0


def test_sentences_say_what_the_numbers_say(bundled):
    said = " ".join(bundled.explain((1, 0)).sentences())
    about = bundled.explain((1, 0))
    assert about.words in said
    assert f"atom {about.nearest[0].atom} of structure {about.nearest[0].structure}" in said
    own = ", its own," if about.candidates[0] == 1 else ""
    assert f"{about.candidates[0]}{own} would help most" in said
    assert "not how wrong it is" in said
    assert "error bar" not in said
    nothing = bundled.analysis.fit([])
    alone = nothing.explain((1, 0))
    assert alone.mahalanobis is None
    assert alone.nearest == ()
    assert alone.regulariser_share == pytest.approx(1.0)
    assert alone.outside_share == pytest.approx(1.0)
    assert "Nothing is in training" in " ".join(alone.sentences())
    everything = bundled.analysis.fit(range(12)).explain((1, 0))
    assert everything.helpers() == []
    assert "only new ones could help" in " ".join(everything.sentences())


def test_a_fixed_composition_trades_energy_within_the_structure(hypers):
    """Structures of one composition alone: the split between the species is known to the regulariser only."""
    rng = np.random.default_rng(3)
    cells = [bulk("SiC", "zincblende", a=4.36, cubic=True) for _ in range(5)]
    for atoms in cells:
        atoms.positions += rng.normal(scale=0.05, size=atoms.positions.shape)
    about = LPRAnalysis(cells, hypers=hypers, alpha=1e-6).fit(range(4)).explain((0, 0))
    assert about.lpr < 0.1
    assert about.structure_correlation < -0.5
    assert "trade against each other" in " ".join(about.sentences())


def test_an_atom_without_features_says_so():
    values = np.random.default_rng(0).standard_normal((6, 4))
    values[5] = 0.0
    structures = StructureSet.from_atoms([bulk("Si"), bulk("Si"), bulk("Si")])
    spec = ModelSpec.imported(FeatureTable(values, structures.offsets))
    fitted = LPRAnalysis(structures, model=spec, alpha=ALPHA).fit([0])
    about = fitted.explain((2, 1))
    assert np.isinf(about.lpr)
    assert about.outside_share == about.undetermined_share == 0.0
    (sentence,) = about.sentences()
    assert "no features" in sentence
    assert fitted.preview(1).log2_ratio[-1] == 0.0
    assert fitted.leaning(0).loss[-1] == 0.0


def test_numbers_in_words():
    assert [in_words(each) for each in (0.0213, 1.0, 3.44, 1234.0, 2.04e-5)] == [
        "0.021",
        "1",
        "3.4",
        "1200",
        "2 × 10⁻⁵",
    ]
    assert in_labels(0.02) == "worth 0.02 direct labels"
    assert in_labels(1.001) == "worth 1 direct label"
    for wrong in ((99, 0), (0, 99)):
        with pytest.raises(LprvizError):
            LPRAnalysis([bulk("Si", cubic=True)] * 2, hypers=SMALL).fit([0]).explain(wrong)
