"""The training table in a real browser: switches, numbers that change in place, filter and sort."""

import numpy as np
import pytest
from playwright.sync_api import expect
from table_stage import COLUMNS, HOSTILE, table_stage

pytestmark = [
    pytest.mark.browser,
    # Panel repeats its shared stylesheets when a component joins a page that is already open.
    pytest.mark.filterwarnings("ignore:reference already known"),
]


@pytest.fixture(scope="module")
def stage(chromium):
    with table_stage(chromium) as open_table:
        yield open_table


@pytest.fixture
def open_table(stage, request):
    return lambda **options: stage(request.node.name, **options)


def test_a_click_on_a_switch_reaches_python_and_is_confirmed(open_table):
    bench = open_table()
    bench.expect_row(3, "data-member", "false")
    bench.switch(3).click()
    assert bench.next("toggle") == (3, True)
    bench.expect_row(3, "data-pending", None)
    bench.expect_row(3, "data-member", "true")
    assert bench.switch(3).get_attribute("aria-checked") == "true"
    bench.expect_count("31 in training")


def test_space_toggles_the_focused_row(open_table):
    bench = open_table()
    bench.name(4).click()
    bench.page.keyboard.press("ArrowDown")
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (5, True)
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (5, False)


def test_a_focused_switch_answers_space_once(open_table):
    bench = open_table()
    bench.switch(2).focus()
    bench.page.keyboard.press("Space")
    assert bench.next("toggle") == (2, False)
    bench.expect_row(2, "data-pending", None)
    bench.expect_row(2, "data-member", "false")
    assert not bench.members[2]


def test_a_switch_is_pending_until_members_arrive_and_returns_when_refused(open_table):
    bench = open_table()
    bench.answers = False
    bench.switch(1).click()
    bench.next("toggle")
    bench.expect_row(1, "data-pending", "true")
    bench.expect_row(1, "data-member", "true")
    bench.run(lambda: bench.table.set_members(bench.members))  # the same members as before: the edit was refused
    bench.expect_row(1, "data-pending", None)
    bench.expect_row(1, "data-member", "false")


