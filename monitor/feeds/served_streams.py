"""What the server asks its source for, stream by stream: present values, and what is not told yet."""

import msgspec

from monitor.feeds.feed_source import FeedSource
from monitor.feeds.served_client import Key
from monitor.model.events import Candle, DayStats, Funding
from monitor.model.time import SECOND
from monitor.protocol.open_feed_writer import OpenFeedWriter

CANDLES_BACK = 5
"""Candles looked at each time, so that one that closed while the process was held up is told."""


class ServedStreams:
    """The streams that no event of the source carries: candles, tickers, funding.

    It remembers what was told of each, so that only changes are told.
    """

    def __init__(self, source: FeedSource, writer: OpenFeedWriter) -> None:
        self._source = source
        self._writer = writer
        self._encode = msgspec.json.Encoder().encode
        self._candles: dict[Key, Candle] = {}
        self._figures: dict[Key, DayStats | Funding] = {}

    def present(self, key: Key, now: int) -> bytes | None:
        """The message that tells a stream's present value; None where it has none."""
        channel, symbol, interval_s = key
        if channel == "book":
            known = self._writer.seq(symbol) is not None
            return self._writer.snapshot(symbol, now) if known else None
        if channel == "quotes":
            quote = self._source.quote(symbol, now)
            return self._writer.quote(quote) if quote else None
        if channel == "candles":
            candles = self._source.candles(symbol, interval_s * SECOND, now + 1, 1, now)
            if not candles:
                return None
            self._candles.setdefault(key, candles[-1])
            return self._writer.candle(candles[-1], now)
        figures = self._ask_figures(key, now)
        return self._written(figures) if figures else None

    def candles(self, key: Key, now: int) -> list[bytes]:
        """The candles of a stream that are not as they were last told, oldest first."""
        _, symbol, interval_s = key
        told = self._candles.get(key)
        interval = interval_s * SECOND
        messages = []
        for candle in self._source.candles(symbol, interval, now + 1, CANDLES_BACK, now):
            if told is not None and candle.ts_open >= told.ts_open and candle != told:
                self._candles[key] = told = candle
                messages.append(self._writer.candle(candle, now))
        return messages

    def figures(self, key: Key, now: int) -> bytes | None:
        """A ticker's or a funding rate's message; None where it is as it was last told."""
        told = self._figures.get(key)
        figures = self._ask_figures(key, now)
        if figures is None or (told is not None and _same(figures, told)):
            return None
        return self._written(figures)

    def forget(self, key: Key) -> None:
        """Nobody reads the stream any more."""
        self._candles.pop(key, None)
        self._figures.pop(key, None)

    def _ask_figures(self, key: Key, now: int) -> DayStats | Funding | None:
        channel, symbol, _ = key
        figures: DayStats | Funding | None = None
        if channel == "ticker":
            figures = self._source.stats(symbol, now)
        elif channel == "funding":
            figures = self._source.funding(symbol, now)
        if figures is not None:
            self._figures[key] = figures
        return figures

    def _written(self, figures: DayStats | Funding) -> bytes:
        if isinstance(figures, DayStats):
            return self._encode(self._writer.ticker(figures))
        return self._writer.funding(figures)


def _same(new: DayStats | Funding, told: DayStats | Funding) -> bool:
    """True where nothing but the time differs."""
    return msgspec.structs.replace(new, ts_event=told.ts_event, ts_recv=told.ts_recv) == told
