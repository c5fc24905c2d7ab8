"""What each structure outside training would be worth: a column of the training table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lprviz.analysis import FittedLPR
from lprviz.progress import Tick, no_tick


def gains_in_decades(fit: FittedLPR, tick: Tick = no_tick) -> NDArray[np.float64]:
    """Return what adding each structure would raise mean log10 LPR by, (n_structures,); nan for members."""
    gains = np.full(fit.engine.n_structures, np.nan)
    outside = np.setdiff1d(np.arange(gains.size), fit.members)
    if outside.size:
        gains[outside] = fit.engine.gains(goal="mean-log", candidates=outside, tick=tick) / np.log(10.0)
    return gains


def gains_take_long(fit: FittedLPR) -> bool:
    """Return whether the gains are work for the background: with forces each candidate is a block of rows."""
    return fit.engine.pool.blocks is not None
