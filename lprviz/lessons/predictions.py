"""The four kinds of predictions: how they are read from a file, what counts as an answer, and how good one was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lprviz.analysis.suggestion import goals
from lprviz.errors import LessonError
from lprviz.lessons.blocks import Entry
from lprviz.lessons.expressions import parse_expression, parse_number, parse_selector
from lprviz.lessons.readings import SIGNATURES
from lprviz.lessons.subject import Subject, atoms_of, structures_of
from lprviz.lessons.values import (
    ChoicePrediction,
    MarksPrediction,
    NumberPrediction,
    Prediction,
    StructuresPrediction,
)

Answer = float | int | tuple[int, ...]
"""A number; the number of an option, from 1; environments; or structures."""

Fields = Mapping[str, Entry]


def parse_prediction(fields: Fields) -> Prediction:
    """Read the fields of a ``predict`` block; the first says its kind.

    Raises
    ------
    LessonError
        If a field is missing, unknown or cannot be read.
    """
    kind = next((each for each in PREDICTIONS if each in fields), None)
    if kind is None:
        raise LessonError("This prediction is of no known kind.", f"Begin with one of {', '.join(PREDICTIONS)}.")
    required, optional, make = PREDICTIONS[kind]
    for key in required:
        if key not in fields:
            raise LessonError(f"The prediction {kind!r} lacks {key!r}.", f"Add a line `{key}: ...`.")
    for key, entry in fields.items():
        if key not in (kind, *required, *optional):
            raise LessonError(f"Line {entry.line}: the prediction {kind!r} has no {key!r}.", "Leave it out.")
    if not fields[kind].text:
        raise LessonError(f"The prediction {kind!r} asks nothing.", f"Write the question behind `{kind}:`.")
    return make(fields)


def _number(fields: Fields) -> NumberPrediction:
    low, high = parse_number(fields["from"].text), parse_number(fields["to"].text)
    factor = parse_number(fields["factor"].text) if "factor" in fields else 3.0
    if not 0.0 < low < high or factor <= 1.0:
        raise LessonError(f"The axis from {low:g} to {high:g} cannot be.", "Both positive, the first smaller.")
    return NumberPrediction(fields["number"].text, low, high, factor)


def _choice(fields: Fields) -> ChoicePrediction:
    options = tuple(text for text, _ in fields["options"].listed())
    answer = parse_number(fields["answer"].text)
    if not 2 <= len(options) <= 9 or answer not in range(1, len(options) + 1):
        raise LessonError(f"Option {answer:g} of {len(options)} cannot be.", "List 2 to 9 options; count from 1.")
    return ChoicePrediction(fields["choose"].text, options, int(answer))


def _marks(fields: Fields) -> MarksPrediction:
    among, answer = parse_selector(fields["among"].text), parse_selector(fields["answer"].text)
    return MarksPrediction(fields["mark"].text, among, answer)


def _structures(fields: Fields) -> StructuresPrediction:
    greedy = fields["greedy"].text if "greedy" in fields else "mean-log"
    count = parse_number(fields["count"].text)
    if greedy not in goals() or count != int(count) or count < 1:
        raise LessonError(f"{count:g} structures by {greedy!r} cannot be.", f"Goals: {', '.join(goals())}.")
    return StructuresPrediction(
        fields["structures"].text,
        int(count),
        parse_selector(fields["among"].text),
        parse_selector(fields["target"].text),
        parse_expression(fields["goal"].text, SIGNATURES),
        greedy,
    )


PREDICTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Fields], Prediction]]] = {
    "number": (("from", "to"), ("factor",), _number),
    "choose": (("options", "answer"), (), _choice),
    "mark": (("among", "answer"), (), _marks),
    "structures": (("count", "among", "target", "goal"), ("greedy",), _structures),
}
"""Kinds: fields they need, fields they may have, and how they are made."""


# -- answers --------------------------------------------------------------------------------------------------------


def accept(prediction: Prediction, answer: Any, subject: Subject) -> Answer:
    """An answer as it is kept.

    Raises
    ------
    LessonError
        If it is none: off the axis, no such option, atoms or structures that were not asked about.
    """
    if isinstance(prediction, NumberPrediction):
        number = float(answer)
        if not (math.isfinite(number) and prediction.low <= number <= prediction.high):
            raise LessonError(
                f"{number:g} is off the axis.", f"It goes from {prediction.low:g} to {prediction.high:g}."
            )
        return number
    if isinstance(prediction, ChoicePrediction):
        if answer not in range(1, len(prediction.options) + 1):
            raise LessonError(f"There is no option {answer}.", f"Choose one from 1 to {len(prediction.options)}.")
        return int(answer)
    chosen = tuple(sorted({int(each) for each in answer}))
    if isinstance(prediction, MarksPrediction):
        allowed = atoms_of(prediction.among, subject)
    else:
        allowed = structures_of(prediction.among, subject)
        if len(chosen) != prediction.count:
            raise LessonError(f"{len(chosen)} structures are chosen.", f"Choose {prediction.count}.")
    if np.setdiff1d(chosen, allowed).size:
        raise LessonError("Something was chosen that was not asked about.", f"Choose from {prediction.among}.")
    return chosen


def score_of_number(prediction: NumberPrediction, answer: float, truth: float) -> float:
    """1 within the factor asked for, falling to 0 two decades beyond it; 0 where the truth has no logarithm."""
    if not (truth > 0.0 and math.isfinite(truth)):
        return 0.0
    beyond = abs(math.log10(answer / truth)) - math.log10(prediction.factor)
    return float(np.clip(1.0 - beyond / 2.0, 0.0, 1.0))


def score_of_marks(answer: tuple[int, ...], truth: tuple[int, ...]) -> float:
    """Atoms marked rightly, over all that were marked or should have been; 1 where there were none at all."""
    union = set(answer) | set(truth)
    return len(set(answer) & set(truth)) / len(union) if union else 1.0
