"""The ``lprviz`` command, headless: everything the dashboard computes, without Panel.

===========  ====================================================================
entry        `main`: parse, dispatch, errors to one line and an exit status
arguments    the command line itself
inputs       files given for several roles, read once and joined into one data set
reporting    progress and notes on stderr, JSON and tables on stdout
outputs      files written whole or not at all
lpr, suggest, alpha, calibrate, describe, datasets, gallery, lessons
             one sub-command each: ``run(options, report) -> None``
archives     published archives, for ``datasets``
===========  ====================================================================
"""

from lprviz.cli.entry import main

__all__ = ["main"]
