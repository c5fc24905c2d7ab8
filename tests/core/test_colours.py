"""Colour scales: limits, ticks and colours come from one object, and missing is never mistaken for low."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lprviz.core.colours import MISSING_RGB, ColourScale, css_colours, element_rgb, fit_scale, format_value
from lprviz.errors import ModelError

LPR = np.geomspace(2e-4, 30, 1000)


def test_log_limits_are_half_decades_that_hold_the_values():
    scale = fit_scale(LPR, title="LPR", kind="log")
    for limit in (scale.low, scale.high):
        assert (2 * np.log10(limit)) == pytest.approx(round(2 * np.log10(limit)))
    assert scale.low <= 2.2e-4
    assert scale.high >= 29
    assert scale.covers(LPR)


def test_colours_run_from_one_end_to_the_other():
    scale = ColourScale("LPR", "log", 1e-2, 1.0)
    rgb = scale.rgb([1e-2, 1.0, 1e-9, 1e9])
    np.testing.assert_array_equal(css_colours(rgb[:2]), [scale.stops()[0], scale.stops()[-1]])
    np.testing.assert_array_equal(rgb[2:], rgb[:2])  # beyond the limits: the end colours


@pytest.mark.parametrize("kind", ["log", "linear", "log2-ratio", "signed"])
def test_undefined_is_grey(kind):
    scale = fit_scale([0.5, 2.0], title="x", kind=kind)
    np.testing.assert_array_equal(scale.rgb([np.nan]), [MISSING_RGB])
    assert np.isnan(scale.fractions([np.nan]))[0]


def test_nothing_positive_is_undefined_on_a_log_axis():
    scale = ColourScale("LPR", "log", 1e-2, 1.0)
    assert np.isnan(scale.fractions([0.0, -1.0])).all()


def test_ratios_are_symmetric_about_one():
    scale = fit_scale([0.3, 1.0, 1.2], title="r", kind="log2-ratio")
    assert scale.low * scale.high == pytest.approx(1.0)
    assert scale.fractions([1.0])[0] == pytest.approx(0.5)
    assert scale.fractions([4.0])[0] + scale.fractions([0.25])[0] == pytest.approx(1.0)


def test_a_scale_is_widened_never_narrowed():
    scale = fit_scale(LPR, title="LPR", kind="log")
    wider = scale.widened([1e-7, 1e-6])
    assert wider.low < scale.low
    assert wider.high == scale.high
    assert scale.widened([1.0]) == scale


@given(
    st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=40),
    st.sampled_from(["log", "linear", "log2-ratio", "signed"]),
)
def test_ticks_lie_on_the_bar_and_rise(values, kind):
    scale = fit_scale(values, title="x", kind=kind)
    places = [place for place, _ in scale.ticks()]
    assert scale.low < scale.high
    assert 2 <= len(places) <= 9
    assert all(0 <= place <= 1 for place in places)
    assert places == sorted(places)


def test_nothing_defined_still_gives_a_scale():
    assert fit_scale([np.nan], title="x", kind="log").ticks()


def test_an_unknown_palette_is_named():
    with pytest.raises(ModelError, match="rainbow"):
        ColourScale("x", "linear", 0, 1, palette="rainbow").rgb([0.5])


def test_elements_have_their_customary_colours():
    assert css_colours(element_rgb([1, 8])) == ("#cdcdcd", "#ff0d0d")  # hydrogen greyed, to be seen on a white page


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0312, "0.0312"),
        (1.0, "1"),
        (3.2e-5, "3.2e−5"),
        (1e-5, "1e−5"),
        (0.0, "0"),
        (12345.0, "1.2e4"),
        (-0.5, "−0.5"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert format_value(value) == text
