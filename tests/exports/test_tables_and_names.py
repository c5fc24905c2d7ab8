"""Tables hold the fit's own numbers, and neither they nor file names can be misused."""

import csv
import io

import numpy as np
import pytest

from lprviz.exports import atoms_csv, safe_name, structures_csv


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_of_atoms_holds_the_numbers_of_the_fit(fit):
    rows = rows_of(atoms_csv(fit))
    structures = fit.analysis.structures
    assert len(rows) == structures.n_environments
    for name, values in {
        "lpr": fit.lpr,
        "lpr_regulariser_share": fit.regulariser_share,
        "local_energy_eV": fit.local_energies(),
        "sigma_eV": fit.calibrate().atom_sigma,
        "x_angstrom": np.concatenate([each.positions[:, 0] for each in structures]),
    }.items():
        np.testing.assert_array_equal([float(row[name]) for row in rows], values)
    assert [int(row["in_training"]) for row in rows[::8]] == [1] * 7 + [0] * 5
    assert rows[9]["structure"] == "1"
    assert rows[9]["atom"] == "1"
    assert rows[9]["element"] == "Si"
    assert [row["structure"] for row in rows_of(atoms_csv(fit, [3]))] == ["3"] * 8


def test_the_table_of_structures_holds_the_numbers_of_the_fit(fit):
    rows = rows_of(structures_csv(fit))
    lpr = fit.lpr.reshape(12, 8)
    expected = {
        "energy_eV": fit.analysis.structures.energies,
        "predicted_energy_eV": fit.predict(),
        "structure_rigidity": fit.structure_rigidity(),
        "lpr_geometric_mean": np.exp(np.log(lpr).mean(axis=1)),
        "lpr_lowest": lpr.min(axis=1),
        "share_of_atoms_worth_a_label": (lpr >= 1).mean(axis=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-12)


def test_no_cell_is_a_formula_to_a_spreadsheet(fit):
    groups = [row["group"] for row in rows_of(structures_csv(fit))]
    assert groups[:2] == ['a "b", <i>c</i>', "'=1+1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Silicon: crystal & glass", "Silicon-crystal-glass.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ("..\\..\\windows", "windows.csv"),
        (".hidden", "hidden.csv"),
        ("CON", "lprviz-CON.csv"),
        ("nul.txt", "lprviz-nul.txt.csv"),
        ("", "lprviz.csv"),
        ("日本", "lprviz.csv"),
        ("a\x00b\nc", "a-b-c.csv"),
        ("x" * 500, "x" * 60 + ".csv"),
    ],
)
def test_file_names_are_safe(text, expected):
    assert safe_name(text, ".csv") == expected
