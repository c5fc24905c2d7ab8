"""A report of the gallery: ``page`` as HTML, ``values`` for JSON, ``svg`` for the charts."""

from lprviz.gallery.report.page import report_page
from lprviz.gallery.report.values import report_values

__all__ = ["report_page", "report_values"]
