"""Build one browser session: a session of its own, one worker thread, and the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import panel as pn

from lprviz.analysis import LPRAnalysis
from lprviz.app.page import Page
from lprviz.data.cache import DiskCache
from lprviz.data.structures import StructureSet
from lprviz.jobs import InlineWorker, Runner, Worker
from lprviz.session import Session
from lprviz.session.library import Library
from lprviz.session.plans import dataset_of

if TYPE_CHECKING:
    import panel_material_ui as pmui
    from ase import Atoms
    from bokeh.document import Document


FIRST_DATASET = "silicon"
_POLL_MS = 1000  # safety net: should a wake-up be lost, the reply is found within a second

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
    session = _new_session(document or pn.state.curdoc)
    page = Page(session, document or pn.state.curdoc)
    if dataset is not None:
        session.load_bundled(dataset)
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
    document = pn.state.curdoc
    session = _new_session(document)
    page = Page(session, document)
    session.load_dataset(dataset_of(structures))
    if analysis is not None:
        session.set_alpha(analysis.alpha)
        session.commit_settings(analysis.hypers, species_columns=None, scale=analysis.scale)
    return page.view


def _new_session(document: Document | None) -> Session:
    woken: list[Callable[[], None]] = []  # the worker wakes a session that does not exist yet when it is made

    def wake() -> None:
        if document is not None and woken:
            document.add_next_tick_callback(woken[0])

    def worker(on_reply: Callable[[], None]) -> Runner:
        return InlineWorker() if document is None else Worker(on_reply)

    session = Session(worker, wake=wake, library=LIBRARY, report=_log_unexpected)
    woken.append(session.drain)
    if document is not None:
        document.add_periodic_callback(session.drain, _POLL_MS)
        document.on_session_destroyed(lambda context: session.close())
    return session


def _log_unexpected(error: BaseException) -> None:
    log.error("unexpected error in background work", exc_info=error)
