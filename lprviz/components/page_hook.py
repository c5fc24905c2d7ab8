"""What the page tells the outside: ready once the first picture is coloured; and Ctrl+Z wherever the focus is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent


class PageHook(JSComponent):
    """An invisible component that sets ``data-lprviz-ready`` on the page's body and listens for undo and redo keys."""

    coloured = param.Boolean(False)
    working = param.Boolean(False)

    _esm = Path(__file__).with_name("page_hook.js")

    def __init__(self, intents: dict[str, Callable[[], None]], **params: Any) -> None:
        super().__init__(**params)
        self._intents = intents

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        intent = self._intents.get(str(msg.get("type")))
        if intent is not None:
            intent()
