"""The three-dimensional picture of one structure, as a Panel component that knows only arrays.

It draws with NGL out of the installed nglview wheel (`ngl_assets`). State travels as synced parameters, so a picture
made anew (a tab opened again) is complete at once; scene and colours travel as packed bytes; what a person does comes
back as messages, which Panel does not delay as it delays properties.

One frame of colours is under way at a time and the newest wins: while the browser has not drawn the last colours, later
ones replace each other here instead of queueing up there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import param
from numpy.typing import ArrayLike, NDArray
from panel import state
from panel.custom import JSComponent

from lprviz.components.ngl_assets import ngl_assets
from lprviz.components.packet import pack
from lprviz.data.scene import Scene

_FOLDER = Path(__file__).parent / "viewer_js"
_PARTS = (
    "packet.js",
    "ngl_loader.js",
    "camera.js",
    "scene_layers.js",
    "rings.js",
    "controls.js",
    "draw_loop.js",
    "overlay.js",
    "export_png.js",
    "picture.js",
    "structure_viewer.js",
)

OnPick = Callable[[int | None, bool], None]
OnKey = Callable[[str], None]
OnDrawn = Callable[[int, float, float], None]
OnFailed = Callable[[str], None]


def viewer_script() -> str:
    """All parts as one module: Panel inlines a component's script, where relative imports lead nowhere."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _PARTS)


