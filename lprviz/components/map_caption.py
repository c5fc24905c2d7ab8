"""What the line above the environment map says, from plain counts."""

from __future__ import annotations

from dataclasses import dataclass

from lprviz.components.bokeh_theme import ChartColours
from lprviz.components.chart_caption import CaptionEntry, caption_html, count_of, group_digits


@dataclass(frozen=True)
class MapFacts:
    """What is on the map.

    Attributes
    ----------
    total, drawn, undefined, shown, selected : int
        Environments: in all, among the drawn points, without a value, of the shown structure, selected.
    has_members, has_picked, squares, stale : bool
        Whether discs and rings differ, one atom is picked, the selected ones wear squares, colours are out of date.
    """

    total: int
    drawn: int
    undefined: int
    shown: int
    selected: int
    has_members: bool
    has_picked: bool
    squares: bool
    stale: bool

    def html(self, colours: ChartColours) -> str:
        """Return the caption in the colours of a theme."""
        return caption_html(self.sentences(), self._entries(colours), colours)

    def sentences(self) -> list[str]:
        """Return what is said in words."""
        everything = count_of(self.total, "environment")
        return [
            "Colours out of date" if self.stale else "",
            f"{group_digits(self.drawn)} of {everything} drawn" if self.drawn < self.total else everything,
            f"{group_digits(self.undefined)} undefined (grey)" if self.undefined else "",
        ]

    def _entries(self, colours: ChartColours) -> list[CaptionEntry]:
        chosen = f"{group_digits(self.selected)} selected"
        candidates = [
            (self.has_members, CaptionEntry("disc", colours.quiet_text, "training")),
            (self.has_members, CaptionEntry("ring", colours.quiet_text, "not training")),
            (self.shown > 0, CaptionEntry("circle", colours.text, "this structure")),
            (self.selected > 0, CaptionEntry("square" if self.squares else "disc", colours.accent, chosen)),
            (self.has_picked, CaptionEntry("bold-ring", colours.text, "picked")),
        ]
        return [entry for present, entry in candidates if present]
