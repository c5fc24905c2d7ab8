"""A form between the press of its button and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

import panel as pn

from lprviz.session import Session

FIELDS_ARRIVE_MS = 200
"""A number field sends what was typed a moment after it has lost the focus, and Panel takes it 50 ms later, but a click
at once: a quick one would overtake the last field."""


def once_fields_arrived(act: Callable[[], None]) -> None:
    """Act on a form when everything typed before the click is in; at once where there is no served page."""
    document = pn.state.curdoc
    if document is None or document.session_context is None:
        act()
    else:
        document.add_timeout_callback(act, FIELDS_ARRIVE_MS)


class AwaitedWork:
    """Sees to it that a form shows what is in force after cancelled work, and what is to be corrected after failed.

    Parameters
    ----------
    session : Session
    show_in_force : callable
        Puts what is in force into the form.
    """

    def __init__(self, session: Session, show_in_force: Callable[[], None]) -> None:
        self._session = session
        self._show_in_force = show_in_force
        self._awaited = False  # values of this form are being computed with
        session.param.watch(self._follow, "activity")

    def begin(self) -> None:
        """Note that work was asked for, if it is not done already."""
        self._awaited = self._session.activity is not None

    def end(self) -> None:
        """Note that there is nothing to wait for: the form shows what is in force."""
        self._awaited = False

    def _follow(self, *events: object) -> None:
        if self._session.activity is None and self._awaited:
            self._awaited = False
            if self._session.problem is None:
                self._show_in_force()
