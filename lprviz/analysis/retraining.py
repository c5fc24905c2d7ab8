"""A network trained again: on another training set, and from other seeds.

With a frozen backbone a change of the training set moves the last layer alone, and is live. The backbone then still
knows the structures it was trained on (`Representation.trained_on`). Retraining makes both agree again; it takes
seconds, so it belongs in the background, and it gives another feature map: LPR before and after may differ either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.base_features import BaseFeatures, base_features
from lprviz.analysis.models import compute_representation
from lprviz.analysis.results import FloatArray, read_only
from lprviz.analysis.training import as_members
from lprviz.core.perceptron import Perceptron
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.analysis import LPRAnalysis
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.analysis.model_spec import ModelSpec

_DESCRIPTORS = 0.2
"""Share of the progress that computing the features takes when they serve several seeds."""


@dataclass(frozen=True, repr=False)
class SeedNoise:
    """How much LPR depends on the start of a network's training.

    Attributes
    ----------
    spread : (n_environments,) array
        Standard deviation over seeds of log10 LPR: decades.
    mean : (n_environments,) array
        Mean over seeds of log10 LPR.
    seeds : tuple of int
    """

    spread: FloatArray
    mean: FloatArray
    seeds: tuple[int, ...]

    def __repr__(self) -> str:
        low, high = np.quantile(self.spread, (0.5, 0.95))
        return f"SeedNoise({len(self.seeds)} seeds: median {low:.2g} decades of LPR per atom, 95 % below {high:.2g})"


def retrained(
    fitted: FittedLPR, members: Iterable[int] | None = None, *, warm: bool = True, tick: Tick = no_tick
) -> FittedLPR:
    """Train the backbone again; see `FittedLPR.retrain`."""
    analysis = fitted.analysis
    start = _require_network(fitted)
    chosen = fitted.members if members is None else tuple(sorted(as_members(members)))
    spec = analysis.spec.with_changes(trained_on=chosen)
    return _refitted(fitted, _trained(analysis, spec, start if warm else None, tick), chosen)


def seed_noise(fitted: FittedLPR, n: int = 4, *, tick: Tick = no_tick) -> SeedNoise:
    """Train `n` backbones that differ in their seed alone; see `FittedLPR.seed_noise`."""
    if n < 2:
        raise ModelError(f"A spread needs at least two seeds, not {n}.", "Ask for four.")
    _require_network(fitted)
    analysis = fitted.analysis
    first = analysis.spec.network.seed
    base = base_features(analysis.structures, analysis.hypers, analysis.spec, tick=phase(tick, 0.0, _DESCRIPTORS))
    logs = []
    for number in range(n):
        network = replace(analysis.spec.network, seed=first + number)
        trained_on = analysis.representation.trained_on
        spec = analysis.spec.with_changes(network=network, trained_on=trained_on)
        share = [_DESCRIPTORS + (1.0 - _DESCRIPTORS) * each / n for each in (number, number + 1)]
        made = _trained(analysis, spec, None, phase(tick, *share), base)
        logs.append(np.log10(_refitted(fitted, made, fitted.members).lpr))
    values = np.array(logs)
    return SeedNoise(
        spread=read_only(values.std(axis=0, ddof=1)),
        mean=read_only(values.mean(axis=0)),
        seeds=tuple(range(first, first + n)),
    )


def _require_network(fitted: FittedLPR) -> Perceptron:
    made = fitted.analysis.representation.feature_map
    if not isinstance(made, Perceptron):
        raise ModelError(
            f"A {fitted.analysis.model} model has no backbone to train again.",
            'Use the model "network", or change the training set: that is live.',
        )
    return made


def _trained(
    analysis: LPRAnalysis,
    spec: ModelSpec,
    start: Perceptron | None,
    tick: Tick,
    base: BaseFeatures | None = None,
) -> LPRAnalysis:
    pool = analysis.representation.pool
    made = compute_representation(
        analysis.structures,
        analysis.hypers,
        spec,
        baseline=analysis.baseline,
        alpha_min=pool.alpha_min,
        accuracy=pool.accuracy,
        keep_features=pool.features is not None,
        start=start,
        base=base,
        tick=tick,
    )
    return analysis.with_model(spec, made)


def _refitted(fitted: FittedLPR, analysis: LPRAnalysis, members: tuple[int, ...]) -> FittedLPR:
    fresh = analysis.fit(members)
    return fresh if fresh.alpha == fitted.alpha else fresh.with_alpha(fitted.alpha)
