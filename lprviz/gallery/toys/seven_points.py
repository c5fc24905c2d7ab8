"""Seven labelled points, three models, three bands: what prediction rigidity is, in one dimension.

The points and the target are those of the toy in F. Bigi, S. Chong, M. Ceriotti, F. Grasselli, arXiv 2403.02251:
y = cos(x)^2 with noise 0.01, seen in three clusters. Each model is linearised at its fit: g(x) is the gradient of its
prediction with respect to its weights (for the network, to those of its last layer), and the band is the noise times
the square root of 1/PR = g^T (G^T G + alpha I)^-1 g.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lprviz.core.arrays import FloatArray, frozen
from lprviz.core.dense import local_prediction_rigidity, ridge_fit
from lprviz.errors import ModelError
from lprviz.gallery.toys.toy import Toy

POINTS = frozen([-0.8, -0.75, 0.0, 0.05, 0.07, 0.7, 0.73])
"""Where labels are known."""

NOISE = 0.01
"""Standard deviation of the label noise."""

ALPHA = 1e-4
"""Square of the noise over the prior variance of a weight, which is one."""

MODELS = ("cubic", "two Gaussians", "network")
"""Names of the models."""

_HIDDEN = 16
Gradient = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Band:
    """One fitted model and how firmly the points hold its curve.

    Attributes
    ----------
    model : str
    x, prediction, sigma : ndarray of shape (n,)
        The curve, and the half-width of its band: noise times sqrt(1/PR).
    rigidity : ndarray of shape (n,)
        PR along the curve; 1 is worth one label there.
    at_points : ndarray of shape (7,)
        PR at the labelled points, at least 1 each.
    """

    model: str
    x: FloatArray
    prediction: FloatArray
    sigma: FloatArray
    rigidity: FloatArray
    at_points: FloatArray


def labels(seed: int = 0, x: ArrayLike = POINTS) -> FloatArray:
    """Labels at x: cos(x)^2 plus noise."""
    points = np.asarray(x, dtype=np.float64)
    return np.cos(points) ** 2 + NOISE * np.random.default_rng(seed).standard_normal(points.shape)


def seven_points(model: str, *, x: ArrayLike | None = None, points: ArrayLike = POINTS, seed: int = 0) -> Band:
    """Fit one of the three models to the seven points and read off its rigidity along x.

    Parameters
    ----------
    model : {"cubic", "two Gaussians", "network"}
    x : array of shape (n,), optional
        Where to draw the curve; -1.5 to 1.5 by default.
    points : array of shape (m,)
        Where labels are known; drag them to see the band follow.
    seed : int
        Decides label noise and the network's first weights.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    fits = {"cubic": _fit_cubic, "two Gaussians": _fit_gaussians, "network": _fit_network}
    if model not in fits:
        raise ModelError(f"There is no model {model!r} in this toy.", f"Choose one of {', '.join(MODELS)}.")
    known = np.asarray(points, dtype=np.float64)
    where = np.linspace(-1.5, 1.5, 301) if x is None else np.asarray(x, dtype=np.float64)
    predict, gradient = fits[model](known, labels(seed, known), seed)
    rigidity = local_prediction_rigidity(gradient(known), gradient(np.concatenate([where, known])), ALPHA)
    along, at_points = rigidity[: len(where)], rigidity[len(where) :]
    sigma = NOISE / np.sqrt(along)
    return Band(model, frozen(where), frozen(predict(where)), frozen(sigma), frozen(along), frozen(at_points))


def seven_points_toy(seed: int = 0) -> Toy:
    """The cubic's seven points and its curve as a toy of single atoms: groups ``labelled`` and ``curve``."""
    curve = np.linspace(-1.5, 1.5, 61)
    x = np.concatenate([POINTS, curve])
    powers = np.stack([np.ones_like(x), x, x**2, x**3], axis=1)
    truth = np.cos(x) ** 2
    return Toy.build(
        "Seven points, cubic",
        [row[None] for row in powers],
        local_targets=truth,
        noise=np.concatenate([labels(seed) - truth[: len(POINTS)], np.zeros(len(curve))]),
        groups=["labelled"] * len(POINTS) + ["curve"] * len(curve),
        alpha=ALPHA,
        coordinates=x,
    )


