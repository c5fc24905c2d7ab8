"""The species toy: atoms of two kinds, each with three numbers for its surroundings.

An atom of A has the features (1, 0, e, 0) and one of B (0, 1, 0, e), with e three standard normal numbers: a constant
per species and surroundings that each species weighs in its own way. Structures are bags of sixteen atoms, so only
the composition and the summed surroundings of each species reach the labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lprviz.core.arrays import FloatArray
from lprviz.gallery.toys.toy import IntArray, Toy

ALPHA = 1e-5
"""Regulariser of the species toy."""

SIZE = 16
"""Atoms of a structure, except isolated ones."""

N_SURROUNDINGS = 3
"""Environment features of each species."""

ZEROS = (0.42, -0.42)
"""True energy of A and of B in average surroundings: half their difference is what a blind split gets wrong."""

NOISE = 3e-4
"""Standard deviation of the label noise, per atom."""


@dataclass(frozen=True)
class CompositionBatch:
    """Structures of one group by composition.

    Attributes
    ----------
    group : str
    atoms_of_a : tuple of int
        Number of A atoms of each structure; the other atoms are B.
    size : int
        Atoms of each structure; a single atom is isolated and has no surroundings (e = 0).
    """

    group: str
    atoms_of_a: tuple[int, ...]
    size: int = SIZE


def species_features(species: IntArray, surroundings: FloatArray) -> FloatArray:
    """Features (n, 8) of atoms of these species (n,), 0 for A and 1 for B, in these surroundings (n, 3)."""
    features = np.zeros((len(species), 2 * (1 + N_SURROUNDINGS)))
    features[np.arange(len(species)), species] = 1.0
    for kind in (0, 1):
        columns = slice(2 + kind * N_SURROUNDINGS, 2 + (kind + 1) * N_SURROUNDINGS)
        features[species == kind, columns] = surroundings[species == kind]
    return features


def species_toy(seed: int = 0, *, n_fixed: int = 100, batches: tuple[CompositionBatch, ...] | None = None) -> Toy:
    """Make the species toy.

    Parameters
    ----------
    seed : int
        Decides surroundings, random compositions, the true weights and the label noise.
    n_fixed : int
        Structures of the group ``fixed``, all with eight A and eight B.
    batches : tuple of CompositionBatch, optional
        Other groups than the usual ones: ``fixed``, ``A9B7``, ``A12B4``, ``pure-A``, ``pure-B``, ``isolated`` (one atom
        of each), ``random`` (binomial compositions) and ``target``, structures to judge that never train.

    Returns
    -------
    Toy
    """
    rng = np.random.default_rng(seed)
    chosen = _usual_batches(rng, n_fixed) if batches is None else batches
    species: list[IntArray] = []
    features: list[FloatArray] = []
    groups: list[str] = []
    for batch in chosen:
        for count in batch.atoms_of_a:
            kinds = (np.arange(batch.size) >= count).astype(np.intp)
            spread = 1.0 if batch.size > 1 else 0.0
            species.append(kinds)
            features.append(species_features(kinds, spread * rng.standard_normal((batch.size, N_SURROUNDINGS))))
            groups.append(batch.group)
    weights = np.concatenate([np.array(ZEROS), 0.1 * rng.standard_normal(2 * N_SURROUNDINGS)])
    return Toy.build(
        "Atoms of two species",
        features,
        local_targets=np.concatenate(features) @ weights,
        noise=NOISE * rng.standard_normal(len(features)),
        groups=groups,
        alpha=ALPHA,
        species=np.concatenate(species),
    )


def _usual_batches(rng: np.random.Generator, n_fixed: int) -> tuple[CompositionBatch, ...]:
    half = SIZE // 2
    random = tuple(int(count) for count in rng.binomial(SIZE, 0.5, n_fixed))
    return (
        CompositionBatch("fixed", (half,) * n_fixed),
        CompositionBatch("A9B7", (9,)),
        CompositionBatch("A12B4", (12,)),
        CompositionBatch("pure-A", (SIZE,) * 5),
        CompositionBatch("pure-B", (0,) * 5),
        CompositionBatch("isolated", (1, 0), size=1),
        CompositionBatch("random", random),
        CompositionBatch("target", (half,) * 20),
    )
