"""The command beside an exported picture draws that picture."""

import json
import shlex
from pathlib import Path

from monitor.gui.panels.depth import DepthPanel
from monitor.gui.window.redraw_command import redraw_command
from tests.gui.window.conftest import Stage
from tests.gui.window.test_cards import Tape


def test_it_names_the_span_that_suited_the_book(stage: Stage) -> None:
    """Nobody picked it, and the workspace doesn't keep it; the picture had it."""
    stage.frames(0.4)
    stage.program.replay = Tape()
    [panel] = [one for one in stage.window.workbench.panels() if isinstance(one, DepthPanel)]
    assert "span" not in panel.settings()
    words = shlex.split(redraw_command(stage.program, panel, Path("x.png"), (640, 480), 1))
    told = json.loads(words[words.index("--settings") + 1])
    assert panel.span is not None
    assert told == {"span": panel.span, "logarithmic": False, "in_quote": False}
