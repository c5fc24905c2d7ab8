"""The training table in a real browser: switches, numbers that change in place, filter and sort."""

import numpy as np
import pytest
from playwright.sync_api import expect
from table_stage import COLUMNS, HOSTILE
from waiting import eventually

pytestmark = [
    pytest.mark.browser,
    # Panel repeats its shared stylesheets when a component joins a page that is already open.
    pytest.mark.filterwarnings("ignore:reference already known"),
]


def test_a_click_on_a_switch_reaches_python_and_is_confirmed(open_table):
    table = open_table()
    table.expect_row(3, "data-member", "false")
    table.switch(3).click()
    assert table.next("toggle") == (3, True)
    table.expect_row(3, "data-pending", None)
    table.expect_row(3, "data-member", "true")
    expect(table.switch(3)).to_have_attribute("aria-checked", "true")
    table.expect_count("31 in training")


def test_space_toggles_the_focused_row(open_table):
    table = open_table()
    table.name(4).click()
    table.page.keyboard.press("ArrowDown")
    table.page.keyboard.press("Space")
    assert table.next("toggle") == (5, True)
    table.page.keyboard.press("Space")
    assert table.next("toggle") == (5, False)


def test_a_focused_switch_answers_space_once(open_table):
    table = open_table()
    table.switch(2).focus()
    table.page.keyboard.press("Space")
    assert table.next("toggle") == (2, False)
    table.expect_row(2, "data-pending", None)
    table.expect_row(2, "data-member", "false")
    table.name(4).click()
    assert table.next("open") == 4  # whatever else the key had asked for would have come before this
    assert table.toggles() == [(2, False)]


def test_a_switch_is_pending_until_members_arrive_and_returns_when_refused(open_table):
    table = open_table()
    table.answers = False
    table.switch(1).click()
    table.next("toggle")
    table.expect_row(1, "data-pending", "true")
    table.expect_row(1, "data-member", "true")
    table.run(lambda: table.table.set_members(table.members))  # the same members as before: the edit was refused
    table.expect_row(1, "data-pending", None)
    table.expect_row(1, "data-member", "false")


