"""``lprviz suggest``: structures of a pool to add to a training set, best first; or of the set, to leave out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lprviz.cli.inputs import JoinedSets, build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.outputs import require_writable
from lprviz.cli.removal import run_removal
from lprviz.cli.reporting import Report, table, versions
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.analysis import BudgetCurve, FittedLPR, Suggestion


def run(options: argparse.Namespace, report: Report) -> None:
    """Choose, and print the order with the gain of each and the metric after it."""
    require_writable(options.json)
    if options.remove:
        run_removal(options, report)
        return
    if options.candidates is None:
        raise LprvizError("There is no POOL to choose from.", "Give --candidates, or --remove to choose from TRAIN.")
    files = {"train": options.train, "candidates": options.candidates, "target": options.target}
    joined = read_joined(files, options.energy_key, report)
    candidates = [j for j in joined.roles["candidates"] if j not in joined.roles["train"]]
    if not candidates:
        raise LprvizError("Every candidate is in training already.", "Give a POOL other than TRAIN.")
    if len(candidates) < options.n:
        report.note(f"only {len(candidates)} candidates for the {options.n} asked for")
    analysis = build_analysis(options, joined, read_hypers(options.hypers, joined.structures), report)
    fitted = analysis.fit(joined.roles["train"])
    about = {
        "candidates": candidates,
        "target_structures": joined.roles["target"],
        "target_species": options.target_species,
        "threshold": options.threshold,
    }
    own = own_order(options.order, joined)
    with report.stage("choosing") as tick:
        if options.curve or own:
            budget = fitted.budget_curve(options.n, options.goal, **about, own_order=own, tick=tick)
            suggestion = budget.greedy
        else:
            budget, suggestion = None, fitted.suggest(options.n, options.goal, **about, tick=tick)
    values = as_json(suggestion, fitted, joined, report)
    text = as_text(suggestion, values["order"], joined)
    if budget is not None:
        values["budget"] = budget_values(budget, joined)
        text += f"\n\n{budget_text(budget)}"
    report.result(text, values, options.json)


def own_order(indices: list[int] | None, joined: JoinedSets) -> list[int]:
    """The user's order, given as indices within POOL, as structures of the joined set."""
    pool = joined.roles["candidates"]
    wrong = next((j for j in indices or () if j >= len(pool)), None)
    if wrong is not None:
        raise LprvizError(f"--order names structure {wrong}, but POOL has {len(pool)}.", "Indices count from 0.")
    return [pool.start + j for j in indices or ()]


def budget_values(budget: BudgetCurve, joined: JoinedSets) -> dict[str, Any]:
    """The curves as plain lists; the metric before the first addition comes first in each."""
    low, high = budget.random_band
    first = joined.roles["candidates"].start
    return {
        "greedy": budget.greedy.curve.tolist(),
        "random_median": budget.random_median.tolist(),
        "random_low": low.tolist(),
        "random_high": high.tolist(),
        "n_random_orders": len(budget.random),
        "own_order": [j - first for j in budget.own_order],
        "own": budget.own.tolist() if budget.own_order else [],
    }


def budget_text(budget: BudgetCurve) -> str:
    """The curves side by side, for people."""
    low, high = budget.random_band
    own = budget.own.tolist() if budget.own_order else []
    length = max(len(budget.greedy.curve), len(own))
    columns = [budget.greedy.curve.tolist(), budget.random_median.tolist(), low.tolist(), high.tolist(), own]
    rows = [(str(k), *(f"{column[k]:.4g}" if k < len(column) else "" for column in columns)) for k in range(length)]
    header = ("added", "greedy", "random, median", "random, 10 %", "random, 90 %", "your order")
    width = len(header) if own else len(header) - 1
    return f"{budget.metric} after n additions\n{table(header[:width], [row[:width] for row in rows])}"


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
