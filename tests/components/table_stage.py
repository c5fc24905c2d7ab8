"""A page for tests of the training table: each test puts its own on it, which tries mounting and removing too."""

from __future__ import annotations

import queue
import socket
from contextlib import contextmanager

import numpy as np
import panel as pn
from browser import Visit
from playwright.sync_api import TimeoutError, expect

from lprviz.components.structure_table import Column, StructureTable

HOSTILE = "<img src=x onerror='window.hacked=1'><b>bold</b>"
COLUMNS = (
    Column("name", "Structure", "text", 140, priority=1),
    Column("group", "Group", "text", 90, priority=3),
    Column("atoms", "Atoms", "int", 60, priority=4),
    Column("gain", "Gain", "log", 110, "Predicted gain", priority=2),
)
ORDER = """(root) => {
    const rows = [...root.querySelectorAll('[data-structure]')].filter((row) => !row.hidden);
    rows.sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'));
    return rows.map((row) => Number(row.dataset.structure));
}"""


class Bench:
    """One table on the page, everything it told Python, and what the tests look at in it.

    The first third of the structures is called melt, the rest crystal; every other one is in training; the number of
    atoms falls and the gain rises from row to row; the name of structure 1 is hostile.
    """

    def __init__(self, page, doc, n):
        self.page = page
        self.doc = doc
        self.n = n
        self.members = np.arange(n) % 2 == 0
        self.gain = np.linspace(1, 2, n)
        self.answers = True
        self.heard = queue.Queue()

    def build(self, description):
        self.table = table = StructureTable(sizing_mode="stretch_width", height=400, description=description)
        names = [f"structure {i:05d}" for i in range(self.n)]
        names[1] = HOSTILE
        groups = ["melt" if i < self.n // 3 else "crystal" for i in range(self.n)]
        values = {"name": names, "group": groups, "atoms": np.arange(self.n)[::-1], "gain": self.gain}
        table.set_rows(COLUMNS, values, self.members)
        table.on_toggle(self.toggled)
        for kind in ("open", "hover", "select", "filter"):
            getattr(table, f"on_{kind}")(lambda value, kind=kind: self.heard.put((kind, value)))
        return table

    def toggled(self, index, on):
        if self.answers:
            self.members[index] = on
            self.table.set_members(self.members)
        self.heard.put(("toggle", (index, on)))

    def run(self, action):
        """Run on the page's own event loop, as the session does."""
        done = queue.Queue()
        self.doc.add_next_tick_callback(lambda: done.put(action()))
        return done.get(timeout=20)

    def set(self, **parameters):
        self.run(lambda: self.table.param.update(**parameters))

    def next(self, kind):
        """The next thing of this kind that Python hears; earlier things of other kinds are passed over."""
        while True:
            heard, value = self.heard.get(timeout=20)
            if heard == kind:
                return value

    # What is on the page

    def find(self, selector):
        return self.page.locator(f".lpr-table {selector}")

    def row(self, index):
        return self.find(f"[data-structure='{index}']:visible")

    def switch(self, index):
        return self.row(index).locator(".lpr-switch")

    def name(self, index):
        return self.row(index).locator(".cell.text .value").first

    def cell(self, index, key):
        at = ["index", *(column.key for column in COLUMNS)].index(key)
        return self.row(index).locator("[role=gridcell]").nth(at + 1)

    def header(self, key):
        return self.find(f"[data-key='{key}']")

    def scroll_top(self, to=None):
        """Where the rows are scrolled to, after scrolling there if told to."""
        return self.find(".scroller").evaluate(
            "(e, to) => { if (to !== null) e.scrollTop = to; return e.scrollTop; }", to
        )

    def order(self):
        """Structures of the rows that exist as elements, from top to bottom."""
        return self.page.locator(".lpr-table").evaluate(ORDER)

    def expect_order(self, expected):
        root = self.page.locator(".lpr-table").element_handle()
        script = f"([root, expected]) => String(({ORDER})(root).slice(0, expected.length)) === String(expected)"
        try:
            self.page.wait_for_function(script, arg=[root, list(expected)], timeout=20_000, polling=100)
        except TimeoutError as late:
            shown, count = self.order(), self.find(".count").inner_text()
            raise AssertionError(f"rows {shown} ({count}) instead of {list(expected)}") from late

    def expect_count(self, text):
        expect(self.find(".count")).to_contain_text(text, timeout=20_000)

    def expect_row(self, index, name, value):
        """Wait for an attribute of a row; None means without it."""
        wanted = f"[data-structure='{index}']:visible" + (f":not([{name}])" if value is None else f"[{name}='{value}']")
        self.find(wanted).wait_for(timeout=20_000)


@contextmanager
def table_stage(chromium):
    """Give ``open_table(name, n=60, width=900) -> Bench`` on one page for a whole file of tests."""
    opened = {}

    def build():
        opened["doc"] = pn.state.curdoc
        opened["column"] = pn.Column(sizing_mode="stretch_width", css_classes=["stage"])
        return opened["column"]

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = pn.serve(build, port=port, address="127.0.0.1", show=False, threaded=True, verbose=False)
    visit = Visit.start(chromium)
    visit.page.goto(f"http://127.0.0.1:{port}")
    visit.page.locator(".stage").wait_for(state="attached", timeout=60_000)

    def open_table(name, n=60, width=900):
        visit.page.set_viewport_size({"width": width, "height": 500})
        visit.page.mouse.move(0, 499)
        bench = Bench(visit.page, opened["doc"], n)
        bench.run(lambda: setattr(opened["column"], "objects", [bench.build(name)]))
        visit.page.locator(f"[aria-label='{name}'] [data-structure='0']").wait_for()
        return bench

    try:
        yield open_table
        assert visit.errors == []
        assert visit.outside_requests() == []
    finally:
        visit.page.close()
        server.stop()
