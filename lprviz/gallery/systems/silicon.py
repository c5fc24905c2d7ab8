"""Amorphous silicon as in the published recipe: pristine glass, defective glass, and what training on it changes."""

from __future__ import annotations

import numpy as np

from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.gallery.claims import Chart, Series, at_least, exactly, rises, unchanged
from lprviz.gallery.entry import GalleryEntry, Measured, Study, TrainingSet
from lprviz.gallery.systems.readings import atoms_in, in_groups, median_ratio, spread_out, typical
from lprviz.progress import Tick

NEIGHBOUR = 2.7
"""Distance in angstrom within which the recipe counts neighbours."""

RECIPE = "recipe published by the authors of Chong et al. 2023"
PRISTINE, WITH_DEFECTS = "pristine only", "pristine with defective cells"
N_DEFECTIVE = 5

CLAIMS = (
    exactly("pristine", "share of atoms in pristine cells with four neighbours within 2.7 Å", 1.0, RECIPE, 1e-12),
    at_least("contrast", "typical LPR in defective cells: four-coordinated over other atoms, pristine training", 10.0,
             RECIPE + ': "distinctly high" for the four-coordinated, read as a decade'),
    rises("rise", "median gain of the other atoms when defective cells train", RECIPE + ': "significantly enhanced"'),
    unchanged("stay", "median gain of the four-coordinated atoms", RECIPE + ': "more or less consistent"'),
    rises("prefer", "gain of the other atoms over that of the four-coordinated", RECIPE + ", its point"),
)  # fmt: skip


def coordination(structures: StructureSet) -> np.ndarray:
    """Number of neighbours within 2.7 angstrom of every environment, shape (n_environments,)."""
    from ase.neighborlist import neighbor_list

    counts = [np.bincount(neighbor_list("i", atoms, NEIGHBOUR), minlength=len(atoms)) for atoms in structures]
    return np.concatenate(counts)


def silicon_structures() -> StructureSet:
    """The pristine and the defective amorphous cells of the bundled set."""
    from lprviz.data import load_dataset

    bundled = load_dataset("silicon")
    return bundled.select(in_groups(bundled, "amorphous-pristine", "amorphous-defective"))


def silicon_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    """All pristine cells; then as many, of which one in nine is defective, as in the recipe."""
    pristine = in_groups(structures, "amorphous-pristine")
    defective = spread_out(in_groups(structures, "amorphous-defective"), N_DEFECTIVE)
    kept = pristine[: len(pristine) - N_DEFECTIVE]
    return TrainingSet(PRISTINE, pristine), TrainingSet(WITH_DEFECTS, tuple(sorted(kept + defective)))


def measure_silicon(study: Study, tick: Tick) -> Measured:
    """Rigidity of the defective cells that never train, by coordination."""
    structures = study.structures
    neighbours = coordination(structures)
    pristine = atoms_in(structures, in_groups(structures, "amorphous-pristine"))
    trained = set(study.members[WITH_DEFECTS])
    judged = atoms_in(structures, [s for s in in_groups(structures, "amorphous-defective") if s not in trained])
    before, after = study.lpr(PRISTINE), study.lpr(WITH_DEFECTS)
    four, other = judged & (neighbours == 4), judged & (neighbours != 4)
    tick(1, 1)
    rise, stay = median_ratio(after, before, other), median_ratio(after, before, four)
    values = {
        "pristine": float(np.mean(neighbours[pristine] == 4)),
        "contrast": typical(before[four]) / typical(before[other]),
        "rise": rise,
        "stay": stay,
        "prefer": rise / stay,
    }
    found = [count for count in range(2, 8) if np.count_nonzero(judged & (neighbours == count)) >= 5]
    series = tuple(
        Series(name, found, [typical(lpr[judged & (neighbours == count)]) for count in found], marks=True)
        for name, lpr in ((PRISTINE, before), (WITH_DEFECTS, after))
    )
    chart = Chart("Rigidity by coordination", "neighbours within 2.7 Å", "typical LPR", series, log_y=True)
    counts = ", ".join(f"{np.count_nonzero(judged & (neighbours == count))} with {count}" for count in found)
    return Measured(values, (chart,), (f"Atoms judged, by number of neighbours: {counts}.",))


SILICON = GalleryEntry(
    key="silicon",
    title="Amorphous silicon: defects against pristine glass",
    question="A model has only seen glass in which every atom has four neighbours. What does it know of the others?",
    look_at="Colour a defective cell by LPR: its over- and under-coordinated atoms stand out. Then train on five "
    "defective cells instead of five pristine ones, and colour by the change.",
    dataset="silicon",
    claims=CLAIMS,
    source="The recipe that the authors of the LPR paper publish in their cookbook, in a tenth of its size and on our "
    "own structures: 45 pristine cells against 40 with 5 defective ones, 40 defective cells to judge.",
    load=silicon_structures,
    training=silicon_training,
    measure=measure_silicon,
    hypers=SoapHypers(cutoff=2.85, max_radial=9, max_angular=12, width=0.5, smoothing=0.1),
)
