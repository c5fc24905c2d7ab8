"""A strip of small tabs: it says which one is open, and leaves what they show to others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

_STYLE = """
[role=tablist] { display: flex; flex-wrap: wrap; gap: 0 1px; padding: 2px 5px 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent);
  font: 12px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
[role=tab] { appearance: none; border: 0; background: none; color: inherit; font: inherit; cursor: pointer;
  padding: 5px 6px 4px; border-bottom: 2px solid transparent; border-radius: 4px 4px 0 0; opacity: .8; }
[role=tab]:hover { background: color-mix(in srgb, currentColor 8%, transparent); opacity: 1; }
[role=tab][aria-selected=true] { opacity: 1; color: var(--mui-palette-primary-main, #2b5a8c);
  border-bottom-color: currentColor; }
[role=tab]:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
"""


class TabStrip(JSComponent):
    """Buttons of which one is chosen; arrow keys go from one to the next.

    Parameters
    ----------
    on_open : callable
        Told the key of a tab that a person opens.
    tabs : sequence of (key, label)
        Each button has the CSS class ``lpr-tab-KEY``.
    active : str
        Key of the open tab.
    """

    tabs = param.List(default=[], doc="Pairs [key, label].")
    active = param.String("")

    _esm = Path(__file__).with_name("tab_strip.js")
    _stylesheets = [_STYLE]  # noqa: RUF012  (Panel's own protocol)

    def __init__(self, on_open: Callable[[str], None], tabs: Sequence[tuple[str, str]], **params: Any) -> None:
        super().__init__(tabs=[list(tab) for tab in tabs], **params)
        self._on_open = on_open

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        key = str(msg.get("key"))
        if msg.get("type") == "open" and key in {name for name, _ in self.tabs}:
            self.active = key
            self._on_open(key)
