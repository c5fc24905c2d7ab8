"""Carbon: two phases side by side, always in equal parts or in varied ones, and a motif thin or concentrated."""

from __future__ import annotations

import numpy as np

from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.gallery.claims import Chart, Series, about, rises
from lprviz.gallery.entry import GalleryEntry, Measured, Study, TrainingSet
from lprviz.gallery.systems.readings import Mask, atoms_in, in_groups, spread_out, typical
from lprviz.progress import Tick

EQUAL, VARIED, PURE = "always half glass", "varied proportion", "with cells of diamond"
THIN, DENSE, WHOLE = "glass: five cells with least", "glass: five cells with most", "glass: five whole cells"
N_EQUAL, N_PURE, N_GLASS = 8, 3, 5

PROPORTIONS = "environment toy, phenomenon 7"
CONCENTRATION = "environment toy, phenomenon 9"

CLAIMS = (
    rises("diamond", "typical LPR of atoms in pure diamond: varied proportion over equal", PROPORTIONS),
    rises("glass", "typical LPR of atoms in pure glass: varied proportion over equal", PROPORTIONS),
    rises("mean-glass", "rigidity of glass as a whole: varied proportion over equal", PROPORTIONS),
    rises("difference", "rigidity of diamond less glass: varied proportion over equal", PROPORTIONS),
    rises("pure", "typical LPR of atoms in diamond: three whole cells of it over none", PROPORTIONS),
    rises("dense", "rigidity of glass as a whole: five cells with most of it over five with least", CONCENTRATION),
    about("square", "the same over the ratio of squared shares of glass, as which it should grow", 1.0, CONCENTRATION),
    rises("dense-atoms", "typical LPR of atoms in glass: five cells with most of it over five with least",
          CONCENTRATION),
)  # fmt: skip

_DISORDER = (
    "The glass as a whole does rise. A single atom of it differs from the mean glass, and a few cells say little "
    "about that difference: disorder limits it (phenomenon 5), which the toy's {} leaves out."
)
DISAGREEMENTS = {"glass": _DISORDER.format("narrow phase"), "dense-atoms": _DISORDER.format("single defect")}

_BOND, _NEIGHBOURS = 1.85, 4


def carbon_structures() -> StructureSet:
    """The bundled set, without graphite and vacancies."""
    from lprviz.data import load_dataset

    bundled = load_dataset("carbon")
    return bundled.select(in_groups(bundled, "diamond", "amorphous-dense", "mixed-half", "mixed-varied"))


def glass_share(structures: StructureSet) -> np.ndarray:
    """Share of atoms of each structure that are not in diamond's surroundings, shape (n_structures,).

    Diamond is four neighbours within 1.85 angstrom, each of which has four as well: what a glance can tell.
    """
    from ase.neighborlist import neighbor_list

    shares = []
    for atoms in structures:
        centre, neighbour = neighbor_list("ij", atoms, _BOND)
        four = np.bincount(centre, minlength=len(atoms)) == _NEIGHBOURS
        firm = np.bincount(centre, weights=four[neighbour], minlength=len(atoms))
        shares.append(1.0 - np.mean(four & (firm == _NEIGHBOURS)))
    return np.array(shares)


def carbon_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    """Eight cells of nearly equal, of varied and of partly pure content; diamond with five cells that hold glass.

    Cells made half and half have between 0 and 74 % of glass after their dynamics; only those nearest their median,
    within a few per cent of each other, keep the premise that the proportion is fixed.
    """
    share = glass_share(structures)
    made_half = in_groups(structures, "mixed-half")
    middle = np.median(share[list(made_half)])
    equal = sorted(made_half, key=lambda index: abs(share[index] - middle))[:N_EQUAL]
    varied = tuple(sorted(in_groups(structures, "mixed-varied"), key=lambda index: share[index]))
    mixed = sorted((index for index in (*made_half, *varied) if share[index] > 0.0), key=lambda index: share[index])
    host = in_groups(structures, "diamond")[::2]
    sets = {
        EQUAL: equal,
        VARIED: spread_out(varied, N_EQUAL),
        PURE: [*equal[:-N_PURE], *spread_out(host, N_PURE)],
        THIN: [*host, *mixed[:N_GLASS]],
        DENSE: [*host, *mixed[-N_GLASS:]],
        WHOLE: [*host, *spread_out(in_groups(structures, "amorphous-dense")[::2], N_GLASS)],
    }
    return tuple(TrainingSet(name, tuple(sorted(members))) for name, members in sets.items())


