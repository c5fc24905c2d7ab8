r"""Committees of ridge models, whose disagreement is meant to show what a training set leaves open.

Three ways to draw members, all in the coordinates of pool space, and what their spread tends to as members multiply:

=====================  ===============================================  ==============================================
kind                   a member is                                      standard deviation of x . w over members
=====================  ===============================================  ==============================================
``bootstrap``          a fit to structures drawn with replacement       none where no structure has a say: every
                                                                        member is silent there, so all agree
``randomised-prior``   a fit to noisy targets, started from a draw of   sigma sqrt(v), exactly
                       the prior N(0, sigma^2 / alpha)
``posterior``          a draw from N(w, sigma^2 P)                      sigma sqrt(v), exactly
=====================  ===============================================  ==============================================

Sources: B. Efron, Ann. Stat. 1979, 7, 1 (bootstrap); I. Osband, J. Aslanides, A. Cassirer, arXiv 1806.03335 (randomised
prior); members drawn from a last layer's posterior as in F. Bigi et al., arXiv 2403.02251; in the spirit of the shallow
ensembles of M. Kellner, M. Ceriotti, arXiv 2402.16621, whose members are trained instead.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from lprviz.core.arrays import FloatArray, row_blocks
from lprviz.core.blas import one_blas_thread
from lprviz.core.dense import ridge_fit
from lprviz.core.pool import PoolSpace
from lprviz.core.training_rows import TrainingRows
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

CommitteeKind = Literal["bootstrap", "randomised-prior", "posterior"]
COMMITTEE_KINDS: tuple[str, ...] = get_args(CommitteeKind)


def committee_weights(
    kind: str,
    training: TrainingRows,
    alpha: float,
    noise: float,
    n: int,
    rng: np.random.Generator,
    *,
    tick: Tick = no_tick,
) -> FloatArray:
    """Weights of every member in pool space (rank, n).

    Parameters
    ----------
    kind : {"bootstrap", "randomised-prior", "posterior"}
    training : TrainingRows
        In pool space.
    alpha : float
        Regulariser of every member.
    noise : float
        sigma, standard deviation of the label noise; the bootstrap finds its own in the targets.
    n : int
        Members, at least two.
    rng : numpy.random.Generator
    tick : Tick

    Raises
    ------
    ModelError
        Where the kind is unknown, there are fewer than two members, or a bootstrap has nothing to draw from.
    """
    if kind not in COMMITTEE_KINDS:
        raise ModelError(f"There is no committee of kind {kind!r}.", f"Choose one of {', '.join(COMMITTEE_KINDS)}.")
    if n < 2:
        raise ModelError(f"{n} members cannot disagree.", "Ask for at least two; 32 is usual.")
    with one_blas_thread:
        if kind == "bootstrap":
            return _bootstrap(training, alpha, n, rng, tick)
        draw = _randomised_prior if kind == "randomised-prior" else _posterior
        weights = draw(training, alpha, noise, n, rng)
    tick(n, n)
    return weights


def committee_spread(
    pool: PoolSpace, weights: FloatArray, prior: float, rng: np.random.Generator, *, tick: Tick = no_tick
) -> FloatArray:
    """Standard deviation of each local prediction over the members (n_environments,).

    Parameters
    ----------
    pool : PoolSpace
    weights : ndarray of shape (rank, n)
    prior : float
        Standard deviation of the members' weights outside pool space, where no structure says anything: sigma /
        sqrt(alpha) for members that draw from the prior, 0 for those that do not. Each environment draws its own,
        for only its spread is asked, not how it is tied to the others.
    rng : numpy.random.Generator
    """
    n = weights.shape[1]
    spread = np.empty(pool.n_environments)
    with one_blas_thread:
        for block in row_blocks(pool.n_environments, pool.rank + 2 * n):
            values = pool.environments[block] @ weights
            if prior > 0.0:
                outside = prior * np.sqrt(pool.residuals[block])
                values += outside[:, None] * rng.standard_normal(values.shape)
            spread[block] = values.std(axis=1, ddof=1)
            tick(block.stop, pool.n_environments)
    return spread


def _bootstrap(training: TrainingRows, alpha: float, n: int, rng: np.random.Generator, tick: Tick) -> FloatArray:
    """Ridge fits to resampled structures, in the span of all training rows, outside which each of them is zero."""
    if training.n_structures < 2:
        raise ModelError("A bootstrap needs at least two structures in training.", "Train on more.")
    rows, n_structures = training.left * training.singular, training.n_structures
    fits = np.empty((rows.shape[1], n))
    for member in range(n):
        tick(member, n)
        drawn = np.bincount(rng.integers(0, n_structures, n_structures), minlength=n_structures)
        times = np.repeat(drawn, np.diff(training.offsets))
        chosen = np.flatnonzero(times)
        root = np.sqrt(times[chosen])
        fits[:, member] = ridge_fit(rows[chosen] * root[:, None], training.targets[chosen] * root, alpha)
    tick(n, n)
    return training.directions @ fits


def _randomised_prior(
    training: TrainingRows, alpha: float, noise: float, n: int, rng: np.random.Generator
) -> FloatArray:
    """Minima of |F w - y - noise|^2 + alpha |w - w0|^2, w0 from the prior: w = P (F^T (y + noise) + alpha w0).

    The member's own covariance is sigma^2 P (F^T F + alpha) P = sigma^2 P, that of the posterior.
    """
    targets = training.targets[:, None] + noise * rng.standard_normal((len(training), n))
    start = noise / np.sqrt(alpha) * rng.standard_normal((training.directions.shape[0], n))
    kept = start + training.directions @ ((training.damping(alpha) - 1.0)[:, None] * (training.directions.T @ start))
    return training.solution(alpha, targets) + kept


def _posterior(training: TrainingRows, alpha: float, noise: float, n: int, rng: np.random.Generator) -> FloatArray:
    """w + sigma P^(1/2) z with normal z, and P^(1/2) the symmetric root."""
    draws = noise / np.sqrt(alpha) * rng.standard_normal((training.directions.shape[0], n))
    shrink = np.sqrt(training.damping(alpha)) - 1.0
    draws += training.directions @ (shrink[:, None] * (training.directions.T @ draws))
    return training.solution(alpha)[:, None] + draws
