"""The gallery: phenomena on real structures and on toys, each with what is expected and what is obtained.

==============  =====================================================================================================
claims          `Claim`, `Finding`, `Section`, `Chart`: expectations, values and pictures as plain numbers
entry           `GalleryEntry` -> `Study` (open it) -> `run` -> `GalleryResult`
catalogue       `ENTRIES`, `gallery_entry`
toys            small data sets whose local truth is known; the fourteen phenomena; the seven points
toy_entries     the toys as entries
systems         silicon, silicon carbide, carbon, molecules, a network
report          a self-contained HTML page, from results
==============  =====================================================================================================

Ranges are fixed from theory, from the published recipe or from figures known beforehand. Where our data does not bear
one out, the entry says so beside it (`GalleryEntry.disagreements`); the range stays.

Examples
--------
>>> result = run(gallery_entry("silicon-carbide"))                       # doctest: +SKIP
>>> result.findings                                                       # doctest: +SKIP
"""

from lprviz.gallery.catalogue import ENTRIES, gallery_entry
from lprviz.gallery.claims import Chart, Claim, Finding, Section, Series
from lprviz.gallery.entry import GalleryEntry, GalleryResult, Study, TrainingSet, not_run, run
from lprviz.gallery.toys import Outcome, Toy, phenomenon

__all__ = [
    "ENTRIES",
    "Chart",
    "Claim",
    "Finding",
    "GalleryEntry",
    "GalleryResult",
    "Outcome",
    "Section",
    "Series",
    "Study",
    "Toy",
    "TrainingSet",
    "gallery_entry",
    "not_run",
    "phenomenon",
    "run",
]
