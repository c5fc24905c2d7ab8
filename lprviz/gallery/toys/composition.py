"""Phenomena of composition, on the species toy: 1 to 4 and 8."""

from __future__ import annotations

import numpy as np

from lprviz.core.engine import RigidityEngine
from lprviz.gallery.claims import Chart, Series, about, at_least, between, exactly
from lprviz.gallery.toys.outcome import LAW, REFERENCE, Outcome, found
from lprviz.gallery.toys.species import NOISE, ZEROS, species_toy
from lprviz.gallery.toys.toy import Toy, geometric_mean

Members = tuple[int, ...]
_NEARLY = "law, but for what the surroundings take of it"


def training_sets(toy: Toy) -> dict[str, Members]:
    """The training sets of phenomena 1 to 4, by name; each replaces as many of the fixed structures as it adds."""
    fixed = toy.members("fixed")

    def instead(*groups: tuple[str, int]) -> Members:
        added = tuple(index for group, count in groups for index in toy.members(group, count))
        return fixed[: len(fixed) - len(added)] + added

    return {
        "fixed": fixed,
        "A9B7": instead(("A9B7", 1)),
        "A12B4": instead(("A12B4", 1)),
        "pure A": instead(("pure-A", 1)),
        "1 pure A + 1 pure B": instead(("pure-A", 1), ("pure-B", 1)),
        "5 pure A + 5 pure B": instead(("pure-A", 5), ("pure-B", 5)),
        "isolated atoms": instead(("isolated", 2)),
        "random": toy.members("random"),
    }


def typical_rigidity(toy: Toy, members: Members) -> float:
    """Geometric mean LPR of the target atoms."""
    return geometric_mean(toy.engine(members).lpr[toy.environments_of(toy.members("target"))])


def fixed_composition(seed: int = 0) -> Outcome:
    """Phenomenon 1: many structures of one composition, then ten times as many."""
    toy, larger = species_toy(seed), species_toy(seed, n_fixed=1000)
    engine = toy.engine(toy.members("fixed"))
    atoms = toy.environments_of(toy.members("target", 1))
    of_a, of_b = atoms[toy.species[atoms] == 0], atoms[toy.species[atoms] == 1]
    total = RigidityEngine([[0.5, 0.5] + [0.0] * 6], toy.means, alpha=toy.alpha, members=toy.members("fixed")).lpr[0]
    limit = 2.0 * toy.alpha
    text = "typical LPR with {} structures, all 8 A and 8 B (twice alpha)"
    return Outcome(
        1,
        "One composition only: 100 structures of 8 A and 8 B, then 1000",
        "More of the same does nothing: the total is rigid, its parts float.",
        (
            found(exactly("fixed-100", text.format(100), limit, LAW, 1e-3), typical_rigidity(toy, engine.members)),
            found(
                exactly("fixed-1000", text.format(1000), limit, LAW, 1e-3),
                typical_rigidity(larger, larger.members("fixed")),
            ),
            found(exactly("share", "regulariser's share", 1.0, LAW, 1e-3), np.min(engine.regulariser_share[atoms])),
            found(
                exactly("correlation", "correlation of an A atom with the B atoms", -1.0, LAW, 1e-3),
                np.max(engine.correlation(int(of_a[0]))[of_b]),
            ),
            found(about("total", "rigidity of the composition itself (number of labels)", 100.0, _NEARLY, 1.25), total),
        ),
    )


def swap_one(seed: int = 0) -> Outcome:
    """Phenomenon 2: one of the hundred structures has another composition."""
    toy = species_toy(seed)
    sets = training_sets(toy)
    names = ("fixed", "A9B7", "A12B4", "pure A")
    rigidity = {name: typical_rigidity(toy, sets[name]) for name in names}
    figures = {"A9B7": (0.014, 700.0), "A12B4": (0.19, 9_000.0), "pure A": (0.5, 24_000.0)}
    findings = []
    for name, (lpr, gain) in figures.items():
        claim = about(f"lpr-{name}", f"typical LPR with one {name} among 99 fixed", lpr, REFERENCE)
        findings.append(found(claim, rigidity[name]))
        claim = about(f"gain-{name}", "the same as a multiple of what it was", gain, REFERENCE)
        findings.append(found(claim, rigidity[name] / rigidity["fixed"]))
    offset = (0.0, 1 / 16, 4 / 16, 8 / 16)
    series = Series("one structure swapped", offset, [rigidity[name] for name in names], marks=True)
    chart = Chart("One swap", "share of A minus one half", "typical LPR", (series,), log_y=True)
    return Outcome(
        2,
        "Swap one structure for one of another composition",
        "A single structure off the common composition is worth more than a thousand on it.",
        tuple(findings),
        (chart,),
    )


