"""What a switch would do, in words."""

from __future__ import annotations

from lprviz.analysis.preview import Preview
from lprviz.core.colours import format_value


def preview_title(preview: Preview) -> str:
    """Return what is previewed, so that nobody takes it for the state."""
    return f"Preview: {'adding' if preview.joins else 'removing'} structure {preview.structure}"


def preview_line(preview: Preview) -> str:
    """Return the mean change and the worst atom before and after, in one line."""
    (_, before), (_, after) = preview.worst_before, preview.worst_after
    mean = f"{preview.mean_change:+.2g}".replace("-", "\N{MINUS SIGN}")
    return f"Mean log10 LPR {mean}; lowest LPR {format_value(before)} → {format_value(after)}"
