"""Kraken Spot, WebSocket API v2 and REST, as its documents and recordings have it.

Sources: docs.kraken.com (websocket-v2: book, trade, ticker, ohlc, instrument, status,
ping, heartbeat; guides: introduction, book-checksum-v2; REST pages). Numbers are written
with the pair's decimals, trailing zeros included, as recordings of 2026 have them;
``trimmed`` writes them as a plain JSON number instead, zeros lost and exponents used.
"""

import json
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from tests.emulators.emulator import Answer, Client, Emulator, Query, Series, best_first, is_telling
from tests.emulators.past import PastCandle, candle, candles
from tests.emulators.truth import (
    Change,
    Levels,
    Listing,
    Picture,
    Print,
    decimals_of,
    plain_text,
)

DEPTHS: Final = (10, 25, 100, 500, 1000)
OHLC_INTERVALS: Final = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)
TRADES_OF_SNAPSHOT: Final = 50
OLD_NAMES: Final = {"BTC": "XBT", "DOGE": "XDG"}

BTC_USD: Final = Listing(
    symbol="BTC/USD",
    base="BTC",
    quote="USD",
    tick=Decimal("0.1"),
    lot=Decimal("0.00000001"),
    price=Decimal("64210.1"),
)
SHIB_USD: Final = Listing(
    symbol="SHIB/USD",
    base="SHIB",
    quote="USD",
    tick=Decimal("0.00000001"),
    lot=Decimal("0.00001"),
    price=Decimal("0.00001234"),
)

Topic = tuple[str, str, int | str]
"""Channel, symbol and the option it was asked with: depth, interval or trigger."""


