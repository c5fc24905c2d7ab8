"""What a session shows as one page that turns in any browser; see `lprviz.components.html_snapshot`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from ase.data import chemical_symbols

from lprviz.components.html_snapshot import SnapshotStructure, html_snapshot
from lprviz.core.colours import css_colours, element_rgb
from lprviz.data.scene import build_scene
from lprviz.exports import safe_name
from lprviz.session import Session
from lprviz.session.descriptions import atom_labels, picture_summary
from lprviz.session.exporting import Export, atoms_of_structure, caption_of, fit_of, provenance


def session_page(session: Session, structures: Iterable[int] | None = None) -> Export:
    """Return the page as a file.

    Parameters
    ----------
    session : Session
    structures : iterable of int, optional
        Structures to put into it; by default the one that is looked at.

    Raises
    ------
    LprvizError
        If nothing is computed yet, or there are too many structures.
    """
    fit, picture = fit_of(session), session.picture
    assert picture is not None  # a fit on show has a picture
    assert session.dataset is not None
    chosen = list(structures) if structures is not None else [session.selection.structure]
    pool, scale = fit.analysis.structures, picture.scale
    numbers = np.unique(pool.numbers).tolist()
    swatches = zip(css_colours(element_rgb(numbers)), (chemical_symbols[z] for z in numbers), strict=True)
    undefined = scale is not None and bool(np.isnan(picture.values).any())
    title = f"{session.dataset.title} · {picture.title}"
    page = html_snapshot(
        title,
        [_structure(session, structure) for structure in chosen],
        scale=scale,
        swatches=list(swatches) if scale is None else (),
        undefined="undefined" if undefined else "",
        facts=provenance(session),
        camera=session.camera,
        shown=chosen.index(session.selection.structure) if session.selection.structure in chosen else 0,
    )
    return Export(safe_name(title, ".html"), page.encode(), "text/html")


def _structure(session: Session, structure: int) -> SnapshotStructure:
    fit, picture = fit_of(session), session.picture
    assert picture is not None
    atoms = atoms_of_structure(fit, structure)
    return SnapshotStructure(
        build_scene(fit.analysis.structures[structure]),
        picture.rgb(atoms),
        picture.outlined[atoms],
        tuple(atom_labels(fit.analysis.structures, picture, atoms)),
        caption_of(session, structure),
        picture_summary(session, picture, atoms),
    )
