"""Binance Spot as its documents and recordings have it: streams, control messages, REST.

Sources: github.com/binance/binance-spot-api-docs (web-socket-streams.md, rest-api.md);
where recordings say more than those (numbers padded to 8 digits, acknowledged nonsense,
a snapshot in the middle of the updates), the recordings are followed.
"""

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlsplit

from tests.emulators.emulator import (
    Answer,
    Client,
    Emulator,
    Query,
    Refused,
    Series,
    best_first,
    is_telling,
)
from tests.emulators.past import PastCandle, candle, candles
from tests.emulators.truth import Change, Level, Levels, Listing, Picture, Print, plain_text

PADDED: Final = 8
MESSAGES_A_SECOND: Final = 5
WEIGHT_A_MINUTE: Final = 6000
INTERVALS: Final = {
    "1s": 1,
    "1m": 60,
    "3m": 180,
    "5m": 300,
    "15m": 900,
    "30m": 1800,
    "1h": 3600,
    "2h": 7200,
    "4h": 14400,
    "6h": 21600,
    "8h": 28800,
    "12h": 43200,
    "1d": 86400,
    "3d": 259200,
    "1w": 604800,
}
_METHODS: Final = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
_INVALID_SYMBOL: Final = Answer('{"code":-1121,"msg":"Invalid symbol."}', 400)


