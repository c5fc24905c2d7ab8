"""What the bubble over a logarithmic slider says: the value, where the slider itself only knows its exponent."""

from __future__ import annotations

from bokeh.models import CustomJSTickFormatter

# as lprviz.core.colours.format_value writes it beside the slider
_POWER_OF_TEN = """
const value = 10 ** tick
const plain = value > 0.9995e-3 && value < 1e4
const text = plain ? String(Number(value.toPrecision(3))) : value.toExponential(1).replace(".0e", "e")
return text.replace("e+", "e").replaceAll("-", "−")
"""


def power_of_ten() -> CustomJSTickFormatter:
    """Return a formatter for the `format` of a slider whose value is a decimal exponent: -4 reads 1e−4."""
    return CustomJSTickFormatter(code=_POWER_OF_TEN)
