"""The last layer of a network: a feature map whose engine is exact, training that repeats, and honest retraining."""

import sys

import numpy as np
import pytest

from lprviz.analysis import LPRAnalysis
from lprviz.analysis.base_features import base_features
from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.models import compute_representation, representation_key
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.analysis.network_training import TrainingRows, train_perceptron
from lprviz.core import local_prediction_rigidity
from lprviz.core.perceptron import Perceptron, Standardisation
from lprviz.data.cache import DiskCache
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError
from lprviz.progress import Cancelled

SMALL = NetworkSettings(hidden=(12, 8), n_inputs=10, epochs=30, learning_rate=1e-2, batch_structures=4)
needs_torch = pytest.mark.usefixtures("_torch")


@pytest.fixture
def _torch():
    pytest.importorskip("torch", reason="PyTorch is not installed (the extra 'network')")


@pytest.fixture
def spec():
    return ModelSpec("network", network=SMALL, trained_on=tuple(range(6)))


@pytest.fixture
def network(silicon, hypers, spec):
    return LPRAnalysis(silicon, hypers=hypers, model=spec, alpha=1e-4)


@needs_torch
def test_lpr_is_the_dense_one_of_the_last_layer(network, silicon, hypers, spec):
    fitted = network.fit([0, 1, 2, 3]).add(7).remove(1)
    representation = network.representation
    phi = representation.feature_map.last_layer(base_features(silicon, hypers, spec).values)
    np.testing.assert_array_equal(phi[:, -1], 1.0)
    scale = np.sqrt(np.mean(np.sum(phi**2, axis=1)))
    assert representation.scale == pytest.approx(scale, rel=1e-12)
    assert representation.square_norms.mean() == pytest.approx(1.0)
    means = np.array([part.mean(axis=0) for part in np.split(phi, silicon.offsets[1:-1])])
    expected = local_prediction_rigidity(means[list(fitted.members)], phi, 1e-4, scale=scale)
    np.testing.assert_allclose(fitted.lpr, expected, rtol=1e-6)
    assert (fitted.add(5).lpr >= fitted.lpr * (1 - 1e-9)).all()
    assert fitted.add(5).trained_on == tuple(range(6))


@needs_torch
def test_numpy_evaluates_what_torch_trained(silicon, hypers, spec, network):
    """The same forward pass in PyTorch, from the arrays alone."""
    import torch

    made = network.representation.feature_map
    values = base_features(silicon, hypers, spec).values
    hidden = torch.tensor(made.standardisation(values))
    for weights, biases in zip(made.weights[:-1], made.biases[:-1], strict=True):
        hidden = torch.tanh(hidden @ torch.tensor(weights) + torch.tensor(biases))
    out = made.shift + made.spread * (hidden @ torch.tensor(made.weights[-1]) + torch.tensor(made.biases[-1]))[:, 0]
    np.testing.assert_allclose(made.outputs(values), out.numpy(), rtol=1e-12)


@needs_torch
@pytest.mark.parametrize("activation", ["tanh", "silu"])
def test_training_learns_and_repeats_itself(silicon, hypers, activation):
    values = base_features(silicon, hypers, ModelSpec()).values
    targets = np.array([part.mean() for part in np.split(np.sin(5 * values[:, 0]), silicon.offsets[1:-1])])
    members = tuple(range(10))
    rows = TrainingRows(members, targets, np.ones(len(silicon)), silicon.offsets)
    settings = NetworkSettings(hidden=(16, 16), activation=activation, epochs=100, learning_rate=1e-2)
    first, second = (train_perceptron(values, rows, settings) for _ in range(2))
    np.testing.assert_array_equal(first.outputs(values), second.outputs(values))
    means = np.add.reduceat(first.outputs(values), silicon.offsets[:-1]) / silicon.sizes
    chosen = list(members)
    assert np.std((means - targets)[chosen]) < 0.3 * np.std(targets[chosen])
    other = train_perceptron(values, rows, NetworkSettings(hidden=(16, 16), epochs=2, seed=1))
    assert not np.allclose(other.outputs(values), first.outputs(values))


@needs_torch
def test_heavier_structures_are_learnt_first(silicon, hypers):
    values = base_features(silicon, hypers, ModelSpec()).values
    targets = np.zeros(len(silicon))
    targets[:2] = 0.0, 1.0
    same = np.vstack([values[:8], values[:8], values[16:]])  # two structures alike, with different targets
    weights = np.ones(len(silicon))
    weights[1] = 20.0
    rows = TrainingRows((0, 1), targets, weights, silicon.offsets)
    made = train_perceptron(same, rows, NetworkSettings(hidden=(8,), epochs=60, learning_rate=1e-2))
    assert made.outputs(same)[:8].mean() == pytest.approx(20 / 21, abs=0.05)


@needs_torch
def test_retraining_moves_the_backbone_and_says_so(network):
    fitted = network.fit(range(6)).add([8, 9])
    warm = fitted.retrain()
    assert warm.trained_on == warm.members == (0, 1, 2, 3, 4, 5, 8, 9)
    assert fitted.trained_on == tuple(range(6))
    cold = fitted.retrain(range(6), warm=False)
    np.testing.assert_array_equal(cold.lpr, network.fit(range(6)).lpr)  # the same seed and members: the same network
    change = np.abs(np.log10(warm.lpr / fitted.lpr)).mean()
    scratch = np.abs(np.log10(fitted.retrain(range(2, 9), warm=False).lpr / fitted.lpr)).mean()
    assert 0.0 < change < scratch
    assert warm.with_alpha(1e-2).retrain().alpha == 1e-2


