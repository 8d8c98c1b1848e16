"""What befalls a feed of real messages is seen in the pill in time, greyed, and healed."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from monitor.app import venue_sources
from monitor.protocol.facts import Facts
from tests.chaos.proxy import ChaosProxy
from tests.emulators.replayed import ReplayedVenue, asking
from tests.emulators.waiting import until
from tests.gui.end_to_end.belief import SIDES, grey, healed, inks
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import CTRL, Scene
from tests.gui.end_to_end.served import venue_of, watching

FRAME_S = 0.5
"""What a busy machine may take to draw what it knows."""
SURE_LEVELS = 500
"""The best half of the recorded snapshots: known at any later moment too."""
SYMBOL = "BTCUSDT"
UPDATE = re.compile(rb'^\{"stream":"btcusdt@depth@100ms"')


@pytest.fixture(autouse=True)
def _sure(_only_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books are asked for with as many levels as the recording can always tell."""
    here = venue_sources.with_hosts

    def asked(facts: Facts, addresses: str) -> Facts:
        return asking(here(facts, addresses), SURE_LEVELS)

    monkeypatch.setattr(venue_sources, "with_hosts", asked)


@asynccontextmanager
async def seen_live(
    folder: Path, shared_data: Path
) -> AsyncIterator[tuple[Scene, ChaosProxy, ReplayedVenue]]:
    """The program on a recording of Binance, LIVE and in colour."""
    venue = venue_of(shared_data / "binance/btc_eth_dot_20210404.jsonl.zst", 2)
    async with watching(folder, venue, SYMBOL) as (scene, proxy):
        await scene.live()
        await until(lambda: len(scene.market.tape) > 3, "trades")
        await scene.drawn()
        assert inks(scene, "ladder") & set(SIDES)
        yield scene, proxy, venue


def is_whole(scene: Scene, venue: ReplayedVenue) -> bool:
    """True where the best levels are those that the recording has told by now."""
    bids, asks = venue.players[SYMBOL].book.sides
    book = scene.market.book
    return (bids[:20], asks[:20]) == (book.bids.top(20), book.asks.top(20))


def test_a_cut_of_a_recorded_feed_is_down_and_heals(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    """The venue is gone: DOWN at once, grey; back again, the book is the recording's."""

    async def play() -> None:
        async with seen_live(tmp_path, shared_data) as (scene, proxy, venue):
            await proxy.stop()
            assert await scene.says("DOWN") < 3
            await grey(scene)
            await until(lambda: "next try in" in scene.pill, "the countdown")
            await proxy.start()
            await scene.press(Qt.Key.Key_G, CTRL)
            await healed(scene)
            await until(lambda: is_whole(scene, venue), "the recorded book")

    run(play())


def test_a_recorded_update_that_is_lost_is_a_gap_and_heals(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    """GAP at the next update, counted; the numbers of the real messages tell, nothing else does."""

    async def play() -> None:
        async with seen_live(tmp_path, shared_data) as (scene, _, venue):
            venue.answering.clear()
            venue.loses = UPDATE
            await until(lambda: venue.loses is None, "the loss")
            assert await scene.says("GAP") < 1 + FRAME_S
            await until(lambda: "gaps 1" in scene.window.status.words(), "the counted gap")
            assert not scene.depth.believed
            venue.answering.set()
            await healed(scene)
            await until(lambda: is_whole(scene, venue), "the recorded book")
            counters = scene.market.verdict(scene.desk.now()).counters
            assert (1, 0) == (counters.gaps, counters.reconnects)

    run(play())


@pytest.mark.parametrize("fault", ["mute", "dead"])
def test_a_recorded_feed_that_falls_silent_is_stale_and_heals(
    run: Run, tmp_path: Path, shared_data: Path, fault: str
) -> None:
    """Mute: only pings pass; dead: no byte does. STALE within 3 s with its age; left within 5 s."""

    async def play() -> None:
        async with seen_live(tmp_path, shared_data) as (scene, proxy, venue):
            before, begun = proxy.accepted, time.monotonic()
            stop = proxy.mute if fault == "mute" else proxy.black_hole
            stop(True)
            assert await scene.says("STALE") <= 3 + FRAME_S
            age = float(scene.pill.split()[1])
            assert 3 <= age <= 3 + FRAME_S
            await grey(scene)
            await until(lambda: proxy.accepted > before, "a new connection")
            assert time.monotonic() - begun <= 5 + 2 * FRAME_S
            stop(False)
            await scene.press(Qt.Key.Key_G, CTRL)
            await healed(scene)
            await until(lambda: is_whole(scene, venue), "the recorded book")

    run(play())
