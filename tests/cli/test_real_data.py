"""Published data through the command line, where it is at hand."""

import json

import pytest
from shared_data import shared_data


def test_elastic_silicon_says_little_about_surfaces(run, tmp_path):
    from ase.io import read, write

    everything = read(shared_data("mlearn_Si") / "training.xyz.gz", ":")
    by_group = {}
    for atoms in everything:
        by_group.setdefault(atoms.info["group"], []).append(atoms)
    write(tmp_path / "elastic.xyz", by_group["Elastic"][:12])
    write(tmp_path / "surface.xyz", by_group["Surface"][:6])
    write(tmp_path / "both.xyz", by_group["Elastic"][:12] + by_group["Surface"][6:])
    medians = []
    for train in ("elastic.xyz", "both.xyz"):
        status, stdout, _ = run("lpr", "--train", tmp_path / train, "--target", tmp_path / "surface.xyz", "--json", "-")
        assert status == 0
        medians.append(json.loads(stdout)["lpr"]["quantiles"]["0.05"])
    assert medians[1] > 3 * medians[0]


@pytest.mark.parametrize(
    ("folder", "file", "key"),
    [
        ("mlearn_Si", "test.xyz.gz", "energy"),
        ("MoS2_NEP_finetune", "train.xyz.gz", "Energy"),
        ("graphene_oxide_GO-MACE-23", "test-5pct.xyz.gz", "QM_energy"),
    ],
)
def test_describe_names_the_energy_key(run, folder, file, key):
    status, stdout, _ = run("describe", f"{shared_data(folder) / file}@0:5", "--json", "-")
    assert status == 0
    assert json.loads(stdout)["energy_key"] == key
