"""Observable state without a screen: what is loaded, trained, coloured and looked at. The only writer of it.

session     the intents
  keeping     those about links, files and scripts
  comparing   those about pins
  previews    what a switch would do, before it is made
  toys        those about toys
  machinery   how the state asked for is reached: at once, or by the worker
  problems    what went wrong
  state       what views watch
values      the frozen values it is made of
edits       what an edit does to the training set
history     the edits as a tree: undo, redo, branches
metrics     a fit in three numbers
library     what all sessions of a process share
plans       what the worker is asked to do
quantities  what atoms can be coloured by
studies     questions that take background work
gains       what each structure outside training would be worth
gallery     entries of the gallery, opened and run
records     a session as plain text: links, files
scripts     what is on show as a Python script
exporting   what is on show as a file for other programs
autosave    sessions kept on the server's disk
descriptions  what the picture says in words
pictures    state to values and colour scale
"""

from lprviz.session.session import Session

__all__ = ["Session"]
