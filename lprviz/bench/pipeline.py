"""From a file to pool space: reading, validation, descriptors, projection, and the second start from the cache."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ase.io import read, write

from lprviz.bench.entries import Entry, costs, faster_than
from lprviz.bench.timing import take_turns
from lprviz.bench.workloads import Workload, public_sets, silicon
from lprviz.core import PoolSpace
from lprviz.data.cache import DiskCache
from lprviz.data.descriptors import CHUNK, compute_features
from lprviz.data.pools import ACCURACY, ALPHA_MIN, compute_pool
from lprviz.data.reading import read_structures
from lprviz.data.validation import validate

_ROUNDS = 3
FIRST_PICTURE_MS = 3000
"""The dashboard promises its first picture in this time on a second start."""


def measure(data: Path | None = None) -> Iterator[Entry]:
    """Measure on the silicon set of the published size, and on real sets where `data` holds them."""
    yield from measure_workload(silicon())
    if data is not None:
        for workload in public_sets(data):
            yield from measure_workload(workload)


def measure_workload(workload: Workload, *, rounds: int = _ROUNDS) -> Iterator[Entry]:
    """All entries for one workload."""
    structures = workload.structures
    work = {
        "set": workload.name,
        "n_structures": structures.n_structures,
        "n_environments": structures.n_environments,
        "species": list(structures.species),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "structures.xyz.gz"
        path.write_bytes(gzip.compress(_extended_xyz(workload), mtime=0))
        yield _reading(path, {**work, "bytes": path.stat().st_size}, rounds)
        yield Entry("validation", work, take_turns({"validation": lambda: validate(structures)}, rounds)["validation"])
        yield from _descriptors(workload, work, rounds)
        yield from _projection(workload, work, rounds)
        yield from _cached_start(workload, DiskCache(Path(folder) / "cache"), work, rounds)


def _extended_xyz(workload: Workload) -> bytes:
    text = io.StringIO()
    write(text, list(workload.structures), format="extxyz")
    return text.getvalue().encode()


def _reading(path: Path, work: dict[str, Any], rounds: int) -> Entry:
    """Reading with all its checks, against ASE's reader, which makes none."""
    timed = take_turns(
        {"reading": lambda: read_structures(path), "ase.io.read": lambda: read(path, ":", format="extxyz")}, rounds
    )
    return costs("reading and validating a file", timed["reading"], timed["ase.io.read"], work)


def _descriptors(workload: Workload, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    """Folded, scaled features against bare calls of featomic on the same chunks of structures."""
    timed = take_turns(
        {
            "descriptors": lambda: compute_features(workload.structures, workload.hypers),
            "featomic alone": lambda: _bare_featomic(workload),
        },
        rounds,
    )
    entry = costs("descriptors", timed["descriptors"], timed["featomic alone"], work)
    yield entry
    per_second = 1e3 * workload.structures.n_environments / timed["descriptors"].median
    yield Entry("descriptors: environments per second", work, value=per_second)


def _bare_featomic(workload: Workload) -> None:
    """The same calculator, called on the same chunks, its blocks thrown away."""
    from featomic import SoapPowerSpectrum

    calculator = SoapPowerSpectrum(**workload.hypers.to_featomic())
    begin, atoms = 0, 0
    for end, structure in enumerate(workload.structures, start=1):
        atoms += len(structure)
        if atoms >= CHUNK or end == len(workload.structures):
            systems: list[Any] = list(workload.structures.atoms[begin:end])
            calculator.compute(systems)
            begin, atoms = end, 0


def _projection(workload: Workload, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    features = compute_features(workload.structures, workload.hypers)
    means = features.structure_means(workload.structures.offsets)

    def project() -> PoolSpace:
        return PoolSpace.from_features(features.values, means, alpha_min=ALPHA_MIN, accuracy=ACCURACY)

    pool = project()
    timed = take_turns(
        {
            "projection": project,
            "one product of the same size": lambda: features.values @ pool.basis,
        },
        rounds,
    )
    sizes = {**work, "n_features": pool.n_features, "rank": pool.rank}
    yield costs("projection into pool space", timed["projection"], timed["one product of the same size"], sizes)


def _cached_start(workload: Workload, cache: DiskCache, work: dict[str, Any], rounds: int) -> Iterator[Entry]:
    """Descriptors and projection fetched from disk, against computing them and against the promised first picture."""

    def start() -> None:
        compute_pool(workload.structures, workload.hypers, cache=cache)

    computing = take_turns({"computing": start}, 1, warm_up=0)["computing"]
    cached = take_turns({"cached": start}, 2 * rounds)["cached"]
    sizes = {**work, "cache_bytes": cache.size}
    yield faster_than("second start, from the cache", cached, computing, sizes)
    yield Entry("second start: ms of the first picture's 3000", sizes, value=cached.p95, bound=f"<= {FIRST_PICTURE_MS}")
