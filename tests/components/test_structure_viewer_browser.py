"""The viewer in a real browser: what is drawn, what a hand can do, what it leaves behind."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from browser import Visit
from playwright.sync_api import expect
from waiting import eventually

from lprviz.bench.browser import serve

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("viewer_app.py")
RED, BLUE = [200, 30, 40], [20, 60, 220]


@pytest.fixture(scope="module")
def server(chromium):
    with serve(APP) as running:
        yield running


class ViewerPage:
    """The page of `viewer_app`, in the words of the tests."""

    def __init__(self, visit: Visit, url: str) -> None:
        self.visit, self.page = visit, visit.page
        self.page.goto(url)
        self.host = self.page.locator(".lpr-viewer")
        self.start, self.begins, self.echoes = 0, 1, 0
        self.wait_for_version(1)

    def begin(self) -> None:
        """The state every test starts from, with nothing under way; versions are counted from here."""
        self.do("begin")
        self.begins += 1
        begun = re.compile(rf"begun {self.begins} with (\d+)\.")
        (version,) = eventually(lambda: begun.findall(self.said()), bool)
        self.wait_for_line(f"drawn {version}.")
        self.wait_for("picked", "")
        self.start = int(self.attribute("colour-version"))

    def do(self, name: str) -> None:
        self.page.locator(f".do-{name} button").click()

    def catch_up(self) -> None:
        """Wait until Python has heard what the page has said so far, and the page what Python has."""
        self.echoes += 1
        self.do("echo")
        self.wait_for_line(f"echo {self.echoes}.")

    def said(self) -> str:
        return self.page.locator(".said pre").inner_text()

    def attribute(self, name: str) -> str:
        return self.host.get_attribute(f"data-{name}") or ""

    def wait_for(self, name: str, value: str) -> None:
        expect(self.host).to_have_attribute(f"data-{name}", value)

    def version(self) -> int:
        return int(self.attribute("colour-version")) - self.start

    def wait_for_version(self, version: int) -> None:
        self.wait_for("colour-version", str(self.start + version))

    def wait_for_line(self, line: str) -> None:
        expect(self.page.locator(".said")).to_contain_text(line)

    def colours(self) -> np.ndarray:
        return np.array(self.page.evaluate("Array.from(lprviz.viewer().colours)")).reshape(-1, 3)

    def point(self, atom: int) -> tuple[float, float]:
        box, at = self.host.bounding_box(), self.page.evaluate(f"lprviz.viewer().positionOf({atom})")
        return box["x"] + at["x"], box["y"] + at["y"]

    def camera(self) -> np.ndarray:
        return np.array(self.page.evaluate("lprviz.viewer().camera"))

    def pixel(self, x: float, y: float) -> np.ndarray:
        from PIL import Image

        return np.asarray(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB"))[int(y), int(x)]

    def nearest_atom(self) -> int:
        """An atom that no other can hide: the one of the largest projection."""
        count = int(self.attribute("atoms"))
        scales = [self.page.evaluate(f"lprviz.viewer().positionOf({atom}).scale") for atom in range(count)]
        return int(np.argmax(scales))


@pytest.fixture(scope="module")
def opened(chromium, server):
    visit = Visit.start(chromium)
    yield ViewerPage(visit, server.url)
    visit.page.close()


@pytest.fixture
def viewer(opened) -> ViewerPage:
    """One page for all: opening it takes longer than a test."""
    opened.begin()
    return opened


def test_draws_the_colours_it_is_given(viewer):
    viewer.wait_for("atoms", "16")
    assert viewer.colours().tolist() == [RED] * 16
    middle = viewer.point(viewer.nearest_atom())
    # Lit from the front, the middle of a sphere shows the colour of the bar.
    eventually(lambda: viewer.pixel(*middle).astype(int), lambda seen: np.abs(seen - RED).max() < 40)


def test_recolours_in_place_once_for_each_change(viewer):
    viewer.do("recolour")
    viewer.wait_for_version(1)
    assert viewer.colours().tolist() == [BLUE, RED] * 8
    viewer.do("restore")
    viewer.wait_for_version(2)
    assert viewer.colours().tolist() == [RED] * 16
    viewer.catch_up()
    assert viewer.version() == 2


def test_the_newest_of_many_colours_wins(viewer):
    viewer.do("burst")
    viewer.page.wait_for_function("lprviz.viewer().colours.every((byte) => byte === 39)")
    viewer.catch_up()
    assert viewer.colours().tolist() == [[39, 39, 39]] * 16
    assert viewer.version() < 10, "colours that were overtaken were drawn all the same"


def test_click_picks_and_shift_click_extends(viewer):
    atom = viewer.nearest_atom()
    viewer.page.mouse.click(*viewer.point(atom))
    viewer.wait_for("picked", str(atom))
    label = viewer.page.locator(".lpr-viewer .label")
    expect(label).to_have_text(f"<b>Si</b> {atom}")
    viewer.page.keyboard.down("Shift")
    viewer.page.mouse.click(*viewer.point(atom))
    viewer.page.keyboard.up("Shift")
    viewer.wait_for("picked", f"{atom},{atom}")
    viewer.wait_for_line(f"pick {atom} True")
    box = viewer.host.bounding_box()
    viewer.page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 8)
    viewer.wait_for("picked", "")


def test_hover_names_the_atom_as_text(viewer):
    atom = viewer.nearest_atom()
    viewer.page.mouse.move(*viewer.point(atom))
    expect(viewer.page.locator(".lpr-viewer .tooltip")).to_have_text(f"<b>Si</b> {atom}")


def test_drag_turns_and_wheel_zooms_without_picking(viewer):
    before, (x, y) = viewer.camera(), viewer.point(viewer.nearest_atom())
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + 80, y + 10, steps=4)
    viewer.page.mouse.up()
    turned = eventually(viewer.camera, lambda seen: np.abs(seen - before).max() > 1.0)
    viewer.page.mouse.wheel(0, 200)
    eventually(viewer.camera, lambda seen: volume(seen) > 1.2 * volume(turned))
    viewer.catch_up()
    assert viewer.attribute("picked") == ""
    assert "pick" not in viewer.said()


def volume(camera: np.ndarray) -> float:
    """How much larger than life: the determinant of the camera's axes."""
    return float(np.linalg.det(camera[:12].reshape(3, 4)[:, :3]))


