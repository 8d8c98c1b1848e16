"""A recording served anew leads a live session to the book the recording ends with."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import msgspec
import pytest
from websockets.asyncio.client import connect

from monitor.feeds.network import Network
from monitor.feeds.recorder import Recorder
from monitor.feeds.session import Session
from monitor.model.instrument import instrument_id
from monitor.model.streams import Stream
from monitor.model.verdict import State
from monitor.protocol.venue import VenueProtocol
from tests.emulators.plain_clients import get
from tests.emulators.recorded_book import RecordedBook
from tests.emulators.replayed import AT_ONCE, ReplayedVenue, asking
from tests.emulators.waiting import until
from tests.reliability.rig import difference, rig, run
from tests.reliability.styles import BINANCE, KRAKEN, STYLES, Style


async def heard_again(path: Path, style: Style, symbol: str, speed: float = AT_ONCE) -> Session:
    """A session of ours after it heard the whole recording over a socket."""
    async with ReplayedVenue(path, speed) as venue:
        protocol = protocol_for(venue, style)
        stream = Stream(instrument_id(protocol.facts.id, symbol), "book")
        session = Session(protocol, lambda _: None, network=Network(proxy="direct"))
        protocol.subscribe([stream])
        session.start()
        await until(venue.ended.is_set, "the end of the recording", 30)
        await until(lambda: session.messages >= venue.sent, "the last message")
        await until(lambda: _is_live(protocol.status(stream)), "LIVE")
        await session.close()
        return session


def protocol_for(venue: ReplayedVenue, style: Style) -> VenueProtocol:
    """The adapter that asks for what the recording has."""
    here = {"urls": (venue.url,), "rest_urls": (venue.rest_url,), "request_interval_s": 0.01}
    levels = venue.snapshot_levels
    return style.make(
        lambda facts: msgspec.structs.replace(asking(facts, levels) if levels else facts, **here)
    )


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
    ("name", "style", "symbol"),
    [
        ("kraken/minagbp_d25_20260816", KRAKEN, "MINA/GBP"),
        ("kraken/btcusd_d10_20260824", KRAKEN, "BTC/USD"),
        ("binance/btc_eth_dot_20210404", BINANCE, "ETHUSDT"),
    ],
)
def test_a_real_recording_is_served_as_the_venue_did(
    shared_data: Path, name: str, style: Style, symbol: str
) -> None:
    """Over a real socket, REST included, the book is that of the expected file."""
    expected = json.loads((shared_data / f"{name}.expected.json").read_text("utf-8"))
    path = shared_data / f"{name}.jsonl.zst"
    session = run(heard_again(path, style, symbol))
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


def test_a_snapshot_has_no_more_levels_than_were_recorded(shared_data: Path) -> None:
    """Of 1,000 recorded levels 500 are the best 500; 5,000 are refused, for they would look whole."""
    path = shared_data / "binance/btc_eth_dot_20210404.jsonl.zst"

    async def scenario() -> None:
        async with ReplayedVenue(path, AT_ONCE, until_s=20) as venue:
            assert 1_000 == venue.snapshot_levels
            asked = f"{venue.rest_url}/api/v3/depth?symbol=BTCUSDT&limit="
            async with connect(venue.url, max_queue=None, close_timeout=0.5) as socket:
                params = ["btcusdt@depth@100ms"]
                await socket.send(json.dumps({"method": "SUBSCRIBE", "params": params, "id": 1}))
                await until(venue.ended.is_set, "the end")
                known = venue.players["BTCUSDT"].book.sure
                assert 900 < known < 1_000
                few = await get(f"{asked}500")
                bids, asks = venue.players["BTCUSDT"].book.sides
                assert [bids[:500], asks[:500]] == [
                    [(Decimal(price), Decimal(size)) for price, size in few[side]]
                    for side in ("bids", "asks")
                ]
                with pytest.raises(HTTPError) as refused:
                    await get(f"{asked}5000")
                assert f"the recording knows {known} levels" in refused.value.read().decode()

    run(scenario())


@pytest.mark.parametrize(
    "name",
    ["kraken/minagbp_d25_20260816", "binance/btc_eth_dot_20210404", "binance/btcusdt_20240808"],
)
def test_plain_dicts_read_a_recording_as_the_expected_file_does(
    shared_data: Path, name: str
) -> None:
    """Books and trades: who judges the window by them may trust them."""
    expected = json.loads((shared_data / f"{name}.expected.json").read_text("utf-8"))
    venue = ReplayedVenue(shared_data / f"{name}.jsonl.zst")
    for symbol in venue.symbols:
        told = RecordedBook(venue.header.venue)
        for entry in venue.lines(symbol):
            told.hear(entry)
        for side, levels in zip(("bids", "asks"), told.sides, strict=True):
            wanted = [
                (Decimal(price), Decimal(size)) for price, size in expected["books"][symbol][side]
            ]
            assert wanted == levels[: len(wanted)]
        if symbol in expected["trades"]:
            trades = expected["trades"][symbol]
            assert trades["count"] == len(told.trades)
            bought = sum(one.size for one in told.trades if one.buy)
            assert Decimal(trades["buy_volume"]) == bought
