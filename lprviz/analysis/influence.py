"""Who holds this atom: leave-one-structure-out, for all training structures at once and without a refit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lprviz.analysis.results import InfluenceResult, read_only
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.core.engine import RigidityEngine
    from lprviz.data.structures import StructureSet

Atom = tuple[int, int] | int


def environment_of(structures: StructureSet, atom: Atom) -> int:
    """Number of an environment given as (structure, atom) or as that number itself; range checked."""
    if isinstance(atom, int | np.integer):
        structures.of(int(atom))
        return int(atom)
    pair = tuple(atom)
    if len(pair) != 2:
        raise ModelError(f"An atom is named by two numbers, not by {atom!r}.", "Give (structure, atom).")
    return structures.environment_index(int(pair[0]), int(pair[1]))


def atom_influence(engine: RigidityEngine, structures: StructureSet, atom: Atom) -> InfluenceResult:
    """Decades of LPR that one atom loses with each training structure left out alone.

    With ``P = (F^T F + alpha I)^-1``, ``U_c = x^T P f_c``, ``h_c = f_c^T P f_c`` and ``v = x^T P x``, removing c turns
    v into ``v + U_c^2 / (1 - h_c)``, so the loss is ``log10(1 + rho2 h / (1 - h))`` with ``rho2 = U^2 / (v h)``. Where
    structures bring forces, the loss is that of all their rows, and h and rho2 are still those of the energy.
    """
    environment = environment_of(structures, atom)
    members = np.array(engine.members, dtype=np.intp)
    loss = engine.influence(environment)
    leverage = engine.leverage[members]
    ties = engine.pool.structures[members] @ (engine.root @ (engine.pool.environments[environment] @ engine.root))
    spread = leverage * engine.variance[environment]
    shared = np.divide(ties**2, spread, out=np.zeros_like(spread), where=spread > 0.0)
    order = np.argsort(-loss, kind="stable")
    return InfluenceResult(
        atom=structures.of(environment),
        members=members[order],
        loss=read_only(loss[order]),
        leverage=read_only(leverage[order]),
        shared=read_only(np.minimum(shared[order], 1.0)),
    )
