"""Organic molecules: small against large, elements never seen, and what free atoms settle."""

from __future__ import annotations

import numpy as np

from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.gallery.claims import Chart, Series, at_least, at_most, rises, unchanged
from lprviz.gallery.entry import GalleryEntry, Measured, Study, TrainingSet
from lprviz.gallery.systems.readings import atoms_in, in_groups, of_species, typical
from lprviz.progress import Tick

HYDROCARBONS, WITH_OXYGEN, WITH_FREE = "hydrocarbons", "with molecules of oxygen", "with four free atoms"
FIXED, FIXED_FREE = "only two hydrogens per carbon", "the same with four free atoms"
SMALL, LARGE, ALL = "the 60 smallest molecules", "the 60 largest molecules", "all molecules"

LAW = "exact law"
SIZE = "environment toy, phenomenon 6: local information goes as 1/N"
UNSEEN = "theory: what no training structure holds is set by the prior"
FREE = "species toy, phenomenon 3: references of one species pin its zero"
BOUNDS = {"C": 2.5, "H": 10.0}
"""LPR over alpha that no carbon, no hydrogen can exceed where every training molecule is CₙH₂ₙ.

The species columns hold 1/sqrt(2); the unit vector (2, -1)/sqrt(5) over (C, H) in them has no component on a mean of
one carbon and two hydrogens, 2/sqrt(10) on a carbon and 1/sqrt(10) on a hydrogen, and 1/LPR >= (component)^2/alpha.
"""

CLAIMS = (
    rises("size", "typical LPR of the training atoms: 60 smallest over 60 largest molecules", SIZE),
    at_least("oxygen-unseen", "smallest regulariser's share of an oxygen, hydrocarbons only", 0.9, UNSEEN),
    at_least("nitrogen-unseen", "smallest regulariser's share of a nitrogen, hydrocarbons only", 0.9, UNSEEN),
    rises("oxygen-rises", "typical gain of oxygens from molecules with oxygen", UNSEEN),
    unchanged("nitrogen-stays", "typical gain of nitrogens from the same", UNSEEN),
    at_least("shares", "typical LPR, all molecules: hydrogen (most frequent) over nitrogen (least)", 1.0,
             "more atoms, more information"),
    at_most("bound-C", "largest LPR of a carbon over alpha, molecules CₙH₂ₙ only", BOUNDS["C"], LAW),
    at_most("bound-H", "largest LPR of a hydrogen over alpha, molecules CₙH₂ₙ only", BOUNDS["H"], LAW),
    at_least("lifted", "share of carbons and hydrogens above these bounds, with the four free atoms", 0.9, FREE),
    rises("free-NO", "typical gain of nitrogens and oxygens from the free atoms, hydrocarbons in training", FREE),
    rises("free-HC", "typical gain of hydrogens and carbons from the same", FREE),
)  # fmt: skip

DISAGREEMENTS = {
    "free-HC": "Hydrocarbons have many ratios of hydrogen to carbon, from 1:1 in ethyne to 4:1 in methane, which pin "
    "both zeros already (phenomenon 3, random compositions): free atoms come too late. Where the ratio is fixed, they "
    "do lift the bound, as an earlier row says.",
}


def molecule_structures() -> StructureSet:
    """The bundled set."""
    from lprviz.data import load_dataset

    return load_dataset("molecules")


def molecule_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    """Hydrocarbons, what is added to them, and molecules by size."""
    hydrocarbons = in_groups(structures, "hydrocarbon")
    free = in_groups(structures, "isolated-atom")
    molecules = sorted(set(range(structures.n_structures)) - set(free), key=lambda index: structures.sizes[index])
    sets = {
        HYDROCARBONS: hydrocarbons,
        WITH_OXYGEN: hydrocarbons + in_groups(structures, "with-oxygen"),
        WITH_FREE: hydrocarbons + free,
        FIXED: _two_hydrogens_per_carbon(structures, hydrocarbons),
        FIXED_FREE: _two_hydrogens_per_carbon(structures, hydrocarbons) + free,
        SMALL: tuple(molecules[:60]),
        LARGE: tuple(molecules[-60:]),
        ALL: tuple(molecules),
    }
    return tuple(TrainingSet(name, tuple(sorted(members))) for name, members in sets.items())


