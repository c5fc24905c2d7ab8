"""The training table in a real browser: what a person does reaches Python, what Python says appears in place."""

import os
import queue
import socket
from pathlib import Path

import numpy as np
import panel as pn
import pytest

from lprviz.components.structure_table import Column, StructureTable

pytestmark = [
    pytest.mark.browser,
    # Panel repeats its shared stylesheets when a component joins a page that is already open.
    pytest.mark.filterwarnings("ignore:reference already known"),
]

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "<img src=x onerror='window.hacked=1'><b>bold</b>"
COLUMNS = (
    Column("name", "Structure", "text", 140, priority=1),
    Column("group", "Group", "text", 90, priority=3),
    Column("atoms", "Atoms", "int", 60, priority=4),
    Column("gain", "Gain", "log", 110, "Predicted gain", priority=2),
)


@pytest.fixture(scope="module")
def chromium():
    if os.environ.get("LPRVIZ_NO_BROWSER"):
        pytest.skip("LPRVIZ_NO_BROWSER is set")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Bench:
    """One table on the page, and everything it told Python."""

    def __init__(self, page, doc, n):
        self.page = page
        self.doc = doc
        self.n = n
        self.members = np.arange(n) % 2 == 0
        self.gain = np.linspace(1, 2, n)
        self.heard = queue.Queue()
        self.answers = True

    def build(self, description):
        self.table = table = StructureTable(sizing_mode="stretch_width", height=400, description=description)
        names = [f"structure {i:05d}" for i in range(self.n)]
        names[1] = HOSTILE
        groups = ["melt" if i < self.n // 3 else "crystal" for i in range(self.n)]
        values = {"name": names, "group": groups, "atoms": np.arange(self.n)[::-1], "gain": self.gain}
        table.set_rows(COLUMNS, values, self.members)
        table.on_toggle(self.toggle)
        for kind in ("open", "hover", "select", "filter"):
            getattr(table, f"on_{kind}")(lambda value, kind=kind: self.heard.put((kind, value)))
        return table

    def toggle(self, index, on):
        if self.answers:
            self.members[index] = on
            self.table.set_members(self.members)
        self.heard.put(("toggle", index, on))

    def run(self, action):
        """Run on the page's own event loop, as the session does."""
        done = queue.Queue()
        self.doc.add_next_tick_callback(lambda: done.put(action()))
        return done.get(timeout=10)

    def next(self, kind):
        while True:
            event = self.heard.get(timeout=10)
            if event[0] == kind:
                return event[1:] if kind == "toggle" else event[1]


@pytest.fixture(scope="module")
def stage(chromium):
    """An empty page; each test puts its own table on it, which also tries mounting and removing."""
    opened = {}

    def build():
        opened["doc"] = pn.state.curdoc
        opened["column"] = pn.Column(sizing_mode="stretch_width", css_classes=["stage"])
        return opened["column"]

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = pn.serve(build, port=port, address="127.0.0.1", show=False, threaded=True, verbose=False)
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    page.locator(".stage").wait_for(state="attached")
    yield page, opened
    page.close()
    server.stop()


@pytest.fixture
def open_table(stage, request):
    page, opened = stage

    def open_(n=60, width=900):
        page.set_viewport_size({"width": width, "height": 500})
        page.mouse.move(0, 499)
        bench = Bench(page, opened["doc"], n)
        bench.run(lambda: setattr(opened["column"], "objects", [bench.build(request.node.name)]))
        page.locator(f"[aria-label='{request.node.name}'] [data-structure='0']").wait_for()
        return bench

    return open_


def row(page, index):
    return page.locator(f"[data-structure='{index}']:visible")


def switch(page, index):
    return row(page, index).locator(".lpr-switch")


def text_cell(page, index):
    return row(page, index).locator(".cell.text .value").first


def shown(page):
    """Structures of the rows inside the window, from top to bottom."""
    return page.locator(".lpr-table").evaluate("""(root) => {
        const rows = [...root.querySelectorAll('[data-structure]')].filter((r) => !r.hidden);
        rows.sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'));
        return rows.map((r) => Number(r.dataset.structure));
    }""")


def until(page, script, argument=None):
    """Wait for a condition on the table's own element, called `root` in the script."""
    root = page.locator(".lpr-table").element_handle()
    page.wait_for_function(f"([root, argument]) => {script}", arg=[root, argument], timeout=10_000)


def count_text(page):
    return page.locator(".count").inner_text()


def test_a_click_on_a_switch_reaches_python_and_is_confirmed(open_table):
    bench = open_table()
    assert row(bench.page, 3).get_attribute("data-member") == "false"
    switch(bench.page, 3).click()
    assert bench.next("toggle") == (3, True)
    until(bench.page, "root.querySelector('[data-structure=\"3\"]').dataset.pending === undefined")
    assert switch(bench.page, 3).get_attribute("aria-checked") == "true"
    assert row(bench.page, 3).get_attribute("data-member") == "true"
    assert "31 in training" in count_text(bench.page)


def test_space_toggles_the_focused_row(open_table):
    bench = open_table()
    text_cell(bench.page, 4).click()
    bench.page.keyboard.press("ArrowDown")
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (5, True)
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (5, False)


def test_a_focused_switch_answers_space_once(open_table):
    bench = open_table()
    switch(bench.page, 2).focus()
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (2, False)
    until(bench.page, "root.querySelector('[data-structure=\"2\"]').dataset.member === 'false'")
    bench.run(lambda: None)
    assert bench.members[2] == np.False_


def test_a_switch_is_pending_until_members_arrive_and_returns_when_refused(open_table):
    bench = open_table()
    bench.answers = False
    switch(bench.page, 1).click()
    bench.next("toggle")
    until(bench.page, "root.querySelector('[data-structure=\"1\"]').dataset.pending === 'true'")
    assert row(bench.page, 1).get_attribute("data-member") == "true"
    bench.run(lambda: bench.table.set_members(bench.members))  # the same members as before: the edit was refused
    until(bench.page, "root.querySelector('[data-structure=\"1\"]').dataset.pending === undefined")
    assert row(bench.page, 1).get_attribute("data-member") == "false"


def test_a_failing_callback_returns_the_switch(open_table):
    bench = open_table()
    bench.answers = False
    bench.run(lambda: bench.table.on_toggle(lambda index, on: 1 // 0))
    switch(bench.page, 7).click()
    bench.next("toggle")
    until(bench.page, "root.querySelector('[data-structure=\"7\"]').dataset.pending === undefined")
    assert row(bench.page, 7).get_attribute("data-member") == "false"


def test_a_disabled_table_does_not_toggle_but_still_opens(open_table):
    bench = open_table()
    bench.run(lambda: setattr(bench.table, "disabled", True))
    until(bench.page, "root.querySelector('.lpr-switch').getAttribute('aria-disabled') === 'true'")
    switch(bench.page, 3).click(force=True)
    text_cell(bench.page, 4).click()
    assert bench.heard.get(timeout=10)[0] != "toggle"
    assert bench.next("open") == 4
    assert row(bench.page, 3).get_attribute("data-member") == "false"


def test_values_members_and_chips_change_in_place_and_keep_scroll_and_selection(open_table):
    bench = open_table(n=500)
    text_cell(bench.page, 3).click()
    bench.page.locator(".scroller").evaluate("(e) => { e.scrollTop = 3000; }")
    row(bench.page, 104).wait_for()
    gain = np.full(500, 0.25)
    gain[104] = np.nan
    rgb = np.tile(np.array([10, 200, 30], np.uint8), (500, 1))
    members = np.ones(500, bool)
    bench.run(lambda: bench.table.update(members=members, values={"gain": gain}, chips={"gain": rgb}))
    until(bench.page, "root.querySelector('[data-structure=\"105\"]').textContent.includes('0.250')")
    assert "–" in row(bench.page, 104).inner_text()
    assert row(bench.page, 105).get_attribute("data-member") == "true"
    bar = row(bench.page, 105).locator(".bar i")
    assert bar.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(10, 200, 30)"
    assert bench.page.locator(".scroller").evaluate("(e) => e.scrollTop") == 3000
    assert "500 in training · 1 selected" in count_text(bench.page)


def test_words_of_the_filter(open_table):
    bench = open_table(n=60)
    box = bench.page.locator(".filter")
    for text, count in [
        ("group:melt", 20),
        ("group:melt out", 10),
        ("-group:melt in", 20),
        ("atoms>=50 atoms<55", 5),
        ('"structure 00002"', 1),
        ("no such thing", 0),
    ]:
        box.fill(text)
        assert bench.next("filter") == count, text
        assert f"{count} of 60 shown" in count_text(bench.page)
    assert "No structure matches" in bench.page.locator(".empty").inner_text()
    box.press("Escape")
    assert bench.next("filter") == 60
    assert count_text(bench.page).startswith("60 structures")


def test_a_filter_on_membership_waits_to_be_applied_again(open_table):
    bench = open_table(n=10)
    bench.page.locator(".filter").fill("in")
    assert bench.next("filter") == 5
    switch(bench.page, 4).click()
    bench.next("toggle")
    renew = bench.page.locator(".renew")
    renew.wait_for(state="visible")
    assert shown(bench.page) == [0, 2, 4, 6, 8]
    renew.click()
    assert bench.next("filter") == 4
    assert shown(bench.page) == [0, 2, 6, 8]


def test_headers_sort_both_ways_and_back(open_table):
    bench = open_table(n=10)
    header = bench.page.locator("[data-key='atoms']")
    for order, expected in [("ascending", [9, 8, 7]), ("descending", [0, 1, 2]), ("none", [0, 1, 2])]:
        header.locator("button").click()
        until(bench.page, "root.querySelector('[data-key=atoms]').getAttribute('aria-sort') === argument", order)
        assert shown(bench.page)[:3] == expected


def test_a_live_sort_waits_for_a_click_when_values_change(open_table):
    bench = open_table(n=10)
    header = bench.page.locator("[data-key='gain']")
    header.locator("button").click()
    assert shown(bench.page) == list(range(10))
    gain = bench.gain[::-1].copy()
    gain[5] = np.nan
    bench.run(lambda: bench.table.set_values("gain", gain))
    until(bench.page, "root.querySelector('[data-key=gain]').dataset.stale === 'true'")
    assert shown(bench.page) == list(range(10))
    header.locator("button").click()
    until(bench.page, "root.querySelector('[data-key=gain]').dataset.stale === undefined")
    assert header.get_attribute("aria-sort") == "ascending"
    assert shown(bench.page) == [9, 8, 7, 6, 4, 3, 2, 1, 0, 5]


def test_selection_by_click_control_shift_and_all(open_table):
    bench = open_table(n=30)
    for index, modifiers, expected in [
        (2, [], (2,)),
        (5, ["Shift"], (2, 3, 4, 5)),
        (8, ["Control"], (2, 3, 4, 5, 8)),
        (3, ["Control"], (2, 4, 5, 8)),
    ]:
        text_cell(bench.page, index).click(modifiers=modifiers)
        assert bench.next("select") == expected
    assert bench.run(lambda: bench.table.selected) == (2, 4, 5, 8)
    bench.page.keyboard.press("Control+a")
    assert bench.next("select") == tuple(range(30))
    bench.page.keyboard.press("Escape")
    assert bench.next("select") == ()
    text_cell(bench.page, 4).click()
    bench.next("select")
    bench.page.keyboard.press("Shift+ArrowDown")
    assert bench.next("select") == (4, 5)


def test_what_the_filter_hides_does_not_count_as_selected(open_table):
    bench = open_table(n=30)
    text_cell(bench.page, 4).click()
    assert bench.next("select") == (4,)
    bench.page.keyboard.press("Control+a")
    bench.next("select")
    bench.page.keyboard.press("/")
    bench.page.keyboard.type("group:melt")
    assert bench.next("filter") is not None
    until(bench.page, "root.querySelector('.count').textContent.includes('10 selected')")
    assert bench.run(lambda: bench.table.selected) == tuple(range(10))
    bench.page.keyboard.press("Escape")
    until(bench.page, "root.querySelector('.count').textContent.includes('30 selected')")


def test_an_unfinished_word_hides_nothing(open_table):
    bench = open_table(n=30)
    bench.page.locator(".filter").fill("group:")
    bench.page.locator(".filter").fill("group:melt")
    assert bench.next("filter") == 10


def test_python_can_select_and_filter(open_table):
    bench = open_table(n=30)
    bench.run(lambda: bench.table.set_filter("group:crystal"))
    assert bench.next("filter") == 20
    bench.run(lambda: bench.table.select_rows([3, 12, 15]))
    assert bench.next("select") == (12, 15)


def test_keys_move_the_focus_and_enter_opens(open_table):
    bench = open_table(n=300)
    text_cell(bench.page, 2).click()
    assert bench.next("open") == 2
    bench.page.keyboard.press("End")
    row(bench.page, 299).wait_for()
    bench.page.keyboard.press("Enter")
    assert bench.next("open") == 299
    bench.page.keyboard.press("Home")
    bench.page.keyboard.press("PageDown")
    bench.page.keyboard.press("Enter")
    assert bench.next("open") > 5
    grid = bench.page.locator("[role=grid]")
    assert grid.get_attribute("aria-rowcount") == "301"
    active = grid.get_attribute("aria-activedescendant")
    assert bench.page.locator(f"#{active}").get_attribute("data-focused") == "true"


def test_hover_by_mouse_and_by_keyboard(open_table):
    bench = open_table()
    text_cell(bench.page, 6).hover()
    assert bench.next("hover") == 6
    bench.page.locator(".filter").hover()
    assert bench.next("hover") is None
    bench.page.locator(".filter").press("ArrowDown")
    assert bench.next("hover") == 0
    bench.page.keyboard.press("ArrowDown")
    assert bench.next("hover") == 1


def test_current_scrolls_into_view_only_when_it_comes_from_outside(open_table):
    bench = open_table(n=300)
    bench.run(lambda: setattr(bench.table, "current", 250))
    row(bench.page, 250).wait_for()
    assert row(bench.page, 250).get_attribute("aria-current") == "true"
    bench.page.locator(".scroller").evaluate("(e) => { e.scrollTop = 15; }")
    text_cell(bench.page, 8).click()
    index = bench.next("open")
    bench.run(lambda: setattr(bench.table, "current", index))
    until(bench.page, "root.querySelector('[data-structure=\"8\"]').getAttribute('aria-current') === 'true'")
    assert bench.page.locator(".scroller").evaluate("(e) => e.scrollTop") == 15


def test_markup_in_names_stays_text(open_table):
    bench = open_table()
    assert text_cell(bench.page, 1).inner_text() == HOSTILE
    assert bench.page.locator(".row img, .row b").count() == 0
    assert bench.page.evaluate("window.hacked") is None


def test_twenty_thousand_rows_make_few_elements(open_table):
    bench = open_table(n=20_000)
    scroller = bench.page.locator(".scroller")
    for fraction in (0.1, 0.5, 0.9, 1.0):
        scroller.evaluate("(e, f) => { e.scrollTop = f * e.scrollHeight; }", fraction)
        until(
            bench.page, "Number(root.querySelector('[role=row][id]').dataset.structure) >= argument", fraction * 19_900
        )
    row(bench.page, 19_999).wait_for()
    assert bench.page.locator(".body > .row").count() < 60
    switch(bench.page, 19_999).click()
    assert bench.next("toggle") == (19_999, True)


def test_narrow_tables_hide_columns_of_low_priority_first(open_table):
    bench = open_table(width=380)
    keys = bench.page.locator("[role=columnheader]").evaluate_all("(cells) => cells.map((c) => c.dataset.key)")
    assert keys == ["@member", "index", "name", "gain"]
    overflow = bench.page.locator(".scroller").evaluate("(e) => e.scrollWidth - e.clientWidth")
    assert overflow == 0


def test_another_data_set_replaces_rows_and_selection(open_table):
    bench = open_table(n=60)
    text_cell(bench.page, 4).click()
    bench.next("select")
    bench.run(lambda: bench.table.set_rows(COLUMNS[:1], {"name": ["only", "two"]}, [True, False]))
    until(bench.page, "root.querySelector('.count').textContent === '2 structures · 1 in training'")
    assert shown(bench.page) == [0, 1]
    assert bench.run(lambda: bench.table.selected) == ()
