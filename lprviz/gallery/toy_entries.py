"""The toys as entries: the fourteen phenomena, and the seven points."""

from __future__ import annotations

import numpy as np

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.data.structures import StructureSet
from lprviz.gallery.claims import Chart, Section, Series, about, at_least, at_most, confront
from lprviz.gallery.entry import GalleryEntry, Measured, Study, TrainingSet
from lprviz.gallery.systems.readings import in_groups
from lprviz.gallery.toys import as_analysis, as_structures, disorder_toy, phenomenon, species_toy
from lprviz.gallery.toys.composition import training_sets
from lprviz.gallery.toys.seven_points import ALPHA, MODELS, NOISE, POINTS, Band, labels, seven_points, seven_points_toy
from lprviz.progress import Tick, ticking

OF_SPECIES = (1, 2, 3, 4, 8, 13)
OF_ENVIRONMENTS = (5, 6, 7, 9, 10, 11, 12, 14)

_LAW = "exact law"
_AWAY = "arXiv 2403.02251: bands open away from the points"


def _phenomena(numbers: tuple[int, ...], tick: Tick) -> Measured:
    sections = []
    for number in ticking(numbers, tick):
        outcome = phenomenon(number)
        title = f"{number}. {outcome.title}"
        sections.append(Section(title, outcome.teaches, outcome.findings, outcome.charts))
        tick(len(sections), len(numbers))
    return Measured(sections=tuple(sections))


def _species_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    return tuple(TrainingSet(name, tuple(sorted(each))) for name, each in training_sets(species_toy()).items())


def _species_analysis() -> LPRAnalysis:
    return as_analysis(species_toy())


def _disorder_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    disordered, crystal = in_groups(structures, "disordered"), in_groups(structures, "crystal")
    return (
        TrainingSet("100 disordered", disordered),
        TrainingSet("100 crystals", crystal),
        TrainingSet("95 disordered, 5 crystals", disordered[:95] + crystal[:5]),
    )


def _disorder_analysis() -> LPRAnalysis:
    return as_analysis(disorder_toy())


def _points_training(structures: StructureSet) -> tuple[TrainingSet, ...]:
    return (TrainingSet("seven points", in_groups(structures, "labelled")),)


def _points_analysis() -> LPRAnalysis:
    return as_analysis(seven_points_toy())


SPECIES_TOY = GalleryEntry(
    key="toy-species",
    title="Toy: two species, and what a composition tells",
    question="When every structure has as many A as B, what is known of an A?",
    look_at="With fixed compositions in training every bead is soft, however many there are. Swap one structure for "
    "one of another composition, and all of them rise.",
    dataset="toy: atoms of two species, three numbers for the surroundings of each",
    claims=(),
    source="Figures found beforehand with other draws of the same toy, and laws; alpha 1e-5.",
    load=lambda: as_structures(species_toy()),
    training=_species_training,
    measure=lambda study, tick: _phenomena(OF_SPECIES, tick),
    model=None,
    alpha=1e-5,
    prepare=_species_analysis,
)

ENVIRONMENT_TOY = GalleryEntry(
    key="toy-environments",
    title="Toy: one coordinate per atom, and how structures mix them",
    question="A label is the mean over a structure. Which structures tell most about each atom?",
    look_at="Train on disordered structures, pin, then on crystals, and colour by the change.",
    dataset="toy: one coordinate seen through 25 Gaussians",
    claims=(),
    source="Figures found beforehand with other draws of the same toy, and laws; alpha 1e-4.",
    load=lambda: as_structures(disorder_toy()),
    training=_disorder_training,
    measure=lambda study, tick: _phenomena(OF_ENVIRONMENTS, tick),
    model=None,
    prepare=_disorder_analysis,
)

_POINT_CLAIMS = (
    at_most("labelled", "widest band at a labelled point, in units of the label noise", 1.0, _LAW),
    at_most("cubic-weights", "sum of the points' leverages, cubic: at most its four weights", 4.0, _LAW),
    at_most("gaussian-weights", "the same for two Gaussians: at most their six weights", 6.0, _LAW),
    at_most("network-weights", "the same for the network: at most the seven labels", 7.0, _LAW),
    *(
        at_least(f"gap-{model}", f"band half-way between clusters over that in them, {model}", 2.0, _AWAY)
        for model in MODELS
    ),
    about("same-fit", "largest misfit at the labels over the noise, all three models", 1.0, "all fit the labels", 3.0),
    at_least("models", "widest over narrowest band of the three models at x = 1.5", 2.0,
             "a band is conditional on its model"),
)  # fmt: skip


def _measure_points(study: Study, tick: Tick) -> Measured:
    """Bands of the three models at the points, between the clusters and beyond them."""
    bands = {}
    for model in MODELS:
        bands[model] = seven_points(model)
        tick(len(bands), len(MODELS))
    sums = {model: float(np.sum(1.0 / band.at_points)) for model, band in bands.items()}
    beyond = [float(band.sigma[-1]) for band in bands.values()]
    misfit = max(_misfit(model) for model in MODELS)
    values = {
        "labelled": max(float(np.max(band.at_points**-0.5)) for band in bands.values()),
        "cubic-weights": sums["cubic"],
        "gaussian-weights": sums["two Gaussians"],
        "network-weights": sums["network"],
        **{f"gap-{model}": _opening(band) for model, band in bands.items()},
        "same-fit": misfit / NOISE,
        "models": max(beyond) / min(beyond),
    }
    charts = tuple(_band_chart(band) for band in bands.values())
    return Measured(sections=(Section("", "", confront(_POINT_CLAIMS, values), charts),))


def _opening(band: Band) -> float:
    """Narrower of the bands half-way between clusters, over the widest at their centres."""
    between, inside = (-0.375, 0.37), (-0.775, 0.04, 0.715)
    at = [float(np.interp(x, band.x, band.sigma)) for x in (*between, *inside)]
    return min(at[:2]) / max(at[2:])


def _misfit(model: str) -> float:
    return float(np.max(np.abs(seven_points(model, x=POINTS).prediction - labels())))


def _band_chart(band: Band) -> Chart:
    shown = slice(30, 271, 3)
    curve = Series(
        band.model,
        band.x[shown].tolist(),
        band.prediction[shown].tolist(),
        low=(band.prediction - 2.0 * band.sigma)[shown].tolist(),
        high=(band.prediction + 2.0 * band.sigma)[shown].tolist(),
    )
    known = Series("labels", POINTS.tolist(), labels().tolist(), marks=True, joined=False)
    return Chart(f"{band.model}, with twice its standard deviation", "x", "y", (curve, known), limits=(-0.3, 1.7))


SEVEN_POINTS = GalleryEntry(
    key="seven-points",
    title="Toy: seven points, three models, three bands",
    question="Three models fit the same seven points. Are they equally sure of what lies between?",
    look_at="Each band is narrow where labels are, by law, and opens between the clusters; beyond them the models "
    "part: what a model is sure of depends on the model.",
    dataset="toy: y = cos² x at seven points",
    claims=_POINT_CLAIMS,
    source="The toy of Bigi et al. 2024 (arXiv 2403.02251), in our own words: points and target are theirs.",
    load=lambda: as_structures(seven_points_toy()),
    training=_points_training,
    measure=_measure_points,
    model=None,
    alpha=ALPHA,
    prepare=_points_analysis,
)
