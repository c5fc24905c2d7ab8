"""What the browser can do while the server still builds the page: fetch and start libraries, wake the graphics."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from panel.models.esm import ReactComponent
from panel_material_ui.template.base import parse_template

from lprviz.components.ngl_assets import LOADER, ngl_assets

if TYPE_CHECKING:
    from bokeh.document import Document
    from jinja2 import Template

HEAD = "lprviz_head"
"""Name of the template variable that holds the scripts for the page's head."""

_SCRIPT = Path(__file__).with_name("opening.js")
_TEMPLATE = '{% extends "base.html" %}{% block preamble %}{{ super() }}{{ lprviz_head }}{% endblock %}'


def page_template() -> Template:
    """Return the template of the Material page, with our scripts in its head."""
    return parse_template(_TEMPLATE)


@dataclass(frozen=True)
class Head:
    """Tags for the head of a page, written when the page is: only then is it known which libraries it needs.

    Parameters
    ----------
    document : bokeh Document
        What the page shows.
    root : str
        Leads from the page to the root of the server.
    """

    document: Document
    root: str

    def __str__(self) -> str:
        assets = ngl_assets().describe(self.root)
        urls = [str(url) for url in assets["urls"]]  # type: ignore[attr-defined]
        preloads = [f'<link rel="preload" as="script" href="{html.escape(url)}">' for url in urls]
        controls = next((str(m.esm) for m in self.document.roots if isinstance(m, ReactComponent)), "")
        known = f"const assets = {_literal(assets)}, controls = {_literal(controls)}"
        code = "\n".join([known, LOADER.read_text("utf-8"), _SCRIPT.read_text("utf-8")])
        return "\n".join([*preloads, f'<script type="module">\n{code}\n</script>'])


def _literal(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")
