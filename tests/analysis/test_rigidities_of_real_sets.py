"""Every rigidity against scikit-matter and the dense solve, on bundled sets and on real public data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from shared_data import shared_data
from skmatter.metrics import componentwise_prediction_rigidity, local_prediction_rigidity

from lprviz.analysis import Component, LPRAnalysis
from lprviz.core import local_prediction_rigidity as dense_rigidity
from lprviz.data import SoapHypers, StructureSet, load_dataset, read_structures
from lprviz.data.descriptors import compute_features

ALPHA = 1e-4
SMALL = SoapHypers(cutoff=4.0, max_radial=4, max_angular=3, width=0.5, smoothing=0.5)
SILICON = SoapHypers(cutoff=2.85, max_radial=9, max_angular=6, width=0.5, smoothing=0.1)


def _spread(structures: StructureSet, n: int, most_atoms: int = 70) -> StructureSet:
    """n structures from all over the set, none of them large: scikit-matter works atom by atom."""
    fitting = np.flatnonzero(structures.sizes <= most_atoms)
    return structures.select(fitting[np.linspace(0, len(fitting) - 1, n).round().astype(int)])


def _public(name: str) -> Callable[[], StructureSet]:
    return lambda: read_structures(shared_data(name))


SETS: dict[str, tuple[Callable[[], StructureSet], SoapHypers]] = {
    "bundled silicon": (lambda: load_dataset("silicon"), SILICON),
    "bundled silicon carbide": (lambda: load_dataset("silicon-carbide"), SMALL),
    "bundled molecules": (lambda: load_dataset("molecules"), SMALL),
    "mlearn_Si": (_public("mlearn_Si/training.xyz.gz"), SILICON),
    "InP": (_public("InP_FitSNAP_full/data.xyz.gz"), SMALL),
    "MoNbTaW": (_public("MoNbTaW_HEA/train_trimmed.xyz.gz"), SMALL),
}


class RealSet:
    """A set with its features, and two analyses of it: one with frozen scale, one with scikit-matter's."""

    def __init__(self, structures: StructureSet, hypers: SoapHypers) -> None:
        self.structures = structures
        self.features = compute_features(structures, hypers).values
        self.rows = np.split(self.features, structures.offsets[1:-1])
        self.means = np.array([block.mean(axis=0) for block in self.rows])
        self.members = list(range(0, len(structures), 2))
        self.train = [self.rows[j] for j in self.members]
        self.frozen, self.training = (
            LPRAnalysis(structures, hypers=hypers, alpha=ALPHA, scale=scale) for scale in ("frozen", "training")
        )


@pytest.fixture(scope="module", params=SETS, ids=lambda name: name.replace(" ", "-"))
def real(request) -> RealSet:
    load, hypers = SETS[request.param]
    return RealSet(_spread(load(), 14), hypers)


def test_rigidities_of_structures_groups_and_differences(real):
    """scikit-matter judges any row it is given: here means, combinations and differences."""
    fitted = real.training.fit(real.members)
    rng = np.random.default_rng(7)
    first, second = (rng.choice(len(real.features), 9, replace=False) for _ in range(2))
    weights = rng.standard_normal(9)
    x = real.features
    mean = x[first].mean(axis=0)
    rows = np.array([mean, weights @ x[first], mean - x[second].mean(axis=0), x[0] - x[9]])
    expected, _ = local_prediction_rigidity(real.train, [real.means, rows], ALPHA)
    np.testing.assert_allclose(fitted.structure_rigidity(), expected[0], rtol=1e-6)
    found = [
        fitted.group_rigidity(first),
        fitted.group_rigidity(first, weights),
        fitted.difference_rigidity(first, second),
        fitted.difference_rigidity(0, 9),
    ]
    np.testing.assert_allclose(found, expected[1], rtol=1e-6)


def test_components_are_those_of_skmatter(real):
    """Of structures where no atom lacks a component: scikit-matter divides by what such an atom has of it."""
    compared = 0
    for family in ("pair", "angular"):
        parts = [each for each in real.training.components() if each.family == family or each.key == "part:constants"]
        judged = [j for j in range(len(real.rows)) if _has_every_component(real.rows[j], parts)][:4]
        if judged:
            _compare_with_skmatter(real, parts, judged)
            compared += 1
    assert compared > 0


def _compare_with_skmatter(real: RealSet, parts: list[Component], judged: list[int]) -> None:
    order = np.concatenate([np.flatnonzero(each.columns) for each in parts])  # theirs are contiguous
    theirs, locally, _ = componentwise_prediction_rigidity(
        [block[:, order] for block in real.train],
        [real.rows[j][:, order] for j in judged],
        ALPHA,
        np.array([each.n_columns for each in parts]),
    )
    fitted = real.training.fit(real.members)
    for number, component in enumerate(parts):
        ours = fitted.component_rigidity(component)
        np.testing.assert_allclose(ours.structures[judged], theirs[:, number], rtol=1e-6)
        for place, structure in enumerate(judged):
            np.testing.assert_allclose(ours.of(structure), locally[place][:, number], rtol=1e-6)


def _has_every_component(rows: np.ndarray, parts: list[Component]) -> bool:
    """Whether no atom, nor their mean, lacks a component: by symmetry or for want of neighbours."""
    every = np.vstack([rows, rows.mean(axis=0)])
    return all((np.square(every[:, part.columns]).sum(axis=1) > 1e-12).all() for part in parts)


def test_components_equal_the_dense_solve_after_edits(real):
    fitted = real.frozen.fit(real.members[:-2])
    grown = fitted.edit(add=real.members[-2:], remove=real.members[:1])
    for family in ("species", "angular", "radial"):
        component = next(each for each in reversed(real.frozen.components()) if each.family == family)
        found = fitted.component_rigidity(component).follow(grown)
        expected = dense_rigidity(
            real.means[list(grown.members)], np.vstack([real.features, real.means]) * component.columns, ALPHA
        )
        np.testing.assert_allclose(np.concatenate([found.local, found.structures]), expected, rtol=1e-6)


def test_covariances_among_a_group_and_the_tug(real):
    fitted = real.frozen.fit(real.members)
    train, x = real.means[real.members], real.features
    triangle = np.linalg.qr(np.vstack([train, np.sqrt(ALPHA) * np.eye(train.shape[1])]), "r")
    chosen = [0, 3, 5, len(x) - 1]
    images = np.linalg.solve(triangle.T, x.T)
    exact = images[:, chosen].T @ images
    spread = np.sqrt(np.outer(fitted.variance[chosen], fitted.variance))
    matrix = fitted.covariance_matrix(chosen)
    assert (np.abs(matrix - exact[:, chosen]) <= 1e-6 * spread[:, chosen]).all()
    tug = fitted.tug(chosen[1], 0.05)
    assert tug.loss_rise == pytest.approx(0.05**2 / (2 * exact[1, 3]), rel=1e-6)
    moved = 0.05 * exact[1] / exact[1, 3]
    assert (np.abs(tug.displacement - moved) <= 1e-6 * 0.05 * spread[1] / exact[1, 3]).all()