def _fit_cubic(x: FloatArray, y: FloatArray, seed: int) -> tuple[Gradient, Gradient]:
    def gradient(at: FloatArray) -> FloatArray:
        return np.stack([np.ones_like(at), at, at**2, at**3], axis=1)

    weights = ridge_fit(gradient(x), y, ALPHA)
    return lambda at: gradient(at) @ weights, gradient


def _fit_gaussians(x: FloatArray, y: FloatArray, seed: int) -> tuple[Gradient, Gradient]:
    """Height, centre and width of two Gaussians: six weights, not linear in four of them."""
    start = np.array([0.7, -0.5, 0.6, 0.7, 0.5, 0.6])

    def parts(weights: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        height, centre, width = weights.reshape(2, 3).T
        offset = (at[:, None] - centre) / width
        return np.exp(-0.5 * offset**2), offset, height, width

    def jacobian(weights: FloatArray, at: FloatArray) -> FloatArray:
        bell, offset, height, width = parts(weights, at)
        columns = np.stack([bell, height * bell * offset / width, height * bell * offset**2 / width], axis=2)
        return columns.reshape(len(at), 6)

    def predict(weights: FloatArray, at: FloatArray) -> FloatArray:
        bell, _, height, _ = parts(weights, at)
        return bell @ height

    def residuals(weights: FloatArray) -> FloatArray:
        return np.concatenate([predict(weights, x) - y, np.sqrt(ALPHA) * (weights - start)])

    def slopes(weights: FloatArray) -> FloatArray:
        return np.vstack([jacobian(weights, x), np.sqrt(ALPHA) * np.eye(6)])

    from scipy.optimize import least_squares

    best = least_squares(residuals, start, jac=slopes).x  # type: ignore[arg-type]
    return lambda at: predict(best, at), lambda at: jacobian(best, at)


def _fit_network(x: FloatArray, y: FloatArray, seed: int) -> tuple[Gradient, Gradient]:
    """One input, two hidden layers of 16 tanh, one output; the last layer then solved exactly."""
    from scipy.optimize import minimize

    rng = np.random.default_rng((seed, 3))
    shapes = ((_HIDDEN,), (_HIDDEN,), (_HIDDEN, _HIDDEN), (_HIDDEN,), (_HIDDEN + 1,))
    scales = (4.0, 2.0, 2.0 * _HIDDEN**-0.5, 1.0, _HIDDEN**-0.5)
    start = np.concatenate(
        [scale * rng.standard_normal(np.prod(shape)) for shape, scale in zip(shapes, scales, strict=True)]
    )

    def unpacked(weights: FloatArray) -> list[FloatArray]:
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(weights, ends[:-1]), shapes, strict=True)]

    def layers(weights: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        slope, shift, mixing, bias, _ = unpacked(weights)
        first = np.tanh(at[:, None] * slope + shift)
        second = np.tanh(first @ mixing + bias)
        return first, np.column_stack([second, np.ones(len(at))])

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        _, _, mixing, _, output = unpacked(weights)
        first, last = layers(weights, x)
        residual = last @ output - y
        back = np.outer(residual, output[:-1]) * (1.0 - last[:, :-1] ** 2)
        deep = (back @ mixing.T) * (1.0 - first**2)
        parts = (deep.T @ x, deep.sum(0), first.T @ back, back.sum(0), last.T @ residual)
        gradient = np.concatenate([part.ravel() for part in parts]) + ALPHA * (weights - start)
        change = weights - start
        return 0.5 * float(residual @ residual + ALPHA * change @ change), gradient

    best = np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x)
    output = ridge_fit(layers(best, x)[1], y, ALPHA)
    return lambda at: layers(best, at)[1] @ output, lambda at: layers(best, at)[1]
