"""Components of a model's features, by name.

A component is a set of columns: the density of one neighbour species, a pair of densities, a degree of the angular
functions, a radial function or a pair of them, constants, and the centre where each species has weights of its own.
Families may overlap (a column of the pair C-Si belongs to both species); within ``pair``, ``angular``, ``radial pair``
and ``part`` no column of the power spectrum is left out or counted twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ase.data import atomic_numbers, chemical_symbols
from numpy.typing import NDArray

from lprviz.core.components import component_pool
from lprviz.data.feature_columns import FeatureColumns, feature_columns
from lprviz.errors import ModelError
from lprviz.progress import Tick, no_tick, phase

if TYPE_CHECKING:
    from lprviz.analysis.analysis import LPRAnalysis
    from lprviz.core.pool import PoolSpace

BoolArray = NDArray[np.bool_]

_INTERCEPT = ("constant:all", "constant energy of any atom")

_KEPT = 4
"""Masked pools kept at once, each as large as the pool itself: enough to go to and fro between a few components."""


@dataclass(frozen=True, eq=False, repr=False)
class Component:
    """Some columns of the features, under a name.

    Attributes
    ----------
    key : str
        Such as ``"species:Si"``, ``"pair:C-Si"``, ``"angular:4"``, ``"radial:2"``, ``"radial:0-2"``, ``"constant:Si"``,
        ``"constant:all"``, ``"centre:Si"``, ``"part:spectrum"`` or ``"part:constants"``; anything for one of your own.
    title : str
        For people.
    columns : (n_features,) array of bool
    """

    key: str
    title: str
    columns: BoolArray

    def __post_init__(self) -> None:
        mask = np.array(self.columns, dtype=bool)
        mask.flags.writeable = False
        object.__setattr__(self, "columns", mask)

    @property
    def family(self) -> str:
        """Which components it stands among: species, centre, pair, angular, radial, radial pair, constant or part."""
        family, _, name = self.key.partition(":")
        return "radial pair" if family == "radial" and "-" in name else family

    @property
    def n_columns(self) -> int:
        """How many columns it holds."""
        return int(np.count_nonzero(self.columns))

    def __repr__(self) -> str:
        return f"Component({self.key!r}: {self.title}, {self.n_columns} of {len(self.columns)} columns)"


class ComponentPools:
    """The few masked pools used last, so that going to and fro between components projects nothing twice."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, PoolSpace] = OrderedDict()
        self._computing = threading.Lock()

    def get(self, analysis: LPRAnalysis, columns: BoolArray, *, tick: Tick = no_tick) -> PoolSpace:
        """The masked pool of these columns; two threads that ask at once share one computation."""
        key = np.packbits(columns).tobytes()
        with self._computing:
            if key not in self._kept:
                pool = analysis.pool_with_features(tick=phase(tick, 0.0, 0.7))
                made = component_pool(pool, analysis.structures.offsets, columns, tick=phase(tick, 0.7, 1.0))
                self._kept[key] = made
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def components_of(analysis: LPRAnalysis) -> tuple[Component, ...]:
    """Every named component of an analysis' features; none where columns stand for no part of the structure."""
    if analysis.model != "ridge":
        return ()
    representation, spec, species = analysis.representation, analysis.spec, analysis.structures.species
    columns = feature_columns(
        representation.hypers,
        species,
        species_columns=representation.species_columns,
        per_centre_species=spec.per_centre_species,
        intercept=spec.intercept,
    )
    return tuple(_named_components(columns, species))


def find_component(analysis: LPRAnalysis, component: Component | str) -> Component:
    """The component of that key, or the one given, checked against the features.

    Raises
    ------
    ModelError
        Where there is none of that name, or the columns given are those of other features.
    """
    if isinstance(component, Component):
        n_features = analysis.representation.pool.n_features
        if len(component.columns) != n_features:
            raise ModelError(
                f"The component {component.key!r} has {len(component.columns)} columns, the features {n_features}.",
                "Take components from this very analysis.",
            )
        return component
    known = {each.key: each for each in components_of(analysis)}
    if not known:
        raise ModelError(
            "The features of this model have no named components: each column mixes all of the environment.",
            'Use model="ridge" on SOAP features, or give a Component with columns of your own.',
        )
    if component not in known:
        some = ", ".join(list(known)[:6])
        raise ModelError(f"There is no component {component!r}.", f"Those there are begin with {some}.")
    return known[component]


def radial_key(first: int, second: int) -> str:
    """Key of a pair of radial functions, in either order."""
    return f"radial:{min(first, second)}-{max(first, second)}"


def _named_components(columns: FeatureColumns, species: Sequence[str]) -> Iterator[Component]:
    spectrum = columns.degree >= 0
    yield from _by_species(columns, species)
    for number in np.unique(columns.centre[spectrum & (columns.centre > 0)]):
        symbol = chemical_symbols[number]
        own = spectrum & (columns.centre == number)
        yield Component(f"centre:{symbol}", f"everything around {symbol}", own)
    for degree in np.unique(columns.degree[spectrum]):
        yield Component(f"angular:{degree}", f"angular functions of degree {degree}", columns.degree == degree)
    lower, upper = np.sort(columns.radial, axis=1).T
    functions = np.unique(columns.radial[spectrum])
    for n in functions:
        yield Component(f"radial:{n}", f"radial function {n}, alone or with another", (lower == n) | (upper == n))
    for n_1, n_2 in np.unique(np.stack([lower, upper])[:, spectrum], axis=1).T:
        title = f"radial functions {n_1} and {n_2}" if n_1 != n_2 else f"radial function {n_1} with itself"
        yield Component(radial_key(n_1, n_2), title, (lower == n_1) & (upper == n_2))
    if not spectrum.all():
        yield from _constants(columns, ~spectrum)


def _by_species(columns: FeatureColumns, species: Sequence[str]) -> Iterator[Component]:
    for symbol in species:
        holds = (columns.neighbours == atomic_numbers[symbol]).any(axis=1)
        yield Component(f"species:{symbol}", f"neighbour density of {symbol}", holds)
    for a, b in np.unique(columns.neighbours[columns.degree >= 0], axis=0):
        first, second = chemical_symbols[a], chemical_symbols[b]
        title = f"neighbour densities of {first} and {second}" if a != b else f"neighbour density of {first} alone"
        yield Component(f"pair:{first}-{second}", title, (columns.neighbours == (a, b)).all(axis=1))


def _constants(columns: FeatureColumns, constant: BoolArray) -> Iterator[Component]:
    for number in np.unique(columns.centre[constant]):
        symbol = chemical_symbols[number]
        name, title = (f"constant:{symbol}", f"constant energy of {symbol}") if number else _INTERCEPT
        yield Component(name, title, constant & (columns.centre == number))
    yield Component("part:spectrum", "everything that depends on the surroundings", ~constant)
    yield Component("part:constants", "all constant energies", constant)
