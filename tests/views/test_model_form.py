"""Choosing a model: what is on offer, what a form stands for, and what becomes of it when it is asked for."""

import io
from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk, molecule

from lprviz.analysis.model_spec import MODEL_KINDS, ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.errors import LprvizError, ModelError
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.views.model_choices import KIND_FIELDS, Offers, chosen_spec, form_values, layer_widths
from lprviz.views.model_form import ModelForm
from tests.session.conftest import silicon

PLAIN = Offers(several_species=False, weights=False, forces=False, isolated_atoms=False, n_environments=96)
RICH = Offers(several_species=True, weights=True, forces=True, isolated_atoms=True, n_environments=96)


def molecules(**info):
    """Molecules with free atoms of their species, energies and forces."""
    made = [molecule(name) for name in ("H2O", "CH4", "NH3", "CH3OH", "N2", "H", "C", "N", "O")]
    for number, atoms in enumerate(made):
        atoms.info.update(energy=-10.0 * len(atoms) - number, **info)
        atoms.arrays["forces"] = np.zeros((len(atoms), 3))
    return StructureSet.from_atoms(made, name="molecules")


def features_of(structures, n=3):
    values = np.random.default_rng(0).normal(size=(structures.n_environments, n))
    return FeatureTable.of(structures, values, title="mine")


SPECS = {
    "plain": ModelSpec(),
    "everything": ModelSpec(
        target="sum",
        baseline="none",
        intercept=True,
        species_columns=False,
        per_centre_species=True,
        weights="weight",
        forces=True,
        force_weight=0.5,
    ),
    "kernel": ModelSpec(kind="sparse-kernel", n_sparse=7, zeta=3, sampling="cur", species_columns=True),
    "network": ModelSpec(
        kind="network", network=NetworkSettings(hidden=(8, 6), activation="silu", epochs=5, seed=2, n_inputs=8)
    ),
    "features": ModelSpec.imported(features_of(silicon()), intercept=True),
}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_a_form_that_shows_a_model_stands_for_it(spec):
    assert chosen_spec(form_values(spec, RICH), spec, RICH) == spec


def test_only_what_is_on_offer_counts():
    values = form_values(SPECS["everything"], RICH)
    made = chosen_spec(values, ModelSpec(), PLAIN)
    assert made == ModelSpec(target="sum", baseline="none", intercept=True)
    kernel = chosen_spec({**values, "kind": "sparse-kernel"}, ModelSpec(), RICH)
    assert not kernel.forces


def test_weights_given_in_a_script_are_kept():
    base = ModelSpec(weights=(1.0, 2.0))
    assert chosen_spec(form_values(base, PLAIN), base, PLAIN).weights == (1.0, 2.0)
    assert chosen_spec(form_values(base, RICH), base, RICH).weights == (1.0, 2.0)


def test_what_a_data_set_offers_is_what_it_holds():
    assert Offers.of(silicon()) == PLAIN
    rich = Offers.of(molecules(weight=2.0))
    assert replace(rich, n_environments=96) == RICH
    assert not Offers.of(molecules()).weights


@pytest.mark.parametrize(
    ("text", "widths"), [("64, 64", (64, 64)), ("8", (8,)), (" 32;16 8 ", (32, 16, 8)), ("64-32", (64, 32))]
)
def test_layers_are_read_as_people_write_them(text, widths):
    assert layer_widths(text) == widths


@pytest.mark.parametrize("text", ["", "  ", "many", "-5", "64, x9a", "1" * 5000, "٣"])
def test_other_layers_are_refused_in_one_sentence(text):
    with pytest.raises(LprvizError) as told:
        layer_widths(text)
    assert len(told.value.message) < 120
    assert told.value.hint


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_only_the_fields_of_the_kind_are_visible(session, kind):
    form = ModelForm(session)
    form.kind.value = kind
    shown = {name for name, field in form.fields.items() if field.visible}
    assert shown == {*KIND_FIELDS[kind], *PLAIN.details(kind)}
    assert form._drop.visible == (kind == "features")


def test_several_species_forces_and_weights_bring_fields():
    session = Session()
    session.load_dataset(dataset_of(molecules(weight=1.0)))
    form = ModelForm(session)
    for name in ("species_columns", "per_centre_species", "weights", "forces"):
        assert form.fields[name].visible, name
    assert form.fields["baseline"].disabled_options == []
    assert not form.fields["force_weight"].visible
    form.fields["forces"].value = True
    assert form.fields["force_weight"].visible
    form.kind.value = "network"
    assert not any(form.fields[name].visible for name in ("forces", "force_weight", "per_centre_species"))


def test_without_free_atoms_they_are_no_baseline(session):
    assert ModelForm(session).fields["baseline"].disabled_options == ["isolated-atoms"]


def asked(form):
    form.fit.clicks += 1


