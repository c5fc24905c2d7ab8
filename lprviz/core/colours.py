"""Values to colours, as a pure function, so that picture, map, colour bar and export cannot disagree.

A `ColourScale` is frozen: it fixes title, kind, limits and palette once for a whole data set, and every view asks the
same object. Missing values (nan) are grey; the scale never hides them among the low ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lprviz.errors import ModelError

Kind = Literal["log", "linear", "log2-ratio", "signed"]

MISSING_RGB = (150, 150, 150)
PALETTES = {
    "viridis": "viridis",
    "cividis": "cividis",
    "plasma": "plasma",
    "blue-red": "coolwarm",  # its middle is grey: white points would vanish on a white page
}
_DIVERGING: dict[Kind, bool] = {"log": False, "linear": False, "log2-ratio": True, "signed": True}
_HALF_DECADE = 0.5
_PALEST = 205


@lru_cache(maxsize=16)
def palette_table(name: str) -> NDArray[np.uint8]:
    """Return the 256 colours of a palette, (256, 3) RGB."""
    from matplotlib import colormaps  # ASE brings it; imported on first use because it is slow to load

    if name not in PALETTES:
        raise ModelError(f"There is no palette '{name}'.", f"Choose one of {', '.join(PALETTES)}.")
    samples = colormaps[PALETTES[name]](np.arange(256))
    return np.round(np.asarray(samples)[:, :3] * 255).astype(np.uint8)


@dataclass(frozen=True)
class ColourScale:
    """How one quantity becomes colour.

    Parameters
    ----------
    title : str
        What the colour bar says, units included.
    kind : {"log", "linear", "log2-ratio", "signed"}
        ``log2-ratio`` is symmetric about 1 on a log2 axis, ``signed`` symmetric about 0.
    low, high : float
        The limits, in the quantity's own units; values outside take the end colours.
    palette : str
        A key of `PALETTES`.
    missing : str
        What grey means, in words, for the colour bar.
    """

    title: str
    kind: Kind
    low: float
    high: float
    palette: str = "viridis"
    missing: str = "undefined"

    def fractions(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return where each value lies between the limits: (n,) in [0, 1], nan where it is undefined."""
        span = _transform(np.asarray(values, dtype=np.float64), self.kind)
        low, high = _transform(np.array([self.low, self.high]), self.kind)
        with np.errstate(invalid="ignore"):
            return np.clip((span - low) / max(high - low, 1e-300), 0.0, 1.0)

    def rgb(self, values: ArrayLike) -> NDArray[np.uint8]:
        """Return the colours of values (n,), as (n, 3) RGB."""
        fractions = self.fractions(values)
        missing = np.isnan(fractions)
        index = np.round(np.where(missing, 0.0, fractions) * 255).astype(np.intp)
        colours = palette_table(self.palette)[index]
        colours[missing] = MISSING_RGB
        return colours

    def stops(self, n: int = 24) -> tuple[str, ...]:
        """Return ``n`` CSS colours from low to high, for drawing the bar."""
        return css_colours(palette_table(self.palette)[np.round(np.linspace(0, 255, n)).astype(np.intp)])

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Return (fraction, label) for each mark of the colour bar, at most seven."""
        places = _tick_values(self)
        return tuple(zip((float(f) for f in self.fractions(places)), map(format_value, places), strict=True))

    def covers(self, values: ArrayLike, share: float = 0.98) -> bool:
        """Tell whether at least ``share`` of the defined values lie within the limits."""
        defined = _defined(values, self.kind)
        return defined.size == 0 or float(np.mean((defined >= self.low) & (defined <= self.high))) >= share

    def widened(self, values: ArrayLike) -> ColourScale:
        """Return a scale that also holds ``values``; never narrower, so that colours keep their meaning."""
        fresh = fit_scale(values, title=self.title, kind=self.kind, palette=self.palette, missing=self.missing)
        return replace(self, low=min(self.low, fresh.low), high=max(self.high, fresh.high))


def fit_scale(
    values: ArrayLike, *, title: str, kind: Kind, palette: str | None = None, missing: str = "undefined"
) -> ColourScale:
    """Fit a scale to the values of a whole data set.

    Logarithmic limits are rounded outward to half decades of the 0.5 and 99.5 percentiles, symmetric ones to a
    power of two or a round number, so that small edits do not move them.
    """
    chosen = palette or ("blue-red" if _DIVERGING[kind] else "viridis")
    defined = _defined(values, kind)
    low, high = _limits(defined, kind) if defined.size else _default_limits(kind)
    return ColourScale(title=title, kind=kind, low=low, high=high, palette=chosen, missing=missing)


def css_colours(rgb: NDArray[np.uint8]) -> tuple[str, ...]:
    """Return ``#rrggbb`` for each row of an (n, 3) array."""
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.asarray(rgb, dtype=np.uint8).tolist())


