"""What befalls a feed is seen in the pill within its time, the numbers go grey, and all heals."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import Qt

from tests.chaos.proxy import ChaosProxy
from tests.emulators.binance import BinanceEmulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.waiting import until
from tests.gui.end_to_end.belief import SIDES, grey, healed, inks
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import CTRL, Scene, opened, opened_on, reached

BTC = "kraken:BTC/USD"
FRAME_S = 0.5
"""What a busy machine may take to draw what it knows."""


@asynccontextmanager
async def proxied(folder: Path) -> AsyncIterator[tuple[Scene, ChaosProxy, KrakenEmulator]]:
    """The program on a venue behind a network that can fail."""
    async with KrakenEmulator(interval_s=0.05) as emulator, ChaosProxy(emulator.port) as proxy:
        found = reached(kraken=f"{proxy.moved(emulator.url)} {emulator.rest_url}")
        async with opened(folder, BTC, found) as scene:
            await scene.live()
            await until(lambda: len(scene.market.tape) > 3, "trades")
            await scene.drawn()
            assert inks(scene, "ladder") & set(SIDES)
            yield scene, proxy, emulator


def test_a_cut_is_down_with_its_reason_and_a_countdown(run: Run, tmp_path: Path) -> None:
    """A reset connection to a venue that is gone: DOWN; "retry now" finds it when it is back."""

    async def play() -> None:
        async with proxied(tmp_path) as (scene, proxy, _):
            await proxy.stop()
            assert await scene.says("DOWN") < 3
            await grey(scene)
            await until(lambda: "next try in" in scene.pill, "the countdown")
            await scene.press(Qt.Key.Key_I, CTRL)
            card = scene.window.feed_card
            await until(lambda: "refused the connection" in card.proof.text(), "the reason")
            assert card.retry.isVisible()
            # Let the waits grow, so that coming back is the key's doing.
            await until(lambda: waits(scene) > 1.5, "a longer wait", 40)
            await proxy.start()
            await scene.press(Qt.Key.Key_G, CTRL)
            begun = time.monotonic()
            await healed(scene)
            assert time.monotonic() - begun < 1.5 + FRAME_S
            await until(lambda: not card.retry.isVisible(), "no more retry")

    run(play())


def waits(scene: Scene) -> float:
    """Seconds till the next try."""
    verdict = scene.market.verdict(scene.desk.now())
    return max(0, verdict.next_try - scene.desk.now()) / 1e9


def pulsed(emulator: BinanceEmulator, scene: Scene) -> bool:
    """Let the market go on by one message; True once all is live."""
    emulator.pulse()
    return scene.pill.startswith("LIVE")


def test_a_lost_message_is_a_gap_at_the_next_one(run: Run, tmp_path: Path) -> None:
    """GAP within one message, held until the book is whole again; counted in the status bar."""

    async def play() -> None:
        emulator = BinanceEmulator(interval_s=0)
        symbol = "BTCUSDT"
        async with opened_on(tmp_path, {"binance": emulator}, f"binance:{symbol}") as scene:
            await until(lambda: emulator.clients, "a client")
            await until(lambda: pulsed(emulator, scene), "LIVE")
            emulator.answering.clear()
            emulator.faults.drop_next()
            while not emulator.faults.done:
                emulator.pulse()
            emulator.pulse()
            assert await scene.says("GAP") < 1 + FRAME_S
            assert not scene.depth.believed
            await until(
                lambda: "gaps 1" in scene.window.status.words(), "the gap in the status bar"
            )
            emulator.answering.set()
            await until(lambda: pulsed(emulator, scene), "LIVE")
            assert scene.price.bad.spans(scene.desk.wall())
            await scene.equals(emulator, symbol)

    run(play())


def test_a_mute_venue_is_stale_within_three_seconds(run: Run, tmp_path: Path) -> None:
    """Pings are answered and nothing is said: STALE with its age, LIVE when it speaks again."""

    async def play() -> None:
        async with proxied(tmp_path) as (scene, _, emulator):
            emulator.mute()
            assert await scene.says("STALE") <= 3 + FRAME_S
            await grey(scene)
            first = float(scene.pill.split()[1])
            assert first >= 3
            emulator.mute(False)
            await healed(scene)

    run(play())


def test_a_dead_connection_is_stale_within_three_seconds_and_renewed(
    run: Run, tmp_path: Path
) -> None:
    """A pulled cable: no byte either way. A new connection within five seconds heals it."""

    async def play() -> None:
        async with proxied(tmp_path) as (scene, proxy, _):
            before = proxy.accepted
            proxy.black_hole()
            begun = time.monotonic()
            assert await scene.says("STALE") <= 3 + FRAME_S
            await grey(scene)
            await until(lambda: proxy.accepted > before, "a new connection")
            assert time.monotonic() - begun <= 5 + 2 * FRAME_S
            proxy.black_hole(False)
            await scene.press(Qt.Key.Key_G, CTRL)
            await healed(scene)

    run(play())
