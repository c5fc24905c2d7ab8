"""What a fitted analysis answers: frozen values over read-only arrays that explain themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ase.data import chemical_symbols
from numpy.typing import NDArray

from lprviz.errors import ModelError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
"""The quantiles of LPR that summaries report."""

UNDETERMINED_SHARE = 0.5
"""Regulariser share above which an atom's local energy is set by the prior rather than by data."""


def read_only(array: FloatArray) -> FloatArray:
    """A view of `array` that cannot be written through, so that values can be shared without copies."""
    view = array.view()
    view.flags.writeable = False
    return view


def atoms_of(offsets: IntArray, structure: int) -> slice:
    """Environments of one structure, counted from the end where negative, with a clear error where there is none."""
    n_structures = len(offsets) - 1
    if not -n_structures <= structure < n_structures:
        raise ModelError(
            f"There is no structure {structure}: the data set has {n_structures}.",
            f"Give an index from 0 to {n_structures - 1}.",
        )
    structure %= n_structures
    return slice(int(offsets[structure]), int(offsets[structure + 1]))


@dataclass(frozen=True, repr=False)
class RigidityResult:
    """Local prediction rigidity of every environment of a data set.

    Attributes
    ----------
    lpr : (n_environments,) array
        ``LPR_i = 1 / (x_i^T (F^T F + alpha I)^-1 x_i)``, dimensionless, in label-equivalents: 1 is worth one direct
        label of that atom. Source: S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020.
    regulariser_share : (n_environments,) array
        ``d log LPR / d log alpha`` in [0, 1]: 0 pinned by data, 1 pure prior.
    offsets : (n_structures + 1,) array
        Environments of structure s are ``offsets[s]:offsets[s + 1]``.
    numbers : (n_environments,) array
        Atomic numbers.
    alpha : float
        The regulariser as asked for.
    scale : str
        ``"frozen"`` or ``"training"``: over which atoms features were normalised.
    n_train : int
        Number of training structures.
    """

    lpr: FloatArray
    regulariser_share: FloatArray
    offsets: IntArray
    numbers: IntArray
    alpha: float
    scale: str
    n_train: int

    @property
    def n_structures(self) -> int:
        """Number of structures, training or not."""
        return len(self.offsets) - 1

    def of(self, structure: int) -> FloatArray:
        """LPR of the atoms of one structure, in its own order of atoms; shape (n_atoms,)."""
        return self.lpr[atoms_of(self.offsets, structure)]

    def select(self, structures: Iterable[int]) -> RigidityResult:
        """The result for some structures only, in the order given; the training set is the same."""
        chosen = [int(s) for s in structures]
        atoms = [np.arange(self.offsets[s], self.offsets[s + 1]) for s in chosen]
        environments = np.concatenate(atoms) if atoms else np.arange(0)
        return replace(
            self,
            lpr=read_only(self.lpr[environments]),
            regulariser_share=read_only(self.regulariser_share[environments]),
            offsets=np.concatenate([[0], np.cumsum([len(each) for each in atoms])]).astype(np.intp),
            numbers=self.numbers[environments],
        )

    def summary(self) -> dict[str, Any]:
        """Counts, alpha, scale and quantiles of LPR, over all atoms and per species; plain numbers, ready for JSON."""
        species = {chemical_symbols[z]: describe_rigidity(self, self.numbers == z) for z in np.unique(self.numbers)}
        return {
            "n_structures": self.n_structures,
            "n_environments": len(self.lpr),
            "n_train": self.n_train,
            "alpha": self.alpha,
            "scale": self.scale,
            "lpr": describe_rigidity(self, np.ones(len(self.lpr), dtype=bool)),
            "lpr_by_species": species,
        }

    def __repr__(self) -> str:
        low, middle, high = np.quantile(self.lpr, (0.05, 0.5, 0.95))
        undetermined = np.mean(self.regulariser_share > UNDETERMINED_SHARE)
        return (
            f"RigidityResult({len(self.lpr)} environments, {self.n_train} training structures, alpha {self.alpha:g}, "
            f"{self.scale} scale: LPR median {middle:.3g}, 5-95 % {low:.3g} to {high:.3g}, "
            f"{undetermined:.0%} set by the regulariser)"
        )


def describe_rigidity(result: RigidityResult, mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Quantiles and shares of LPR over the environments where `mask` (n_environments,) is true; plain numbers."""
    lpr = result.lpr[mask]
    if not len(lpr):
        return {"n_environments": 0}
    lpr = lpr[np.isfinite(lpr)]  # an atom that sees nothing has no variance, hence no finite LPR
    return {
        "n_environments": int(np.count_nonzero(mask)),
        "n_without_features": int(np.count_nonzero(mask)) - len(lpr),
        **_spread(lpr),
        "share_set_by_regulariser": float(np.mean(result.regulariser_share[mask] > UNDETERMINED_SHARE)),
    }


def _spread(lpr: FloatArray) -> dict[str, Any]:
    if not len(lpr):
        return {}
    return {
        "quantiles": {f"{q:g}": float(value) for q, value in zip(QUANTILES, np.quantile(lpr, QUANTILES), strict=True)},
        "geometric_mean": float(np.exp(np.mean(np.log(lpr)))),
        "share_at_least_one_label": float(np.mean(lpr >= 1.0)),
    }


@dataclass(frozen=True, repr=False)
class InfluenceResult:
    """Which training structures hold one atom: its loss of LPR if each were left out alone.

    Attributes
    ----------
    atom : (int, int)
        Structure and atom looked at.
    members : (n_train,) array of int
        Training structures, the most important first.
    loss : (n_train,) array
        Decades of LPR lost if that structure alone is removed: ``log10(1 + rho2 h / (1 - h))`` with
        ``rho2 = U^2 / (v h)``, ``U = x^T P f_c``, ``h = f_c^T P f_c``, ``v = 1 / LPR`` (all at least 0).
    leverage : (n_train,) array
        ``h``, how much of its own label each structure explains alone, in [0, 1).
    shared : (n_train,) array
        ``rho2``, square of the posterior correlation of the atom with the structure's mean, in [0, 1].
    """

    atom: tuple[int, int]
    members: IntArray
    loss: FloatArray
    leverage: FloatArray
    shared: FloatArray

    def top(self, n: int = 5) -> list[tuple[int, float]]:
        """The `n` most important training structures with their loss in decades."""
        return [(int(j), float(loss)) for j, loss in zip(self.members[:n], self.loss[:n], strict=True)]

    def __repr__(self) -> str:
        best = ", ".join(f"{j}: {loss:.2g}" for j, loss in self.top())
        return f"InfluenceResult(atom {self.atom}, decades of LPR lost without structure {best or 'none'})"


@dataclass(frozen=True, repr=False)
class Suggestion:
    """Structures to add next, chosen one after another, each given those before it.

    Attributes
    ----------
    order : tuple of int
        Structures in the order chosen; shorter than asked for when the candidates ran out.
    gains : (len(order),) array
        What each promised when it was chosen, in the unit of `curve`.
    curve : (len(order) + 1,) array
        The goal's own metric before the first addition and after each one.
    goal : str
    metric : str
        What `curve` counts, in words.
    """

    order: tuple[int, ...]
    gains: FloatArray
    curve: FloatArray
    goal: str
    metric: str

    def __len__(self) -> int:
        return len(self.order)

    def __repr__(self) -> str:
        first = ", ".join(str(j) for j in self.order[:10]) + (", ..." if len(self.order) > 10 else "")
        return f"Suggestion({self.goal}: [{first}]; {self.metric} {self.curve[0]:.4g} -> {self.curve[-1]:.4g})"
