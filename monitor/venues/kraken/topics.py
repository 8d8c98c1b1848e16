"""Which of Kraken's channels carry our streams, and how they are asked for."""

from collections.abc import Collection
from typing import Final

import msgspec

from monitor.model.streams import Stream, StreamKind
from monitor.protocol.roster import symbol_of
from monitor.protocol.subscriptions import Topic

LIST: Final = Topic("instrument", "")
"""The one channel that has no symbol: digits, steps and states of every pair, and their changes."""

_CHANNELS: Final[dict[StreamKind, str]] = {
    "book": "book",
    "trades": "trade",
    "candles": "trade",
    "quotes": "ticker",
    "stats": "ticker",
}


def feed_topic(stream: Stream) -> Topic:
    """The channel and symbol on which a stream's events come, however they are asked for."""
    return Topic(_CHANNELS[stream.kind], symbol_of(stream))


def topics_of(streams: Collection[Stream], once: set[str], depth: int) -> set[Topic]:
    """What to ask for these streams, and for one ticker message of each symbol of ``once``."""
    quoted = {stream.instrument for stream in streams if stream.kind == "quotes"}
    topics = {_topic(stream, quoted, depth) for stream in streams}
    watched = {topic.symbol for topic in topics if topic.channel == "ticker"}
    return topics | {Topic("ticker", symbol, "trades") for symbol in once - watched}


def message_of(method: str, batch: list[Topic], number: int) -> str:
    """The message that subscribes or unsubscribes topics of one channel and option."""
    channel, option = batch[0].channel, batch[0].option
    params: dict[str, object] = {"channel": channel}
    if channel != LIST.channel:
        params["symbol"] = [topic.symbol for topic in batch]
    if channel == "book":
        params["depth"] = option
    if channel == "ticker":
        params["event_trigger"] = option
    if method == "subscribe":
        params["snapshot"] = True
    message = {"method": method, "params": params, "req_id": number}
    return msgspec.json.encode(message).decode()


def _topic(stream: Stream, quoted: set[str], depth: int) -> Topic:
    topic = feed_topic(stream)
    if topic.channel == "book":
        return Topic("book", topic.symbol, depth)
    if topic.channel == "ticker":
        # Without "bbo" a message comes only with a trade: enough for 24 h figures.
        trigger = "bbo" if stream.instrument in quoted else "trades"
        return Topic("ticker", topic.symbol, trigger)
    return topic
