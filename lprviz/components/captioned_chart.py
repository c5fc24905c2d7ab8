"""A chart and the caption above it, as one piece of a page."""

from __future__ import annotations

import panel as pn
from bokeh.plotting import figure as Figure

_FRESH = {"opacity": "1", "filter": "none"}  # both said: a style left out stays as it was in the browser
_STALE = {"opacity": "0.45", "filter": "grayscale(0.7)"}


class CaptionedChart:
    """A Bokeh figure under a line of HTML.

    Parameters
    ----------
    figure : bokeh.plotting.figure
    css_class : str
        Set on the element around both.

    Attributes
    ----------
    layout : panel.Column
        What to put on a page.
    """

    def __init__(self, figure: Figure, css_class: str) -> None:
        self._figure = figure
        self._least_height = int(figure.min_height or 0)
        self._caption = pn.pane.HTML(sizing_mode="stretch_width", margin=0)
        self._pane = pn.pane.Bokeh(figure, sizing_mode="stretch_both", margin=0)
        self.layout = pn.Column(self._caption, self._pane, css_classes=[css_class], sizing_mode="stretch_both")

    def say(self, html: str) -> None:
        """Change the caption.

        A taller caption leaves the figure less room. Bokeh (3.9) misses that: the layout around both notes the
        figure's new size, sees its own unchanged, and stops. Changing a size by a pixel that nobody sees makes it
        lay out again, after the caption, which stands before it in the same message.
        """
        if html == self._caption.object:
            return
        with pn.io.hold():
            self._caption.object = html
            self._figure.min_height = self._least_height + (self._figure.min_height == self._least_height)
        self.push()

    def dim(self, stale: bool) -> None:
        """Grey the figure out while it is out of date."""
        self._pane.styles = _STALE if stale else _FRESH

    def push(self) -> None:
        """Send changes of Bokeh models to a notebook, which does not hear of them by itself; a server does."""
        pn.io.push_notebook(self._pane)
