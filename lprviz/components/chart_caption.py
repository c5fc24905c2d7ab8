"""The line above a chart: what its marks mean, how many there are, and what is not drawn, as real text.

Text in HTML wraps in narrow windows, can be selected and read aloud, and follows the page's zoom; text on the
chart's canvas does none of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from lprviz.components.bokeh_theme import FONT, ChartColours

Mark = Literal["disc", "ring", "circle", "bold-ring", "square", "line", "dashed", "dotted", "dash-dot", "tick"]

_DASHES: dict[str, str] = {"line": "", "dashed": "6 3", "dotted": "2 2", "dash-dot": "7 2 2 2"}


@dataclass(frozen=True)
class CaptionEntry:
    """One entry: a mark as the chart draws it, its colour, and its meaning in words."""

    mark: Mark
    colour: str
    text: str


def group_digits(number: int) -> str:
    """Return a count with narrow spaces between its thousands (20 000)."""
    return f"{number:,}".replace(",", "\u202f")


def count_of(number: int, noun: str) -> str:
    """Return "1 atom" or "20 000 atoms"."""
    return f"{group_digits(number)} {noun}{'' if number == 1 else 's'}"


def caption_html(sentences: Sequence[str], entries: Sequence[CaptionEntry], colours: ChartColours) -> str:
    """Return the caption as HTML; every text is escaped.

    Parameters
    ----------
    sentences : sequence of str
        Plain sentences, set before the entries and joined by a dot in the middle.
    entries : sequence of CaptionEntry
        The legend.
    colours : ChartColours
        The theme in force.
    """
    style = (
        f"display:flex;flex-wrap:wrap;gap:1px 10px;font:11px/15px {FONT};"
        f"color:{colours.quiet_text};padding:2px 4px;align-items:center"
    )
    text = " · ".join(escape(sentence) for sentence in sentences if sentence)
    items = "".join(f'<span style="white-space:nowrap">{_icon(e)}{escape(e.text)}</span>' for e in entries)
    return f'<div style="{escape(style)}"><span>{text}</span>{items}</div>'


def _icon(entry: CaptionEntry) -> str:
    colour = escape(entry.colour)
    ring = f'fill="none" stroke="{colour}"'
    shapes = {
        "disc": f'<circle cx="6" cy="6" r="4" fill="{colour}"/>',
        "ring": f'<circle cx="6" cy="6" r="3" {ring} stroke-width="1"/>',
        "circle": f'<circle cx="6" cy="6" r="4.5" {ring} stroke-width="1.5"/>',
        "bold-ring": f'<circle cx="6" cy="6" r="4.5" {ring} stroke-width="2.8"/>',
        "square": f'<rect x="2" y="2" width="8" height="8" {ring} stroke-width="1.6"/>',
        "tick": f'<path d="M6 2v9" {ring} stroke-width="2"/>',
    }
    if entry.mark in _DASHES:
        dash = f'stroke-dasharray="{_DASHES[entry.mark]}"' if _DASHES[entry.mark] else ""
        return _svg(18, f'<path d="M1 6h16" {ring} stroke-width="2" {dash}/>')
    return _svg(12, shapes[entry.mark])


def _svg(width: int, shape: str) -> str:
    return (
        f'<svg aria-hidden="true" width="{width}" height="12" '
        f'style="vertical-align:-2px;margin-right:3px">{shape}</svg>'
    )
