"""What a switch would do, in words."""

from lprviz.core.colours import format_value
from lprviz.views.preview_words import preview_line, preview_title


def test_words_say_what_is_switched_and_what_comes_of_it(session):
    inside = session.members[0]
    outside = min(set(range(12)) - set(session.members))
    joining, leaving = session.fit.preview(outside), session.fit.preview(inside)
    assert preview_title(joining) == f"Preview: adding structure {outside}"
    assert preview_title(leaving) == f"Preview: removing structure {inside}"
    assert preview_line(joining).startswith("Mean log10 LPR +")
    assert preview_line(leaving).startswith("Mean log10 LPR −")
    lowest = format_value(session.fit.add(outside).lpr.min())
    assert preview_line(joining).endswith(f"{format_value(session.fit.lpr.min())} → {lowest}")
