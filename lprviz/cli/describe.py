"""``lprviz describe``: what a file holds."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from lprviz.cli.inputs import read_joined
from lprviz.cli.outputs import require_writable
from lprviz.cli.reporting import Report, printable

if TYPE_CHECKING:
    from lprviz.data import StructureSet

GROUPS_SHOWN = 20


def run(options: argparse.Namespace, report: Report) -> None:
    """Read the file as the dashboard would, and say what was found."""
    require_writable(options.json)
    structures = read_joined({"train": options.file}, options.energy_key, Report(quiet=True)).structures
    values = description(structures)
    report.result(as_text(values), values, options.json)


def description(structures: StructureSet) -> dict[str, Any]:
    """Counts, species, sizes, periodicity, energies, groups and warnings as plain values."""
    numbers, counts = np.unique(structures.numbers, return_counts=True)
    labelled = np.isfinite(structures.energies)
    per_atom = structures.energies[labelled] / structures.sizes[labelled]
    groups = {} if structures.group_key is None else dict(Counter(structures.groups).most_common())
    return {
        "source": structures.source,
        "n_structures": structures.n_structures,
        "n_environments": structures.n_environments,
        "species": dict(zip(structures.species, counts.tolist(), strict=True)) if len(numbers) else {},
        "atoms_per_structure": {"min": int(structures.sizes.min()), "max": int(structures.sizes.max())},
        "n_compositions": len(set(structures.formulas)),
        "periodicity": structures.periodicity,
        "energy_key": structures.energy_key,
        "energy_candidates": list(structures.energy_candidates),
        "n_with_energy": int(labelled.sum()),
        "energy_per_atom_ev": [float(per_atom.min()), float(per_atom.max())] if len(per_atom) else None,
        "has_local_energies": structures.local_energies is not None,
        "group_key": structures.group_key,
        "groups": groups,
        "warnings": list(structures.warnings),
    }


def as_text(values: dict[str, Any]) -> str:
    """The description for people, one fact a line."""
    sizes = values["atoms_per_structure"]
    span = f"{sizes['min']}" if sizes["min"] == sizes["max"] else f"{sizes['min']} to {sizes['max']}"
    lines = [
        f"structures    {values['n_structures']}, {values['n_environments']} atoms in all, {span} each, "
        f"{values['n_compositions']} compositions",
        "species       " + ", ".join(f"{symbol} {count}" for symbol, count in values["species"].items()),
        f"cells         {values['periodicity']}",
        "energy        " + _energy_phrase(values),
        "local energy  " + ("given for every atom" if values["has_local_energies"] else "none"),
    ]
    if values["group_key"]:
        named = ", ".join(
            f"{name or '(none)'} {count}" for name, count in list(values["groups"].items())[:GROUPS_SHOWN]
        )
        if len(values["groups"]) > GROUPS_SHOWN:
            named += f" and {len(values['groups']) - GROUPS_SHOWN} more"
        lines.append(f"groups        by {values['group_key']}: {named}")
    lines += [f"warning       {warning}" for warning in values["warnings"]]
    return "\n".join(printable(line) for line in lines)


def _energy_phrase(values: dict[str, Any]) -> str:
    if values["energy_key"] is None:
        return "none found; LPR needs none"
    low, high = values["energy_per_atom_ev"]
    phrase = f"key {values['energy_key']!r}, {values['n_with_energy']} of {values['n_structures']} structures, "
    phrase += f"{low:.4f} to {high:.4f} eV per atom"
    others = ", ".join(repr(key) for key in values["energy_candidates"])
    return phrase + (f"; other candidates: {others}" if others else "")