def test_a_failing_callback_returns_the_switch(open_table):
    bench = open_table()
    bench.answers = False
    bench.run(lambda: bench.table.on_toggle(lambda index, on: 1 // 0))
    bench.switch(7).click()
    bench.next("toggle")
    bench.expect_row(7, "data-pending", None)
    bench.expect_row(7, "data-member", "false")


def test_a_disabled_table_does_not_toggle_but_still_opens(open_table):
    bench = open_table()
    bench.set(disabled=True)
    expect(bench.switch(3)).to_have_attribute("aria-disabled", "true")
    bench.switch(3).click(force=True)
    bench.name(4).click()
    assert bench.next("open") == 4
    bench.expect_row(3, "data-member", "false")
    assert not bench.members[3]


def test_members_values_and_chips_change_in_place(open_table):
    bench = open_table(n=500)
    bench.name(3).click()
    bench.scroll_top(3000)
    bench.row(104).wait_for()
    gain = np.full(500, 0.25)
    gain[104] = np.nan
    green = np.tile(np.array([10, 200, 30], np.uint8), (500, 1))
    bench.run(lambda: bench.table.update(members=np.ones(500), values={"gain": gain}, chips={"gain": green}))
    expect(bench.cell(105, "gain")).to_have_text("0.250")
    expect(bench.cell(104, "gain")).to_have_text("–")
    expect(bench.cell(105, "gain").locator(".bar i")).to_have_css("background-color", "rgb(10, 200, 30)")
    bench.expect_row(105, "data-member", "true")
    assert bench.scroll_top() == 3000
    bench.expect_count("500 in training · 1 selected")


def test_stale_numbers_are_dimmed_and_said_so(open_table):
    bench = open_table()
    bench.run(lambda: bench.table.set_values("gain", bench.gain))
    bench.set(stale=True)
    bench.find(".badge").wait_for(state="visible")
    opacity = "(e) => Number(getComputedStyle(e).opacity)"
    assert bench.cell(5, "gain").locator(".value").evaluate(opacity) < 0.6
    assert bench.cell(5, "atoms").locator(".value").evaluate(opacity) == 1
    bench.set(stale=False)
    bench.find(".badge").wait_for(state="hidden")


def test_words_of_the_filter(open_table):
    bench = open_table(n=60)
    box = bench.find(".filter")
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
        bench.expect_count(f"{count} of 60 shown")
    expect(bench.find(".empty")).to_contain_text("No structure matches “no such thing”")
    box.press("Escape")
    assert bench.next("filter") == 60
    bench.expect_count("60 structures · 30 in training")


def test_an_unfinished_word_hides_nothing(open_table):
    bench = open_table(n=30)
    bench.find(".filter").fill("group:")
    bench.find(".filter").fill("group:melt")
    assert bench.next("filter") == 10


def test_a_filter_on_membership_waits_to_be_applied_again(open_table):
    bench = open_table(n=10)
    bench.find(".filter").fill("in")
    assert bench.next("filter") == 5
    bench.expect_order([0, 2, 4, 6, 8])  # the rows have moved: a click aims at where they are now
    bench.switch(4).click()
    bench.next("toggle")
    bench.find(".renew").wait_for(state="visible")
    assert bench.order() == [0, 2, 4, 6, 8]
    bench.find(".renew").click()
    assert bench.next("filter") == 4
    bench.expect_order([0, 2, 6, 8])
    bench.find(".renew").wait_for(state="hidden")


def test_headers_sort_both_ways_and_back(open_table):
    bench = open_table(n=10)
    header = bench.header("atoms")
    for order, expected in [("ascending", [9, 8, 7]), ("descending", [0, 1, 2]), ("none", [0, 1, 2])]:
        header.locator("button").click()
        expect(header).to_have_attribute("aria-sort", order)
        bench.expect_order(expected)


def test_a_live_sort_waits_for_a_click_when_values_change(open_table):
    bench = open_table(n=10)
    header = bench.header("gain")
    header.locator("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    gain = bench.gain[::-1].copy()
    gain[5] = np.nan
    bench.run(lambda: bench.table.set_values("gain", gain))
    expect(header).to_have_attribute("data-stale", "true")
    assert bench.order() == list(range(10))
    header.locator("button").click()
    bench.expect_order([9, 8, 7, 6, 4, 3, 2, 1, 0, 5])
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(header).not_to_have_attribute("data-stale", "true")


def test_markup_in_names_stays_text(open_table):
    bench = open_table()
    expect(bench.name(1)).to_have_text(HOSTILE)
    assert bench.find(".row img, .lpr-table .row b").count() == 0
    assert bench.page.evaluate("window.hacked") is None


def test_twenty_thousand_rows_make_few_elements(open_table):
    bench = open_table(n=20_000)
    for position in (2_000, 10_000, 19_999):
        bench.scroll_top(30 * position)
        bench.row(position).wait_for()
        assert bench.find(".body > .row").count() < 60
    bench.switch(19_999).click()
    assert bench.next("toggle") == (19_999, True)


def test_narrow_tables_hide_columns_of_low_priority_first(open_table):
    bench = open_table(width=380)
    expect(bench.find("[role=columnheader]")).to_have_text(["In", "#", "Structure", "Gain"])
    assert bench.find(".scroller").evaluate("(e) => e.scrollWidth - e.clientWidth") == 0


def test_another_data_set_replaces_rows_and_selection(open_table):
    bench = open_table(n=60)
    bench.name(4).click()
    bench.next("select")
    bench.run(lambda: bench.table.set_rows(COLUMNS[:1], {"name": ["only", "two"]}, [True, False]))
    bench.expect_count("2 structures · 1 in training")
    bench.expect_order([0, 1])
    assert bench.run(lambda: bench.table.selected) == ()
