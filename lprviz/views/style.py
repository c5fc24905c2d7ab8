"""The style sheet of the page's own parts, and panes that use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import panel as pn

TIP = """
.MuiTooltip-tooltip { width: max-content; max-width: 240px; }
.MuiTooltip-popper, .MuiTooltip-tooltip { pointer-events: none !important; }
.Mui-focusVisible { outline: 2px solid currentColor !important; outline-offset: -2px !important; }
"""
"""For the `stylesheets` of a Material button, whose tooltip lies inside it and would be no wider than it is, and whose
focus would be seen by a pulsing disc alone. At the window's edge the tooltip lies on top of its button, so clicks pass
through it. It is also the button's name for a screen reader: begin with the label."""

_ABOVE = """
.MuiTooltip-popper { inset: auto 0 calc(100% + 3px) auto !important; transform: none !important; }
.MuiTooltip-popper .MuiTooltip-tooltip { max-width: 180px; margin: 0 !important; }
.MuiTooltip-arrow { display: none; }
"""
SIDE_TIP = TIP + _ABOVE
"""The same in the sidebar, which cuts off what leaves it: the tooltip stands above the button, flush with its right."""

CSS = Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def words(*css_classes: str, **params: Any) -> pn.pane.HTML:
    """Return an empty pane for a few sentences of (escaped) HTML."""
    classes = ["lpr-words", *css_classes]
    return pn.pane.HTML("", **{"css_classes": classes, "stylesheets": [CSS], "margin": 0, **params})
