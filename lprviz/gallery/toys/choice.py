"""Phenomenon 12: choosing ten structures, by chance and by four goals."""

from __future__ import annotations

import numpy as np

from lprviz.core.arrays import FloatArray
from lprviz.core.engine import RigidityEngine
from lprviz.gallery.claims import Chart, Series, about, at_least, between
from lprviz.gallery.toys.environments import choice_toy
from lprviz.gallery.toys.outcome import REFERENCE, Outcome, found
from lprviz.gallery.toys.toy import IntArray

ADDITIONS = 10
COVERED = 0.1
"""LPR that counts as covered."""

DRAWS = 20
"""Random choices that are averaged."""


def choose(seed: int = 0) -> Outcome:
    """Greedy choice of ten among a hundred, against chance."""
    toy = choice_toy(seed)
    start = toy.engine(toy.members("base"))
    candidates = toy.members("candidate")
    target = toy.environments_of(toy.members("target"))
    curves = {
        "mean LPR": greedy_by_mean(start, candidates, target),
        "mean log LPR": greedy(start, candidates, target, "mean-log"),
        "D-optimal": greedy(start, candidates, target, "d-optimal"),
    }
    chance = [greedy_by_chance(start, candidates, target, (seed, draw)) for draw in range(DRAWS)]
    curves["random"] = [np.exp(np.mean(np.log(step), axis=0)) for step in zip(*chance, strict=True)]
    covered = {name: [_covered(lpr) for lpr in steps] for name, steps in curves.items()}
    covered["random"] = np.mean([[_covered(lpr) for lpr in steps] for steps in chance], axis=0).tolist()
    worst = {name: float(steps[-1].min()) for name, steps in curves.items()}
    unmoved = worst["mean LPR"] / float(start.lpr[target].min())
    text = "share of target atoms at LPR 0.1 or more: {}"
    reference = "figure known beforehand, to 0.25, from another pool"
    findings = [
        found(between(name, text.format(name), figure - 0.25, min(figure + 0.25, 1.0), f"{reference}: {figure}"),
              covered[name][-1])
        for name, figure in (("random", 0.72), ("mean LPR", 0.76), ("mean log LPR", 0.96), ("D-optimal", 0.95))
    ]  # fmt: skip
    findings += [
        found(at_least("better", "share covered by mean log LPR, less that by mean LPR", 0.1, "the goal matters"),
              covered["mean log LPR"][-1] - covered["mean LPR"][-1]),
        found(about("unmoved", "worst atom under mean LPR, as a multiple of before", 1.0, REFERENCE), unmoved),
        found(at_least("worst", "worst atom, D-optimal over random", 10.0, "the best worst atom, by a decade or more"),
              worst["D-optimal"] / worst["random"]),
    ]  # fmt: skip
    steps = list(range(ADDITIONS + 1))
    series = tuple(Series(name, steps, values, marks=True) for name, values in covered.items())
    chart = Chart("Ten additions", "structures added", "share of atoms at LPR ≥ 0.1", series)
    return Outcome(
        12,
        "Let greedy choose ten structures",
        "The goal matters more than the algorithm: raising the mean LPR leaves the worst atom where it was.",
        tuple(findings),
        (chart,),
    )


def greedy(start: RigidityEngine, candidates: tuple[int, ...], target: IntArray, goal: str) -> list[FloatArray]:
    """LPR of the targets before and after each of ten greedy additions, for one of the engine's goals."""
    engine, left, steps = start, list(candidates), [start.lpr[target]]
    for _ in range(ADDITIONS):
        gains = engine.gains(goal=goal, target=target, candidates=left)
        engine = engine.add(left.pop(int(np.argmax(gains))))
        steps.append(engine.lpr[target])
    return steps


def greedy_by_mean(start: RigidityEngine, candidates: tuple[int, ...], target: IntArray) -> list[FloatArray]:
    """The same for the arithmetic mean of LPR: a poor goal, which the engine therefore does not offer."""
    engine, left, steps = start, list(candidates), [start.lpr[target]]
    for _ in range(ADDITIONS):
        means = [float(np.mean(engine.preview(candidate)[target])) for candidate in left]
        engine = engine.add(left.pop(int(np.argmax(means))))
        steps.append(engine.lpr[target])
    return steps


def greedy_by_chance(
    start: RigidityEngine, candidates: tuple[int, ...], target: IntArray, seed: tuple[int, int]
) -> list[FloatArray]:
    """The same for ten candidates drawn at random."""
    engine, steps = start, [start.lpr[target]]
    for candidate in np.random.default_rng(seed).permutation(candidates)[:ADDITIONS]:
        engine = engine.add(int(candidate))
        steps.append(engine.lpr[target])
    return steps


def _covered(lpr: FloatArray) -> float:
    return float(np.mean(lpr >= COVERED))
