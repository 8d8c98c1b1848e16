"""Kraken's REST requests, and what their answers mean."""

from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from monitor.model.events import Candle
from monitor.model.time import MINUTE, SECOND
from monitor.protocol.venue import HttpRequest, HttpResponse
from monitor.venues.kraken.wire import ANSWER, ASSET_PAIRS, OHLC_ROWS, AssetPair

PREFIX: Final = "/0/public/"
MOST_CANDLES: Final = 720
"""OHLC knows the latest 720 candles and no others, whatever is asked."""
LONGEST_PAUSE: Final = 60 * SECOND
TRIES: Final = 5
_TEMPORARY: Final = ("EAPI:Rate limit", "EService:", "EGeneral:Temporary", "EGeneral:Internal")


class Troubled(Exception):
    """An answer that was none; ``again`` is True where asking later may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class Asked(msgspec.Struct, frozen=True):
    """What a request asked for, read back from its address."""

    method: str
    pair: str
    interval: int


def pairs_request(base: str, pair: str = "") -> HttpRequest:
    """All pairs, or one by its REST name."""
    return HttpRequest(base + PREFIX + "AssetPairs" + (f"?pair={quote(pair)}" if pair else ""))


def candles_request(base: str, pair: str, interval: int, since: int) -> HttpRequest:
    """Candles of ``interval`` (ns) that open after ``since`` (ns)."""
    query = f"?pair={quote(pair)}&interval={interval // MINUTE}&since={max(0, since // SECOND)}"
    return HttpRequest(base + PREFIX + "OHLC" + query)


def read_request(url: str) -> Asked:
    """What an address asks for, whatever its host."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    minutes = query.get("interval", ["1"])[0]
    known = minutes.isascii() and minutes.isdigit() and len(minutes) < 8
    return Asked(
        method=parts.path.rpartition("/")[2],
        pair=query.get("pair", [""])[0],
        interval=int(minutes) * MINUTE if known else 0,
    )


def read_pairs(response: HttpResponse) -> dict[str, AssetPair]:
    """The pairs of an AssetPairs answer. Raises Troubled and msgspec's errors."""
    _check_status(response)
    answer = ASSET_PAIRS.decode(response.body)
    _check_errors(answer.error)
    return answer.result


def read_candles(
    response: HttpResponse, instrument: str, interval: int, ts_recv: int
) -> list[Candle]:
    """The candles of an OHLC answer, oldest first; the last one is still forming.

    Raises Troubled and msgspec's errors.
    """
    _check_status(response)
    answer = ANSWER.decode(response.body)
    _check_errors(answer.error)
    # The key is Kraken's own name of the pair, whatever name was asked for.
    rows = next((raw for key, raw in answer.result.items() if key != "last"), None)
    if rows is None:
        raise Troubled("the answer held no candles", again=False)
    table = OHLC_ROWS.decode(rows)
    return [
        Candle(
            instrument=instrument,
            interval=interval,
            ts_open=at * SECOND,
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            buy_volume=-1.0,
            trades=trades,
            closed=number < len(table),
            ts_recv=ts_recv,
        )
        for number, (at, opened, high, low, close, _, volume, trades) in enumerate(table, 1)
    ]


def _check_status(response: HttpResponse) -> None:
    if response.status != 200:
        again = response.status in (418, 429) or response.status >= 500
        raise Troubled(f"the answer had status {response.status}", again=again)


def _check_errors(errors: list[str]) -> None:
    if errors:
        again = any(error.startswith(_TEMPORARY) for error in errors)
        raise Troubled(f"the answer was '{errors[0][:80]}'", again=again)
