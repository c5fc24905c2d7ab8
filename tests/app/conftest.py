"""One server for the browser tests of the app, with a cache of its own."""

import re

import pytest
from browser import Visit
from dashboard import MAIN, Dashboard

from lprviz.bench.browser import is_outside, serve


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with serve(MAIN, env={"LPRVIZ_CACHE_DIR": str(folder)}) as running:
        yield running
        assert unexpected(running.log()) == []


def unexpected(log):
    """The errors that a server has reported, but for pages that were closed while it wrote to them."""
    said = re.findall(r"Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)*(\S.*)", log)
    return [error for error in said if not re.search(r"\b(WebSocket|Stream)ClosedError\b", error)]


@pytest.fixture
def dashboard(visit, server):
    """The app in a fresh window of 1440 x 900, its network cut but for the server itself."""
    return lambda width=1440, height=900: cut_off(visit(width, height), server)


@pytest.fixture(scope="module")
def shared_dashboard(chromium, server):
    """One window for a file of tests that change nothing but what is looked at: opening one takes longer than those."""
    opened = Visit.start(chromium, 1440, 900)
    yield cut_off(opened, server)
    opened.page.close()


def cut_off(opened, server):
    """Open the app where no other machine can be reached."""
    opened.page.route(is_outside, lambda route: route.abort())
    return Dashboard.open(opened, server)
