"""Binance's REST side: what is asked, what its answers mean, and how much may be asked."""

import json
from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from monitor.model.events import Candle, DayStats
from monitor.model.instrument import Instrument, Status, instrument_id
from monitor.model.time import MINUTE, MS, US
from monitor.protocol.numbers import NumberError, parse_decimal
from monitor.venues.binance.streams import check_numbers
from monitor.venues.binance.wire import KLINES, Filter, KlineRow, Listing, RestTicker

DEPTH: Final = "depth"
INFO: Final = "exchangeInfo"
KLINE_ROWS: Final = ("klines", "uiKlines")
TICKERS: Final = "24hr"
INFO_WEIGHT: Final = 20
KLINES_WEIGHT: Final = 2
MOST_KLINES: Final = 1000
DEFAULT_LIMIT: Final = 100
"""Levels a side where ``depth`` is asked without a limit."""
MOST_LEVELS: Final = 5000
TICKERS_A_REQUEST: Final = 20
"""Up to 20 symbols weigh 2; all together weigh 80."""
ALL_TICKERS_FROM: Final = 400
TICKERS_WEIGHT: Final = 2
ALL_TICKERS_WEIGHT: Final = 80
LONGEST_SYMBOL: Final = 64
MICROSECONDS_FROM: Final = 10**14
"""A time above this is in microseconds: in milliseconds it would be the year 5138."""

STATUSES: Final[dict[str, Status]] = {
    "TRADING": "trading",
    "HALT": "halted",
    "BREAK": "halted",
    "CANCEL_ONLY": "halted",
    "END_OF_DAY": "closed",
}


class Query(msgspec.Struct, frozen=True):
    """One thing to ask: the last part of its path, its parameters, its weight."""

    path: str
    params: tuple[tuple[str, str], ...]
    weight: int

    def url(self, host: str) -> str:
        """The whole address at ``host``, percent-encoded (symbols may be Chinese)."""
        text = urlencode(self.params, quote_via=quote)
        return f"{host}/api/v3/{self.path}" + (f"?{text}" if text else "")


class Asked(msgspec.Struct, frozen=True):
    """What an address asked for, whatever its host and version: ``depth`` and parameters."""

    path: str
    params: dict[str, str]

    @property
    def symbol(self) -> str:
        return self.params.get("symbol", "").upper()

    @property
    def limit(self) -> int:
        """Levels a side that a ``depth`` asked for."""
        text = self.params.get("limit", "")
        short = text.isascii() and text.isdigit() and len(text) < 6
        return min(int(text), MOST_LEVELS) if short else DEFAULT_LIMIT


def asked_by(url: str) -> Asked:
    """Read an address back. Never raises: what is no address of ours asks for nothing."""
    try:
        parts = urlsplit(url)
        if "/fapi/" in parts.path or "/dapi/" in parts.path:
            return Asked("", {})  # the futures' own
        return Asked(parts.path.rstrip("/").rpartition("/")[2], dict(parse_qsl(parts.query)))
    except ValueError:
        return Asked("", {})


