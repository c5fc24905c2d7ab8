"""Pins: states kept under names, each comparable with the present one and with each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lprviz.core.colours import format_value
from lprviz.errors import ModelError
from lprviz.session.machinery import Machinery
from lprviz.session.metrics import metrics_of
from lprviz.session.values import Pin, settings_key

MOST_PINS = 50
LONGEST_NAME = 60


class Comparing(Machinery):
    """The intents about pins. The colouring "log-ratio" divides LPR now, or of `compared`, by LPR of `pin`."""

    def add_pin(self, name: str = "") -> Pin | None:
        """Keep the present state under a name, and compare with it from now on.

        Returns the pin, or None where there is nothing to keep or something is wrong with the name.
        """
        if self.fit is None:
            return None
        try:
            pin = self._present_as(self._free_name(name))
        except ModelError as error:
            self._complain(error)
            return None
        self.pins = (*self.pins, pin)
        self._compare(pin, None)
        return pin

    def set_pin(self) -> None:
        """Keep the present state for comparison."""
        self.add_pin()

    def clear_pin(self) -> None:
        """Forget the pin that is compared with."""
        if self.pin is not None:
            self.remove_pin(self.pin.name)

    def remove_pin(self, name: str) -> None:
        """Forget a pin; what compared with it compares with nothing."""
        gone = self.pin_named(name)
        if gone is None:
            return
        self.pins = tuple(each for each in self.pins if each is not gone)
        compared = None if self.compared is gone else self.compared
        self._compare(None if self.pin is gone else self.pin, compared)

    def rename_pin(self, name: str, new: str) -> None:
        """Give a pin another name."""
        known = self.pin_named(name)
        if known is None or new == name:
            return
        try:
            named = replace(known, name=self._free_name(new))
        except ModelError as error:
            self._complain(error)
            return
        self.pins = tuple(named if each is known else each for each in self.pins)
        self._compare(named if self.pin is known else self.pin, named if self.compared is known else self.compared)

    def compare(self, reference: str | None, with_: str | None = None) -> None:
        """Compare a pin (``with_``), or the present state where that is None, with a reference pin."""
        names = [each for each in (reference, with_) if each is not None]
        if any(self.pin_named(each) is None for each in names):
            self._complain(ModelError("There is no pin of that name.", "Choose one of the pins listed."))
            return
        self._compare(self.pin_named(reference), self.pin_named(with_))

    def return_to_pin(self, name: str) -> None:
        """Go back to the training set, alpha and view of a pin; the model stays as it is."""
        pin = self.pin_named(name)
        if pin is None or self.dataset is None:
            return
        if pin.members != self.members:
            self._move_to(pin.members, f"Back to {name}", self.history.push(f"Back to {name}", pin.members))
        if pin.alpha != self.alpha and self.members == pin.members:
            before, self.alpha = self.alpha, pin.alpha
            if not self._reach("Moving alpha"):
                self.alpha = before
        self.param.update(selection=pin.selection, camera=pin.camera)
        self._repaint()

    def pin_named(self, name: str | None) -> Pin | None:
        """The pin of that name, or None."""
        return next((each for each in self.pins if each.name == name), None)

    def log_ratio(self, of: str | None, to: str) -> NDArray[np.float64]:
        """log2 of LPR under one pin (None: now) over LPR under another, (n_environments,).

        Raises
        ------
        ModelError
            If there is no such pin, or nothing has been computed yet.
        """
        above, below = self.pin_named(of), self.pin_named(to)
        if below is None or (of is not None and above is None) or self.fit is None:
            raise ModelError("There is no pin of that name.", "Choose one of the pins listed.")
        return np.log2((self.fit.lpr if above is None else above.lpr) / below.lpr)

    def _present_as(self, name: str) -> Pin:
        fit = self.fit
        assert fit is not None
        return Pin(
            pin_label(len(fit.members), fit.alpha),
            fit.members,
            fit.lpr,
            name,
            fit.alpha,
            settings_key(self.settings),
            fit.analysis.spec.describe(),
            self.selection,
            self.camera,
            metrics_of(fit),
        )

    def _free_name(self, asked: str) -> str:
        """A name that no pin has: the one asked for, or "Pin 3"."""
        if len(self.pins) >= MOST_PINS:
            raise ModelError(f"There are {MOST_PINS} pins already.", "Remove one first.")
        taken = {each.name for each in self.pins}
        name = "".join(letter for letter in asked if letter.isprintable()).strip()[:LONGEST_NAME]
        if name in taken:
            raise ModelError("There is a pin of that name already.", "Choose another name.")
        return name or next(each for i in range(1, MOST_PINS + 2) if (each := f"Pin {i}") not in taken)

    def _compare(self, reference: Pin | None, compared: Pin | None) -> None:
        self.param.update(pin=reference, compared=compared)
        self._scales = {key: scale for key, scale in self._scales.items() if key != "log-ratio"}
        self._repaint()


def pin_label(n_members: int, alpha: float) -> str:
    """What a pinned state is, in a few words."""
    return f"{n_members} structures, α {format_value(alpha)}"