def test_keys_turn_zoom_reset_clear_and_pass_on(viewer):
    start = viewer.camera()
    viewer.page.mouse.click(*viewer.point(viewer.nearest_atom()))
    viewer.page.keyboard.press("ArrowLeft")
    viewer.page.keyboard.press("+")
    eventually(viewer.camera, lambda seen: np.abs(seen - start).max() > 1.0)
    viewer.page.keyboard.press("r")
    eventually(viewer.camera, lambda seen: seen == pytest.approx(start, abs=1e-6))
    viewer.page.keyboard.press("n")
    viewer.wait_for_line("key n")
    viewer.page.keyboard.press("Escape")
    viewer.wait_for("picked", "")
    expect(viewer.page.locator(".lpr-viewer .surface")).to_have_attribute("aria-label", re.compile("."))


def test_images_of_a_supercell_share_colour_and_picking(viewer):
    viewer.do("recolour")
    viewer.wait_for_version(1)
    viewer.do("supercell")
    eventually(lambda: viewer.page.evaluate("lprviz.viewer().positionOf(63).x"), np.isfinite)  # four times 16 spheres
    assert viewer.attribute("atoms") == "16"
    assert viewer.colours().tolist() == [BLUE, RED] * 8
    box = viewer.host.bounding_box()
    for x in np.linspace(0.2, 0.8, 25):
        viewer.page.mouse.click(box["x"] + x * box["width"], box["y"] + 0.5 * box["height"])
    viewer.catch_up()
    atoms = [line.split()[1] for line in viewer.said().splitlines() if line.startswith("pick") and "None" not in line]
    assert atoms, "no sphere was hit along a line through the middle"
    assert all(0 <= int(atom) < 16 for atom in atoms)


def test_colours_of_one_structure_are_never_shown_on_another(viewer):
    viewer.do("another")
    viewer.page.wait_for_function("lprviz.viewer().colours[0] === 158")
    assert np.ptp(viewer.colours(), axis=0).tolist() == [0, 0, 0]
    viewer.catch_up()
    assert np.ptp(viewer.colours(), axis=0).tolist() == [0, 0, 0]
    assert viewer.version() == 0
    viewer.do("restore")
    viewer.wait_for_version(1)
    assert viewer.colours().tolist() == [RED] * 16


def test_another_structure_another_style_and_theme(viewer):
    viewer.do("molecule")
    viewer.wait_for("atoms", "3")
    viewer.wait_for_version(1)
    assert viewer.colours().tolist() == [BLUE] * 3
    for name in ("style", "dark", "highlight"):
        viewer.do(name)
    viewer.catch_up()
    assert viewer.colours().tolist() == [BLUE] * 3
    box = viewer.host.bounding_box()
    ground = box["x"] + box["width"] - 20, box["y"] + 60
    eventually(lambda: viewer.pixel(*ground), lambda seen: seen.max() < 60)
    eventually(lambda: viewer.pixel(*viewer.point(0)).astype(int), lambda seen: np.abs(seen - BLUE).max() < 60)
    assert viewer.visit.errors == []


