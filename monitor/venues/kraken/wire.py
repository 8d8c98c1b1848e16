"""Kraken's messages as it spells them, one typed decoder each.

Only the fields that are used are named. Numbers are JSON numbers; the ``Text``
twins keep them as they were written, where a float can't hold them or nobody said
how many digits they have.
"""

from decimal import Decimal

import msgspec


class Level(msgspec.Struct, gc=False):
    """``{"price":78858.8,"qty":0.00000000}``"""

    price: float
    qty: float


class BookData(msgspec.Struct, gc=False):
    """One book's part of a book message; so far a message always had one.

    ``{"symbol":"BTC/USD","bids":[{"price":78858.8,"qty":0.00000000}],"asks":[],
    "checksum":2416540570,"timestamp":"2026-08-24T22:21:58.343688Z"}``
    """

    symbol: str
    checksum: int
    bids: list[Level] = []
    asks: list[Level] = []
    timestamp: str = ""


class BookMessage(msgspec.Struct, gc=False):
    """``{"channel":"book","type":"update","data":[…]}``"""

    type: str
    data: list[BookData]


class TextLevel(msgspec.Struct, gc=False):
    """A level with its numbers as written."""

    price: msgspec.Raw
    qty: msgspec.Raw


class TextBookData(msgspec.Struct, gc=False):
    """A book message's levels as written."""

    bids: list[TextLevel] = []
    asks: list[TextLevel] = []


class TextBookMessage(msgspec.Struct, gc=False):
    """The twin of BookMessage."""

    data: list[TextBookData]


class TradeData(msgspec.Struct, gc=False):
    """One print; ``side`` is the taker's.

    ``{"symbol":"BTC/USD","side":"buy","price":64210.2,"qty":0.01,"ord_type":"market",
    "trade_id":90123456,"timestamp":"2026-11-20T10:11:12.123456Z"}``
    """

    symbol: str
    side: str
    price: float
    qty: float
    trade_id: int
    timestamp: str = ""


class TradeMessage(msgspec.Struct, gc=False):
    """``{"channel":"trade","type":"update","data":[…]}``"""

    type: str
    data: list[TradeData]


class TextTradeMessage(msgspec.Struct, gc=False):
    """The twin of TradeMessage."""

    data: list[TextLevel]


class TickerData(msgspec.Struct, gc=False):
    """24 h figures and best quotes; a missing side is 0, absent or null.

    ``{"symbol":"BTC/USD","bid":64210.1,"bid_qty":0.5,"ask":64210.2,"ask_qty":1.25,
    "last":64210.2,"volume":1234.5678,"vwap":63900.1,"low":63100.0,"high":64800.0,
    "change":810.1,"change_pct":1.28,"timestamp":"2026-11-20T10:11:12.123456Z"}``
    """

    symbol: str
    bid: float | None = 0.0
    bid_qty: float | None = 0.0
    ask: float | None = 0.0
    ask_qty: float | None = 0.0
    last: float | None = 0.0
    volume: float | None = 0.0
    low: float | None = 0.0
    high: float | None = 0.0
    change: float | None = 0.0
    timestamp: str | None = ""


class TickerMessage(msgspec.Struct, gc=False):
    """``{"channel":"ticker","type":"update","data":[…]}``"""

    type: str
    data: list[TickerData]


class OhlcData(msgspec.Struct, gc=False):
    """One candle; ``interval`` is in minutes.

    ``{"symbol":"BTC/USD","open":64200.0,"high":64215.0,"low":64199.9,"close":64210.2,
    "trades":70,"volume":12.345,"vwap":64205.1,
    "interval_begin":"2026-11-20T10:11:00.000000000Z","interval":1}``
    """

    symbol: str
    open: float
    high: float
    low: float
    close: float
    trades: int
    volume: float
    interval_begin: str
    interval: int


class OhlcMessage(msgspec.Struct, gc=False):
    """``{"channel":"ohlc","type":"update","timestamp":"…","data":[…]}``"""

    type: str
    data: list[OhlcData]


class PairData(msgspec.Struct, gc=False):
    """One pair of the instrument channel.

    ``{"symbol":"BTC/USD","base":"BTC","quote":"USD","status":"online","qty_precision":8,
    "qty_increment":1e-08,"price_precision":1,"price_increment":0.1}``
    """

    symbol: str
    base: str
    quote: str
    status: str
    price_precision: int
    qty_precision: int
    price_increment: Decimal
    qty_increment: Decimal


