"""A page for tests of the training table: each test puts its own on it, which tries mounting and removing too."""

from __future__ import annotations

import queue
from contextlib import contextmanager

import numpy as np
import panel as pn
from browser import open_here, run_on
from playwright.sync_api import expect
from waiting import PATIENCE, eventually

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


class TablePage:
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
        self.messages = []
        self._unread = queue.Queue()

    def build(self, description):
        self.table = table = StructureTable(sizing_mode="stretch_width", height=400, description=description)
        names = [f"structure {i:05d}" for i in range(self.n)]
        names[1] = HOSTILE
        groups = ["melt" if i < self.n // 3 else "crystal" for i in range(self.n)]
        values = {"name": names, "group": groups, "atoms": np.arange(self.n)[::-1], "gain": self.gain}
        table.set_rows(COLUMNS, values, self.members)
        table.on_toggle(self.toggled)
        table.on_open(lambda index: self.hear("open", index))
        table.on_hover(lambda index: self.hear("hover", index))
        return table

    def toggled(self, index, on):
        if self.answers:
            self.members[index] = on
            self.table.set_members(self.members)
        self.hear("toggle", (index, on))

    def hear(self, kind, value):
        self.messages.append((kind, value))
        self._unread.put((kind, value))

    def run(self, action):
        return run_on(self.doc, action)

    def set(self, **parameters):
        self.run(lambda: self.table.param.update(**parameters))

    def next(self, kind):
        """The next thing of this kind that Python hears; earlier things of other kinds are passed over."""
        while True:
            try:
                heard, value = self._unread.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"Python waits in vain for {kind}; it has heard {self.messages}") from None
            if heard == kind:
                return value

    def toggles(self):
        """All switches that Python has heard of so far, and which way."""
        return [value for kind, value in self.messages if kind == "toggle"]

    def catch_up(self):
        """Wait until the page has taken in everything that Python has sent so far."""
        self.set(description=f"{self.table.description} again")
        expect(self.find("[role=grid]")).to_have_attribute("aria-label", self.table.description)

    def expect_selected(self, *expected):
        """Wait until Python knows these structures as the selected ones."""
        eventually(lambda: self.run(lambda: self.table.selected), expected)

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
        eventually(lambda: self.order()[: len(expected)], list(expected))

    def expect_count(self, text):
        expect(self.find(".count")).to_contain_text(text)

    def expect_row(self, index, name, value):
        """Wait for an attribute of a row; None means without it."""
        wanted = f"[data-structure='{index}']:visible" + (f":not([{name}])" if value is None else f"[{name}='{value}']")
        self.find(wanted).wait_for()


@contextmanager
def table_stage(chromium):
    """Give ``open_table(name, n=60, width=900) -> TablePage`` on one page for a whole file of tests."""
    stage = {}

    def build():
        stage["doc"] = pn.state.curdoc
        stage["column"] = pn.Column(sizing_mode="stretch_width", css_classes=["stage"])
        return stage["column"]

    with open_here(chromium, build) as visit:
        visit.page.locator(".stage").wait_for(state="attached")

        def open_table(name, n=60, width=900):
            visit.page.set_viewport_size({"width": width, "height": 500})
            visit.page.mouse.move(0, 499)
            table = TablePage(visit.page, stage["doc"], n)
            table.run(lambda: setattr(stage["column"], "objects", [table.build(name)]))
            visit.page.locator(f"[aria-label='{name}'] [data-structure='0']").wait_for()
            return table

        yield open_table
