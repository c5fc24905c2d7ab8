"""What the worker is asked to do, as pure functions of frozen values: read a data set, carry out a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from lprviz.analysis import FittedLPR, LPRAnalysis
from lprviz.analysis.analysis import ScaleKind
from lprviz.analysis.model_spec import ModelSpec
from lprviz.data.feature_files import read_features
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
    plan = _with_backbone(plan)

    def work(tick: Tick) -> Outcome:
        analysis = analysis_of(plan, library, tick)
        return Outcome(plan, analysis, analysis.fit(plan.members))

    return work


def analysis_of(plan: Plan, library: Library, tick: Tick) -> LPRAnalysis:
    """Return the analysis that a plan asks for."""
    structures, settings = plan.dataset.structures, plan.settings
    return LPRAnalysis(
        structures,
        hypers=settings.hypers,
        model=settings.model,
        alpha=plan.alpha,
        scale=cast(ScaleKind, settings.scale),
        representation=library.representation(structures, settings.hypers, settings.model, tick),
    )


def importing(
    plan: Plan, filename: str, payload: bytes, library: Library, options: Mapping[str, Any]
) -> Callable[[Tick], Outcome]:
    """Return work that reads features of another program, hostile until parsed, and fits a model on them.

    ``options`` are further fields of the `ModelSpec`.
    """

    def work(tick: Tick) -> Outcome:
        table = read_features(payload, plan.dataset.structures, name=filename)
        settings = replace(plan.settings, model=ModelSpec.imported(table, **options))
        return carrying_out(replace(plan, settings=settings), library)(tick)

    return work


def retraining(plan: Plan, fit: FittedLPR, *, warm: bool) -> Callable[[Tick], Outcome]:
    """Return work that trains the backbone of a network again, on the present training set."""

    def work(tick: Tick) -> Outcome:
        made = fit.retrain(plan.members, warm=warm, tick=tick)
        settings = replace(plan.settings, model=made.analysis.spec)
        return Outcome(replace(plan, settings=settings), made.analysis, made)

    return work


def _with_backbone(plan: Plan) -> Plan:
    """A network is trained on the training set in force when it is asked for, unless it says otherwise."""
    model = plan.settings.model
    if model.kind != "network" or model.trained_on is not None or not plan.members:
        return plan
    model = model.with_changes(trained_on=plan.members)
    return replace(plan, settings=replace(plan.settings, model=model))


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
    if pool.blocks is not None and changes:
        passes = pool.rank / 2  # rows come in blocks: every form anew, with a triangular root
    if fit.scale == "training" and changes:
        passes = pool.rank
    if alpha != fit.alpha:
        passes += pool.rank  # the first move of the slider decomposes H; later ones are cheaper than this says
    return passes * pass_over_atoms / _FLOPS_PER_SECOND