def _two_hydrogens_per_carbon(structures: StructureSet, members: tuple[int, ...]) -> tuple[int, ...]:
    carbons = {index: np.count_nonzero(structures[index].numbers == 6) for index in members}
    return tuple(index for index in members if 3 * carbons[index] == structures.sizes[index])


def measure_molecules(study: Study, tick: Tick) -> Measured:
    """Rigidity by species and by size of molecule, of the atoms in molecules."""
    structures = study.structures
    molecules = atoms_in(structures, study.members[ALL])
    element = {symbol: molecules & of_species(structures, symbol) for symbol in ("H", "C", "N", "O")}
    lpr = {}
    for done, name in enumerate(study.members):
        lpr[name] = study.lpr(name)
        tick(done, len(study.members))
    share = study.fitted(HYDROCARBONS).regulariser_share

    def gain(name: str, *symbols: str) -> float:
        where = np.any([element[symbol] for symbol in symbols], axis=0)
        return typical(lpr[name][where] / lpr[HYDROCARBONS][where])

    own = {name: typical(lpr[name][atoms_in(structures, study.members[name])]) for name in (SMALL, LARGE)}
    values = {
        "size": own[SMALL] / own[LARGE],
        "oxygen-unseen": float(share[element["O"]].min()),
        "nitrogen-unseen": float(share[element["N"]].min()),
        "oxygen-rises": gain(WITH_OXYGEN, "O"),
        "nitrogen-stays": gain(WITH_OXYGEN, "N"),
        "shares": typical(lpr[ALL][element["H"]]) / typical(lpr[ALL][element["N"]]),
        **_bounds(study, element),
        "free-HC": gain(WITH_FREE, "H", "C"),
        "free-NO": gain(WITH_FREE, "N", "O"),
    }
    return Measured(values, (_chart(element, lpr),), (_sizes(study),))


def _bounds(study: Study, element: dict[str, np.ndarray]) -> dict[str, float]:
    """LPR over alpha in molecules CₙH₂ₙ that train, against what it can be at most."""
    own = atoms_in(study.structures, study.members[FIXED])
    largest, above = {}, []
    for symbol, bound in BOUNDS.items():
        where = own & element[symbol]
        fixed, free = (study.lpr(name)[where] / study.analysis.alpha for name in (FIXED, FIXED_FREE))
        largest[f"bound-{symbol}"] = float(fixed.max())
        above.append(free > bound)
    return {**largest, "lifted": float(np.mean(np.concatenate(above)))}


def _chart(element: dict[str, np.ndarray], lpr: dict[str, np.ndarray]) -> Chart:
    names = (HYDROCARBONS, WITH_FREE, WITH_OXYGEN, ALL)
    series = tuple(
        Series(name, [typical(lpr[name][where]) for where in element.values()], range(len(element)), marks=True)
        for name in names
    )
    rows = tuple(f"{symbol}, {np.count_nonzero(where)} atoms" for symbol, where in element.items())
    return Chart("Rigidity by element", "typical LPR", "element", series, log_x=True, categories=rows)


def _sizes(study: Study) -> str:
    small, large = (np.mean(study.structures.sizes[list(study.members[name])]) for name in (SMALL, LARGE))
    return f"The smallest molecules have {small:.1f} atoms on average, the largest {large:.1f}."


MOLECULES = GalleryEntry(
    key="molecules",
    title="Organic molecules: size, elements and free atoms",
    question="Hydrocarbons train. What is known of oxygen, of nitrogen, and of each atom of a large molecule?",
    look_at="Colour acetaldehyde by LPR: its oxygen was never seen. Add the four free atoms, then the molecules with "
    "oxygen, and see how far each gets you.",
    dataset="molecules",
    claims=CLAIMS,
    source="Phenomena 3 and 6 of the toys, in direction; Chong et al. 2023 treat small organic molecules. The bounds "
    "are ours, and exact.",
    load=molecule_structures,
    training=molecule_training,
    measure=measure_molecules,
    disagreements=DISAGREEMENTS,
    hypers=SoapHypers(cutoff=3.0, max_radial=3, max_angular=3, width=0.5, smoothing=0.5),
)
