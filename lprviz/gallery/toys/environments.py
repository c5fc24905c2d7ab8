"""The environment toy: one coordinate t in [0, 1] per atom, seen through 25 Gaussians.

Neighbouring values of t look alike and far ones do not, which is all that a descriptor of atomic environments does.
Structures are bags of values: drawn anywhere (disordered), all equal (a crystal), around two values (two phases), or
with a few atoms far from the others (a rare defect).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lprviz.core.arrays import FloatArray, frozen
from lprviz.errors import DataError
from lprviz.gallery.toys.toy import Toy, structure_means

ALPHA = 1e-4
"""Regulariser of the environment toy."""

CENTRES = np.linspace(0.0, 1.0, 25)
CENTRES.flags.writeable = False
"""Centres of the Gaussians."""

WIDTH = 0.06
"""Standard deviation of the Gaussians."""

SIZE = 64
"""Atoms of a structure, unless another size is asked for."""

NOISE = 1e-3
"""Standard deviation of the label noise, per atom."""

PHASES = (0.3, 0.7)
"""Coordinates around which the two phases lie."""

PHASE_SPREAD = 0.015
"""Standard deviation of t within a phase."""

DEFECT = 0.95
"""Coordinate of the rare defect; its hosts have t below 0.7."""


@dataclass(frozen=True, eq=False)
class CoordinateBatch:
    """Structures of one group, each an array of coordinates t (n_atoms,)."""

    group: str
    structures: Sequence[FloatArray]


def environment_features(coordinates: ArrayLike) -> FloatArray:
    """Heights of the 25 Gaussians at these coordinates (n,) -> (n, 25)."""
    t = np.asarray(coordinates, dtype=np.float64)
    return np.exp(-((t[..., None] - CENTRES) ** 2) / (2.0 * WIDTH**2))


def true_energy(coordinates: ArrayLike) -> FloatArray:
    """The local truth of every environment toy: a smooth function of t alone."""
    t = np.asarray(coordinates, dtype=np.float64)
    return np.sin(2.0 * np.pi * t) + 0.3 * np.cos(6.0 * np.pi * t)


def environment_toy(title: str, batches: Sequence[CoordinateBatch], *, seed: int = 0) -> Toy:
    """Make a toy from coordinates; ``seed`` decides the label noise alone."""
    structures = [np.asarray(each, dtype=np.float64) for batch in batches for each in batch.structures]
    coordinates = np.concatenate(structures)
    return Toy.build(
        title,
        [environment_features(each) for each in structures],
        local_targets=true_energy(coordinates),
        noise=NOISE * np.random.default_rng((seed, 1)).standard_normal(len(structures)),
        groups=[batch.group for batch in batches for _ in batch.structures],
        alpha=ALPHA,
        coordinates=coordinates,
    )


def moved(toy: Toy, environment: int, coordinate: float) -> Toy:
    """The toy with one environment dragged to another coordinate; its structure's label follows the truth.

    Raises
    ------
    DataError
        If the toy has no coordinates, or there is no such environment or coordinate.
    """
    if toy.coordinates is None or not 0 <= environment < toy.n_environments or not 0.0 <= coordinate <= 1.0:
        raise DataError(f"Environment {environment} cannot move to t = {coordinate:g}.", "t goes from 0 to 1.")
    coordinates, local = toy.coordinates.copy(), toy.local_targets.copy()
    coordinates[environment], local[environment] = coordinate, true_energy(coordinate)
    noise = toy.targets - structure_means(toy.local_targets[:, None], toy.offsets)[:, 0]
    features = toy.features.copy()
    features[environment] = environment_features(coordinate)
    return replace(
        toy,
        features=frozen(features),
        coordinates=frozen(coordinates),
        local_targets=frozen(local),
        targets=frozen(structure_means(local[:, None], toy.offsets)[:, 0] + noise),
    )


# -- what structures are made of ------------------------------------------------------------------------------------


def disordered(
    rng: np.random.Generator, count: int, size: int = SIZE, low: float = 0.0, high: float = 1.0
) -> list[FloatArray]:
    """Structures of ``size`` environments, each anywhere between ``low`` and ``high``."""
    return list(rng.uniform(low, high, (count, size)))


def crystals(rng: np.random.Generator, count: int, size: int = SIZE) -> list[FloatArray]:
    """Structures whose environments are all equal, at a random coordinate each."""
    return [np.full(size, t) for t in rng.random(count)]


def two_phases(rng: np.random.Generator, atoms_of_first: Sequence[int], size: int = SIZE) -> list[FloatArray]:
    """Structures with so many atoms in the first phase each, and the others in the second."""
    structures = []
    for count in atoms_of_first:
        centres = np.repeat(PHASES, [count, size - count])
        structures.append(centres + PHASE_SPREAD * rng.standard_normal(size))
    return structures


def with_defects(rng: np.random.Generator, count: int, n_defects: int, size: int = SIZE) -> list[FloatArray]:
    """Hosts (t below 0.7) in which the first ``n_defects`` atoms are the rare defect."""
    hosts = rng.uniform(0.0, 0.7, (count, size))
    hosts[:, :n_defects] = DEFECT
    return list(hosts)


# -- the toys of the phenomena --------------------------------------------------------------------------------------


def disorder_toy(seed: int = 0, *, size: int = SIZE) -> Toy:
    """Disorder against order: groups ``disordered`` and ``crystal`` of 100, and ``target`` single atoms anywhere."""
    rng = np.random.default_rng(seed)
    return environment_toy(
        "Disorder and crystals",
        (
            CoordinateBatch("disordered", disordered(rng, 100, size)),
            CoordinateBatch("crystal", crystals(rng, 100, size)),
            CoordinateBatch("target", disordered(rng, 500, 1)),
        ),
        seed=seed,
    )


def phase_toy(seed: int = 0) -> Toy:
    """Two phases: always ``half`` and half, ``near-half`` (45 to 55 %), ``any`` proportion, and pure cells."""
    rng = np.random.default_rng(seed)
    near = rng.integers(round(0.45 * SIZE), round(0.55 * SIZE) + 1, 100)
    return environment_toy(
        "Two phases",
        (
            CoordinateBatch("half", two_phases(rng, [SIZE // 2] * 100)),
            CoordinateBatch("near-half", two_phases(rng, near.tolist())),
            CoordinateBatch("any", two_phases(rng, rng.integers(0, SIZE + 1, 100).tolist())),
            CoordinateBatch("pure-A", two_phases(rng, [SIZE] * 5)),
            CoordinateBatch("target-A", two_phases(rng, [SIZE] * 4)),
            CoordinateBatch("target-B", two_phases(rng, [0] * 4)),
        ),
        seed=seed,
    )


def defect_toy(seed: int = 0) -> Toy:
    """A rare defect: ``host`` structures without it, and ten each with 1, 8 and 32 defects among 64 atoms."""
    rng = np.random.default_rng(seed)
    counts = (1, 8, 32)
    return environment_toy(
        "A rare defect",
        (
            CoordinateBatch("host", with_defects(rng, 100, 0)),
            *(CoordinateBatch(f"defects-{count}", with_defects(rng, 10, count)) for count in counts),
            CoordinateBatch("target", [np.array([DEFECT])]),
        ),
        seed=seed,
    )


def choice_toy(seed: int = 0) -> Toy:
    """Choosing data: a ``base`` that covers t below 0.6, 100 ``candidate`` structures, and 200 ``target`` atoms."""
    rng = np.random.default_rng(seed)
    near = [np.clip(t + rng.uniform(-0.1, 0.1, 4), 0.0, 1.0) for t in rng.random(100)]
    return environment_toy(
        "Choosing what to add",
        (
            CoordinateBatch("base", disordered(rng, 60, 4, high=0.6)),
            CoordinateBatch("candidate", near),
            CoordinateBatch("target", disordered(rng, 200, 1)),
        ),
        seed=seed,
    )
