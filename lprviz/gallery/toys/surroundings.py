"""Phenomena of structure, on the environment toy: 5, 6, 7, 9 and 11."""

from __future__ import annotations

import numpy as np

from lprviz.gallery.claims import Chart, Series, about, at_most, between, exactly
from lprviz.gallery.toys.environments import (
    WIDTH,
    CoordinateBatch,
    crystals,
    defect_toy,
    disorder_toy,
    disordered,
    environment_toy,
    phase_toy,
)
from lprviz.gallery.toys.outcome import LAW, REFERENCE, Outcome, found
from lprviz.gallery.toys.toy import geometric_mean

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SIZE_FIGURES = (3.8, 2.1, 1.1, 0.55, 0.32, 0.16, 0.081, 0.042, 0.022)
"""Typical LPR for structures of each of these sizes."""

_KNOWN = "figures known beforehand"


def order_and_disorder(seed: int = 0) -> Outcome:
    """Phenomenon 5: structures of random atoms, of equal atoms, and a few of the latter among the former."""
    toy = disorder_toy(seed)
    assert toy.coordinates is not None
    target = toy.environments_of(toy.members("target"))
    in_crystals = toy.environments_of(toy.members("crystal", 5))
    sets = {
        "disordered": toy.members("disordered"),
        "crystal": toy.members("crystal"),
        "mixed": toy.members("disordered", 95) + toy.members("crystal", 5),
    }
    lpr = {name: toy.engine(members).lpr for name, members in sets.items()}
    reach = np.abs(toy.coordinates[target, None] - toy.coordinates[in_crystals][None]).min(axis=1)
    elsewhere = target[reach > WIDTH]
    order = np.argsort(toy.coordinates[target])
    t = toy.coordinates[target][order]
    words = {"disordered": "100 disordered", "crystal": "100 crystals", "mixed": "95 disordered, 5 crystals"}
    series = tuple(Series(words[name], t.tolist(), lpr[name][target][order].tolist()) for name in lpr)
    return Outcome(
        5,
        "Disordered structures against crystals of 64 equal atoms",
        "A structure made of one environment is a direct label of it.",
        (
            found(about("disordered", "typical LPR, 100 disordered structures", 0.083, REFERENCE),
                  geometric_mean(lpr["disordered"][target])),
            found(about("crystals", "typical LPR, 100 crystals", 3.75, REFERENCE),
                  geometric_mean(lpr["crystal"][target])),
            found(between("inside", "LPR at the environments of 5 crystals among 95 disordered", 1.0, 2.16,
                          REFERENCE + ": 1.08, and at least 1 by law"), geometric_mean(lpr["mixed"][in_crystals])),
            found(about("elsewhere", "typical LPR away from them", 0.09, REFERENCE),
                  geometric_mean(lpr["mixed"][elsewhere])),
        ),
        (Chart("LPR along the coordinate", "t", "LPR", series, log_y=True),),
    )  # fmt: skip


def smaller_structures(seed: int = 0) -> Outcome:
    """Phenomenon 6: a hundred structures of 1 to 256 atoms."""
    rigidity, structure = [], []
    for size in SIZES:
        rng = np.random.default_rng((seed, size))
        batches = (
            CoordinateBatch("train", disordered(rng, 100, size)),
            CoordinateBatch("target", disordered(rng, 500, 1)),
        )
        toy = environment_toy("Size", batches, seed=seed)
        engine = toy.engine(toy.members("train"))
        rigidity.append(geometric_mean(engine.lpr[toy.environments_of(toy.members("target"))]))
        structure.append(geometric_mean(engine.structure_rigidity[list(toy.members("train"))]))
    findings = [
        found(about(f"lpr-{size}", f"typical LPR, structures of {size} atoms", figure, REFERENCE), value)
        for size, figure, value in zip(SIZES, SIZE_FIGURES, rigidity, strict=True)
    ]
    slope = np.polyfit(np.log(SIZES[3:]), np.log(rigidity[3:]), 1)[0]
    claim = between("slope", "slope of log LPR in log size, from 8 atoms on", -1.03, -0.83, _KNOWN + ": −0.93")
    findings.append(found(claim, slope))
    text = "rigidity of structures as wholes: largest over smallest"
    findings.append(found(at_most("spread", text, 2.0, _KNOWN + ": 5 to 7"), max(structure) / min(structure)))
    chart = Chart(
        "Local information goes as 1/N",
        "atoms per structure",
        "rigidity",
        (
            Series("LPR of atoms", SIZES, rigidity, marks=True),
            Series("rigidity of structures", SIZES, structure, marks=True),
        ),
        log_x=True,
        log_y=True,
    )
    return Outcome(
        6,
        "Smaller structures",
        "A label is shared by all atoms of its structure: what each learns goes as one over their number.",
        tuple(findings),
        (chart,),
    )


