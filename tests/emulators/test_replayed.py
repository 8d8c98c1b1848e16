"""A recording served anew leads a live session to the book the recording ends with."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.feeds.network import Network
from monitor.feeds.recorder import Recorder
from monitor.feeds.session import Session
from monitor.model.instrument import instrument_id
from monitor.model.streams import Stream
from monitor.model.verdict import State
from tests.emulators.replayed import AT_ONCE, ReplayedVenue
from tests.emulators.waiting import until
from tests.reliability.rig import difference, rig, run
from tests.reliability.styles import BINANCE, KRAKEN, STYLES, Style


async def heard_again(
    path: Path, style: Style, symbol: str, speed: float = AT_ONCE, **facts: Any
) -> Session:
    """A session of ours after it heard the whole recording over a socket."""
    async with ReplayedVenue(path, speed) as venue:
        protocol = style.protocol_at(venue.url, venue.rest_url, **facts)
        stream = Stream(instrument_id(protocol.facts.id, symbol), "book")
        session = Session(protocol, lambda _: None, network=Network(proxy="direct"))
        protocol.subscribe([stream])
        session.start()
        await until(venue.ended.is_set, "the end of the recording", 30)
        await until(lambda: session.messages >= venue.sent, "the last message")
        await until(lambda: _is_live(protocol.status(stream)), "LIVE")
        await session.close()
        return session


def _is_live(status: Any) -> bool:
    return status is not None and status.state is State.LIVE


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
@pytest.mark.parametrize("speed", [AT_ONCE, 2.0])
def test_what_was_recorded_is_served_as_the_venue_did(
    style: Style, speed: float, tmp_path: Path
) -> None:
    """Recorded from an emulator, served again: our session ends with the emulator's book."""
    path = tmp_path / "emulated.jsonl.zst"

    async def scenario() -> None:
        venue = style.protocol_at("ws://127.0.0.1:9/", "http://127.0.0.1:9").facts.id
        recorder = Recorder(path, venue, [style.symbol], "an emulator of the tests", 1)
        async with rig(style, interval_s=0.02, recorder=recorder, kinds=("book",)) as r:
            await r.live()
            await until(lambda: r.witness.messages > 30, "some messages")
            assert not await r.same()
            r.emulator.paused = True
            truth = r.emulator.book(style.symbol)
            recorder.close()
        again = await heard_again(path, style, style.symbol, speed)
        assert not difference(again.protocol.books[style.symbol].book, truth)

    run(scenario())


@pytest.mark.parametrize(
    ("name", "style", "symbol", "facts"),
    [
        ("kraken/minagbp_d25_20260816", KRAKEN, "MINA/GBP", {}),
        ("kraken/btcusd_d10_20260824", KRAKEN, "BTC/USD", {}),
        ("binance/btc_eth_dot_20210404", BINANCE, "ETHUSDT", {}),
    ],
)
def test_a_real_recording_is_served_as_the_venue_did(
    shared_data: Path, name: str, style: Style, symbol: str, facts: dict[str, Any]
) -> None:
    """Over a real socket, REST included, the book is that of the expected file."""
    expected = json.loads((shared_data / f"{name}.expected.json").read_text("utf-8"))
    path = shared_data / f"{name}.jsonl.zst"
    session = run(heard_again(path, style, symbol, AT_ONCE, **facts))
    book = session.protocol.books[symbol].book
    wanted = expected["books"][symbol]
    for side in ("bids", "asks"):
        levels = [[Decimal(price), Decimal(size)] for price, size in wanted[side]]
        assert levels == [list(level) for level in getattr(book, side).top(len(levels))]


def test_a_venue_without_such_an_answer_says_so(tmp_path: Path) -> None:
    """An HTTP request that nobody recorded is answered with 404 at once."""

    async def scenario() -> None:
        path = tmp_path / "empty.jsonl"
        header = {"format": "depthscope-recording", "version": 1, "venue": "binance"}
        path.write_text(json.dumps(header) + "\n", "utf-8")
        async with ReplayedVenue(path) as venue:
            reader, writer = await asyncio.open_connection("127.0.0.1", venue.port)
            writer.write(b"GET /api/v3/depth?symbol=BTCUSDT HTTP/1.1\r\nHost: here\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 404")
            writer.close()

    run(scenario())
