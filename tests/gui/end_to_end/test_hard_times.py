"""A slow screen, a flood, a blocked window, a sleep: ages stay right and LIVE stays true."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from monitor.export.table import Table
from monitor.feeds.clock import Clock
from monitor.gui.kit import frame_clock
from monitor.gui.kit.panel import BELIEVED, Panel
from monitor.model.time import MS, SECOND
from monitor.model.verdict import State
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import Scene, opened, opened_on

DEMO = "demo:BTC-USDT"
FLOOD = 20_000
FLOOD_S = 3.0
SLOW_NS = 70 * MS


class SlowPanel(Panel):
    """Takes its time to draw, every frame."""

    kind = "slow"
    title = "Slow"
    needs = ("book",)
    takes_s = 0.08

    def draw(self, now: int) -> None:
        until_then = time.monotonic() + self.takes_s
        while time.monotonic() < until_then:
            pass

    def paint_body(self, painter: QPainter, area: QRectF) -> None: ...

    def table(self) -> Table:
        return Table((), ())


def test_a_screen_slower_than_the_feed_stays_current(run: Run, tmp_path: Path) -> None:
    """Frames of 80 ms on a quick feed: the book is the venue's, nothing piles up, the lag is told."""

    async def play() -> None:
        emulator = KrakenEmulator(interval_s=0.003)
        async with opened_on(tmp_path, {"kraken": emulator}, "kraken:BTC/USD") as scene:
            await scene.live()
            scene.window.workbench.kinds = {**scene.window.workbench.kinds, "slow": SlowPanel}
            scene.window.add_panel("slow")
            clock, bench = scene.shown.clock, scene.window.workbench
            clock.gaps_ns.clear()
            await until(lambda: sum(gap > SLOW_NS for gap in clock.gaps_ns) > 12, "slow frames")
            assert any(isinstance(one, SlowPanel) for one in bench.panels())
            figures = scene.desk.figures("kraken:BTC/USD")
            assert figures is not None
            assert 0 <= figures.lag_p50_ms < 2_000
            assert "lag p50" in scene.window.status.words()
            await until(lambda: scene.pill.endswith("ms"), "the lag in the pill")
            await scene.equals(emulator, "BTC/USD")

    run(play())


def test_a_flood_keeps_frames_coming(run: Run, tmp_path: Path) -> None:
    """Row 22 in short: 20,000 messages a second for some seconds from the real demo process."""

    async def play() -> None:
        async with opened(tmp_path, DEMO, demo_rate=FLOOD) as scene:
            await scene.live()
            clock = scene.shown.clock
            begun, frames = time.monotonic(), clock.frames
            figures = scene.desk.figures(DEMO)
            assert figures is not None
            heard = figures.messages
            await until(lambda: time.monotonic() - begun > FLOOD_S, "the time of the flood")
            figures = scene.desk.figures(DEMO)
            assert figures is not None
            assert figures.messages - heard > 1_000 * FLOOD_S
            assert clock.frames - frames >= 4 * FLOOD_S
            assert 0 == figures.dropped == figures.gaps
            assert "lag p50" in scene.window.status.words()
            # What it is called is true: LIVE, or not LIVE where it could not be kept up.
            assert (scene.state in BELIEVED) == scene.depth.believed
            await scene.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: scene.window.palette_card.list.rows, "the palette")

    run(play())


class Witness:
    """Sees each frame after the window has drawn it: the pill, the book's version and its age."""

    def __init__(self, scene: Scene) -> None:
        self.seen: list[tuple[str, int, float]] = []
        self._scene = scene
        scene.shown.clock.add(self)

    def frame(self, now: int) -> bool:
        market = self._scene.market
        self.seen.append((self._scene.pill, market.version, market.verdict(now).age_s(now)))
        return False


def test_a_window_blocked_for_three_seconds_lies_about_nothing(run: Run, tmp_path: Path) -> None:
    """Row 23: no frame shows an old book as LIVE; then all is current, and nothing was lost."""

    async def play() -> None:
        async with opened(tmp_path, DEMO) as scene:
            await scene.live()
            await until(lambda: len(scene.market.tape) > 3, "trades")
            assert State.LIVE is scene.state
            version, witness = scene.market.version, Witness(scene)
            until_then = time.monotonic() + 3.2
            while time.monotonic() < until_then:
                pass
            verdict, now = scene.market.verdict(scene.desk.now()), scene.desk.now()
            assert (State.STALE, True) == (verdict.state, verdict.age_s(now) >= 3)
            await until(lambda: scene.market.version > version + 20, "what came meanwhile")
            await scene.live(10)
            assert witness.seen
            lies = [one for one in witness.seen if one[0].startswith("LIVE") and one[2] > 3]
            assert [] == lies
            counters = scene.market.verdict(scene.desk.now()).counters
            assert (0, 0) == (counters.gaps, counters.reconnects)

    run(play())


def test_after_a_sleep_all_is_stale_then_live_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 24: the clocks leap an hour; not LIVE at the first look, LIVE within 5 s, a hole drawn."""
    slept = 0
    monotonic, wall = time.monotonic_ns, time.time_ns
    ours = Clock(lambda: monotonic() + slept, lambda: wall() + slept)
    monkeypatch.setattr(time, "monotonic_ns", ours.monotonic_ns)
    monkeypatch.setattr(time, "time_ns", ours.time_ns)
    monkeypatch.setattr(frame_clock, "monotonic_ns", ours.monotonic_ns)

    async def play() -> None:
        nonlocal slept
        emulator = KrakenEmulator(interval_s=0.03)
        async with opened_on(tmp_path, {"kraken": emulator}, "kraken:BTC/USD", ours) as scene:
            await scene.live()
            await until(lambda: len(scene.market.tape) > 3, "trades")
            witness = Witness(scene)
            slept = 3_600 * SECOND
            # No connection outlives the night.
            for client in list(emulator.clients):
                client.connection.transport.abort()
            assert State.STALE is scene.state
            begun = time.monotonic()
            await until(lambda: witness.seen, "a frame")
            await until(lambda: scene.state is State.LIVE, "LIVE")
            await scene.live()
            assert time.monotonic() - begun < 5
            lies = [one for one in witness.seen if one[0].startswith("LIVE") and one[2] > 3]
            assert [] == lies
            trades = scene.market.tape.count
            await until(lambda: scene.market.tape.count > trades, "a trade after the sleep")
            await until(lambda: hole(scene) > 3_500, "the hole in the chart")
            await scene.equals(emulator, "BTC/USD")

    run(play())


def hole(scene: Scene) -> float:
    """The longest time that the chart hatches, in seconds."""
    return max((stop - start for start, stop in scene.price.chart.hatching.spans), default=0.0)
