"""The emulators against clients of plain dicts: both must hold the same book."""

import asyncio
import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.emulators import kraken, open_feed
from tests.emulators.binance import BinanceEmulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.open_feed import OpenFeedEmulator
from tests.emulators.plain_clients import (
    PlainBook,
    binance_book,
    get,
    kraken_book,
    open_feed_book,
)
from tests.emulators.truth import CHEAP, DEAR, Listing, Market, Picture
from tests.emulators.waiting import until


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 30))


def same(picture: Picture, book: PlainBook, depth: int | None = None) -> bool:
    return (picture.bids(depth), picture.asks(depth)) == book.levels()


@pytest.mark.parametrize("listing", [DEAR, CHEAP])
def test_the_market_never_crosses_and_tells_every_change(listing: Listing) -> None:
    """Whoever applies what step() tells holds the market's book."""
    market = Market(listing, seed=3)
    book = PlainBook()
    book.set(*market.book())
    wide = 0
    for _ in range(2000):
        change = market.step()
        book.set(change.bids, change.asks)
        assert market.best_bid < market.best_ask
        wide += market.best_ask - market.best_bid > 1
    assert same(market.picture(), book)
    assert wide < 400, "the spread is one tick mostly"


@pytest.mark.parametrize("symbol", ["BTCUSDT", "SHIBUSDT"])
def test_binance_is_spliced_by_the_documents(symbol: str) -> None:
    """A client that follows Binance's own procedure holds the emulator's book."""

    async def scenario() -> None:
        async with BinanceEmulator(interval_s=0.005) as venue:
            book = await binance_book(venue.url, venue.rest_url, symbol, 60)
            assert same(venue.book(symbol, book.id), book)

    run(scenario())


@pytest.mark.parametrize("depth", [10, 25, 1000])
@pytest.mark.parametrize("symbol", ["BTC/USD", "SHIB/USD"])
def test_kraken_is_kept_to_its_depth_and_proven(symbol: str, depth: int) -> None:
    """A client that cuts to the depth finds every checksum right and holds the book."""

    async def scenario() -> None:
        async with KrakenEmulator(interval_s=0.005) as venue:
            book = await kraken_book(venue.url, symbol, depth, 150)
            assert same(venue.book(symbol, book.id), book, depth)

    run(scenario())


def test_kraken_vectors() -> None:
    """The emulator's checksum is that of Kraken's documents (vector B of MATIC/USD)."""
    listing = Listing(
        symbol="MATIC/USD",
        base="MATIC",
        quote="USD",
        tick=Decimal("0.0001"),
        lot=Decimal("0.00000001"),
        price=Decimal("0.5667"),
    )
    bids = _vector(
        "0.5666/4831.75496356 0.5665/6658.22734739 0.5664/18724.91513344 0.5663/11563.92544914 "
        "0.5662/14006.65365711 0.5661/17454.85679807 0.566/18097.1547 0.5659/33644.89175666 "
        "0.5658/148.3464 0.5657/606.70854372"
    )
    asks = _vector(
        "0.5668/4410.79769741 0.5669/4655.40412487 0.567/49844.89424998 0.5671/24306.41678 "
        "0.5672/29783.25223475 0.5673/57234.71239278 0.5674/45065.04744 0.5675/5912.76380354 "
        "0.5676/42514.92434778 0.5677/36304.0847022"
    )
    assert kraken.book_checksum(listing, bids, asks) == 2439117997


def test_the_open_feed_vectors() -> None:
    """The emulator's checksum is that of docs/open-feed.md."""
    bids, asks = (
        _vector("60000.01/0.5 60000/2 59999.5/0.00011"),
        _vector("60000.02/1.25 60000.1/0.3"),
    )
    assert open_feed.book_checksum(bids, asks) == 1332625413
    assert open_feed.book_checksum([], []) == 2343686810


def test_the_open_feed_is_followed_by_its_numbers() -> None:
    """A client that follows seq and checksum holds the emulator's book."""

    async def scenario() -> None:
        async with OpenFeedEmulator(interval_s=0.005) as venue:
            book = await open_feed_book(venue.url, "SHIB-USDT", 150)
            assert same(venue.book("SHIB-USDT", book.id), book)

    run(scenario())


def test_binance_acknowledges_nonsense_and_names_errors() -> None:
    """A misspelt stream is acknowledged and silent; an unknown method is refused."""

    async def scenario() -> None:
        async with BinanceEmulator(interval_s=0) as venue, connect(venue.url) as socket:
            await socket.send('{"method":"SUBSCRIBE","params":["nope@depth@100ms"],"id":7}')
            assert await socket.recv() == '{"result":null,"id":7}'
            await socket.send('{"method":"SUBSCRIB","id":8}')
            assert json.loads(await socket.recv())["code"] == 2
            await socket.send('{"method":"LIST_SUBSCRIPTIONS","id":9}')
            assert await socket.recv() == '{"result":["nope@depth@100ms"],"id":9}'

    run(scenario())


