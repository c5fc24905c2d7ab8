"""An explanation in plain words: short, and no more than the numbers say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lprviz.analysis.explanation import Explanation

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_WORTH_SAYING = 1.05
"""A candidate that raises LPR by less than this factor is no help."""


def in_words(value: float) -> str:
    """A number to two digits: 0.021, 3.4, 1200, 2 × 10⁻⁵."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e5:
        return f"{float(f'{value:.2g}'):g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{float(mantissa):g} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def in_labels(lpr: float) -> str:
    """LPR in words: "worth 0.02 direct labels"."""
    if not math.isfinite(lpr):
        return "without features, so that there is nothing to learn"
    number = in_words(lpr)
    return f"worth {number} direct label{'' if number == '1' else 's'}"


def explain_in_words(about: Explanation) -> tuple[str, ...]:
    """One sentence for each thing that is worth saying; see `Explanation.sentences`."""
    structure, atom = about.atom
    name = f"Atom {atom} ({about.symbol}) of structure {structure}"
    if not math.isfinite(about.lpr):
        return (f"{name} sees no neighbours: it has no features, so its local energy is zero whatever is learnt.",)
    said = [
        f"{name}: its share of the energy is {about.words}.",
        _prior(about.regulariser_share),
        _outside(about),
        _nearest(about),
        _typical(about),
        _split(about),
        _help(about),
        "LPR says how firmly the data hold this share, not how wrong it is.",
    ]
    return tuple(each for each in said if each)


def _prior(share: float) -> str:
    if share > 0.5:
        return f"The regulariser, not the data, sets it: LPR follows alpha with exponent {share:.2f}."
    if share > 0.05:
        return f"The data set most of it; {share:.0%} is the regulariser's (LPR follows alpha with that exponent)."
    return "The data set it: the regulariser hardly matters."


def _outside(about: Explanation) -> str:
    if about.mahalanobis is None:
        return "Nothing is in training, so nothing is known of any of its features."
    if about.outside_share >= 0.001:
        return (
            f"{_percent(about.outside_share)} of |x|², the square of its features, lies outside what the training "
            "structures span: only the regulariser acts there."
        )
    if about.undetermined_share >= 0.001:
        return (
            "Its features lie within what the training structures span, but "
            f"{_percent(about.undetermined_share)} of |x|² lies along directions that they determine weakly."
        )
    return "Its features lie within what the training structures span."


def _nearest(about: Explanation) -> str:
    if not about.nearest:
        return ""
    first = about.nearest[0]
    what = "The most similar other environment" if about.is_trained_on else "The most similar environment"
    bound = "" if about.distances_complete else " at least"
    return (
        f"{what} in training is atom {first.atom} of structure {first.structure}, at a distance of{bound} "
        f"{in_words(first.distance)} (the features of a typical atom have length 1)."
    )


def _typical(about: Explanation) -> str:
    if about.mahalanobis is None or about.typical_lpr is None:
        return ""
    ratio = about.lpr / about.typical_lpr
    if ratio < 1.0 / 3.0:
        verdict = f"{in_words(1.0 / ratio)} times what it has: the training structures vary less than their atoms do"
    elif ratio > 3.0:
        verdict = f"and it has {in_words(ratio)} times that: some structures speak of it in particular"
    else:
        verdict = "which is what it has"
    return (
        f"It lies {in_words(about.mahalanobis)} standard deviations from the mean training environment; so far out, as "
        f"many disordered structures would give an LPR of about {in_words(about.typical_lpr)}, {verdict}."
    )


def _split(about: Explanation) -> str:
    correlation = about.structure_correlation
    if correlation is None or abs(correlation) < 0.5:
        return ""
    if correlation < 0.0:
        return (
            f"Its local energy and the rest of its structure trade against each other (correlation {correlation:.3g}): "
            "their sum is known better than how it is shared."
        )
    return f"Its local energy moves with the rest of its structure (correlation {correlation:.3g})."


def _help(about: Explanation) -> str:
    if not len(about.candidates):
        return "Every structure is in training: only new ones could help."
    (best, lpr), factor = about.helpers(1)[0], about.lpr_with[0] / about.lpr
    if factor < _WORTH_SAYING:
        return "No structure outside training would raise it by more than 5 %."
    own = ", its own," if best == about.atom[0] else ""
    return f"Of the structures outside training, {best}{own} would help most: with it, LPR is {in_words(lpr)}."


def _percent(share: float) -> str:
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