def references(seed: int = 0) -> Outcome:
    """Phenomenon 3: pure structures, isolated atoms, or random compositions."""
    toy = species_toy(seed)
    sets = training_sets(toy)
    figures = {"1 pure A + 1 pure B": 0.7, "5 pure A + 5 pure B": 1.1, "isolated atoms": 0.7}
    findings = [
        found(about(name, f"typical LPR with {name}", figure, REFERENCE), typical_rigidity(toy, sets[name]))
        for name, figure in figures.items()
    ]
    claim = between("random", "typical LPR with random compositions", 0.5, 2.8, REFERENCE + ": 1.0 to 1.4")
    findings.append(found(claim, typical_rigidity(toy, sets["random"])))
    return Outcome(
        3,
        "Pure structures, isolated atoms, random compositions",
        "References of a single species pin the zero of each.",
        tuple(findings),
    )


def force_rows(seed: int = 0, count: int = 500) -> Outcome:
    """Phenomenon 4: rows of forces, which have no component on composition counts."""
    toy = species_toy(seed)
    sets = training_sets(toy)
    slopes = np.random.default_rng((seed, 2)).standard_normal((count, toy.features.shape[1]))
    slopes[:, :2] = 0.0
    rows = np.vstack([toy.means, slopes])
    forces = tuple(range(toy.n_structures, toy.n_structures + count))
    target = toy.environments_of(toy.members("target"))

    def with_forces(name: str) -> float:
        engine = RigidityEngine(toy.features[target], rows, alpha=toy.alpha, members=sets[name] + forces)
        return geometric_mean(engine.lpr)

    fixed = with_forces("fixed") / typical_rigidity(toy, sets["fixed"])
    pure = "5 pure A + 5 pure B"
    return Outcome(
        4,
        f"Add {count} rows of forces",
        "Forces sharpen the shape of the energy, never its zero for each species.",
        (
            found(exactly("fixed", "gain at fixed composition", 1.0, LAW, 1e-3), fixed),
            found(about("before", f"typical LPR with {pure}, no forces", 1.0, REFERENCE),
                  typical_rigidity(toy, sets[pure])),
            found(about("after", "the same with forces", 8.6, REFERENCE), with_forces(pure)),
        ),
    )  # fmt: skip


def equal_global_error(seed: int = 0, repeats: int = 20) -> Outcome:
    """Phenomenon 8: models of equal error on totals, and of very different error on atoms."""
    names = {"fixed": "8 A and 8 B only", "A9B7": "one A9B7", "A12B4": "one A12B4"}
    squares = {name: np.zeros(2) for name in names}
    for repeat in range(repeats):
        toy = species_toy(seed + 1000 * repeat)
        held_out = list(toy.members("target"))
        atoms = toy.environments_of(held_out)
        for name, members in training_sets(toy).items():
            if name in names:
                engine = toy.engine(members)
                assert engine.predictions is not None
                assert engine.local_targets is not None
                totals = engine.predictions[held_out] - toy.targets[held_out]
                parts = engine.local_targets[atoms] - toy.local_targets[atoms]
                squares[name] += np.array([np.mean(totals**2), np.mean(parts**2)]) / repeats
    figures = {"fixed": abs(ZEROS[0] - ZEROS[1]) / 2.0, "A9B7": 2.8e-3, "A12B4": 9e-4}
    findings = []
    for name, words in names.items():
        total, part = np.sqrt(squares[name])
        claim = about(f"global-{name}", f"error of the mean per atom of unseen structures, {words}", NOISE, REFERENCE)
        findings.append(found(claim, total))
        claim = about(f"local-{name}", f"error of single atoms, {words}", figures[name], REFERENCE)
        findings.append(found(claim, part))
    ratio = np.sqrt(squares["fixed"][1] / squares["A12B4"][1])
    claim = at_least(
        "contrast", "error of single atoms, fixed composition over one A12B4", 100.0, "two decades or more"
    )
    findings.append(found(claim, ratio))
    return Outcome(
        8,
        "The same error on totals, another on atoms",
        "The error of totals cannot tell whether the parts are right; LPR can.",
        tuple(findings),
    )
