"""Committees of models beside the analytic answer: where members agree because none of them knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis.results import FloatArray, read_only
from lprviz.analysis.training_rows import structure_rows, structure_variance, training_rows
from lprviz.core.committee import committee_spread, committee_weights
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

BLIND_RATIO = 0.1
"""A committee that spreads by less than this share of the analytic standard deviation does not see the atom."""

ONE_LABEL = 1.0
"""LPR below which an atom is held by less than one direct label of its own."""


@dataclass(frozen=True, repr=False)
class CommitteeResult:
    """How much the members of a committee disagree, and how much they should.

    Attributes
    ----------
    kind : {"bootstrap", "randomised-prior", "posterior"}
    n_members : int
    noise : float
        sigma, the noise of a label of weight one that both sides of the comparison assume: eV per atom (eV where the
        model learns total energies). It scales the analytic standard deviation; a bootstrap takes its own scale from
        the energies.
    spread : (n_environments,) array
        Standard deviation of each local energy over the members, eV.
    analytic : (n_environments,) array
        ``sigma sqrt(1 / LPR)``, eV.
    structure_spread, structure_analytic : (n_structures,) array
        The same two for predicted energies, eV per atom.
    energies : (n_members, n_structures) array
        Total energy of every structure by every member, eV, to carry the committee into averages and differences.
    lpr : (n_environments,) array
    """

    kind: str
    n_members: int
    noise: float
    spread: FloatArray
    analytic: FloatArray
    structure_spread: FloatArray
    structure_analytic: FloatArray
    energies: FloatArray
    lpr: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """``spread / analytic`` (n_environments,): 1 where the committee is right, near 0 where it is blind."""
        missing = np.full_like(self.spread, np.nan)
        return read_only(np.divide(self.spread, self.analytic, out=missing, where=self.analytic > 0.0))

    @property
    def blind(self) -> NDArray[np.bool_]:
        """Atoms (n_environments,) held by less than one label on which the members nevertheless agree.

        They agree within a tenth of the analytic standard deviation: they look certain, because no member has ever
        seen what these atoms are made of.
        """
        mask = (self.ratio < BLIND_RATIO) & (self.lpr < ONE_LABEL)
        mask.flags.writeable = False
        return mask

    @property
    def statement(self) -> str:
        """One sentence for the screen."""
        share = float(np.mean(self.blind))
        if not self.blind.any():
            return f"No atom has an LPR below 1 while the {self.n_members} members ({self.kind}) agree on it."
        return (
            f"On {share:.1%} of the atoms the {self.n_members} members ({self.kind}) agree within a tenth of the "
            f"analytic standard deviation although their LPR is below 1: the committee is blind there."
        )

    def __repr__(self) -> str:
        ratio = self.ratio[np.isfinite(self.ratio)]
        middle = float(np.median(ratio)) if len(ratio) else float("nan")
        return (
            f"CommitteeResult({self.kind}, {self.n_members} members: median spread {middle:.3g} of the analytic, "
            f"blind on {np.mean(self.blind):.1%} of {len(self.spread)} atoms)"
        )


def committee(
    fitted: FittedLPR, kind: str, n: int, seed: int, *, noise: float | None = None, tick: Tick = no_tick
) -> CommitteeResult:
    """Train and compare a committee; see `FittedLPR.committee` and `FittedLPR.shallow_ensemble`.

    Members live in the space that structures span. What an atom has outside of it no structure can inform: members
    of a bootstrap are zero there, others keep what they drew from the prior.
    """
    engine, structures = fitted.engine, fitted.analysis.structures
    training = training_rows(fitted, "a committee")
    sigma = training.evidence_noise(engine.alpha) if noise is None else _checked_noise(noise)
    rng = np.random.default_rng(seed)
    weights = committee_weights(kind, training, engine.alpha, sigma, n, rng, tick=phase(tick, 0.0, 0.5))
    prior = 0.0 if kind == "bootstrap" else sigma / np.sqrt(engine.alpha)
    spread = committee_spread(engine.pool, weights, prior, rng, tick=phase(tick, 0.5, 1.0))
    means = structure_rows(fitted) @ weights
    energies = means * structures.sizes[:, None] + fitted.baseline.of_structures(structures)[:, None]
    return CommitteeResult(
        kind=kind,
        n_members=n,
        noise=sigma,
        spread=read_only(spread),
        analytic=read_only(sigma * np.sqrt(fitted.variance)),
        structure_spread=read_only(means.std(axis=1, ddof=1)),
        structure_analytic=read_only(sigma * np.sqrt(structure_variance(fitted))),
        energies=read_only(np.ascontiguousarray(energies.T)),
        lpr=fitted.lpr,
    )


def _checked_noise(noise: float) -> float:
    if not (np.isfinite(noise) and noise > 0.0):
        raise ModelError(
            f"The label noise must be a number above 0, not {noise!r}.",
            "Give eV per atom, such as a Calibration's factor.",
        )
    return float(noise)