def proportions(seed: int = 0) -> Outcome:
    """Phenomenon 7: two phases always in equal parts, and in varied ones."""
    toy = phase_toy(seed)
    half = toy.members("half")
    sets = {
        "half": half,
        "near-half": toy.members("near-half"),
        "any": toy.members("any"),
        "pure": half[:95] + toy.members("pure-A"),
    }
    parts = {name: toy.environments_of(toy.members(f"target-{name}")) for name in "AB"}
    lpr = {name: toy.engine(members).lpr for name, members in sets.items()}
    both = np.concatenate(list(parts.values()))
    figures = {"half": (2e-4, "always 32 + 32"), "near-half": (0.26, "45 to 55 %"), "any": (0.65, "0 to 100 %")}
    findings = [
        found(about(name, f"typical LPR, {words}", figure, REFERENCE), geometric_mean(lpr[name][both]))
        for name, (figure, words) in figures.items()
    ]
    for phase, figure in (("A", 0.8), ("B", 0.56)):
        claim = about(f"pure-{phase}", f"typical LPR of phase {phase}, 5 cells of pure A among 95", figure, REFERENCE)
        findings.append(found(claim, geometric_mean(lpr["pure"][parts[phase]])))
    return Outcome(
        7,
        "Two phases, always half and half, or in varied proportion",
        "Vary the proportions: what always comes together cannot be told apart.",
        tuple(findings),
    )


def rare_defect(seed: int = 0) -> Outcome:
    """Phenomenon 9: ten of a hundred structures hold a defect, thinly or densely."""
    toy = defect_toy(seed)
    host = toy.members("host")
    defect = toy.environments_of(toy.members("target"))
    figures = {0: 5e-5, 1: 0.0022, 8: 0.12, 32: 2.0}
    findings, obtained = [], []
    for count, figure in figures.items():
        members = host if count == 0 else host[:90] + toy.members(f"defects-{count}")
        obtained.append(geometric_mean(toy.engine(members).lpr[defect]))
        where = "nowhere" if count == 0 else f"{count} of 64 atoms in 10 of 100 structures"
        findings.append(
            found(about(f"defects-{count}", f"LPR of the defect: {where}", figure, REFERENCE), obtained[-1])
        )
    series = Series("LPR of the defect", [1 / 64, 1 / 8, 1 / 2], obtained[1:], marks=True)
    chart = Chart("Concentration", "share of defects in ten structures", "LPR", (series,), log_x=True, log_y=True)
    return Outcome(
        9,
        "A rare defect, thin or concentrated",
        "Concentration beats count.",
        tuple(findings),
        (chart,),
    )


def one_label(seed: int = 0) -> Outcome:
    """Phenomenon 11: one atom of the targets gets a direct label."""
    rng = np.random.default_rng(seed)
    direct = crystals(rng, 1, 1)
    batches = (CoordinateBatch("train", disordered(rng, 100)), CoordinateBatch("direct", direct))
    toy = environment_toy("A direct label", batches, seed=seed)
    engine = toy.engine(toy.members("train"))
    atom = int(toy.environments_of(toy.members("direct"))[0])
    gain = engine.add(toy.members("direct")[0]).lpr[atom] - engine.lpr[atom]
    return Outcome(
        11,
        "Give one atom a direct label",
        "That is the unit: LPR counts labels.",
        (found(exactly("gain", "LPR gained by the atom", 1.0, LAW, 1e-9), gain),),
    )
