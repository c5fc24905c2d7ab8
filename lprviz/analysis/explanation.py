"""Why one atom is as rigid as it is: what the training set knows of it, what it lacks, and what would help."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase.data import chemical_symbols

from lprviz.analysis.explanation_words import explain_in_words, in_labels
from lprviz.analysis.influence import Atom, environment_of
from lprviz.analysis.nearest_training import NearEnvironment, nearest_training
from lprviz.analysis.results import FloatArray, IntArray, atoms_of, read_only
from lprviz.analysis.training_rows import structure_weights
from lprviz.core.span import squares_outside
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR
    from lprviz.core.environment_spread import EnvironmentSpread


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What is known about the rigidity of one atom.

    Attributes
    ----------
    atom : (int, int)
        Structure and atom.
    symbol : str
    is_trained_on : bool
        Whether its structure is in training.
    lpr : float
        In label-equivalents; infinite for an atom without features.
    regulariser_share : float
        dlogLPR/dlogalpha in [0, 1]: 0 pinned by data, 1 pure prior.
    outside_share : float
        Share of |x|^2 outside the span of the training rows, in [0, 1]: along directions in which the training set's
        squared singular values are at most 1e-6 alpha, and outside pool space.
    undetermined_share : float
        ``alpha / (LPR |x|^2)`` in [0, 1]: the share of |x|^2 that training leaves to the regulariser, directions that
        are weakly determined counted in part. At least `outside_share`.
    nearest : tuple of NearEnvironment
        The nearest training environments, the nearest first; the atom itself is left out.
    distances_complete : bool
        Whether their distances include what lies outside pool space.
    mahalanobis : float or None
        Distance d from the mean training environment, in standard deviations; see
        `lprviz.core.environment_spread`. None without training structures.
    typical_lpr : float or None
        ``n / (1 + N d^2)``: about what n disordered structures of N atoms would give an atom at this distance. A
        reading aid, not a bound.
    structure_correlation : float or None
        Correlation of the atom's local prediction with the sum of all others in its structure; None for a lone atom.
    candidates : (n_candidates,) array of int
        Structures outside training, those that would help this atom most first.
    lpr_with : (n_candidates,) array
        Its LPR with each of them added alone.
    """

    atom: tuple[int, int]
    symbol: str
    is_trained_on: bool
    lpr: float
    regulariser_share: float
    outside_share: float
    undetermined_share: float
    nearest: tuple[NearEnvironment, ...]
    distances_complete: bool
    mahalanobis: float | None
    typical_lpr: float | None
    structure_correlation: float | None
    candidates: IntArray
    lpr_with: FloatArray

    @property
    def words(self) -> str:
        """LPR in words, such as "worth 0.02 direct labels"."""
        return in_labels(self.lpr)

    def helpers(self, n: int = 5) -> list[tuple[int, float]]:
        """The `n` structures outside training that would help most, with the LPR that the atom would have."""
        return [(int(c), float(lpr)) for c, lpr in zip(self.candidates[:n], self.lpr_with[:n], strict=True)]

    def sentences(self) -> tuple[str, ...]:
        """The same in plain words, one thought each."""
        return explain_in_words(self)

    def __repr__(self) -> str:
        return f"Explanation(atom {self.atom}, {self.symbol}: {self.words}; {len(self.sentences())} sentences)"


def explain(
    fitted: FittedLPR,
    atom: Atom,
    spread: EnvironmentSpread | None,
    *,
    k: int = 5,
    candidates: Iterable[int] | None = None,
    tick: Tick = no_tick,
) -> Explanation:
    """Gather what is known about one atom; see `FittedLPR.explain`. ``spread`` is that of the training structures."""
    structures, engine = fitted.analysis.structures, fitted.engine
    environment = environment_of(structures, atom)
    structure, _ = structures.of(environment)
    square = float(fitted.analysis.representation.square_norms[environment])
    variance = float(fitted.variance[environment])
    near, complete = nearest_training(fitted, environment, k)
    distance, typical = (None, None) if spread is None else _typical(fitted, environment, spread)
    offered, lpr_with = _ranked_candidates(fitted, environment, candidates, tick)
    return Explanation(
        atom=structures.of(environment),
        symbol=chemical_symbols[structures.numbers[environment]],
        is_trained_on=structure in fitted.members,
        lpr=float(fitted.lpr[environment]),
        regulariser_share=float(fitted.regulariser_share[environment]),
        outside_share=_share(_outside(fitted, environment), square),
        undetermined_share=_share(engine.alpha * variance, square),
        nearest=near,
        distances_complete=complete,
        mahalanobis=distance,
        typical_lpr=typical,
        structure_correlation=structure_correlation(fitted, environment),
        candidates=offered,
        lpr_with=lpr_with,
    )


def structure_correlation(fitted: FittedLPR, environment: int) -> float | None:
    r"""Correlation of one local prediction with the sum of all others in its structure.

    The sum over the structure lies in pool space, so that outside it the others add up to minus the atom itself:
    :math:`\mathrm{cov} = a_i^T P \bar a - \rho_i / \alpha` and :math:`v = \bar a^T P \bar a + \rho_i / \alpha` with
    :math:`\bar a` the sum of the other coordinates. No features are needed.
    """
    structures, engine = fitted.analysis.structures, fitted.engine
    part = atoms_of(structures.offsets, structures.of(environment)[0])
    if part.stop - part.start < 2:
        return None
    here = engine.pool.environments[environment]
    others = engine.pool.environments[part].sum(axis=0) - here
    image, rest = here @ engine.root, others @ engine.root
    outside = float(engine.pool.residuals[environment]) / engine.alpha
    spread = math.sqrt(float(fitted.variance[environment]) * (float(rest @ rest) + outside))
    if spread == 0.0:
        return 0.0
    return float(np.clip((float(image @ rest) - outside) / spread, -1.0, 1.0))


def _outside(fitted: FittedLPR, environment: int) -> float:
    engine = fitted.engine
    here = slice(environment, environment + 1)
    rows, residuals = engine.pool.environments[here], engine.pool.residuals[here]
    return float(squares_outside(engine.spectrum(), engine.alpha, rows, residuals)[0])


def _typical(fitted: FittedLPR, environment: int, spread: EnvironmentSpread) -> tuple[float, float]:
    """Distance from the mean training environment, and n/(1 + N d^2) there."""
    engine, members = fitted.engine, list(fitted.members)
    n_labels = float(structure_weights(fitted)[members].sum())
    n_atoms = spread.n_environments / len(members)
    here = slice(environment, environment + 1)
    rows, residuals = engine.pool.environments[here], engine.pool.residuals[here]
    square = float(spread.squared_distances(rows, residuals, engine.alpha * n_atoms / n_labels)[0])
    return math.sqrt(square), n_labels / (1.0 + n_atoms * square)


def _ranked_candidates(
    fitted: FittedLPR, environment: int, candidates: Iterable[int] | None, tick: Tick
) -> tuple[IntArray, FloatArray]:
    """Structures outside training and the LPR that each alone would give the atom, best first."""
    members = set(fitted.members)
    everything = range(fitted.engine.n_structures) if candidates is None else candidates
    offered = np.array([j for j in everything if candidates is not None or j not in members], dtype=np.intp)
    gains = fitted.engine.gains("mean-log", [environment], offered.tolist(), tick=tick)
    order = np.argsort(-gains, kind="stable")
    return offered[order], read_only(fitted.lpr[environment] * np.exp(gains[order]))


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole > 0.0 else 0.0
