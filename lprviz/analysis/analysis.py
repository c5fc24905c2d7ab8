"""`LPRAnalysis`: a data set, a representation and a kind of model, before any training set is chosen."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from lprviz.analysis.components import Component, ComponentPools, components_of
from lprviz.analysis.fitted import FittedLPR
from lprviz.analysis.model_spec import ModelKind, ModelSpec
from lprviz.analysis.models import compute_representation, features_again
from lprviz.data.baseline import CompositionBaseline
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import ALPHA_MIN, Representation
from lprviz.data.reading import structures_from_atoms
from lprviz.data.species_baseline import species_baseline
from lprviz.data.structures import StructureSet
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from ase import Atoms

    from lprviz.core.pool import PoolSpace
    from lprviz.data.cache import DiskCache

ScaleKind = Literal["frozen", "training"]


class LPRAnalysis:
    """Local prediction rigidity of one data set under one representation. Immutable.

    Parameters
    ----------
    structures : StructureSet or sequence of ase.Atoms
        Everything there is: structures to train on and structures to judge.
    hypers : SoapHypers, optional
        Parameters of the SOAP power spectrum; presets for these structures by default.
    model : {"ridge", "sparse-kernel", "network"} or ModelSpec
        Ridge regression on the features, a sparse polynomial kernel ``(x . y)^zeta`` on them, or the last layer of a
        network; a `ModelSpec` says everything there is to choose, and alone can bring imported features.
    alpha : float
        Regulariser, > 0, in the convention of ``skmatter.metrics.local_prediction_rigidity``.
    scale : {"frozen", "training"}
        Features are divided by one number: frozen for the data set, so that adding a structure never lowers any
        LPR, or recomputed over the training atoms at each change, which is skmatter's number exactly.
    species_columns : bool, optional
        One constant column per species; on by default when there are several. This, `n_sparse`, `zeta`, `forces` and
        `force_weight` are short for a `ModelSpec` with the same, and cannot be given beside one.
    cache : DiskCache, optional
        Where to keep and look up representations; nothing is cached by default.
    representation : Representation, optional
        One computed before for the same structures, hypers and model.
    n_sparse : int, optional
        Sparse points of the kernel model; ``min(500, N // 2)`` by default.
    zeta : int, optional
        Exponent of the kernel model, 2 by default.
    forces : bool, optional
        Train on forces too, where structures have them (ridge only); no by default.
    force_weight : float, optional
        (energy noise per atom / force noise)^2 in Å^2, 0.001 by default; see `lprviz.analysis.force_rows`.
    baseline : CompositionBaseline, optional
        Energy per species that the model does not have to learn; by default as the model says, which is fitted to
        every labelled structure.
    keep_features : bool
        Keep the features in memory (8 bytes x environments x features), which correlations between atoms need.
        Without it they are computed again when the first correlation is asked for; with it the cache is not read.
    alpha_min : float, optional
        Smallest regulariser that pool space must serve to full accuracy; ``min(1e-8, alpha)`` by default. A larger one
        makes pool space smaller, and every change of the training set faster in proportion. Below it, `FittedLPR`
        loses digits as 1/alpha, says how many are left (``error_estimate``), and refuses when none is.

    Examples
    --------
    >>> analysis = LPRAnalysis(read_structures("silicon.xyz"))              # doctest: +SKIP
    >>> fitted = analysis.fit(range(10))                                    # doctest: +SKIP
    >>> fitted.add(11).rigidity()                                           # doctest: +SKIP
    """

    def __init__(
        self,
        structures: StructureSet | Sequence[Atoms],
        *,
        hypers: SoapHypers | None = None,
        model: ModelKind | ModelSpec = "ridge",
        alpha: float = 1e-4,
        scale: ScaleKind = "frozen",
        species_columns: bool | None = None,
        cache: DiskCache | None = None,
        representation: Representation | None = None,
        n_sparse: int | None = None,
        zeta: int | None = None,
        forces: bool | None = None,
        force_weight: float | None = None,
        baseline: CompositionBaseline | None = None,
        keep_features: bool = False,
        alpha_min: float | None = None,
    ) -> None:
        self._spec = _resolved_spec(
            model,
            species_columns=species_columns,
            n_sparse=n_sparse,
            zeta=zeta,
            forces=forces,
            force_weight=force_weight,
        )
        _require_choice("scale", scale, get_args(ScaleKind))
        _require_positive("alpha", alpha)
        alpha_min = min(ALPHA_MIN, alpha) if alpha_min is None else alpha_min
        _require_positive("alpha_min", alpha_min)
        self._structures = structures if isinstance(structures, StructureSet) else structures_from_atoms(structures)
        self._hypers = hypers if hypers is not None else SoapHypers.default_for(self._structures)
        self._alpha = float(alpha)
        self._scale: ScaleKind = scale
        self._cache = cache
        self._baseline = baseline
        self._keep_features = keep_features
        self._alpha_min = alpha_min
        self._representation = representation
        self._pool_with_features: PoolSpace | None = None
        self._component_pools = ComponentPools()
        self._computing = threading.Lock()
        if representation is not None:
            self._require_fitting(representation)

    @property
    def structures(self) -> StructureSet:
        """The data set."""
        return self._structures

    @property
    def hypers(self) -> SoapHypers:
        """Parameters of the SOAP power spectrum."""
        return self._hypers

    @property
    def model(self) -> ModelKind:
        """Kind of model: ``"ridge"``, ``"sparse-kernel"``, ``"network"`` or ``"features"``."""
        return self._spec.kind

    @property
    def spec(self) -> ModelSpec:
        """Everything that was chosen about the model."""
        return self._spec

    @property
    def alpha(self) -> float:
        """Regulariser that `fit` starts from."""
        return self._alpha

    @property
    def scale(self) -> ScaleKind:
        """``"frozen"`` or ``"training"``: over which atoms features are normalised."""
        return self._scale

    @property
    def is_prepared(self) -> bool:
        """Whether the representation is there, so that `fit` will not have to compute descriptors."""
        return self._representation is not None

    @property
    def representation(self) -> Representation:
        """Features of every environment in pool space; computed at first use, then kept."""
        return self.prepare()._representation  # type: ignore[return-value]

    @property
    def baseline(self) -> CompositionBaseline:
        """Energy per species, frozen for the data set, that is taken off before the fit and put back after it."""
        if self._baseline is None:
            self._baseline = species_baseline(self._structures, self._spec.baseline)
        return self._baseline

    @property
    def component_pools(self) -> ComponentPools:
        """The masked pools of the components asked for last."""
        return self._component_pools

    def prepare(self, *, tick: Tick = no_tick) -> LPRAnalysis:
        """Compute the representation now, reporting progress through `tick`; returns this very analysis.

        The lock makes two threads asking at once share one computation.
        """
        with self._computing:
            if self._representation is None:
                self._representation = self._compute_representation(tick)
        return self

    def pool_with_features(self, *, tick: Tick = no_tick) -> PoolSpace:
        """Pool space that still knows the features, which correlations between atoms need; computed once, then kept.

        The pool itself is that of `representation`: only what it may have let go of is computed again.
        """
        representation = self.representation  # before the lock is taken: computing it takes the same one
        known = representation.pool
        if known.features is not None:
            return known
        with self._computing:
            if self._pool_with_features is None:
                features = features_again(self._structures, self._hypers, self._spec, representation, tick=tick)
                self._pool_with_features = replace(known, features=features)
        return self._pool_with_features

    @property
    def has_features_at_hand(self) -> bool:
        """Whether `pool_with_features` answers at once."""
        kept = self._representation is not None and self._representation.pool.features is not None
        return kept or self._pool_with_features is not None

    def components(self) -> tuple[Component, ...]:
        """Named parts of the features: neighbour species and pairs, degrees, radial functions, species constants.

        Empty where columns stand for no part of the structure, as with a kernel.
        """
        return components_of(self)

    def fit(self, train: Iterable[int]) -> FittedLPR:
        """Train on the structures with these indices.

        Raises
        ------
        ModelError
            If an index is out of range or given twice, or there is none under ``scale="training"``.
        """
        return FittedLPR.from_analysis(self, train)

    def with_model(self, spec: ModelSpec, representation: Representation | None = None) -> LPRAnalysis:
        """The same data set and settings under another model, perhaps with its representation at hand."""
        other = copy(self)
        other._spec = spec
        other._representation = representation
        other._pool_with_features = None
        other._component_pools = ComponentPools()
        other._computing = threading.Lock()
        if spec.baseline != self._spec.baseline:
            other._baseline = None
        if representation is not None:
            other._require_fitting(representation)
        return other

    def _compute_representation(self, tick: Tick) -> Representation:
        return compute_representation(
            self._structures,
            self._hypers,
            self._spec,
            baseline=self.baseline if self._spec.kind == "network" else None,
            alpha_min=self._alpha_min,
            keep_features=self._keep_features,
            tick=tick,
            cache=self._cache,
        )

    def _require_fitting(self, representation: Representation) -> None:
        have = (representation.pool.n_environments, representation.pool.n_structures)
        need = (self._structures.n_environments, self._structures.n_structures)
        if have != need:
            raise ModelError(
                f"The representation describes {have[0]} environments in {have[1]} structures, "
                f"but the data set has {need[0]} in {need[1]}.",
                "Compute the representation again for these structures.",
            )
        if representation.kind != self._spec.kind:
            raise ModelError(
                f"The representation is of the model {representation.kind!r}, not {self._spec.kind!r}.",
                "Compute it with compute_representation for this very model.",
            )

    def __repr__(self) -> str:
        known = self._representation
        state = "descriptors not computed yet" if known is None else repr(known.pool)
        return (
            f"LPRAnalysis({self._structures!r}, {self._hypers!r}, {self._spec.kind}, alpha {self._alpha:g}, "
            f"{self._scale} scale; {state})"
        )


def _resolved_spec(model: ModelKind | ModelSpec, **options: Any) -> ModelSpec:
    """The spec given, or the one that a kind and the keywords given stand for."""
    given = {name: value for name, value in options.items() if value is not None}
    if not isinstance(model, ModelSpec):
        return ModelSpec(model, **given)
    if given:
        raise ModelError(
            f"{' and '.join(given)} cannot be given beside a ModelSpec, which has its own.",
            "Put everything about the model into the ModelSpec.",
        )
    return model


def _require_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ModelError(f"There is no {name} {value!r}.", f"Choose one of {', '.join(known)}.")


def _require_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise ModelError(
            f"{name} must be a finite number above 0, not {value!r}.",
            "Without a regulariser, undetermined atoms have no rigidity to speak of; try 1e-4.",
        )
