"""Rows 25 to 27 in short; ``python -m tests.scorecard`` runs them in full."""

from pathlib import Path

import pytest

from monitor.model.time import HOUR
from tests.reliability.clock_and_disk import (
    NoDisk,
    full_disk,
    killed_recordings,
    small_disk,
    stepped_clock,
)
from tests.reliability.rig import run
from tests.reliability.styles import STYLES, Style
from tests.reliability.test_message_faults import holds

styles = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


@styles
@pytest.mark.parametrize("step_ns", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_stepped_clock_changes_no_age(style: Style, step_ns: int) -> None:
    """States and books neither; the difference of the clocks is told."""
    holds(run(stepped_clock(style, step_ns, seed=251)))


def test_a_killed_recorder_loses_less_than_a_second(tmp_path: Path) -> None:
    """At moments nobody chose."""
    holds(killed_recordings(tmp_path, 2, seed=261))


@styles
def test_a_full_disk_stops_the_recording_and_not_the_feed(style: Style, tmp_path: Path) -> None:
    """One sentence, a readable file, and a book that is LIVE all the while."""
    try:
        with small_disk(tmp_path) as folder:
            holds(run(full_disk(style, folder, seed=271)))
    except NoDisk as reason:
        pytest.skip(str(reason))
