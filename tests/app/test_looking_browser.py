"""Looking closer in a real browser: picking, the map's lasso, tap and hover, and the picture as a file."""

import io

import bokeh_map
import numpy as np
import pytest
from bokeh_map import MapPoints
from playwright.sync_api import expect
from scipy.spatial import cKDTree
from waiting import eventually

pytestmark = pytest.mark.browser

HIGHLIGHT = """() => {
    for (const {_all_models: models} of Bokeh.documents)
        for (const {data} of models.values()) if (data?.colour_packet && data.highlight) return [...data.highlight]
    return null
}"""


@pytest.fixture
def window(shared_dashboard):
    yield shared_dashboard
    assert shared_dashboard.visit.errors == []


def points_of(window):
    """Wait until the map is drawn; its points, and where they are on the screen."""
    bokeh_map.settled(window.page)
    points = eventually(lambda: MapPoints.read(window.page), lambda seen: len(seen.xy) > 0)
    return points, bokeh_map.on_screen(window.page, points.xy)


def loneliest(points, screen):
    """The point farthest from all others on the screen, of another structure than the one on show."""
    away = cKDTree(screen).query(screen, k=2)[0][:, 1]
    return int(np.argmax(away))


def shown_structure(window):
    return int(window.caption().split()[1])


def test_an_atom_picked_in_the_picture_is_ringed_on_the_map_and_kept_through_edits(window):
    atom = window.pick_nearest()
    points, _ = points_of(window)
    (place,) = points.xy[(points.structure == shown_structure(window)) & (points.atom == atom)]
    eventually(lambda: bokeh_map.look(window.page)["layers"][bokeh_map.PICKED], [1, *place.tolist()])
    window.toggle(window.any_row())
    assert window.viewer()["picked"] == [atom]


def test_a_tap_on_the_map_shows_the_atom_and_picks_it(window):
    points, screen = points_of(window)
    index = loneliest(points, screen)
    window.page.mouse.click(*screen[index])
    eventually(lambda: shown_structure(window), points.structure[index])
    eventually(lambda: window.viewer()["picked"], [points.atom[index]])


def test_hovering_over_the_map_names_the_atom(window):
    points, screen = points_of(window)
    index = loneliest(points, screen)
    window.page.mouse.move(*(screen[index] - [30, 0]))
    window.page.mouse.move(*screen[index], steps=3)
    said = f"structure {points.structure[index]} · atom {points.atom[index]} Si"
    expect(window.page.get_by_text(said)).to_be_visible()


def test_a_lasso_on_the_map_rings_its_atoms_in_the_picture(window):
    points, screen = points_of(window)
    atoms, corners = lasso_through(points, screen, shown_structure(window))
    assert blue_pixels(window) == 0
    bokeh_map.draw_lasso(window.page, corners, pause=600)  # as a person who thinks first: still a lasso, not a tap
    eventually(lambda: sorted(window.page.evaluate(HIGHLIGHT)), atoms)
    eventually(lambda: blue_pixels(window), lambda count: count > 200)


def lasso_through(points, screen, structure):
    """A lasso over part of the map: the atoms of the structure that it takes, and its corners."""
    own = np.flatnonzero(points.structure == structure)
    x = np.sort(screen[own, 0])
    quarter = slice(x.size // 4, 3 * x.size // 4)
    cut = quarter.start + int(np.argmax(np.diff(x[quarter])))  # where a pixel more or less does not matter
    right = (x[cut] + x[cut + 1]) / 2
    left, top, bottom = screen[:, 0].min() - 3, screen[:, 1].min() - 3, screen[:, 1].max() + 3
    atoms = sorted(points.atom[own[screen[own, 0] < right]].tolist())
    return atoms, np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def blue_pixels(window):
    """How much of the picture has the blue of rings around selected atoms, which no palette has."""
    from PIL import Image

    shot = Image.open(io.BytesIO(window.page.locator(".lpr-viewer canvas").first.screenshot())).convert("RGB")
    return int((np.abs(np.asarray(shot).astype(int) - [0, 143, 242]).max(axis=2) < 30).sum())


def test_the_picture_is_saved_with_its_colours_and_their_scale(window, tmp_path):
    from PIL import Image

    box = window.page.locator(".lpr-viewer").first.bounding_box()
    with window.page.expect_download() as waiting:
        window.page.locator(".lpr-png button").click()
    assert waiting.value.suggested_filename == f"lprviz-structure-{shown_structure(window)}.png"
    waiting.value.save_as(tmp_path / "saved.png")
    picture = Image.open(tmp_path / "saved.png")
    assert picture.format == "PNG"
    assert picture.width == 2 * round(box["width"])
    assert picture.height > 2 * round(box["height"])  # caption and colour bar come in addition
    pixels = np.asarray(picture.convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 100
    near = [
        (np.abs(pixels.astype(int) - colour).max(axis=2) < 45).any() for colour in np.unique(window.colours(), axis=0)
    ]
    assert np.mean(near) > 0.5  # lit spheres of the colours that the viewer shows
