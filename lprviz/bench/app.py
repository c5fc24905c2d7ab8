"""The dashboard in a real browser: from a click on a switch to recoloured atoms, from opening the page to colours.

All times are the page's own (``performance.now``): a click counts from the time stamp of its event, a recolouring until
the colours are in the drawn buffer. What the software GL then needs to draw them is reported apart, since a machine
with a graphics card does not need it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lprviz.bench.browser import Server, chromium, free_port, is_outside, serve
from lprviz.bench.entries import Entry, Samples, costs
from lprviz.bench.served import DEFAULT, PUBLISHED, script, sizes
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CLICK_LIMIT_MS = 100.0
FIRST_PAINT_LIMIT_MS = 3000.0

_STARTS = 3
_CLICKS = 40
_WINDOW = {"width": 1440, "height": 900}
_BETWEEN_CLICKS = 0.8  # seconds: the charts, which follow the atoms, are done by then
_SETTLE = 5.0  # seconds after the first colours, while charts and descriptions follow
_PATIENCE = 180_000  # ms
_N_SWITCHES = 8
_FOLDER = Path(__file__).parent

_SWITCHES = """() => {
  const found = []
  const look = (root) => root.querySelectorAll("*").forEach((each) => {
    const knob = each.matches("[data-structure]:not([hidden])") && each.querySelector(".lpr-switch")
    const box = knob && knob.getBoundingClientRect()
    const top = box && root.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    if (top && knob.contains(top)) found.push(each.dataset.structure)  // rows kept beyond the edge do not count
    if (each.shadowRoot) look(each.shadowRoot)
  })
  look(document)
  return found
}"""


def measure(data: Path | None = None) -> Iterator[Entry]:
    """Measure on the default set and on silicon of the published size; `data` is not needed."""
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for workload in (DEFAULT, PUBLISHED):
            yield from measure_workload(browser, workload, Path(folder))


def measure_workload(
    browser: Browser, workload: str, folder: Path, *, starts: int = _STARTS, clicks: int = _CLICKS
) -> Iterator[Entry]:
    """All entries for one workload of `lprviz.bench.served`.

    Parameters
    ----------
    browser : playwright Browser
    workload : str
    folder : Path
        Where script, log and disk cache are kept.
    starts : int
        Servers started anew after the first one.
    clicks : int
        Switches flipped on the last of them.
    """
    stage = _Stage.build(browser, workload, folder)
    work = {**sizes(workload), "window": list(_WINDOW.values()), "browser": f"chromium {browser.version}, software GL"}
    with stage.running() as server, stage.page(server.url) as page:
        first = _seen(page)["ready"]
    openings, flips = _Openings(first), _Flips()
    for number in range(starts):
        openings.blank.append(stage.blank())
        with stage.running() as server:
            with stage.page(server.url) as page:
                openings.note(_seen(page))
                if number == starts - 1:
                    time.sleep(_SETTLE)
                    flips = _flip_switches(page, clicks)
            with stage.page(server.url) as page:
                openings.again.append(_seen(page)["ready"])
    yield from _opening_entries(openings, work)
    yield from _flip_entries(flips, {**work, "load_average": os.getloadavg()[0]})
    yield Entry("requests to other machines", work, value=float(len(stage.outside)), bound="<= 0")


@dataclass
class _Stage:
    """One browser profile and one server address, so that what a person's browser would remember is remembered."""

    context: BrowserContext
    script: Path
    port: int
    outside: list[str] = field(default_factory=list)

    @classmethod
    def build(cls, browser: Browser, workload: str, folder: Path) -> _Stage:
        path = folder / "measured.py"
        path.write_text(script(workload), encoding="utf-8")
        context = browser.new_context(viewport={"width": _WINDOW["width"], "height": _WINDOW["height"]})
        context.add_init_script(path=_FOLDER / "page_clock.js")
        context.set_default_timeout(_PATIENCE)
        made = cls(context, path, free_port())
        context.on("request", lambda request: made.note(request.url))
        return made

    def note(self, url: str) -> None:
        if is_outside(url):
            self.outside.append(url)

    def running(self) -> AbstractContextManager[Server]:
        """A server started anew, on the disk cache that the last one left."""
        cache = {"LPRVIZ_CACHE_DIR": str(self.script.parent / "cache")}
        return serve(self.script, port=self.port, env=cache, arguments=("--warm",))  # as the README starts it

    @contextmanager
    def page(self, url: str) -> Iterator[Page]:
        """A page that shows its first colours."""
        from playwright.sync_api import TimeoutError as PlaywrightTimeout

        page = self.context.new_page()
        try:
            page.goto(url)
            page.wait_for_function("() => window.lprvizClock.ready !== null")
            yield page
        except PlaywrightTimeout as error:
            raise LprvizError(
                f"The dashboard did not answer the browser within {_PATIENCE // 1000} s.", "Is the machine busy?"
            ) from error
        finally:
            page.close()

    def blank(self) -> float:
        """Milliseconds from opening an empty page to one pixel drawn by a trivial shader."""
        page = self.context.new_page()
        try:
            return float(page.evaluate((_FOLDER / "blank_page.js").read_text(encoding="utf-8")))
        finally:
            page.close()


