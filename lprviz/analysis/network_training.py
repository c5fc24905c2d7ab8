"""Training a small network on energies, with PyTorch; the only module that imports it, and only when it is asked to.

The network gives every atom a local energy; what it is trained on is their mean over each structure. It leaves here as
plain arrays (`lprviz.core.perceptron.Perceptron`), so that everything after training does without PyTorch.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.network_settings import NetworkSettings
from lprviz.core.perceptron import Perceptron, Standardisation
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

FloatArray = NDArray[np.float64]

WARM_SHARE = 0.1
"""A warm start takes this share of the epochs, at this share of the learning rate."""

_turn = threading.Lock()


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """What a network is trained on.

    Attributes
    ----------
    members : tuple of int
        Structures, sorted.
    targets : ndarray, shape (n_structures,)
        Energy per atom without the baseline, in eV; nan where missing.
    weights : ndarray, shape (n_structures,)
        Weight of each structure's squared error.
    offsets : ndarray of int, shape (n_structures + 1,)
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    """

    members: tuple[int, ...]
    targets: FloatArray
    weights: FloatArray
    offsets: NDArray[np.int64]

    def atoms(self, member: int) -> slice:
        """Environments of one structure."""
        return slice(int(self.offsets[member]), int(self.offsets[member + 1]))


def require_torch() -> ModuleType:
    """PyTorch, or a ModelError that says how to get it."""
    try:
        import torch
    except ImportError as error:
        raise ModelError(
            "Training a network needs PyTorch, which is not installed.",
            'Install it with: pip install "lprviz[network]"',
        ) from error
    return torch


def train_perceptron(
    features: FloatArray,
    rows: TrainingRows,
    settings: NetworkSettings,
    *,
    start: Perceptron | None = None,
    tick: Tick = no_tick,
) -> Perceptron:
    """Fit a network's structure energies per atom by AdamW with a cosine schedule, on one thread.

    Deterministic: the seed fixes start and order, and one thread the order of sums.

    Parameters
    ----------
    features : ndarray, shape (n_environments, n_features)
        Of the whole data set: inputs are standardised over all of it, so that they do not move with the training set.
    rows : TrainingRows
    settings : NetworkSettings
    start : Perceptron, optional
        Weights to go on from; a tenth of the epochs at a tenth of the learning rate then suffice.
    tick : Tick
        Called for every batch; may cancel.

    Raises
    ------
    ModelError
        If PyTorch is missing, the start has another shape, or training diverges.
    """
    torch = require_torch()
    standardisation = start.standardisation if start is not None else Standardisation.of(features, settings.n_inputs)
    shift, spread = (start.shift, start.spread) if start is not None else _moments(rows)
    weights, biases = _first_layers(standardisation, settings, start, features.shape[1])
    share = WARM_SHARE if start is not None else 1.0
    with _one_torch_thread(torch, tick):
        layers = [torch.tensor(each, dtype=torch.float32, requires_grad=True) for each in (*weights, *biases)]
        batches = _Batches(torch, standardisation, features, rows, (shift, spread), settings.batch_structures)
        _descend(torch, layers, batches, settings, share, tick)
        arrays = [layer.detach().numpy().astype(np.float64) for layer in layers]
    if not all(np.isfinite(each).all() for each in arrays):
        raise ModelError("Training of the network diverged.", "Lower its learning rate.")
    depth = len(weights)
    return Perceptron(standardisation, tuple(arrays[:depth]), tuple(arrays[depth:]), settings.activation, shift, spread)


def _moments(rows: TrainingRows) -> tuple[float, float]:
    """Weighted mean and standard deviation of the targets trained on."""
    chosen = list(rows.members)
    targets, weights = rows.targets[chosen], rows.weights[chosen]
    mean = float(np.average(targets, weights=weights))
    spread = float(np.sqrt(np.average((targets - mean) ** 2, weights=weights)))
    return mean, spread if spread > 1e-12 else 1.0


def _first_layers(
    standardisation: Standardisation, settings: NetworkSettings, start: Perceptron | None, n_features: int
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Weights and biases to begin with: those of ``start``, or random ones from the seed."""
    widths = (standardisation.axes.shape[1], *settings.hidden, 1)
    if start is not None:
        have = (*(each.shape[0] for each in start.weights), 1)
        if have != widths or len(standardisation.centre) != n_features or start.activation != settings.activation:
            raise ModelError(
                f"A network of shape {have} cannot start one of shape {widths} on {n_features} features.",
                "Train the new one from scratch.",
            )
        return [np.array(each) for each in start.weights], [np.array(each) for each in start.biases]
    rng = np.random.default_rng(settings.seed)
    gain = 1.0 if settings.activation == "tanh" else math.sqrt(2.0)
    pairs = list(pairwise(widths))
    weights = [rng.normal(size=pair) * gain / math.sqrt(pair[0]) for pair in pairs]
    return weights, [np.zeros(n_out) for _, n_out in pairs]


