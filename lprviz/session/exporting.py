"""What is on show as a file for other programs: name, content and media type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lprviz.analysis import FittedLPR
from lprviz.core.colours import format_value
from lprviz.data.scene import build_scene
from lprviz.errors import ModelError
from lprviz.exports import atoms_csv, chemiscope_json, extended_xyz, safe_name, structure_figure, structures_csv
from lprviz.exports.atom_numbers import atom_arrays
from lprviz.exports.figure import Format
from lprviz.session.keeping import Keeping
from lprviz.session.records.file import SUFFIX, versions


@dataclass(frozen=True)
class Export:
    """A file to hand out.

    Attributes
    ----------
    filename : str
        Safe on every system.
    content : bytes
    media_type : str
    """

    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    title : str
        What a menu says.
    suffix, media_type : str
    make : callable
        Session and the structures chosen (None: all) to content.
    of_one : bool
        Whether it shows the structure that is looked at, rather than all.
    """

    title: str
    suffix: str
    media_type: str
    make: Callable[[Keeping, Iterable[int] | None], bytes]
    of_one: bool = False


def exported(session: Keeping, kind: str, structures: Iterable[int] | None = None) -> Export:
    """Return what is on show as a file.

    Parameters
    ----------
    session : Keeping
    kind : str
        A key of `KINDS`.
    structures : iterable of int, optional
        Structures to write, where a kind takes several; all by default.

    Raises
    ------
    ModelError
        If there is no such kind, or nothing is computed yet.
    """
    if kind not in KINDS:
        raise ModelError(f"There is no export {kind!r}.", f"Choose one of {', '.join(KINDS)}.")
    chosen = KINDS[kind]
    content = chosen.make(session, structures)
    title = "" if session.dataset is None else session.dataset.title
    own = f"{title} structure {session.selection.structure}" if chosen.of_one else title
    return Export(safe_name(own, chosen.suffix), content, chosen.media_type)


def provenance(session: Keeping) -> tuple[tuple[str, str], ...]:
    """Return what a reader of a picture has to know, as names and values."""
    fit = fit_of(session)
    structures = fit.analysis.structures
    title = "" if session.dataset is None else session.dataset.title
    used = versions()
    return (
        ("Data set", f"{title}: {structures.n_structures} structures, {structures.n_environments} atoms"),
        ("Model", f"{fit.analysis.spec.describe()}; {fit.scale} scale"),
        ("Descriptor", _descriptor(fit)),
        ("Training set", f"{len(fit.members)} structures; alpha {format_value(fit.alpha)}"),
        ("Written by", ", ".join(f"{name} {used[name]}" for name in ("lprviz", "featomic") if name in used)),
        ("Method", "S. Chong et al., J. Chem. Theory Comput. 2023, 19, 8020"),
    )


def caption_of(session: Keeping, structure: int) -> str:
    """Return what a structure is in one line: number, formula, group, whether it trains."""
    structures = fit_of(session).analysis.structures
    role = "in training" if structure in session.members else "not in training"
    parts = (f"Structure {structure}", structures.formulas[structure], structures.groups[structure], role)
    return " · ".join(part for part in parts if part)


def fit_of(session: Keeping) -> FittedLPR:
    """Return the fit on show (ModelError where there is none yet)."""
    if session.fit is None:
        raise ModelError("There is nothing to export yet.", "Load a data set and wait for its picture.")
    return session.fit


def atoms_of_structure(fit: FittedLPR, structure: int) -> slice:
    """Return the environments of a structure."""
    offsets = fit.analysis.structures.offsets
    return slice(int(offsets[structure]), int(offsets[structure + 1]))


def _descriptor(fit: FittedLPR) -> str:
    if fit.analysis.spec.features is not None:
        return "imported features"
    return "SOAP: " + ", ".join(f"{name} {value:g}" for name, value in fit.analysis.hypers.to_mapping().items())


def _extended_xyz(session: Keeping, structures: Iterable[int] | None) -> bytes:
    fit = fit_of(session)
    return extended_xyz(fit.analysis.structures.atoms, atom_arrays(fit), chosen=structures).encode()


def _chemiscope(session: Keeping, structures: Iterable[int] | None) -> bytes:
    title = "" if session.dataset is None else session.dataset.title
    return chemiscope_json(fit_of(session), structures, title=title, compressed=True)


def _figure(format: Format) -> Callable[[Keeping, Iterable[int] | None], bytes]:
    def make(session: Keeping, structures: Iterable[int] | None) -> bytes:
        fit, picture = fit_of(session), session.picture
        assert picture is not None  # a fit on show has a picture
        chosen = session.selection.structure if structures is None else next(iter(structures))
        atoms = atoms_of_structure(fit, chosen)
        outlined = picture.outlined[atoms]
        note = "; ".join(value for name, value in provenance(session) if name in ("Model", "Training set"))
        return structure_figure(
            build_scene(fit.analysis.structures[chosen]),
            picture.rgb(atoms),
            picture.scale,
            title=caption_of(session, chosen),
            note=note + ("; ringed: mostly the prior" if outlined.any() else ""),
            camera=session.camera,
            outlined=outlined,
            undefined=picture.scale is not None and bool(np.isnan(picture.values[atoms]).any()),
            format=format,
        )

    return make


KINDS: Mapping[str, Kind] = {
    "extxyz": Kind("Structures with LPR (extended xyz)", ".xyz", "chemical/x-xyz", _extended_xyz),
    "atoms": Kind(
        "Atoms as a table (CSV)", "-atoms.csv", "text/csv", lambda s, chosen: atoms_csv(fit_of(s), chosen).encode()
    ),
    "structures": Kind(
        "Structures as a table (CSV)", "-structures.csv", "text/csv", lambda s, _: structures_csv(fit_of(s)).encode()
    ),
    "chemiscope": Kind("For chemiscope (JSON)", "-chemiscope.json.gz", "application/gzip", _chemiscope),
    "png": Kind("Figure for print (PNG, 300 dpi)", ".png", "image/png", _figure("png"), of_one=True),
    "svg": Kind("Figure for print (SVG)", ".svg", "image/svg+xml", _figure("svg"), of_one=True),
    "pdf": Kind("Figure for print (PDF)", ".pdf", "application/pdf", _figure("pdf"), of_one=True),
    "python": Kind("Python script", ".py", "text/x-python", lambda s, _: s.as_python().encode()),
    "session": Kind("Session file", SUFFIX, "application/json", lambda s, _: s.save_file()),
}
"""Every kind of file; a page that turns by itself is made by `lprviz.components.session_page`."""
