"""`Session`: the intents of one browser window (or script).

A view calls an intent (``session.add_structures([3, 7])``). The session either answers at once (a toggle is
milliseconds) or hands a frozen request to its worker and, when woken, drains the reply on its own event loop.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lprviz.errors import LprvizError
from lprviz.jobs import Request
from lprviz.session import edits, gallery, plans
from lprviz.session.keeping import Keeping
from lprviz.session.quantities import follows_pick
from lprviz.session.values import NO_ENVIRONMENTS, Dataset, Plan, Selection, Settings


class Session(Keeping):
    """What a person can ask of lprviz; the only writer of the state that views read.

    Parameters are those of `Machinery`.
    """

    # -- loading ----------------------------------------------------------------------------------------------------

    def load_bundled(self, name: str) -> None:
        """Load a bundled data set by name."""
        self._read(Request("read", f"Reading {name}", plans.reading_bundled(name, self._library)))

    def load_upload(self, filename: str, payload: bytes) -> None:
        """Load an uploaded file; nothing changes unless it can be used."""
        self._read(Request("read", "Reading the uploaded file", plans.reading_upload(filename, payload)))

    def load_paths(self, paths: Iterable[str | Path]) -> None:
        """Load files from the server's own disk."""
        self._read(Request("read", "Reading structures", plans.reading_paths([Path(p) for p in paths])))

    def open_entry(self, key: str) -> None:
        """Open an entry of the gallery: its data, model and first training set."""
        self._read(Request("entry", "Opening the gallery entry", gallery.opening(key, self._library.cache)))

    def use_training_set(self, name: str) -> None:
        """Train on one of the named training sets of the open entry."""
        known = {} if self.entry is None else {each.name: each.members for each in self.entry.training_sets}
        if name in known:
            self.set_members(known[name], f"Training set: {name}")

    def load_dataset(self, dataset: Dataset) -> None:
        """Load structures that are in memory already."""
        self._accept_dataset(dataset)

    def commit_settings(self, settings: Settings) -> None:
        """Compute the data set again with another model; the present state stays until that is done."""
        if self.dataset is None:
            return
        if settings != self.settings or self.fit is None:
            self._pursue(Plan(self.dataset, settings, self.members, self.alpha, "Changed the model"))

    def load_features(self, filename: str, payload: bytes, **options: Any) -> None:
        """Model the data set on per-atom features that another program computed, from an uploaded file.

        Options are further fields of the `lprviz.analysis.ModelSpec`.
        """
        if self.dataset is not None and self.settings is not None:
            plan = Plan(self.dataset, self.settings, self.members, self.alpha, "Imported features")
            work = plans.importing(plan, filename, payload, self._library, options)
            self._pursue(plan, "Reading the features", work)

    def retrain(self, *, warm: bool = True) -> None:
        """Train the network's backbone again on the present training set, from where it is or from scratch."""
        if self.dataset is None or self.settings is None or self.fit is None:
            return
        plan = Plan(self.dataset, self.settings, self.members, self.alpha, "Trained the network again")
        self._pursue(plan, "Training the network", plans.retraining(plan, self.fit, warm=warm))

    # -- the training set -------------------------------------------------------------------------------------------

    def add_structures(self, structures: Iterable[int]) -> None:
        """Take structures into training; those already in stay."""
        self._edit(lambda n: edits.adding(self.members, structures, n))

    def remove_structures(self, structures: Iterable[int]) -> None:
        """Take structures out of training; those already out stay."""
        self._edit(lambda n: edits.removing(self.members, structures, n))

    def toggle_structure(self, structure: int) -> None:
        """Switch one structure in or out."""
        verb = self.remove_structures if structure in self.members else self.add_structures
        verb([structure])

    def set_members(self, members: Iterable[int], label: str) -> None:
        """Train on exactly these structures."""
        self._edit(lambda n: edits.choosing(members, n, label))

    def add_random(self, n: int, seed: int | None = None) -> None:
        """Take ``n`` structures, drawn at random from those left out, into training."""
        self._edit(lambda total: edits.adding_random(self.members, n, total, seed))

    def add_group(self, group: str) -> None:
        """Take every structure of a group into training."""
        self.add_structures(self.structures_in(group))

    def remove_group(self, group: str) -> None:
        """Take every structure of a group out of training."""
        self.remove_structures(self.structures_in(group))

    def reset(self) -> None:
        """Go back to the training set the data set came with."""
        if self.dataset is not None:
            self.set_members(self.dataset.initial_members, "Reset to the initial training set")

    def undo(self) -> None:
        """Go one state back."""
        self._go_to(self.history.moved(-1))

    def redo(self) -> None:
        """Go one state forward."""
        self._go_to(self.history.moved(+1))

    def set_alpha(self, alpha: float) -> None:
        """Set the regulariser; live."""
        if not (np.isfinite(alpha) and alpha > 0):
            self._complain(LprvizError("alpha must be a positive number.", "Try 1e-4."))
            return
        before, self.alpha = self.alpha, float(alpha)
        if not self._reach("Moving alpha"):
            self.alpha = before

    def return_to(self, entry_id: int) -> None:
        """Go to a state of the history, on whatever branch; alpha and model stay as they are."""
        self._go_to(self.history.at(entry_id))

    # -- what is looked at ------------------------------------------------------------------------------------------

    def colour(self, quantity: str, *, component: str | None = None, committee: str | None = None) -> None:
        """Colour atoms by another quantity, or by another of its kinds."""
        self.param.update(
            colour_by=quantity, component=component or self.component, committee=committee or self.committee
        )
        self._repaint()

    def show_structure(self, structure: int) -> None:
        """Look at a structure; a picked atom of another one is let go."""
        if self.dataset is None or structure == self.selection.structure:
            return
        bounded = int(np.clip(structure, 0, self.dataset.structures.n_structures - 1))
        self.selection = replace(self.selection, structure=bounded, picked=None)

    def pick(self, environment: int | None, *, extend: bool = False) -> None:
        """Pick an environment (its structure is shown), extend the group by it, or let go with None."""
        if self.dataset is None:
            return
        if environment is None:
            self.selection = replace(self.selection, picked=None, group=NO_ENVIRONMENTS)
            return
        structure, _ = self.dataset.structures.of(environment)
        group = np.setxor1d(self.selection.group, [environment]) if extend else self.selection.group
        self.selection = Selection(structure, environment, group.astype(np.intp))
        if follows_pick(self.colour_by):
            self._repaint()

    def look_from(self, camera: Iterable[float]) -> None:
        """Note where the picture is looked at from: sixteen numbers as the viewer gives them, none for its own."""
        numbers = tuple(float(each) for each in camera)
        if len(numbers) in (0, 16) and np.isfinite(numbers).all() and numbers != self.camera:
            self.camera = numbers

    def walk(self, step: int) -> None:
        """Pick the next (+1) or previous (-1) atom of the shown structure, from least to most rigid."""
        if self.dataset is None or self.fit is None:
            return
        offsets, structure = self.dataset.structures.offsets, self.selection.structure
        first, last = int(offsets[structure]), int(offsets[structure + 1])
        order = first + np.argsort(self.fit.lpr[first:last], kind="stable")
        picked = self.selection.picked
        if picked is None:
            self.pick(int(order[0 if step > 0 else -1]))
        else:
            place = int(np.flatnonzero(order == picked)[0])
            self.pick(int(order[(place + step) % order.size]))

    def select_environments(self, environments: Iterable[int]) -> None:
        """Select a group of environments."""
        group = np.unique(np.fromiter(environments, dtype=np.intp))
        self.selection = replace(self.selection, group=group)

    def structures_in(self, group: str) -> list[int]:
        """Return the structures of a group."""
        groups = self.dataset.structures.groups if self.dataset is not None else ()
        return [i for i, name in enumerate(groups) if name == group]

    # -- background work --------------------------------------------------------------------------------------------

    def study(self, key: str) -> None:
        """Ask a question that takes background work; see `lprviz.session.studies`. The answer comes into `studies`."""
        known = self.studies.get(key)
        if self.fit is None or (known is not None and known.fit is self.fit):
            return
        self._wanted_study = key
        self.drain()

    def cancel(self) -> None:
        """Give up background work; the last good state stays."""
        self._worker.cancel()
        self._wanted_study = self._studying = ""
        given_up = self._plan is not None or self._refitting
        self._plan, self._refitting, self._reading = None, False, False
        if given_up:
            self._return_to_shown()
        self._settle_activity()

    def report_drawn(self, upload_ms: float, draw_ms: float) -> None:
        """Note what the browser needed to show the last picture."""
        if self.timing.draw is None:  # later draws, of another structure or quantity, are not what the edit cost
            self.timing = replace(self.timing, upload=upload_ms, draw=draw_ms)

    def close(self) -> None:
        """End the session's worker."""
        self._worker.close()