def test_nothing_happens_before_it_is_asked_for(session):
    before = session.fit
    form = ModelForm(session)
    form.kind.value = "sparse-kernel"
    form.fields["n_sparse"].value = 9
    assert session.fit is before
    asked(form)
    assert session.settings.model == ModelSpec(kind="sparse-kernel", n_sparse=9)
    assert session.fit.engine.pool.n_features == 9
    form.kind.value = "ridge"
    asked(form)
    assert session.settings.model == ModelSpec()


def test_forces_are_trained_on_when_asked():
    cells = []
    for number in range(4):
        atoms = bulk("Si", cubic=True)
        atoms.rattle(0.1, seed=number)
        atoms.info["energy"] = -37.0 - 0.1 * number
        atoms.arrays["forces"] = np.random.default_rng(number).normal(size=(8, 3))
        cells.append(atoms)
    session = Session()
    session.load_dataset(dataset_of(StructureSet.from_atoms(cells, name="cells")))
    without = session.fit.lpr
    form = ModelForm(session)
    form.fields["forces"].value = True
    asked(form)
    assert session.problem is None
    assert session.settings.model.forces
    assert np.median(session.fit.lpr / without) > 1.5


def test_the_model_in_force_is_not_fitted_again(session):
    form, before = ModelForm(session), session.fit
    asked(form)
    assert session.fit is before
    assert "in force already" in form._note.object
    form.kind.value = "network"
    assert form._note.object == ""


@pytest.mark.parametrize(
    ("kind", "field", "value", "named"),
    [
        ("sparse-kernel", "zeta", 40, "zeta"),
        ("sparse-kernel", "zeta", None, "zeta"),
        ("sparse-kernel", "n_sparse", 0, "n_sparse"),
        ("sparse-kernel", "n_sparse", 97, "96 environments"),
        ("network", "hidden", "wide", "wide"),
        ("network", "epochs", 0, "epochs"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_costs_nothing(session, kind, field, value, named):
    form, before = ModelForm(session), session.fit
    form.kind.value = kind
    form.fields[field].value = value
    asked(form)
    assert named in session.problem.message
    assert session.problem.hint
    assert session.fit is before
    assert form.fields[field].value == value  # left to be corrected


def test_after_cancel_the_form_shows_what_is_in_force(working):
    session, _ = working
    form, before = ModelForm(session), session.fit
    form.kind.value = "sparse-kernel"
    asked(form)
    assert session.activity is not None
    assert session.picture.stale
    assert session.fit is before
    assert form.kind.value == "sparse-kernel"  # while it is being computed
    session.cancel()
    assert form.kind.value == "ridge"
    assert session.fit is before
    assert not session.picture.stale


def test_after_a_failure_there_is_something_to_correct(working):
    session, worker = working
    form = ModelForm(session)
    form.kind.value = "network"
    form.fields["epochs"].value = 7
    asked(form)

    def without_torch(tick):
        raise ModelError("Training a network needs PyTorch.", "Install it.")

    object.__setattr__(worker.pending, "work", without_torch)
    worker.run()
    session.drain()
    assert "PyTorch" in session.problem.message
    assert (form.kind.value, form.fields["epochs"].value) == ("network", 7)
    assert session.settings.model == ModelSpec()


def stored(structures, n=5):
    packed = io.BytesIO()
    np.savez(packed, features=features_of(structures, n).values, offsets=structures.offsets)
    return packed.getvalue()


def test_dropped_features_are_fitted_with_the_details_chosen(session):
    form = ModelForm(session)
    form.kind.value = "features"
    assert not form.fit.visible  # there is nothing to fit yet
    form.fields["intercept"].value = True
    form._drop._on_file("mine.npz", stored(session.dataset.structures))
    assert session.problem is None
    assert session.settings.model.kind == "features"
    assert session.settings.model.intercept
    assert session.fit.engine.pool.n_features == 6
    assert form.kind.value == "features"
    assert form.fit.visible
    form.fields["intercept"].value = False
    asked(form)
    assert session.fit.engine.pool.n_features == 5


def test_features_of_other_structures_are_refused(session):
    form, before = ModelForm(session), session.fit
    form.kind.value = "features"
    form._drop._on_file("theirs.npz", stored(silicon(3)))
    assert "theirs.npz" in session.problem.message
    assert session.fit is before


def test_another_data_set_brings_its_own_offers(session):
    form = ModelForm(session)
    session.load_dataset(dataset_of(molecules()))
    assert form.fields["species_columns"].visible
    assert form.fields["baseline"].disabled_options == []


def test_without_torch_a_network_says_what_to_install(session, monkeypatch):
    monkeypatch.setattr("lprviz.views.model_form.find_spec", lambda name: None)
    form = ModelForm(session)
    assert not form._no_torch.visible
    form.kind.value = "network"
    assert form._no_torch.visible
    assert "pip install" in form._no_torch.object
