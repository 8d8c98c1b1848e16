"""A bad line in short; ``python -m tests.scorecard`` lets it blow for longer."""

import pytest

from tests.reliability.rig import run
from tests.reliability.storms import storm
from tests.reliability.styles import STYLES, Style
from tests.reliability.test_message_faults import holds


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_storm_never_makes_a_wrong_book_live(style: Style) -> None:
    """Two seconds of everything at once; what is LIVE is right, and afterwards all is LIVE."""
    holds(run(storm(style, 2.0, seed=301), 120))
