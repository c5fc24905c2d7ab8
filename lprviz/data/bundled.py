"""The data sets that come with lprviz: where they lie, and what their cards say.

Every set is a compressed extended XYZ file and a card, made by ``python -m lprviz.data.generate``. This module reads
the cards only; the frames are read like any other file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from lprviz.errors import DataError

ORDER = ("silicon", "carbon", "silicon-carbide", "molecules")
"""Names of the sets in the order of the menu: the simplest physics first."""
CARD_FIELDS_OF_MAPPING = ("units", "versions", "groups", "hypers")


@dataclass(frozen=True)
class DatasetCard:
    """What a bundled set is, how it was made and how to start looking at it.

    Attributes
    ----------
    name, title, summary, made, potential, local_energy, licence, story : str
        Plain sentences; ``local_energy`` says what the per-atom energies mean, ``story`` what to try first.
    citations, notes : tuple of str
        Sources, and remarks a reader should know.
    units, versions : mapping of str to str
        Units of energy, length and forces; versions of the packages that made the set.
    seed, n_structures, n_environments : int
        Seed of the generator and sizes of the set.
    species : tuple of str
        Chemical symbols by rising atomic number.
    groups : mapping of str to int
        Structures in each group, in the order of the file, where each group is one block.
    hypers : mapping of str to float
        Recommended SOAP: cutoff (angstrom), max_radial, max_angular, width (angstrom), smoothing (angstrom).
    alpha : float
        Recommended regulariser.
    training : mapping of str to int or "all"
        Groups of the initial training set, with the number of structures taken from each.
    path : Path
        The compressed extended XYZ file.
    """

    name: str
    title: str
    summary: str
    made: str
    potential: str
    citations: tuple[str, ...]
    units: Mapping[str, str]
    licence: str
    seed: int
    versions: Mapping[str, str]
    n_structures: int
    n_environments: int
    species: tuple[str, ...]
    groups: Mapping[str, int]
    local_energy: str
    hypers: Mapping[str, float]
    alpha: float
    training: Mapping[str, int | str]
    story: str
    notes: tuple[str, ...]
    path: Path

    def training_members(self, groups: Sequence[str]) -> tuple[int, ...]:
        """Indices of the initial training set.

        Parameters
        ----------
        groups : sequence of str
            Group of every structure, as read from the file.

        Returns
        -------
        tuple of int
            The first so many structures of each group that `training` names, ascending.
        """
        members: list[int] = []
        for group, count in self.training.items():
            found = [index for index, each in enumerate(groups) if each == group]
            members += found if count == "all" else found[: int(count)]
        return tuple(sorted(members))


def list_datasets() -> tuple[DatasetCard, ...]:
    """The cards of all bundled sets, in the order of the menu."""
    return tuple(_read_card(name) for name in ORDER if (dataset_folder() / f"{name}.yaml").is_file())


def dataset_card(name: str) -> DatasetCard:
    """The card of one bundled set.

    Raises
    ------
    DataError
        If there is no such set.
    """
    known = [each for each in ORDER if (dataset_folder() / f"{each}.yaml").is_file()]
    if name not in known:
        raise DataError(f"There is no bundled data set called {name!r}.", f"The names are {', '.join(known)}.")
    return _read_card(name)


def dataset_path(name: str) -> Path:
    """The compressed extended XYZ file of one bundled set.

    Raises
    ------
    DataError
        If there is no such set.
    """
    return dataset_card(name).path


@cache
def dataset_folder() -> Path:
    """Where data sets and cards lie. Inside an installed wheel, else at the root of the checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_assets" / "datasets"
    return installed if installed.is_dir() else package.parent / "assets" / "datasets"


@cache
def _read_card(name: str) -> DatasetCard:
    path = dataset_folder() / f"{name}.yaml"
    fields: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    fields["training"] = MappingProxyType(fields["training"]["groups"])
    for key in CARD_FIELDS_OF_MAPPING:
        fields[key] = MappingProxyType(fields[key])
    for key in ("citations", "species", "notes"):
        fields[key] = tuple(fields[key])
    return DatasetCard(**fields, path=path.with_name(f"{name}.xyz.gz"))