def test_stale_and_message_are_seen(viewer):
    viewer.do("stale")
    expect(viewer.page.locator(".lpr-viewer .badge")).to_be_visible()
    viewer.do("message")
    expect(viewer.page.locator(".lpr-viewer .message")).to_have_text("Nothing: <b>no atoms</b>.")
    viewer.wait_for("atoms", "0")
    viewer.do("message")
    viewer.wait_for("atoms", "16")


def test_saves_a_picture_with_its_colour_bar(viewer, tmp_path):
    from PIL import Image

    with viewer.page.expect_download() as waiting:
        viewer.do("save")
    assert waiting.value.suggested_filename == "figure.png"
    waiting.value.save_as(tmp_path / "figure.png")
    picture = np.asarray(Image.open(tmp_path / "figure.png").convert("RGB")).astype(int)
    box = viewer.host.bounding_box()
    assert picture.shape[1] == 2 * round(box["width"])
    assert picture.shape[0] > 2 * round(box["height"]), "room for caption and colour bar"
    assert (np.abs(picture - RED).max(axis=2) < 40).sum() > 500, "no atoms in the picture"
    foot = picture[2 * round(box["height"]) :]
    for end in ([0x44, 0x01, 0x54], [0xFD, 0xE7, 0x25]):
        assert (np.abs(foot - end).max(axis=2) < 12).sum() > 50, "no colour bar in the picture"


def test_leaves_no_context_behind_and_comes_back_as_it_was(viewer):
    viewer.do("recolour")
    viewer.wait_for_version(1)
    viewer.page.mouse.click(*viewer.point(viewer.nearest_atom()))
    start = viewer.camera()
    viewer.page.keyboard.press("ArrowLeft")
    camera = eventually(viewer.camera, lambda seen: np.abs(seen - start).max() > 1.0)
    viewer.wait_for_line(f"camera {camera.tolist()}")  # Python knows it, so that it outlives the element
    viewer.start = 0
    for _ in range(18):  # a page keeps 16 contexts
        viewer.do("remount")
        expect(viewer.host).to_have_count(0)
        viewer.do("remount")
        viewer.wait_for_version(1)
    assert viewer.colours().tolist() == [BLUE, RED] * 8
    assert viewer.camera() == pytest.approx(camera, abs=1e-4)
    assert [line for line in viewer.visit.console if "context" in line.lower()] == []
    assert viewer.visit.errors == []


def test_draws_again_when_the_driver_drops_the_picture(viewer):
    viewer.do("recolour")
    viewer.wait_for_version(1)
    lose = "canvas => canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    viewer.page.locator(".lpr-viewer canvas").evaluate(lose)
    viewer.start = 0
    viewer.wait_for_version(1)
    assert viewer.colours().tolist() == [BLUE, RED] * 8
    viewer.do("restore")
    viewer.wait_for_version(2)
    assert viewer.colours().tolist() == [RED] * 16
    assert viewer.visit.errors == []


def test_asks_nothing_of_the_outside_world(viewer):
    viewer.do("recolour")
    viewer.wait_for_version(1)
    assert viewer.visit.outside_requests() == []
    assert any("/static/extensions/lprviz-ngl/" in url for url in viewer.visit.requests)
    assert viewer.visit.errors == []


def test_gets_the_library_over_the_wire_where_the_server_is_not_ours(visit, server):
    fresh = visit()
    fresh.page.route("**/lprviz-ngl/**", lambda route: route.abort())
    viewer = ViewerPage(fresh, server.url)
    assert viewer.colours().tolist() == [RED] * 16


def test_says_why_when_the_browser_cannot_draw(visit, server):
    fresh = visit()
    fresh.page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest) }"
    )
    fresh.page.goto(server.url)
    expect(fresh.page.locator(".lpr-viewer .message")).to_contain_text("WebGL")
    expect(fresh.page.locator(".said")).to_contain_text("failed")


def test_works_under_a_prefix(visit):
    with serve(APP, arguments=["--prefix", "/lab"], path="lab/viewer_app") as running:
        viewer = ViewerPage(visit(), running.url)
        assert viewer.colours().tolist() == [RED] * 16
        assert any("/lab/static/extensions/lprviz-ngl/" in url for url in viewer.visit.requests)
