"""What the page tells the outside, and what it tells us of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class PageHook(JSComponent):
    """An invisible component: ``data-lprviz-ready`` on the page's body, undo and redo keys, and how the browser draws.

    Parameters
    ----------
    working : bool
        Background work is under way.
    """

    working = param.Boolean(False)

    _esm = Path(__file__).with_name("page_hook.js")

    def __init__(
        self,
        on_rendered: Callable[[bool], None],
        undo: Callable[[], None],
        redo: Callable[[], None],
        **params: Any,
    ) -> None:
        super().__init__(**params)
        self._on_rendered = on_rendered
        self._keys = {"undo": undo, "redo": redo}

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        kind = str(msg.get("type"))
        if kind == "rendered":
            self._on_rendered(bool(msg.get("software")))
        elif kind in self._keys:
            self._keys[kind]()
