"""What went wrong, in one clear sentence: shown until dismissed."""

from __future__ import annotations

from collections.abc import Callable

from lprviz.errors import LprvizError
from lprviz.session.state import SessionState
from lprviz.session.values import Problem

UNEXPECTED = "Something went wrong inside lprviz; your last state is kept."


class Problems(SessionState):
    """State that knows how to complain.

    Parameters
    ----------
    report : callable
        Told of unexpected errors (with their traceback), for the server's log.
    """

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._report = report

    def dismiss_problem(self) -> None:
        """Forget the last problem."""
        self.problem = None

    def report_problem(self, message: str, hint: str = "") -> None:
        """Show a problem that a view met, such as a file too large to be sent."""
        self.problem = Problem(message, hint)

    def _complain(self, error: Exception) -> None:
        if isinstance(error, LprvizError):
            self.problem = Problem(error.message, error.hint)
        else:
            self._report(error)
            self.problem = Problem(UNEXPECTED, "If it happens again, please report what you did.")
