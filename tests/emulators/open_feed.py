"""A stranger's Open Feed server, written from docs/open-feed.md and sharing nothing with ours."""

import json
import re
import zlib
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Final

from tests.emulators.emulator import Answer, Client, Emulator, Query, Series, best_first, is_telling
from tests.emulators.past import PastCandle, candles
from tests.emulators.truth import Change, Levels, Listing, Print

BTC_USDT: Final = Listing(
    symbol="BTC-USDT",
    base="BTC",
    quote="USDT",
    tick=Decimal("0.01"),
    lot=Decimal("0.00001"),
    price=Decimal("64210.1"),
)
SHIB_USDT: Final = Listing(
    symbol="SHIB-USDT",
    base="SHIB",
    quote="USDT",
    tick=Decimal("0.00000001"),
    lot=Decimal(1),
    price=Decimal("0.00001234"),
)
CHANNELS: Final = ("book", "trades", "quotes", "candles", "ticker", "funding")


class OpenFeedEmulator(Emulator):
    """An Open Feed on 127.0.0.1. ``checksum_every`` deltas have a checksum; the rest none."""

    SOCKET_PATH = "/"
    NUMBERS: ClassVar = {
        "seq": re.compile(r'"seq":(\d+)'),
        "price": re.compile(r'\[\["([^"]+)","'),
        "size": re.compile(r'\[\["[^"]+","([^"]+)"'),
        "checksum": re.compile(r'"checksum":(\d+)'),
    }

    def __init__(
        self,
        listings: Iterable[Listing] = (BTC_USDT, SHIB_USDT),
        *args: Any,
        checksum_every: int = 1,
        **keywords: Any,
    ) -> None:
        super().__init__(listings, *args, **keywords)
        self.checksum_every = checksum_every
        self._lies: set[str] = set()

    def crossed(self, symbol: str) -> None:
        self._lies.add(symbol)

    # The market.

    def first_id(self, number: int) -> int:
        return 1000 * (number + 1)

    def advance(self, series: Series, change: Change) -> None:
        """A delta, the prints, a quote."""
        symbol = series.market.listing.symbol
        if not change.bids and not change.asks:
            return
        series.note(series.id + 1)
        self._delta(series, change)
        for trade in change.prints:
            series.trade_id += 1
            self._to_all(("trades", symbol, 0), partial(self._print, series, trade))
        if change.best_moved:
            self._to_all(("quotes", symbol, 0), partial(self._quote, series))

    def flush(self, series: Series) -> None:
        """Nothing waits: deltas are sent as they happen."""

    def beat(self, number: int) -> None:
        """A heartbeat with the number of every book's last message; tickers; candles."""
        for client in self.clients:
            books = {
                symbol: series.id
                for symbol, series in self.series.items()
                if ("book", symbol, 0) in client.asked
            }
            self._say(client, {"type": "heartbeat", "ts": self.now_ns(), "books": books})
            for channel, symbol, option in list(client.asked):
                if channel == "ticker":
                    self._say(client, self._ticker(self.series[symbol]))
                elif channel == "candles":
                    self._say(client, self._candle(self.listings[symbol], option))

    # Connections and requests.

    def greet(self, client: Client) -> None:
        self._say(
            client,
            {
                "type": "hello",
                "protocol": "open-feed",
                "version": 1,
                "server": "an emulator of the tests",
                "venue": "emulated",
                "name": "Emulated venue",
                "heartbeat_ms": max(1, round(1000 * self.second_s)),
                "ts": self.now_ns(),
            },
        )

    def hear(self, client: Client, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError as error:
            self._error(client, "bad_message", f"The message was not JSON: {error}.")
            return
        kind = said.get("type")
        answers: dict[str, Callable[[Client, dict[str, Any]], None]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "instruments": self._instruments,
            "candles": self._past,
            "tickers": self._tickers,
        }
        if kind in answers:
            answers[kind](client, said)
        else:
            self._error(client, "unknown_type", f"There is no request {kind!r}.", id=said.get("id"))

    def answer(self, query: Query) -> Answer:
        """The Open Feed has no HTTP side."""
        return Answer("not found", 404)

    def _subscribe(self, client: Client, said: dict[str, Any]) -> None:
        topics = self._topics(client, said)
        if topics is None:
            return
        self._acknowledge(client, "subscribed", said, topics)
        for topic in topics:
            client.asked[topic] = None
            channel, symbol, option = topic
            if channel == "book":
                self._lies.discard(symbol)
                if not self.withholds_snapshot():
                    self._say(client, self._snapshot(self.series[symbol]))
            elif channel == "quotes":
                self._say(client, self._quote(self.series[symbol]))
            elif channel == "ticker":
                self._say(client, self._ticker(self.series[symbol]))
            elif channel == "candles":
                self._say(client, self._candle(self.listings[symbol], option))

    def _unsubscribe(self, client: Client, said: dict[str, Any]) -> None:
        topics = self._topics(client, said)
        if topics is not None:
            for topic in topics:
                client.asked.pop(topic, None)
            self._acknowledge(client, "unsubscribed", said, topics)

    def _topics(self, client: Client, said: dict[str, Any]) -> list[tuple[str, str, int]] | None:
        channel, number = said.get("channel", ""), said.get("id")
        if channel not in CHANNELS:
            self._error(client, "unknown_channel", f"There is no channel {channel!r}.", id=number)
            return None
        option = int(said.get("interval_s", 0)) if channel == "candles" else 0
        if channel == "candles" and (not 1 <= option <= 86400 or 86400 % option):
            self._error(client, "bad_interval", f"{option} does not divide a day.", id=number)
            return None
        topics = []
        for symbol in said.get("symbols", []):
            told = {"id": number, "channel": channel, "symbol": symbol}
            if symbol not in self.series:
                reason = f"There is no symbol {symbol!r} here."
                self._error(client, "unknown_symbol", reason, **told)
            elif channel == "funding":
                self._error(client, "not_offered", "Funding is of perpetuals only.", **told)
            else:
                topics.append((channel, symbol, option))
        return topics

    def _acknowledge(
        self, client: Client, kind: str, said: dict[str, Any], topics: list[tuple[str, str, int]]
    ) -> None:
        message: dict[str, Any] = {
            "type": kind,
            "id": said.get("id"),
            "channel": said["channel"],
            "symbols": [symbol for _, symbol, _ in topics],
        }
        if said["channel"] == "candles":
            message["interval_s"] = said["interval_s"]
        self._say(client, message)

    def _instruments(self, client: Client, said: dict[str, Any]) -> None:
        listed = [
            {
                "symbol": listing.symbol,
                "name": f"{listing.base} / {listing.quote}",
                "base": listing.base,
                "quote": listing.quote,
                "kind": "spot",
                "tick_size": plain(listing.tick),
                "lot_size": plain(listing.lot),
                "status": listing.status or "trading",
            }
            for listing in self.listings.values()
        ]
        self._say(client, {"type": "instruments", "id": said.get("id"), "instruments": listed})

    def _past(self, client: Client, said: dict[str, Any]) -> None:
        listing, number = self.listings.get(said.get("symbol", "")), said.get("id")
        if listing is None:
            reason = f"There is no symbol {said.get('symbol')!r} here."
            self._error(client, "unknown_symbol", reason, id=number)
            return
        interval, limit = int(said["interval_s"]), int(said.get("limit", 500))
        end = (int(said.get("end", 0)) or self.now_ns()) - 1
        rows = [_row(row) for row in candles(listing, interval, end // 1_000_000_000, limit)]
        told = {"symbol": listing.symbol, "interval_s": interval, "candles": rows}
        self._say(client, {"type": "candles", "id": number} | told)

    def _tickers(self, client: Client, said: dict[str, Any]) -> None:
        tickers = []
        for symbol in said.get("symbols", []):
            if symbol in self.series:
                tickers.append(self._ticker(self.series[symbol]))
            else:
                reason = f"There is no symbol {symbol!r} here."
                self._error(client, "unknown_symbol", reason, id=said.get("id"), symbol=symbol)
        self._say(client, {"type": "tickers", "id": said.get("id"), "tickers": tickers})

    # Messages.

    def _snapshot(self, series: Series) -> dict[str, Any]:
        bids, asks = series.market.book()
        return {
            "type": "snapshot",
            "symbol": series.market.listing.symbol,
            "seq": series.id,
            "ts": self.now_ns(),
            "bids": _texts(bids),
            "asks": _texts(asks),
            "checksum": book_checksum(bids, asks),
        }

    def _delta(self, series: Series, change: Change) -> None:
        symbol, picture = series.market.listing.symbol, series.market.picture()
        best_bids, best_asks = picture.bids(10), picture.asks(10)
        bids, asks = best_first(change.bids, bids=True), best_first(change.asks, bids=False)
        telling = is_telling(bids, best_bids) if bids else is_telling(asks, best_asks)
        if symbol in self._lies:
            self._lies.discard(symbol)
            lie = best_asks[2][0], series.market.listing.lot * 7
            bids, best_bids = [lie, *bids], [lie, *best_bids][:10]
        message = {
            "type": "delta",
            "symbol": symbol,
            "seq": series.id,
            "ts": self.now_ns(),
            "bids": _texts(bids),
            "asks": _texts(asks),
        }
        if series.id % self.checksum_every == 0:
            message["checksum"] = book_checksum(best_bids, best_asks)
        text = _json(message)
        for client in self.clients:
            if ("book", symbol, 0) in client.asked:
                self.say_book(client, text, telling=telling)

    def _print(self, series: Series, trade: Print) -> dict[str, Any]:
        return {
            "type": "trade",
            "symbol": series.market.listing.symbol,
            "id": series.trade_id,
            "ts": self.now_ns(),
            "side": "buy" if trade.buy else "sell",
            "price": plain(trade.price),
            "size": plain(trade.size),
        }

    def _quote(self, series: Series) -> dict[str, Any]:
        (bid, bid_size), (ask, ask_size) = series.market.best()
        return {
            "type": "quote",
            "symbol": series.market.listing.symbol,
            "ts": self.now_ns(),
            "bid": plain(bid),
            "bid_size": plain(bid_size),
            "ask": plain(ask),
            "ask_size": plain(ask_size),
        }

    def _ticker(self, series: Series) -> dict[str, Any]:
        listing, ((bid, _), _) = series.market.listing, series.market.best()
        return {
            "type": "ticker",
            "symbol": listing.symbol,
            "ts": self.now_ns(),
            "open": plain(listing.price),
            "high": plain(2 * listing.price),
            "low": plain(listing.tick),
            "last": plain(bid),
            "volume": plain(listing.lot * series.trade_id),
            "change": plain(round(bid / listing.price - 1, 6)),
        }

    def _candle(self, listing: Listing, interval_s: int) -> dict[str, Any]:
        now = self.now_ns()
        (row,) = candles(listing, interval_s, now // 1_000_000_000, 1)
        open_ts, *prices, trades = _row(row)
        names = ("open", "high", "low", "close", "volume", "buy_volume")
        return {
            "type": "candle",
            "symbol": listing.symbol,
            "interval_s": interval_s,
            "ts": now,
            "open_ts": open_ts,
            **dict(zip(names, prices, strict=True)),
            "trades": trades,
            "closed": False,
        }

    def _to_all(self, topic: tuple[str, str, int], message: Callable[[], dict[str, Any]]) -> None:
        for client in self.clients:
            if topic in client.asked:
                self._say(client, message())

    def _error(self, client: Client, code: str, reason: str, **known: Any) -> None:
        told = {key: value for key, value in known.items() if value is not None}
        self._say(client, {"type": "error", "code": code, "reason": reason} | told)

    def _say(self, client: Client, message: dict[str, Any]) -> None:
        client.say(_json(message))


def plain(value: Decimal) -> str:
    """A number in the one canonical form of section 2."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def book_checksum(bids: Levels, asks: Levels) -> int:
    """CRC-32 of section 6.5."""
    ask_text = ",".join(f"{plain(price)}:{plain(size)}" for price, size in asks[:10])
    bid_text = ",".join(f"{plain(price)}:{plain(size)}" for price, size in bids[:10])
    return zlib.crc32(f"{ask_text}|{bid_text}".encode("ascii"))


def _texts(levels: Levels) -> list[tuple[str, str]]:
    return [(plain(price), plain(size)) for price, size in levels]


def _row(row: PastCandle) -> list[Any]:
    prices = (row.open, row.high, row.low, row.close, row.volume, row.buy_volume)
    return [row.start_s * 1_000_000_000, *(plain(value) for value in prices), row.trades]


def _json(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
