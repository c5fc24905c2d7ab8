"""A real NGLWidget for notebooks, coloured by one number per atom through the same mapping as the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from lprviz.core.colours import ColourScale, css_colours, fit_scale
from lprviz.errors import ModelError

if TYPE_CHECKING:
    from ase import Atoms
    from nglview import NGLWidget


def show_nglview(
    atoms: Atoms,
    values: ArrayLike,
    *,
    scale: ColourScale | None = None,
    title: str = "LPR",
    radius: float = 0.35,
) -> NGLWidget:
    """Show one structure in a notebook, each atom coloured by its value.

    Parameters
    ----------
    atoms : ase.Atoms
        The structure; its cell is drawn where it has one.
    values : (n_atoms,) array
        One number per atom, such as ``fitted.rigidity().of(0)``; grey where it is not finite.
    scale : ColourScale, optional
        The mapping to colours. By default one fitted to these values, logarithmic where all are positive; give one
        fitted to the whole data set to compare structures.
    title : str
        What the values are, for the scale made by default.
    radius : float
        Radius of the spheres relative to the van der Waals radius of each element.

    Returns
    -------
    nglview.NGLWidget
        With the colour scale as attribute ``lprviz_scale``, so that a colour bar can be drawn beside it.

    Raises
    ------
    ModelError
        If there is not one value per atom.
    """
    import nglview  # slow to import, and needed in notebooks alone

    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(atoms),):
        raise ModelError(
            f"There are values of shape {numbers.shape} for {len(atoms)} atoms.", "Give one number per atom."
        )
    scale = scale if scale is not None else _scale_for(numbers, title)
    widget: Any = nglview.show_ase(atoms, default_representation=False)
    for colour, members in atoms_by_colour(css_colours(scale.rgb(numbers))).items():
        selection = "@" + ",".join(map(str, members))
        widget.add_spacefill(selection=selection, color=colour, radius_type="vdw", radius_scale=radius)
    if atoms.pbc.any():
        widget.add_unitcell()
    widget.center()
    widget.lprviz_scale = scale
    return widget


def atoms_by_colour(colours: tuple[str, ...]) -> dict[str, list[int]]:
    """Atoms that share a colour, so that each colour is one representation: at most as many as the palette has.

    NGL's own colour schemes are registered process-wide under a name; plain colours per selection stay with the
    widget they were given to.
    """
    groups: dict[str, list[int]] = {}
    for atom, colour in enumerate(colours):
        groups.setdefault(colour, []).append(atom)
    return groups


def _scale_for(values: np.ndarray, title: str) -> ColourScale:
    """Logarithmic for positive values, as LPR is; linear otherwise."""
    finite = values[np.isfinite(values)]
    positive = finite.size > 0 and bool((finite > 0.0).all())
    return fit_scale(values, title=title, kind="log" if positive else "linear")