def measure_carbon(study: Study, tick: Tick) -> Measured:
    """Rigidity of pure cells that never train."""
    structures = study.structures
    trained = set().union(*study.members.values())
    diamond, glass = (
        atoms_in(structures, [s for s in in_groups(structures, group) if s not in trained])
        for group in ("diamond", "amorphous-dense")
    )
    lpr = {}
    for done, name in enumerate(study.members):
        lpr[name] = study.lpr(name)
        tick(done, len(study.members))
    equal, varied = study.fitted(EQUAL), study.fitted(VARIED)
    of_diamond, of_glass = np.flatnonzero(diamond), np.flatnonzero(glass)
    dense = study.fitted(DENSE).group_rigidity(of_glass) / study.fitted(THIN).group_rigidity(of_glass)
    values = {
        "diamond": typical(lpr[VARIED][diamond]) / typical(lpr[EQUAL][diamond]),
        "glass": typical(lpr[VARIED][glass]) / typical(lpr[EQUAL][glass]),
        "mean-glass": varied.group_rigidity(of_glass) / equal.group_rigidity(of_glass),
        "difference": varied.difference_rigidity(of_diamond, of_glass)
        / equal.difference_rigidity(of_diamond, of_glass),
        "pure": typical(lpr[PURE][diamond]) / typical(lpr[EQUAL][diamond]),
        "dense": dense,
        "square": dense / (_added_glass(study, DENSE) / _added_glass(study, THIN)) ** 2,
        "dense-atoms": typical(lpr[DENSE][glass]) / typical(lpr[THIN][glass]),
    }
    return Measured(values, (_chart(study, glass),), _shares(study))


def _added_glass(study: Study, name: str) -> float:
    """Root mean square share of glass in the cells that are not the diamond host."""
    cells = [index for index in study.members[name] if study.structures.groups[index] != "diamond"]
    return float(np.sqrt(np.mean(glass_share(study.structures.select(cells)) ** 2)))


def _chart(study: Study, glass: Mask) -> Chart:
    names = (THIN, DENSE, WHOLE)
    shares = [_added_glass(study, name) for name in names]
    whole = [study.fitted(name).group_rigidity(np.flatnonzero(glass)) for name in names]
    atoms = [typical(study.lpr(name)[glass]) for name in names]
    series = (Series("glass as a whole", shares, whole, marks=True), Series("its atoms", shares, atoms, marks=True))
    return Chart("Concentration", "share of glass in five cells", "rigidity", series, log_y=True)


def _shares(study: Study) -> tuple[str, ...]:
    share = glass_share(study.structures)
    low, high = (share[list(study.members[name])] for name in (EQUAL, VARIED))
    return (
        f"Share of glass: {low.min():.0%} to {low.max():.0%} in the cells of equal proportion, {high.min():.0%} to "
        f"{high.max():.0%} in those of varied proportion.",
    )


CARBON = GalleryEntry(
    key="carbon",
    title="Carbon: two phases, and how they are mixed",
    question="Cells hold diamond and glass side by side. Does it matter whether the proportion varies?",
    look_at="Colour a pure cell by LPR with cells of equal proportion in training, pin it, then swap them for cells "
    "of varied proportion and colour by the change.",
    dataset="carbon",
    claims=CLAIMS,
    source="Phenomena 7 and 9 of the environment toy, in direction; Chong et al. 2023 treat carbon.",
    load=carbon_structures,
    training=carbon_training,
    measure=measure_carbon,
    disagreements=DISAGREEMENTS,
    hypers=SoapHypers(cutoff=2.6, max_radial=6, max_angular=6, width=0.35, smoothing=0.3),
)
