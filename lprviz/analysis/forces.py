"""What training on forces changes: rigidity with and without them, and the forces a fit predicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.force_rows import ForceTargets, feature_force_rows
from lprviz.analysis.results import FloatArray, IntArray, read_only
from lprviz.core.arguments import checked_indices
from lprviz.core.engine import RigidityEngine
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR


@dataclass(frozen=True, eq=False, repr=False)
class ForceEffect:
    """LPR of one training set with its forces and without, everything else the same.

    Forces speak of differences between environments that lie close to each other. They sharpen the shape of the local
    energies; of a constant per species they know nothing, so they never make up for missing compositions.

    Attributes
    ----------
    lpr, lpr_without : ndarray of shape (n_environments,)
        In label-equivalents of energies per atom.
    offsets : ndarray of shape (n_structures + 1,)
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    n_rows : int
        Force components in training.
    force_weight : float
        Å^2; see `lprviz.analysis.force_rows`.
    """

    lpr: FloatArray
    lpr_without: FloatArray
    offsets: IntArray
    n_rows: int
    force_weight: float

    @property
    def ratio(self) -> FloatArray:
        """LPR with forces over LPR without (n_environments,), at least 1; 1 for an atom without features."""
        finite = np.isfinite(self.lpr_without)
        return read_only(np.divide(self.lpr, self.lpr_without, out=np.ones_like(self.lpr), where=finite))

    @property
    def median(self) -> float:
        """Median of `ratio`."""
        return float(np.median(self.ratio))

    def of(self, structure: int) -> FloatArray:
        """`ratio` of the atoms of one structure (n_atoms,)."""
        (index,) = checked_indices((structure,), len(self.offsets) - 1)
        return self.ratio[self.offsets[index] : self.offsets[index + 1]]

    def __repr__(self) -> str:
        low, middle, high = np.quantile(self.ratio, (0.05, 0.5, 0.95))
        return (
            f"ForceEffect({self.n_rows} force components, weight {self.force_weight:g} Å^2: LPR x {middle:.3g} in the "
            f"median, 5-95 % x {low:.3g} to x {high:.3g})"
        )


def force_effect(fitted: FittedLPR, *, tick: Tick = no_tick) -> ForceEffect:
    """Compare a fit with one of the same training set without forces; see `FittedLPR.force_effect`."""
    engine = fitted.engine
    if engine.pool.blocks is None:
        raise ModelError("This model is not trained on forces.", "Make the analysis with forces=True.")
    bare = replace(engine.pool, blocks=None)
    without = RigidityEngine.from_pool(bare, alpha=engine.alpha, members=engine.members, tick=tick)
    return ForceEffect(
        lpr=fitted.lpr,
        lpr_without=without.lpr,
        offsets=fitted.analysis.structures.offsets,
        n_rows=int(engine.pool.blocks.counts[list(engine.members)].sum()),
        force_weight=fitted.analysis.spec.force_weight,
    )


def predicted_forces(
    fitted: FittedLPR, structures: Iterable[int] | None = None, *, tick: Tick = no_tick
) -> tuple[FloatArray, ...] | None:
    """Forces of some structures in eV/Å; see `FittedLPR.predicted_forces`."""
    analysis, weights = fitted.analysis, fitted.engine.weights
    if analysis.spec.kind != "ridge":
        raise ModelError(
            f"A {analysis.spec.kind} model does not predict forces here: its features have no derivatives.",
            'Use model="ridge".',
        )
    everything = range(analysis.structures.n_structures)
    chosen = tuple(everything) if structures is None else checked_indices(structures, len(everything))
    if weights is None:
        return None
    held = _held_forces(fitted, weights) if fitted.engine.pool.blocks is not None else {}
    computed = _computed_forces(fitted, weights, tuple(index for index in chosen if index not in held), tick)
    return tuple(read_only(held[index] if index in held else computed[index]) for index in chosen)


def _held_forces(fitted: FittedLPR, weights: FloatArray) -> dict[int, FloatArray]:
    """Predictions for the structures whose rows are in the pool: their weight is divided out again."""
    blocks = fitted.engine.pool.blocks
    assert blocks is not None
    targets = ForceTargets.of(fitted.analysis.structures, fitted.analysis.spec)
    values = (blocks.rows @ weights) / targets.roots
    offsets = targets.labels.offsets
    return {index: values[offsets[index] : offsets[index + 1]].reshape(-1, 3) for index in targets.labels.structures}


def _computed_forces(
    fitted: FittedLPR, weights: FloatArray, chosen: tuple[int, ...], tick: Tick
) -> dict[int, FloatArray]:
    """Predictions for other structures: their derivatives are computed, used and let go one by one."""
    analysis = fitted.analysis
    representation = analysis.representation
    by_feature = representation.pool.basis @ weights
    found = {}
    for done, index in enumerate(chosen):
        rows = feature_force_rows(
            analysis.structures, analysis.hypers, analysis.spec, representation.scale, len(by_feature), (index,)
        )
        found[index] = (rows @ by_feature).reshape(-1, 3)
        tick(done + 1, len(chosen))
    return found
