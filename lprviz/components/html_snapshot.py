"""One page that turns in any browser, from a mail or a memory stick: picture, colour bar, facts; nothing is fetched.

The drawing library out of the installed nglview wheel, the viewer's own scripts and the arrays are inside. The page
forbids itself every connection.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lprviz.components.ngl_assets import find_ngl
from lprviz.components.packet import pack
from lprviz.components.structure_viewer import StructureViewer, pack_scene, viewer_script
from lprviz.core.colours import ColourScale
from lprviz.data.scene import Scene
from lprviz.errors import LprvizError
from lprviz.exports.file_names import safe_name

_FOLDER = Path(__file__).parent / "viewer_js"
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "worker-src blob:; form-action 'none'; base-uri 'none'"
)
_ENDING = re.compile(r"</(?=script)", re.IGNORECASE)
MOST_STRUCTURES = 200
"""A page is for looking at some structures; a data set has better formats."""


@dataclass(frozen=True, eq=False)
class SnapshotStructure:
    """One structure of a snapshot.

    Attributes
    ----------
    scene : Scene
    rgb : (n_atoms, 3) array
    outlined : (n_atoms,) bool array
        Atoms to ring.
    labels : tuple of str
        What each atom says under the pointer.
    caption, description : str
        One line above the picture; one sentence for those who cannot see it.
    """

    scene: Scene
    rgb: NDArray[np.uint8]
    outlined: NDArray[np.bool_]
    labels: tuple[str, ...]
    caption: str
    description: str


def html_snapshot(
    title: str,
    structures: Sequence[SnapshotStructure],
    *,
    scale: ColourScale | None,
    swatches: Sequence[tuple[str, str]] = (),
    undefined: str = "",
    facts: Sequence[tuple[str, str]] = (),
    camera: Sequence[float] = (),
    shown: int = 0,
) -> str:
    """Return the page.

    Parameters
    ----------
    title : str
    structures : sequence of SnapshotStructure
        At least one; with several the page has a menu, and `,` and `.` step through them.
    scale : ColourScale or None
        What the colours mean; None for elements.
    swatches : sequence of (colour, text)
        Legend of colours without an order.
    undefined : str
        What grey means, where anything is grey.
    facts : sequence of (name, value)
        What a reader has to know: data set, model, training set, versions.
    camera : sequence of 16 floats, optional
        As the viewer gives it.
    shown : int
        Place of the structure to open with.

    Raises
    ------
    LprvizError
        If there is no structure or too many, or NGL is not where it is looked for.
    """
    if not 1 <= len(structures) <= MOST_STRUCTURES:
        raise LprvizError(
            f"A page cannot show {len(structures)} structures.", f"Choose from 1 to {MOST_STRUCTURES} of them."
        )
    page = {
        "model": {**_defaults(), **_legend(scale, swatches, undefined), "assets": json.dumps(_assets())},
        "style": (_FOLDER / "structure_viewer.css").read_text(encoding="utf-8"),
        "structures": [_structure(number, each) for number, each in enumerate(structures)],
        "camera": list(camera),
        "shown": shown,
        "filename": safe_name(title, ".png"),
    }
    script = "\n".join((viewer_script(), (_FOLDER / "snapshot.js").read_text(encoding="utf-8")))
    parts = {
        "title": html.escape(title),
        "policy": _POLICY,
        "style": (_FOLDER / "snapshot.css").read_text(encoding="utf-8"),
        "options": "".join(f"<option>{html.escape(each.caption)}</option>" for each in structures),
        "alone": " hidden" if len(structures) == 1 else "",
        "facts": "".join(f"<dt>{html.escape(a)}</dt><dd>{html.escape(b)}</dd>" for a, b in facts),
        "data": json.dumps(page, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c"),
        "library": "".join(f"<script>{_inside_script(each)}</script>\n" for each in _library()),
        "script": _inside_script(script),
    }
    return _PAGE.format(**parts)


_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header><h1>{title}</h1><select id="structure" aria-label="Structure"{alone}>{options}</select>
<button id="turn" type="button">Turn</button><button id="save" type="button">Save as PNG</button></header>
<main><div id="picture" class="lpr-viewer"></div>
<noscript>This page draws with a script, which this browser does not run.</noscript></main>
<footer><p id="summary" role="status"></p><dl>{facts}</dl></footer>
<script type="application/json" id="lprviz-data">{data}</script>
{library}<script type="module">
{script}
</script>
</body>
</html>
"""


def _defaults() -> dict[str, Any]:
    """What the viewer's own parameters start from: whatever it reads, it finds."""
    own = set(StructureViewer.param) - set(StructureViewer.__mro__[1].param)
    values = {name: StructureViewer.param[name].default for name in own}
    return {name: value for name, value in values.items() if isinstance(value, str | bool | int | float | list | None)}


def _legend(scale: ColourScale | None, swatches: Sequence[tuple[str, str]], undefined: str) -> dict[str, Any]:
    return {
        "bar_title": "" if scale is None else scale.title,
        "bar_stops": [] if scale is None else list(scale.stops()),
        "bar_ticks": [] if scale is None else [[place, label] for place, label in scale.ticks()],
        "bar_missing": undefined,
        "bar_swatches": [list(each) for each in swatches],
    }


def _structure(number: int, structure: SnapshotStructure) -> dict[str, Any]:
    colours = pack(
        {"version": number + 1, "scene": number + 1, "labels": list(structure.labels)},
        {"rgb": np.asarray(structure.rgb, dtype=np.uint8), "outline": structure.outlined.astype(np.uint8)},
    )
    return {
        "scene": _letters(pack_scene(structure.scene, number + 1)),
        "colours": _letters(colours),
        "caption": structure.caption,
        "description": structure.description,
    }


def _assets() -> dict[str, Any]:
    found = find_ngl()
    if found.kind != "webpack":
        raise LprvizError(
            f"nglview {found.version} ships NGL in a form that cannot be put into a page.",
            "Install the version lprviz was tested with: pip install 'nglview>=4.0,<4.1'",
        )
    return {"kind": found.kind, "registry": found.registry, "urls": []}


def _library() -> list[str]:
    return [source.decode("utf-8") for source in find_ngl().sources()]


def _inside_script(text: str) -> str:
    """A script that cannot end the tag it stands in; it means the same."""
    return _ENDING.sub(r"<\\/", text).replace("<!--", "<\\u0021--")


def _letters(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
