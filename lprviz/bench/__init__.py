"""Measurements as ratios: ``python -m lprviz.bench NAME --json FILE``.

Absolute times describe a machine; what can be promised is a ratio against a peer or a limit measured in the same run,
the two sides taking turns so that a busy moment hits both.

===========  =======================================================================
engine       toggles, previews, gains and alpha against skmatter and against memory
  reasons    previews, who holds whom, suggestions, against really adding or removing
pipeline     reading, validation, descriptors, projection and the disk cache
app          the dashboard in a browser: click to recoloured atoms, first paint
served       what the app benchmark serves
browser      its server and its browser
entries      what one line of the report holds
timing       taking turns, medians and 95th percentiles
workloads    the structures measured on
===========  =======================================================================
"""
