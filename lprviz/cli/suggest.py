"""``lprviz suggest``: structures of a pool to add to a training set, best first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lprviz.cli.inputs import JoinedSets, build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.outputs import require_writable
from lprviz.cli.reporting import Report, table, versions
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.analysis import FittedLPR, Suggestion


def run(options: argparse.Namespace, report: Report) -> None:
    """Choose, and print the order with the gain of each and the metric after it."""
    require_writable(options.json)
    files = {"train": options.train, "candidates": options.candidates, "target": options.target}
    joined = read_joined(files, options.energy_key, report)
    candidates = [j for j in joined.roles["candidates"] if j not in joined.roles["train"]]
    if not candidates:
        raise LprvizError("Every candidate is in training already.", "Give a POOL other than TRAIN.")
    if len(candidates) < options.n:
        report.note(f"only {len(candidates)} candidates for the {options.n} asked for")
    analysis = build_analysis(options, joined, read_hypers(options.hypers, joined.structures), report)
    fitted = analysis.fit(joined.roles["train"])
    with report.stage("choosing") as tick:
        suggestion = fitted.suggest(
            options.n,
            options.goal,
            candidates=candidates,
            target_structures=joined.roles["target"],
            threshold=options.threshold,
            tick=tick,
        )
    values = as_json(suggestion, fitted, joined, report)
    report.result(as_text(suggestion, values["order"], joined), values, options.json)


def as_text(suggestion: Suggestion, order: list[int], joined: JoinedSets) -> str:
    """The order, with gains and the metric, for people; indices count within POOL from 0."""
    first = joined.roles["candidates"].start
    rows = [
        (str(rank), str(index), joined.structures.formulas[first + index], joined.structures.groups[first + index],
         f"{gain:.4g}", f"{after:.4g}")
        for rank, (index, gain, after) in enumerate(
            zip(order, suggestion.gains, suggestion.curve[1:], strict=True), start=1
        )
    ]  # fmt: skip
    header = ("rank", "index in POOL", "formula", "group", "gain", suggestion.metric)
    return f"{suggestion.metric} before: {suggestion.curve[0]:.4g}\n{table(header, rows)}"


def as_json(suggestion: Suggestion, fitted: FittedLPR, joined: JoinedSets, report: Report) -> dict[str, Any]:
    """The order as indices within POOL, counted from 0, with everything needed to repeat it."""
    first = joined.roles["candidates"].start
    analysis = fitted.analysis
    return {
        "order": [j - first for j in suggestion.order],
        "gains": suggestion.gains.tolist(),
        "curve": suggestion.curve.tolist(),
        "goal": suggestion.goal,
        "metric": suggestion.metric,
        "n_train": len(joined.roles["train"]),
        "n_candidates": len(joined.roles["candidates"]),
        "n_target": len(joined.roles["target"]),
        "alpha": fitted.alpha,
        "scale": fitted.scale,
        **model_facts(analysis),
        "versions": versions(),
        "timings_s": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }
