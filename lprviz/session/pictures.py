"""The state as a picture: one value per environment and the scale it is drawn with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.analysis.results import UNDETERMINED_SHARE
from lprviz.core.colours import ColourScale, fit_scale
from lprviz.data.structures import StructureSet
from lprviz.session.quantities import ELEMENT, ELEMENT_TITLE, QUANTITIES, Context, Values, obstacle_to
from lprviz.session.values import Picture, Scales


def element_picture(structures: StructureSet, *, stale: bool = False, note: str = "") -> Picture:
    """Return the picture of a data set before anything is computed: element colours."""
    nothing = np.zeros(structures.n_environments, dtype=bool)
    values = structures.numbers.astype(np.float64)
    return Picture(ELEMENT, ELEMENT_TITLE, values, None, nothing, nothing, stale, note)


def paint(context: Context, asked: str, scales: Scales) -> tuple[Picture, Scales]:
    """Return the picture of a fit and the colour scales now in force.

    A quantity that cannot be had falls back to LPR, and the picture says why. A scale is fitted once per data set
    and only ever widened, so that a colour keeps its meaning from one edit to the next.
    """
    structures, fit = context.structures, context.fit
    note = obstacle_to(asked, context)
    key = "lpr" if note else asked
    outlined = fit.regulariser_share > UNDETERMINED_SHARE
    members = member_mask(structures, fit.members)
    lpr_scale = _scale_for("lpr", fit.lpr, scales)
    scales = {**scales, "lpr": lpr_scale}
    if key == ELEMENT:
        values = structures.numbers.astype(np.float64)
        picture = Picture(ELEMENT, ELEMENT_TITLE, values, None, outlined, members, note=note, lpr_scale=lpr_scale)
        return picture, scales
    quantity = QUANTITIES[key]
    values = quantity.compute(context)
    scale = _scale_for(key, values, scales)
    picture = Picture(key, quantity.bar, values, scale, outlined, members, note=note, lpr_scale=lpr_scale)
    return picture, {**scales, key: scale}


def marked_stale(picture: Picture | None, stale: bool) -> Picture | None:
    """Return the picture marked as stale or current."""
    return picture if picture is None or picture.stale == stale else replace(picture, stale=stale)


def member_mask(structures: StructureSet, members: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which environments belong to training structures, (n_environments,)."""
    trained = np.zeros(structures.n_structures, dtype=bool)
    trained[list(members)] = True
    return trained[structures.structure_of]


def geometric_means(values: Values, offsets: NDArray[np.int64]) -> Values:
    """Return the geometric mean over the atoms of each structure, (n_structures,)."""
    return np.exp(np.add.reduceat(np.log(values), offsets[:-1]) / np.diff(offsets))


def most_telling(fit: FittedLPR, offsets: NDArray[np.int64]) -> int:
    """Return the structure to look at first: of those that do not train, the one whose atoms differ most in LPR."""
    logs = np.log(np.clip(fit.lpr, 1e-300, 1e300))
    sizes = np.diff(offsets)
    means = np.add.reduceat(logs, offsets[:-1]) / sizes
    spread = np.add.reduceat(logs**2, offsets[:-1]) / sizes - means**2
    if len(fit.members) < spread.size:
        spread[list(fit.members)] = -1.0
    return int(np.argmax(spread))


def _scale_for(key: str, values: Values, scales: Scales) -> ColourScale:
    quantity = QUANTITIES[key]
    known = scales.get(key)
    if known is None:
        if key == "regulariser-share":
            return ColourScale(quantity.bar, "linear", 0.0, 1.0, quantity.palette or "viridis")
        return fit_scale(values, title=quantity.bar, kind=quantity.kind, palette=quantity.palette)
    return known if key == "regulariser-share" or known.covers(values) else known.widened(values)
