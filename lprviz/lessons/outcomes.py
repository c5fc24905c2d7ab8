"""What comes out of a prediction: its score, the truth beside it, and what greedy would have done."""

from __future__ import annotations

import math
from dataclasses import replace

from lprviz.lessons.predictions import Answer, score_of_marks, score_of_number
from lprviz.lessons.progress import Outcome
from lprviz.lessons.readings import value_of
from lprviz.lessons.subject import Subject, atoms_of, some_atoms, structures_of
from lprviz.lessons.values import (
    ChoicePrediction,
    MarksPrediction,
    NumberPrediction,
    Step,
    StructuresPrediction,
)
from lprviz.session import Session
from lprviz.session.plans import moved


def outcome_of(step: Step, answer: Answer | None, subject: Subject, before: tuple[int, ...]) -> Outcome:
    """Set a step's prediction against what is there after its reveal.

    Parameters
    ----------
    step : Step
    answer : Answer or None
        The prediction, as `lprviz.lessons.predictions.accept` keeps it.
    subject : Subject
        The state after the reveal.
    before : tuple of int
        Training structures without those that were chosen.
    """
    asked = step.prediction
    if isinstance(asked, ChoicePrediction):
        return Outcome(score=float(answer == asked.answer), truth=(asked.answer,))
    if isinstance(asked, MarksPrediction):
        truth = tuple(sorted(set(atoms_of(asked.answer, subject).tolist())))
        return Outcome(score=score_of_marks(answer if isinstance(answer, tuple) else (), truth), truth=truth)
    if isinstance(asked, StructuresPrediction):
        return _against_greedy(asked, subject, before)
    compare = None if step.reveal is None else step.reveal.compare
    if compare is None:
        return Outcome()
    value = value_of(compare, subject)
    if isinstance(asked, NumberPrediction) and isinstance(answer, int | float):
        return Outcome(score=score_of_number(asked, float(answer), value), value=value)
    return Outcome(value=value)


def training_of_answer(session: Session, answer: tuple[int, ...]) -> tuple[tuple[int, ...], str]:
    """Members with the chosen structures, and what to call the step in the history."""
    return (*session.members, *answer), f"Chose {len(answer)} structures"


def _against_greedy(asked: StructuresPrediction, subject: Subject, before: tuple[int, ...]) -> Outcome:
    """The goal under the learner's choice and under greedy's; 1 where the learner is as good or better."""
    start = moved(subject.fit, before, subject.fit.alpha)
    among = [each for each in structures_of(asked.among, subject).tolist() if each not in set(before)]
    target = some_atoms(asked.target, subject)
    order = start.suggest(asked.count, asked.greedy, target, among).order
    value = value_of(asked.goal, subject)
    reference = value_of(asked.goal, replace(subject, fit=start.add(order)))
    share = value / reference if reference else math.nan
    score = min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0
    return Outcome(score=score, value=value, reference=reference, truth=tuple(order))
