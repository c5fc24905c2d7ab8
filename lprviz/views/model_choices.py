"""What there is to choose about a model on a given data set, and the way from a form's values to a `ModelSpec`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lprviz.analysis.model_spec import ModelSpec
from lprviz.core.kernels import default_n_sparse
from lprviz.data.force_labels import find_forces
from lprviz.data.species_baseline import isolated_atom_energies
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

WEIGHT_KEY = "weight"
"""Key in ``atoms.info`` under which structures bring their weight."""

KIND_FIELDS: dict[str, tuple[str, ...]] = {
    "ridge": (),
    "sparse-kernel": ("n_sparse", "zeta", "sampling"),
    "network": ("hidden", "epochs", "activation", "seed"),
    "features": (),
}
"""What a kind of model has to itself."""

SPECIES_COLUMNS: dict[str, bool | None] = {"automatic": None, "on": True, "off": False}
"""A menu's value for each choice: a menu cannot hold None."""


@dataclass(frozen=True)
class Offers:
    """What a data set lets one choose, beyond what any lets.

    Attributes
    ----------
    several_species, weights, forces, isolated_atoms : bool
        Whether it has them: isolated atoms, one of each species.
    n_environments : int
    """

    several_species: bool
    weights: bool
    forces: bool
    isolated_atoms: bool
    n_environments: int

    @classmethod
    def of(cls, structures: StructureSet) -> Offers:
        """Look at a data set; some ten milliseconds for hundreds of structures."""
        return cls(
            several_species=len(structures.species) > 1,
            weights=all(WEIGHT_KEY in atoms.info for atoms in structures),
            forces=find_forces(structures) is not None,
            isolated_atoms=set(isolated_atom_energies(structures)) >= set(structures.species),
            n_environments=structures.n_environments,
        )

    def details(self, kind: str) -> tuple[str, ...]:
        """Return the names of the further fields of a kind of model, in the order of the form."""
        network = kind == "network"
        offered = {
            "target": True,
            "baseline": True,
            "species_columns": self.several_species,
            "intercept": not network,
            "per_centre_species": self.several_species and not network,
            "weights": self.weights,
            "forces": self.forces and kind == "ridge",
        }
        return tuple(name for name, is_offered in offered.items() if is_offered)


def form_values(spec: ModelSpec, offers: Offers) -> dict[str, Any]:
    """Return the value of every field of the form for a spec."""
    network = spec.network
    return {
        "kind": spec.kind,
        "n_sparse": default_n_sparse(offers.n_environments) if spec.n_sparse is None else spec.n_sparse,
        "zeta": spec.zeta,
        "sampling": spec.sampling,
        "hidden": ", ".join(map(str, network.hidden)),
        "epochs": network.epochs,
        "activation": network.activation,
        "seed": network.seed,
        "target": spec.target,
        "baseline": spec.baseline,
        "intercept": spec.intercept,
        "species_columns": next(name for name, on in SPECIES_COLUMNS.items() if on is spec.species_columns),
        "per_centre_species": spec.per_centre_species,
        "weights": spec.weights is not None,
        "forces": spec.forces,
        "force_weight": spec.force_weight,
    }


def chosen_spec(values: Mapping[str, Any], base: ModelSpec, offers: Offers) -> ModelSpec:
    """Return the spec that a form's values stand for; only what is on offer for the kind counts.

    Parameters
    ----------
    values : mapping
        As `form_values` gives them.
    base : ModelSpec
        What is in force: what the form does not show of a network, imported features and weights come from there.
    offers : Offers

    Raises
    ------
    ModelError
        For values that cannot be, with what can.
    """
    kind = values["kind"]
    fields: dict[str, Any] = {}
    if kind == "sparse-kernel":
        fields = {name: values[name] for name in KIND_FIELDS[kind]}
        _require_points(fields["n_sparse"], offers.n_environments)
    if kind == "network":
        own = {name: values[name] for name in KIND_FIELDS[kind] if name != "hidden"}
        fields["network"] = replace(base.network, hidden=layer_widths(values["hidden"]), **own)
    if kind == "features":
        if base.features is None:
            raise ModelError("There are no features yet.", "Drop a file with features of these structures.")
        fields["features"] = base.features
    return ModelSpec(kind, **fields, **chosen_details(values, base, offers))


def chosen_details(values: Mapping[str, Any], base: ModelSpec, offers: Offers) -> dict[str, Any]:
    """Return the fields of `ModelSpec` that several kinds of model share, as the form has them."""
    details = {name: values[name] for name in offers.details(values["kind"])}
    if "species_columns" in details:
        details["species_columns"] = SPECIES_COLUMNS[details["species_columns"]]
    if "weights" in details:
        details["weights"] = (base.weights or WEIGHT_KEY) if details["weights"] else None
    elif base.weights is not None:
        details["weights"] = base.weights  # given in a script; the form has no say in them
    if details.get("forces"):
        details["force_weight"] = values["force_weight"]
    return details


def _require_points(n_sparse: int | None, n_environments: int) -> None:
    """Refuse more sparse points than there are to choose from, which the kernel would quietly leave out."""
    if n_sparse is not None and n_sparse > n_environments:
        raise ModelError(
            f"There are {n_environments} environments, so a kernel cannot have {n_sparse} sparse points.",
            f"Choose {default_n_sparse(n_environments)}.",
        )


def layer_widths(text: str) -> tuple[int, ...]:
    """Read the widths of hidden layers, as people write lists of numbers."""
    words = [word for word in re.split(r"[\s,;x×]+|(?<=\d)-(?=\d)", text) if word]
    if not words or not all(re.fullmatch("[0-9]{1,6}", word) for word in words):
        raise ModelError(f"The hidden layers cannot be read from {text[:40]!r}.", "Write their widths, such as 64, 64.")
    return tuple(int(word) for word in words)