def test_binance_hangs_up_on_a_flood() -> None:
    """More than five messages a second close the connection."""

    async def scenario() -> None:
        async with BinanceEmulator(interval_s=0) as venue, connect(venue.url) as socket:
            for number in range(20):
                await socket.send(f'{{"method":"LIST_SUBSCRIPTIONS","id":{number}}}')
            await socket.wait_closed()
            assert socket.close_code == 1008

    run(scenario())


def test_binance_rest_limits_and_refusals() -> None:
    """Weights are counted, part of a book is given, an unknown symbol is a 400, 429 on demand."""

    async def scenario() -> None:
        async with BinanceEmulator(interval_s=0) as venue:
            part = await get(f"{venue.rest_url}/api/v3/depth?symbol=BTCUSDT&limit=20")
            assert (20, 20) == (len(part["bids"]), len(part["asks"]))
            assert venue.weight_used == 5
            rows = await get(f"{venue.rest_url}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=50")
            assert len(rows) == 50
            assert all(a[4] == b[1] for a, b in itertools.pairwise(rows))
            with pytest.raises(urllib.error.HTTPError, match="400") as refused:
                await get(f"{venue.rest_url}/api/v3/depth?symbol=NOPE")
            refused.value.close()
            venue.rate_limit(429, "7")
            with pytest.raises(urllib.error.HTTPError, match="429") as refused:
                await get(f"{venue.rest_url}/api/v3/exchangeInfo")
            assert refused.value.headers["Retry-After"] == "7"
            refused.value.close()
            info = await get(f"{venue.rest_url}/api/v3/exchangeInfo")
            assert ["BTCUSDT", "SHIBUSDT"] == [listed["symbol"] for listed in info["symbols"]]

    run(scenario())


def test_kraken_answers_each_symbol_and_beats_when_quiet() -> None:
    """One answer a symbol; a wrong one does not harm the others; heartbeats fill the silence."""

    async def scenario() -> None:
        async with (
            KrakenEmulator(interval_s=0, second_s=0.05) as venue,
            connect(venue.url) as socket,
        ):
            await socket.recv()
            params = {"channel": "trade", "symbol": ["XBT/USD", "BTC/USD"]}
            await socket.send(json.dumps({"method": "subscribe", "params": params, "req_id": 3}))
            wrong, right = json.loads(await socket.recv()), json.loads(await socket.recv())
            assert wrong["error"] == "Currency pair not supported XBT/USD"
            assert (right["success"], right["req_id"]) == (True, 3)
            assert json.loads(await socket.recv())["type"] == "snapshot"
            assert json.loads(await socket.recv()) == {"channel": "heartbeat"}
            await socket.send('{"method":"ping","req_id":101}')
            while (pong := json.loads(await socket.recv())) == {"channel": "heartbeat"}:
                continue
            assert (pong["method"], pong["req_id"]) == ("pong", 101)

    run(scenario())


def test_kraken_rest_has_its_own_names_and_errors() -> None:
    """Results are keyed by Kraken's name; errors come with status 200."""

    async def scenario() -> None:
        async with KrakenEmulator(interval_s=0) as venue:
            pairs = await get(f"{venue.rest_url}/0/public/AssetPairs")
            assert pairs["result"]["XXBTZUSD"]["wsname"] == "XBT/USD"
            past = await get(f"{venue.rest_url}/0/public/OHLC?pair=XBTUSD&interval=1")
            assert len(past["result"]["XXBTZUSD"]) == 720
            wrong = await get(f"{venue.rest_url}/0/public/Ticker?pair=NOPE")
            assert wrong == {"error": ["EQuery:Unknown asset pair"]}

    run(scenario())


@pytest.mark.parametrize("fault", ["drop", "duplicate", "swap", "wrong_checksum"])
def test_a_planned_fault_befalls_the_wire(fault: str) -> None:
    """What is planned is what a client meets; the truth stays untouched."""

    async def scenario() -> None:
        async with OpenFeedEmulator(interval_s=0.002) as venue:
            following = asyncio.create_task(open_feed_book(venue.url, "BTC-USDT", 100_000))
            await until(lambda: venue.clients and venue.clients[0].said > 20)
            plan: dict[str, Callable[[], None]] = {
                "drop": venue.faults.drop_next,
                "duplicate": venue.faults.duplicate_next,
                "swap": venue.faults.swap_next,
                "wrong_checksum": venue.faults.wrong_checksum,
            }
            plan[fault]()
            with pytest.raises(AssertionError):
                await following

    run(scenario())


def _vector(text: str) -> list[tuple[Decimal, Decimal]]:
    pairs = (row.split("/") for row in text.split())
    return [(Decimal(price), Decimal(size)) for price, size in pairs]