class InstrumentData(msgspec.Struct, gc=False):
    """The instrument channel's data: an object, not a list."""

    pairs: list[PairData] = []


class InstrumentMessage(msgspec.Struct, gc=False):
    """``{"channel":"instrument","type":"snapshot","data":{"assets":[…],"pairs":[…]}}``"""

    type: str
    data: InstrumentData


class SystemData(msgspec.Struct, gc=False):
    """``{"version":"2.0.10","system":"online","api_version":"v2","connection_id":1}``"""

    system: str


class StatusMessage(msgspec.Struct, gc=False):
    """``{"channel":"status","type":"update","data":[…]}``"""

    data: list[SystemData]


class Result(msgspec.Struct, gc=False):
    """``{"channel":"book","depth":100,"snapshot":true,"symbol":"BTC/USD"}``"""

    channel: str = ""
    symbol: str | None = ""
    depth: int | None = 0


class Envelope(msgspec.Struct, gc=False):
    """What any message is about: a channel's data, the answer to a method, or an error.

    ``{"error":"Currency pair not supported XBT/USD","method":"subscribe","req_id":1,
    "success":false,"symbol":"XBT/USD"}``; ``{"Error":"Exceeded msg rate"}``
    """

    channel: str = ""
    method: str = ""
    success: bool | None = None
    error: str | None = ""
    error_capital: str | None = msgspec.field(name="Error", default="")
    error_message: str | None = msgspec.field(name="errorMessage", default="")
    symbol: str | None = ""
    req_id: int | str | None = None
    result: Result | None = None


class Params(msgspec.Struct, gc=False):
    """What a subscription asks for."""

    channel: str = ""
    symbol: list[str] = []
    depth: int = 10


class Request(msgspec.Struct, gc=False):
    """A client's message.

    ``{"method":"subscribe","params":{"channel":"book","symbol":["MINA/GBP"],"depth":25,
    "snapshot":true}}``
    """

    method: str = ""
    params: Params | None = None


class AssetPair(msgspec.Struct, gc=False):
    """One pair of REST's AssetPairs.

    ``{"altname":"XBTUSD","wsname":"XBT/USD","base":"XXBT","quote":"ZUSD",
    "pair_decimals":1,"lot_decimals":8,"tick_size":"0.1","status":"online"}``
    """

    altname: str
    pair_decimals: int
    lot_decimals: int
    wsname: str = ""
    tick_size: str = ""
    status: str = "online"


class AssetPairs(msgspec.Struct, gc=False):
    """``{"error":[],"result":{"XXBTZUSD":{…}}}``"""

    error: list[str]
    result: dict[str, AssetPair] = {}


class Answer(msgspec.Struct, gc=False):
    """Any REST answer, its result unread."""

    error: list[str]
    result: dict[str, msgspec.Raw] = {}


OhlcRow = tuple[int, float, float, float, float, float, float, int]
"""Open time (s), open, high, low, close, vwap, volume, trades; the numbers are texts."""

BOOK = msgspec.json.Decoder(BookMessage)
TEXT_BOOK = msgspec.json.Decoder(TextBookMessage)
TRADES = msgspec.json.Decoder(TradeMessage)
TEXT_TRADES = msgspec.json.Decoder(TextTradeMessage)
TICKER = msgspec.json.Decoder(TickerMessage)
OHLC = msgspec.json.Decoder(OhlcMessage)
INSTRUMENT = msgspec.json.Decoder(InstrumentMessage)
STATUS = msgspec.json.Decoder(StatusMessage)
ENVELOPE = msgspec.json.Decoder(Envelope)
REQUEST = msgspec.json.Decoder(Request)
ASSET_PAIRS = msgspec.json.Decoder(AssetPairs)
ANSWER = msgspec.json.Decoder(Answer)
OHLC_ROWS = msgspec.json.Decoder(list[OhlcRow], strict=False)


def texts(levels: list[TextLevel]) -> list[tuple[str, str]]:
    """Prices and sizes as the venue wrote them."""
    return [(str(bytes(x.price), "ascii"), str(bytes(x.qty), "ascii")) for x in levels]
