"""Sharing, saving and scripting what a session shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import param

from lprviz.errors import LprvizError
from lprviz.jobs import Reply, Request
from lprviz.session.quantities import ELEMENT, QUANTITIES
from lprviz.session.records.file import from_file
from lprviz.session.records.link import from_link
from lprviz.session.records.record import ColourRecord, SessionRecord
from lprviz.session.records.restoring import Restored, restoring
from lprviz.session.records.taking import Snapshot, snapshot_of
from lprviz.session.scripts import script_of
from lprviz.session.toys import Toying
from lprviz.session.values import Problem

_COMMITTEES = ("bootstrap", "randomised-prior", "posterior")


class Keeping(Toying):
    """The intents that take a session out of a browser window, and bring one back."""

    def snapshot(self) -> Snapshot:
        """The state at this moment as frozen values, which any thread may write down.

        Raises
        ------
        ModelError
            If nothing is loaded yet.
        """
        return snapshot_of(self)

    def link_state(self) -> str:
        """A short text for a link: data set, model, training set, alpha, view, colours and pins; not the history.

        Raises
        ------
        ModelError
            If nothing is loaded yet, or the state is too large for a link.
        """
        return self.snapshot().as_link()

    def open_link(self, text: str) -> None:
        """Bring back what a link stands for; nothing changes unless it can be had here."""
        self._open("Opening the link", lambda: from_link(text))

    def save_file(self, *, embed: bool | None = None) -> bytes:
        """The whole state as a session file (JSON): history, pins, imported features, versions and content hashes.

        Parameters
        ----------
        embed : bool, optional
            Whether the structures themselves go into it, so that it opens on another machine; by default where they
            do not come with lprviz.

        Notes
        -----
        Networks are not in it: they are trained again from their seed when the file is opened, which gives the same
        one on the same machine. One that was trained further (a warm start) comes back as trained from scratch, and
        the session says so wherever the numbers differ.

        Raises
        ------
        ModelError
            If nothing is loaded yet, or the file would be too large to be opened.
        """
        return self.snapshot().as_file(embed)

    def open_file(self, content: bytes) -> None:
        """Bring back a session file; hostile until parsed, and nothing changes unless it can be used."""
        self._open("Opening the session file", lambda: from_file(content))

    def as_python(self) -> str:
        """A script that computes what is on show again, with the public package alone.

        Raises
        ------
        ModelError
            If nothing is computed yet.
        """
        return script_of(self)

    def _open(self, label: str, parse: Callable[[], SessionRecord]) -> None:
        try:
            record = parse()
        except LprvizError as error:
            self._complain(error)
            return
        features = None if self.settings is None else self.settings.model.features
        work = restoring(record, self._library, self.dataset, features)
        self._read(Request("restore", label, work))

    def _takers(self) -> dict[str, Callable[[Reply], None]]:
        return {**super()._takers(), "restore": self._accept_restored}

    def _accept_restored(self, reply: Reply) -> None:
        restored: Restored = reply.value
        record = restored.record
        with param.parameterized.batch_call_watchers(self):  # views see the whole state change at once
            self._plan = None  # whatever was under way is of another state
            self.param.update(colour_by="lpr", component="", committee="bootstrap")
            self._accept_outcome(restored.outcome, reply.seconds, restored.found.entry)
            self.param.update(
                entry=restored.found.entry,
                toy=restored.found.toy or self.toy,
                selection=restored.selection,
                camera=record.look.camera,
                pins=restored.pins,
                history=restored.history,
                **self._known_colours(record.colour),
            )
            self.param.update(pin=self.pin_named(record.reference), compared=self.pin_named(record.compared))
            self._note_metrics()
            self._repaint()
            self._keep_limits(record)
        if restored.remark:
            self.problem = Problem(restored.remark, "Everything else is as it was saved.")

    def _known_colours(self, colour: ColourRecord) -> dict[str, str]:
        """What is asked for of what there is."""
        assert self.fit is not None
        components = {each.key for each in self.fit.analysis.components()}
        return {
            "colour_by": colour.quantity if colour.quantity in {*QUANTITIES, ELEMENT} else "lpr",
            "component": colour.component if colour.component in components else "",
            "committee": colour.committee if colour.committee in _COMMITTEES else "bootstrap",
        }

    def _keep_limits(self, record: SessionRecord) -> None:
        """A colour keeps its meaning: the scale on show takes the limits it had."""
        shown, limits = record.colour.shown, record.colour.limits
        picture = self.picture
        if picture is None or picture.scale is None or picture.quantity != shown or len(limits) != 2:
            return
        kept = replace(picture.scale, low=limits[0], high=limits[1])
        if limits[0] < limits[1] and (kept.kind not in ("log", "log2-ratio") or limits[0] > 0):
            self._scales = {**self._scales, shown: kept}
            self._repaint()