class Weights:
    """What was asked in the last minute, in Binance's weights."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._spent: deque[tuple[int, int]] = deque()
        self._sum = 0

    def waits(self, plans: Iterable[tuple[int, int]], now: int) -> list[int]:
        """When each of these may be asked, one after the other: (weight, not before) each."""
        ahead = Weights(self.limit)
        ahead._spent, ahead._sum = self._spent.copy(), self._sum
        times: list[int] = []
        for weight, not_before in plans:
            now = max(now, not_before)
            while not ahead.admits(weight, now):
                now = ahead._spent[0][0] + MINUTE
            times.append(now)
        return times

    def admits(self, weight: int, now: int) -> bool:
        """True where ``weight`` more may be asked at ``now``; it then counts as asked."""
        while self._spent and now - self._spent[0][0] >= MINUTE:
            self._sum -= self._spent.popleft()[1]
        if self._sum + weight > self.limit and self._spent:
            return False
        self._spent.append((now, weight))
        self._sum += weight
        return True


def depth_query(symbol: str, levels: int, weight: int) -> Query:
    """Ask for a snapshot of the book."""
    return Query(DEPTH, (("symbol", symbol), ("limit", str(levels))), weight)


def info_query(symbol: str = "") -> Query:
    """Ask for every instrument, or for one."""
    if symbol:
        return Query(INFO, (("symbol", symbol),), INFO_WEIGHT)
    return Query(INFO, (("showPermissionSets", "false"),), INFO_WEIGHT)


def klines_query(symbol: str, interval: str, end: int, limit: int) -> Query:
    """Ask for candles that open before ``end`` (ns)."""
    rows = str(max(1, min(limit, MOST_KLINES)))
    last = str(-(-end // MS) - 1)
    params = (("symbol", symbol), ("interval", interval), ("endTime", last), ("limit", rows))
    return Query("klines", params, KLINES_WEIGHT)


def ticker_queries(symbols: Iterable[str]) -> list[Query]:
    """Ask for 24 h figures of symbols, in as few requests as is cheap."""
    wanted = list(dict.fromkeys(symbols))
    if len(wanted) >= ALL_TICKERS_FROM:
        return [Query("ticker/24hr", (("type", "MINI"),), ALL_TICKERS_WEIGHT)]
    queries = []
    for start in range(0, len(wanted), TICKERS_A_REQUEST):
        names = json.dumps(
            wanted[start : start + TICKERS_A_REQUEST], ensure_ascii=False, separators=(",", ":")
        )
        queries.append(Query("ticker/24hr", (("symbols", names), ("type", "MINI")), TICKERS_WEIGHT))
    return queries


def instrument_of(venue: str, listing: Listing) -> Instrument | None:
    """An instrument as the list has it; None where its name is none that can be shown."""
    if not showable(listing.symbol):
        return None
    base, counter = listing.base_asset, listing.quote_asset
    return Instrument(
        id=instrument_id(venue, listing.symbol),
        venue=venue,
        symbol=listing.symbol,
        base=base if showable(base) else "",
        quote=counter if showable(counter) else "",
        tick_size=_step(listing.filters, "PRICE_FILTER"),
        lot_size=_step(listing.filters, "LOT_SIZE"),
        status=STATUSES.get(listing.status, "unknown"),
    )


def showable(text: str) -> bool:
    """True for a name without control, format (bidi) or other invisible characters."""
    return 0 < len(text) <= LONGEST_SYMBOL and text.isprintable()


def time_ns(value: int) -> int:
    """Nanoseconds of a time in ms or µs, whichever its size tells."""
    return value * (US if abs(value) >= MICROSECONDS_FROM else MS)


def candles_of(instrument: str, interval: int, body: bytes, ts_recv: int) -> tuple[Candle, ...]:
    """Past candles, oldest first; the last may still run. Raises ValueError."""
    rows = KLINES.decode(body)
    return tuple(
        _candle(instrument, interval, row, ts_recv, last=i == len(rows) - 1)
        for i, row in enumerate(rows)
    )


def day_stats_of(venue: str, ticker: RestTicker, ts_recv: int) -> DayStats:
    """24 h figures from REST. Raises ValueError for numbers no market has."""
    opened, last = ticker.open_price, ticker.last_price
    check_numbers(opened, ticker.high_price, ticker.low_price, last, ticker.volume)
    return DayStats(
        instrument_id(venue, ticker.symbol),
        opened,
        ticker.high_price,
        ticker.low_price,
        last,
        ticker.volume,
        last / opened - 1 if opened > 0 else 0.0,
        time_ns(ticker.close_time),
        ts_recv,
    )


def _candle(instrument: str, interval: int, row: KlineRow, ts_recv: int, *, last: bool) -> Candle:
    opened, first, high, low, close, volume, _, _, trades, buy_volume, _, _ = row
    check_numbers(first, high, low, close, volume, buy_volume)
    start = time_ns(opened)
    # Only of the newest row can it be in doubt whether it still runs; a clock
    # some minutes wrong then costs no more than one candle asked for again.
    closed = not last or start + interval + MINUTE <= ts_recv
    return Candle(
        instrument,
        interval,
        start,
        first,
        high,
        low,
        close,
        volume,
        buy_volume,
        trades,
        closed,
        ts_recv,
    )


def _step(filters: list[Filter], kind: str) -> Decimal | None:
    """A trading rule's step; None where the rule is missing, switched off or nonsense."""
    for rule in filters:
        if rule.filter_type == kind:
            try:
                step = parse_decimal(rule.tick_size if kind == "PRICE_FILTER" else rule.step_size)
            except NumberError:
                return None
            return step.normalize() if step > 0 else None
    return None
