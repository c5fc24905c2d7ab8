"""What a person does in the training table, as Python callbacks. Messages come from a browser, so each is checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from panel.custom import JSComponent


class TableEvents(JSComponent):
    """Callbacks of `StructureTable`, and what messages are checked against: who is in training, who is selected.

    Every callback runs on the event loop of the page. Registering is all there is: a table lives as long as its page.
    """

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._toggled: list[Callable[[int, bool], None]] = []
        self._opened: list[Callable[[int], None]] = []
        self._hovered: list[Callable[[int | None], None]] = []
        self._members: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._selected: tuple[int, ...] = ()
        self._heard = 0  # serial of the last toggle received, and of the last one answered by members
        self._answered = 0

    @property
    def n_rows(self) -> int:
        """Number of structures."""
        return int(self._members.size)

    @property
    def selected(self) -> tuple[int, ...]:
        """Selected structures, ascending. Only rows that pass the filter can be selected."""
        return self._selected

    def on_toggle(self, callback: Callable[[int, bool], None]) -> None:
        """Call ``callback(index, on)`` when a switch is flipped; answer with `set_members`, now or later."""
        self._toggled.append(callback)

    def on_open(self, callback: Callable[[int], None]) -> None:
        """Call ``callback(index)`` when a row is clicked or Enter is pressed on it: show that structure."""
        self._opened.append(callback)

    def on_hover(self, callback: Callable[[int | None], None]) -> None:
        """Call ``callback(index or None)`` when the mouse or the keyboard rests on another row (after 80 ms).

        After a toggle or an opening nobody is told that the hover is over, nor of another until the row is left.
        """
        self._hovered.append(callback)

    def _handle_msg(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        match data:
            case {"type": "toggle", "index": int(index), "on": bool(on), "serial": int(serial)} if self._has(index):
                self._hear_toggle(index, on, serial)
            case {"type": "open", "index": int(index)} if self._has(index):
                _tell(self._opened, index)
            case {"type": "hover", "index": None}:
                _tell(self._hovered, None)
            case {"type": "hover", "index": int(index)} if self._has(index):
                _tell(self._hovered, index)
            case {"type": "select", "indices": list(indices)} if all(map(self._has, indices)):
                self._selected = tuple(sorted(set(indices)))

    def _hear_toggle(self, index: int, on: bool, serial: int) -> None:
        self._heard = serial
        _tell(self._toggled, index, on)

    def _has(self, index: object) -> bool:
        return type(index) is int and 0 <= index < self.n_rows  # a bool is no index


def _tell(callbacks: list[Callable[..., None]], *arguments: Any) -> None:
    for callback in list(callbacks):
        callback(*arguments)
