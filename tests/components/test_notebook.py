"""The notebook widget builds without a browser and paints each atom as the one colour mapping says."""

import nglview
import numpy as np
import pytest
from ase.build import bulk, molecule

from lprviz.components.notebook import atoms_by_colour, show_nglview
from lprviz.core.colours import MISSING_RGB, css_colours, fit_scale
from lprviz.errors import ModelError


def _painted(widget):
    """Colour of each atom as the messages kept for the browser say."""
    colours = {}
    for message in widget._ngl_msg_archive:
        if message["methodName"] == "addRepresentation" and message["args"] == ["spacefill"]:
            for atom in message["kwargs"]["sele"].removeprefix("@").split(","):
                colours[int(atom)] = message["kwargs"]["color"]
    return colours


def test_each_atom_has_the_colour_of_the_mapping():
    atoms = bulk("Si", cubic=True) * (2, 2, 1)
    values = np.logspace(-4, 1, len(atoms))
    scale = fit_scale(values, title="LPR", kind="log")
    widget = show_nglview(atoms, values, scale=scale)
    assert isinstance(widget, nglview.NGLWidget)
    assert _painted(widget) == dict(enumerate(css_colours(scale.rgb(values))))
    assert widget.lprviz_scale is scale


def test_the_default_scale_is_logarithmic_for_rigidities_and_linear_for_energies():
    atoms = molecule("CH3CH2OH")
    assert show_nglview(atoms, np.linspace(0.1, 3.0, len(atoms))).lprviz_scale.kind == "log"
    assert show_nglview(atoms, np.linspace(-1.0, 3.0, len(atoms))).lprviz_scale.kind == "linear"


def test_an_undefined_value_is_grey():
    values = np.array([0.1, np.nan, 1.0])
    painted = _painted(show_nglview(molecule("H2O"), values))
    assert painted[1] == css_colours(np.array([MISSING_RGB]))[0]
    assert painted[0] != painted[1] != painted[2]


def test_two_widgets_do_not_share_colours():
    water = molecule("H2O")
    first = show_nglview(water, [0.1, 0.2, 0.3])
    before = _painted(first)
    show_nglview(water, [0.3, 0.2, 0.1])
    assert _painted(first) == before


def test_one_value_per_atom_is_required():
    with pytest.raises(ModelError, match=r"shape \(2,\) for 3 atoms"):
        show_nglview(molecule("H2O"), [1.0, 2.0])


def test_atoms_of_one_colour_are_drawn_together():
    assert atoms_by_colour(("#000000", "#ffffff", "#000000")) == {"#000000": [0, 2], "#ffffff": [1]}
