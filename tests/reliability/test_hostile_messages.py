"""Row 20 in short; ``python -m tests.scorecard`` runs it in full."""

import pytest

from tests.reliability.hostile_messages import fuzzed, hostile
from tests.reliability.styles import STYLES, Style
from tests.reliability.test_message_faults import holds

styles = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


@styles
def test_monsters_are_rejected_within_ten_milliseconds(style: Style) -> None:
    """Counted as bad, nothing raised, and the venue is understood as before."""
    holds(hostile(style, seed=201))


@styles
def test_twenty_thousand_spoilt_messages_stop_nothing(style: Style) -> None:
    """Whatever a message is, hearing it never raises."""
    holds(fuzzed(style, 20_000, seed=202))
