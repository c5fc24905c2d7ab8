"""The training table in a real browser: selecting, moving by keyboard, hovering, following the structure on show."""

import pytest
from playwright.sync_api import expect
from waiting import eventually

pytestmark = [
    pytest.mark.browser,
    # Panel repeats its shared stylesheets when a component joins a page that is already open.
    pytest.mark.filterwarnings("ignore:reference already known"),
]


def test_selection_by_click_control_shift_and_all(open_table):
    table = open_table(n=30)
    for index, modifiers, expected in [
        (2, [], (2,)),
        (5, ["Shift"], (2, 3, 4, 5)),
        (8, ["Control"], (2, 3, 4, 5, 8)),
        (3, ["Control"], (2, 4, 5, 8)),
    ]:
        table.name(index).click(modifiers=modifiers)
        table.expect_selected(*expected)
    table.page.keyboard.press("Control+a")
    table.expect_selected(*range(30))
    table.page.keyboard.press("Escape")
    table.expect_selected()
    table.name(4).click()
    table.expect_selected(4)
    table.page.keyboard.press("Shift+ArrowDown")
    table.expect_selected(4, 5)


def test_only_rows_that_the_filter_shows_count_as_selected(open_table):
    table = open_table(n=30)
    table.name(4).click()
    table.page.keyboard.press("Control+a")
    table.expect_count("30 selected")
    table.page.keyboard.press("/")
    table.page.keyboard.type("group:melt")
    table.expect_count("10 selected")
    table.expect_selected(*range(10))
    table.page.keyboard.press("Escape")
    table.expect_count("30 selected")
    table.expect_selected(*range(30))


def test_keys_move_the_focus_and_enter_opens(open_table):
    table = open_table(n=300)
    table.name(2).click()
    assert table.next("open") == 2
    table.page.keyboard.press("End")
    table.row(299).wait_for()
    table.page.keyboard.press("Enter")
    assert table.next("open") == 299
    table.page.keyboard.press("Home")
    table.page.keyboard.press("PageDown")
    table.page.keyboard.press("ArrowUp")
    table.page.keyboard.press("Enter")
    index = table.next("open")
    assert 5 < index < 20
    table.expect_row(index, "data-focused", "true")
    grid = table.find("[role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", "301")
    expect(grid).to_have_attribute("aria-activedescendant", table.row(index).get_attribute("id"))


def test_hover_by_mouse_and_by_keyboard(open_table):
    table = open_table()
    table.name(6).hover()
    assert table.next("hover") == 6
    table.find(".filter").hover()
    assert table.next("hover") is None
    table.find(".filter").press("ArrowDown")
    assert table.next("hover") == 0
    table.page.keyboard.press("ArrowDown")
    assert table.next("hover") == 1


def test_what_was_chosen_is_not_previewed_until_the_row_was_left(open_table):
    table = open_table()
    for choose in (table.name(3).click, table.switch(3).click):
        table.name(3).hover()
        assert table.next("hover") == 3
        choose()
        table.name(5).hover()  # the very next that Python hears of: neither an end, nor the same row again
        assert table.next("hover") == 5
        table.find(".filter").hover()
        assert table.next("hover") is None


def test_hover_follows_when_rows_move_under_a_resting_mouse(open_table):
    table = open_table(n=60)
    table.name(2).hover()
    assert table.next("hover") == 2
    table.name(2).click()
    table.page.keyboard.press("/")
    table.page.keyboard.type("-melt")
    eventually(lambda: table.messages[-1], ("hover", 22))


def test_current_scrolls_into_view_only_when_it_comes_from_outside(open_table):
    table = open_table(n=300)
    table.set(current=250)
    table.expect_row(250, "aria-current", "true")
    table.scroll_top(15)
    table.name(8).click()
    table.set(current=table.next("open"))
    table.expect_row(8, "aria-current", "true")
    table.catch_up()
    assert table.scroll_top() == 15
