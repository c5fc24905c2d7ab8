"""The histogram: every value is counted once, bins stay put, and what lies beyond the axis is not lost."""

import numpy as np
import pytest

from lprviz.components.histogram_bins import axis_places, histogram_counts, inner_ticks
from lprviz.components.rigidity_histogram import RigidityHistogram
from lprviz.core.colours import ColourScale

COLOURS = {"Si": "#f0c8a0", "C": "#909090"}


def caption(chart):
    return chart._chart.layout[0].object.replace("\u202f", " ")


def made(values, species, kind="log", low=1e-3, high=10.0, **params):
    chart = RigidityHistogram(**params)
    chart.set_axis(kind, low, high, "LPR")
    chart.set_values(values, species, COLOURS)
    return chart


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("log", 1e-3, 10.0), ("linear", -1.0, 2.0), ("log2-ratio", 0.25, 4.0), ("signed", -1, 1)]
)
def test_counts_agree_with_numpy_and_lose_nothing(kind, low, high):
    rng = np.random.default_rng(0)
    values = 10 ** rng.normal(size=5_000) if kind.startswith("log") else rng.normal(size=5_000)
    values[:10] = np.nan
    counted = histogram_counts(values, kind, low, high, 30)
    place = {"log": np.log10, "log2-ratio": np.log2}.get(kind, lambda v: v)
    expected, _ = np.histogram(place(values[10:]), bins=30, range=(place(low), place(high)))
    assert np.abs(counted.counts - expected).sum() <= 2  # a value within rounding of an edge may change its bin
    assert counted.counts.sum() == expected.sum()
    assert (counted.below, counted.above) == ((values < low).sum(), (values > high).sum())
    assert counted.undefined == 10
    assert counted.total == 5_000


def test_the_limits_themselves_are_inside():
    counted = histogram_counts([1e-3, 1.0, 10.0], "log", 1e-3, 10.0, 4)
    assert counted.counts.tolist() == [1, 0, 0, 2]
    assert (counted.below, counted.above) == (0, 0)


def test_zero_negative_and_infinite_have_no_place_on_a_logarithmic_axis():
    counted = histogram_counts([0.0, -1.0, np.inf, np.nan, 0.1], "log", 1e-3, 10.0, 4)
    assert counted.undefined == 4
    assert counted.total == 5


def test_no_values_at_all():
    counted = histogram_counts([], "log", 1e-3, 10.0, 4)
    assert counted.counts.tolist() == [0, 0, 0, 0]
    assert counted.total == 0


def test_the_outline_holds_the_counts_as_area():
    counted = histogram_counts([1e-9, 0.002, 0.5, 0.5, 100, 100, 100], "log", 1e-3, 10.0, 4)
    x, y = counted.outline()
    area = sum(0.5 * np.sum((part_x[1:] - part_x[:-1]) * (part_y[1:] + part_y[:-1])) for part_x, part_y in _parts(x, y))
    assert area * 4 == pytest.approx(counted.total)
    heights = [part_y.max() for _, part_y in _parts(x, y)]
    assert heights == [1, 2, 3]


def _parts(x, y):
    breaks = np.flatnonzero(np.isnan(x))
    return list(zip(np.split(x, breaks), np.split(y, breaks), strict=True))[:1] + [
        (px[1:], py[1:]) for px, py in list(zip(np.split(x, breaks), np.split(y, breaks), strict=True))[1:]
    ]


def test_marks_beyond_the_axis_stand_at_its_ends_and_undefined_ones_nowhere():
    scale = ColourScale("LPR", "log", 1e-2, 1.0)
    places = axis_places([1e-5, 0.1, 50.0, np.nan], scale, 10)
    assert places.tolist() == pytest.approx([-0.1, 0.5, 1.1])


def test_an_edit_moves_heights_and_neither_bins_nor_models():
    rng = np.random.default_rng(0)
    values, species = 10 ** rng.normal(-1, 0.5, 400), np.array(["Si", "C"] * 200)
    chart = made(values, species)
    sources, x = list(chart._bars), chart._bars[0].data["x"].copy()
    limits = chart._figure.y_range.end
    renderers = list(chart._figure.renderers)
    chart.set_values(values * 1.3, species, COLOURS)
    assert chart._bars == sources
    assert chart._figure.renderers == renderers
    assert np.array_equal(chart._bars[0].data["x"], x, equal_nan=True)
    assert chart._figure.y_range.end == limits


