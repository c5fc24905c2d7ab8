"""Taking turns, so that a busy moment of the machine hits both sides of a comparison."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lprviz.bench.entries import Samples

_SEED = 1


def take_turns(work: Mapping[str, Callable[[], object]], rounds: int, *, warm_up: int = 1) -> dict[str, Samples]:
    """Time several callables in turn, `rounds` times each, after `warm_up` rounds that do not count.

    The order is drawn anew each round (seeded): in a fixed one each always met the cache that the same other had left,
    which alone moved ratios by a tenth. Collection of garbage is held off meanwhile; results are dropped inside the
    timed stretch, as a program would.
    """
    durations: dict[str, list[float]] = {name: [] for name in work}
    names, generator = list(work), np.random.default_rng(_SEED)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(warm_up + rounds):
            for name in (names[k] for k in generator.permutation(len(names))):
                elapsed = _milliseconds(work[name])
                if number >= warm_up:
                    durations[name].append(elapsed)
    finally:
        if collecting:
            gc.enable()
    return {name: Samples(name, tuple(values)) for name, values in durations.items()}


def merged(blocks: Sequence[Mapping[str, Samples]]) -> dict[str, Samples]:
    """The samples of several blocks of turns put together by name."""
    names = dict.fromkeys(name for block in blocks for name in block)
    return {
        name: Samples(name, tuple(t for block in blocks if name in block for t in block[name].milliseconds))
        for name in names
    }


def faster_of(*samples: Samples) -> Samples:
    """The one with the smallest median: a peer is always taken at its best."""
    return min(samples, key=lambda each: each.median)


def _milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)
