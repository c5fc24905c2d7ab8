"""The bundled sets are what their cards say, and physical."""

from __future__ import annotations

import gzip
from collections import Counter
from functools import cache
from io import StringIO

import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list

from lprviz.data.bundled import ORDER, DatasetCard, dataset_card, dataset_path, list_datasets
from lprviz.errors import DataError

CLOSEST = {frozenset(pair): distance for pair, distance in ((("Si",), 1.55), (("C",), 1.0), (("Si", "C"), 1.3))}
"""About 0.7 of a bond length, angstrom."""


@cache
def frames_of(name: str) -> tuple[Atoms, ...]:
    text = gzip.decompress(dataset_path(name).read_bytes()).decode("ascii")
    return tuple(ase.io.read(StringIO(text), ":", format="extxyz"))


@cache
def groups_of(name: str) -> tuple[str, ...]:
    return tuple(frame.info["group"] for frame in frames_of(name))


@pytest.fixture(params=ORDER)
def card(request: pytest.FixtureRequest) -> DatasetCard:
    return dataset_card(request.param)


def test_all_four_sets_are_listed_in_the_order_of_the_menu():
    assert tuple(card.name for card in list_datasets()) == ORDER


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError) as caught:
        dataset_card("unobtainium")
    assert "'unobtainium'" in caught.value.message
    assert all(name in caught.value.hint for name in ORDER)


def test_all_files_together_stay_under_three_megabytes():
    assert sum(card.path.stat().st_size for card in list_datasets()) < 3_000_000


def test_the_card_counts_what_the_file_holds(card: DatasetCard):
    frames = frames_of(card.name)
    assert len(frames) == card.n_structures
    assert sum(len(frame) for frame in frames) == card.n_environments
    assert Counter(groups_of(card.name)) == dict(card.groups)
    assert {symbol for frame in frames for symbol in frame.symbols} == set(card.species)


def test_the_card_has_every_plain_field(card: DatasetCard):
    words = (card.title, card.summary, card.made, card.potential, card.local_energy, card.licence, card.story)
    assert all(len(each) > 5 for each in words)
    assert card.citations
    assert dict(card.units) == {"energy": "eV", "length": "angstrom", "forces": "eV/angstrom"}
    assert set(card.hypers) == {"cutoff", "max_radial", "max_angular", "width", "smoothing"}
    assert "convention" in card.local_energy


def test_each_group_is_one_block(card: DatasetCard):
    changes = sum(a != b for a, b in zip(groups_of(card.name), groups_of(card.name)[1:], strict=False))
    assert changes == len(card.groups) - 1


def test_local_energies_sum_to_the_energy(card: DatasetCard):
    for frame in frames_of(card.name):
        assert abs(frame.arrays["local_energy"].sum() - frame.get_potential_energy()) < 1e-5


def test_forces_are_finite_and_balanced(card: DatasetCard):
    for frame in frames_of(card.name):
        forces = frame.get_forces()
        assert np.isfinite(forces).all()
        assert np.abs(forces).max() < 60.0
        # No outside field acts, so they cancel, up to rounding at five decimals.
        assert np.abs(forces.sum(axis=0)).max() < 1e-5 * (len(frame) + 50)


def test_solids_are_periodic_and_molecules_are_not(card: DatasetCard):
    expected = card.name != "molecules"
    assert all((frame.pbc == expected).all() for frame in frames_of(card.name))


@pytest.mark.parametrize("name", ["silicon", "carbon", "silicon-carbide"])
def test_no_two_atoms_overlap_in_solids(name: str):
    for frame in frames_of(name):
        first, second, distance = neighbor_list("ijd", frame, 2.0)
        symbols = frame.symbols
        assert all(
            d > CLOSEST[frozenset((symbols[i], symbols[j]))] for i, j, d in zip(first, second, distance, strict=True)
        )


def test_no_two_atoms_overlap_in_molecules():
    shortest = min(
        frame.get_all_distances()[np.triu_indices(len(frame), 1)].min()
        for frame in frames_of("molecules")
        if len(frame) > 1
    )
    assert shortest > 0.55


def test_no_structure_appears_twice(card: DatasetCard):
    seen = {
        (frame.symbols.get_chemical_formula(), frame.positions.round(3).tobytes()) for frame in frames_of(card.name)
    }
    assert len(seen) == card.n_structures


def coordination(frame: Atoms) -> np.ndarray:
    return np.bincount(neighbor_list("i", frame, 2.7), minlength=len(frame))


def test_pristine_amorphous_silicon_has_four_neighbours_everywhere():
    pristine = [frame for frame in frames_of("silicon") if frame.info["group"] == "amorphous-pristine"]
    assert len(pristine) >= 40
    assert all((coordination(frame) == 4).all() for frame in pristine)


def test_defective_amorphous_silicon_has_more_than_four_other_atoms():
    defective = [frame for frame in frames_of("silicon") if frame.info["group"] == "amorphous-defective"]
    assert len(defective) >= 40
    assert all((coordination(frame) != 4).sum() > 4 for frame in defective)


def test_pristine_glass_is_not_a_crystal():
    """Distances between second neighbours spread far more than in the hottest crystal."""

    def spread(frame: Atoms) -> float:
        distances = neighbor_list("d", frame, 4.4)
        return float(distances[distances > 2.9].std())

    frames = frames_of("silicon")
    hottest = max(spread(frame) for frame in frames if frame.info["group"] == "crystal")
    coolest = min(spread(frame) for frame in frames if frame.info["group"] == "amorphous-pristine")
    assert coolest > hottest


def test_silicon_carbide_groups_keep_or_break_the_composition():
    fractions: dict[str, set[float]] = {}
    for frame in frames_of("silicon-carbide"):
        fractions.setdefault(frame.info["group"], set()).add(float((frame.numbers == 14).mean()))
    assert fractions["cubic"] == fractions["amorphous"] == fractions["antisite-pair"] == {0.5}
    assert 0.5 not in fractions["antisite"] | fractions["other-composition"]
    assert fractions["silicon"] == {1.0}
    assert fractions["carbon"] == {0.0}


def test_free_atoms_are_among_the_molecules():
    names = {frame.info["name"] for frame in frames_of("molecules") if frame.info["group"] == "isolated-atom"}
    assert names == {"H", "C", "N", "O"}


def test_training_members_are_the_first_of_each_group(card: DatasetCard):
    groups = groups_of(card.name)
    members = card.training_members(groups)
    assert members == tuple(sorted(set(members)))
    counts = Counter(groups[index] for index in members)
    assert counts == {group: card.groups[group] if n == "all" else n for group, n in card.training.items()}
    assert 0 < len(members) < card.n_structures
    for group, count in counts.items():
        assert [index for index in members if groups[index] == group] == [
            i for i, g in enumerate(groups) if g == group
        ][:count]


def test_cards_cannot_be_changed(card: DatasetCard):
    with pytest.raises(TypeError):
        card.groups["more"] = 1  # type: ignore[index]