def test_a_failing_callback_returns_the_switch(open_table):
    table = open_table()
    table.answers = False
    table.run(lambda: table.table.on_toggle(lambda index, on: 1 // 0))
    table.switch(7).click()
    table.next("toggle")
    table.expect_row(7, "data-pending", None)
    table.expect_row(7, "data-member", "false")


def test_a_disabled_table_does_not_toggle_but_still_opens(open_table):
    table = open_table()
    table.set(disabled=True)
    expect(table.switch(3)).to_have_attribute("aria-disabled", "true")
    table.switch(3).click(force=True)
    table.name(4).click()
    assert table.next("open") == 4
    table.expect_row(3, "data-member", "false")
    assert table.toggles() == []


def test_members_values_and_chips_change_in_place(open_table):
    table = open_table(n=500)
    table.name(3).click()
    table.scroll_top(3000)
    table.row(104).wait_for()
    gain = np.full(500, 0.25)
    gain[104] = np.nan
    green = np.tile(np.array([10, 200, 30], np.uint8), (500, 1))
    table.run(lambda: table.table.update(members=np.ones(500), values={"gain": gain}, chips={"gain": green}))
    expect(table.cell(105, "gain")).to_have_text("0.250")
    expect(table.cell(104, "gain")).to_have_text("–")
    expect(table.cell(105, "gain").locator(".bar i")).to_have_css("background-color", "rgb(10, 200, 30)")
    table.expect_row(105, "data-member", "true")
    table.expect_count("500 in training · 1 selected")
    assert table.scroll_top() == 3000


def test_stale_numbers_are_dimmed_and_said_so(open_table):
    table = open_table()
    table.run(lambda: table.table.set_values("gain", table.gain))
    table.set(stale=True)
    table.find(".badge").wait_for(state="visible")
    opacity = "(e) => Number(getComputedStyle(e).opacity)"
    eventually(lambda: table.cell(5, "gain").locator(".value").evaluate(opacity), lambda seen: seen < 0.6)
    assert table.cell(5, "atoms").locator(".value").evaluate(opacity) == 1
    table.set(stale=False)
    table.find(".badge").wait_for(state="hidden")


def test_words_of_the_filter(open_table):
    table = open_table(n=60)
    box = table.find(".filter")
    for text, count in [
        ("group:melt", 20),
        ("group:melt out", 10),
        ("-group:melt in", 20),
        ("atoms>=50 atoms<55", 5),
        ('"structure 00002"', 1),
        ("no such thing", 0),
    ]:
        box.fill(text)
        table.expect_count(f"{count} of 60 shown")
    expect(table.find(".empty")).to_contain_text("No structure matches “no such thing”")
    box.press("Escape")
    table.expect_count("60 structures · 30 in training")


def test_an_unfinished_word_hides_nothing(open_table):
    table = open_table(n=30)
    table.find(".filter").fill("group:melt")
    table.expect_count("10 of 30 shown")
    table.find(".filter").fill("group:")
    table.expect_count("30 structures")


def test_a_filter_on_membership_waits_to_be_applied_again(open_table):
    table = open_table(n=10)
    table.find(".filter").fill("in")
    table.expect_count("5 of 10 shown")
    table.expect_order([0, 2, 4, 6, 8])  # the rows have moved: a click aims at where they are now
    table.switch(4).click()
    table.next("toggle")
    table.find(".renew").wait_for(state="visible")
    table.catch_up()
    assert table.order() == [0, 2, 4, 6, 8]
    table.find(".renew").click()
    table.expect_count("4 of 10 shown")
    table.expect_order([0, 2, 6, 8])
    table.find(".renew").wait_for(state="hidden")


def test_headers_sort_both_ways_and_back(open_table):
    table = open_table(n=10)
    header = table.header("atoms")
    for order, expected in [("ascending", [9, 8, 7]), ("descending", [0, 1, 2]), ("none", [0, 1, 2])]:
        header.locator("button").click()
        expect(header).to_have_attribute("aria-sort", order)
        table.expect_order(expected)


def test_a_live_sort_waits_for_a_click_when_values_change(open_table):
    table = open_table(n=10)
    header = table.header("gain")
    header.locator("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    gain = table.gain[::-1].copy()
    gain[5] = np.nan
    table.run(lambda: table.table.set_values("gain", gain))
    expect(header).to_have_attribute("data-stale", "true")
    table.catch_up()
    assert table.order() == list(range(10))
    header.locator("button").click()
    table.expect_order([9, 8, 7, 6, 4, 3, 2, 1, 0, 5])
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(header).not_to_have_attribute("data-stale", "true")


def test_markup_in_names_stays_text(open_table):
    table = open_table()
    expect(table.name(1)).to_have_text(HOSTILE)
    expect(table.find(".row img, .lpr-table .row b")).to_have_count(0)
    assert table.page.evaluate("window.hacked") is None


def test_twenty_thousand_rows_make_few_elements(open_table):
    table = open_table(n=20_000)
    for position in (2_000, 10_000, 19_999):
        table.scroll_top(30 * position)
        table.row(position).wait_for()
        eventually(table.find(".body > .row").count, lambda count: 10 < count < 60)
    table.switch(19_999).click()
    assert table.next("toggle") == (19_999, True)


def test_narrow_tables_hide_columns_of_low_priority_first(open_table):
    table = open_table(width=380)
    expect(table.find("[role=columnheader]")).to_have_text(["In", "#", "Structure", "Gain"])
    eventually(lambda: table.find(".scroller").evaluate("(e) => e.scrollWidth - e.clientWidth"), 0)


def test_another_data_set_replaces_rows_and_selection(open_table):
    table = open_table(n=60)
    table.name(4).click()
    table.expect_selected(4)
    table.run(lambda: table.table.set_rows(COLUMNS[:1], {"name": ["only", "two"]}, [True, False]))
    table.expect_count("2 structures · 1 in training")
    table.expect_order([0, 1])
    table.expect_selected()
