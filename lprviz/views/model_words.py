"""What the page says about the model in force: names, what a backbone has seen, what chance does."""

from __future__ import annotations

import re

import numpy as np

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.retraining import SeedNoise
from lprviz.core.alpha_choice import AlphaCurve
from lprviz.session.values import Study

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def full_name(spec: ModelSpec) -> str:
    """Return the model in one line, with everything that differs from the usual."""
    said = spec.describe()
    if spec.features is not None:
        return said  # begins with the name of a file, which is left as it is
    said = re.sub(r"\^(\d+)", lambda found: found[1].translate(_RAISED), said)
    return said[:1].upper() + said[1:]


def short_name(spec: ModelSpec) -> str:
    """Return what kind of model it is, for a badge that has to share its line."""
    if spec.features is not None:
        return f"{spec.features.title}, imported"
    return full_name(spec).split(" · ", 1)[0] + (" with forces" if spec.forces else "")


def counted(number: int, word: str) -> str:
    """Return "1 structure" or "3 structures"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def backbone_badge(trained_on: tuple[int, ...], members: tuple[int, ...]) -> str:
    """Return in a few words what a backbone was trained on and how far that is from the training set."""
    changed = len(set(trained_on) ^ set(members))
    since = f", {changed} changed since" if changed else ""
    return f"backbone of {counted(len(trained_on), 'structure')}{since}"


def backbone_sentence(trained_on: tuple[int, ...], members: tuple[int, ...]) -> str:
    """Return what a backbone was trained on, and what edits therefore mean."""
    seen = counted(len(trained_on), "structure")
    changed = len(set(trained_on) ^ set(members))
    if not changed:
        return f"The backbone was trained on these {seen}. Edits move the last layer only, live."
    verb = "has" if changed == 1 else "have"
    return (
        f"The backbone still is that of {seen}; {counted(changed, 'structure')} {verb} changed since. "
        "Edits move the last layer only, live."
    )


def seeds_sentence(noise: SeedNoise) -> str:
    """Return how much of an LPR is chance."""
    typical, large = (10.0**value for value in np.quantile(noise.spread, (0.5, 0.95)))
    return (
        f"Trained from {len(noise.seeds)} seeds, the LPR of an atom varies by a factor of {typical:.2f} in the median "
        f"and of {large:.2f} for one atom in twenty. Smaller changes may be chance."
    )


def earlier_state(study: Study, members: tuple[int, ...], alpha: float) -> str:
    """Return in what an answer's state differs from the present one; empty where in nothing that can be said."""
    if study.fit.members != members:
        return "This is about an earlier training set; ask again for the present one."
    if study.fit.alpha != alpha:
        return "This is about another α; ask again for the present one."
    return ""


def curve_sentence(curve: AlphaCurve, by: str) -> str:
    """Return what a regulariser chosen by leave-one-out ("loo") or by GCV ("gcv") is best at."""
    errors = curve.loo_rmse if by == "loo" else curve.gcv
    name = "Leave-one-out error" if by == "loo" else "The GCV score"
    best = int(np.argmin(errors))
    at_end = best in (0, len(errors) - 1)
    where = "at this end of the range tried" if at_end else "here"
    return f"{name} is lowest {where}: {1e3 * float(errors[best]):.3g} meV per atom."