class StructureViewer(JSComponent):
    """Atoms as spheres, coloured by the caller; picking, ringing, labels, colour bar, PNG.

    Give it a scene (`set_scene`) and colours (`set_colours`); listen with `on_pick`, `on_key`, `on_drawn`, `on_failed`.
    A click does not change `picked` by itself: the caller decides and sets it.
    """

    style = param.Selector(default="ball-and-stick", objects=["ball-and-stick", "spheres"])
    show_cell = param.Boolean(default=True)
    show_bonds = param.Boolean(default=True)
    dark = param.Boolean(default=False)
    camera = param.List(default=[], doc="Sixteen numbers, column by column; empty for the default view.")
    picked = param.List(default=[], item_type=int, doc="Atoms ringed in the accent colour; the first is labelled.")
    highlight = param.List(default=[], item_type=int, doc="Atoms of a selection, ringed in blue.")
    stale = param.Boolean(default=False, doc="Dim the picture and say that it is being recomputed.")
    preview = param.String(default="", doc="What the colours would come of: they are marked as not those of the state.")
    preview_line = param.String(default="", doc="The same in numbers, below it.")
    message = param.String(default="", doc="Shown in place of the picture: why nothing can be drawn.")
    caption = param.String(default="", doc="One line at the top; the title of a saved picture.")
    description = param.String(default="Three-dimensional structure", doc="What a screen reader says.")
    bar_title = param.String(default="")
    bar_stops = param.List(default=[], item_type=str, doc="Colours from left to right, as #rrggbb.")
    bar_ticks = param.List(default=[], doc="Pairs of fraction along the bar and text.")
    bar_missing = param.String(default="", doc="What grey stands for; empty when nothing is grey.")
    bar_swatches = param.List(default=[], doc="Pairs of colour and text, for colours without an order.")
    assets = param.String(default="", doc="Where the browser finds NGL; set by the component.")
    scene_packet = param.Bytes(default=None, allow_None=True)
    colour_packet = param.Bytes(default=None, allow_None=True)

    _esm: ClassVar[str | PathLike[str]] = viewer_script()
    _stylesheets: ClassVar[list[str]] = [(_FOLDER / "structure_viewer.css").read_text(encoding="utf-8")]

    def __init__(self, **params: Any) -> None:
        params.setdefault("css_classes", ["lpr-viewer"])
        params.setdefault("assets", json.dumps(ngl_assets().describe(state.rel_path or "")))
        super().__init__(**params)
        self._n_atoms = 0
        self._scene_identity = 0
        self._version = 0
        self._views = 0
        self._in_flight: int | None = None
        self._waiting: bytes | None = None
        self._pick_callbacks: list[OnPick] = []
        self._key_callbacks: list[OnKey] = []
        self._drawn_callbacks: list[OnDrawn] = []
        self._failed_callbacks: list[OnFailed] = []

    def set_scene(self, scene: Scene, *, keep_colours: bool = False) -> None:
        """Draw another structure, in neutral grey until `set_colours`.

        The camera stays where it is when the structure is about as large as the last one.

        Parameters
        ----------
        scene : Scene
        keep_colours : bool, optional
            The same structure laid out anew (another supercell): its atoms keep their colours and labels.

        Raises
        ------
        ValueError
            If colours shall be kept for another number of atoms.
        """
        if keep_colours and scene.n_atoms != self._n_atoms:
            raise ValueError(f"colours of {self._n_atoms} atoms cannot be kept for {scene.n_atoms}")
        if not keep_colours:
            self._in_flight = self._waiting = None
            self._scene_identity += 1
        self._n_atoms = scene.n_atoms
        self.scene_packet = pack_scene(scene, self._scene_identity)

    def set_colours(
        self, rgb: ArrayLike, outline: ArrayLike | None = None, hover_labels: Sequence[str] | None = None
    ) -> int:
        """Recolour every atom, and with it its images and halves of bonds.

        Parameters
        ----------
        rgb : array of shape (n_atoms, 3), uint8
        outline : array of shape (n_atoms,), optional
            Atoms to ring thinly whatever their colour (a mark that does not rest on telling colours apart).
        hover_labels : sequence of n_atoms str, optional
            What the pointer and the label of the picked atom say; "atom 12" without.

        Returns
        -------
        int
            The version that `on_drawn` will name. A version overtaken by a newer one is never drawn.

        Raises
        ------
        ValueError
            If an array does not fit the scene.
        """
        packet = self._pack_colours(rgb, outline, hover_labels)
        if self._in_flight is not None and self._views > 0:
            self._waiting = packet
        else:
            self._send_colours(packet)
        return self._version

    def reset_view(self) -> None:
        """Look from the default direction, at a distance that shows everything."""
        self.camera = []
        self._send_msg({"type": "reset_view"})

    def save_png(self, filename: str = "structure.png") -> None:
        """Let the browser download the picture with caption and colour bar, at twice its size on the screen."""
        self._send_msg({"type": "save_png", "filename": filename})

    def on_pick(self, callback: OnPick) -> None:
        """Call ``callback(atom, extend)`` at each click; `atom` is None beside the atoms and at Escape."""
        self._pick_callbacks.append(callback)

    def on_key(self, callback: OnKey) -> None:
        """Call ``callback(key)`` at keys the picture does not use itself, by their names in the browser."""
        self._key_callbacks.append(callback)

    def on_drawn(self, callback: OnDrawn) -> None:
        """Call ``callback(version, upload_ms, draw_ms)`` when colours are on the screen."""
        self._drawn_callbacks.append(callback)

    def on_failed(self, callback: OnFailed) -> None:
        """Call ``callback(reason)`` when the browser can draw nothing or save nothing."""
        self._failed_callbacks.append(callback)

    def _pack_colours(self, rgb: ArrayLike, outline: ArrayLike | None, labels: Sequence[str] | None) -> bytes:
        arrays = {"rgb": _checked(rgb, (self._n_atoms, 3), "rgb")}
        if outline is not None:
            arrays["outline"] = _checked(np.asarray(outline, dtype=bool), (self._n_atoms,), "outline")
        if labels is not None and len(labels) != self._n_atoms:
            raise ValueError(f"{len(labels)} hover labels for {self._n_atoms} atoms")
        self._version += 1
        fields: dict[str, object] = {"version": self._version, "scene": self._scene_identity}
        if labels is not None:
            fields["labels"] = list(labels)
        return pack(fields, arrays)

    def _send_colours(self, packet: bytes) -> None:
        self._in_flight = self._version
        self.colour_packet = packet

    def _flush(self) -> None:
        """The way is free: send the newest colours that waited."""
        self._in_flight = None
        if self._waiting is not None:
            packet, self._waiting = self._waiting, None
            self._send_colours(packet)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        handler = {
            "pick": self._picked,
            "key": lambda message: _tell(self._key_callbacks, str(message["key"])),
            "drawn": self._drawn,
            "failed": lambda message: _tell(self._failed_callbacks, str(message["reason"])),
            "mounted": lambda _: self._count_views(1),
            "unmounted": lambda _: self._count_views(-1),
            "need_sources": lambda _: self._send_msg({"type": "ngl_sources", "sources": ngl_assets().sources()}),
        }.get(data.get("type", ""))
        if handler is not None:
            handler(data)

    def _picked(self, message: dict[str, Any]) -> None:
        atom = message["atom"]
        if atom is None or 0 <= int(atom) < self._n_atoms:
            _tell(self._pick_callbacks, None if atom is None else int(atom), bool(message["extend"]))

    def _drawn(self, message: dict[str, Any]) -> None:
        version = int(message["version"])
        if self._in_flight is not None and version >= self._in_flight:
            self._flush()
        _tell(self._drawn_callbacks, version, float(message["upload_ms"]), float(message["draw_ms"]))

    def _count_views(self, change: int) -> None:
        self._views = max(0, self._views + change)
        if self._views == 0:
            self._flush()


def pack_scene(scene: Scene, identity: int) -> bytes:
    """Return a scene as one packet; colours name it by its identity."""
    fields = {
        "identity": identity,
        "n_atoms": scene.n_atoms,
        "periodic": scene.periodic,
        "radius": scene.radius,
        "centre": scene.centre.tolist(),
        "axes": scene.axes.ravel().tolist(),
        "view": scene.view.ravel().tolist(),
    }
    names = ("positions", "parent", "radii", "bond_starts", "bond_ends", "bond_parent", "cell_lines")
    return pack(fields, {name: getattr(scene, name) for name in names})


def _checked(values: ArrayLike, shape: tuple[int, ...], name: str) -> NDArray[np.uint8]:
    array = np.asarray(values, dtype=np.uint8)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, the scene needs {shape}")
    return array


def _tell(callbacks: list[Callable[..., None]], *news: Any) -> None:
    for callback in tuple(callbacks):
        callback(*news)
