"""The training table in a real browser: how its columns share the width, and what stays in sight."""

import pytest
from waiting import eventually

pytestmark = [
    pytest.mark.browser,
    # Panel repeats its shared stylesheets when a component joins a page that is already open.
    pytest.mark.filterwarnings("ignore:reference already known"),
]

CUT = """(e) => [...e.querySelectorAll('.value')]
    .filter((value) => value.scrollWidth > value.clientWidth)
    .map((value) => value.textContent)"""
UNUSED = """(body) => {
    const row = [...body.querySelectorAll('.row')].find((each) => !each.hidden)
    return Math.round(body.getBoundingClientRect().right - row.lastChild.getBoundingClientRect().right)
}"""
IN_SIGHT = """(scroller, index) => {
    const row = [...scroller.querySelectorAll('[data-structure]')]
      .find((each) => !each.hidden && Number(each.dataset.structure) === index)
    if (!row) return false
    const [box, frame] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()]
    const head = scroller.querySelector('.head').getBoundingClientRect()
    return box.top >= head.bottom - 1 && box.bottom <= frame.bottom + 1
}"""


def keys(table):
    return table.page.locator(".lpr-table [data-key]").evaluate_all("(all) => all.map((e) => e.dataset.key)")


def in_sight(table, index):
    return table.find(".scroller").evaluate(IN_SIGHT, index)


def set_height(table, height):
    """Give the table another height, as the layout of a page does."""
    root = table.page.locator(".lpr-table")
    root.evaluate("(e, height) => { e.style.height = `${height}px` }", height)
    eventually(lambda: round(root.bounding_box()["height"]), height)


@pytest.mark.parametrize("width", [1200, 640, 420, 320])
def test_no_header_is_cut_and_least_important_columns_go_first(open_table, width):
    table = open_table(n=30, width=width)
    expected = {
        1200: ["@member", "index", "name", "group", "atoms", "gain"],
        640: ["@member", "index", "name", "group", "atoms", "gain"],
        420: ["@member", "index", "name", "group", "gain"],
        320: ["@member", "index", "name"],
    }
    eventually(lambda: keys(table), expected[width])
    eventually(lambda: table.find(".head").evaluate(CUT), [])


def test_texts_get_their_room_before_numbers_grow(open_table):
    table = open_table(n=30, width=640)
    eventually(lambda: table.row(3).evaluate(CUT), [])
    eventually(
        lambda: table.cell(3, "group").bounding_box()["width"], lambda width: width < 120
    )  # enough for "crystal"


def test_columns_fill_the_width_whatever_it_is(open_table):
    table = open_table(n=30)
    for width in (1100, 700):
        table.page.set_viewport_size({"width": width, "height": 500})
        eventually(lambda: abs(table.find(".body").evaluate(UNUSED)) <= 1, True)


def test_the_structure_on_show_stays_in_sight_when_the_table_gets_lower(open_table):
    table = open_table(n=300)
    table.set(current=150)
    table.expect_row(150, "aria-current", "true")
    eventually(lambda: in_sight(table, 150), True)
    for height in (300, 200, 400):
        set_height(table, height)
        eventually(lambda: in_sight(table, 150), True)


def test_who_has_scrolled_away_is_not_called_back(open_table):
    table = open_table(n=300)
    table.set(current=150)
    eventually(lambda: in_sight(table, 150), True)
    table.scroll_top(0)
    eventually(lambda: in_sight(table, 2), True)
    set_height(table, 250)
    table.catch_up()
    assert table.scroll_top() == 0
