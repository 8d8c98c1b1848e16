"""A desk on real sockets: the demo's own child, and venues emulated on loopback."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import qasync

from monitor.app.check import judge
from monitor.app.desk import Desk
from monitor.app.store import Store
from monitor.gui.kit.qt_pulse import QtPulse
from monitor.market.market import Market
from monitor.model.time import MINUTE
from monitor.model.verdict import State
from monitor.workspace.settings import Network, RecordingSettings, Settings
from tests.emulators.binance import BinanceEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.open_feed import OpenFeedEmulator
from tests.emulators.waiting import until

LIMIT_S = 60
DEMO = "demo:BTC-USDT"

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def run(loop: qasync.QEventLoop) -> Run:
    """Run a coroutine in Qt's loop, with patience."""

    def run(job: Awaitable[None]) -> None:
        loop.run_until_complete(asyncio.wait_for(job, LIMIT_S))

    return run


@asynccontextmanager
async def open_desk(folder: Path, settings: Settings | None = None) -> AsyncIterator[Desk]:
    """A desk whose settings and recordings lie in a folder of the test's own."""
    store = Store(folder / "config")
    recording = RecordingSettings(folder=str(folder / "recordings"))
    store.save_settings(msgspec.structs.replace(settings or Settings(), recording=recording))
    desk = Desk(store, pulse=QtPulse)
    try:
        yield desk
    finally:
        await desk.close()
        store.close()


def reached(emulator: Emulator, venue: str) -> Settings:
    """Settings in which a venue is found at its emulator."""
    return Settings(network=Network(hosts={venue: f"{emulator.url} {emulator.rest_url}"}))


def state(desk: Desk, market: Market) -> State:
    return market.verdict(desk.now()).state


async def live(desk: Desk, market: Market) -> None:
    await until(lambda: state(desk, market) is State.LIVE, f"LIVE of {market.instrument.id}", 30)


def test_the_demo_is_live_with_all_it_offers(run: Run, tmp_path: Path) -> None:
    """Watched at once, live soon after: book, trades, list, 24 h figures, the past, and figures."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            market = desk.watch(DEMO)
            assert (State.CONNECTING, "DEMO") == (state(desk, market), desk.badge(DEMO))
            await live(desk, market)
            assert market is desk.markets.get(DEMO)
            await until(lambda: len(market.tape), "a trade")
            await until(lambda: market.instrument.tick_size == Decimal("0.01"), "the list")
            desk.ask_stats([DEMO])
            await until(lambda: DEMO in desk.markets.day_stats, "24 h figures")
            desk.ask_candles(DEMO, MINUTE, desk.wall(), 100)
            await until(lambda: len(market.candles(MINUTE)) > 50, "the past")

            def told() -> bool:
                figures = desk.figures(DEMO)
                return figures is not None and figures.lag_p50_ms >= 0 < figures.messages_per_s

            await until(told, "figures")
            figures = desk.figures(DEMO)
            assert figures is not None
            assert 0 <= figures.lag_p50_ms <= figures.lag_p99_ms
            assert (0, 0, 0) == (figures.gaps, figures.dropped, figures.rejected)
            assert "LIVE" == figures.log[-1].state
            assert figures.url.startswith("ws://127.0.0.1:")
            desk.release(DEMO)
            assert desk.markets.get(DEMO) is None
            assert desk.figures(DEMO) is None

    run(play())


def test_as_many_releases_as_watches(run: Run, tmp_path: Path) -> None:
    """A market stays alive until the last of its users has let it go."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            market = desk.watch(DEMO)
            assert market is desk.watch(DEMO)
            await live(desk, market)
            desk.release(DEMO)
            assert (market, State.LIVE) == (desk.markets.get(DEMO), state(desk, market))
            desk.release(DEMO)
            assert desk.markets.get(DEMO) is None
            desk.release(DEMO)

    run(play())


