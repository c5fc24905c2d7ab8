"""The state of a session: what views watch, and the values it starts with."""

from __future__ import annotations

from typing import TypeVar, cast

import param

from lprviz.analysis import FittedLPR
from lprviz.session import plans
from lprviz.session.gallery import OpenEntry
from lprviz.session.history import History
from lprviz.session.quantities import Context
from lprviz.session.studies import Studies
from lprviz.session.values import Activity, Dataset, Picture, Pin, Problem, Selection, Settings, Timing

T = TypeVar("T")


def observed(default: T, doc: str) -> T:
    """Declare a parameter that views may watch, under the type of its value."""
    return cast(T, param.Parameter(default, doc=doc))


class SessionState(param.Parameterized):
    """State that views read. Every parameter holds a frozen value, replaced whole."""

    dataset: Dataset | None = observed(None, "What is loaded.")
    settings: Settings | None = observed(None, "Representation and scale in force.")
    members: tuple[int, ...] = observed((), "Training structures asked for, sorted.")
    alpha: float = observed(plans.DEFAULT_ALPHA, "Regulariser asked for.")
    fit: FittedLPR | None = observed(None, "The state that is shown.")
    picture: Picture | None = observed(None, "What every view colours by.")
    colour_by: str = observed("lpr", "Quantity asked for.")
    selection: Selection = observed(Selection(), "What is looked at.")
    history: History = observed(History(), "Undo and redo.")
    entry: OpenEntry | None = observed(None, "Entry of the gallery on show, if one is.")
    pins: tuple[Pin, ...] = observed((), "States kept for comparison, oldest first.")
    pin: Pin | None = observed(None, "The pin that is compared with.")
    compared: Pin | None = observed(None, "The pin that is compared with it; None for the present state.")
    camera: tuple[float, ...] = observed((), "Sixteen numbers, column by column; empty for the default view.")
    studies: Studies = observed({}, "Answers that took background work, by question.")
    component: str = observed("", "Component whose rigidity atoms can be coloured by.")
    committee: str = observed("bootstrap", "Kind of committee atoms can be coloured by.")
    activity: Activity | None = observed(None, "Background work under way.")
    problem: Problem | None = observed(None, "What went wrong last, until dismissed.")
    timing: Timing = observed(Timing(), "Cost of the last edit.")

    def _context(self, fit: FittedLPR, known: Studies) -> Context:
        assert self.dataset is not None
        picked, structures = self.selection.picked, self.dataset.structures
        return Context(structures, fit, self.pin, picked, known, self.component, self.committee, self.compared)

    @property
    def context(self) -> Context | None:
        """What quantities look at; None before there is a fit."""
        return None if self.fit is None or self.dataset is None else self._context(self.fit, self.studies)
