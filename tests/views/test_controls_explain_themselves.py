"""Every button says what it does, under a name that begins with what is written on it."""

import panel_material_ui as pmui
import pytest

from lprviz.views.colour_panel import ColourPanel
from lprviz.views.data_panel import DataPanel
from lprviz.views.deferral import Deferral
from lprviz.views.header import Header
from lprviz.views.problem_banner import ProblemBanner
from lprviz.views.representation_panel import RepresentationPanel
from lprviz.views.status_bar import StatusBar
from lprviz.views.style import SIDE_TIP, TIP
from lprviz.views.training_panel import TrainingPanel
from lprviz.views.viewer_panel import ViewerPanel

PANELS = (ColourPanel, DataPanel, Header, ProblemBanner, RepresentationPanel, StatusBar, ViewerPanel)
WORDLESS = (pmui.IconButton,)
BUTTONS = (pmui.Button, pmui.MenuButton, *WORDLESS)
INPUTS = (pmui.Select, pmui.IntInput, pmui.FloatInput, pmui.IntSlider, pmui.FloatSlider)


def all_views(session):
    yield from (panel(session).view for panel in PANELS)
    yield TrainingPanel(session, Deferral(None)).view


def controls(session, kinds):
    found = [each for view in all_views(session) for each in view.select(lambda part: isinstance(part, kinds))]
    assert len(found) >= 8
    return found


def test_every_button_has_a_tooltip_wide_enough_to_read(session):
    for button in controls(session, BUTTONS):
        assert button.description, button.css_classes
        assert {TIP, SIDE_TIP} & set(button.stylesheets), button.css_classes


def test_the_name_of_a_button_begins_with_what_is_written_on_it(session):
    for button in controls(session, BUTTONS):
        if not isinstance(button, WORDLESS):
            assert button.description.startswith(button.label), button.description


def test_every_input_is_labelled(session):
    for control in controls(session, INPUTS):
        assert control.label.strip(), control.css_classes


@pytest.mark.parametrize("alpha", [1e-4, 0.02])
def test_the_button_that_unpins_says_what_is_pinned(session, alpha):
    session.set_alpha(alpha)
    panel = ColourPanel(session)
    session.set_pin()
    assert panel._pin.label == f"Unpin (10 structures, α {str(alpha).replace('0.0001', '1e−4')})"
    assert panel._pin.description.startswith(panel._pin.label)
    session.clear_pin()
    assert panel._pin.label == "Pin this training set"
