"""A scene as flat shapes in drawing order: what a printed picture is made of.

The view is the one of the dashboard: its sixteen camera numbers are a rotation times the distance, and an offset; the
right of the screen is -x, the onlooker is at -z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lprviz.data.scene import Scene
from lprviz.errors import ModelError

FloatArray = NDArray[np.float64]

_FIRST_TURN = {True: (0.42, 0.28), False: (0.3, 0.25)}  # as the viewer opens: straight on, a crystal hides itself
_FIRST_DISTANCE = 4.0  # in radii of the scene: hardly any perspective
_SMALLEST_RADIUS, _RADIUS_SHARE, _BOND_RADIUS, _CELL_RADIUS = 0.2, 0.45, 0.11, 0.03
_NEAREST = 0.5


@dataclass(frozen=True)
class FlatScene:
    """Shapes in angstrom on the plane through the turning point, the farthest first.

    Attributes
    ----------
    kinds : ndarray of int, shape (n_shapes,)
        0 sphere, 1 half-bond, 2 cell edge.
    owners : ndarray of int, shape (n_shapes,)
        Atom that gives the colour; -1 for cell edges.
    corners : ndarray, shape (n_shapes, 4, 2)
        Corners of bonds and edges; for spheres all four are the centre.
    radii : ndarray, shape (n_shapes,)
        Of spheres; 0 for others.
    """

    kinds: NDArray[np.int8]
    owners: NDArray[np.intp]
    corners: FloatArray
    radii: FloatArray


def flatten(scene: Scene, camera: tuple[float, ...] = ()) -> FlatScene:
    """Project a scene.

    Parameters
    ----------
    scene : Scene
    camera : tuple of 16 floats, optional
        As the viewer gives it; its opening view by default.

    Raises
    ------
    ModelError
        If there are other than 0 or 16 finite numbers, or they are no view.
    """
    rotation, offset, distance = _view(scene, camera)

    def seen(points: NDArray) -> FloatArray:
        moved = np.asarray(points, dtype=np.float64) - scene.centre + offset
        return moved @ rotation.T

    centres = seen(scene.positions)
    radii = np.maximum(_RADIUS_SHARE * scene.radii.astype(np.float64), _SMALLEST_RADIUS)
    starts, ends = _outside_spheres(seen(scene.bond_starts), seen(scene.bond_ends), radii[scene.bond_parent])
    lines = seen(scene.cell_lines.reshape(-1, 3)).reshape(-1, 2, 3)
    places, sizes = _project(centres, distance)
    bars = [
        (_quads(starts, ends, _BOND_RADIUS, distance), (starts[:, 2] + ends[:, 2]) / 2, 1, scene.bond_parent),
        *_edges(lines, distance),
    ]
    kinds = np.concatenate([np.zeros(len(centres)), *(np.full(len(bar[0]), bar[2]) for bar in bars)]).astype(np.int8)
    owners = np.concatenate([scene.parent, *(bar[3] for bar in bars)]).astype(np.intp)
    corners = np.concatenate([np.repeat(places[:, None, :], 4, axis=1), *(bar[0] for bar in bars)])
    depths = np.concatenate([centres[:, 2], *(bar[1] for bar in bars)])
    flat_radii = np.concatenate([radii * sizes, np.zeros(len(kinds) - len(radii))])
    order = np.argsort(-depths, kind="stable")
    return FlatScene(kinds[order], owners[order], corners[order], flat_radii[order])


def _view(scene: Scene, camera: tuple[float, ...]) -> tuple[FloatArray, FloatArray, float]:
    """Rotation (3, 3), offset (3,) and distance of the onlooker."""
    if not camera:
        right, up, towards = scene.view.astype(np.float64)
        turn, tilt = _FIRST_TURN[scene.periodic]
        return (
            _about_x(-tilt) @ _about_y(turn) @ np.array([-right, up, -towards]),
            np.zeros(3),
            (_FIRST_DISTANCE * scene.radius),
        )
    numbers = np.asarray(camera, dtype=np.float64)
    usable = numbers.shape == (16,) and bool(np.isfinite(numbers).all())
    matrix = numbers.reshape(4, 4).T if usable else np.zeros((4, 4))
    distance = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
    if not distance > 0.0:
        raise ModelError("These sixteen numbers are no view.", "Leave the camera out for the default view.")
    return matrix[:3, :3] / distance, matrix[:3, 3], distance


def _about_x(angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _about_y(angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _project(points: FloatArray, distance: float) -> tuple[FloatArray, FloatArray]:
    """Places (n, 2) and magnification (n,) of points as seen, which have z away from the onlooker."""
    magnification = distance / np.maximum(points[:, 2] + distance, _NEAREST)
    return np.stack([-points[:, 0], points[:, 1]], axis=1) * magnification[:, None], magnification


def _outside_spheres(starts: FloatArray, ends: FloatArray, radii: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Half-bonds from the surface of their atom on, so that painting by depth hides what is behind."""
    along = ends - starts
    lengths = np.linalg.norm(along, axis=1)
    share = np.minimum(0.97 * radii / np.maximum(lengths, 1e-9), 1.0)
    return starts + along * share[:, None], ends


def _quads(starts: FloatArray, ends: FloatArray, radius: float, distance: float) -> FloatArray:
    """Bars between points as they appear, (n, 4, 2)."""
    (a, size_a), (b, size_b) = _project(starts, distance), _project(ends, distance)
    along = b - a
    lengths = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / lengths[:, None] * radius
    side_a, side_b = across * size_a[:, None], across * size_b[:, None]
    return np.stack([a + side_a, b + side_b, b - side_b, a - side_a], axis=1)


def _edges(lines: FloatArray, distance: float) -> list[tuple[FloatArray, FloatArray, int, NDArray[np.intp]]]:
    """Cell edges in short pieces, so that each piece is behind or before an atom."""
    pieces = 12
    found = []
    for step in range(pieces):
        a = lines[:, 0] + (lines[:, 1] - lines[:, 0]) * (step / pieces)
        b = lines[:, 0] + (lines[:, 1] - lines[:, 0]) * ((step + 1) / pieces)
        owners = np.full(len(lines), -1, dtype=np.intp)
        found.append((_quads(a, b, _CELL_RADIUS, distance), (a[:, 2] + b[:, 2]) / 2, 2, owners))
    return found
