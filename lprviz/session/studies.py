"""Questions about a fit that take background work, by key; a study starts when the worker is free and can be cancelled.

=====================  ==============================================================================
key                    answer
=====================  ==============================================================================
``features``           True once the features are at hand, which correlations and groups may need
``component:KEY``      `ComponentResult` of the component with that key; it then follows every edit
``committee:KIND``     `CommitteeResult` of 32 members
``seeds``              `SeedNoise` of a network trained from four seeds
``forces``             `ForceEffect`: LPR with the forces in training and without; asked again after each edit
``gains``              what each structure outside training would be worth, in decades of mean LPR
``gallery:KEY``        `GalleryResult`: what the entry expects against what is obtained
``alpha``              `AlphaCurve`: cross-validation errors of all regularisers; seconds where forces train
=====================  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lprviz.analysis import FittedLPR
from lprviz.analysis.component_rigidity import ComponentResult
from lprviz.data.cache import DiskCache
from lprviz.errors import ModelError
from lprviz.progress import Tick
from lprviz.session.gains import gains_in_decades
from lprviz.session.gallery import RUN, running
from lprviz.session.values import Study

FEATURES = "features"
SEEDS = "seeds"
ALPHA = "alpha"
GAINS = "gains"
FORCES = "forces"
COMPONENT, COMMITTEE = "component", "committee"
MEMBERS = 32

Studies = Mapping[str, Study]


def label_of(key: str) -> str:
    """Return what a person reads while a study runs."""
    kind, _, name = key.partition(":")
    return {
        FEATURES: "Fetching the features",
        COMPONENT: "Projecting the component",
        COMMITTEE: f"Training a committee ({name})",
        SEEDS: "Training from other seeds",
        FORCES: "Fitting without forces",
        GAINS: "Working out predicted gains",
        RUN: "Setting expected against obtained",
        ALPHA: "Trying regularisers",
    }[kind]


def work_of(key: str, fit: FittedLPR, cache: DiskCache | None = None) -> Callable[[Tick], Study]:
    """Return the work of a study, for the worker."""
    kind, _, name = key.partition(":")
    answer = running(name, cache) if kind == RUN else _answering(key, fit)
    return lambda tick: Study(key, fit, answer(tick))


def _answering(key: str, fit: FittedLPR) -> Callable[[Tick], Any]:
    kind, _, name = key.partition(":")
    if kind == FEATURES:
        return lambda tick: fit.analysis.pool_with_features(tick=tick) is not None
    if kind == FORCES:
        return lambda tick: fit.force_effect()
    if kind == GAINS:
        return lambda tick: gains_in_decades(fit, tick)
    if kind == COMPONENT:
        return lambda tick: fit.component_rigidity(name, tick=tick)
    if kind == COMMITTEE and name == "posterior":
        return lambda tick: fit.shallow_ensemble(MEMBERS, tick=tick)
    if kind == COMMITTEE:
        return lambda tick: fit.committee(name, MEMBERS, tick=tick)
    if kind == SEEDS:
        return lambda tick: fit.seed_noise(tick=tick)
    if kind == ALPHA:
        return lambda tick: fit.alpha_curve(tick=tick)
    raise ModelError(f"There is no study {key!r}.", "Choose one that the panels offer.")


def followed(studies: Studies, fit: FittedLPR) -> Studies:
    """Return the studies that still mean something for another fit of the same analysis; some follow it."""
    kept: dict[str, Study] = {}
    for key, study in studies.items():
        if study.fit.analysis is not fit.analysis or (key == FORCES and study.fit is not fit):
            continue
        if isinstance(study.value, ComponentResult):
            kept[key] = Study(key, fit, study.value.follow(fit))
        else:
            kept[key] = study
    return kept