class BinanceEmulator(Emulator):
    """Binance on 127.0.0.1; symbols in upper case, as REST has them.

    An update id counts changes, over the whole venue's book of a symbol; a depth
    message covers all ids since the last one. ``old_snapshot`` makes the next REST
    snapshots the first book there ever was; ``shut_down`` says serverShutdown.
    """

    SOCKET_PATH = "/stream"
    NUMBERS: ClassVar = {
        "first": re.compile(r'"U":(\d+)'),
        "last": re.compile(r'"u":(\d+)'),
        "price": re.compile(r'\[\["([^"]+)","'),
        "size": re.compile(r'\[\["[^"]+","([^"]+)"'),
    }

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.weight_used = 0
        self._weight_since = time.monotonic()
        self._old_snapshots = 0
        self._lies: set[str] = set()
        self._pending: dict[str, _Pending] = {symbol: _Pending() for symbol in self.series}
        self._days = {symbol: _Day(series) for symbol, series in self.series.items()}

    # What a test may do to it.

    def old_snapshot(self, count: int = 1) -> None:
        """The next REST snapshots are older than anybody's updates."""
        self._old_snapshots += count

    def rate_limit(self, status: int = 429, retry_after: str = "1", path: str = "") -> None:
        """The next HTTP request (to ``path``) is refused."""
        body = '{"code":-1003,"msg":"Too much request weight used."}'
        self.refusals.append(Refused(status, retry_after, body, path))

    def crossed(self, symbol: str) -> None:
        self._lies.add(symbol)

    def shut_down(self) -> None:
        """Tell every client that the server will go."""
        for client in self.clients:
            self._say(client, "!serverShutdown", {"e": "serverShutdown", "E": self._ms()})

    # The market.

    def advance(self, series: Series, change: Change) -> None:
        """Each change has an id; quotes and trades are told at once."""
        symbol, pending = series.market.listing.symbol, self._pending[series.market.listing.symbol]
        count = len(change.bids) + len(change.asks)
        if not count:
            return
        pending.first = pending.first or series.id + 1
        pending.bids.update(change.bids)
        pending.asks.update(change.asks)
        series.note(series.id + count)
        for trade in change.prints:
            self._trade(series, trade)
        if change.best_moved:
            self._tell(f"{symbol.lower()}@bookTicker", lambda: self._quote(series))

    def flush(self, series: Series) -> None:
        """One depthUpdate of everything since the last."""
        symbol = series.market.listing.symbol
        pending, self._pending[symbol] = self._pending[symbol], _Pending()
        if not pending.first:
            self._pending[symbol] = pending
            return
        best_bids, best_asks = series.market.picture().bids(10), series.market.picture().asks(10)
        bids = best_first(list(pending.bids.items()), bids=True)
        asks = best_first(list(pending.asks.items()), bids=False)
        telling = is_telling(bids, best_bids) if bids else is_telling(asks, best_asks)
        if symbol in self._lies:
            self._lies.discard(symbol)
            listing = series.market.listing
            # So far beyond the asks that the market does not catch up with it by itself.
            bids.insert(0, (best_asks[0][0] + 500 * listing.tick, listing.lot * 7))
        update = {
            "e": "depthUpdate",
            "E": self._ms(),
            "s": symbol,
            "U": pending.first,
            "u": series.id,
            "b": _padded(bids),
            "a": _padded(asks),
        }
        names = (f"{symbol.lower()}@depth", f"{symbol.lower()}@depth@100ms")
        for client in self.clients:
            for name in names:
                if name in client.asked:
                    text = _message(client, name, update)
                    self.say_book(client, text, telling=telling)
        for levels in (5, 10, 20):
            partial_depth = f"{symbol.lower()}@depth{levels}@100ms"
            self._tell(partial_depth, partial(_partial, series, levels))

    def beat(self, number: int) -> None:
        """What comes once a second, and candles every two."""
        for client in self.clients:
            for name in list(client.asked):
                payload = self._each_second(name, number)
                if payload is not None:
                    self._say(client, name, payload)

    # Connections and control messages.

    def welcome(self, path: str) -> bool:
        place = urlsplit(path).path
        return place in ("/stream", "/ws") or place.startswith("/ws/")

    def greet(self, client: Client) -> None:
        parts = urlsplit(client.path)
        named = dict(parse_qsl(parts.query)).get("streams", "")
        names = named.split("/") + parts.path.removeprefix("/ws").removeprefix("/stream").split("/")
        client.asked = {name: None for name in names if name}

    def hear(self, client: Client, text: str) -> None:
        if self._floods(client):
            self._tasks.append(self._hang_up(client))
            return
        try:
            said = json.loads(text)
        except ValueError:
            message = "Invalid JSON: expected value at line 1 column 1"
            client.say(json.dumps({"code": 3, "msg": message}, separators=(",", ":")))
            return
        client.say(json.dumps(self._reply(client, said), separators=(",", ":")))

    def _reply(self, client: Client, said: Any) -> dict[str, Any]:
        """An acknowledgement, of nonsense too, or an error."""
        if not isinstance(said, dict) or "method" not in said:
            return {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 2"}
        method, number, params = said["method"], said.get("id"), said.get("params", [])
        if method == "LIST_SUBSCRIPTIONS":
            return {"result": list(client.asked), "id": number}
        if method == "GET_PROPERTY":
            return {"result": _combined(client), "id": number}
        if method == "SUBSCRIBE":
            client.asked.update(dict.fromkeys(params))
        elif method == "UNSUBSCRIBE":
            for name in params:
                client.asked.pop(name, None)
        else:
            wrong = f"unknown variant `{method}`, expected one of {_METHODS} at line 1 column 28"
            return {"code": 2, "msg": f"Invalid request: {wrong}"}
        return {"result": None, "id": number}

    def _floods(self, client: Client) -> bool:
        """Five messages a second, pings and pongs among them; the socket is closed beyond."""
        now = time.monotonic()
        client.control_at.append((now, client.connection.control_frames))
        while now - client.control_at[0][0] > 1:
            client.control_at.popleft()
        frames = client.connection.control_frames - client.control_at[0][1]
        return len(client.control_at) + frames > MESSAGES_A_SECOND

    def _hang_up(self, client: Client) -> asyncio.Task[None]:
        closing = client.connection.close(1008, "Too many requests")
        return asyncio.get_running_loop().create_task(closing)

    # Streams.

    def _tell(self, name: str, payload: Callable[[], dict[str, Any]]) -> None:
        listening = [client for client in self.clients if name in client.asked]
        if listening:
            made = payload()
            for client in listening:
                self._say(client, name, made)

    def _say(self, client: Client, name: str, payload: dict[str, Any]) -> None:
        client.say(_message(client, name, payload))

    def _quote(self, series: Series) -> dict[str, Any]:
        (bid, bid_size), (ask, ask_size) = series.market.best()
        return {
            "u": series.id,
            "s": series.market.listing.symbol,
            "b": _pad(bid),
            "B": _pad(bid_size),
            "a": _pad(ask),
            "A": _pad(ask_size),
        }

    def _trade(self, series: Series, trade: Print) -> None:
        symbol, now = series.market.listing.symbol, self._ms()
        series.trade_id += 1
        self._days[symbol].count(trade)
        payload = {
            "e": "trade",
            "E": now,
            "s": symbol,
            "t": series.trade_id,
            "p": _pad(trade.price),
            "q": _pad(trade.size),
            "T": now,
            "m": not trade.buy,
            "M": True,
        }
        self._tell(f"{symbol.lower()}@trade", lambda: payload)

    def _each_second(self, name: str, number: int) -> dict[str, Any] | None:
        symbol, _, kind = name.partition("@")
        listing = self.listings.get(symbol.upper())
        if listing is None or symbol != symbol.lower():
            return None
        if kind.startswith("kline_"):
            interval = kind.removeprefix("kline_")
            if interval in INTERVALS and (interval == "1s" or number % 2 == 0):
                return self._kline(listing, interval)
        if kind == "ticker":
            return self._days[listing.symbol].full(self._ms())
        if kind == "miniTicker":
            return self._days[listing.symbol].mini(self._ms())
        return None

    def _kline(self, listing: Listing, interval: str) -> dict[str, Any]:
        seconds, now = INTERVALS[interval], self._ms()
        row = candle(listing, seconds, now // 1000 // seconds * seconds - (interval == "1s"))
        return {
            "e": "kline",
            "E": now,
            "s": listing.symbol,
            "k": {
                "t": row.start_s * 1000,
                "T": (row.start_s + seconds) * 1000 - 1,
                "s": listing.symbol,
                "i": interval,
                "f": 100,
                "L": 100 + row.trades - 1,
                "o": _pad(row.open),
                "c": _pad(row.close),
                "h": _pad(row.high),
                "l": _pad(row.low),
                "v": _pad(row.volume),
                "n": row.trades,
                "x": interval == "1s",
                "q": _pad(row.volume * row.close),
                "V": _pad(row.buy_volume),
                "Q": _pad(row.buy_volume * row.close),
                "B": "0",
            },
        }

    # REST.

    def answer(self, query: Query) -> Answer:
        """One request, its weight counted."""
        reply, weight = self._route(query)
        if time.monotonic() - self._weight_since > 60:
            self.weight_used, self._weight_since = 0, time.monotonic()
        self.weight_used += weight
        if self.weight_used > WEIGHT_A_MINUTE:
            body = '{"code":-1003,"msg":"Too much request weight used."}'
            return Answer(body, 429, {"Retry-After": "60"})
        used = {"X-MBX-USED-WEIGHT-1M": str(self.weight_used)}
        return Answer(reply.body, reply.status, used)

    def _route(self, query: Query) -> tuple[Answer, int]:
        path = query.path.removeprefix("/api/v3/")
        if path == "exchangeInfo":
            return self._info(query), 20
        if path == "depth":
            return self._depth(query)
        if path in ("klines", "uiKlines"):
            return self._klines(query), 2
        if path == "ticker/24hr":
            return self._tickers(query)
        return Answer('{"code":-1,"msg":"no such path"}', 404), 1

    def _info(self, query: Query) -> Answer:
        symbol = query.params.get("symbol")
        if symbol is not None and symbol not in self.listings:
            return _INVALID_SYMBOL
        listings = [self.listings[symbol]] if symbol else list(self.listings.values())
        limits = [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": WEIGHT_A_MINUTE,
            }
        ]
        info = {
            "timezone": "UTC",
            "serverTime": self._ms(),
            "rateLimits": limits,
            "exchangeFilters": [],
            "symbols": [_listed(listing) for listing in listings],
        }
        return _json(info)

    def _depth(self, query: Query) -> tuple[Answer, int]:
        limit = min(int(query.params.get("limit", "100")), 5000)
        weight = next(
            w for most, w in ((100, 5), (500, 25), (1000, 50), (5000, 250)) if limit <= most
        )
        series = self.series.get(query.params.get("symbol", ""))
        if series is None:
            return _INVALID_SYMBOL, weight
        at, picture = series.id, series.market.picture()
        if self._old_snapshots:
            self._old_snapshots -= 1
            at, picture = series.first
        bids, asks = picture.bids(limit), picture.asks(limit)
        return _json({"lastUpdateId": at, "bids": _padded(bids), "asks": _padded(asks)}), weight

    def _klines(self, query: Query) -> Answer:
        listing = self.listings.get(query.params.get("symbol", ""))
        interval = query.params.get("interval", "")
        if listing is None or interval not in INTERVALS:
            return _INVALID_SYMBOL
        limit = min(int(query.params.get("limit", "500")), 1000)
        end_s = min(int(query.params.get("endTime", self._ms())), self._ms()) // 1000
        rows = candles(listing, INTERVALS[interval], end_s, limit)
        if "startTime" in query.params:
            rows = [row for row in rows if row.start_s * 1000 >= int(query.params["startTime"])]
        return _json([_row(row, INTERVALS[interval]) for row in rows])

    def _tickers(self, query: Query) -> tuple[Answer, int]:
        now, mini = self._ms(), query.params.get("type") == "MINI"
        if "symbol" in query.params:
            symbols = [query.params["symbol"]]
        else:
            symbols = json.loads(query.params.get("symbols", json.dumps(list(self.series))))
        if any(symbol not in self.series for symbol in symbols):
            return _INVALID_SYMBOL, 2
        days = [self._days[symbol].rest(now, mini=mini) for symbol in symbols]
        weight = 2 if len(symbols) <= 20 else 40 if len(symbols) <= 100 else 80
        return _json(days[0] if "symbol" in query.params else days), weight

    def _ms(self) -> int:
        return self.now_ns() // 1_000_000


class _Pending:
    """Changes that the next depthUpdate will tell, by price."""

    def __init__(self) -> None:
        self.first = 0
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}


