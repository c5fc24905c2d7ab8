"""A page with one viewer and a button for each thing its owner can do to it, for the browser tests."""

from __future__ import annotations

import itertools

import numpy as np
import panel as pn
from ase.build import bulk, molecule

from lprviz.components.structure_viewer import StructureViewer
from lprviz.data.scene import build_scene

pn.extension()

RED, BLUE = np.array([200, 30, 40], np.uint8), np.array([20, 60, 220], np.uint8)
crystal = bulk("Si", cubic=True) * (2, 1, 1)
crystal.rattle(0.05, seed=3)
n_atoms = len(crystal)
begins, echoes = itertools.count(1), itertools.count(1)
said = pn.pane.Str("", css_classes=["said"])
viewer = StructureViewer(
    min_height=420,
    sizing_mode="stretch_width",
    caption="<img src=http://example.org/x.png>",
    bar_title="LPR",
    bar_stops=["#440154", "#fde725"],
    bar_ticks=[[0, "1e-4"], [1, "1"]],
    bar_missing="undefined",
)


def begin() -> None:
    """Back to where every test starts; the page is told which version of the colours that is."""
    said.object = ""
    viewer.param.update(picked=[], highlight=[], message="", stale=False, dark=False, style="ball-and-stick")
    viewer.set_scene(build_scene(crystal))
    viewer.reset_view()
    labels = [f"<b>Si</b> {atom}" for atom in range(n_atoms)]
    say(f"begun {next(begins)} with {viewer.set_colours(np.tile(RED, (n_atoms, 1)), hover_labels=labels)}.")


def say(line: str) -> None:
    said.object += line + "\n"


def pick(atom: int | None, extend: bool) -> None:
    say(f"pick {atom} {extend}")
    viewer.picked = [] if atom is None else [*(viewer.picked if extend else []), atom]


def recolour() -> None:
    half = np.tile(RED, (n_atoms, 1))
    half[::2] = BLUE
    viewer.set_colours(half, outline=np.arange(n_atoms) < 3)


def burst() -> None:
    for step in range(40):
        viewer.set_colours(np.full((n_atoms, 3), step, np.uint8))


def supercell() -> None:
    viewer.set_scene(build_scene(crystal, repeat=(2, 2, 1)), keep_colours=True)


def another() -> None:
    """A structure of as many atoms, whose colours are not known yet."""
    viewer.set_scene(build_scene(crystal))


def no_cell() -> None:
    viewer.set_scene(build_scene(molecule("H2O")))
    viewer.set_colours(np.tile(BLUE, (3, 1)))


def remount() -> None:
    place[:] = [] if len(place) else [viewer]


viewer.on_pick(pick)
viewer.on_key(lambda key: say(f"key {key}"))
viewer.on_drawn(lambda version, upload, draw: say(f"drawn {version}."))
viewer.on_failed(lambda reason: say(f"failed {reason}"))
viewer.param.watch(lambda event: say(f"camera {[float(number) for number in event.new]}"), "camera")
begin()
ACTIONS = {
    "begin": begin,
    "recolour": recolour,
    "restore": lambda: viewer.set_colours(np.tile(RED, (n_atoms, 1))),
    "burst": burst,
    "supercell": supercell,
    "another": another,
    "molecule": no_cell,
    "highlight": lambda: viewer.param.update(highlight=[1, 2, 3]),
    "stale": lambda: viewer.param.update(stale=not viewer.stale),
    "dark": lambda: viewer.param.update(dark=not viewer.dark),
    "style": lambda: viewer.param.update(style="spheres"),
    "message": lambda: viewer.param.update(message="" if viewer.message else "Nothing: <b>no atoms</b>."),
    "save": lambda: viewer.save_png("figure.png"),
    "remount": remount,
    "echo": lambda: say(f"echo {next(echoes)}."),
}
buttons = []
for name, action in ACTIONS.items():
    button = pn.widgets.Button(name=name, css_classes=[f"do-{name}"], width=70)
    button.on_click(lambda _, action=action: action())
    buttons.append(button)
place = pn.Column(viewer, sizing_mode="stretch_width", min_height=430)
pn.Column(pn.FlexBox(*buttons), place, said, sizing_mode="stretch_width").servable()
