"""The machinery of a session: one writer that reaches the state asked for, at once or through its worker.

The old state stays until the new one is complete, so cancelling, undo and errors need no clean-up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import param

from lprviz.analysis import FittedLPR
from lprviz.errors import LprvizError
from lprviz.jobs import InlineWorker, Reply, Request, Runner
from lprviz.progress import Tick
from lprviz.session import edits, plans, studies
from lprviz.session.gallery import OpenEntry
from lprviz.session.history import History
from lprviz.session.library import Library
from lprviz.session.metrics import metrics_of
from lprviz.session.pictures import element_picture, marked_stale, most_telling, paint
from lprviz.session.problems import Problems
from lprviz.session.quantities import Context, study_for
from lprviz.session.values import (
    Activity,
    Dataset,
    Outcome,
    Plan,
    Scales,
    Selection,
    Study,
    Timing,
    settings_key,
)

_LABELS = {"network": "Training the network", "sparse-kernel": "Choosing sparse points"}


class Machinery(Problems):
    """Reaches the state asked for: edits at once, the rest through a worker whose replies are drained.

    Parameters
    ----------
    worker_factory : callable, optional
        Given a wake-up callback, returns a `lprviz.jobs.Runner`; by default everything runs at once, inline.
    library : Library, optional
        Data sets and representations shared with other sessions of the process.
    report : callable, optional
        Told of unexpected errors (with their traceback), for the server's log.
    """

    def __init__(
        self,
        worker_factory: Callable[[Callable[[], None]], Runner] = InlineWorker,
        *,
        wake: Callable[[], None] = lambda: None,
        library: Library | None = None,
        report: Callable[[BaseException], None] = lambda error: None,
    ) -> None:
        super().__init__(report)
        self._library = library if library is not None else Library()
        self._plan: Plan | None = None  # what the worker is working towards, if anything
        self._request: Request | None = None  # and how
        self._reading = False  # the worker is reading a file
        self._refitting = False  # the worker is moving the shown fit to `members` and `alpha`
        self._wanted_study = ""  # a question that waits for the worker to be free
        self._studying = ""  # the question that the worker is at
        self._scales: Scales = {}
        self._opening_scales: Scales = {}
        self._untouched = self.selection  # where the picture starts; a person's own choice is never overruled
        self._worker = worker_factory(wake)

    def drain(self) -> None:
        """Apply what the worker has ready. Called on the session's own event loop; cheap when there is nothing."""
        for reply in self._worker.take_replies():
            self._apply(reply)
        self._begin_study()
        self._show_progress()

    # -- inside -----------------------------------------------------------------------------------------------------

    def _submit(self, request: Request) -> None:
        self.problem = None
        self._wanted_study, self._studying = self._wanted_study or self._studying, ""  # it has to wait, or start again
        self._worker.submit(request)
        self.drain()

    def _read(self, request: Request) -> None:
        self._reading = True
        self._submit(request)

    def _pursue(self, plan: Plan, label: str = "", work: Callable[[Tick], Outcome] | None = None) -> None:
        self._plan, self._refitting = plan, False
        label = label or _LABELS.get(plan.settings.model.kind, "Computing descriptors")
        self._request = Request("represent", label, work or plans.carrying_out(plan, self._library))
        self._submit(self._request)

    def _begin_study(self) -> None:
        """Start the question that waits, if the worker has nothing better to do."""
        key, fit = self._wanted_study, self.fit
        busy = self._plan is not None or self._refitting or self._reading or bool(self._studying)
        if not key or fit is None or busy:
            return
        self._wanted_study, self._studying = "", key
        try:
            work = studies.work_of(key, fit, self._library.cache)
        except LprvizError as error:
            self._studying = ""
            self._complain(error)
            return
        self._worker.submit(Request("study", studies.label_of(key), work))
        for reply in self._worker.take_replies():  # an inline worker has it ready
            self._apply(reply)

    def _edit(self, change: Callable[[int], edits.Edit]) -> None:
        if self.dataset is None:
            return
        try:
            edit = change(self.dataset.structures.n_structures)
        except LprvizError as error:
            self._complain(error)
            return
        if edit.members == self.members:
            return
        self._move_to(edit.members, edit.label, self.history.push(edit.label, edit.members))

    def _go_to(self, history: History) -> None:
        if history is self.history or history.current is None:
            return
        self._move_to(history.current.members, history.current.label, history)

    def _move_to(self, members: tuple[int, ...], label: str, history: History) -> None:
        before = self.members
        with param.parameterized.batch_call_watchers(self):  # views see members, fit and picture change together
            self.members = members
            if self._reach(label):
                self.history = history
                self._note_metrics()
            else:
                self.members = before

    def _reach(self, label: str) -> bool:
        """Bring the shown fit to the asked members and alpha, at once or through the worker; False if it cannot be."""
        fit, members, alpha = self.fit, self.members, self.alpha
        if self._plan is not None and self.dataset is self._plan.dataset:
            # Descriptors depend on neither: what is asked for now is applied when they are there.
            self._plan = replace(self._plan, members=members, alpha=alpha)
            return True
        if fit is None or (self._refitting and self._reading):
            return True  # the file comes first; should it fail, the fit is taken up again
        if self._refitting or self._should_hand_over(plans.seconds_to_move(fit, members, alpha)):
            self._refitting = True
            self._submit(Request("fit", label, lambda tick: plans.moved(fit, members, alpha)))
            return True
        started = time.perf_counter()
        try:
            moved = plans.moved(fit, members, alpha)
        except LprvizError as error:
            self._complain(error)
            return False
        self._show(moved, (time.perf_counter() - started) * 1e3)
        return True

    def _should_hand_over(self, seconds: float) -> bool:
        """Slow work goes to the worker, unless that would take it from the loading of another data set."""
        return seconds > plans.SYNCHRONOUS_SECONDS and self._worker.progress is None

    def _show(self, fit: FittedLPR, compute_ms: float) -> None:
        assert self.dataset is not None
        # Another alpha shifts everything: its colours start from the opening scale, and are back when alpha is.
        scales = self._scales if self.fit is None or fit.alpha == self.fit.alpha else self._opening_scales
        known = studies.followed(self.studies, fit)
        picture, self._scales = paint(self._context(fit, known), self.colour_by, scales)
        stale = self._plan is not None or self._refitting
        shown = replace(picture, stale=stale)
        self.param.update(fit=fit, picture=shown, timing=Timing(compute_ms), problem=None, studies=known)
        self._ask_for_study()

    def _ask_for_study(self) -> None:
        """What atoms are to be coloured by may need work first."""
        if self.context is not None and (key := study_for(self.colour_by, self.context)):
            self._wanted_study = key
            self._begin_study()

    def _repaint(self) -> None:
        if self.dataset is None or self.picture is None:
            return
        if self.fit is None:
            self.picture = element_picture(self.dataset.structures, stale=True)
            return
        picture, self._scales = paint(self._context(self.fit, self.studies), self.colour_by, self._scales)
        self.picture = replace(picture, stale=self.picture.stale)
        self._ask_for_study()

    def _apply(self, reply: Reply) -> None:
        self._reading = False
        if reply.error is not None:
            self._fail(reply)
        else:
            self._takers()[reply.request.kind](reply)

    def _takers(self) -> dict[str, Callable[[Reply], None]]:
        """Who takes a reply, by the kind of its request; classes built on this one add their own kinds."""
        return {
            "read": lambda reply: self._accept_dataset(reply.value),
            "represent": lambda reply: self._accept_outcome(reply.value, reply.seconds),
            "entry": self._accept_entry,
            "fit": self._accept_fit,
            "study": lambda reply: self._accept_study(reply.value),
        }

    def _accept_entry(self, reply: Reply) -> None:
        self._plan = None  # whatever was under way is of another data set
        self._accept_outcome(reply.value.outcome, reply.seconds, reply.value.shown)

    def _accept_fit(self, reply: Reply) -> None:
        self._refitting = False
        self._show(reply.value, reply.seconds * 1e3)
        self._note_metrics()

    def _note_metrics(self) -> None:
        """The state on show is measured once, when it is reached."""
        fit, entry = self.fit, self.history.current
        if fit is not None and entry is not None and entry.metrics is None and entry.members == fit.members:
            self.history = self.history.measured(metrics_of(fit), fit.alpha, settings_key(self.settings))

    def _accept_study(self, study: Study) -> None:
        self._studying = ""
        if self.fit is None or study.fit.analysis is not self.fit.analysis:
            return
        brought = studies.followed({study.key: study}, self.fit) if study.fit is not self.fit else {study.key: study}
        self.studies = {**self.studies, **brought}
        self._repaint()

    def _accept_dataset(self, dataset: Dataset) -> None:
        settings = plans.initial_settings(dataset)
        plan = Plan(dataset, settings, dataset.initial_members, plans.initial_alpha(dataset), "Initial training set")
        if self.dataset is None:  # nothing to lose: show the structures while their descriptors are computed
            self._untouched = Selection(edits.first_outside(plan.members, dataset.structures.n_structures))
            self.param.update(
                dataset=dataset,
                settings=settings,
                members=plan.members,
                alpha=plan.alpha,
                selection=self._untouched,
                picture=element_picture(dataset.structures, stale=True),
            )
        self._pursue(plan)

    def _accept_outcome(self, outcome: Outcome, seconds: float, entry: OpenEntry | None = None) -> None:
        asked = self._plan
        plan = outcome.plan if asked is None or asked.dataset is not outcome.plan.dataset else asked
        try:
            fit = plans.moved(outcome.fit, plan.members, plan.alpha)
        except LprvizError as error:
            self._complain(error)
            plan, fit = outcome.plan, outcome.fit
        same = self.dataset is plan.dataset and self.fit is not None
        known = self.dataset is plan.dataset and self.selection is not self._untouched
        selection = self.selection if known else Selection(most_telling(fit, plan.dataset.structures.offsets))
        self._plan, self._scales = None, {}
        keys = {each.key for each in outcome.analysis.components()}
        component = self.component if self.component in keys else ""
        pins, pin, compared = (self.pins, self.pin, self.compared) if same else ((), None, None)
        context = Context(plan.dataset.structures, fit, pin, selection.picked, {}, component, self.committee, compared)
        picture, self._scales = paint(context, self.colour_by, {})
        self._opening_scales = self._scales
        self.param.update(
            dataset=plan.dataset,
            settings=outcome.plan.settings,  # a network notes there what its backbone was trained on
            members=plan.members,
            alpha=plan.alpha,
            component=component,
            studies={},
            entry=entry or (self.entry if self.dataset is plan.dataset else None),
            fit=fit,
            picture=picture,
            selection=selection,
            pins=pins,
            pin=pin,
            compared=compared,
            camera=self.camera if self.dataset is plan.dataset else (),
            history=self.history if same else History.starting(plan.history_label, plan.members),
            timing=Timing(seconds * 1e3),
            problem=None,
        )
        self._note_metrics()
        self._ask_for_study()

    def _fail(self, reply: Reply) -> None:
        assert reply.error is not None
        if reply.request.kind in ("entry", "restore"):
            self._complain(reply.error)
            self._resume()
            return
        if reply.request.kind == "study":
            self._studying = ""
            self._complain(reply.error)
            return
        self._plan, self._refitting = (self._plan, self._refitting) if reply.request.kind == "read" else (None, False)
        if reply.request.kind != "read":
            self._return_to_shown()
        self._complain(reply.error)
        self._resume()

    def _return_to_shown(self) -> None:
        """What was asked for is given up: members, alpha and history are again those of the fit on show."""
        shown = self.fit
        if shown is not None:
            history = self.history.returned_to(shown.members)
            self.param.update(members=shown.members, alpha=shown.alpha, history=history)

    def _resume(self) -> None:
        """A file that cannot be read takes the worker from what it was doing; go on with that."""
        problem = self.problem
        if self._plan is not None and self._request is not None:
            self._submit(self._request)
        elif self._refitting:
            self._reach("Updating the fit")
        self.problem = problem

    def _show_progress(self) -> None:
        progress = self._worker.progress
        if progress is None:
            self._settle_activity()
            return
        self.activity = Activity(progress.label, progress.fraction, progress.remaining_seconds())
        self._mark_stale(self._plan is not None or self._refitting)

    def _settle_activity(self) -> None:
        self.activity = None
        unfinished = self.fit is None and self.dataset is not None
        self._mark_stale(unfinished or self._plan is not None or self._refitting)

    def _mark_stale(self, stale: bool) -> None:
        marked = marked_stale(self.picture, stale)
        if marked is not self.picture:  # param takes any assignment for news, and the poll comes every second
            self.picture = marked
