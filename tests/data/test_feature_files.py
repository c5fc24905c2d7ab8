"""Features from files: what goes out comes back, and what is wrong ends in one sentence."""

import io
import zipfile

import metatensor
import numpy as np
import pytest
from ase.build import bulk, molecule
from metatensor import Labels, TensorBlock, TensorMap

from lprviz.data.feature_files import read_features, write_features
from lprviz.data.feature_table import FeatureTable
from lprviz.data.limits import ReadLimits
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError

STRUCTURES = StructureSet.from_atoms([molecule("CH4"), molecule("H2O"), bulk("Si", cubic=True)])


@pytest.fixture
def table():
    values = np.random.default_rng(0).normal(size=(STRUCTURES.n_environments, 5))
    return FeatureTable.of(STRUCTURES, values, names=["a", "b", "c", "d", "é"], title="mine")


def _npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def _mts(*blocks):
    """Bytes of a TensorMap of (key names, key values, samples, property names, properties, values)."""
    keys = Labels(blocks[0][0], np.array([block[1] for block in blocks], dtype=np.int32))
    made = [
        TensorBlock(
            np.asarray(values, dtype=float),
            Labels(["system", "atom"], np.asarray(samples, dtype=np.int32)),
            [],
            Labels(names, np.asarray(properties, dtype=np.int32)),
        )
        for _, _, samples, names, properties, values in blocks
    ]
    content = io.BytesIO()
    metatensor.save(content, TensorMap(keys, made))
    return content.getvalue()


@pytest.mark.parametrize("suffix", ["npz", "mts"])
def test_what_is_written_is_read_again(table, tmp_path, suffix):
    path = tmp_path / f"features.{suffix}"
    write_features(path, table)
    for source in (path, str(path), path.read_bytes()):
        again = read_features(source, STRUCTURES)
        np.testing.assert_array_equal(again.values, table.values)
        np.testing.assert_array_equal(again.offsets, table.offsets)
    if suffix == "npz":
        assert again.names == table.names
        assert again == table
        assert not again.values.flags.writeable


def test_single_precision_stays_single(table):
    again = read_features(_npz(features=table.values.astype(np.float32), offsets=table.offsets))
    assert again.values.dtype == np.float32
    assert again != table


def test_a_selection_may_follow_the_path(table, tmp_path):
    path = tmp_path / "features.npz"
    write_features(path, table)
    part = read_features(f"{path}@1:", STRUCTURES[1:])
    np.testing.assert_array_equal(part.values, table.values[5:])
    np.testing.assert_array_equal(read_features(f"{path}@1").values, table.values[5:8])
    with pytest.raises(DataError, match="no structure 9"):
        read_features(f"{path}@9")


def test_both_sizes_are_in_the_message(table):
    with pytest.raises(DataError, match="16 environments in 3 structures, but the data set has 8 in 2"):
        table.require_fitting(STRUCTURES[:2])
    moved = FeatureTable(table.values, [0, 3, 8, 16], title="moved")
    with pytest.raises(DataError, match="moved gives 3 atoms to structure 0, which has 5"):
        moved.require_fitting(STRUCTURES)


def test_tables_join_and_split(table):
    parts = table.select([0]).concatenate(table.select([1, 2]))
    assert parts == table
    assert hash(parts) == hash(table)
    assert "16 environments in 3 structures, 5 features" in repr(parts)
    narrow = FeatureTable(table.values[:, :2], table.offsets, title="narrow")
    with pytest.raises(DataError, match="mine has 5 features, but narrow has 2"):
        table.concatenate(narrow)
    renamed = FeatureTable(table.values, table.offsets, ("a", "B", "c", "d", "é"), "renamed")
    with pytest.raises(DataError, match="Column 1 is 'b' in mine, but 'B' in renamed"):
        table.concatenate(renamed)


def test_blocks_of_a_tensor_map_are_rows_by_centre_and_columns_otherwise():
    names, properties = ["n"], [[0], [1]]
    keys = ["center_type", "neighbor_type"]
    carbon, hydrogen = [[0, 0]], [[0, 1], [0, 2]]
    table = read_features(
        _mts(
            (keys, (6, 6), carbon, names, properties, [[1, 2]]),
            (keys, (6, 1), carbon, names, properties, [[3, 4]]),
            (keys, (1, 6), hydrogen, names, properties, [[5, 6], [7, 8]]),
            (keys, (1, 1), hydrogen[::-1], names, properties, [[9, 10], [11, 12]]),
        ),
        name="soap.mts",
    )
    assert table.names == ("neighbor_type=6,n=0", "neighbor_type=6,n=1", "neighbor_type=1,n=0", "neighbor_type=1,n=1")
    np.testing.assert_array_equal(table.values, [[1, 2, 3, 4], [5, 6, 11, 12], [7, 8, 9, 10]])
    np.testing.assert_array_equal(table.offsets, [0, 3])


