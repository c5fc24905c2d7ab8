"""What sessions of one process share, read-only: bundled data sets and representations, each computed once.

Thirty students who open the same page need one set of descriptors, not thirty. A representation lives as long as some
session uses it; after that the disk cache remembers it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.models import compute_representation, representation_key
from lprviz.data.bundled import dataset_card
from lprviz.data.cache import DiskCache
from lprviz.data.hypers import SoapHypers
from lprviz.data.pools import Representation
from lprviz.data.reading import load_dataset
from lprviz.data.structures import StructureSet
from lprviz.progress import Tick, no_tick
from lprviz.session.values import Dataset

_T = TypeVar("_T")
_LOOK_UP_EVERY = 0.1  # seconds; how soon a session that waits for another one's work learns that it was cancelled


class Library:
    """Data sets and representations, shared by all sessions that are given it.

    Parameters
    ----------
    cache : DiskCache, optional
        Where representations are kept between starts; without it they are only shared.
    """

    def __init__(self, cache: DiskCache | None = None) -> None:
        self._cache = cache
        self._datasets: dict[str, Dataset] = {}
        self._representations: WeakValueDictionary[str, Representation] = WeakValueDictionary()
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @property
    def cache(self) -> DiskCache | None:
        """Where representations are kept between starts."""
        return self._cache

    def dataset(self, name: str, tick: Tick = no_tick) -> Dataset:
        """Return a bundled set with its initial training set; raises DataError for an unknown name."""
        return self._once(f"dataset {name}", tick, lambda: self._datasets.get(name), lambda: self._read(name))

    def representation(
        self, structures: StructureSet, hypers: SoapHypers, model: ModelSpec, tick: Tick = no_tick
    ) -> Representation:
        """Return the representation of these structures, computed by whichever session asked first."""
        key = representation_key(structures, hypers, model)

        def compute() -> Representation:
            made = compute_representation(structures, hypers, model, tick=tick, cache=self._cache)
            self._representations[key] = made
            return made

        return self._once(key, tick, lambda: self._representations.get(key), compute)

    def _read(self, name: str) -> Dataset:
        card = dataset_card(name)
        structures = load_dataset(name)
        made = Dataset(structures, card.title, card, card.training_members(structures.groups))
        self._datasets[name] = made
        return made

    def _once(self, key: str, tick: Tick, known: Callable[[], _T | None], make: Callable[[], _T]) -> _T:
        with self._turn(key, tick):
            found = known()
            return make() if found is None else found

    @contextmanager
    def _turn(self, key: str, tick: Tick) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        while not lock.acquire(timeout=_LOOK_UP_EVERY):
            tick(0, 0)
        try:
            yield
        finally:
            lock.release()
