"""Build one browser session: a session of its own, one worker thread, and the page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

import panel as pn

from lprviz.analysis import LPRAnalysis
from lprviz.app.live import LiveDocument
from lprviz.app.opening import HEAD, Head
from lprviz.app.page import Page
from lprviz.data.cache import DiskCache
from lprviz.data.structures import StructureSet
from lprviz.jobs import Worker
from lprviz.session import Session
from lprviz.session.library import Library
from lprviz.session.plans import dataset_of
from lprviz.session.values import Settings

if TYPE_CHECKING:
    import panel_material_ui as pmui
    from ase import Atoms
    from bokeh.document import Document


FIRST_DATASET = "silicon"

LIBRARY = Library(DiskCache())  # one per process: sessions share what they only read

log = logging.getLogger("lprviz")


def create_app(dataset: str | None = FIRST_DATASET, document: Document | None = None) -> pmui.Page:
    """Return the dashboard for the browser session that is being served.

    Parameters
    ----------
    dataset : str or None
        Bundled set to open with; None opens an empty dashboard.
    document : bokeh Document, optional
        The document to schedule on; the one being served by default.
    """
    document = document or pn.state.curdoc
    live = LiveDocument(document) if document is not None else None
    if document is not None:
        document.template_variables[HEAD] = Head(document, pn.state.rel_path or "")
    session = _new_session(live)
    page = Page(session, live)
    if dataset is not None and live is None:
        session.load_bundled(dataset)
    elif dataset is not None and live is not None:
        live.soon(lambda: session.load_bundled(dataset))  # the browser has scripts to read: let it have the page first
    return page.view


def show(structures_or_analysis: StructureSet | list[Atoms] | LPRAnalysis) -> pmui.Page:
    """Return the app on structures or an analysis at hand, as a Panel object for a notebook or script.

    Parameters
    ----------
    structures_or_analysis : StructureSet, list of ase.Atoms, or LPRAnalysis
        With an analysis, its hypers, scale and alpha are taken over.
    """
    analysis = structures_or_analysis if isinstance(structures_or_analysis, LPRAnalysis) else None
    given = structures_or_analysis if analysis is None else analysis.structures
    structures = given if isinstance(given, StructureSet) else StructureSet.from_atoms(cast("list[Atoms]", given))
    live = LiveDocument(pn.state.curdoc) if pn.state.curdoc is not None else None
    session = _new_session(live)
    page = Page(session, live)
    session.load_dataset(dataset_of(structures))
    if analysis is not None:
        session.set_alpha(analysis.alpha)
        session.commit_settings(Settings(analysis.hypers, analysis.spec, analysis.scale))
    return page.view


def _new_session(live: LiveDocument | None) -> Session:
    if live is None:
        return Session(library=LIBRARY, report=_log_unexpected)
    session = Session(Worker, wake=live.wake, library=LIBRARY, report=_log_unexpected)
    live.drain_with(session.drain)
    live.when_gone(session.close)
    return session


def _log_unexpected(error: BaseException) -> None:
    log.error("unexpected error in background work", exc_info=error)
