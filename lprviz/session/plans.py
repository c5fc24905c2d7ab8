"""What the worker is asked to do, as pure functions of frozen values: read a data set, carry out a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from lprviz.analysis import FittedLPR, LPRAnalysis
from lprviz.analysis.analysis import ScaleKind
from lprviz.data.hypers import SoapHypers
from lprviz.data.reading import read_structures
from lprviz.data.structures import StructureSet
from lprviz.data.upload import read_upload
from lprviz.errors import ModelError
from lprviz.progress import Tick
from lprviz.session.library import Library
from lprviz.session.values import Dataset, Outcome, Plan, Settings

SYNCHRONOUS_SECONDS = 0.25  # an edit estimated to take longer goes to the worker
_FLOPS_PER_SECOND = 5e9  # one BLAS thread, on the cautious side
DEFAULT_ALPHA = 1e-4
DEFAULT_TRAINING_SHARE = 0.8


def reading_bundled(name: str, library: Library) -> Callable[[Tick], Dataset]:
    """Return work that reads a bundled set."""
    return lambda tick: library.dataset(name, tick)


def reading_upload(filename: str, payload: bytes) -> Callable[[Tick], Dataset]:
    """Return work that parses an uploaded file, hostile until parsed."""

    def work(tick: Tick) -> Dataset:
        return dataset_of(read_upload(filename, payload, tick=tick))

    return work


def reading_paths(paths: list[Path]) -> Callable[[Tick], Dataset]:
    """Return work that reads files on the server's own disk, named on its command line."""

    def work(tick: Tick) -> Dataset:
        return dataset_of(read_structures(paths, tick=tick))

    return work


def dataset_of(structures: StructureSet) -> Dataset:
    """Return a data set with the customary start: the first four fifths train, the rest are there to be judged."""
    n_train = max(1, round(DEFAULT_TRAINING_SHARE * structures.n_structures))
    return Dataset(structures, structures.name or "Structures", None, tuple(range(n_train)))


def initial_settings(dataset: Dataset) -> Settings:
    """Return the settings a data set starts with: its card's, or presets for what it holds."""
    hypers = dataset.card.hypers if dataset.card is not None else None
    if hypers is None:
        return Settings(SoapHypers.default_for(dataset.structures))
    return Settings(hypers if isinstance(hypers, SoapHypers) else SoapHypers.from_mapping(dict(hypers)))


def initial_alpha(dataset: Dataset) -> float:
    """Return the alpha a data set starts with."""
    return float(dataset.card.alpha) if dataset.card is not None else DEFAULT_ALPHA


def carrying_out(plan: Plan, library: Library) -> Callable[[Tick], Outcome]:
    """Return work that computes descriptors (or finds them in the library) and fits the training set."""
    structures, settings = plan.dataset.structures, plan.settings

    def work(tick: Tick) -> Outcome:
        analysis = LPRAnalysis(
            structures,
            hypers=settings.hypers,
            alpha=plan.alpha,
            scale=cast(ScaleKind, settings.scale),
            species_columns=settings.species_columns,
            representation=library.representation(structures, settings.hypers, settings.species_columns, tick),
        )
        return Outcome(plan, analysis, analysis.fit(plan.members))

    return work


def moved(fit: FittedLPR, members: tuple[int, ...], alpha: float) -> FittedLPR:
    """Return the fit with these members and this alpha, by the shortest way."""
    now, wanted = set(fit.members), set(members)
    if fit.scale == "training" and not wanted:
        raise ModelError(
            "The training scale is not defined without training structures.",
            "Keep at least one structure in training, or switch to the frozen scale.",
        )
    if now != wanted:
        fit = fit.edit(add=sorted(wanted - now), remove=sorted(now - wanted))
    return fit if fit.alpha == alpha else fit.with_alpha(alpha)


def seconds_to_move(fit: FittedLPR, members: tuple[int, ...], alpha: float) -> float:
    """Estimate what `moved` will cost, from the sizes alone."""
    pool = fit.engine.pool
    pass_over_atoms = 2.0 * pool.n_environments * pool.rank
    changes = len(set(fit.members) ^ set(members))
    passes = min(changes, pool.rank)
    if fit.scale == "training" and changes:
        passes = pool.rank
    if alpha != fit.alpha:
        passes += pool.rank  # the first move of the slider decomposes H; later ones are cheaper than this says
    return passes * pass_over_atoms / _FLOPS_PER_SECOND
