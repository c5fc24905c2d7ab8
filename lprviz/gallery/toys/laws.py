"""Phenomena that are exact laws: 10, 13 and 14."""

from __future__ import annotations

import numpy as np

from lprviz.core.engine import RigidityEngine
from lprviz.gallery.claims import Chart, Series, at_least, at_most, exactly
from lprviz.gallery.toys.composition import training_sets
from lprviz.gallery.toys.environments import disorder_toy
from lprviz.gallery.toys.outcome import LAW, Outcome, found
from lprviz.gallery.toys.species import species_toy

COPIES = (1, 2, 5, 10, 30, 100, 300, 1000, 3000, 10_000)
"""How often the one structure is repeated."""


def repeat_one(seed: int = 0) -> Outcome:
    """Phenomenon 10: the same structure again and again, on top of twenty others."""
    toy = disorder_toy(seed)
    base = toy.members("disordered", 20)
    again = toy.members("disordered", 21)[-1]
    target = toy.environments_of(toy.members("target"))
    before = toy.engine(base)
    shared, leverage = _squared_correlation(before, again)
    ratios = []
    for copies in COPIES:
        rows = np.vstack([toy.means, np.sqrt(copies) * toy.means[again]])
        engine = RigidityEngine(toy.features, rows, alpha=toy.alpha, members=(*base, toy.n_structures))
        ratios.append(engine.lpr / before.lpr)
    limit = 1.0 / (1.0 - shared)
    law = 1.0 / (1.0 - shared * COPIES[-1] * leverage / (1.0 + COPIES[-1] * leverage))
    best = target[np.argmax(shared[target])]
    chart = Chart(
        "Saturation",
        "copies",
        "LPR, as a multiple",
        (
            Series("the atom that gains most", COPIES, [float(ratio[best]) for ratio in ratios], marks=True),
            Series("its limit", [COPIES[0], COPIES[-1]], [float(limit[best])] * 2),
        ),
        log_x=True,
    )
    return Outcome(
        10,
        "Repeat one structure",
        "Copies saturate at 1/(1 − ρ²): vary the surroundings, and pin the host separately.",
        (
            found(at_most("law", "largest deviation from the law, over all atoms", 1e-6, LAW),
                  np.max(np.abs(ratios[-1][target] / law[target] - 1.0))),
            found(at_most("limit", "largest LPR reached, over its limit", 1.0 + 1e-9, LAW),
                  np.max(ratios[-1][target] / limit[target])),
            found(at_least("reached", "smallest LPR reached after 10 000 copies, over its limit", 0.99, LAW),
                  np.min(ratios[-1][target] / limit[target])),
        ),
        (chart,),
    )  # fmt: skip


def regulariser(seed: int = 0) -> Outcome:
    """Phenomenon 13: the regulariser's slider, for atoms that no data speaks for and for determined ones."""
    toy = species_toy(seed)
    sets = training_sets(toy)
    target = toy.environments_of(toy.members("target"))
    alphas = np.logspace(-8, -1, 29)
    slopes, series = {}, []
    for name in ("fixed", "random"):
        engine = toy.engine(sets[name])
        step = 1.001
        up, down = engine.with_alpha(toy.alpha * step).lpr, engine.with_alpha(toy.alpha / step).lpr
        slopes[name] = (np.log(up / down) / (2.0 * np.log(step)))[target]
        typical = [float(np.exp(np.mean(np.log(engine.with_alpha(a).lpr[target])))) for a in alphas]
        series.append(Series(name, alphas.tolist(), typical))
        slopes[f"{name} share"] = engine.regulariser_share[target]
    deviation = max(np.max(np.abs(slopes[name] - slopes[f"{name} share"])) for name in ("fixed", "random"))
    return Outcome(
        13,
        "Move the regulariser",
        "Where LPR follows alpha, no data speaks: slope 1 is prior, slope 0 is data.",
        (
            found(at_least("undetermined", "smallest slope, fixed composition", 0.99, LAW), np.min(slopes["fixed"])),
            found(at_most("determined", "largest slope, random compositions", 0.01, LAW), np.max(slopes["random"])),
            found(
                at_most("share", "largest deviation of the slope from the regulariser's share", 1e-4, LAW), deviation
            ),
        ),
        (Chart("Two kinds of atoms", "alpha", "typical LPR", tuple(series), log_x=True, log_y=True),),
    )


def remove_one(seed: int = 0) -> Outcome:
    """Phenomenon 14: leave a training structure out."""
    toy = disorder_toy(seed)
    members = toy.members("disordered", 40)
    engine = toy.engine(members)
    shared, leverage = _squared_correlation(engine, members[0])
    law = engine.lpr * (1.0 - leverage) / (1.0 - leverage + shared * leverage)
    left = engine.remove(members[0]).lpr
    decades = np.log10(engine.lpr / left)
    lost = engine.structure_rigidity[members[0]] - engine.remove(members[0]).structure_rigidity[members[0]]
    return Outcome(
        14,
        "Remove a structure",
        "Who depends on what: LPR (1 − h) / (1 − h + ρ² h).",
        (
            found(at_most("law", "largest deviation from the law, over all atoms", 1e-7, LAW),
                  np.max(np.abs(left / law - 1.0))),
            found(at_most("loses", "LPR gained by removing, in decades", 1e-9, LAW), np.max(-decades)),
            found(exactly("own", "rigidity lost by the structure as a whole: its own label", 1.0, LAW, 1e-9), lost),
        ),
    )  # fmt: skip


def _squared_correlation(engine: RigidityEngine, structure: int) -> tuple[np.ndarray, float]:
    """rho^2 of every environment with a structure's mean, (n_environments,), and f^T P f; by a dense solve."""
    pool = engine.pool
    rows = pool.structures[list(engine.members)]
    inverse = np.linalg.inv(rows.T @ rows + engine.alpha * np.eye(pool.rank))
    mean = pool.structures[structure]
    leverage = float(mean @ inverse @ mean)
    shared = (pool.environments @ inverse @ mean) ** 2 / (engine.variance * leverage)
    return shared, leverage
