"""`FittedLPR`: an analysis with a training set. Immutable; every change returns a new one that shares all it can."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lprviz.analysis.forces import ForceEffect, force_effect, predicted_forces
from lprviz.analysis.influence import Atom, atom_influence
from lprviz.analysis.reasons import Reasons
from lprviz.analysis.results import FloatArray, InfluenceResult, RigidityResult, Suggestion
from lprviz.analysis.retraining import SeedNoise, retrained, seed_noise
from lprviz.analysis.rigidity_answers import RigidityAnswers
from lprviz.analysis.suggestion import greedy_suggestion, target_environments
from lprviz.analysis.training import (
    Members,
    as_members,
    effective_alpha,
    per_atom_targets,
    require_possible_edit,
    row_targets,
)
from lprviz.analysis.trust import Trust
from lprviz.core.engine import RigidityEngine
from lprviz.progress import Tick, no_tick

if TYPE_CHECKING:
    from lprviz.analysis.analysis import LPRAnalysis
    from lprviz.data.baseline import CompositionBaseline


class FittedLPR(RigidityAnswers, Trust, Reasons):
    """LPR, local energies and predictions of one training set. Made by `LPRAnalysis.fit`.

    Parameters
    ----------
    analysis : LPRAnalysis
    engine : RigidityEngine
        At the *effective* regulariser: ``alpha`` under the frozen scale, ``alpha s_S^2`` under the training scale,
        where ``s_S`` is the root mean square norm of the training atoms' features (the identity that makes the
        unscaled formula equal skmatter's).
    alpha : float
        The regulariser as asked for.
    """

    def __init__(self, analysis: LPRAnalysis, engine: RigidityEngine, alpha: float) -> None:
        self._analysis = analysis
        self._engine = engine
        self._alpha = float(alpha)

    @classmethod
    def from_analysis(cls, analysis: LPRAnalysis, train: Iterable[int]) -> FittedLPR:
        """Train from scratch on the structures with indices `train`."""
        members = as_members(train)
        effective = effective_alpha(analysis, members, analysis.alpha)
        pool = analysis.representation.pool
        engine = RigidityEngine.from_pool(pool, alpha=effective, members=members, targets=row_targets(analysis))
        return cls(analysis, engine, analysis.alpha)

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def analysis(self) -> LPRAnalysis:
        """Data set, representation and kind of model."""
        return self._analysis

    @property
    def engine(self) -> RigidityEngine:
        """The engine underneath, at the effective regulariser."""
        return self._engine

    @property
    def members(self) -> tuple[int, ...]:
        """Indices of the training structures, sorted."""
        return self._engine.members

    @property
    def alpha(self) -> float:
        """Regulariser as asked for."""
        return self._alpha

    @property
    def scale(self) -> str:
        """``"frozen"`` or ``"training"``."""
        return self._analysis.scale

    @property
    def baseline(self) -> CompositionBaseline:
        """Energy per species outside the model."""
        return self._analysis.baseline

    @property
    def trained_on(self) -> tuple[int, ...] | None:
        """Structures whose energies shaped the features themselves, as those of a network; None for other models."""
        return self._analysis.representation.trained_on

    @property
    def targets(self) -> FloatArray | None:
        """What the model learns: (energy - baseline) / atoms, shape (n_structures,), eV; None without energies."""
        return per_atom_targets(self._analysis)

    # -- changes ------------------------------------------------------------------------------------------------------

    def add(self, structures: Members) -> FittedLPR:
        """Train on these structures as well."""
        return self.edit(add=structures)

    def remove(self, structures: Members) -> FittedLPR:
        """Leave these training structures out."""
        return self.edit(remove=structures)

    def edit(self, *, add: Members = (), remove: Members = ()) -> FittedLPR:
        """Add and remove at once.

        Under the frozen scale this is a few rank-one updates. Under the training scale every feature is rescaled by
        the change, so the new state is computed from the pool again.

        Raises
        ------
        ModelError
            If a structure to add is in already, one to remove is not, or an index is out of range.
        """
        added, removed = as_members(add), as_members(remove)
        engine = self._engine
        if self.scale == "frozen":
            return self._with_engine(engine.edit(add=added, remove=removed))
        require_possible_edit(self.members, added, removed)
        members = tuple(sorted((set(self.members) - set(removed)) | set(added)))
        alpha = effective_alpha(self._analysis, members, self._alpha)
        fresh = RigidityEngine.from_pool(engine.pool, alpha=alpha, members=members, targets=engine.targets)
        return self._with_engine(fresh)

    def with_alpha(self, alpha: float) -> FittedLPR:
        """Take another regulariser; a few milliseconds per call once the first one is done.

        Exact to `error_estimate`, which grows as 1/alpha below the ``alpha_min`` of the analysis.

        Raises
        ------
        ModelError
            If `alpha` is not positive, or so far below ``alpha_min`` that no digit would be left.
        """
        effective = effective_alpha(self._analysis, self.members, alpha)
        return FittedLPR(self._analysis, self._engine.with_alpha(effective), alpha)

    def retrain(self, members: Iterable[int] | None = None, *, warm: bool = True, tick: Tick = no_tick) -> FittedLPR:
        """Train a network's backbone again, on `members` or the present training set, and fit its last layer to them.

        Edits move the last layer alone; `trained_on` says what the backbone has seen. Seconds from scratch; `warm`
        goes on from the present weights with a tenth of the epochs. The new features are not the old ones, so LPR may
        change either way: compare with `seed_noise`.

        Raises
        ------
        ModelError
            If the model is no network, a member has no energy, or PyTorch is not installed.
        """
        return retrained(self, members, warm=warm, tick=tick)

    def seed_noise(self, n: int = 4, *, tick: Tick = no_tick) -> SeedNoise:
        """How much LPR depends on a network's random start: `n` backbones trained as this one, from other seeds."""
        return seed_noise(self, n, tick=tick)

    def refactored(self) -> FittedLPR:
        """Compute the same state from scratch; removes rounding errors that many edits may have gathered."""
        return self._with_engine(self._engine.refactored())

    # -- answers ------------------------------------------------------------------------------------------------------

    @property
    def lpr(self) -> FloatArray:
        """Local prediction rigidity of every environment, shape (n_environments,), in label-equivalents."""
        return self._engine.lpr

    @property
    def variance(self) -> FloatArray:
        """Posterior variance ``1 / LPR`` in units of the label-noise variance, shape (n_environments,)."""
        return self._engine.variance

    @property
    def error_estimate(self) -> float:
        """Relative error to expect of `lpr`, from rounding and from the size of pool space."""
        return self._engine.error_estimate

    @property
    def regulariser_share(self) -> FloatArray:
        """Share of each LPR that the regulariser provides, in [0, 1], shape (n_environments,)."""
        return self._engine.regulariser_share

    def rigidity(self) -> RigidityResult:
        """LPR and regulariser share of every environment, with what is needed to read them."""
        structures = self._analysis.structures
        return RigidityResult(
            lpr=self.lpr,
            regulariser_share=self.regulariser_share,
            offsets=structures.offsets,
            numbers=structures.numbers,
            alpha=self._alpha,
            scale=self.scale,
            n_train=len(self.members),
        )

    def local_energies(self) -> FloatArray | None:
        """Predicted energy of every atom in eV, baseline included; None where a training energy is missing."""
        local = self._engine.local_targets
        return None if local is None else local + self.baseline.of_environments(self._analysis.structures)

    def predict(self) -> FloatArray | None:
        """Predicted total energy of every structure in eV; None where a training energy is missing."""
        means, structures = self._engine.predictions, self._analysis.structures
        roots = self._analysis.representation.row_roots
        if means is not None and roots is not None:
            means = means / roots
        return None if means is None else means * structures.sizes + self.baseline.of_structures(structures)

    def predicted_forces(
        self, structures: Iterable[int] | None = None, *, tick: Tick = no_tick
    ) -> tuple[FloatArray, ...] | None:
        """Predicted forces (n_atoms, 3) in eV/Å on some structures, all by default; None where `predict` gives None.

        Quick where the model trains on forces and a structure has them; else a few dozen milliseconds a structure.
        """
        return predicted_forces(self, structures, tick=tick)

    def force_effect(self, *, tick: Tick = no_tick) -> ForceEffect:
        """LPR with the forces of the training set against LPR without; ModelError where the model knows no forces."""
        return force_effect(self, tick=tick)

    def influence(self, atom: Atom) -> InfluenceResult:
        """Which training structures hold this atom, the most important first.

        Parameters
        ----------
        atom : (structure, atom) or int
            A pair, or the number of the environment in the whole set.
        """
        return atom_influence(self._engine, self._analysis.structures, atom)

    def suggest(
        self,
        n: int,
        goal: str = "mean-log",
        target: Any = None,
        candidates: Iterable[int] | None = None,
        *,
        target_structures: Iterable[int] | None = None,
        target_species: str | Iterable[str] | None = None,
        threshold: float = 1.0,
        tick: Tick = no_tick,
    ) -> Suggestion:
        """Choose structures to train on next, greedily: each is the best given those chosen before it.

        Parameters
        ----------
        n : int
            How many.
        goal : {"mean-log", "worst", "d-optimal", "v-optimal", "coverage"}
            What to raise over the target: mean log LPR, the lowest LPR, information on structures, (minus) mean
            variance, or the share of atoms at or above `threshold`.
        target : indices, slice, mask or (structure, atom) pairs, optional
            Which environments matter; all by default.
        candidates : iterable of int, optional
            Structures to choose from; all that are not in training by default.
        target_structures : iterable of int, optional
            The atoms of these structures matter (instead of `target`).
        target_species : str or iterable of str, optional
            Of those, only atoms of these species matter.
        threshold : float
            For ``"coverage"``, in label-equivalents.

        Raises
        ------
        ModelError
            If `n` is below 1, a goal or index is unknown, or a candidate is in training already.
        """
        environments = target_environments(self._analysis.structures, target, target_structures, target_species)
        return greedy_suggestion(
            self, n, goal=goal, target=environments, candidates=candidates, threshold=threshold, tick=tick
        )

    def _with_engine(self, engine: RigidityEngine) -> FittedLPR:
        return FittedLPR(self._analysis, engine, self._alpha)

    def __repr__(self) -> str:
        return (
            f"FittedLPR({len(self.members)} of {self._engine.n_structures} structures in training, "
            f"{self._engine.n_environments} environments, {self._analysis.model}, alpha {self._alpha:g}, "
            f"{self.scale} scale)"
        )
