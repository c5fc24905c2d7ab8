"""What switching one structure would do, shown before it is done: the ghost of a state, never the state itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lprviz.analysis import FittedLPR
from lprviz.analysis.preview import Preview
from lprviz.core.colours import ColourScale
from lprviz.errors import LprvizError
from lprviz.session import plans
from lprviz.session.comparing import Comparing
from lprviz.session.state import observed
from lprviz.session.values import Picture

TITLE = "LPR, preview (1 = one direct label)"  # no longer than the title it stands for, lest the picture jump
CHANGE = ColourScale("LPR, preview (after / before)", "log2-ratio", 0.25, 4.0, "blue-red")
"""The colours of a change, the same for every candidate, so that candidates can be told apart."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """A state that is not: what one switch would make of the one on show.

    Attributes
    ----------
    preview : Preview
        The numbers.
    picture : Picture
        The same as colours: LPR on the scale in force where atoms are coloured by LPR, otherwise its change. It rings
        no atom, as the prior's share is not foreseen.
    """

    preview: Preview
    picture: Picture


def ghost_of(fit: FittedLPR, picture: Picture, structure: int) -> Ghost | None:
    """Return what switching a structure would do to the state on show; None where that takes too long, or cannot be."""
    if fit.scale == "training":
        members = tuple(sorted(set(fit.members) ^ {structure}))
        if plans.seconds_to_move(fit, members, fit.alpha) > plans.SYNCHRONOUS_SECONDS:
            return None
    try:
        preview = fit.preview(structure)
    except LprvizError:  # said when it is tried in earnest; a pointer that passes by asks for nothing
        return None
    return Ghost(preview, _picture_of(preview, picture))


def _picture_of(preview: Preview, shown: Picture) -> Picture:
    none = np.zeros(shown.outlined.size, dtype=bool)
    if shown.quantity == "lpr":
        return replace(shown, title=TITLE, values=preview.lpr, outlined=none, note="")
    ratio = np.exp2(preview.log2_ratio)
    return Picture("log-ratio", CHANGE.title, ratio, CHANGE, none, shown.members)


class Previewing(Comparing):
    """A session in which a switch can be looked at before it is made."""

    ghost: Ghost | None = observed(None, "What the switch under the pointer would do, while it rests there.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before any view: a ghost of another state than the one on show is never seen.
        self.param.watch(lambda *events: self.preview(None), ["dataset", "fit", "members", "alpha", "picture"])

    def preview(self, structure: int | None) -> None:
        """Show what switching a structure would do, until the state changes or None is asked for.

        Nothing is shown while a newer state is being computed, nor where the answer would keep a person waiting.
        """
        ghost, fit, picture = None, self.fit, self.picture
        moving = self._plan is not None or self._refitting
        if structure is not None and fit is not None and picture is not None and not (picture.stale or moving):
            ghost = ghost_of(fit, picture, structure)
        if ghost is not self.ghost:
            self.ghost = ghost
