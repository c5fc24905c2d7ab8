"""Makes one set after another, one process per core.

Apart from `__main__`, whose functions a spawned worker cannot find.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

MODULES = {
    "silicon": "silicon",
    "carbon": "carbon",
    "silicon-carbide": "silicon_carbide",
    "molecules": "molecules",
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def generate(name: str, folder: Path) -> str:
    """Make one set and say in a line what was made."""
    # Imported by name: a set needs matscipy or tblite, and not every reader has both.
    module = importlib.import_module(f"lprviz.data.generate.{MODULES[name]}")
    writing = importlib.import_module("lprviz.data.generate.writing")
    started = time.perf_counter()
    frames = module.frames()
    data, _ = writing.write_set(module.recipe(), frames, folder)
    atoms, seconds = sum(len(frame) for frame in frames), time.perf_counter() - started
    return f"{name}: {len(frames)} structures, {atoms} atoms, {data.stat().st_size / 1e3:.0f} kB, {seconds:.0f} s"


def generate_all(names: Sequence[str], folder: Path) -> Iterator[str]:
    """Make the sets, two at a time where there are two cores; yield a line about each as it is done."""
    # Workers are spawned, not forked, so that they read this before they load BLAS: sums then keep their order.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1), mp_context=context) as pool:
        running = [pool.submit(generate, name, folder) for name in names]
        for done in as_completed(running):
            yield done.result()
