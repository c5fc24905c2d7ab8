"""Seven points, three models, three bands."""

import numpy as np
import pytest

from lprviz.errors import ModelError
from lprviz.gallery.toys.seven_points import ALPHA, MODELS, NOISE, POINTS, labels, seven_points, seven_points_toy


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("model", MODELS)
def test_a_band_is_narrower_than_the_noise_at_labels_and_opens_between_them(model, seed):
    band = seven_points(model, seed=seed)
    assert (band.at_points >= 1.0).all()
    assert np.sum(1.0 / band.at_points) <= 7.0
    np.testing.assert_allclose(band.sigma, NOISE / np.sqrt(band.rigidity), rtol=1e-12)
    gap, cluster = np.interp([-0.375, 0.04], band.x, band.sigma)
    assert gap > 2.0 * cluster


def test_the_cubic_is_the_textbook_posterior():
    x = np.linspace(-1.0, 1.0, 9)
    band = seven_points("cubic", x=x, seed=3)
    rows, at = (np.vander(each, 4, increasing=True) for each in (POINTS, x))
    inverse = np.linalg.inv(rows.T @ rows + ALPHA * np.eye(4))
    np.testing.assert_allclose(1.0 / band.rigidity, np.einsum("ij,jk,ik->i", at, inverse, at), rtol=1e-9)
    np.testing.assert_allclose(band.prediction, at @ inverse @ rows.T @ labels(3), rtol=1e-9)


def test_the_gradient_of_two_gaussians_is_that_of_its_prediction():
    """A label anywhere raises the rigidity there by one: only a true gradient, the same in both places, does that."""
    here = np.array([0.35])
    before = seven_points("cubic", x=here)
    after = seven_points("cubic", x=here, points=np.append(POINTS, here))
    assert after.rigidity[0] - before.rigidity[0] == pytest.approx(1.0, rel=1e-9)
    narrow = seven_points("two Gaussians", x=here, points=np.append(POINTS, here))
    assert narrow.rigidity[0] >= 1.0
    assert seven_points("two Gaussians", x=here).rigidity[0] < narrow.rigidity[0]


@pytest.mark.parametrize("model", MODELS)
def test_points_can_be_dragged(model):
    there = np.array([-0.4])
    dragged = np.where(POINTS == 0.05, -0.4, POINTS)
    assert seven_points(model, x=there, points=dragged).sigma[0] < seven_points(model, x=there).sigma[0]


def test_the_same_seed_gives_the_same_network():
    np.testing.assert_array_equal(
        seven_points("network", seed=5).prediction, seven_points("network", seed=5).prediction
    )


def test_the_points_as_a_toy_have_the_cubics_band():
    toy = seven_points_toy()
    engine = toy.engine(toy.members("labelled"))
    band = seven_points("cubic", x=toy.coordinates)
    np.testing.assert_allclose(engine.lpr, band.rigidity, rtol=1e-9)
    np.testing.assert_allclose(engine.local_targets, band.prediction, rtol=1e-8)


def test_an_unknown_model_is_refused():
    with pytest.raises(ModelError, match="no model 'spline'"):
        seven_points("spline")