class _Batches:
    """Inputs and scaled targets of the training structures, a few at a time."""

    def __init__(
        self,
        torch: ModuleType,
        standardisation: Standardisation,
        features: FloatArray,
        rows: TrainingRows,
        moments: tuple[float, float],
        size: int,
    ) -> None:
        chosen = list(rows.members)
        shift, spread = moments
        inputs = [standardisation(features[rows.atoms(member)]) for member in chosen]
        self._inputs = [torch.tensor(each, dtype=torch.float32) for each in inputs]
        self._targets = torch.tensor((rows.targets[chosen] - shift) / spread, dtype=torch.float32)
        weights = rows.weights[chosen] / rows.weights[chosen].mean()
        self._weights = torch.tensor(weights, dtype=torch.float32)
        self._torch, self._size = torch, size

    def __len__(self) -> int:
        return math.ceil(len(self._inputs) / self._size)

    def shuffled(self, rng: np.random.Generator) -> Iterator[tuple[Any, Any, Any, Any]]:
        """(inputs, averaging matrix as index and share, targets, weights) of each batch, in random order."""
        torch, order = self._torch, rng.permutation(len(self._inputs))
        for begin in range(0, len(order), self._size):
            chosen = order[begin : begin + self._size].tolist()
            sizes = torch.tensor([len(self._inputs[each]) for each in chosen])
            inputs = torch.cat([self._inputs[each] for each in chosen])
            yield inputs, sizes, self._targets[chosen], self._weights[chosen]


def _descend(
    torch: ModuleType, layers: list[Any], batches: _Batches, settings: NetworkSettings, share: float, tick: Tick
) -> None:
    """AdamW over all epochs, in place; weights decay, biases do not."""
    depth = len(layers) // 2
    weights, biases = layers[:depth], layers[depth:]
    rate, epochs = settings.learning_rate * share, max(1, round(settings.epochs * share))
    groups = [{"params": weights, "weight_decay": settings.weight_decay}, {"params": biases, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate)
    activate = torch.tanh if settings.activation == "tanh" else torch.nn.functional.silu
    rng = np.random.default_rng((settings.seed, 1))
    done, total = 0, epochs * len(batches)
    for _ in range(epochs):
        for inputs, sizes, targets, importance in batches.shuffled(rng):
            for group in optimiser.param_groups:
                group["lr"] = rate * 0.5 * (1.0 + math.cos(math.pi * done / total))
            local = _outputs(inputs, weights, biases, activate)
            owner = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
            means = torch.zeros(len(sizes)).index_add(0, owner, local) / sizes
            loss = (importance * (means - targets) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            done += 1
            tick(done, total)


def _outputs(inputs: Any, weights: list[Any], biases: list[Any], activate: Any) -> Any:
    """Local targets (n,) in units of their spread."""
    values = inputs
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        values = activate(values @ weight + bias)
    return (values @ weights[-1] + biases[-1])[:, 0]


@contextmanager
def _one_torch_thread(torch: ModuleType, tick: Tick) -> Iterator[None]:
    """One network at a time, on one thread: the number of threads is a setting of the whole process."""
    while not _turn.acquire(timeout=0.1):
        tick(0, 1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        _turn.release()
