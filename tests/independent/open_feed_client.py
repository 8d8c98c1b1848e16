"""A client of the Open Feed written from docs/open-feed.md alone: websockets, json and dicts.

It imports nothing of this project. It follows every symbol of a server, obeys and checks
every rule of the document it can see, and prints one JSON object at the end: what it
counted, and a digest of each whole book at every ``--every`` th sequence number, so that
someone who knows the true books can compare them.

    python open_feed_client.py ws://127.0.0.1:PORT/ --messages 100000
"""

import argparse
import asyncio
import json
import re
import sys
import zlib
from collections import Counter
from decimal import Decimal
from functools import cache, lru_cache
from heapq import nlargest, nsmallest
from typing import Any

from websockets.asyncio.client import connect

CHANNELS = ("book", "trades", "quotes", "ticker")
CANDLE_S = 60
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")


value_of = lru_cache(maxsize=None)(Decimal)


def by_price(level: tuple[str, str]) -> Decimal:
    return value_of(level[0])


@cache
def is_canonical(text: str) -> bool:
    """Section 2."""
    return text != "-0" and NUMBER.fullmatch(text) is not None


class Book:
    """Section 6: sizes by price, both as the texts that were sent."""

    def __init__(self) -> None:
        self.seq = -1
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}
        self.since_checksum = 0
        self.ts_checksum = 0

    def sorted_sides(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        bids = sorted(self.bids.items(), key=by_price, reverse=True)
        asks = sorted(self.asks.items(), key=by_price)
        return bids, asks

    def checksum(self) -> int:
        """6.5"""
        asks = nsmallest(10, self.asks.items(), key=by_price)
        bids = nlargest(10, self.bids.items(), key=by_price)
        parts = [",".join(f"{p}:{s}" for p, s in side) for side in (asks, bids)]
        return zlib.crc32("|".join(parts).encode("ascii"))

    def digest(self) -> int:
        """The whole book in one number, for the comparison only."""
        bids, asks = self.sorted_sides()
        parts = [",".join(f"{p}:{s}" for p, s in side) for side in (asks, bids)]
        return zlib.crc32("|".join(parts).encode("ascii"))


class Client:
    """Counts what it sees; whatever breaks a rule of the document lands in ``wrong``."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.books: dict[str, Book] = {}
        self.digests: dict[str, dict[int, int]] = {}
        self.trade_ids: dict[str, int] = {}
        self.acknowledged: set[tuple[str, str]] = set()
        self.symbols: list[str] = []
        self.heartbeat_ms = 0

    def complain(self, what: str) -> None:
        if len(self.wrong) < 20:
            self.wrong.append(what)
        self.counts["wrong"] += 1

    def take(self, text: str) -> dict[str, Any]:
        """One message of the server."""
        message: dict[str, Any] = json.loads(text)
        kind = message["type"]
        self.counts[kind] += 1
        handler = getattr(self, f"take_{kind}", None)
        if handler is None:
            self.complain(f"a message of type {kind!r} came, which the document does not know")
        else:
            handler(message)
        return message

    # Sections 3 and 4.

    def take_hello(self, message: dict[str, Any]) -> None:
        if (message["protocol"], message["version"]) != ("open-feed", 1):
            self.complain(f"the hello was {message}")
        self.heartbeat_ms = message["heartbeat_ms"]

    def take_heartbeat(self, message: dict[str, Any]) -> None:
        held = {symbol: book.seq for symbol, book in self.books.items() if book.seq >= 0}
        if message["books"] != held:
            self.complain(f"a heartbeat named {message['books']}, held was {held}")

    def take_instruments(self, message: dict[str, Any]) -> None:
        self.symbols = [one["symbol"] for one in message["instruments"]]
        for one in message["instruments"]:
            self.check_number(one["tick_size"])
            self.check_number(one["lot_size"])

    def take_subscribed(self, message: dict[str, Any]) -> None:
        self.acknowledged.update((message["channel"], one) for one in message["symbols"])

    def take_error(self, message: dict[str, Any]) -> None:
        if message["code"] != "unknown_symbol" or message["symbol"] != "NO-SUCH":
            self.complain(f"an error came: {message}")

    # Section 6.

    def take_snapshot(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("book", message)
        book = self.books.setdefault(message["symbol"], Book())
        book.seq, book.bids, book.asks = message["seq"], {}, {}
        self.apply(book, message)
        if len(book.bids) != len(message["bids"]) or len(book.asks) != len(message["asks"]):
            self.complain("a snapshot named a price twice or a size of zero")
        bids, asks = book.sorted_sides()
        if [list(one) for one in bids] != message["bids"]:
            self.complain("the bids of a snapshot were not best first")
        if [list(one) for one in asks] != message["asks"]:
            self.complain("the asks of a snapshot were not best first")
        self.check_checksum(book, message)

    def take_delta(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("book", message)
        symbol = message["symbol"]
        book = self.books[symbol]
        if message["seq"] != book.seq + 1:
            self.complain(f"{symbol} went from seq {book.seq} to {message['seq']}")
        book.seq = message["seq"]
        self.apply(book, message)
        if "checksum" in message:
            self.check_checksum(book, message)
        else:
            book.since_checksum += 1
            if book.since_checksum >= 16:
                self.complain(f"{symbol} had 16 deltas without a checksum")
            if message["ts"] - book.ts_checksum >= 1_000_000_000:
                self.complain(f"{symbol} had no checksum for a second")
        if book.seq % self.every == 0:
            self.digests.setdefault(symbol, {})[book.seq] = book.digest()

    def apply(self, book: Book, message: dict[str, Any]) -> None:
        for side, levels in ((book.bids, message["bids"]), (book.asks, message["asks"])):
            named = set()
            for price, size in levels:
                self.check_number(price)
                self.check_number(size)
                if price in named:
                    self.complain(f"a message named the price {price} twice")
                named.add(price)
                if size == "0":
                    side.pop(price, None)
                else:
                    side[price] = size

    def check_checksum(self, book: Book, message: dict[str, Any]) -> None:
        good = book.checksum() == message["checksum"]
        self.counts["checksums_ok" if good else "checksums_failed"] += 1
        if not good:
            self.complain(f"a checksum of {message['symbol']} at {message['seq']} was wrong")
        book.since_checksum, book.ts_checksum = 0, message["ts"]
        best_bid = max(map(value_of, book.bids), default=Decimal(0))
        if book.asks and best_bid >= min(map(value_of, book.asks)):
            self.complain(f"{message['symbol']} was crossed at {message['seq']}")

    # Sections 7 to 12.

    def take_trade(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("trades", message)
        symbol, number = message["symbol"], message["id"]
        if number != self.trade_ids.get(symbol, number - 1) + 1:
            self.complain(f"the trade ids of {symbol} jumped to {number}")
        self.trade_ids[symbol] = number
        if message["side"] not in ("buy", "sell", "unknown"):
            self.complain(f"a trade's side was {message['side']}")
        self.check_numbers(message, "price", "size")

    def take_quote(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("quotes", message)
        self.check_numbers(message, "bid", "bid_size", "ask", "ask_size")

    def take_ticker(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("ticker", message)
        self.check_numbers(message, "open", "high", "low", "last", "volume", "change")

    def take_candle(self, message: dict[str, Any]) -> None:
        self.check_acknowledged("candles", message)
        self.check_numbers(message, "open", "high", "low", "close", "volume", "buy_volume")
        if message["open_ts"] % (message["interval_s"] * 1_000_000_000):
            self.complain(f"a candle opened at {message['open_ts']}")

    def take_candles(self, message: dict[str, Any]) -> None:
        step = message["interval_s"] * 1_000_000_000
        opens = [row[0] for row in message["candles"]]
        if opens != list(range(opens[0], opens[0] + step * len(opens), step)):
            self.complain("past candles did not follow each other")

    def take_status(self, message: dict[str, Any]) -> None:
        if message["status"] not in ("trading", "halted", "closed", "unknown"):
            self.complain(f"a status was {message['status']}")

    def check_acknowledged(self, channel: str, message: dict[str, Any]) -> None:
        if (channel, message["symbol"]) not in self.acknowledged:
            self.complain(f"{channel} of {message['symbol']} came before its acknowledgement")

    def check_numbers(self, message: dict[str, Any], *keys: str) -> None:
        for key in keys:
            self.check_number(message[key])

    def check_number(self, text: str) -> None:
        if not is_canonical(text):
            self.complain(f"the number {text!r} was not in its canonical form")


async def follow(url: str, messages: int, every: int) -> Client:
    """Subscribe to everything, and read until ``messages`` messages came."""
    client = Client(every)
    async with connect(url, max_size=None, max_queue=None, compression=None) as socket:
        hello = client.take(str(await socket.recv()))
        if hello["type"] != "hello":
            client.complain("the first message was no hello")
        await socket.send(json.dumps({"type": "instruments", "id": "list"}))
        while not client.symbols:
            client.take(str(await socket.recv()))
        wanted = [*client.symbols, "NO-SUCH"]
        for number, channel in enumerate(CHANNELS):
            await socket.send(
                json.dumps(
                    {"type": "subscribe", "id": number, "channel": channel, "symbols": wanted}
                )
            )
        candles = {"channel": "candles", "symbols": client.symbols, "interval_s": CANDLE_S}
        await socket.send(json.dumps({"type": "subscribe", "id": 10, **candles}))
        past = {"symbol": client.symbols[0], "interval_s": CANDLE_S, "limit": 100}
        await socket.send(json.dumps({"type": "candles", "id": 11, **past}))
        while sum(client.counts.values()) < messages:
            client.take(str(await socket.recv()))
    return client


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=8)
    options = parser.parse_args()
    client = asyncio.run(follow(options.url, options.messages, options.every))
    result = {"counts": client.counts, "wrong": client.wrong, "digests": client.digests}
    json.dump(result, sys.stdout)
    return 1 if client.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
