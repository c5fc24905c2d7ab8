"""The toys: what they are, and the fourteen phenomena at several seeds."""

import numpy as np
import pytest
from skmatter.metrics import local_prediction_rigidity as skmatter_lpr

from lprviz.core.dense import local_prediction_rigidity
from lprviz.errors import DataError, ModelError
from lprviz.gallery.toys import (
    PHENOMENA,
    as_analysis,
    as_structures,
    choice_toy,
    defect_toy,
    disorder_toy,
    environment_features,
    moved,
    phase_toy,
    phenomenon,
    species_toy,
)
from lprviz.gallery.toys.composition import training_sets
from lprviz.gallery.toys.environments import true_energy

TOYS = {
    "species": species_toy,
    "disorder": disorder_toy,
    "phases": phase_toy,
    "defect": defect_toy,
    "choice": choice_toy,
}


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("number", PHENOMENA)
def test_every_phenomenon_comes_out_as_expected(number, seed):
    outcome = phenomenon(number, seed)
    assert outcome.number == number
    assert outcome.findings
    assert [finding for finding in outcome.findings if not finding.holds] == []
    for chart in outcome.charts:
        assert all(len(series.x) == len(series.y) > 0 for series in chart.series)


def test_there_are_fourteen_and_no_other():
    assert tuple(range(1, 15)) == PHENOMENA
    with pytest.raises(ModelError, match="no phenomenon 15"):
        phenomenon(15)


def test_a_phenomenon_is_a_function_of_its_seed():
    first, again, other = phenomenon(2, 4), phenomenon(2, 4), phenomenon(2, 5)
    assert first.value("lpr-A12B4") == again.value("lpr-A12B4") != other.value("lpr-A12B4")


@pytest.mark.parametrize("make", TOYS.values(), ids=TOYS)
def test_a_toy_is_read_only_and_its_labels_are_means_of_its_truth(make):
    toy = make(3)
    for name in ("features", "offsets", "species", "local_targets", "targets", "means"):
        assert not getattr(toy, name).flags.writeable, name
    for index in (0, toy.n_structures - 1):
        rows = toy.environments_of([index])
        np.testing.assert_allclose(toy.means[index], toy.features[rows].mean(axis=0), rtol=1e-12)
        assert abs(toy.targets[index] - toy.local_targets[rows].mean()) < 0.01
    assert toy.title in repr(toy)


def test_rigidities_of_the_species_toy_are_those_of_the_definition_and_of_scikit_matter():
    toy = species_toy(1)
    members = training_sets(toy)["A12B4"]
    lpr = toy.engine(members).lpr
    np.testing.assert_allclose(lpr, local_prediction_rigidity(toy.means[list(members)], toy.features, toy.alpha), 1e-9)
    train = [toy.features[toy.environments_of([index])] for index in members]
    scale = np.mean(np.sum(np.concatenate(train) ** 2, axis=1))
    theirs, _ = skmatter_lpr(train, [toy.features[:100]], toy.alpha / scale)
    np.testing.assert_allclose(lpr[:100], np.concatenate(theirs), rtol=1e-6)


@pytest.mark.parametrize("make", [species_toy, defect_toy])
def test_a_toy_opens_behind_the_facade_with_the_same_rigidities(make):
    toy = make(0)
    members = range(20)
    fitted = as_analysis(toy).fit(members)
    engine = toy.engine(members)
    np.testing.assert_allclose(fitted.lpr, engine.lpr, rtol=1e-5)
    np.testing.assert_allclose(fitted.local_energies(), engine.local_targets, rtol=1e-4, atol=1e-9)


def test_a_toy_can_be_drawn():
    toy = disorder_toy(0)
    structures = as_structures(toy)
    assert structures.n_environments == toy.n_environments
    assert structures.groups == toy.groups
    np.testing.assert_array_equal(structures.local_energies, toy.local_targets)
    np.testing.assert_allclose(structures.energies / structures.sizes, toy.targets, rtol=1e-12)
    first = structures[0]
    np.testing.assert_array_equal(first.arrays["coordinate"], toy.coordinates[: len(first)])
    distances = first.get_all_distances() + 99.0 * np.eye(len(first))
    assert distances.min() > 3.5
    assert np.ptp(first.positions[:, :2], axis=0).tolist() == pytest.approx([7 * 3.8, 7 * 3.8])
    beads = as_structures(species_toy(0))
    assert set(beads.species) == {"Ar", "Kr"}
    assert beads[0].get_chemical_formula() == "Ar8Kr8"


def test_dragging_a_bead_moves_its_features_and_its_label():
    toy = disorder_toy(0)
    dragged = moved(toy, 70, 0.25)
    np.testing.assert_array_equal(dragged.features[70], environment_features(0.25))
    np.testing.assert_array_equal(np.delete(dragged.features, 70, axis=0), np.delete(toy.features, 70, axis=0))
    change = (true_energy(0.25) - toy.local_targets[70]) / 64
    assert dragged.targets[1] - toy.targets[1] == pytest.approx(change, abs=1e-12)
    assert dragged.targets[0] == toy.targets[0]
    assert toy.coordinates[70] != 0.25
    for wrong in ((-1, 0.5), (0, 1.5), (10**9, 0.5)):
        with pytest.raises(DataError, match="cannot move"):
            moved(toy, *wrong)
    with pytest.raises(DataError, match="cannot move"):
        moved(species_toy(0), 0, 0.5)


def test_unknown_groups_and_too_many_members_are_refused():
    toy = defect_toy(0)
    with pytest.raises(DataError, match="Groups: host, defects-1"):
        toy.members("nonsense")
    with pytest.raises(DataError, match="has 10 structures"):
        toy.members("defects-8", 11)


def test_the_limit_of_one_composition_is_twice_alpha_whatever_the_seed_and_size():
    for seed, count in ((0, 10), (1, 50), (2, 300)):
        toy = species_toy(seed, n_fixed=count)
        lpr = toy.engine(toy.members("fixed")).lpr[toy.environments_of(toy.members("target"))]
        assert (lpr <= 2.0 * toy.alpha * (1 + 1e-9)).all()
