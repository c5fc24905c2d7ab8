"""What a user may choose about the model, and the `ModelSpec` that it means."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lprviz.cli.number_types import positive_count
from lprviz.cli.reporting import Report
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from lprviz.analysis import LPRAnalysis
    from lprviz.analysis.model_spec import ModelSpec
    from lprviz.cli.inputs import JoinedSets
    from lprviz.data.feature_table import FeatureTable

MODELS = ("ridge", "sparse-kernel", "network")
SAMPLINGS = ("farthest", "cur")
TARGETS = ("mean", "sum")
BASELINES = ("least-squares", "isolated-atoms", "none")
"""These repeat the kinds of `lprviz.analysis.model_spec`, so that ``--help`` need not import it; a test compares."""


def add_model_options(command: argparse.ArgumentParser) -> None:
    """The arguments that `model_spec` reads."""
    group = command.add_argument_group("model")
    group.add_argument("--model", choices=MODELS, help="(default ridge)")
    group.add_argument("--features", nargs="+", metavar="FILE", help="ridge on per-atom features from elsewhere, .npz "
                       "or .mts: one file for each file of structures, in the order in which those are listed in the "
                       "usage, selections as there (F.npz@0:100)")  # fmt: skip
    group.add_argument("--species-columns", action=argparse.BooleanOptionalAction, default=None,
                       help="one constant column per species (default: with several species)")  # fmt: skip
    group.add_argument("--intercept", action="store_true", help="one constant column")
    group.add_argument("--per-centre-species", action="store_true", help="one set of weights per centre species")
    group.add_argument("--learn", choices=TARGETS, default="mean", help="errors count per atom (mean) or as those of "
                       "total energies (sum; default %(default)s)")  # fmt: skip
    group.add_argument("--baseline", choices=BASELINES, default="least-squares", help="energy per species outside the "
                       "model, from TRAIN (default %(default)s)")  # fmt: skip
    group.add_argument("--weight-key", metavar="KEY", help="key of the weight of each structure in the loss")
    group.add_argument("--forces", action="store_true", help="train on forces too (ridge only)")
    group.add_argument("--force-weight", type=float, metavar="W", help="(energy noise per atom / force noise)^2 in "
                       "square angstrom (default 0.001)")  # fmt: skip
    group.add_argument("--n-sparse", type=positive_count, metavar="M", help="sparse points of the kernel")
    group.add_argument("--zeta", type=positive_count, default=2, metavar="Z", help="its exponent (default %(default)s)")
    group.add_argument("--sampling", choices=SAMPLINGS, default="farthest", help="how its points are chosen")
    group.add_argument("--hidden", type=positive_count, nargs="+", default=[64, 64], metavar="WIDTH",
                       help="hidden layers of the network (default 64 64)")  # fmt: skip
    group.add_argument("--epochs", type=positive_count, default=200, metavar="N", help="of its training on TRAIN")
    group.add_argument("--seed", type=int, default=0, metavar="S", help="of its start (default %(default)s)")


def model_spec(options: argparse.Namespace, joined: JoinedSets, report: Report) -> ModelSpec:
    """The model asked for; imported features are read here.

    Raises
    ------
    ModelError, DataError
        Where options contradict each other, or features do not fit the structures.
    """
    from lprviz.analysis.model_spec import ModelSpec
    from lprviz.analysis.network_settings import NetworkSettings

    if options.features is not None and options.model is not None:
        raise ModelError("--features brings a model of its own.", "Leave out --model.")
    kind = "features" if options.features is not None else options.model or "ridge"
    forces = {} if options.force_weight is None else {"force_weight": options.force_weight}
    members = tuple(joined.roles["train"]) if kind == "network" else None
    return ModelSpec(
        kind=kind,
        target=options.learn,
        baseline=options.baseline,
        intercept=options.intercept,
        species_columns=options.species_columns,
        per_centre_species=options.per_centre_species,
        weights=options.weight_key,
        n_sparse=options.n_sparse,
        zeta=options.zeta,
        sampling=options.sampling,
        network=NetworkSettings(hidden=tuple(options.hidden), epochs=options.epochs, seed=options.seed),
        trained_on=members,
        forces=options.forces,
        **forces,
        features=None if options.features is None else read_feature_files(options.features, joined, report),
    )


def read_feature_files(paths: list[str], joined: JoinedSets, report: Report) -> FeatureTable:
    """One table for the joined set, each file checked against its own structures."""
    from lprviz.data.feature_files import read_features

    if len(paths) != len(joined.files):
        raise ModelError(
            f"{len(joined.files)} files of structures need as many files of features, not {len(paths)}.",
            f"Give one for each of: {', '.join(joined.files)}.",
        )
    tables = []
    for path, (_, members) in zip(paths, joined.files.items(), strict=True):
        with report.stage(f"reading {path}"):
            tables.append(read_features(path, joined.structures.select(members)))
    first, *others = tables
    for other in others:
        first = first.concatenate(other)
    return first


def model_facts(analysis: LPRAnalysis) -> dict[str, Any]:
    """What the numbers depend on, ready for JSON."""
    return {
        "model": analysis.model,
        "model_description": analysis.spec.describe(),
        "hypers": None if analysis.model == "features" else asdict(analysis.hypers),
        "species_columns": analysis.representation.species_columns,
    }
