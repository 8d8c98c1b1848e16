"""Markets for tests of the window, made of events as a venue's protocol would hand them on."""

from collections.abc import Iterable
from decimal import Decimal

from monitor.book.book import Book
from monitor.market.market import Market
from monitor.model.events import Candle, CandleHistory, Side, Trade
from monitor.model.instrument import Instrument
from monitor.model.time import SECOND
from monitor.model.verdict import Proof, State, Verdict

DEAR, CHEAP = "61685.99", "0.00001234"


class Judge:
    """Says of a feed whatever a test wants it to say."""

    def __init__(self, state: State = State.LIVE) -> None:
        self.state = state

    def verdict(self, now: int) -> Verdict:
        return Verdict(self.state, Proof.SEQUENCE, fresh=now)


def instrument(price: str = DEAR) -> Instrument:
    """A coin whose tick is the last digit of ``price``."""
    exponent = Decimal(price).as_tuple().exponent
    assert isinstance(exponent, int)
    return Instrument(
        id="test:BTCUSDT",
        venue="test",
        symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick_size=Decimal(1).scaleb(exponent),
        lot_size=Decimal("0.00001"),
    )


def market(price: str = DEAR, levels: int = 50, judge: Judge | None = None) -> Market:
    """A live market with ``levels`` a side around ``price``, a tick apart."""
    coin = instrument(price)
    tick = coin.tick_size
    assert tick is not None
    book = Book(tick_size=tick, lot_size=coin.lot_size)
    middle = Decimal(price)
    bids = [(float(middle - n * tick), 0.5 + n % 7) for n in range(levels)]
    asks = [(float(middle + (n + 1) * tick), 0.25 + n % 5) for n in range(levels)]
    book.replace(bids, asks)
    return Market(coin, book, judge or Judge())


def trade(held: Market, ts: int, price: float, size: float = 1.0, side: Side = "buy") -> Trade:
    """A print of that market; ids rise with the tape."""
    return Trade(held.instrument.id, price, size, side, held.version + 1, ts, ts)


def prints(held: Market, start: int, prices: Iterable[float], step: int = SECOND) -> int:
    """Let a print happen every ``step`` ns, buys and sells in turn; returns the last time."""
    ts = start
    for n, price in enumerate(prices):
        ts = start + n * step
        held.apply(trade(held, ts, price, 0.5 + n % 3, "buy" if n % 2 else "sell"))
    return ts


def past(held: Market, interval: int, start: int, n: int, price: float, swing: float) -> None:
    """Give the market ``n`` closed candles of the venue's from ``start`` on."""
    candles = []
    for i in range(n):
        opened = price + swing * ((i * 37) % 101 - 50) / 50
        closed = price + swing * (((i + 1) * 37) % 101 - 50) / 50
        high, low = max(opened, closed) + swing / 9, min(opened, closed) - swing / 9
        candles.append(
            Candle(
                held.instrument.id, interval, start + i * interval, opened, high, low, closed,
                2.0 + i % 11, 1.0 + i % 3, 5 + i % 4, closed=True,
            )
        )  # fmt: skip
    held.apply(CandleHistory(held.instrument.id, interval, tuple(candles), start))
