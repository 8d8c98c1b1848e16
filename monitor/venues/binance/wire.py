"""Binance's messages as it spells them, one typed decoder each.

Only the fields that are used are named; every other key is skipped unread. Numbers
are decimal texts on the wire and come out as floats ready for use (``strict=False``);
the ``Text`` twins keep the text where a float can't hold it.
"""

import msgspec

Levels = list[tuple[float, float]]
TextLevels = list[tuple[str, str]]


class Depth(msgspec.Struct, gc=False):
    """One ``depthUpdate``: absolute sizes, 0 deletes.

    ``{"e":"depthUpdate","E":1723161254036,"s":"BTCUSDT","U":50093239203,"u":50093239207,
    "b":[["55653.87000000","0.00000000"]],"a":[["61838.04000000","0.32332000"]]}``
    """

    first: int = msgspec.field(name="U")
    last: int = msgspec.field(name="u")
    symbol: str = msgspec.field(name="s")
    bids: Levels = msgspec.field(name="b")
    asks: Levels = msgspec.field(name="a")
    time: int = msgspec.field(name="E", default=0)


class DepthText(msgspec.Struct, gc=False):
    """The levels of a ``depthUpdate`` as text."""

    bids: TextLevels = msgspec.field(name="b")
    asks: TextLevels = msgspec.field(name="a")


class Snapshot(msgspec.Struct, gc=False):
    """The REST answer to ``depth``, and every partial depth message.

    ``{"lastUpdateId":50093239218,"bids":[["61837.63000000","3.78826000"]],"asks":[]}``
    """

    last: int = msgspec.field(name="lastUpdateId")
    bids: Levels
    asks: Levels


class SnapshotText(msgspec.Struct, gc=False):
    """The levels of a snapshot as text."""

    bids: TextLevels
    asks: TextLevels


class Print(msgspec.Struct, gc=False):
    """One ``trade``. ``m`` True: the buyer was the maker, so the aggressor sold.

    ``{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000",
    "q":"0.02000000","T":1723161255342,"m":true,"M":true}``
    """

    symbol: str = msgspec.field(name="s")
    id: int = msgspec.field(name="t")
    price: float = msgspec.field(name="p")
    size: float = msgspec.field(name="q")
    sold: bool = msgspec.field(name="m")
    time: int = msgspec.field(name="T", default=0)


class AggregatePrint(msgspec.Struct, gc=False):
    """One ``aggTrade``: the fills of one taker order at one price.

    ``{"e":"aggTrade","E":1617566591315,"s":"BTCUSDT","a":665076760,"p":"58001.03000000",
    "q":"0.08620500","f":745522877,"l":745522877,"T":1617566591314,"m":true,"M":true}``
    """

    symbol: str = msgspec.field(name="s")
    id: int = msgspec.field(name="a")
    price: float = msgspec.field(name="p")
    size: float = msgspec.field(name="q")
    sold: bool = msgspec.field(name="m")
    time: int = msgspec.field(name="T", default=0)


class PrintText(msgspec.Struct, gc=False):
    """Price and size of a print as text."""

    price: str = msgspec.field(name="p")
    size: str = msgspec.field(name="q")


class BookTicker(msgspec.Struct, gc=False):
    """One ``bookTicker``: best bid and ask; no time, no event type.

    ``{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000",
    "a":"61837.64000000","A":"1.54698000"}``
    """

    id: int = msgspec.field(name="u")
    symbol: str = msgspec.field(name="s")
    bid_price: float = msgspec.field(name="b")
    bid_size: float = msgspec.field(name="B")
    ask_price: float = msgspec.field(name="a")
    ask_size: float = msgspec.field(name="A")


class Bar(msgspec.Struct, gc=False):
    """The ``k`` of a ``kline``."""

    open_time: int = msgspec.field(name="t")
    interval: str = msgspec.field(name="i")
    open: float = msgspec.field(name="o")
    high: float = msgspec.field(name="h")
    low: float = msgspec.field(name="l")
    close: float = msgspec.field(name="c")
    volume: float = msgspec.field(name="v")
    buy_volume: float = msgspec.field(name="V", default=-1.0)
    trades: int = msgspec.field(name="n", default=-1)
    closed: bool = msgspec.field(name="x", default=False)


class Kline(msgspec.Struct, gc=False):
    """One ``kline``: the running candle, closed where ``x`` is true.

    ``{"e":"kline","E":1617566591776,"s":"ETHUSDT","k":{"t":1617566580000,
    "T":1617566639999,"s":"ETHUSDT","i":"1m","o":"2063.88000000","c":"2064.73000000",
    "h":"2065.00000000","l":"2063.88000000","v":"70.86425000","n":71,"x":false,
    "V":"46.98201000"}}`` (the quote volumes and trade ids are left out here)
    """

    symbol: str = msgspec.field(name="s")
    bar: Bar = msgspec.field(name="k")


