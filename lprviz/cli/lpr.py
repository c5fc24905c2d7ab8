"""``lprviz lpr``: LPR of every atom of a target, for a training set."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ase import Atoms

from lprviz.cli.inputs import JoinedSets, build_analysis, read_hypers, read_joined
from lprviz.cli.model_options import model_facts
from lprviz.cli.outputs import Columns, require_writable, write_structures
from lprviz.cli.reporting import Report, table, versions

if TYPE_CHECKING:
    from lprviz.analysis import FittedLPR, RigidityResult

REFERENCE_SUFFIX = "_reference"
"""Appended to a ``local_energy`` that the target brought along, so that the prediction does not overwrite it."""


def run(options: argparse.Namespace, report: Report) -> None:
    """Compute, write the files asked for and print the distribution of LPR per species."""
    require_writable(options.output, options.json)
    joined = read_joined({"train": options.train, "target": options.target}, options.energy_key, report)
    note_untrained_species(joined, report)
    hypers = read_hypers(options.hypers, joined.structures)
    analysis = build_analysis(options, joined, hypers, report)
    with report.stage("LPR"):
        fitted = analysis.fit(joined.roles["train"])
        result = fitted.rigidity().select(joined.roles["target"])
    if options.output is not None:
        write_structures(options.output, *coloured_structures(fitted, joined.roles["target"]))
    text = as_text(result, joined)
    report.result(text, as_json(result, fitted, joined, report), options.json)


def note_untrained_species(joined: JoinedSets, report: Report) -> None:
    """Say which species of the target no training structure has: nothing can pin those atoms."""
    trained = set(joined.structures.select(joined.roles["train"]).species)
    absent = [each for each in joined.structures.select(joined.roles["target"]).species if each not in trained]
    if absent:
        report.note(f"warning: no training structure holds {', '.join(absent)}; the regulariser alone sets such atoms")


def coloured_structures(fitted: FittedLPR, target: range) -> tuple[list[Atoms], list[Columns]]:
    """Copies of the target structures, and per atom lpr, lpr_regulariser_share and, with energies, local_energy (eV).

    ``local_energy`` is the model's; one that the file brought along is kept as ``local_energy_reference``.
    """
    structures = fitted.analysis.structures
    arrays = {"lpr": fitted.lpr, "lpr_regulariser_share": fitted.regulariser_share}
    local = fitted.local_energies()
    if local is not None:
        arrays["local_energy"] = local
    copies, columns = [], []
    for index in target:
        atoms = structures[index].copy()
        atoms.calc = structures[index].calc
        rows = slice(structures.offsets[index], structures.offsets[index + 1])
        brought = {name: atoms.arrays.pop(name) for name in arrays if name in atoms.arrays}
        if "local_energy" in brought:
            atoms.set_array("local_energy" + REFERENCE_SUFFIX, brought["local_energy"])
        copies.append(atoms)
        columns.append({name: values[rows] for name, values in arrays.items()})
    return copies, columns


def as_text(result: RigidityResult, joined: JoinedSets) -> str:
    """The distribution of LPR per species, for people."""
    summary = result.summary()
    rows = [("all", summary["lpr"]), *summary["lpr_by_species"].items()]
    header = ("LPR", "atoms", "5 %", "median", "95 %", ">= 1 label", "set by prior")
    cells = [
        (
            name,
            str(values["n_environments"]),
            *(f"{values['quantiles'][q]:.3g}" for q in ("0.05", "0.5", "0.95")),
            f"{values['share_at_least_one_label']:.0%}",
            f"{values['share_set_by_regulariser']:.0%}",
        )
        for name, values in rows
    ]
    first = (
        f"{result.n_structures} target structures; {result.n_train} training structures; "
        f"alpha {result.alpha:g}, {result.scale} scale"
    )
    return f"{first}\n{table(header, cells)}"


def as_json(result: RigidityResult, fitted: FittedLPR, joined: JoinedSets, report: Report) -> dict[str, Any]:
    """Everything needed to understand the numbers later."""
    analysis = fitted.analysis
    return {
        **result.summary(),
        **model_facts(analysis),
        "scale_environments": "training" if fitted.scale == "training" else "all given",
        "n_features": analysis.representation.n_features,
        "pool_rank": analysis.representation.pool.rank,
        "energy_key": joined.structures.energy_key,
        "warnings": list(joined.structures.warnings),
        "versions": versions(),
        "timings_s": {name: round(seconds, 4) for name, seconds in report.timings.items()},
    }