@dataclass
class _Openings:
    """Milliseconds from opening the page, opening by opening; `first` with nothing cached, `again` on a used server."""

    first: float
    ready: list[float] = field(default_factory=list)
    coloured: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    blank: list[float] = field(default_factory=list)

    def note(self, seen: dict[str, float]) -> None:
        self.ready.append(seen["ready"])
        self.coloured.append(seen["recoloured"])


@dataclass
class _Flips:
    """What flipping switches has taken, in milliseconds, flip by flip."""

    recoloured: list[float] = field(default_factory=list)
    drawing: list[float] = field(default_factory=list)
    computing: list[float] = field(default_factory=list)


def _seen(page: Page) -> dict[str, float]:
    return page.evaluate("() => ({...window.lprvizClock})")


def _flip_switches(page: Page, clicks: int) -> _Flips:
    """Click the switches in view in turn: structures leave training and return, or the other way round."""
    switches = page.evaluate(_SWITCHES)[:_N_SWITCHES]
    if not switches:
        raise LprvizError("The training table shows no switch to click.", "Look at the page that `panel serve` shows.")
    flips = _Flips()
    for number in range(clicks):
        page.locator(f'[data-structure="{switches[number % len(switches)]}"] .lpr-switch').click()
        page.wait_for_function("() => window.lprvizClock.drawn !== null")
        seen = _seen(page)
        flips.recoloured.append(seen["recoloured"] - seen["clicked"])
        flips.drawing.append(seen["drawn"] - seen["recoloured"])
        flips.computing.append(_computing(page.locator(".lpr-cost").get_by_text("to compute").inner_text()))
        time.sleep(_BETWEEN_CLICKS)
    return flips


def _computing(text: str) -> float:
    """Milliseconds that the page itself names: ``Last change: 1.3 ms to compute, 90 ms to draw``."""
    number, unit = text.split("to compute")[0].split()[-2:]
    return float(number) * (1000.0 if unit == "s" else 1.0)


def _opening_entries(openings: _Openings, work: dict[str, Any]) -> Iterator[Entry]:
    paints = Samples("first paint", tuple(openings.ready))
    limit = _limit(FIRST_PAINT_LIMIT_MS)
    yield costs("first paint, second start: page opened to ready", paints, limit, work, "<= 1")
    yield Entry("  until the first colours are in the buffer", work, Samples("coloured", tuple(openings.coloured)))
    trivial = Samples("an empty page that draws one pixel", tuple(openings.blank))
    yield costs("  against software GL drawing one pixel", paints, trivial, work)
    again = Samples("again", tuple(openings.again))
    yield costs("first paint, opened again on the same server", again, limit, work)
    yield Entry("first paint, very first start (nothing cached)", work, Samples("first", (openings.first,)))


def _flip_entries(flips: _Flips, work: dict[str, Any]) -> Iterator[Entry]:
    recoloured = Samples("click to recoloured", tuple(flips.recoloured))
    limit = _limit(CLICK_LIMIT_MS)
    yield costs("click to recoloured buffer: median", recoloured, limit, work, "<= 1")
    share = recoloured.p95 / limit.median
    yield Entry("click to recoloured buffer: p95", work, recoloured, peer=limit, ratio=share, bound="<= 1")
    yield Entry("  of which computing, as the page says", work, Samples("computing", tuple(flips.computing)))
    yield Entry("  apart: drawing it in software GL", work, Samples("drawing", tuple(flips.drawing)))


def _limit(milliseconds: float) -> Samples:
    return Samples("limit", (milliseconds,))
