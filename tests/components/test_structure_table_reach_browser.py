"""The training table in a real browser: selecting, moving by keyboard, hovering, following the structure on show."""

import pytest
from playwright.sync_api import expect
from table_stage import table_stage

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


def test_selection_by_click_control_shift_and_all(open_table):
    bench = open_table(n=30)
    for index, modifiers, expected in [
        (2, [], (2,)),
        (5, ["Shift"], (2, 3, 4, 5)),
        (8, ["Control"], (2, 3, 4, 5, 8)),
        (3, ["Control"], (2, 4, 5, 8)),
    ]:
        bench.name(index).click(modifiers=modifiers)
        assert bench.next("select") == expected
    assert bench.run(lambda: bench.table.selected) == (2, 4, 5, 8)
    bench.page.keyboard.press("Control+a")
    assert bench.next("select") == tuple(range(30))
    bench.page.keyboard.press("Escape")
    assert bench.next("select") == ()
    bench.name(4).click()
    assert bench.next("select") == (4,)
    bench.page.keyboard.press("Shift+ArrowDown")
    assert bench.next("select") == (4, 5)


def test_only_rows_that_the_filter_shows_count_as_selected(open_table):
    bench = open_table(n=30)
    bench.name(4).click()
    bench.page.keyboard.press("Control+a")
    bench.expect_count("30 selected")
    bench.page.keyboard.press("/")
    bench.page.keyboard.type("group:melt")
    bench.expect_count("10 selected")
    assert bench.run(lambda: bench.table.selected) == tuple(range(10))
    bench.page.keyboard.press("Escape")
    bench.expect_count("30 selected")


def test_python_can_select_and_filter(open_table):
    bench = open_table(n=30)
    bench.run(lambda: bench.table.set_filter("group:crystal"))
    assert bench.next("filter") == 20
    bench.run(lambda: bench.table.select_rows([3, 12, 15]))
    assert bench.next("select") == (12, 15)


def test_keys_move_the_focus_and_enter_opens(open_table):
    bench = open_table(n=300)
    bench.name(2).click()
    assert bench.next("open") == 2
    bench.page.keyboard.press("End")
    bench.row(299).wait_for()
    bench.page.keyboard.press("Enter")
    assert bench.next("open") == 299
    bench.page.keyboard.press("Home")
    bench.page.keyboard.press("PageDown")
    bench.page.keyboard.press("ArrowUp")
    bench.page.keyboard.press("Enter")
    index = bench.next("open")
    assert 5 < index < 20
    bench.expect_row(index, "data-focused", "true")
    grid = bench.find("[role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", "301")
    expect(grid).to_have_attribute("aria-activedescendant", bench.row(index).get_attribute("id"))


def test_hover_by_mouse_and_by_keyboard(open_table):
    bench = open_table()
    bench.name(6).hover()
    assert bench.next("hover") == 6
    bench.find(".filter").hover()
    assert bench.next("hover") is None
    bench.find(".filter").press("ArrowDown")
    assert bench.next("hover") == 0
    bench.page.keyboard.press("ArrowDown")
    assert bench.next("hover") == 1


def test_hover_follows_when_rows_move_under_a_resting_mouse(open_table):
    bench = open_table(n=60)
    bench.name(2).hover()
    assert bench.next("hover") == 2
    bench.run(lambda: bench.table.set_filter("-melt"))
    assert bench.next("hover") == 22


def test_current_scrolls_into_view_only_when_it_comes_from_outside(open_table):
    bench = open_table(n=300)
    bench.set(current=250)
    bench.expect_row(250, "aria-current", "true")
    bench.scroll_top(15)
    bench.name(8).click()
    bench.set(current=bench.next("open"))
    bench.expect_row(8, "aria-current", "true")
    assert bench.scroll_top() == 15