def test_tensor_maps_that_cannot_be_a_table_are_refused():
    keys, names = ["center_type", "neighbor_type"], ["n"]
    one = (keys, (6, 6), [[0, 0]], names, [[0]], [[1]])
    with pytest.raises(DataError, match="does not have the feature neighbor_type=1,n=0 of atom 0"):
        read_features(_mts(one, (keys, (1, 1), [[0, 1]], names, [[0]], [[2]])))
    with pytest.raises(DataError, match="has twice the feature"):
        read_features(_mts(one, (keys, (1, 6), [[0, 0]], names, [[0]], [[2]])))
    with pytest.raises(DataError, match="without gaps"):
        read_features(_mts((keys, (6, 6), [[0, 0], [2, 0]], names, [[0]], [[1], [2]])))
    vector = TensorBlock(np.ones((1, 3, 1)), Labels(["system", "atom"], np.array([[0, 0]])),
                         [Labels.range("xyz", 3)], Labels.range("n", 1))  # fmt: skip
    content = io.BytesIO()
    metatensor.save(content, TensorMap(Labels.single(), [vector]))
    with pytest.raises(DataError, match="one row of numbers per atom"):
        read_features(content.getvalue())


def _bomb():
    """A small archive whose member claims, and has, a hundred megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("features.npy", bytes(100 * 2**20))
    return content.getvalue()


def _lying_header():
    """An array that claims 10^14 numbers and brings one."""
    array = io.BytesIO()
    np.lib.format.write_array_header_1_0(array, {"descr": "<f8", "fortran_order": False, "shape": (10**14, 1)})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("features.npy", array.getvalue() + bytes(8))
        archive.writestr("offsets.npy", b"")
    return content.getvalue()


GOOD = {"features": np.ones((3, 2)), "offsets": np.array([0, 1, 3])}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a file of features"),
        (b"\x80\x04\x95pickle", "not a file of features"),
        (_npz(**GOOD)[:-40], "not a file of features, or is damaged"),
        (_npz(other=np.ones(3)), "no array called features"),
        (_npz(features=np.ones((3, 2))), "no offsets"),
        (_npz(features=np.array([[object()]]), offsets=np.array([0, 1])), "holds object"),
        (_npz(features=np.array([["1.0"]]), offsets=np.array([0, 1])), "holds <U3"),
        (_npz(**{**GOOD, "features": np.ones(3)}), "shape"),
        (_npz(**{**GOOD, "features": np.array([[1.0], [np.nan], [2.0]])}), "environment 1 .* not a number"),
        (_npz(**{**GOOD, "offsets": np.array([0, 2])}), "do not cut 3 environments"),
        (_npz(**{**GOOD, "offsets": np.array([0, 3, 1, 3])}), "do not cut 3 environments"),
        (_npz(**{**GOOD, "offsets": np.array([0.0, 3.0])}), "offsets in .* holds float64"),
        (_npz(**GOOD, names=np.array(["one"])), "1 names for 2 features"),
        (_lying_header(), "cut short"),
    ],
)
def test_wrong_content_ends_in_one_sentence(content, message):
    with pytest.raises(DataError, match=message) as caught:
        read_features(content, name="features.npz")
    assert caught.value.hint
    assert "features.npz" in caught.value.message


def test_limits_hold_before_anything_is_expanded():
    bomb = _bomb()
    assert len(bomb) < 2**18
    with pytest.raises(DataError, match="expands to 100 MB, and 50 MB is the limit"):
        read_features(bomb, limits=ReadLimits(expanded_bytes=50 * 2**20))
    with pytest.raises(DataError, match="too large"):
        read_features(_npz(**GOOD), limits=ReadLimits(file_bytes=100))
    with pytest.raises(DataError, match="more than 2 atoms"):
        read_features(_npz(**GOOD), limits=ReadLimits(environments=2))


def test_paths_that_are_not_there(tmp_path, table):
    with pytest.raises(DataError, match=r"nothing.npz cannot be opened"):
        read_features(tmp_path / "nothing.npz")
    with pytest.raises(DataError, match="cannot be written"):
        write_features(tmp_path / "no folder" / "features.npz", table)
