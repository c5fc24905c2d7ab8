"""Every entry of the gallery, run as a user would: each claim holds, or is one whose failure the entry explains."""

import builtins
import re
from pathlib import Path

import numpy as np
import pytest

from lprviz.core.dense import local_prediction_rigidity
from lprviz.errors import ModelError
from lprviz.gallery import ENTRIES, gallery_entry, not_run, run
from lprviz.gallery.systems.carbon import glass_share
from lprviz.gallery.systems.silicon import coordination
from lprviz.progress import Cancelled

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
KEYS = [entry.key for entry in ENTRIES]


@pytest.fixture(scope="module")
def results():
    """Results by key, each computed once."""
    kept = {}

    def result_of(key):
        if key not in kept:
            entry = gallery_entry(key)
            if entry.needs is not None:
                pytest.importorskip(entry.needs, reason=f"this entry needs {entry.needs}")
            ticks = []
            kept[key] = (run(entry, lambda done, total: ticks.append(done / total)), ticks)
        return kept[key]

    return result_of


@pytest.mark.parametrize("key", KEYS)
def test_what_fails_is_exactly_what_the_entry_says_its_data_does_not_bear_out(results, key):
    result, _ = results(key)
    assert result.findings
    assert result.unexplained == ()
    failing = {finding.claim.key for finding in result.findings if not finding.holds}
    assert failing == set(result.entry.disagreements)
    assert all(np.isfinite(finding.value) for finding in result.findings)


@pytest.mark.parametrize("key", KEYS)
def test_readme_counts_what_holds(results, key):
    result, _ = results(key)
    (told,) = re.findall(rf"^\| `{key}` \| .* \| (\d+ of \d+) \|$", README, re.MULTILINE)
    assert told == f"{result.n_holding} of {len(result.findings)}"


@pytest.mark.parametrize("key", KEYS)
def test_progress_rises_to_the_end(results, key):
    result, ticks = results(key)
    assert ticks == sorted(ticks)
    assert ticks[-1] == 1.0
    assert result.seconds > 0
    assert result.sizes["structures"] >= max(result.training_sizes.values())


@pytest.mark.parametrize("key", KEYS)
def test_an_entry_says_what_it_is(key):
    entry = gallery_entry(key)
    for text in (entry.title, entry.question, entry.look_at, entry.dataset, entry.source):
        assert len(text) > 5
    assert entry.question.rstrip().endswith("?") or "?" in entry.question
    claims = [claim.key for claim in entry.claims]
    assert len(set(claims)) == len(claims)
    assert set(entry.disagreements) <= set(claims)
    assert all(claim.low <= claim.high and claim.source for claim in entry.claims)
    assert key in repr(entry)


@pytest.mark.parametrize("key", ["silicon", "silicon-carbide", "carbon", "molecules"])
def test_training_sets_are_distinct_members_of_the_data(key):
    entry = gallery_entry(key)
    structures = entry.load()
    sets = entry.training(structures)
    assert len({each.name for each in sets}) == len(sets) >= 2
    for each in sets:
        assert list(each.members) == sorted(set(each.members))
        assert 0 <= each.members[0] <= each.members[-1] < structures.n_structures


def test_a_cancel_passes_through():
    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        run(gallery_entry("molecules"), stop)


def test_an_unknown_key_lists_the_known_ones():
    with pytest.raises(ModelError) as caught:
        gallery_entry("unobtainium")
    assert all(key in caught.value.hint for key in KEYS)


def test_a_study_opens_on_named_training_sets():
    study = gallery_entry("molecules").study()
    name = study.training_sets[0].name
    assert study.fitted(name).members == study.members[name]
    assert study.fitted(name) is study.fitted(name)
    with pytest.raises(ModelError, match="no training set 'nothing'"):
        study.fitted("nothing")


def test_the_bounds_of_a_fixed_composition_hold_in_the_dense_definition():
    study = gallery_entry("silicon-carbide").study()
    members = list(study.training_sets[0].members)
    pool = study.analysis.pool_with_features()
    some = slice(0, 600)
    lpr = local_prediction_rigidity(pool.structures[members] @ pool.basis.T, pool.features[some], 1e-4)
    assert (lpr <= 4e-4 * (1 + 1e-9)).all()
    np.testing.assert_allclose(study.lpr(study.training_sets[0].name)[some], lpr, rtol=1e-5)


def test_coordination_and_glass_are_what_can_be_counted_by_hand():
    silicon = gallery_entry("silicon").load().select([0, 50])
    for atoms, counts in zip(silicon, np.split(coordination(silicon), silicon.offsets[1:-1]), strict=True):
        distances = atoms.get_all_distances(mic=True)
        np.testing.assert_array_equal(counts, (distances < 2.7).sum(axis=0) - 1)
    carbon = gallery_entry("carbon").load()
    share = glass_share(carbon)
    groups = np.array(carbon.groups)
    assert (share[groups == "diamond"] == 0.0).all()
    assert (share[groups == "amorphous-dense"] > 0.9).all()


def test_without_pytorch_the_network_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without_torch(name, *rest, **more):
        if name == "torch":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    entry = gallery_entry("network")
    with pytest.raises(ModelError) as caught:
        run(entry)
    assert "pip install" in caught.value.hint
    assert "pip install" in not_run(entry, caught.value).problem
