"""``lprviz suggest --remove``: structures of a training set that can go with the least loss."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lprviz.cli.inputs import JoinedSets, build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.reporting import Report, table, versions
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.analysis import Dispensable, FittedLPR


def run_removal(options: argparse.Namespace, report: Report) -> None:
    """Choose, and print the order with the loss of each and the metric after it."""
    if options.candidates is not None or options.curve or options.order is not None:
        raise LprvizError(
            "--candidates, --curve and --order are about additions; --remove takes structures out of TRAIN.",
            "Leave them away, or leave --remove away.",
        )
    joined = read_joined({"train": options.train, "target": options.target}, options.energy_key, report)
    analysis = build_analysis(options, joined, read_hypers(options.hypers, joined.structures), report)
    fitted = analysis.fit(joined.roles["train"])
    with report.stage("choosing") as tick:
        found = fitted.dispensable(
            options.n,
            options.goal,
            target_structures=joined.roles["target"],
            target_species=options.target_species,
            threshold=options.threshold,
            tick=tick,
        )
    if len(found) < options.n:
        report.note(f"only {len(found)} training structures could go for the {options.n} asked for")
    report.result(as_text(found, joined), as_json(found, fitted, joined, report), options.json)


def as_text(found: Dispensable, joined: JoinedSets) -> str:
    """The order, with losses and the metric, for people; indices count within TRAIN from 0."""
    structures, first = joined.structures, joined.roles["train"].start
    rows = [
        (str(rank), str(j - first), structures.formulas[j], structures.groups[j], f"{loss:.4g}", f"{after:.4g}")
        for rank, (j, loss, after) in enumerate(zip(found.order, found.losses, found.curve[1:], strict=True), start=1)
    ]
    header = ("rank", "index in TRAIN", "formula", "group", "loss", found.metric)
    return f"{found.metric} before: {found.curve[0]:.4g}\n{table(header, rows)}"


def as_json(found: Dispensable, fitted: FittedLPR, joined: JoinedSets, report: Report) -> dict[str, Any]:
    """The order as indices within TRAIN, counted from 0, with everything needed to repeat it."""
    first = joined.roles["train"].start
    return {
        "remove": True,
        "order": [j - first for j in found.order],
        "losses": found.losses.tolist(),
        "curve": found.curve.tolist(),
        "goal": found.goal,
        "metric": found.metric,
        "n_train": len(joined.roles["train"]),
        "n_target": len(joined.roles["target"]),
        "alpha": fitted.alpha,
        "scale": fitted.scale,
        **model_facts(fitted.analysis),
        "versions": versions(),
        "timings_s": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }
