"""The tug: what else moves when one local energy is forced to move, and what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.influence import Atom, environment_of
from lprviz.analysis.results import FloatArray, IntArray, atoms_of, read_only
from lprviz.analysis.rigidities import directions_of
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis.fitted import FittedLPR

_IMMOVABLE = 1e-10
"""Share of an atom's variance below which it counts as fixed by its structure's total."""


@dataclass(frozen=True, eq=False, repr=False)
class Tug:
    """What else moves when one local energy is forced to move, and what it costs: the definition of LPR made visible.

    Attributes
    ----------
    atom : (int, int)
        Structure and atom that is moved.
    eps : float
        By how much, eV.
    keeps_total : bool
        Whether the energy of the atom's structure was held where it was.
    displacement : (n_environments,) array
        By how much every local energy moves, eV; `eps` for the atom itself.
    totals : (n_structures,) array
        By how much the energy of every structure moves, eV.
    loss_rise : float
        Rise of the loss ``1/2 sum_A w_A (error per atom of A)^2 + alpha/2 |w|^2``, eV^2 where the structures'
        weights w_A are pure numbers, which is ``eps^2 LPR / 2`` (with
        the total held, the rigidity under that constraint stands in for LPR, and is never lower).
    offsets : (n_structures + 1,) array
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    """

    atom: tuple[int, int]
    eps: float
    keeps_total: bool
    displacement: FloatArray
    totals: FloatArray
    loss_rise: float
    offsets: IntArray

    def of(self, structure: int) -> FloatArray:
        """Displacement of the atoms of one structure, (n_atoms,), eV."""
        return self.displacement[atoms_of(self.offsets, structure)]

    def __repr__(self) -> str:
        held = ", total held" if self.keeps_total else ""
        return f"Tug(atom {self.atom} by {self.eps:g} eV{held}: the loss rises by {self.loss_rise:.3g} eV^2)"


def tug(fitted: FittedLPR, atom: Atom, eps: float, *, keep_total: bool = False) -> Tug:
    r"""Move one local energy, let everything else settle; see `FittedLPR.tug`.

    The weights that do it at the least loss are :math:`\delta w = \epsilon P g / (g^T P g)` with g = x_k or, where the
    total of its structure f is held, :math:`g = x_k - f (f^T P x_k)/(f^T P f)`; then :math:`\delta e_i = x_i \cdot
    \delta w` and :math:`\Delta L = \epsilon^2 / (2 g^T P g)`.
    """
    structures, engine = fitted.analysis.structures, fitted.engine
    if not math.isfinite(eps):
        raise ModelError(f"An atom cannot be moved by {eps!r} eV.", "Give a finite number such as 0.1.")
    environment = environment_of(structures, atom)
    free = fitted.variance[environment]
    directions, pool = directions_of(fitted, np.array([environment]))
    if keep_total:
        mean = engine.pool.environments[atoms_of(structures.offsets, structures.of(environment)[0])].mean(axis=0)
        directions = directions.given(mean, engine.root)
    left = float(directions.covariance(engine.root, engine.alpha)[0, 0])
    if left <= _IMMOVABLE * free:
        raise _immovable(structures.of(environment), keep_total)
    displacement = directions.covariance_with(pool, engine.root, engine.alpha)[0] * (eps / left)
    return Tug(
        atom=structures.of(environment),
        eps=float(eps),
        keeps_total=keep_total,
        displacement=read_only(displacement),
        totals=read_only(np.add.reduceat(displacement, structures.offsets[:-1])),
        loss_rise=eps**2 / (2.0 * left),
        offsets=structures.offsets,
    )


def _immovable(atom: tuple[int, int], keep_total: bool) -> ModelError:
    if keep_total:
        return ModelError(
            f"Atom {atom[1]} of structure {atom[0]} cannot move while the energy of its structure stays: "
            "it holds no other environment that could make up for it.",
            "Let the total go, or choose an atom of a structure with unlike atoms.",
        )
    return ModelError(
        f"Atom {atom[1]} of structure {atom[0]} has no features, so that its local energy cannot move.",
        "Choose an atom with neighbours, or turn species columns on.",
    )
