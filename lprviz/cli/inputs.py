"""Files given for several roles (train, target, candidates), read once each and joined into one data set.

One data set, because descriptors must have the same columns for all, and the frozen scale needs one set of atoms to be
taken over.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lprviz.cli.model_options import model_spec
from lprviz.cli.reporting import Report
from lprviz.errors import DataError

if TYPE_CHECKING:
    from lprviz.analysis import LPRAnalysis
    from lprviz.data import SoapHypers, StructureSet


@dataclass(frozen=True)
class JoinedSets:
    """One data set and the indices that each role has in it.

    Attributes
    ----------
    structures : StructureSet
        Every file once, in the order given.
    roles : dict of str to range
        Indices of each role; two roles that name the same file share theirs.
    files : dict of str to range
        Indices of each file, in the order given.
    """

    structures: StructureSet
    roles: dict[str, range]
    files: dict[str, range]


def read_joined(files: dict[str, str], energy_key: str | None, report: Report) -> JoinedSets:
    """Read the file of each role; `files` maps a role to a path, with the training set first."""
    sets: dict[str, StructureSet] = {}
    for role, path in files.items():
        if path not in sets:
            sets[path] = _read(path, energy_key, report, required=role == "train")
    ranges: dict[str, range] = {}
    start = 0
    for path, structures in sets.items():
        ranges[path] = range(start, start + len(structures))
        start += len(structures)
    joined, *others = sets.values()
    for other in others:
        joined = joined.concatenate(other)
    return JoinedSets(joined, {role: ranges[path] for role, path in files.items()}, ranges)


def read_hypers(path: str | None, structures: StructureSet) -> SoapHypers:
    """SOAP parameters from a YAML file, or presets for these structures."""
    from lprviz.data import SoapHypers

    return SoapHypers.from_yaml(Path(path)) if path is not None else SoapHypers.default_for(structures)


def build_analysis(options: argparse.Namespace, joined: JoinedSets, hypers: SoapHypers, report: Report) -> LPRAnalysis:
    """The prepared analysis of the joined set; energies per species come from the training structures alone."""
    from lprviz.analysis import LPRAnalysis
    from lprviz.data.cache import DiskCache
    from lprviz.data.species_baseline import species_baseline

    spec = model_spec(options, joined, report)
    analysis = LPRAnalysis(
        joined.structures,
        hypers=hypers,
        model=spec,
        alpha=options.alpha,
        scale=options.scale,
        cache=None if options.no_cache else DiskCache(),
        baseline=species_baseline(joined.structures.select(joined.roles["train"]), spec.baseline),
    )
    with report.stage("training the network" if spec.kind == "network" else "descriptors") as tick:
        analysis.prepare(tick=tick)
    if options.scale == "frozen":
        report.note(
            f"features are scaled over all {joined.structures.n_environments} atoms given (frozen scale); "
            "--scale training scales over the training atoms, as skmatter does"
        )
    return analysis


def _read(path: str, energy_key: str | None, report: Report, *, required: bool) -> StructureSet:
    from lprviz.data import read_structures

    with report.stage(f"reading {path}") as tick:
        structures = read_structures(path, tick=tick)
    if energy_key is not None:
        structures = _with_key(structures, energy_key, path, report, required=required)
    for warning in structures.warnings:
        report.note(f"warning: {path}: {warning}")
    return structures


def _with_key(structures: StructureSet, key: str, path: str, report: Report, *, required: bool) -> StructureSet:
    """Energies from `key`; only training structures must have it."""
    try:
        return structures.with_energy_key(key)
    except DataError:
        if required:
            raise
        report.note(f"{path} has no energies under the key {key!r}; none are needed there")
        return structures
