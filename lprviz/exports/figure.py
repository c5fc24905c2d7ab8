"""One structure, coloured, with its colour bar: for print."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.core.colours import MISSING_RGB, ColourScale, css_colours, element_rgb, palette_table
from lprviz.data.scene import Scene
from lprviz.errors import ModelError
from lprviz.exports.projection import FlatScene, flatten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg", "pdf"]

_INK, _CELL, _RING = "#1b1f24", (0.55, 0.59, 0.65), "#1b1f24"
_MARGIN = 0.4  # angstrom about what is drawn
_FONT = 8


def structure_figure(
    scene: Scene,
    rgb: NDArray[np.uint8],
    scale: ColourScale | None,
    *,
    title: str = "",
    note: str = "",
    camera: tuple[float, ...] = (),
    outlined: NDArray[np.bool_] | None = None,
    undefined: bool = False,
    size: tuple[float, float] = (3.4, 3.9),
    dpi: int = 300,
    format: Format = "png",
) -> bytes:
    """Draw a structure.

    Parameters
    ----------
    scene : Scene
        From `lprviz.data.scene.build_scene`.
    rgb : (n_atoms, 3) array
        Colours, as `ColourScale.rgb` gives them.
    scale : ColourScale or None
        What they mean; None for elements, which get a legend instead of a bar.
    title, note : str
        A line above and one below; text is never taken for a formula.
    camera : tuple of 16 floats, optional
        As the viewer gives it.
    outlined : (n_atoms,) bool array, optional
        Atoms to ring.
    undefined : bool
        Whether any atom is grey because its value is undefined; said beside the bar.
    size : (width, height)
        In inches; the default fits a column of a journal.
    dpi : int
        Dots per inch of a png.
    format : {"png", "svg", "pdf"}

    Raises
    ------
    ModelError
        If the colours are not of this structure, or the camera is no view.
    """
    if rgb.shape != (scene.n_atoms, 3):
        raise ModelError(f"There are colours of shape {rgb.shape} for {scene.n_atoms} atoms.", "Give three for each.")
    from matplotlib.figure import Figure

    figure = Figure(figsize=size)
    picture = figure.add_axes((0.02, 0.235, 0.96, 0.695 if title else 0.745))
    _draw(picture, flatten(scene, camera), rgb / 255.0, outlined)
    if title:
        _write(figure, 0.5, 0.965, title, size=_FONT + 1, weight="bold")
    if scale is not None:
        _draw_bar(figure, scale, undefined=undefined)
    else:
        _draw_swatches(figure, np.unique(scene.numbers).tolist())
    if note:
        _write(figure, 0.5, 0.01, note, size=_FONT - 2, va="bottom", lines=2)
    return _encoded(figure, format, dpi)


def _draw(axes: Axes, flat: FlatScene, rgb: NDArray[np.float64], outlined: NDArray[np.bool_] | None) -> None:
    """All shapes in one collection, which keeps their order: the nearer covers the farther."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle, Patch, Polygon

    patches: list[Patch] = []
    faces: list[Any] = []
    edges: list[Any] = []
    widths: list[float] = []

    def add(patch: Patch, face: Any, edge: Any, width: float) -> None:
        patches.append(patch)
        faces.append(face)
        edges.append(edge)
        widths.append(width)

    for kind, owner, corners, radius in zip(flat.kinds, flat.owners, flat.corners, flat.radii, strict=True):
        if kind == 2:
            add(Polygon(corners), _CELL, _CELL, 0.2)
            continue
        colour = rgb[owner]
        if kind == 1:
            add(Polygon(corners), 0.92 * colour, 0.6 * colour, 0.25)
            continue
        x, y = corners[0]
        ringed = outlined is not None and bool(outlined[owner])
        if ringed:
            add(Circle((x, y), 1.16 * radius), _RING, _RING, 0.2)
            add(Circle((x, y), 1.07 * radius), "white", "white", 0.1)
        add(Circle((x, y), radius), 0.86 * colour, 0.5 * colour, 0.35)
        add(Circle((x - 0.08 * radius, y + 0.1 * radius), 0.8 * radius), colour, "none", 0.0)
        add(Circle((x - 0.3 * radius, y + 0.33 * radius), 0.24 * radius), 0.45 + 0.55 * colour, "none", 0.0)
    axes.add_collection(PatchCollection(patches, facecolors=faces, edgecolors=edges, linewidths=widths))
    reach = flat.radii[:, None, None] + _MARGIN
    low, high = (flat.corners - reach).min(axis=(0, 1)), (flat.corners + reach).max(axis=(0, 1))
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    axes.set_axis_off()


def _draw_bar(figure: Figure, scale: ColourScale, *, undefined: bool) -> None:
    bar = figure.add_axes((0.15, 0.15, 0.7, 0.028))
    bar.imshow(palette_table(scale.palette)[None, :, :], aspect="auto", extent=(0.0, 1.0, 0.0, 1.0))
    ticks = [(place, label) for place, label in scale.ticks() if -1e-9 <= place <= 1 + 1e-9]
    bar.set_xticks([place for place, _ in ticks])
    bar.set_xticklabels([label for _, label in ticks], fontsize=_FONT - 1, color=_INK, parse_math=False)
    bar.set_yticks([])
    bar.tick_params(length=2, width=0.5, pad=1.5)
    for spine in bar.spines.values():
        spine.set(linewidth=0.5, color=_INK)
    _write(figure, 0.5, 0.202, scale.title, size=_FONT)
    if undefined:
        _write_swatches(figure, [(css_colours(np.array([MISSING_RGB], dtype=np.uint8))[0], scale.missing)], 0.082)


def _draw_swatches(figure: Figure, numbers: Sequence[int]) -> None:
    colours = css_colours(element_rgb(list(numbers)))
    _write_swatches(figure, [(colour, chemical_symbols[z]) for colour, z in zip(colours, numbers, strict=True)], 0.12)


def _write_swatches(figure: Figure, entries: Sequence[tuple[str, str]], height: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=5, markerfacecolor=colour, markeredgecolor=_INK,
               markeredgewidth=0.4, label=text)
        for colour, text in entries
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="center", bbox_to_anchor=(0.5, height), ncols=min(len(handles), 8), frameon=False,
        fontsize=_FONT - 1, handletextpad=0.1, columnspacing=0.9,
    )  # fmt: skip


def _write(
    figure: Figure, x: float, y: float, text: str, *, size: float, va: str = "center", lines: int = 1, **style: Any
) -> None:
    """Text that fits the width, whatever it holds."""
    width = 0.96 * figure.get_figwidth() * 72  # points
    shown = textwrap.wrap(text, max(8, int(width / (0.56 * size))), max_lines=lines, placeholder=" …")
    figure.text(x, y, "\n".join(shown), fontsize=size, color=_INK, ha="center", va=va, parse_math=False, **style)


def _encoded(figure: Figure, format: Format, dpi: int) -> bytes:
    """The file, without the time of its making."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    content = io.BytesIO()
    canvases: dict[str, Any] = {"png": FigureCanvasAgg, "svg": FigureCanvasSVG, "pdf": FigureCanvasPdf}
    if format not in canvases:
        raise ModelError(f"There is no figure format {format!r}.", f"Choose one of {', '.join(canvases)}.")
    undated: dict[str, Any] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[format]
    figure.set_dpi(dpi)
    getattr(canvases[format](figure), f"print_{format}")(content, metadata=undated)
    return content.getvalue()
