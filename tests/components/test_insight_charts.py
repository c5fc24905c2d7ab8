"""Scatter, parity and cross-validation charts: what their sources hold and say, and that they change in place."""

import numpy as np
import pytest
from bokeh.events import Tap

from lprviz.components.alpha_chart import GCV, LOO, AlphaChart
from lprviz.components.bokeh_theme import DARK
from lprviz.components.chart_series import (
    MOST_POINTS,
    ErrorBars,
    GuideLine,
    LogScatterData,
    Zone,
    drawn_sample,
    medians_along,
)
from lprviz.components.log_axes import log_limits, steady_limits
from lprviz.components.log_scatter import LogScatter
from lprviz.components.parity_chart import ParityChart
from lprviz.components.tab_strip import TabStrip


def caption(chart):
    return chart._chart.layout[0].object.replace("\u202f", " ")


def cloud(n, seed=0):
    rng = np.random.default_rng(seed)
    return 10 ** rng.normal(-1, 0.4, n), 10 ** rng.normal(-2, 0.4, n), rng.random(n) < 0.5


def scatter(data, **params):
    chart = LogScatter("A chart", "x (eV)", "y (eV)", "lpr-chart", **params)
    chart.show(data)
    return chart


def drawn(chart, name):
    return np.column_stack([chart._sources[name].data["x"], chart._sources[name].data["y"]])


def test_discs_and_rings_hold_every_point_of_a_small_set():
    x, y, trained = cloud(200)
    chart = scatter(LogScatterData(x, y, trained, "atom"))
    low = chart._limits[1][0]
    np.testing.assert_allclose(drawn(chart, "trained"), np.column_stack([x, np.maximum(y, low)])[trained])
    np.testing.assert_allclose(drawn(chart, "others"), np.column_stack([x, np.maximum(y, low)])[~trained])
    assert "200 atoms" in caption(chart)


def test_a_large_set_is_thinned_and_the_chart_says_so():
    x, y, trained = cloud(20_000)
    chart = scatter(LogScatterData(x, y, trained, "atom"))
    assert len(drawn(chart, "trained")) + len(drawn(chart, "others")) == MOST_POINTS
    assert "3 000 of 20 000 atoms drawn, at random" in caption(chart)
    assert np.array_equal(drawn_sample(20_000), drawn_sample(20_000))  # the same atoms from one edit to the next


def test_zeros_are_drawn_at_the_foot_and_counted():
    x, y, _ = cloud(400)
    y[:2] = 0.0
    chart = scatter(LogScatterData(x, y, None, "atom"))
    low = chart._limits[1][0]
    assert (drawn(chart, "trained")[:2, 1] == low).all()
    assert f"{np.count_nonzero(y < low)} below" in caption(chart)


def test_guides_bars_and_zone_stand_where_they_are_said_to_be():
    x, y, _ = cloud(400)
    bars = ErrorBars(np.array([0.1]), np.array([0.01]), np.array([0.008]), np.array([0.013]), "rms of 400")
    data = LogScatterData(x, y, None, "atom", lines=(GuideLine(2.0, "95%"),), bars=bars, zone=Zone(0.1, 0.1, "blind"))
    chart = scatter(data)
    line = drawn(chart, "line0")
    np.testing.assert_allclose(line[:, 1], 2.0 * line[:, 0])
    assert chart._sources["bars"].data["upper"] == [0.013]
    zone = drawn(chart, "zone")
    (across, up) = chart._limits
    assert zone[:, 0].min() == pytest.approx(0.1)
    assert zone[:, 0].max() == across[1]
    assert (zone[:, 1] <= 0.1 * zone[:, 0] * (1 + 1e-12)).all()
    assert zone[:, 1].min() == up[0]
    assert all(word in caption(chart) for word in ("95%", "rms of 400", "blind"))