@needs_torch
def test_seeds_give_a_band_of_lpr(network, silicon):
    fitted = network.fit(range(6))
    ticks = []
    noise = fitted.seed_noise(3, tick=lambda done, total: ticks.append(done / total))
    assert noise.spread.shape == (silicon.n_environments,)
    assert noise.seeds == (0, 1, 2)
    assert (noise.spread > 0).all()
    each = [
        LPRAnalysis(silicon, hypers=network.hypers, alpha=1e-4,
                    model=network.spec.with_changes(network=NetworkSettings(**{**vars(SMALL), "seed": seed})))
        .fit(range(6)).lpr
        for seed in range(3)
    ]  # fmt: skip
    np.testing.assert_allclose(noise.spread, np.std(np.log10(each), axis=0, ddof=1), rtol=1e-9)
    assert ticks == sorted(ticks)
    with pytest.raises(ModelError, match="at least two seeds"):
        fitted.seed_noise(1)


@needs_torch
def test_a_cancel_is_heard_between_batches(silicon, hypers, spec):
    seen = []

    def cancel(done, total):
        seen.append(done / total)
        if seen[-1] > 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        compute_representation(silicon, hypers, spec, tick=cancel)
    assert 0.6 < seen[-1] < 0.7


@needs_torch
def test_threads_are_given_back(silicon, hypers, spec):
    import torch

    before = torch.get_num_threads()
    compute_representation(silicon, hypers, spec)
    assert torch.get_num_threads() == before


@needs_torch
def test_a_trained_network_is_found_again_without_torch(silicon, hypers, spec, tmp_path, monkeypatch):
    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    cache = DiskCache(tmp_path)
    first = compute_representation(silicon, hypers, spec, cache=cache)
    monkeypatch.setitem(sys.modules, "torch", None)
    again = compute_representation(silicon, hypers, spec, cache=cache)
    np.testing.assert_array_equal(again.pool.environments, first.pool.environments)
    assert again.trained_on == first.trained_on
    assert isinstance(again.feature_map, Perceptron)
    analysis = LPRAnalysis(silicon, hypers=hypers, model=spec, representation=again)
    assert analysis.fit([0, 1]).correlation((0, 0))[0] == pytest.approx(1.0)
    other = spec.with_changes(trained_on=(0, 1))
    with pytest.raises(ModelError, match="PyTorch, which is not installed"):
        compute_representation(silicon, hypers, other, cache=cache)


def test_without_torch_the_error_says_how_to_get_it(silicon, hypers, spec, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match="PyTorch") as caught:
        compute_representation(silicon, hypers, spec)
    assert "lprviz[network]" in caught.value.hint


def test_networks_that_cannot_be_trained_are_refused_before_descriptors(silicon_atoms, hypers, spec):
    def never(done, total):
        raise AssertionError("something long began")

    bare = [atoms.copy() for atoms in silicon_atoms]
    for structures, chosen, message in (
        (bare, None, "no structure has an energy"),
        ([*silicon_atoms[:5], bare[5]], tuple(range(6)), "structure 5 has no energy"),
        (silicon_atoms[:3], (7,), "no structure 7"),
    ):
        analysis = LPRAnalysis(structures, hypers=hypers, model=spec.with_changes(trained_on=chosen))
        with pytest.raises(ModelError, match=message):
            analysis.prepare(tick=never)


def test_what_a_network_learns_is_part_of_its_name(silicon, silicon_atoms, hypers, spec):
    """Two sessions may share a ridge on the same positions, but not a network that saw other energies."""
    shifted = [atoms.copy() for atoms in silicon_atoms]
    for number, (atoms, energy) in enumerate(zip(shifted, silicon.energies, strict=True)):
        atoms.info["energy"] = float(energy) + 0.01 * number
    other = StructureSet.from_atoms(shifted)
    assert other.content_hash == silicon.content_hash
    assert representation_key(other, hypers, spec) != representation_key(silicon, hypers, spec)
    assert representation_key(other, hypers, ModelSpec()) == representation_key(silicon, hypers, ModelSpec())


def test_other_models_have_no_backbone(analysis):
    fitted = analysis.fit([0, 1])
    assert fitted.trained_on is None
    for retrain in (fitted.retrain, fitted.seed_noise):
        with pytest.raises(ModelError, match="no backbone to train again"):
            retrain()


def test_inputs_keep_their_proportions():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 6)) * np.array([5.0, 2.0, 1.0, 0.1, 0.0, 0.0]) + 3.0
    inputs = Standardisation.of(rows, 5)(rows)
    assert inputs.shape == (400, 4)
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=1e-12)
    assert inputs[:, 0].std() == pytest.approx(1.0)
    _, singular, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(inputs.std(axis=0), singular[:4] / singular[0], rtol=1e-9)
    with pytest.raises(ModelError, match="same features"):
        Standardisation.of(np.ones((5, 3)), 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": ()}, "hidden layers"),
        ({"hidden": (0,)}, "hidden layers"),
        ({"hidden": "64"}, "hidden layers"),
        ({"activation": "relu6"}, "no activation 'relu6'"),
        ({"epochs": 0}, "epochs"),
        ({"seed": -1}, "seed"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"weight_decay": -0.1}, "weight_decay"),
    ],
)
def test_impossible_settings_are_refused(options, message):
    with pytest.raises(ModelError, match=message) as caught:
        NetworkSettings(**options)
    assert caught.value.hint
