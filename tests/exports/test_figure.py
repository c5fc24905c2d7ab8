"""Figures for print: right size, right colours, nearest atoms in front, and text that stays text."""

import io

import numpy as np
import pytest
from ase import Atoms
from PIL import Image

from lprviz.core.colours import fit_scale
from lprviz.data.scene import build_scene
from lprviz.errors import ModelError
from lprviz.exports import structure_figure
from lprviz.exports.projection import flatten

VIEW_ALONG_Z = (-40.0, 0, 0, 0, 0, 40.0, 0, 0, 0, 0, -40.0, 0, 0, 0, 0, 1.0)  # right is x, up is y, z to the onlooker


@pytest.fixture
def pair():
    """Two atoms on one line of sight, the second nearer, and one on either side."""
    return build_scene(Atoms("Si4", positions=[[0, 0, 0], [0, 0, 4], [5, 0, 2], [-5, 0, 2]]))


def image(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def test_the_nearer_atom_hides_the_farther(pair):
    rgb = np.array([[255, 0, 0], [0, 0, 255], [0, 200, 0], [0, 200, 0]], dtype=np.uint8)
    picture = image(structure_figure(pair, rgb, None, camera=VIEW_ALONG_Z))
    red, green, blue = (picture[..., i] - picture[..., [j for j in range(3) if j != i]].max(axis=-1) for i in range(3))
    upper = slice(0, int(0.75 * len(picture)))  # the legend shows elements
    assert (blue[upper] > 120).sum() > 500
    assert (green[upper] > 100).sum() > 500
    assert (red[upper] > 120).sum() < 30


def test_projection_keeps_directions_and_perspective(pair):
    flat = flatten(pair, VIEW_ALONG_Z)
    spheres = flat.kinds == 0
    assert flat.owners[spheres].tolist() == [0, 2, 3, 1]  # the farthest first
    order = np.argsort(flat.owners[spheres])
    places, radii = flat.corners[spheres][order][:, 0], flat.radii[spheres][order]
    assert places[2][0] > places[0][0] + 3
    np.testing.assert_allclose(places[:, 1], places[0, 1], atol=1e-6)
    assert radii[1] > radii[2] > radii[0]


def test_size_resolution_and_formats(pair):
    rgb = np.full((4, 3), 90, dtype=np.uint8)
    scale = fit_scale(np.array([0.1, 1.0, 10.0]), title="LPR", kind="log")
    content = structure_figure(pair, rgb, scale, size=(3.0, 4.0), dpi=200)
    opened = Image.open(io.BytesIO(content))
    assert opened.size == (600, 800)
    assert round(opened.info["dpi"][0]) == 200
    assert structure_figure(pair, rgb, scale, format="svg").lstrip().startswith(b"<?xml")
    assert structure_figure(pair, rgb, scale, format="pdf").startswith(b"%PDF")
    with pytest.raises(ModelError, match="format"):
        structure_figure(pair, rgb, scale, format="exe")


def test_the_bar_shows_the_palette(pair):
    scale = fit_scale(np.array([0.01, 10.0]), title="LPR", kind="log")
    picture = image(structure_figure(pair, np.full((4, 3), 128, dtype=np.uint8), scale))
    row = picture[int((1 - 0.164) * len(picture))]
    for share in (0.1, 0.5, 0.9):
        value = 10.0 ** (np.log10(scale.low) + share * np.log10(scale.high / scale.low))
        at = round((0.15 + 0.7 * share) * picture.shape[1])
        assert np.abs(row[at] - scale.rgb([value])[0]).max() < 8


def test_text_is_never_a_formula_or_markup(pair):
    rgb = np.full((4, 3), 90, dtype=np.uint8)
    content = structure_figure(pair, rgb, None, title="$\\frac{a}$ <script>&", note="x" * 400, format="svg")
    assert b"<script" not in content


def test_what_does_not_fit_is_refused(pair):
    with pytest.raises(ModelError, match="colours"):
        structure_figure(pair, np.zeros((2, 3), dtype=np.uint8), None)
    for camera in ((0.0,) * 16, (float("nan"),) * 16, (1.0,) * 7):
        with pytest.raises(ModelError, match="view"):
            flatten(pair, camera)


def test_periodic_structures_bring_cell_and_bonds(fit):
    atoms = fit.analysis.structures[0]
    flat = flatten(build_scene(atoms))
    assert (flat.kinds == 0).sum() == len(atoms)
    assert (flat.kinds == 1).sum() > 10
    assert (flat.kinds == 2).sum() == 12 * 12
    assert (flat.owners[flat.kinds == 2] == -1).all()
