"""``lprviz alpha``: cross-validation error of every regulariser on a training set."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lprviz.cli.inputs import build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.outputs import require_writable
from lprviz.cli.reporting import Report, table, versions

if TYPE_CHECKING:
    from lprviz.analysis import AlphaCurve, FittedLPR

_EVERY = 6
"""The curve has six regularisers per decade, of which the table shows one."""


def run(options: argparse.Namespace, report: Report) -> None:
    """Compute the curve, and print one regulariser per decade with the best ones."""
    require_writable(options.json)
    joined = read_joined({"train": options.train}, options.energy_key, report)
    analysis = build_analysis(options, joined, read_hypers(options.hypers, joined.structures), report)
    fitted = analysis.fit(joined.roles["train"])
    with report.stage("cross-validation") as tick:
        curve = fitted.alpha_curve(tick=tick)
    if not curve.is_bracketed:
        report.note("warning: the lowest leave-one-out error is at the end of the range tried")
    report.result(as_text(curve), as_json(curve, fitted, report), options.json)


def as_text(curve: AlphaCurve) -> str:
    """Errors in meV per atom, for people; the lines of the best regularisers are marked."""
    best_loo, best_gcv = curve.loo_rmse.argmin(), curve.gcv.argmin()
    shown = sorted({*range(0, len(curve.alphas), _EVERY), int(best_loo), int(best_gcv)})
    rows = []
    for index in shown:
        marks = [name for name, best in (("leave-one-out", best_loo), ("GCV", best_gcv)) if best == index]
        rows.append(
            (
                f"{curve.alphas[index]:.3g}",
                f"{1e3 * curve.loo_rmse[index]:.4g}",
                f"{1e3 * curve.gcv[index]:.4g}",
                f"{curve.effective_parameters[index]:.1f}",
                f"lowest {' and '.join(marks)}" if marks else "",
            )
        )
    header = ("alpha", "leave-one-out (meV/atom)", "GCV (meV/atom)", "parameters", "")
    return f"{curve.n_train} training structures\n{table(header, rows)}"


def as_json(curve: AlphaCurve, fitted: FittedLPR, report: Report) -> dict[str, Any]:
    """The whole curve, with everything needed to repeat it."""
    analysis = fitted.analysis
    return {
        "alphas": curve.alphas.tolist(),
        "loo_rmse_ev_per_atom": curve.loo_rmse.tolist(),
        "gcv_ev_per_atom": curve.gcv.tolist(),
        "effective_parameters": curve.effective_parameters.tolist(),
        "best_loo": curve.best_loo,
        "best_gcv": curve.best_gcv,
        "is_bracketed": curve.is_bracketed,
        "n_train": curve.n_train,
        "scale": fitted.scale,
        **model_facts(analysis),
        "energy_key": analysis.structures.energy_key,
        "versions": versions(),
        "timings_s": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }
