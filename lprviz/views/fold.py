"""A heading that unfolds what few people need, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel_material_ui as pmui
from panel.viewable import Viewable

from lprviz.views.style import TIP


class Fold:
    """A button, and beneath it what it shows and hides.

    Parameters
    ----------
    title : str
    content : callable
        Returns what is inside; called once, when it is first opened: the first picture does not wait for it.
    """

    def __init__(self, title: str, content: Callable[[], Viewable], *css_classes: str) -> None:
        self._content = content
        look: dict[str, Any] = {"sx": {"justifyContent": "flex-start", "padding": "2px 4px"}}
        self.button = pmui.Button(
            label=title,
            icon="chevron_right",
            variant="text",
            size="small",
            css_classes=["lpr-fold", *css_classes],
            sizing_mode="stretch_width",
            stylesheets=[TIP],
            margin=(2, 0),
            **look,
        )
        self._inside = pmui.Column(sizing_mode="stretch_width", visible=False, margin=0)
        self.view = pmui.Column(self.button, self._inside, sizing_mode="stretch_width", margin=0)
        self.button.on_click(lambda event: self.toggle())

    @property
    def is_open(self) -> bool:
        """Whether the content is to be seen."""
        return self._inside.visible

    def toggle(self) -> None:
        """Show the content, or hide it."""
        if not self._inside.objects:
            self._inside.append(self._content())
        self._inside.visible = not self._inside.visible
        self.button.icon = "expand_more" if self.is_open else "chevron_right"
