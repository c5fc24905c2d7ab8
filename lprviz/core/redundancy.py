r"""Which members nothing else stands in for, and which stand in for each other.

What a set of members holds alone is the information lost without it, in nats,

.. math:: \ell_C = -\ln \det (I - W_C W_C^T),

with W_C = B_C G its whitened rows; exp(-l_C) is by how much the determinant of the Hessian falls. For two members with
one row each, leverages h and :math:`S_{cd} = f_c^T P f_d`,

.. math:: \ell_c = -\ln (1 - h_c), \qquad \ell_{cd} = -\ln \left( (1 - h_c)(1 - h_d) - S_{cd}^2 \right),

and the excess :math:`\ell_{cd} - \ell_c - \ell_d = -\ln (1 - r^2)`, with r the correlation of their deleted residuals,
is what only the two together hold. It is never negative: information is submodular.
"""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray, frozen, row_square_norms
from lprviz.core.holding import information_lost
from lprviz.core.pool import PoolSpace
from lprviz.core.row_blocks import whitened_rows
from lprviz.progress import Tick, no_tick

SHORTLIST = 64
"""Pairs that are looked at exactly where members bring blocks of rows: those whose means alone overlap most."""

_SMALLEST = float(np.finfo(np.float64).eps)


def held_alone(
    pool: PoolSpace, root: FloatArray, members: tuple[int, ...], *, tick: Tick = no_tick
) -> tuple[FloatArray, FloatArray]:
    """Information lost without each member, nats, and its number of rows; both (n_members,)."""
    if pool.blocks is None:
        leverage = row_square_norms(pool.structures[list(members)] @ root)
        return frozen(-np.log1p(-np.minimum(leverage, 1.0 - _SMALLEST))), frozen(np.ones(len(members)))
    lost, counts = np.zeros(len(members)), np.ones(len(members))
    for number, member in enumerate(members):
        whitened = whitened_rows(pool, root, member)
        lost[number], counts[number] = information_lost(whitened), len(whitened)
        tick(number + 1, len(members))
    return frozen(lost), frozen(counts)


def pairs_held_together(
    pool: PoolSpace, root: FloatArray, members: tuple[int, ...], excess: float, *, tick: Tick = no_tick
) -> list[tuple[int, int, float]]:
    """Pairs (c, d, excess per row in nats) of members with at least ``excess``, the largest first.

    All pairs at once, from one product of members by members. Where members bring blocks of rows, the `SHORTLIST`
    pairs whose means overlap most are worked out with all their rows.
    """
    means = _excess_of_means(pool, root, members)
    first, second = np.triu_indices(len(members), 1)
    values = means[first, second]
    if pool.blocks is None:
        chosen = np.flatnonzero(values >= excess)
        found = [(members[first[k]], members[second[k]], float(values[k])) for k in chosen]
    else:
        chosen = np.argsort(-values, kind="stable")[:SHORTLIST]
        judged = []
        for done, k in enumerate(chosen):
            c, d = members[first[k]], members[second[k]]
            judged.append((c, d, _excess_of_blocks(pool, root, c, d)))
            tick(done + 1, len(chosen))
        found = [pair for pair in judged if pair[2] >= excess]
    return sorted(found, key=lambda pair: -pair[2])


def _excess_of_means(pool: PoolSpace, root: FloatArray, members: tuple[int, ...]) -> FloatArray:
    """-ln(1 - r^2) of the mean rows of all pairs (n_members, n_members)."""
    inner = pool.structures[list(members)] @ root
    overlap = inner @ inner.T
    slack = np.maximum(1.0 - np.diagonal(overlap), _SMALLEST)
    square = np.square(overlap) / np.outer(slack, slack)
    return -np.log1p(-np.minimum(square, 1.0 - _SMALLEST))


def _excess_of_blocks(pool: PoolSpace, root: FloatArray, c: int, d: int) -> float:
    """The same of all rows of two members, divided by the smaller number of rows."""
    parts = [whitened_rows(pool, root, each) for each in (c, d)]
    together = information_lost(np.concatenate(parts))
    return (together - sum(information_lost(part) for part in parts)) / min(len(part) for part in parts)
