"""What is written for chemiscope is what chemiscope itself would write; with checks that need no chemiscope."""

import gzip
import json

import numpy as np
import pytest

from lprviz.exports import chemiscope_json


def test_the_format_has_the_parts_that_chemiscope_asks_for(fit):
    content = json.loads(chemiscope_json(fit, title="cells <b>"))
    assert set(content) == {"meta", "structures", "environments", "properties", "settings"}
    assert content["meta"]["name"] == "cells <b>"
    structures = fit.analysis.structures
    assert len(content["structures"]) == structures.n_structures
    for made, atoms in zip(content["structures"], structures, strict=True):
        assert made["size"] == len(atoms) == len(made["names"])
        np.testing.assert_array_equal(np.array([made["x"], made["y"], made["z"]]).T, atoms.positions)
        np.testing.assert_array_equal(np.reshape(made["cell"], (3, 3)), atoms.cell.array)
    owners = [(each["structure"], each["center"]) for each in content["environments"]]
    assert owners == [structures.of(i) for i in range(structures.n_environments)]
    for name, each in content["properties"].items():
        n = structures.n_environments if each["target"] == "atom" else structures.n_structures
        assert each["target"] in ("atom", "structure"), name
        assert len(each["values"]) == n, name
    np.testing.assert_allclose(content["properties"]["lpr"]["values"], fit.lpr, rtol=1e-5)
    np.testing.assert_allclose(content["properties"]["log10 LPR"]["values"], np.log10(fit.lpr), rtol=1e-4)
    used = {content["settings"]["map"][axis]["property"] for axis in ("x", "y", "color")}
    assert used <= set(content["properties"])


def test_some_structures_alone_and_compressed(fit):
    content = json.loads(gzip.decompress(chemiscope_json(fit, [11, 2], compressed=True)))
    assert content["properties"]["role"]["values"] == ["held out", "in training"]
    rows = np.r_[88:96, 16:24]
    np.testing.assert_allclose(content["properties"]["lpr"]["values"], fit.lpr[rows], rtol=1e-5)


def test_chemiscope_itself_writes_the_same(fit):
    chemiscope = pytest.importorskip("chemiscope", reason="chemiscope is not installed")
    ours = json.loads(chemiscope_json(fit))
    structures = list(fit.analysis.structures)
    theirs = chemiscope.create_input(
        structures=structures,
        metadata=ours["meta"],
        properties={name: dict(each) for name, each in ours["properties"].items()},
        environments=chemiscope.all_atomic_environments(structures, fit.analysis.hypers.cutoff),
        settings=ours["settings"],
    )
    assert ours["meta"] == theirs["meta"]
    assert ours["environments"] == theirs["environments"]
    for mine, other in zip(ours["structures"], theirs["structures"], strict=True):
        assert mine["names"] == list(other["names"])
        for axis in ("x", "y", "z", "cell"):
            np.testing.assert_allclose(mine[axis], other[axis])
    assert list(ours["properties"]) == list(theirs["properties"])
    for name, mine in ours["properties"].items():
        other = theirs["properties"][name]
        assert mine["target"] == other["target"]
        assert list(mine["values"]) == list(other["values"])
