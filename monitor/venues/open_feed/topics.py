"""Which channels of an Open Feed carry our streams."""

from collections.abc import Iterable, Mapping
from typing import Final

from monitor.model.instrument import Instrument
from monitor.model.streams import Stream, StreamKind
from monitor.model.time import DAY, SECOND
from monitor.protocol.roster import symbol_of
from monitor.protocol.subscriptions import Topic

_CHANNELS: Final[dict[StreamKind, str]] = {
    "book": "book",
    "trades": "trades",
    "candles": "candles",
    "quotes": "quotes",
    "stats": "ticker",
}


def topic_of(stream: Stream) -> Topic:
    """The channel on which a stream's events come."""
    symbol = symbol_of(stream)
    if stream.kind != "candles":
        return Topic(_CHANNELS[stream.kind], symbol)
    if stream.interval % SECOND or not 0 < stream.interval <= DAY or DAY % stream.interval:
        # No such candles are offered; whoever shows them makes them of trades.
        return Topic("trades", symbol)
    return Topic("candles", symbol, stream.interval // SECOND)


def topics_of(streams: Iterable[Stream], instruments: Mapping[str, Instrument]) -> set[Topic]:
    """What to ask for these streams; the figures of a perpetual have its funding with them."""
    topics = set()
    for stream in streams:
        topics.add(topic_of(stream))
        listed = instruments.get(symbol_of(stream))
        if stream.kind == "stats" and listed is not None and listed.kind == "perpetual":
            topics.add(Topic("funding", listed.symbol))
    return topics