class _Day:
    """A symbol's 24 h figures, grown from its trades."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._open = self._high = self._low = self._last = series.market.listing.price
        self._volume = Decimal(0)
        self._sizes: deque[Decimal] = deque([Decimal(0)], maxlen=1)

    def count(self, trade: Print) -> None:
        self._high, self._low = max(self._high, trade.price), min(self._low, trade.price)
        self._last = trade.price
        self._volume += trade.size
        self._sizes.append(trade.size)

    def full(self, now: int) -> dict[str, Any]:
        (bid, bid_size), (ask, ask_size) = self._series.market.best()
        change = self._last - self._open
        return {
            "e": "24hrTicker",
            "E": now,
            "s": self._series.market.listing.symbol,
            "p": _pad(change),
            "P": f"{change / self._open * 100:.3f}",
            "w": _pad(self._last),
            "x": _pad(self._open),
            "c": _pad(self._last),
            "Q": _pad(self._sizes[0]),
            "b": _pad(bid),
            "B": _pad(bid_size),
            "a": _pad(ask),
            "A": _pad(ask_size),
            "o": _pad(self._open),
            "h": _pad(self._high),
            "l": _pad(self._low),
            "v": _pad(self._volume),
            "q": _pad(self._volume * self._last),
            "O": now - 86_400_000,
            "C": now,
            "F": 1001,
            "L": self._series.trade_id,
            "n": self._series.trade_id - 1000,
        }

    def mini(self, now: int) -> dict[str, Any]:
        full = self.full(now)
        return {"e": "24hrMiniTicker"} | {key: full[key] for key in "Escohlvq"}

    def rest(self, now: int, *, mini: bool) -> dict[str, Any]:
        told = self.full(now)
        names = _MINI if mini else _MINI | _FULL
        return {name: told[key] for name, key in names.items()}


_MINI: Final = {
    "symbol": "s",
    "openPrice": "o",
    "highPrice": "h",
    "lowPrice": "l",
    "lastPrice": "c",
    "volume": "v",
    "quoteVolume": "q",
    "openTime": "O",
    "closeTime": "C",
    "firstId": "F",
    "lastId": "L",
    "count": "n",
}
_FULL: Final = {
    "priceChange": "p",
    "priceChangePercent": "P",
    "weightedAvgPrice": "w",
    "prevClosePrice": "x",
    "lastQty": "Q",
    "bidPrice": "b",
    "bidQty": "B",
    "askPrice": "a",
    "askQty": "A",
}


def _combined(client: Client) -> bool:
    return urlsplit(client.path).path == "/stream"


def _message(client: Client, name: str, payload: dict[str, Any]) -> str:
    whole = {"stream": name, "data": payload} if _combined(client) else payload
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


def _partial(series: Series, levels: int) -> dict[str, Any]:
    picture: Picture = series.market.picture()
    return {
        "lastUpdateId": series.id,
        "bids": _padded(picture.bids(levels)),
        "asks": _padded(picture.asks(levels)),
    }


def _listed(listing: Listing) -> dict[str, Any]:
    return {
        "symbol": listing.symbol,
        "status": listing.status or "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "isSpotTradingAllowed": True,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": _pad(listing.tick),
                "maxPrice": "1000000.00000000",
                "tickSize": _pad(listing.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": _pad(listing.lot),
                "maxQty": "9000000.00000000",
                "stepSize": _pad(listing.lot),
            },
            {"filterType": "NOTIONAL", "minNotional": "5.00000000"},
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }


def _row(row: PastCandle, seconds: int) -> list[Any]:
    return [
        row.start_s * 1000,
        _pad(row.open),
        _pad(row.high),
        _pad(row.low),
        _pad(row.close),
        _pad(row.volume),
        (row.start_s + seconds) * 1000 - 1,
        _pad(row.volume * row.close),
        row.trades,
        _pad(row.buy_volume),
        _pad(row.buy_volume * row.close),
        "0",
    ]


def _padded(levels: Levels) -> list[tuple[str, str]]:
    return [_pad_level(level) for level in levels]


def _pad_level(level: Level) -> tuple[str, str]:
    return _pad(level[0]), _pad(level[1])


def _pad(value: Decimal) -> str:
    return plain_text(value, PADDED)


def _json(value: Any) -> Answer:
    return Answer(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
