"""Entries of the gallery in a session: opened as data set, model and named training sets; run as a study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lprviz.analysis import LPRAnalysis
from lprviz.progress import Tick
from lprviz.session.values import Dataset, Outcome, Plan, Settings

if TYPE_CHECKING:
    from lprviz.data.cache import DiskCache
    from lprviz.gallery import GalleryEntry, GalleryResult, TrainingSet

RUN = "gallery"


@dataclass(frozen=True)
class OpenEntry:
    """A gallery entry on show, with the training sets it compares."""

    entry: GalleryEntry
    training_sets: tuple[TrainingSet, ...]

    @property
    def study(self) -> str:
        """Key of the study that sets expected against obtained."""
        return f"{RUN}:{self.entry.key}"


@dataclass(frozen=True)
class Opened:
    """What opening an entry ends with."""

    outcome: Outcome
    shown: OpenEntry


def menu() -> dict[str, str]:
    """Return the entries: title to key, in the order of the gallery."""
    from lprviz.gallery import ENTRIES  # its imports are for those who open it

    return {entry.title: entry.key for entry in ENTRIES}


def opening(key: str, cache: DiskCache | None) -> Callable[[Tick], Opened]:
    """Return work that loads an entry's data, computes its representation and fits its first training set."""

    def work(tick: Tick) -> Opened:
        from lprviz.gallery import gallery_entry

        entry = gallery_entry(key)
        study = entry.study(cache=cache, tick=tick)
        first = study.training_sets[0]
        plan = _plan(entry, study.analysis, first)
        outcome = Outcome(plan, study.analysis, study.analysis.fit(first.members))
        return Opened(outcome, OpenEntry(entry, study.training_sets))

    return work


def running(key: str, cache: DiskCache | None) -> Callable[[Tick], GalleryResult]:
    """Return work that computes what an entry claims."""

    def work(tick: Tick) -> GalleryResult:
        from lprviz.gallery import gallery_entry, run

        return run(gallery_entry(key), tick, cache=cache)

    return work


def _plan(entry: GalleryEntry, analysis: LPRAnalysis, first: TrainingSet) -> Plan:
    dataset = Dataset(analysis.structures, entry.title, None, first.members)
    settings = Settings(analysis.hypers, analysis.spec, analysis.scale)
    return Plan(dataset, settings, first.members, analysis.alpha, f"Training set: {first.name}")
