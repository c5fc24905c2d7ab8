"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The installed Chromium, started once for all tests; an error without one, unless LPRVIZ_NO_BROWSER is set."""
    if os.environ.get("LPRVIZ_NO_BROWSER"):
        pytest.skip("LPRVIZ_NO_BROWSER is set")
    from playwright.sync_api import expect
    from waiting import PATIENCE

    from lprviz.bench.browser import chromium

    expect.set_options(timeout=1000 * PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium) -> Iterator[Callable]:
    """Opens pages: ``visit(width=900, height=700)`` gives a `browser.Visit`, closed after the test."""
    from browser import Visit

    opened = []

    def start(width: int = 900, height: int = 700) -> Visit:
        opened.append(Visit.start(chromium, width, height))
        return opened[-1]

    yield start
    for each in opened:
        each.page.close()
