"""The model in force in words: its name, its backbone, its regulariser and how that was chosen."""

import numpy as np
import pytest
from ase.build import bulk

from lprviz.analysis.model_spec import ModelSpec
from lprviz.analysis.network_settings import NetworkSettings
from lprviz.analysis.retraining import SeedNoise
from lprviz.core.alpha_choice import AlphaCurve
from lprviz.data.feature_table import FeatureTable
from lprviz.data.structures import StructureSet
from lprviz.session import Session
from lprviz.session.plans import dataset_of
from lprviz.session.values import Study
from lprviz.views import model_words as said
from lprviz.views.fold import Fold
from lprviz.views.header import Header
from lprviz.views.model_alpha import AlphaControl
from lprviz.views.model_network import BackbonePart
from lprviz.views.model_panel import ModelPanel
from tests.session.conftest import silicon
from tests.session.test_models_and_studies import SMALL, switch


@pytest.mark.parametrize(
    ("spec", "short"),
    [
        (ModelSpec(), "SOAP ridge"),
        (ModelSpec(forces=True), "SOAP ridge with forces"),
        (ModelSpec(kind="sparse-kernel", n_sparse=40, zeta=12), "Sparse kernel (x·y)¹², 40 points"),
        (ModelSpec(kind="network", network=NetworkSettings(hidden=(8, 6))), "Network, last layer (8-6 tanh)"),
        (
            ModelSpec.imported(FeatureTable(np.ones((2, 3)), np.array([0, 2]), title="a · b^2.npz")),
            "a · b^2.npz, imported",
        ),
    ],
)
def test_names_of_models(spec, short):
    assert said.short_name(spec) == short
    assert said.full_name(spec).startswith(short.removesuffix(", imported").removesuffix(" with forces"))
    assert ("forces" in said.full_name(spec)) == spec.forces


@pytest.mark.parametrize(
    ("trained_on", "members", "expected"),
    [
        ((0, 1), (0, 1), "trained on these 2 structures"),
        ((0, 1), (0, 2), "that of 2 structures; 2 structures have changed since"),
        ((0,), (0, 2), "that of 1 structure; 1 structure has changed since"),
    ],
)
def test_a_backbone_says_what_it_has_seen(trained_on, members, expected):
    assert expected in said.backbone_sentence(trained_on, members)
    assert "live" in said.backbone_sentence(trained_on, members)
    changed = len(set(trained_on) ^ set(members))
    assert (f"{changed} changed since" in said.backbone_badge(trained_on, members)) == bool(changed)


def test_chance_is_a_factor():
    spread = np.linspace(0.0, 0.2, 101)
    noise = SeedNoise(spread=spread, mean=np.zeros(101), seeds=(0, 1, 2, 3))
    sentence = said.seeds_sentence(noise)
    assert "4 seeds" in sentence
    assert f"{10**0.1:.2f} in the median" in sentence
    assert f"{10**0.19:.2f} for one atom in twenty" in sentence


def curve(best):
    errors = np.abs(np.arange(5) - best) + 0.002
    return AlphaCurve(np.geomspace(1e-8, 1e-4, 5), errors, errors[::-1], np.ones(5), 9)


def test_a_chosen_regulariser_says_by_what_and_whether_it_is_at_the_end():
    assert said.curve_sentence(curve(2), "loo") == "Leave-one-out error is lowest here: 2 meV per atom."
    assert "GCV" in said.curve_sentence(curve(2), "gcv")
    for best in (0, 4):
        assert "end of the range" in said.curve_sentence(curve(best), "loo")


def test_answers_about_an_earlier_state_say_so(session):
    study = Study("seeds", session.fit, None)
    assert said.earlier_state(study, session.members, session.alpha) == ""
    assert "training set" in said.earlier_state(study, session.members[1:], session.alpha)
    assert "α" in said.earlier_state(study, session.members, 2 * session.alpha)


def test_a_fold_makes_its_content_once_and_late():
    made = []

    def content():
        made.append(Fold("inner", content).view)
        return made[-1]

    fold = Fold("More", content)
    assert not made
    assert not fold.is_open
    fold.button.clicks += 1
    assert fold.is_open
    fold.toggle()
    fold.toggle()
    assert fold.is_open
    assert len(made) == 1


def test_the_badges_name_the_model_in_force(session):
    panel, header = ModelPanel(session), Header(session)
    assert "SOAP ridge" in panel._badge.object
    assert "SOAP ridge · α 1e−4 · frozen scale" in header._badge.object
    switch(session, kind="sparse-kernel", n_sparse=12)
    assert "Sparse kernel (x·y)², 12 points" in panel._badge.object
    assert "Sparse kernel (x·y)², 12 points" in header._badge.object
    assert "12 features" in header._badge.object


def test_the_backbone_is_shown_for_networks_alone_and_follows_edits(session):
    pytest.importorskip("torch")
    part, header = BackbonePart(session), Header(session)
    assert not part.view.visible
    switch(session, kind="network", network=SMALL)
    assert part.view.visible
    n = len(session.members)
    assert f"on these {n} structures" in part._words.object
    session.remove_structures([session.members[0]])
    assert "1 structure has changed since" in part._words.object
    assert f"backbone of {n} structures, 1 changed since" in header._badge.object
    part._again.clicks += 1
    assert f"on these {n - 1} structures" in part._words.object
    part._seeds.clicks += 1
    assert "4 seeds" in part._answer.object
    assert "earlier" not in part._answer.object
    session.undo()
    assert "4 seeds" in part._answer.object
    assert "earlier training set" in part._answer.object
    part._cold.clicks += 1  # another backbone: nothing is known of its chance
    assert part._answer.object == ""


@pytest.mark.parametrize("by", ["loo", "gcv"])
def test_alpha_is_taken_from_the_curve(session, by):
    control = AlphaControl(session)
    found = session.fit.alpha_curve()
    expected = found.best_loo if by == "loo" else found.best_gcv
    getattr(control, f"_{by}").clicks += 1
    assert session.alpha == expected
    assert control._slider.value == pytest.approx(np.log10(expected), abs=0.051)
    assert "is lowest" in control._outcome.object
    session.remove_structures([0])
    assert control._outcome.object == ""  # that was said of another training set
    session.undo()
    assert "is lowest" in control._outcome.object


def test_alpha_waits_for_a_curve_that_takes_work(working):
    session, worker = working
    control, before = AlphaControl(session), session.alpha
    expected = session.fit.alpha_curve().best_loo
    control._loo.clicks += 1
    assert session.alpha == before
    worker.run()
    session.drain()
    assert session.alpha == expected


def test_a_cancelled_curve_moves_nothing_later(working):
    session, worker = working
    control, before = AlphaControl(session), session.alpha
    control._loo.clicks += 1
    session.cancel()
    session.study("alpha")  # somebody else wants to see the curve
    worker.run()
    session.drain()
    assert "alpha" in session.studies
    assert session.alpha == before
    assert control._outcome.object == ""


def test_without_energies_there_is_a_reason():
    bare = []
    for atoms in silicon(4):
        made = bulk("Si", cubic=True)
        made.positions = atoms.positions
        bare.append(made)
    session = Session()
    session.load_dataset(dataset_of(StructureSet.from_atoms(bare, name="bare")))
    control = AlphaControl(session)
    assert control._loo.disabled
    assert control._gcv.disabled
    assert "energies" in control._outcome.object


def test_one_training_structure_is_too_few(session):
    control = AlphaControl(session)
    assert not control._loo.disabled
    session.set_members([0], "One")
    assert control._loo.disabled
    assert "two training structures" in control._outcome.object
