"""A session as plain text, for links, files and autosave: written from frozen values, hostile until parsed.

==============  ===================================================================================
record          `SessionRecord`: what is kept of a session
  plain         the same as a mapping of plain values, and back, checked
  model_plain   settings and models as plain values
  fields        reading plain values strictly
  index_text    sets of indices as short text
taking          a session's state as a record
link            a record as text that fits into an address
file            a record as JSON, with what another machine needs
embedding       structures and features as text inside it
restoring       a record as work for the worker: data found, model computed, pins and history brought back
==============  ===================================================================================
"""
