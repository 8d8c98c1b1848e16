"""No panel takes a plain letter: a letter typed anywhere opens the symbol palette."""

import pytest
from pytestqt.qtbot import QtBot

from monitor.app.plugins import panel_kinds
from monitor.gui.kit.panel import Surroundings


@pytest.mark.parametrize("kind", ["depth", "ladder", "price", "tape"])
def test_plain_letters_are_left_to_the_palette(
    qtbot: QtBot, surroundings: Surroundings, kind: str
) -> None:
    """Whatever panel has the focus, its own keys are signs, digits, or letters with Alt."""
    panel = panel_kinds()[kind](surroundings)
    qtbot.addWidget(panel)
    letters = [action.key for action in panel.actions_offered() if len(action.key) == 1]
    assert [] == [key for key in letters if key.isalpha()]
    assert panel.actions_offered()
