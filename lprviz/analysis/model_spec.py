"""`ModelSpec`: one frozen value that says how structures become features and targets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from lprviz.analysis.force_rows import DEFAULT_FORCE_WEIGHT, require_forces_possible
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.feature_table import FeatureTable
from lprviz.data.species_baseline import isolated_atom_energies
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError

ModelKind = Literal["ridge", "sparse-kernel", "network", "features"]
TargetKind = Literal["mean", "sum"]
BaselineKind = Literal["least-squares", "isolated-atoms", "none"]
SamplingKind = Literal["farthest", "cur"]

MODEL_KINDS: tuple[str, ...] = get_args(ModelKind)
TARGET_KINDS: tuple[str, ...] = get_args(TargetKind)
BASELINE_KINDS: tuple[str, ...] = get_args(BaselineKind)
SAMPLING_KINDS: tuple[str, ...] = get_args(SamplingKind)

_TITLES = {"ridge": "SOAP ridge", "sparse-kernel": "sparse kernel", "network": "network, last layer"}
_LARGEST_EXPONENT = 12


@dataclass(frozen=True)
class ModelSpec:
    """How structures become features and targets. Every model is such a feature map and one rigidity engine.

    Parameters
    ----------
    kind : {"ridge", "sparse-kernel", "network", "features"}
        Ridge on the SOAP features; a sparse polynomial kernel on them; the last layer of a network trained on them;
        or per-atom features that another program computed.
    target : {"mean", "sum"}
        What one structure contributes to the loss: its error per atom, or of its total energy. ``"sum"`` is the same
        as giving each structure the weight n_atoms^2.
    baseline : {"least-squares", "isolated-atoms", "none"}
        Energy per species that the model does not have to learn; see `lprviz.data.species_baseline`.
    intercept : bool
        One constant column. (A network always has one: the bias of its last layer.)
    species_columns : bool or None
        One constant column per species: of the features for ridge and imported features, inside the scalar product
        for a kernel, at the input for a network. None: with several species; for imported features, never.
    per_centre_species : bool
        One set of weights per species of the centre atom: features are block-diagonal by species. Not for a network.
    weights : str or sequence of float, optional
        Weight of each structure in the loss, positive: one number each, or the key in ``atoms.info`` that holds it.
    n_sparse : int, optional
        Sparse points of the kernel; half the environments and at most 500 by default.
    zeta : int
        Exponent of the kernel.
    sampling : {"farthest", "cur"}
        How sparse points are chosen.
    network : NetworkSettings
        Shape and training of the network.
    trained_on : sequence of int, optional
        Structures that a network's backbone is trained on; every labelled structure by default.
    features : FeatureTable, optional
        The imported features, for ``kind="features"``.
    forces : bool
        Train on forces too, where structures have them: ridge on SOAP only.
    force_weight : float
        Weight of a squared force error beside that of an energy per atom, in Å^2; see `lprviz.analysis.force_rows`.

    Raises
    ------
    ModelError
        For values that cannot be, with what can.

    Notes
    -----
    The frozen scale of each kind: ridge and imported features are divided by one number that makes the mean of |x|^2
    over all environments 1; so are the outputs of a network's frozen backbone, bias column included. A kernel of an
    environment with itself is 1, so its scale is 1. Retraining a network gives another feature map and with it
    another scale: only while the backbone is frozen does adding a structure never lower an LPR.
    """

    kind: ModelKind = "ridge"
    target: TargetKind = "mean"
    baseline: BaselineKind = "least-squares"
    intercept: bool = False
    species_columns: bool | None = None
    per_centre_species: bool = False
    weights: str | tuple[float, ...] | None = None
    n_sparse: int | None = None
    zeta: int = 2
    sampling: SamplingKind = "farthest"
    network: NetworkSettings = field(default_factory=NetworkSettings)
    trained_on: tuple[int, ...] | None = None
    features: FeatureTable | None = None
    forces: bool = False
    force_weight: float = DEFAULT_FORCE_WEIGHT

    def __post_init__(self) -> None:
        for name, known in (("kind", MODEL_KINDS), ("target", TARGET_KINDS), ("baseline", BASELINE_KINDS),
                            ("sampling", SAMPLING_KINDS)):  # fmt: skip
            _require_choice("model" if name == "kind" else name, getattr(self, name), known)
        _require_switches(self)
        _require_kernel(self)
        object.__setattr__(self, "weights", _checked_weights(self.weights))
        object.__setattr__(self, "trained_on", _checked_members(self.trained_on))
        _require_consistent(self)
        require_forces_possible(self)

    @classmethod
    def preset(cls, structures: StructureSet, kind: ModelKind = "ridge", **options: Any) -> ModelSpec:
        """Sane choices for these structures: energies of free atoms as baseline where every species has one.

        Further fields are passed on as they are.
        """
        free = set(isolated_atom_energies(structures))
        baseline = "isolated-atoms" if free >= set(structures.species) else "least-squares"
        return cls(**{"kind": kind, "baseline": baseline, **options})

    @classmethod
    def imported(cls, features: FeatureTable, **options: Any) -> ModelSpec:
        """Ridge on features from elsewhere, read by `lprviz.data.feature_files.read_features`."""
        return cls(kind="features", features=features, **options)

    def with_changes(self, **changes: Any) -> ModelSpec:
        """Another spec with these fields replaced, checked again."""
        return replace(self, **changes)

    @property
    def is_plain(self) -> bool:
        """Whether this is ridge on the features as the descriptor gives them: energies, nothing added."""
        return self.kind == "ridge" and not (self.intercept or self.per_centre_species or self.forces)

    def has_species_columns(self, structures: StructureSet) -> bool:
        """Whether species columns are on for these structures."""
        if self.species_columns is not None:
            return self.species_columns
        return self.kind != "features" and len(structures.species) > 1

    def key(self) -> str:
        """A string that is the same for specs that give the same representation, and only for those."""
        parts = ["kind", "target", "intercept", "species_columns", "per_centre_species", "weights"]
        if self.kind == "sparse-kernel":
            parts += ["n_sparse", "zeta", "sampling"]
        if self.kind == "network":
            parts += ["baseline", "network", "trained_on"]
        if self.forces:
            parts += ["forces", "force_weight"]
        content = "" if self.features is None else self.features.content_hash
        return " ".join([*(f"{name}={getattr(self, name)!r}" for name in parts), content]).strip()

    def describe(self) -> str:
        """One line for a badge."""
        parts = [_title(self)]
        parts += ["total energies" if self.target == "sum" else "energies per atom"]
        if self.forces:
            parts.append(f"forces, weight {self.force_weight:g} Å²")
        if self.baseline != "least-squares":
            parts.append({"isolated-atoms": "isolated-atom baseline", "none": "no baseline"}[self.baseline])
        if self.intercept:
            parts.append("intercept")
        if self.species_columns is not None:
            parts.append("species columns" if self.species_columns else "no species columns")
        if self.per_centre_species:
            parts.append("weights per centre species")
        if self.weights is not None:
            parts.append(f"weights from {self.weights!r}" if isinstance(self.weights, str) else "weighted structures")
        return " · ".join(parts)


def _title(spec: ModelSpec) -> str:
    if spec.features is not None:
        return f"{spec.features.title}, {spec.features.n_features} imported features"
    title = _TITLES[spec.kind]
    if spec.kind == "sparse-kernel":
        points = "" if spec.n_sparse is None else f", {spec.n_sparse} points"
        return f"{title} (x·y)^{spec.zeta}{points}" + (" by CUR" if spec.sampling == "cur" else "")
    if spec.kind == "network":
        return f"{title} ({spec.network.describe()})"
    return title


def _require_choice(name: str, value: Any, known: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in known:
        raise ModelError(f"There is no {name} {value!r}.", f"Choose one of {', '.join(known)}.")


def _require_switches(spec: ModelSpec) -> None:
    for name in ("intercept", "per_centre_species", "species_columns"):
        value = getattr(spec, name)
        if not isinstance(value, bool) and not (name == "species_columns" and value is None):
            raise ModelError(f"{name} must be true or false, not {value!r}.", "Give True or False.")


def _require_kernel(spec: ModelSpec) -> None:
    if not _is_whole(spec.zeta) or not 1 <= spec.zeta <= _LARGEST_EXPONENT:
        raise ModelError(
            f"The exponent zeta must be a whole number from 1 to {_LARGEST_EXPONENT}, not {spec.zeta!r}.", "Try 2."
        )
    if spec.n_sparse is not None and not (_is_whole(spec.n_sparse) and spec.n_sparse >= 1):
        raise ModelError(
            f"A kernel needs at least one sparse point, not n_sparse={spec.n_sparse!r}.",
            "Leave it out for the default.",
        )


def _require_consistent(spec: ModelSpec) -> None:
    if (spec.kind == "features") != (spec.features is not None):
        raise ModelError(
            'Imported features and the model "features" belong together.',
            "Use ModelSpec.imported(read_features(path, structures)).",
        )
    if spec.trained_on is not None and spec.kind != "network":
        raise ModelError(f"A {spec.kind} model has no backbone to train.", 'Leave out trained_on, or use "network".')
    if spec.kind == "network" and spec.per_centre_species:
        raise ModelError(
            "A network has one set of weights for all centres.",
            "Leave out per_centre_species; species enter its input.",
        )


def _checked_weights(weights: Any) -> str | tuple[float, ...] | None:
    if weights is None or isinstance(weights, str):
        return weights
    values = np.asarray(weights, dtype=np.float64)
    wrong = values.ndim != 1 or not np.isfinite(values).all() or not (values > 0.0).all()
    if wrong:
        raise ModelError(
            "Weights of structures must be positive numbers, one per structure.",
            "To leave a structure out, leave it out of training.",
        )
    return tuple(values.tolist())


def _checked_members(members: Iterable[int] | None) -> tuple[int, ...] | None:
    if members is None:
        return None
    chosen = tuple(members)
    if not chosen or not all(_is_whole(each) and each >= 0 for each in chosen) or len(set(chosen)) != len(chosen):
        raise ModelError(
            "The structures a backbone is trained on must be named by index, each once, at least one.",
            "Leave trained_on out to train on every labelled structure.",
        )
    return tuple(sorted(int(each) for each in chosen))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
