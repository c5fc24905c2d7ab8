"""When a Bokeh document may be changed, and how a worker thread asks for it.

Between the moment the browser has fetched a document and the moment Panel is told that it stands, Panel drops changes:
it supposes that they will be serialised with the document. On a busy machine that gap is many seconds long. So replies
are applied either before any browser has connected, when they do travel with the document, or after the page has said
that it is rendered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import panel as pn
from bokeh.events import DocumentReady

if TYPE_CHECKING:
    from bokeh.document import Document

_POLL_MS = 1000  # safety net: should a wake-up be lost, the reply is found within a second


class LiveDocument:
    """One served document: takes wake-ups from a worker thread, drains on its own loop, never in the gap.

    Parameters
    ----------
    document : bokeh Document
        The document being served.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._drain: Callable[[], None] | None = None
        self._rendered = False
        self._put_off: list[tuple[int, Callable[[], None]]] = []
        pn.state.onload(self._open)

    @property
    def is_watched(self) -> bool:
        """Whether a browser has fetched the document: until then changes travel with it."""
        server_session = getattr(self._document.session_context, "session", None)
        return server_session is not None and server_session.connection_count > 0

    def drain_with(self, drain: Callable[[], None]) -> None:
        """Name what a wake-up calls, and let the slow poll call it too."""
        self._drain = drain
        self._document.add_periodic_callback(self._drain_now, _POLL_MS)

    def wake(self) -> None:
        """Ask for a drain; the one thing here that another thread may call."""
        self._document.add_next_tick_callback(self._drain_now)

    def soon(self, callback: Callable[[], None]) -> None:
        """Run a callback on the page's own loop once the page has been sent off."""
        self._document.add_next_tick_callback(callback)

    def when_gone(self, callback: Callable[[], None]) -> None:
        """Call back when the browser session has ended."""
        self._document.on_session_destroyed(lambda context: callback())

    def after(self, milliseconds: int, callback: Callable[[], None]) -> None:
        """Run a callback on the page's own loop a little later, and not before the page stands."""
        if self._rendered:
            self._document.add_timeout_callback(callback, milliseconds)
        else:
            self._put_off.append((milliseconds, callback))

    def announce_rendered(self) -> None:
        """Tell Panel that the page stands, now and not only when its last view is idle."""
        if not self._rendered:  # on the next tick, since messages are handled without the document's lock
            self._document.add_next_tick_callback(self._announce)

    def _announce(self) -> None:
        self._document.callbacks.trigger_event(DocumentReady())

    def _drain_now(self) -> None:
        self._send_at_once()
        if self._drain is not None and (self._rendered or not self.is_watched):
            self._drain()

    def _send_at_once(self) -> None:
        """Keep the system from holding small messages back until the browser confirms the last: 40 ms each time."""
        server_session = getattr(self._document.session_context, "session", None)
        for connection in getattr(server_session, "_subscribed_connections", ()):
            socket = getattr(connection, "_socket", None)
            if socket is not None and socket.ws_connection is not None:
                socket.set_nodelay(True)

    def _open(self) -> None:
        self._rendered = True
        self._drain_now()
        put_off, self._put_off = self._put_off, []
        for milliseconds, callback in put_off:
            self._document.add_timeout_callback(callback, milliseconds)