def test_an_edit_changes_points_and_neither_axes_nor_models():
    x, y, trained = cloud(300)
    chart = scatter(LogScatterData(x, y, trained, "atom"))
    renderers, limits = list(chart._figure.renderers), chart._limits
    chart.show(LogScatterData(x * 0.9, y * 0.9, ~trained, "atom"))
    assert chart._figure.renderers == renderers
    assert chart._limits[0] == limits[0]
    chart.show(LogScatterData(x * 1e4, y, trained, "atom"))
    assert chart._limits[0] != limits[0]


def test_dark_and_stale_reach_every_mark():
    x, y, trained = cloud(50)
    chart = scatter(LogScatterData(x, y, trained, "atom"))
    light = chart._discs.fill_color
    chart.dark = chart.stale = True
    assert chart._discs.fill_color != light
    assert chart._rings.line_color == DARK.accent
    assert chart._figure.xaxis.axis_label_text_color == DARK.text
    assert "Out of date" in caption(chart)


def test_medians_follow_a_power_law():
    rng = np.random.default_rng(1)
    x = 10 ** rng.uniform(-2, 2, 5000)
    across, up = medians_along(x, 3 * x**0.5)
    np.testing.assert_allclose(up, 3 * across**0.5, rtol=1e-4)
    assert len(across) == 12


@pytest.mark.parametrize("values", [[], [0.0, -1.0], [np.nan]])
def test_nothing_positive_has_no_limits(values):
    assert log_limits(values) is None


def test_limits_hold_while_they_serve():
    wide = (1e-3, 1.0)
    assert steady_limits(wide, (1e-3, 10**-0.5)) == wide
    assert steady_limits(wide, (1e-1, 10**-0.5)) == (1e-1, 10**-0.5)
    assert steady_limits(wide, (1e-4, 1.0)) == (1e-4, 1.0)


def test_parity_splits_training_from_the_rest_and_a_tap_names_the_structure():
    chosen = []
    chart = ParityChart(chosen.append)
    reference = np.array([-5.0, -4.5, -4.0])
    chart.show([3, 7, 9], reference, reference + 0.1, np.array([True, False, True]))
    assert list(chart._trained.data["structure"]) == [3, 9]
    assert list(chart._others.data["y"]) == [-4.4]
    chart._figure._trigger_event(Tap(chart._figure, x=-4.5, y=-4.41))
    chart._figure._trigger_event(Tap(chart._figure, x=-4.9, y=-4.0))
    assert chosen == [7]


def made_alpha():
    chosen = []
    chart = AlphaChart(chosen.append)
    alphas = np.geomspace(1e-6, 1, 37)
    logs = np.log10(alphas)
    chart.show(alphas, 10 ** (-3 + 0.1 * (logs + 2) ** 2), 10 ** (-3 + 0.1 * (logs + 4) ** 2))
    return chart, chosen


def test_minima_are_marked_and_named():
    chart, _ = made_alpha()
    chart.set_alpha(1e-3)
    assert chart._lows[LOO].data["x"] == pytest.approx([1e-2])
    assert chart._lows[GCV].data["x"] == pytest.approx([1e-4])
    assert "leave one out: lowest at α = 0.01" in caption(chart)
    assert "GCV: lowest at α = 1e−4" in caption(chart)
    assert chart._here.location == 1e-3
    chart.dark = True
    assert chart._here.line_color == DARK.text


def test_a_tap_takes_a_tenth_of_a_decade_or_a_minimum_close_by():
    chart, chosen = made_alpha()
    for place in (0.0123, 2.6e-6, 50.0):
        chart._figure._trigger_event(Tap(chart._figure, x=place, y=1e-3))
    assert chosen == pytest.approx([1e-2, 10**-5.6])  # what lies off the curve means nothing


def test_a_tab_strip_opens_known_tabs_only():
    opened = []
    strip = TabStrip(opened.append, [("one", "One"), ("two", "Two")], active="one")
    for key in ("two", "three"):
        strip._handle_msg({"type": "open", "key": key})
    assert opened == ["two"]
    assert strip.active == "two"
