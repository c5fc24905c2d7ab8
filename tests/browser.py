"""Pages in a real browser for the tests that need one.

A click, its message, Python's answer and the repaint are four moments. Whatever a test reads of a later one is read
until it is so (`waiting.eventually`, or playwright's `expect`), never once. That nothing happens is read after
something that comes later in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import panel as pn
from bokeh.document import Document
from bokeh.io.doc import _PATCHED_CURDOCS
from playwright.sync_api import Browser, Page
from waiting import PATIENCE

from lprviz.bench.browser import free_port, is_outside

T = TypeVar("T")
PAGE_PATIENCE = 120_000  # ms for a page to open and for playwright to find what it shall act on


def run_on(document: Document, action: Callable[[], T]) -> T:
    """Run something on a page's own event loop, as the session does, and return what it returns or raises."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(action())
        except BaseException as error:
            done.set_exception(error)

    document.add_next_tick_callback(run)
    return done.result(timeout=PATIENCE)


@dataclass
class Visit:
    """A page, with every request, console line and uncaught error since it was made."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, browser: Browser, width: int = 900, height: int = 700) -> Visit:
        visit = cls(browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True))
        visit.page.set_default_timeout(PAGE_PATIENCE)
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda line: visit.console.append(f"{line.type}: {line.text}"))
        visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
        return visit

    def outside_requests(self) -> list[str]:
        """Addresses asked for that are not this machine's."""
        return [url for url in self.requests if is_outside(url)]


@contextmanager
def open_here(browser: Browser, build: Callable[[], Any], width: int = 900, height: int = 700) -> Iterator[Visit]:
    """Serve what `build` returns from a thread of this process, and open it; nothing may go wrong on the page."""
    port = free_port()
    server = pn.serve(build, port=port, address="127.0.0.1", show=False, threaded=True, verbose=False)
    visit = Visit.start(browser, width, height)
    try:
        visit.page.goto(f"http://127.0.0.1:{port}")
        yield visit
        assert visit.errors == []
        assert visit.outside_requests() == []
    finally:
        visit.page.close()
        server.stop()
        _PATCHED_CURDOCS.clear()  # Bokeh leaves a document current, process-wide, when one of its callbacks has raised