@pytest.mark.parametrize(
    ("venue", "made"), [("kraken", KrakenEmulator), ("binance", BinanceEmulator)]
)
def test_a_venue_is_shown_as_it_is(
    run: Run, tmp_path: Path, venue: str, made: type[Emulator]
) -> None:
    """Through real sockets and HTTP, the market's best levels become those of the venue."""

    async def play() -> None:
        async with made() as emulator, open_desk(tmp_path, reached(emulator, venue)) as desk:
            listed = next(iter(emulator.listings))
            market = desk.watch(f"{venue}:{listed}")
            await live(desk, market)
            emulator.paused = True
            emulator.pulse()
            picture = emulator.book(listed)

            def equal() -> bool:
                bids = [_pair(level) for level in picture.bids(10)]
                asks = [_pair(level) for level in picture.asks(10)]
                return (bids, asks) == (market.book.bids.top(10), market.book.asks.top(10))

            # Both sides: the last message may change but one of them.
            await until(equal, "the venue's own levels")
            figures = desk.figures(f"{venue}:{listed}")
            assert figures is not None
            assert emulator.url.partition("?")[0].split("/")[2] in figures.url

    run(play())


def test_a_feed_nobody_serves_is_down_and_retried(run: Run, tmp_path: Path) -> None:
    """DOWN with the reason in words; "retry now" finds the feed as soon as it is there."""

    async def play() -> None:
        emulator = OpenFeedEmulator()
        await emulator.start()
        port = emulator.port
        await emulator.stop()
        mine = Settings(network=Network(open_feeds={"mine": f"ws://127.0.0.1:{port}/"}))
        async with open_desk(tmp_path, mine) as desk:
            symbol = next(iter(emulator.listings))
            market = desk.watch(f"mine:{symbol}")
            await until(lambda: state(desk, market) is State.DOWN, "DOWN")
            assert f"127.0.0.1:{port} refused the connection" == (market.verdict(desk.now()).reason)
            await until(lambda: "DOWN" in _log(desk, f"mine:{symbol}"), "DOWN in the log")
            later = OpenFeedEmulator()
            await later.start(port)
            try:
                desk.retry_now("mine")
                await live(desk, market)
                await until(lambda: _log(desk, f"mine:{symbol}")[-1] == "LIVE", "LIVE in the log")
            finally:
                await later.stop()

    run(play())


def test_the_palette_hears_of_every_venue(run: Run, tmp_path: Path) -> None:
    """A venue that can't be reached says so in its own row, and holds up no other."""

    async def play() -> None:
        nobody = Network(open_feeds={"gone": "ws://127.0.0.1:9/"})
        async with open_desk(tmp_path, Settings(network=nobody)) as desk:
            desk.list_instruments()
            rows = {row.id: row for row in desk.venues()}
            assert {"demo", "gone", "binance", "kraken"} <= set(rows)
            assert "DEMO" == rows["demo"].badge

            def row(venue: str) -> tuple[bool, bool, str]:
                held = next(one for one in desk.venues() if one.id == venue)
                return held.listed, held.asking, held.trouble

            await until(lambda: row("demo") == (True, False, ""), "the demo's list")
            await until(lambda: row("gone")[2], "the trouble of one")
            assert (False, False, "127.0.0.1:9 refused the connection.") == row("gone")
            desk.retry_now("gone")
            assert (False, True, "") == row("gone")
            await until(lambda: row("gone")[2], "the trouble once more")
            assert 2 <= len(desk.markets.instruments["demo"])

    run(play())


@pytest.mark.parametrize("venue", ["kraken", "demo"])
def test_a_recording_of_the_rec_button_is_judged_ok(run: Run, tmp_path: Path, venue: str) -> None:
    """Pressed in the middle of a live feed, it gives a whole file: books from their beginning."""

    async def play() -> None:
        async with (
            KrakenEmulator() as emulator,
            open_desk(tmp_path, reached(emulator, "kraken")) as desk,
        ):
            symbol = next(iter(emulator.listings))
            instrument = DEMO if venue == "demo" else f"kraken:{symbol}"
            market = desk.watch(instrument)
            await live(desk, market)
            assert desk.recording(instrument) is None
            generation = market.book.generation
            desk.toggle_recording(instrument)
            begun = desk.recording(instrument)
            assert begun is not None
            await until(lambda: market.book.generation > generation, "a new connection")
            await live(desk, market)
            trades = len(market.tape)
            await until(lambda: len(market.tape) > trades + 2, "more trades")
            await until(lambda: _lines(desk, instrument) > 20, "lines on the disk")
            desk.toggle_recording(instrument)
            assert desk.recording(instrument) is None
            await until(lambda: desk._notices, "the notice")
            told = desk.notices()[0]
            assert re.fullmatch(r"Recorded \d+ s, [\d.]+ [kM]?B: (.+)", told), told
            assert told.endswith(f": {begun.path}")
            assert " 0.0 " not in told
            report = judge(begun.path)
            assert ([], "ok") == (report["causes"], report["verdict"])
            assert instrument.partition(":")[2] in report["books"]

    run(play())


