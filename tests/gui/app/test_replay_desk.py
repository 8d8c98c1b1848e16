"""A recording behind the window: the same books at any speed, and after any way there."""

import asyncio
from collections.abc import Awaitable
from decimal import Decimal
from pathlib import Path

import pytest
import qasync

from monitor.app.check import judge
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.replay_desk import ReplayDesk
from monitor.app.store import Store
from monitor.model.time import MINUTE, SECOND
from monitor.model.verdict import State
from tests.emulators.waiting import until

NAME = "btcusdt_20240808"
BTC = "binance:BTCUSDT"


@pytest.fixture
def recording(shared_data: Path) -> Path:
    """A real recording of Binance."""
    return shared_data / "binance" / f"{NAME}.jsonl.zst"


def run(loop: qasync.QEventLoop, job: Awaitable[None]) -> None:
    loop.run_until_complete(asyncio.wait_for(job, 60))


def replay_of(recording: Path, folder: Path) -> ReplayDesk:
    return ReplayDesk(RecordedMarkets(recording), Store(folder))


def test_a_seek_shows_the_book_of_that_moment(
    loop: qasync.QEventLoop, recording: Path, tmp_path: Path
) -> None:
    """Forwards and back again, the best levels are those that ``check`` tells of the moment."""
    moments = judge(recording, [Decimal(10), Decimal("86.516"), Decimal(200)])["at"]

    async def play() -> None:
        desk = replay_of(recording, tmp_path)
        market = desk.watch(BTC)
        assert desk.replay is not None
        for moment in [*moments, *reversed(moments)]:
            desk.replay.seek(desk.replay.first_ts + round(moment["offset_s"] * SECOND))
            await _settled(desk)
            book = moment["books"]["BTCUSDT"]
            for name, side in (("bids", market.book.bids), ("asks", market.book.asks)):
                told = [(Decimal(price), Decimal(size)) for price, size in book[name]]
                assert told == side.top(len(told))
        await desk.close()

    assert 3 == len(moments)
    run(loop, play())


def test_going_back_forgets_what_is_to_come(
    loop: qasync.QEventLoop, recording: Path, tmp_path: Path
) -> None:
    """After a seek to the beginning no trade and no candle of later is left; versions grow."""

    async def play() -> None:
        desk = replay_of(recording, tmp_path)
        market = desk.watch(BTC)
        assert desk.replay is not None
        desk.replay.seek(desk.replay.last_ts)
        await _settled(desk)
        trades, version = len(market.tape), market.version
        assert trades > 100
        desk.replay.seek(desk.replay.first_ts)
        await _settled(desk)
        assert len(market.tape) < 10
        assert desk.wall() <= desk.replay.first_ts + SECOND
        desk.replay.seek(desk.replay.last_ts)
        await _settled(desk)
        assert trades == len(market.tape)
        assert market.version > version
        await desk.close()

    run(loop, play())


def test_it_plays_pauses_and_ends(loop: qasync.QEventLoop, recording: Path, tmp_path: Path) -> None:
    """At full speed it reaches its end; played once more it begins anew; paused, time stands."""

    async def play() -> None:
        desk = replay_of(recording, tmp_path)
        replay = desk.replay
        assert replay is not None
        assert ("REPLAY", BTC) == (desk.badge(BTC), desk.first_instrument)
        desk.watch(BTC)
        replay.set_speed(float("inf"))
        replay.play()
        await until(lambda: replay.finished, "the end")
        assert replay.last_ts == replay.position == desk.now() == desk.wall()
        replay.set_speed(1.0)
        replay.play()
        await until(lambda: replay.playing and replay.position < replay.last_ts, "the beginning")
        replay.pause()
        stands = replay.position
        replay.step()
        assert replay.position >= stands
        assert not replay.playing
        await desk.close()

    run(loop, play())


def test_figures_are_those_of_the_recording(
    loop: qasync.QEventLoop, recording: Path, tmp_path: Path
) -> None:
    """The recorder's clock was behind the venue's: told as an offset, never as a negative lag."""

    async def play() -> None:
        desk = replay_of(recording, tmp_path)
        market = desk.watch(BTC)
        assert desk.replay is not None
        desk.replay.seek(desk.replay.last_ts)
        await _settled(desk)
        figures = desk.figures(BTC)
        assert figures is not None
        assert figures.clock_offset_ms < 0 <= figures.lag_p50_ms <= figures.lag_p99_ms
        assert figures.messages > 1_000
        assert (0, 0) == (figures.gaps, figures.rejected)
        # Whatever clock is asked by, the age is that of the recorded moment.
        for now in (desk.now(), 5 * SECOND):
            verdict = market.verdict(now)
            assert State.LIVE is verdict.state
            assert 0 <= verdict.age_s(now) < 3
        desk.ask_candles(BTC, MINUTE, desk.wall(), 10)
        assert market.refusal is not None
        desk.toggle_recording(BTC)
        assert "This is a recording already; recording needs a live feed." in desk.notices()
        await desk.close()

    run(loop, play())


@pytest.mark.parametrize(
    ("name", "dated"),
    [
        ("binance/btcusdt_20240808", True),
        ("kraken/btcusd_d10_20260824", False),
        ("kraken/minagbp_d25_20260816", False),
    ],
)
def test_a_clock_without_dates_is_known(
    loop: qasync.QEventLoop, shared_data: Path, tmp_path: Path, name: str, dated: bool
) -> None:
    """Synthetic by its header, or monotonic by its numbers: no date of it is shown."""

    async def play() -> None:
        desk = replay_of(shared_data / f"{name}.jsonl.zst", tmp_path)
        assert desk.replay is not None
        assert (None if dated else desk.replay.first_ts) == desk.replay.since
        await desk.close()

    run(loop, play())


async def _settled(desk: ReplayDesk) -> None:
    scrubber = desk.replay
    assert scrubber is not None
    await scrubber.settle()  # type: ignore[attr-defined] # the window has no need of it
