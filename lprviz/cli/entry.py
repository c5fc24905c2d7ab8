"""Entry point of the ``lprviz`` command: exit status 0 done, 2 unusable input, 130 interrupted."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from lprviz.cli.arguments import build_parser
from lprviz.cli.reporting import Report
from lprviz.errors import LprvizError
from lprviz.progress import Cancelled

DONE, UNUSABLE_INPUT, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; returns the exit status and never shows a traceback for unusable input."""
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as stop:  # argparse has printed its message; --help stops with 0
        return stop.code if isinstance(stop.code, int) else UNUSABLE_INPUT
    report = Report(quiet=options.quiet)
    try:
        import_module(f"lprviz.cli.{options.command}").run(options, report)
        sys.stdout.flush()
    except LprvizError as error:
        report.error(error)
        return UNUSABLE_INPUT
    except MemoryError:
        report.error(LprvizError("There is not enough memory for this.", "Use fewer structures or smaller hypers."))
        return UNUSABLE_INPUT
    except (KeyboardInterrupt, Cancelled):
        report.interrupted()
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
    return DONE


def _let_go_of_stdout() -> None:
    """The reader (``head``, say) has had enough; stop the interpreter from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