def element_rgb(numbers: Iterable[int]) -> NDArray[np.uint8]:
    """Return the customary (Jmol) colour of each atomic number, (n, 3); white ones greyed to be seen on white."""
    from ase.data.colors import jmol_colors

    colours = np.round(jmol_colors[np.asarray(list(numbers), dtype=np.intp)] * 255).astype(np.uint8)
    return np.where(colours.min(axis=1, keepdims=True) > _PALEST, _PALEST, colours).astype(np.uint8)


def format_value(value: float) -> str:
    """Return a value in two or three significant digits, as it is printed (0.031, −1.2, 3e−5)."""
    if value == 0 or not np.isfinite(value):
        return "0" if value == 0 else "–"
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:{'.3g' if abs(value) < 999.5 else '.0f'}}".replace("-", "−")
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}".replace("-", "−")


def _transform(values: NDArray[np.float64], kind: Kind) -> NDArray[np.float64]:
    if kind in ("linear", "signed"):
        return np.where(np.isfinite(values), values, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(values)
    return np.where(np.isfinite(logs), logs, np.nan)


def _defined(values: ArrayLike, kind: Kind) -> NDArray[np.float64]:
    flat = np.asarray(values, dtype=np.float64).ravel()
    keep = np.isfinite(flat) & (flat > 0 if kind in ("log", "log2-ratio") else True)
    return flat[keep]


def _default_limits(kind: Kind) -> tuple[float, float]:
    return {"log": (1e-3, 1.0), "linear": (0.0, 1.0), "log2-ratio": (0.5, 2.0), "signed": (-1.0, 1.0)}[kind]


def _limits(values: NDArray[np.float64], kind: Kind) -> tuple[float, float]:
    low, high = (float(q) for q in np.quantile(values, [0.005, 0.995]))
    if kind == "log":
        steps = np.floor(np.log10(low) / _HALF_DECADE + 1e-9), np.ceil(np.log10(high) / _HALF_DECADE - 1e-9)
        bottom, top = steps[0], max(steps[1], steps[0] + 1)
        return float(10.0 ** (bottom * _HALF_DECADE)), float(10.0 ** (top * _HALF_DECADE))
    if kind == "log2-ratio":
        reach = max(1.0, float(np.ceil(np.max(np.abs(np.log2([low, high]))) - 1e-9)))
        return 2.0**-reach, 2.0**reach
    if kind == "signed":
        reach = _round_up(max(abs(low), abs(high)))
        return -reach, reach
    margin = 1e-9 * max(abs(low), abs(high), 1.0)
    return (low, high) if high - low > margin else (low - 0.5, high + 0.5)


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    unit = 10.0 ** np.floor(np.log10(value))
    return float(next(m for m in (1, 2, 5, 10) if m * unit >= value * (1 - 1e-9)) * unit)


def _tick_values(scale: ColourScale) -> NDArray[np.float64]:
    if scale.kind == "log":
        first, last = np.ceil(np.log10(scale.low) - 1e-6), np.floor(np.log10(scale.high) + 1e-6)
        step = max(1, int(np.ceil((last - first) / 6)))
        decades = 10.0 ** np.arange(first, last + 1, step)
        return decades if decades.size > 1 else np.array([scale.low, scale.high])
    if scale.kind == "log2-ratio":
        reach = round(float(np.log2(scale.high)))
        step = max(1, int(np.ceil(reach / 3)))
        powers = np.arange(-(reach // step) * step, reach + 1, step, dtype=np.float64)
        return 2.0**powers
    return np.linspace(scale.low, scale.high, 5)
