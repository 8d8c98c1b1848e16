"""Each part of the benchmark that draws or runs the program, in a short form: rows with sane values."""

import math
import os
import shutil
import sys
from collections.abc import Sequence

import pytest

from monitor.app.bench import start_up, whole_app
from monitor.app.bench.command import ALSO, PARTS, as_json, as_markdown
from monitor.app.bench.measure import Row
from monitor.app.bench.program_run import OFFSCREEN, run_program, screens
from monitor.app.failure import JobFailed

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from monitor.app.bench.candle_paint import application
from monitor.app.bench.depth_paint import depth_pictures, depth_rows

LINE = {
    "t_s": 1.0, "frames_per_s": 60.0, "drawn_per_s": 58.0, "messages_per_s": 900.0, "cpu_s": 1.0,
    "frame_gap_ms": {"p50": 16.0, "p99": 18.0, "max": 20.0},
    "read_to_paint_ms": {"p50": 9.0, "p99": 19.0, "max": 21.0},
}  # fmt: skip


def _sane(rows: Sequence[Row]) -> bool:
    return all(math.isfinite(row.value) and row.value > 0 for row in rows)


def test_what_is_drawn_is_measured_whole() -> None:
    """Our item and its peer both put ink on most of the chart before they are compared."""
    application()
    ours, peer = depth_pictures()
    for picture in (ours, peer):
        ground = picture.pixelColor(2, 2)
        places = [(x, picture.height() - 60) for x in range(10, picture.width() - 100, 20)]
        inked = sum(picture.pixelColor(x, y) != ground for x, y in places)
        assert inked > len(places) * 0.8


def test_depth_is_held_to_its_target() -> None:
    """T6 is a ratio, with what it is made of beside it."""
    rows = depth_rows(frames=1)
    assert ("T6", "≥ 20") == (rows[0].target, rows[0].limit)
    assert _sane(rows)
    assert "PlotDataItem" in rows[0].detail


def test_the_program_is_measured_at_a_rate() -> None:
    """A run of the real program gives its own processor time, messages, frames and delays."""
    run = whole_app.measured(OFFSCREEN, 500, 2.0, warm_up_s=3.0)
    assert all(math.isfinite(value) and value > 0 for value in run)
    assert run.delay_p50_ms <= run.delay_p99_ms


def test_figures_are_of_the_time_between_the_lines() -> None:
    """What was spent before the first line counts no more; the rest are medians."""
    later = LINE | {"t_s": 3.0, "cpu_s": 1.5}
    found = whole_app.figures([LINE, later])
    assert pytest.approx(25.0) == found.core_percent
    assert (900.0, 60.0, 9.0, 19.0) == (
        found.messages_per_s,
        found.frames_per_s,
        found.delay_p50_ms,
        found.delay_p99_ms,
    )


def test_the_floor_is_measured_on_the_same_screen() -> None:
    """A bare widget repaints, and hearing alone costs something."""
    assert 0 < whole_app.bare_percent(OFFSCREEN, 0.5) < 100
    assert 0 < whole_app.wire_percent(500, 0.5) < 100


def test_panels_come_after_the_first_paint() -> None:
    """By the clock and by the processor; the window doesn't wait for what is in it."""
    bare = start_up.bare(OFFSCREEN)
    first, panels = start_up.program(OFFSCREEN)
    assert 0 < first.wall_ms < panels.wall_ms
    assert 0 < bare.cpu_ms < first.cpu_ms < panels.cpu_ms / 2


def test_a_program_that_ends_by_itself_is_told_of() -> None:
    """Its own sentence is handed on."""
    with pytest.raises(JobFailed, match=r"ended by itself: .*nobody"):
        run_program(OFFSCREEN, ["--watch", "nobody:X"], lambda _: False)


def test_offscreen_is_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no X server to start, Qt draws into memory."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with screens() as found:
        assert {"offscreen": OFFSCREEN} == found


@pytest.mark.skipif(sys.platform != "linux", reason="an X server is started on Linux only")
def test_an_x_server_is_started_where_there_is_one() -> None:
    """It has a display of its own, and is not the user's."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb here")
    with screens() as found:
        assert found["Xvfb"]["DISPLAY"].startswith(":")
        assert found["Xvfb"]["DISPLAY"] != os.environ.get("DISPLAY")


def test_every_target_has_its_part() -> None:
    """What can be named with --only; T5 is measured along with T4."""
    assert {"T1", "T3", "T4", "T6", "T8", "T10", "T11", "T12", "T13"} <= set(PARTS)
    assert set(ALSO.values()) <= set(PARTS)


def test_rows_are_told_both_ways() -> None:
    """The table is Markdown for people and JSON for programs."""
    row = Row("T6", "depth", 21.0, "×", "≥ 20", met=True, detail="made of")
    assert "| T6 | depth | 21 × | ≥ 20 | met | made of |" in as_markdown([row])
    assert '"target": "T6"' in as_json([row])