class KrakenEmulator(Emulator):
    """Kraken on 127.0.0.1. A book's sequence id is the ``timestamp`` of its message, in ns.

    ``trimmed`` writes numbers as short as JSON allows; ``depths`` are those offered.
    ``exceed_rate`` complains as Kraken does of too many messages.
    """

    SOCKET_PATH = "/v2"
    NUMBERS: ClassVar = {
        "price": re.compile(r'"price":([^,}]+)'),
        "size": re.compile(r'"qty":([^,}]+)'),
        "checksum": re.compile(r'"checksum":(\d+)'),
    }

    def __init__(
        self,
        listings: Iterable[Listing] = (BTC_USD, SHIB_USD),
        *args: Any,
        trimmed: bool = False,
        **keywords: Any,
    ) -> None:
        self._last_stamp = 0
        super().__init__(listings, *args, **keywords)
        self.trimmed = trimmed
        self.system = "online"
        self._prints: dict[str, deque[str]] = {
            symbol: deque(maxlen=TRADES_OF_SNAPSHOT) for symbol in self.series
        }
        self._spoke: dict[Client, bool] = {}
        self._told: dict[str, int] = {}

    def last_id(self, symbol: str) -> int:
        """The id of the last book message; changes below the depth make none."""
        return self._told.get(symbol, 0)

    # What a test may do to it.

    def crossed(self, symbol: str) -> None:
        for client in self.clients:
            for view in client.asked.values():
                if isinstance(view, _View) and view.symbol == symbol:
                    view.lie = True

    def exceed_rate(self) -> None:
        """Complain of too many messages."""
        for client in self.clients:
            client.say('{"Error":"Exceeded msg rate"}')

    def set_system(self, state: str) -> None:
        """Change the venue's state (online, cancel_only, maintenance, post_only) and tell it."""
        self.system = state
        for client in self.clients:
            client.say(self._status())

    # The market.

    def first_id(self, number: int) -> int:
        return self._stamp()

    def advance(self, series: Series, change: Change) -> None:
        """A book message for what a client's depth shows of it, a trade, a ticker."""
        symbol = series.market.listing.symbol
        if not change.bids and not change.asks:
            return
        series.note(self._stamp())
        picture = series.market.picture()
        for client in self.clients:
            for topic, view in list(client.asked.items()):
                if topic[1] == symbol and isinstance(view, _View):
                    self._update(client, view, series, picture)
        if change.prints:
            self._trades(series, change.prints)
        if change.best_moved:
            self._to_all("ticker", symbol, lambda: self._ticker(series, "update"))

    def flush(self, series: Series) -> None:
        """Nothing waits: Kraken tells of changes as they happen."""

    def beat(self, number: int) -> None:
        """A heartbeat where something is subscribed and nothing else was said."""
        for client in self.clients:
            spoke = self._spoke.get(client, False)
            self._spoke[client] = False
            if client.asked and not spoke:
                client.say('{"channel":"heartbeat"}')

    # Connections and requests.

    def greet(self, client: Client) -> None:
        client.say(self._status())

    def hear(self, client: Client, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            client.say('{"error":"Malformed request","success":false}')
            return
        method, request_id = said.get("method"), said.get("req_id")
        identity = "" if request_id is None else f',"req_id":{request_id}'
        times = f'"time_in":"{_rfc3339(self.now_ns())}","time_out":"{_rfc3339(self.now_ns())}"'
        if method == "ping":
            client.say(f'{{"method":"pong"{identity},{times}}}')
        elif method in ("subscribe", "unsubscribe"):
            self._each(client, said, f"{times}{identity}")
        else:
            client.say(f'{{"error":"Unsupported method","success":false,{times}{identity}}}')

    def _each(self, client: Client, said: dict[str, Any], tail: str) -> None:
        """One answer per symbol; the others of a request succeed beside a wrong one."""
        method, params = said["method"], said.get("params", {})
        channel = params.get("channel", "")
        symbols = [""] if channel == "instrument" else params.get("symbol", [])
        for symbol in symbols:
            option = self._option(channel, params)
            topic = (channel, symbol, option)
            wrong = self._wrong(client, method, topic)
            if wrong:
                error, named = json.dumps(wrong), json.dumps(symbol)
                client.say(
                    f'{{"error":{error},"method":"{method}","success":false,"symbol":{named},{tail}}}'
                )
                continue
            result = {"channel": channel} | self._echo(channel, params, symbol)
            told = json.dumps(result, separators=(",", ":"))
            client.say(f'{{"method":"{method}","result":{told},"success":true,{tail}}}')
            if method == "unsubscribe":
                client.asked.pop(topic, None)
            else:
                self._begin(client, topic, snapshot=params.get("snapshot", True))

    def _option(self, channel: str, params: dict[str, Any]) -> int | str:
        if channel == "book":
            return int(params.get("depth", 10))
        if channel == "ohlc":
            return int(params.get("interval", 1))
        return str(params.get("event_trigger", "trades")) if channel == "ticker" else 0

    def _echo(self, channel: str, params: dict[str, Any], symbol: str) -> dict[str, Any]:
        if channel == "instrument":
            return {"snapshot": params.get("snapshot", True)}
        name = {"book": "depth", "ohlc": "interval", "ticker": "event_trigger"}.get(channel)
        echo = {name: self._option(channel, params)} if name else {}
        return echo | {"snapshot": params.get("snapshot", True), "symbol": symbol}

    def _wrong(self, client: Client, method: str, topic: Topic) -> str:
        channel, symbol, option = topic
        if channel not in ("book", "trade", "ticker", "ohlc", "instrument"):
            return "Channel not supported"
        if channel != "instrument" and symbol not in self.series:
            return f"Currency pair not supported {symbol}"
        if channel == "book" and option not in DEPTHS:
            return "Subscription depth not supported"
        if channel == "ohlc" and option not in OHLC_INTERVALS:
            return "Subscription ohlc interval not supported"
        if method == "subscribe" and topic in client.asked:
            return "Already subscribed to this channel"
        return (
            "Subscription Not Found"
            if method == "unsubscribe" and topic not in client.asked
            else ""
        )

    def _begin(self, client: Client, topic: Topic, *, snapshot: bool) -> None:
        channel, symbol, option = topic
        client.asked[topic] = None
        self._spoke[client] = True
        if channel == "book":
            assert isinstance(option, int)
            view = client.asked[topic] = _View(symbol, option)
            self._snapshot(client, view)
        elif not snapshot:
            return
        elif channel == "instrument":
            client.say(self._instruments())
        elif channel == "trade":
            rows = ",".join(self._prints[symbol])
            client.say(f'{{"channel":"trade","type":"snapshot","data":[{rows}]}}')
        elif channel == "ticker":
            client.say(self._ticker(self.series[symbol], "snapshot"))
        else:
            assert isinstance(option, int)
            client.say(self._candles(self.listings[symbol], option))

    # The book.

    def _snapshot(self, client: Client, view: "_View") -> None:
        series = self.series[view.symbol]
        picture = series.market.picture()
        view.bids, view.asks = picture.bids(view.depth), picture.asks(view.depth)
        text = self._book_message(series, "snapshot", view.bids, view.asks, view)
        if not self.withholds_snapshot():
            client.say(text)

    def _update(self, client: Client, view: "_View", series: Series, picture: Picture) -> None:
        """What changed within the depth; a level pushed out of it is not mentioned."""
        self._spoke[client] = True
        bids, asks = picture.bids(view.depth), picture.asks(view.depth)
        if view.lie:
            bids = [(asks[1][0], series.market.listing.lot * 7), *bids][: view.depth]
        bid_rows = _difference(view.bids, bids, dict(picture.bids()), bids_side=True)
        ask_rows = _difference(view.asks, asks, dict(picture.asks()), bids_side=False)
        view.bids, view.asks = bids, asks
        if not bid_rows and not ask_rows:
            return
        telling = is_telling(bid_rows, bids) if bid_rows else is_telling(ask_rows, asks)
        text = self._book_message(series, "update", bid_rows, ask_rows, view)
        self.say_book(client, text, telling=telling)

    def _book_message(
        self, series: Series, kind: str, bids: Levels, asks: Levels, view: "_View"
    ) -> str:
        listing = series.market.listing
        self._told[listing.symbol] = series.id
        return (
            f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{listing.symbol}",'
            f'"bids":[{self._rows(listing, bids)}],"asks":[{self._rows(listing, asks)}],'
            f'"checksum":{book_checksum(listing, view.bids, view.asks)},'
            f'"timestamp":"{_rfc3339(series.id)}"}}]}}'
        )

    def _rows(self, listing: Listing, levels: Levels) -> str:
        return ",".join(
            f'{{"price":{self._price(listing, price)},"qty":{self._size(listing, size)}}}'
            for price, size in levels
        )

    def _price(self, listing: Listing, price: Decimal) -> str:
        return self._number(price, decimals_of(listing.tick))

    def _size(self, listing: Listing, size: Decimal) -> str:
        return self._number(size, decimals_of(listing.lot))

    def _number(self, value: Decimal, decimals: int) -> str:
        return repr(float(value)) if self.trimmed else plain_text(value, decimals)

    # The other channels.

    def _to_all(self, channel: str, symbol: str, message: Callable[[], str]) -> None:
        asking = [c for c in self.clients if any(t[:2] == (channel, symbol) for t in c.asked)]
        if asking:
            text = message()
            for client in asking:
                self._spoke[client] = True
                client.say(text)

    def _trades(self, series: Series, prints: list[Print]) -> None:
        listing, rows = series.market.listing, []
        for trade in prints:
            series.trade_id += 1
            side, kind = ("buy" if trade.buy else "sell"), "market"
            rows.append(
                f'{{"symbol":"{listing.symbol}","side":"{side}",'
                f'"price":{self._price(listing, trade.price)},'
                f'"qty":{self._size(listing, trade.size)},"ord_type":"{kind}",'
                f'"trade_id":{series.trade_id},"timestamp":"{_rfc3339(series.id)}"}}'
            )
        self._prints[listing.symbol].extend(rows)
        data = ",".join(rows)
        message = f'{{"channel":"trade","type":"update","data":[{data}]}}'
        self._to_all("trade", listing.symbol, lambda: message)
        for interval in OHLC_INTERVALS:
            for client in self.clients:
                if ("ohlc", listing.symbol, interval) in client.asked:
                    client.say(self._candles(listing, interval, update=True))

    def _ticker(self, series: Series, kind: str) -> str:
        listing = series.market.listing
        (bid, bid_size), (ask, ask_size) = series.market.best()
        price, size = self._price, self._size
        return (
            f'{{"channel":"ticker","type":"{kind}","data":[{{"symbol":"{listing.symbol}",'
            f'"bid":{price(listing, bid)},"bid_qty":{size(listing, bid_size)},'
            f'"ask":{price(listing, ask)},"ask_qty":{size(listing, ask_size)},'
            f'"last":{price(listing, bid)},"volume":1234.5678,"vwap":{price(listing, bid)},'
            f'"low":{price(listing, listing.tick)},"high":{price(listing, 2 * ask)},'
            f'"change":{price(listing, bid - listing.price)},"change_pct":0.01,'
            f'"timestamp":"{_rfc3339(series.id)}"}}]}}'
        )

    def _candles(self, listing: Listing, minutes: int, *, update: bool = False) -> str:
        now = self.now_ns()
        seconds, last = minutes * 60, now // 1_000_000_000
        rows = candles(listing, seconds, last, 1 if update else 720)
        data = ",".join(self._candle(listing, row, minutes) for row in rows)
        kind = "update" if update else "snapshot"
        return f'{{"channel":"ohlc","type":"{kind}","timestamp":"{_rfc3339(now)}","data":[{data}]}}'

    def _candle(self, listing: Listing, row: PastCandle, minutes: int) -> str:
        prices = ",".join(
            f'"{name}":{self._price(listing, value)}'
            for name, value in (
                ("open", row.open),
                ("high", row.high),
                ("low", row.low),
                ("close", row.close),
            )
        )
        begin = _rfc3339(row.start_s * 1_000_000_000)
        end = _rfc3339((row.start_s + minutes * 60) * 1_000_000_000)
        return (
            f'{{"symbol":"{listing.symbol}",{prices},"trades":{row.trades},'
            f'"volume":{self._size(listing, row.volume)},"vwap":{self._price(listing, row.close)},'
            f'"interval_begin":"{begin}","interval":{minutes},"timestamp":"{end}"}}'
        )

    def _instruments(self) -> str:
        assets = {a: 0 for listing in self.listings.values() for a in (listing.base, listing.quote)}
        asset_rows = ",".join(
            f'{{"id":"{name}","status":"enabled","precision":10,"precision_display":5,'
            f'"borrowable":true,"collateral_value":1.0,"margin_rate":0.02,"multiplier":1.0}}'
            for name in assets
        )
        pairs = ",".join(_pair_row(listing) for listing in self.listings.values())
        return (
            '{"channel":"instrument","type":"snapshot","data":'
            f'{{"assets":[{asset_rows}],"pairs":[{pairs}]}}}}'
        )

    def _status(self) -> str:
        return (
            '{"channel":"status","type":"update","data":[{"version":"2.0.10",'
            f'"system":"{self.system}","api_version":"v2","connection_id":13834774380200032777}}]}}'
        )

    def _stamp(self) -> int:
        """The venue's time, in whole microseconds and never the same twice."""
        self._last_stamp = max(self.now_ns() // 1000 * 1000, self._last_stamp + 1000)
        return self._last_stamp

    # REST.

    def answer(self, query: Query) -> Answer:
        """One request, in the envelope that tells errors with status 200."""
        method = query.path.removeprefix("/0/public/")
        pair = query.params.get("pair")
        named = [x for x in self.listings.values() if pair in (None, *_names(x))]
        if not named:
            return _envelope(None, "EQuery:Unknown asset pair")
        if method == "AssetPairs":
            return _envelope({_rest_name(x): _asset_pair(x) for x in named})
        if method == "OHLC":
            return self._ohlc(named[0], query)
        if method == "Ticker":
            return _envelope({_rest_name(x): self._rest_ticker(x) for x in named})
        if method == "SystemStatus":
            return _envelope({"status": self.system, "timestamp": _rfc3339(self.now_ns())})
        return _envelope(None, "EGeneral:Unknown method")

    def _ohlc(self, listing: Listing, query: Query) -> Answer:
        minutes = int(query.params.get("interval", "1"))
        if minutes not in OHLC_INTERVALS:
            return _envelope(None, "EGeneral:Invalid arguments")
        rows = candles(listing, minutes * 60, self.now_ns() // 1_000_000_000, 720)
        since = int(query.params.get("since", "0"))
        table = [_ohlc_row(listing, row) for row in rows if row.start_s > since]
        return _envelope({_rest_name(listing): table, "last": rows[-2].start_s})

    def _rest_ticker(self, listing: Listing) -> dict[str, Any]:
        (bid, _), (ask, _) = self.series[listing.symbol].market.best()
        row = candle(listing, 86400, self.now_ns() // 1_000_000_000 // 86400 * 86400)
        price, volume = _fixed(listing, row.close), plain_text(row.volume, 8)
        return {
            "a": [_fixed(listing, ask), "1", "1.000"],
            "b": [_fixed(listing, bid), "1", "1.000"],
            "c": [_fixed(listing, bid), "0.00100000"],
            "v": [volume, volume],
            "p": [price, price],
            "t": [row.trades, row.trades],
            "l": [_fixed(listing, row.low)] * 2,
            "h": [_fixed(listing, row.high)] * 2,
            "o": _fixed(listing, row.open),
        }


class _View:
    """What one client should hold of one book."""

    def __init__(self, symbol: str, depth: int) -> None:
        self.symbol = symbol
        self.depth = depth
        self.lie = False
        self.bids: Levels = []
        self.asks: Levels = []


def book_checksum(listing: Listing, bids: Levels, asks: Levels) -> int:
    """CRC32 as in book-checksum-v2: asks, then bids, digits without point and leading zeros."""
    places = decimals_of(listing.tick), decimals_of(listing.lot)
    text = "".join(
        plain_text(value, decimals).replace(".", "").lstrip("0")
        for level in (*asks[:10], *bids[:10])
        for value, decimals in zip(level, places, strict=True)
    )
    return zlib.crc32(text.encode("ascii"))


def _difference(
    old: Levels, new: Levels, resting: dict[Decimal, Decimal], *, bids_side: bool
) -> Levels:
    """Rows that lead from one view to the next; what rests on beyond the depth is left unsaid."""
    before, after = dict(old), dict(new)
    rows = [(price, size) for price, size in new if before.get(price) != size]
    gone = [(price, Decimal(0)) for price in before if price not in after and price not in resting]
    return best_first(rows + gone, bids=bids_side)


def _pair_row(listing: Listing) -> str:
    status = listing.status or "online"
    return (
        f'{{"symbol":"{listing.symbol}","base":"{listing.base}","quote":"{listing.quote}",'
        f'"status":"{status}","qty_precision":{decimals_of(listing.lot)},'
        f'"qty_increment":{float(listing.lot)!r},"price_precision":{decimals_of(listing.tick)},'
        f'"price_increment":{float(listing.tick)!r},"cost_precision":5,"cost_min":"0.5",'
        f'"qty_min":{float(listing.lot * 5)!r},"marginable":true,"has_index":true,'
        '"position_limit_long":300,"position_limit_short":240,"margin_initial":0.2}'
    )


def _asset_pair(listing: Listing) -> dict[str, Any]:
    base, quote = (OLD_NAMES.get(name, name) for name in (listing.base, listing.quote))
    return {
        "altname": f"{base}{quote}",
        "wsname": f"{base}/{quote}",
        "aclass_base": "currency",
        "base": f"X{base}" if len(base) == 3 else base,
        "aclass_quote": "currency",
        "quote": f"Z{quote}" if len(quote) == 3 else quote,
        "cost_decimals": 5,
        "pair_decimals": decimals_of(listing.tick),
        "lot_decimals": decimals_of(listing.lot),
        "lot_multiplier": 1,
        "ordermin": plain_text(listing.lot * 5, 8),
        "costmin": "0.5",
        "tick_size": plain_text(listing.tick, decimals_of(listing.tick)),
        "status": listing.status or "online",
    }


def _rest_name(listing: Listing) -> str:
    """Kraken's own name of a pair: XXBTZUSD, or SHIBUSD for those that came later."""
    base, quote = (OLD_NAMES.get(name, name) for name in (listing.base, listing.quote))
    return f"X{base}Z{quote}" if len(base) == 3 else f"{base}{quote}"


def _names(listing: Listing) -> tuple[str, ...]:
    base, quote = (OLD_NAMES.get(name, name) for name in (listing.base, listing.quote))
    return _rest_name(listing), f"{base}{quote}", f"{base}/{quote}"


def _ohlc_row(listing: Listing, row: PastCandle) -> list[Any]:
    prices = [_fixed(listing, value) for value in (row.open, row.high, row.low, row.close)]
    volume = plain_text(row.volume, 8)
    return [row.start_s, *prices, _fixed(listing, row.close), volume, row.trades]


def _fixed(listing: Listing, price: Decimal) -> str:
    return plain_text(price, decimals_of(listing.tick))


def _envelope(result: Any, *errors: str) -> Answer:
    reply = {"error": list(errors)} | ({} if result is None else {"result": result})
    return Answer(json.dumps(reply, separators=(",", ":")))


def _rfc3339(ts: int) -> str:
    """An instant with microseconds, as Kraken writes it."""
    seconds, rest = divmod(ts, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"
