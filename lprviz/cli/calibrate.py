"""``lprviz calibrate``: standard deviations in eV, from the residuals of structures that were not trained on."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from lprviz.cli.inputs import JoinedSets, build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.outputs import require_writable
from lprviz.cli.reporting import Report, table, versions
from lprviz.errors import LprvizError

if TYPE_CHECKING:
    from lprviz.analysis import Calibration, FittedLPR


def run(options: argparse.Namespace, report: Report) -> None:
    """Fit the factor, and print predicted against observed errors bin by bin."""
    require_writable(options.json)
    files = {"train": options.train, "held-out": options.held_out}
    joined = read_joined(files, options.energy_key, report)
    held_out = _labelled(joined, report)
    analysis = build_analysis(options, joined, read_hypers(options.hypers, joined.structures), report)
    with report.stage("calibration"):
        fitted = analysis.fit(joined.roles["train"])
        calibration = fitted.calibrate(held_out, options.estimator)
    report.note(calibration.note)
    report.result(as_text(calibration), as_json(calibration, fitted, joined, report), options.json)


def as_text(calibration: Calibration) -> str:
    """The factor, errors in meV per atom, and the bins of the calibration plot, for people."""
    summary = calibration.summary()
    bins = calibration.bins()
    expected = ", ".join(f"{float(share):.0%}" for share in summary["coverage"])
    found = ", ".join(f"{share:.0%}" for share in summary["coverage"].values())
    rows = [
        (f"{1e3 * predicted:.4g}", f"{1e3 * observed:.4g}", f"{1e3 * low:.4g} to {1e3 * high:.4g}", str(count))
        for predicted, observed, low, high, count in zip(
            bins.predicted, bins.empirical, bins.lower, bins.upper, bins.counts, strict=True
        )
    ]
    header = ("predicted (meV/atom)", "observed", "95 % interval", "structures")
    return "\n".join(
        [
            f"factor {calibration.factor:.4g} {calibration.factor_unit} +- {calibration.relative_error:.0%} "
            f"({calibration.estimator}), {len(calibration.held_out)} held-out structures",
            f"RMSE {1e3 * summary['rmse_held_out_ev_per_atom']:.4g} meV/atom held out, "
            f"{1e3 * summary['rmse_training_ev_per_atom']:.4g} in training",
            f"errors within the predicted {expected} ranges: {found}",
            table(header, rows),
        ]
    )


def as_json(calibration: Calibration, fitted: FittedLPR, joined: JoinedSets, report: Report) -> dict[str, Any]:
    """Everything a calibration plot needs; structures are counted within the held-out file from 0."""
    analysis, bins = fitted.analysis, calibration.bins()
    return {
        **calibration.summary(),
        "held_out": (calibration.held_out - joined.roles["held-out"].start).tolist(),
        "residuals_ev_per_atom": calibration.residuals.tolist(),
        "sigma_ev_per_atom": calibration.predicted.tolist(),
        "bins": {name: np.asarray(values).tolist() for name, values in asdict(bins).items()},
        "n_train": len(fitted.members),
        "alpha": fitted.alpha,
        "scale": fitted.scale,
        **model_facts(analysis),
        "energy_key": joined.structures.energy_key,
        "versions": versions(),
        "timings_s": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }


def _labelled(joined: JoinedSets, report: Report) -> list[int]:
    """Held-out structures that have an energy; says how many have none."""
    given = joined.roles["held-out"]
    if given == joined.roles["train"]:
        raise LprvizError("The held-out structures are the training structures.", "Give a FILE other than TRAIN.")
    labelled = [index for index in given if np.isfinite(joined.structures.energies[index])]
    if len(labelled) < len(given):
        report.note(f"{len(given) - len(labelled)} of {len(given)} held-out structures have no energy and are left out")
    return labelled
