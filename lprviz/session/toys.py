"""Toys in a session: opened ready made, since their features are their own; beads can be dragged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import param

from lprviz.analysis import LPRAnalysis
from lprviz.errors import LprvizError
from lprviz.jobs import Reply, Request
from lprviz.progress import Tick
from lprviz.session.previews import Previewing
from lprviz.session.state import observed
from lprviz.session.values import Dataset, Outcome, Plan, Settings

if TYPE_CHECKING:
    from lprviz.gallery.toys import Toy


@dataclass(frozen=True, eq=False)
class OpenToy:
    """The toy on show.

    Attributes
    ----------
    name : str
    seed : int
    toy : Toy
    alpha_unit : float
        The toy's own regulariser is this many times the one of the session, whose features are scaled.
    dataset : Dataset
        What the session shows of it; another one means that the toy was left.
    """

    name: str
    seed: int
    toy: Toy
    alpha_unit: float
    dataset: Dataset


@dataclass(frozen=True)
class OpenedToy:
    """What opening a toy ends with."""

    outcome: Outcome
    shown: OpenToy


def opening_toy(name: str, seed: int) -> Callable[[Tick], OpenedToy]:
    """Return work that makes a toy and trains it on the group it opens with."""

    def work(tick: Tick) -> OpenedToy:
        from lprviz.gallery.toys.named import named_toy

        chosen = named_toy(name)
        toy = chosen.make(seed)
        return opened(name, seed, toy, toy.members(chosen.opens_with))

    return work


def opened(name: str, seed: int, toy: Toy, members: tuple[int, ...], alpha: float | None = None) -> OpenedToy:
    """Return a toy as a data set with a model that is trained on some of its structures, at its own alpha or another.

    ``alpha`` is in the toy's units.
    """
    from lprviz.gallery.toys.beads import as_analysis

    analysis: LPRAnalysis = as_analysis(toy)
    unit = analysis.representation.scale**2
    dataset = Dataset(analysis.structures, toy.title, None, members)
    settings = Settings(analysis.hypers, analysis.spec, analysis.scale)
    fit = analysis.fit(members)
    if alpha is not None:
        fit = fit.with_alpha(alpha / unit)
    plan = Plan(dataset, settings, members, fit.alpha, f"Toy: {toy.title}")
    return OpenedToy(Outcome(plan, analysis, fit), OpenToy(name, seed, toy, unit, dataset))


class Toying(Previewing):
    """The intents about toys."""

    toy: OpenToy | None = observed(None, "The toy opened last; see `open_toy`.")

    @property
    def open_toy(self) -> OpenToy | None:
        """The toy on show, or None where something else is."""
        return self.toy if self.toy is not None and self.dataset is self.toy.dataset else None

    def load_toy(self, name: str, seed: int = 0) -> None:
        """Open a toy by name, with the training set it starts from; see `lprviz.gallery.toys.named`."""
        self._read(Request("toy", "Opening the toy", opening_toy(name, seed)))

    def move_bead(self, environment: int, coordinate: float) -> None:
        """Give an environment of the toy another coordinate; the label of its structure follows, training stays."""
        before = self.open_toy
        if before is None:
            return
        from lprviz.gallery.toys.environments import moved

        started = time.perf_counter()
        try:
            toy = moved(before.toy, environment, coordinate)
            made = opened(before.name, before.seed, toy, self.members, self.alpha * before.alpha_unit)
        except LprvizError as error:
            self._complain(error)
            return
        plan, fit = made.outcome.plan, made.outcome.fit
        with param.parameterized.batch_call_watchers(self):
            self.param.update(toy=made.shown, dataset=plan.dataset, settings=plan.settings, alpha=fit.alpha, studies={})
            self._show(fit, (time.perf_counter() - started) * 1e3)

    def _takers(self) -> dict[str, Callable[[Reply], None]]:
        return {**super()._takers(), "toy": self._accept_toy}

    def _accept_toy(self, reply: Reply) -> None:
        self._plan = None  # whatever was under way is of another data set
        self.toy = reply.value.shown
        self._accept_outcome(reply.value.outcome, reply.seconds)
