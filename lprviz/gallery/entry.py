"""`GalleryEntry`: one phenomenon on one data set, what to expect of it, and how to check that."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.analysis.fitted import FittedLPR
from lprviz.analysis.model_spec import ModelSpec
from lprviz.core.arrays import FloatArray
from lprviz.data.cache import DiskCache
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.errors import LprvizError, ModelError
from lprviz.gallery.claims import Chart, Claim, Finding, Section, confront
from lprviz.progress import Tick, no_tick, phase


@dataclass(frozen=True)
class TrainingSet:
    """A named training set of an entry."""

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Study:
    """An entry's data and representation, ready to be trained on any of its training sets."""

    analysis: LPRAnalysis
    training_sets: tuple[TrainingSet, ...]
    _fitted: dict[str, FittedLPR] = field(default_factory=dict, repr=False)

    @property
    def structures(self) -> StructureSet:
        """The data set."""
        return self.analysis.structures

    @cached_property
    def members(self) -> Mapping[str, tuple[int, ...]]:
        """Structures of each training set, by its name."""
        return {each.name: each.members for each in self.training_sets}

    def fitted(self, name: str) -> FittedLPR:
        """The model trained on one of the training sets.

        Raises
        ------
        ModelError
            If there is no such training set.
        """
        if name not in self.members:
            raise ModelError(f"There is no training set {name!r}.", f"Choose one of {', '.join(self.members)}.")
        if name not in self._fitted:
            self._fitted[name] = self.analysis.fit(self.members[name])
        return self._fitted[name]

    def lpr(self, name: str) -> FloatArray:
        """LPR of every environment under one of the training sets."""
        return self.fitted(name).lpr


@dataclass(frozen=True)
class Measured:
    """What an entry's measurement gives: a value for each claim, charts, and what should be said about them.

    Toys give whole sections instead, since each of their phenomena states its own claims.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class GalleryEntry:
    """One phenomenon on one data set.

    Attributes
    ----------
    key, title, question, look_at : str
        Short name; a title; what is asked; what to look at once it is open.
    dataset : str
        Name of the bundled set, or of the toy.
    model : ModelSpec or None
        What is trained; None where a toy brings features of its own.
    hypers : SoapHypers or None
        The descriptor, where there is one.
    alpha : float
        Regulariser.
    claims : tuple of Claim
        What is expected, fixed before anything is computed; empty where a toy's phenomena state their own.
    source : str
        Where the expectation comes from.
    load : callable
        () -> StructureSet.
    training : callable
        StructureSet -> tuple of TrainingSet; the first is the one to open with.
    measure : callable
        (Study, Tick) -> Measured, with a value for each claim.
    disagreements : mapping of str to str
        Claims that our data is known not to bear out, by key, and why: said beside the claim, whose range stays.
    needs : str or None
        Package that must be installed for this entry alone.
    prepare : callable or None
        () -> LPRAnalysis, where a descriptor and a ModelSpec are not the whole story.
    """

    key: str
    title: str
    question: str
    look_at: str
    dataset: str
    claims: tuple[Claim, ...]
    source: str
    load: Callable[[], StructureSet]
    training: Callable[[StructureSet], tuple[TrainingSet, ...]]
    measure: Callable[[Study, Tick], Measured]
    model: ModelSpec | None = field(default_factory=ModelSpec)
    hypers: SoapHypers | None = None
    alpha: float = 1e-4
    disagreements: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], LPRAnalysis] | None = None
    needs: str | None = None

    def study(self, *, cache: DiskCache | None = None, tick: Tick = no_tick) -> Study:
        """Load the data and compute the representation: all that a dashboard needs to open this entry."""
        if self.prepare is not None:
            analysis = self.prepare()
        else:
            model = self.model if self.model is not None else ModelSpec()
            analysis = LPRAnalysis(self.load(), hypers=self.hypers, model=model, alpha=self.alpha, cache=cache)
        analysis.prepare(tick=tick)
        return Study(analysis, self.training(analysis.structures))

    def __repr__(self) -> str:
        return f"GalleryEntry({self.key!r}: {self.title}; {len(self.claims)} claims)"


@dataclass(frozen=True, eq=False, repr=False)
class GalleryResult:
    """An entry with what was obtained.

    Attributes
    ----------
    entry : GalleryEntry
    sections : tuple of Section
        Expected against obtained, in the order of the claims, with charts; one section, or one per phenomenon.
    notes : tuple of str
        What to know when reading them.
    sizes : mapping of str to int
        Numbers of ``structures`` and of ``environments``.
    training_sizes : mapping of str to int
        Structures of each training set, by name.
    seconds : float
        Time taken.
    problem : str
        Why nothing was computed, and what to do about it; "" where all is well.
    """

    entry: GalleryEntry
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    sizes: Mapping[str, int]
    training_sizes: Mapping[str, int]
    seconds: float
    problem: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all sections."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def n_holding(self) -> int:
        """Number of claims that hold."""
        return sum(finding.holds for finding in self.findings)

    def remark(self, finding: Finding) -> str:
        """Why a claim does not hold, where that is known; "" where it holds."""
        return "" if finding.holds else self.entry.disagreements.get(finding.claim.key, "")

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Claims that do not hold, and nobody knows why: the gallery's alarm."""
        return tuple(finding for finding in self.findings if not finding.holds and not self.remark(finding))

    def __repr__(self) -> str:
        return f"GalleryResult({self.entry.key!r}: {self.n_holding} of {len(self.findings)} claims hold)"


def run(entry: GalleryEntry, tick: Tick = no_tick, *, cache: DiskCache | None = None) -> GalleryResult:
    """Compute what an entry claims and set it beside what was expected.

    Parameters
    ----------
    entry : GalleryEntry
    tick : Tick
        One rising progress; may cancel.
    cache : DiskCache, optional
        Where to look for representations.

    Raises
    ------
    ModelError
        If the entry needs a package that is not installed.
    """
    started = time.perf_counter()
    study = entry.study(cache=cache, tick=phase(tick, 0.0, 0.6))
    measured = entry.measure(study, phase(tick, 0.6, 1.0))
    tick(1, 1)
    sizes = {"structures": study.structures.n_structures, "environments": study.structures.n_environments}
    sections = measured.sections or (Section("", "", confront(entry.claims, measured.values), measured.charts),)
    training = {each.name: len(each.members) for each in study.training_sets}
    return GalleryResult(entry, sections, measured.notes, sizes, training, time.perf_counter() - started)


def not_run(entry: GalleryEntry, problem: LprvizError) -> GalleryResult:
    """The result of an entry that could not be computed, for a report that goes on to the others."""
    return GalleryResult(entry, (), (), {}, {}, 0.0, str(problem))
