"""SoapHypers: ranges, forms and presets."""

from __future__ import annotations

import pytest
import yaml
from ase.build import bulk, molecule

from lprviz.data.descriptors import compute_features
from lprviz.data.hypers import SoapHypers
from lprviz.data.structures import StructureSet
from lprviz.errors import DataError, DescriptorError

RECIPE = SoapHypers(cutoff=2.85, max_radial=9, max_angular=12, width=0.5, smoothing=0.1)


def test_nested_form_is_featomics_and_comes_back():
    nested = RECIPE.to_featomic()
    assert nested["cutoff"] == {"radius": 2.85, "smoothing": {"type": "ShiftedCosine", "width": 0.1}}
    assert nested["basis"]["radial"] == {"type": "Gto", "max_radial": 9}
    assert SoapHypers.from_mapping(nested) == RECIPE
    assert SoapHypers.from_mapping(RECIPE.to_mapping()) == RECIPE


def test_a_sharp_cutoff_goes_both_ways():
    sharp = SoapHypers(3.0, 2, 2, 0.4, 0)
    assert sharp.to_featomic()["cutoff"]["smoothing"] == {"type": "Step"}
    assert SoapHypers.from_mapping(sharp.to_featomic()) == sharp


@pytest.mark.parametrize("form", ["to_featomic", "to_mapping"])
def test_yaml_of_either_form_is_read(tmp_path, form):
    path = tmp_path / "hypers.yaml"
    path.write_text(yaml.safe_dump(getattr(RECIPE, form)()))
    assert SoapHypers.from_yaml(path) == RECIPE


@pytest.mark.parametrize("content", ["[1, 2]", "cutoff: [", "", "!!python/object/apply:os.system ['true']"])
def test_yaml_that_holds_no_hypers_is_refused(tmp_path, content):
    path = tmp_path / "hypers.yaml"
    path.write_text(content)
    with pytest.raises((DataError, DescriptorError)):
        SoapHypers.from_yaml(path)
    with pytest.raises(DataError, match="nowhere"):
        SoapHypers.from_yaml(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cutoff", 0.4),
        ("cutoff", 12.5),
        ("cutoff", float("nan")),
        ("cutoff", "3"),
        ("cutoff", True),
        ("max_radial", -1),
        ("max_radial", 2.5),
        ("max_angular", 21),
        ("max_angular", None),
        ("width", 0.0),
        ("smoothing", -0.1),
        ("smoothing", 2.9),
    ],
)
def test_values_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(DescriptorError, match=name):
        SoapHypers(**{**RECIPE.to_mapping(), name: value})


def test_whole_numbers_written_as_floats_are_whole():
    assert SoapHypers(3.0, 4.0, 5.0, 0.4) == SoapHypers(3, 4, 5, 0.4)


def test_unknown_and_missing_names_are_told():
    with pytest.raises(DescriptorError, match=r"unknown: lmax"):
        SoapHypers.from_mapping({**RECIPE.to_mapping(), "lmax": 3})
    with pytest.raises(DescriptorError, match=r"missing: width"):
        SoapHypers.from_mapping({"cutoff": 3.0, "max_radial": 3, "max_angular": 3})


def test_kinds_that_are_not_supported_are_refused():
    nested = RECIPE.to_featomic()
    nested["basis"]["radial"]["type"] = "LodeWithGto"
    with pytest.raises(DescriptorError, match="not supported"):
        SoapHypers.from_mapping(nested)
    nested = RECIPE.to_featomic()
    del nested["density"]
    with pytest.raises(DescriptorError, match="density"):
        SoapHypers.from_mapping(nested)


def test_keys_differ_exactly_when_hypers_do():
    others = [
        SoapHypers(**{**RECIPE.to_mapping(), name: getattr(RECIPE, name) + 1}) for name in ("cutoff", "max_radial")
    ]
    assert len({each.key() for each in (RECIPE, *others)}) == 3
    assert RECIPE.key() == SoapHypers(**RECIPE.to_mapping()).key()


@pytest.mark.parametrize("n_species", [1, 2, 3])
def test_the_number_of_features_is_as_announced(n_species):
    atoms = [bulk("Si"), bulk("SiC", "zincblende", a=4.4), molecule("HCN")][n_species - 1]
    hypers = SoapHypers(3.0, 3, 2, 0.4)
    features = compute_features(StructureSet.from_atoms([atoms]), hypers, species_columns=False)
    assert features.n_features == hypers.n_features(n_species)


def test_presets_fit_the_data():
    silicon = SoapHypers.default_for(StructureSet.from_atoms([bulk("Si")]))
    assert silicon == RECIPE
    assert silicon.n_features(1) == 715
    many = molecule("CH3SH")
    many.numbers[-1] = 7
    molecular = SoapHypers.default_for(StructureSet.from_atoms([many]))
    assert molecular.n_features(4) < 1200