def test_a_recording_that_runs_is_closed_at_the_end(run: Run, tmp_path: Path) -> None:
    """Ending the program closes the recording: nothing is torn."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            market = desk.watch(DEMO)
            await live(desk, market)
            desk.toggle_recording(DEMO)
            await until(lambda: _lines(desk, DEMO) > 5, "lines on the disk")
        path = next((tmp_path / "recordings").iterdir())
        assert [] == [cause for cause in judge(path)["causes"] if "torn" in cause]

    run(play())


def test_a_folder_that_cannot_be_made_is_one_sentence(run: Run, tmp_path: Path) -> None:
    """The recording does not begin, the feed goes on, the user is told."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            (tmp_path / "recordings").write_text("in the way")
            market = desk.watch(DEMO)
            await live(desk, market)
            desk.toggle_recording(DEMO)
            assert desk.recording(DEMO) is None
            (told,) = desk.notices()
            assert told.startswith(f"The recording {tmp_path / 'recordings'}")
            assert "was not begun: " in told
            assert State.LIVE is state(desk, market)

    run(play())


def test_a_venue_that_is_not_there_is_down(run: Run, tmp_path: Path) -> None:
    """A workspace may name a venue that isn't installed; its panels say so."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            verdict = desk.watch("nowhere:X-Y").verdict(desk.now())
            assert State.DOWN is verdict.state
            assert verdict.reason.startswith("there is no venue 'nowhere'")
            desk.ask_candles("nowhere:X-Y", MINUTE, desk.wall(), 10)
            desk.ask_stats(["nowhere:X-Y"])

    run(play())


def test_a_symbol_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    """The venue's refusal becomes a sentence for the user, said once; nothing is live."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            market = desk.watch("demo:NO-SUCH")
            await until(lambda: desk._notices, "the sentence")
            assert "NO-SUCH" in desk.notices()[0]
            assert State.LIVE is not state(desk, market)

    run(play())


def test_another_network_setting_means_new_connections(run: Run, tmp_path: Path) -> None:
    """The market object stays the same, and is live again over the new road; the file has it."""

    async def play() -> None:
        async with (
            KrakenEmulator() as first,
            KrakenEmulator() as second,
            open_desk(tmp_path, reached(first, "kraken")) as desk,
        ):
            symbol = next(iter(first.listings))
            market = desk.watch(f"kraken:{symbol}")
            await live(desk, market)
            book = market.book
            network = reached(second, "kraken").network
            desk.change_settings(msgspec.structs.replace(desk.settings, network=network))
            await until(lambda: second.clients, "the new connection")
            await until(lambda: market.book is not book, "the new book")
            await live(desk, market)
            await until(lambda: not first.clients, "the end of the old one")
            saved = (tmp_path / "config" / "settings.json").read_text()
            assert str(second.port) in saved

    run(play())


def test_a_demo_that_dies_comes_back(run: Run, tmp_path: Path) -> None:
    """Killed from outside, the demo exchange is started again, and the panels heal."""

    async def play() -> None:
        async with open_desk(tmp_path) as desk:
            market = desk.watch(DEMO)
            await live(desk, market)
            process = desk._demo._process
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
            await until(lambda: state(desk, market) is not State.LIVE, "the loss")
            desk.retry_now("demo")
            await live(desk, market)

    run(play())


def _log(desk: Desk, instrument: str) -> list[str]:
    figures = desk.figures(instrument)
    return [] if figures is None else [change.state for change in figures.log]


def _lines(desk: Desk, instrument: str) -> int:
    held = desk.recording(instrument)
    return 0 if held is None else held.lines


def _pair(level: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    price, size = level
    return Decimal(price), Decimal(size)