def test_each_species_has_its_outline_and_its_number():
    chart = made([0.1, 0.2, 0.3, np.nan], ["Si", "Si", "C", "C"], log_counts=False)
    assert "Si 2" in caption(chart)
    assert "C 2" in caption(chart)
    assert "1 atom undefined" in caption(chart)
    assert np.nanmax(chart._bars[0].data["y"]) + np.nanmax(chart._bars[1].data["y"]) == 2
    assert chart._bars[2].data["y"].size == 0


def test_many_species_are_shown_in_five_outlines_none_forgotten():
    species = np.repeat(["H", "C", "N", "O", "F", "S", "Cl"], [9, 8, 7, 6, 5, 4, 3])
    chart = made(np.full(42, 0.5), species)
    assert "H 9" in caption(chart)
    assert "3 others 12" in caption(chart)
    assert all(source.data["y"].size for source in chart._bars)


def test_what_lies_beyond_is_said():
    chart = made([1e-9, 0.1, 500.0, 600.0], ["Si"] * 4)
    assert "1 below 0.001" in caption(chart)
    assert "2 above 10" in caption(chart)


def test_the_threshold_shows_on_a_logarithmic_axis_around_one_only():
    chart = made([0.5], ["Si"])
    assert chart._one.visible
    assert chart._one.location == pytest.approx(0.75)
    for kind, low, high in [("linear", 0.0, 2.0), ("log2-ratio", 0.5, 2.0), ("log", 1e-4, 0.1)]:
        chart.set_axis(kind, low, high, "other")
        assert not chart._one.visible


def test_a_reference_is_outlined_with_the_total_it_compares_with():
    chart = made([0.1, 0.2, 0.3], ["Si", "Si", "C"], log_counts=False)
    chart.set_reference([0.1, 0.1, 0.1])
    assert np.nanmax(chart._before.data["y"]) == 3
    assert chart._now.data["y"].size > 0
    assert "all before" in caption(chart)
    chart.set_reference(None)
    assert chart._before.data["y"].size == chart._now.data["y"].size == 0


def test_a_preview_is_outlined_beside_the_total_and_goes_without_a_trace():
    chart = made([0.1, 0.2, 0.3], ["Si", "Si", "C"], log_counts=False)
    said = caption(chart)
    chart.set_preview([0.2, 0.2, 0.2], "all after adding structure 7")
    assert np.nanmax(chart._after.data["y"]) == 3
    assert chart._now.data["y"].size > 0
    assert "all after adding structure 7" in caption(chart)
    chart.set_preview(None)
    assert chart._after.data["y"].size == chart._now.data["y"].size == 0
    assert caption(chart) == said


def test_one_atom_among_thousands_is_seen():
    chart = made(np.concatenate([np.full(20_000, 5.0), [0.01]]), ["Si"] * 20_001)
    heights = chart._bars[0].data["y"]
    assert heights[np.nanargmin(np.where(heights > 0, heights, np.nan))] > 0.1 * np.nanmax(heights)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="species"):
        made([0.1, 0.2], ["Si"])


def test_stale_is_said():
    chart = made([0.1], ["Si"])
    chart.stale = True
    assert "Out of date" in caption(chart)


def test_the_height_follows_a_smaller_data_set_down_and_holds_through_edits():
    crowd = np.full(20_000, 0.1)
    chart = made(crowd, ["Si"] * crowd.size)
    tall = chart._figure.y_range.end
    chart.set_values(crowd[:10_000], ["Si"] * 10_000, {"Si": "#f0c8a0"})
    assert chart._figure.y_range.end == tall  # half as many are still compared on one axis
    chart.set_values(crowd[:300], ["Si"] * 300, {"Si": "#f0c8a0"})
    labels = chart._figure.yaxis[0].major_label_overrides
    assert max(labels) <= chart._figure.y_range.end < max(labels) + 1
    assert labels[max(labels)] == "100"


@pytest.mark.parametrize(("low", "high"), [(1e-4, 1e-3), (1e-4, 10**-3.5), (10**-3.5, 1e-3), (1e-3, 10.0), (1e-7, 1.0)])
def test_the_axis_names_at_least_two_values_clear_of_its_ends(low, high):
    ticks = inner_ticks(ColourScale("LPR", "log", low, high))
    assert len(ticks) >= 2
    assert all(0.05 < place < 0.95 for place, _ in ticks)
    for place, label in ticks:
        value = float(label.replace("−", "-"))
        assert place == pytest.approx(np.log(value / low) / np.log(high / low), abs=1e-9)
