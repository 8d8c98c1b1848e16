"""Three tiny clients of dicts, written from the venues' documents alone: they judge the emulators."""

import asyncio
import json
import urllib.request
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

Side = dict[Decimal, Decimal]


class PlainBook:
    """Two dicts, and the id of the message they hold."""

    def __init__(self) -> None:
        self.bids: Side = {}
        self.asks: Side = {}
        self.id = 0
        self.checked = 0

    def levels(self) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        """Bids and asks, best first."""
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())

    def set(self, bids: Any, asks: Any) -> None:
        """Absolute sizes; 0 is gone."""
        for side, rows in ((self.bids, bids), (self.asks, asks)):
            for price, size in rows:
                if Decimal(size):
                    side[Decimal(price)] = Decimal(size)
                else:
                    side.pop(Decimal(price), None)

    def cut(self, depth: int) -> None:
        """Keep the best ``depth`` levels."""
        bids, asks = self.levels()
        self.bids, self.asks = dict(bids[:depth]), dict(asks[:depth])


async def get(url: str) -> Any:
    """The JSON at an address."""

    def fetch() -> bytes:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own emulator
            body = answer.read()
            assert isinstance(body, bytes)
            return body

    return json.loads(await asyncio.to_thread(fetch), parse_float=Decimal)


async def binance_book(url: str, rest_url: str, symbol: str, updates: int) -> PlainBook:
    """Subscribe, buffer, fetch, splice, and follow ``updates`` messages."""
    book = PlainBook()
    async with connect(url) as socket:
        name = f"{symbol.lower()}@depth@100ms"
        await socket.send(json.dumps({"method": "SUBSCRIBE", "params": [name], "id": 1}))
        assert json.loads(await socket.recv()) == {"result": None, "id": 1}
        buffered = [await _next(socket) for _ in range(2)]
        snapshot = await get(f"{rest_url}/api/v3/depth?symbol={symbol}&limit=5000")
        at = snapshot["lastUpdateId"]
        assert at >= buffered[0]["data"]["U"]
        book.set(snapshot["bids"], snapshot["asks"])
        applied = 0
        while applied < updates:
            update = (buffered.pop(0) if buffered else await _next(socket))["data"]
            if update["u"] <= at:
                continue
            assert update["U"] <= at + 1 <= update["u"] if not applied else update["U"] == at + 1
            book.set(update["b"], update["a"])
            at = book.id = update["u"]
            applied += 1
    return book


async def kraken_book(url: str, symbol: str, depth: int, updates: int) -> PlainBook:
    """Subscribe, keep to the depth, check every checksum with the digits of the pair."""
    book = PlainBook()
    async with connect(url) as socket:
        assert (await _next(socket))["channel"] == "status"
        await _ask(socket, {"channel": "instrument"})
        pairs = (await _next(socket, "instrument"))["data"]["pairs"]
        (pair,) = [pair for pair in pairs if pair["symbol"] == symbol]
        digits = pair["price_precision"], pair["qty_precision"]
        await _ask(socket, {"channel": "book", "symbol": [symbol], "depth": depth})
        while book.checked <= updates:
            message = await _next(socket, "book")
            (data,) = message["data"]
            if message["type"] == "snapshot":
                book = PlainBook()
            book.set(
                *([(row["price"], row["qty"]) for row in data[key]] for key in ("bids", "asks"))
            )
            book.cut(depth)
            bids, asks = book.levels()
            text = "".join(
                f"{number:.{digits[i]}f}".replace(".", "").lstrip("0")
                for level in (*asks[:10], *bids[:10])
                for i, number in enumerate(level)
            )
            assert zlib.crc32(text.encode()) == data["checksum"]
            book.checked += 1
            book.id = _ns(data["timestamp"])
    return book


async def open_feed_book(url: str, symbol: str, updates: int) -> PlainBook:
    """Subscribe, follow the numbers, check every checksum."""
    book = PlainBook()
    async with connect(url) as socket:
        assert (await _next(socket))["type"] == "hello"
        ask = {"type": "subscribe", "id": 1, "channel": "book", "symbols": [symbol]}
        await socket.send(json.dumps(ask))
        while book.checked <= updates:
            message = await _next(socket)
            if message["type"] == "delta":
                assert message["seq"] == book.id + 1
            elif message["type"] != "snapshot":
                continue
            book.set(message["bids"], message["asks"])
            book.id = message["seq"]
            bids, asks = book.levels()
            sides = (
                ",".join(f"{_plain(price)}:{_plain(size)}" for price, size in side[:10])
                for side in (asks, bids)
            )
            assert zlib.crc32("|".join(sides).encode()) == message["checksum"]
            book.checked += 1
    return book


async def _ask(socket: ClientConnection, params: dict[str, Any]) -> None:
    await socket.send(json.dumps({"method": "subscribe", "params": params, "req_id": 7}))


async def _next(socket: ClientConnection, channel: str = "") -> Any:
    while True:
        message = json.loads(await socket.recv(), parse_float=Decimal)
        if not channel or message.get("channel") == channel:
            return message


def _ns(text: str) -> int:
    seconds, _, micros = text.removesuffix("Z").partition(".")
    moment = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000 + int(micros) * 1000


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