class DayTicker(msgspec.Struct, gc=False):
    """``24hrTicker`` and ``24hrMiniTicker``: figures of the last 24 hours.

    ``{"e":"24hrMiniTicker","E":1672515782136,"s":"BNBBTC","c":"0.0025","o":"0.0010",
    "h":"0.0025","l":"0.0010","v":"10000","q":"18"}`` (the sample of Binance's documents)
    """

    symbol: str = msgspec.field(name="s")
    last: float = msgspec.field(name="c")
    open: float = msgspec.field(name="o")
    high: float = msgspec.field(name="h")
    low: float = msgspec.field(name="l")
    volume: float = msgspec.field(name="v")
    time: int = msgspec.field(name="E", default=0)


class RestTicker(msgspec.Struct, gc=False, rename="camel"):
    """One entry of the REST answer to ``ticker/24hr``, full or mini."""

    symbol: str
    open_price: float
    high_price: float
    low_price: float
    last_price: float
    volume: float
    close_time: int = 0


class Filter(msgspec.Struct, gc=False, rename="camel"):
    """One of a symbol's trading rules; only the steps of price and size are read."""

    filter_type: str
    tick_size: str = "0"
    step_size: str = "0"


class Listing(msgspec.Struct, gc=False, rename="camel"):
    """One symbol of ``exchangeInfo``."""

    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[Filter] = []


class ExchangeInfo(msgspec.Struct, gc=False):
    """The REST answer to ``exchangeInfo``."""

    symbols: list[Listing]


class Envelope(msgspec.Struct, gc=False):
    """A message of any layout: wrapped by its stream's name, or whatever else it has."""

    stream: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    code: int | None = None
    msg: str = ""
    error: msgspec.Raw = msgspec.Raw()
    event: str = msgspec.field(name="e", default="")
    symbol: str = msgspec.field(name="s", default="")
    result: msgspec.Raw = msgspec.Raw()
    snapshot_id: int | None = msgspec.field(name="lastUpdateId", default=None)
    bid_size: msgspec.Raw = msgspec.field(name="B", default=msgspec.Raw())
    kline: msgspec.Raw = msgspec.field(name="k", default=msgspec.Raw())


class Problem(msgspec.Struct, gc=False):
    """An error's code and sentence, nested or as a REST answer."""

    code: int = 0
    msg: str = ""


class Stamp(msgspec.Struct, gc=False):
    """The time and the symbol in a payload, whatever the payload is.

    ``previous`` is the last id of the update before: only the futures tell it.
    """

    time: int = msgspec.field(name="E", default=0)
    symbol: str = msgspec.field(name="s", default="")
    previous: int | None = msgspec.field(name="pu", default=None)


KlineRow = tuple[int, float, float, float, float, float, int, float, int, float, float, object]


class _Wrapped(msgspec.Struct, gc=False):
    data: Depth


class _WrappedDepthText(msgspec.Struct, gc=False):
    data: DepthText


class _WrappedSnapshot(msgspec.Struct, gc=False):
    data: Snapshot


class _WrappedSnapshotText(msgspec.Struct, gc=False):
    data: SnapshotText


class _WrappedPrint(msgspec.Struct, gc=False):
    data: Print


class _WrappedAggregate(msgspec.Struct, gc=False):
    data: AggregatePrint


class _WrappedPrintText(msgspec.Struct, gc=False):
    data: PrintText


class _WrappedTicker(msgspec.Struct, gc=False):
    data: BookTicker


class _WrappedKline(msgspec.Struct, gc=False):
    data: Kline


class _WrappedDay(msgspec.Struct, gc=False):
    data: DayTicker


class _WrappedDays(msgspec.Struct, gc=False):
    data: list[DayTicker]


DEPTH = msgspec.json.Decoder(_Wrapped, strict=False)
DEPTH_TEXT = msgspec.json.Decoder(_WrappedDepthText)
PARTIAL = msgspec.json.Decoder(_WrappedSnapshot, strict=False)
PARTIAL_TEXT = msgspec.json.Decoder(_WrappedSnapshotText)
PRINT = msgspec.json.Decoder(_WrappedPrint, strict=False)
AGGREGATE = msgspec.json.Decoder(_WrappedAggregate, strict=False)
PRINT_TEXT = msgspec.json.Decoder(_WrappedPrintText)
BOOK_TICKER = msgspec.json.Decoder(_WrappedTicker, strict=False)
KLINE = msgspec.json.Decoder(_WrappedKline, strict=False)
DAY = msgspec.json.Decoder(_WrappedDay, strict=False)
DAYS = msgspec.json.Decoder(_WrappedDays, strict=False)
STAMP = msgspec.json.Decoder(Stamp, strict=False)

ENVELOPE = msgspec.json.Decoder(Envelope)
PROBLEM = msgspec.json.Decoder(Problem)
SNAPSHOT = msgspec.json.Decoder(Snapshot, strict=False)
SNAPSHOT_TEXT = msgspec.json.Decoder(SnapshotText)
EXCHANGE_INFO = msgspec.json.Decoder(ExchangeInfo)
KLINES = msgspec.json.Decoder(list[KlineRow], strict=False)
REST_TICKERS = msgspec.json.Decoder(list[RestTicker] | RestTicker, strict=False)
