"""The widgets of the model's form, one for each field, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import panel_material_ui as pmui
from panel.viewable import Viewable

from lprviz.components.chart_caption import group_digits
from lprviz.data.structures import StructureSet
from lprviz.views.style import words

KINDS = {
    "SOAP ridge": "ridge",
    "Sparse kernel": "sparse-kernel",
    "Neural network, last layer": "network",
    "Features from a file": "features",
}
_TARGETS = {"Its energy per atom": "mean", "Its total energy": "sum"}
_BASELINES = {"Least squares over the set": "least-squares", "Isolated atoms": "isolated-atoms", "None": "none"}
_SAMPLINGS = {"Farthest points": "farthest", "CUR (leverage scores)": "cur"}
_ACTIVATIONS = {"tanh": "tanh", "SiLU": "silu"}
_SPECIES = {"Automatic": "automatic", "On": "on", "Off": "off"}
_LOOK: dict[str, Any] = {"size": "small", "sizing_mode": "stretch_width", "margin": (5, 0)}
NUMBER: dict[str, Any] = {**_LOOK, "sx": {"& .MuiIconButton-root": {"color": "inherit"}}}
"""Look of a number field, whose plus and minus are hardly to be seen on a dark page otherwise."""

_BOX: dict[str, Any] = {"size": "small", "margin": (0, 0, 0, -4)}

NO_TORCH = 'Training a network needs PyTorch, which is not installed: pip install "lprviz[network]"'


def kind_menu() -> pmui.Select:
    """Return the menu of kinds of model."""
    look = {**_LOOK, "margin": (10, 0, 5, 0)}  # the label rides on the upper edge
    return pmui.Select(label="Kind of model", options=KINDS, value="ridge", css_classes=["lpr-model-kind"], **look)


def model_fields() -> dict[str, pmui.widgets.base.MaterialWidget]:
    """Return the widgets of every field but the kind, by name."""
    return {**_kernel(), **_network(), **_details(), **_forces()}


def _kernel() -> dict[str, Any]:
    return {
        "n_sparse": _whole("Sparse points", "Environments that span the kernel; at most as many as there are."),
        "zeta": _whole("Exponent", "The kernel is the scalar product of two environments to this power."),
        "sampling": _menu("Chosen by", "How sparse points are picked among all environments.", _SAMPLINGS),
    }


def _network() -> dict[str, Any]:
    widths = "Widths of the layers; the last one is how many features the rigidity is computed with."
    return {
        "hidden": pmui.TextInput(label="Hidden layers", description=widths, **_LOOK),
        "epochs": _whole("Epochs", "Passes over the training structures; training again takes a tenth of them.", 10),
        "activation": _menu("Activation", "The bend between two layers.", _ACTIVATIONS),
        "seed": _whole("Seed", "Fixes the random start: the same seed gives the same network."),
    }


def _details() -> dict[str, Any]:
    return {
        "target": _menu(
            "One structure contributes", "What the squared error of a structure in the loss is of.", _TARGETS
        ),
        "baseline": _menu(
            "Energy baseline",
            "Energy per species that the model does not have to learn. It moves local energies, not LPR.",
            _BASELINES,
        ),
        "species_columns": _menu(
            "One column per species",
            "Lets the model learn an energy per atom of each species. Automatic: on, but for features from a file.",
            _SPECIES,
        ),
        "intercept": _box("Intercept: one constant column", "The same constant for every atom."),
        "per_centre_species": _box("Weights per centre species", "Each species learns for itself; features multiply."),
        "weights": _box("Structure weights of the file", "Each structure's “weight” multiplies its squared error."),
    }


def _forces() -> dict[str, Any]:
    why = "Every force component is one more equation. It takes longer to prepare, and edits take longer."
    ratio = "Energy noise per atom over force noise, squared: how much a squared force error counts."
    return {
        "forces": _box("Train on forces too", why),
        "force_weight": pmui.FloatInput(label="Weight of forces (Å²)", description=ratio, step=0.001, **NUMBER),
    }


def _whole(label: str, why: str, step: int = 1) -> pmui.IntInput:
    return pmui.IntInput(label=label, description=why, step=step, format="0", **NUMBER)  # not 5,000


def _menu(label: str, why: str, options: Mapping[str, str]) -> pmui.Select:
    return pmui.Select(label=label, description=why, options=dict(options), value=next(iter(options.values())), **_LOOK)


def _box(label: str, why: str) -> pmui.Checkbox:
    return pmui.Checkbox(label=label, description=why, **_BOX)


def remark(text: str) -> Viewable:
    """Return a sentence between fields."""
    pane = words(sizing_mode="stretch_width")
    pane.object = f'<p class="lpr-explanation">{text}</p>'
    return pane


def file_words(structures: StructureSet) -> str:
    """Return what a file of features must hold."""
    rows, bounds = group_digits(structures.n_environments), group_digits(structures.n_structures + 1)
    return (
        f"An .npz file with the arrays “features”, one row for each of the {rows} atoms, and “offsets”, the {bounds} "
        "rows where structures begin and the last one ends; or metatensor's .mts with the samples system and atom."
    )
