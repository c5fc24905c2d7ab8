"""From structures to pool space, fresh and from the cache."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk, molecule

from lprviz.data import pools
from lprviz.data.cache import DiskCache
from lprviz.data.descriptors import compute_features
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import compute_pool
from lprviz.data.structures import StructureSet
from lprviz.progress import Cancelled

HYPERS = SoapHypers(3.0, 3, 2, 0.4)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> DiskCache:
    monkeypatch.delenv("LPRVIZ_CACHE", raising=False)
    return DiskCache(tmp_path)


def rattled(count: int = 6) -> StructureSet:
    structures = [bulk("SiC", "zincblende", a=4.4, cubic=True) for _ in range(count - 1)] + [molecule("CH4")]
    for seed, atoms in enumerate(structures):
        atoms.rattle(0.1, seed=seed)
    return StructureSet.from_atoms(structures)


def test_the_pool_is_that_of_the_features():
    structures = rattled()
    made = compute_pool(structures, HYPERS, keep_features=True)
    features = compute_features(structures, HYPERS)
    assert np.array_equal(made.features.values, features.values)
    assert made.scale == features.scale
    assert made.species_columns
    assert made.n_features == features.n_features
    norms = np.square(features.values).sum(axis=1)
    assert np.allclose(made.square_norms, norms)
    assert made.square_norms.mean() == pytest.approx(1.0)
    in_pool = np.square(made.pool.environments).sum(axis=1) + made.pool.residuals
    assert np.allclose(in_pool, norms, rtol=1e-9)
    means = features.structure_means(structures.offsets)
    assert np.allclose(made.pool.structures @ made.pool.structures.T, means @ means.T, atol=1e-10)


def test_a_cached_pool_is_the_same_to_the_last_bit(cache, monkeypatch):
    structures = rattled()
    first = compute_pool(structures, HYPERS, cache=cache)

    def never(*_args, **_kwargs):
        raise AssertionError("computed again")

    monkeypatch.setattr(pools, "compute_features", never)
    second = compute_pool(structures, HYPERS, cache=cache)
    for name in ("environments", "residuals", "structures", "basis", "ties"):
        assert np.array_equal(getattr(first.pool, name), getattr(second.pool, name))
    assert np.array_equal(first.square_norms, second.square_norms)
    assert (first.pool.alpha_min, first.pool.accuracy) == (second.pool.alpha_min, second.pool.accuracy) == (1e-8, 1e-6)
    assert (first.scale, first.n_features, first.species_columns) == (second.scale, second.n_features, True)
    assert not second.square_norms.flags.writeable


@pytest.mark.parametrize("change", ["hypers", "structures", "species_columns", "alpha_min", "accuracy"])
def test_another_question_gets_another_entry(cache, change):
    compute_pool(rattled(), HYPERS, cache=cache)
    structures = rattled(5) if change == "structures" else rattled()
    hypers = SoapHypers(3.1, 3, 2, 0.4) if change == "hypers" else HYPERS
    others = {"species_columns": False, "alpha_min": 1e-6, "accuracy": 1e-4}
    options = {change: others[change]} if change in others else {}
    compute_pool(structures, hypers, cache=cache, **options)
    assert len(list(cache.folder.glob("*.npz"))) == 2


def test_an_entry_that_does_not_fit_is_computed_again(cache):
    structures = rattled()
    made = compute_pool(structures, HYPERS, cache=cache)
    (path,) = cache.folder.glob("*.npz")
    np.savez(path, environments=np.zeros((1, 1)))
    again = compute_pool(structures, HYPERS, cache=cache)
    assert np.array_equal(made.pool.environments, again.pool.environments)


def test_progress_rises_through_both_phases_to_the_end():
    seen = []
    compute_pool(rattled(), HYPERS, tick=lambda done, total: seen.append(done / total))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert any(share > 0.75 for share in seen[:-1])


def test_cancel_passes_through(cache):
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        compute_pool(rattled(), HYPERS, tick=stop, cache=cache)
    assert cache.size == 0
