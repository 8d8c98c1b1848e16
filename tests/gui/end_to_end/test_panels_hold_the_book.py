"""What the panels hold is what the venue holds: levels, trades and candles, digit for digit."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from monitor.gui.kit.table_cells import Ink
from monitor.gui.kit.table_panel import TablePanel
from monitor.model.time import MINUTE, SECOND
from tests.emulators.binance import BinanceEmulator
from tests.emulators.emulator import Emulator
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.past import candle
from tests.emulators.truth import Change, Levels, Print
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import Scene, opened_on

VENUES = [
    ("binance", BinanceEmulator, "BTCUSDT", "btc"),
    ("binance", BinanceEmulator, "SHIBUSDT", "shib"),
    ("kraken", KrakenEmulator, "BTC/USD", "btc"),
    ("kraken", KrakenEmulator, "SHIB/USD", "shib"),
]


@pytest.mark.parametrize(("venue", "made", "symbol", "typed"), VENUES)
def test_a_symbol_picked_by_keyboard_is_shown_as_the_venue_has_it(
    run: Run, tmp_path: Path, venue: str, made: type[Emulator], symbol: str, typed: str
) -> None:
    """Depth curve, ladder, tape and candles equal the emulated venue's own truth."""

    async def play() -> None:
        emulator = made(interval_s=0.03)
        other = next(name for name in emulator.listings if name != symbol)
        prints = noted_prints(emulator, symbol)
        async with opened_on(tmp_path, {venue: emulator}, f"{venue}:{other}") as scene:
            await scene.live()
            await scene.pick(f"{venue}:{symbol}", typed)
            await scene.live()
            await until(lambda: saw_a_second_begin(scene), "trades of a second from its start")
            await scene.equals(emulator, symbol)
            truth = emulator.book(symbol)
            check_depth(scene, truth.bids(), truth.asks())
            check_ladder(scene, truth.bids(), truth.asks())
            await until(lambda: newest(scene) == prints[-1], "the last trade")
            await scene.drawn()
            check_tape(scene, prints)
            await check_candles(scene, emulator, symbol)

    run(play())


def noted_prints(emulator: Emulator, symbol: str) -> list[Print]:
    """Everything that will be traded at a venue, as it happens there."""
    prints: list[Print] = []
    market = emulator.series[symbol].market
    step = market.step

    def noting() -> Change:
        change = step()
        prints.extend(change.prints)
        return change

    market.step = noting  # type: ignore[method-assign]
    return prints


def saw_a_second_begin(scene: Scene) -> bool:
    """Of the second in which the trades were subscribed the venue's own candle knows more."""
    seconds = scene.market.tape.view().ts_event // SECOND
    return len(seconds) > 20 and bool(seconds[-1] > seconds[0])


def newest(scene: Scene) -> Print | None:
    """The last trade our tape has."""
    view = scene.market.tape.view()
    if not len(view.price):
        return None
    price, size = view.exact_at(len(view.price) - 1)
    return Print(Decimal(price), Decimal(size), int(view.side[-1]) == 1)


def check_depth(scene: Scene, bids: Levels, asks: Levels, least: int = 250) -> None:
    """Every pixel column's sum is that of the venue's levels up to its edge.

    ``least`` sums must have been compared: fewer where the venue tells few levels.
    """
    curve = scene.depth.curve.curve
    assert curve is not None
    assert len(curve.bids) > 250
    bid_prices, bid_sizes = (np.array(column, dtype=float) for column in zip(*bids, strict=True))
    ask_prices, ask_sizes = (np.array(column, dtype=float) for column in zip(*asks, strict=True))
    compared = 0
    for at, (low, high) in enumerate(zip(curve.edges[:-1], curve.edges[1:], strict=True)):
        edge = float(np.abs(np.concatenate([bid_prices - low, ask_prices - high])).min())
        if edge < 1e-6 * (high - low):
            continue  # a level on the very edge may fall to either column
        for sums, wanted in (
            (curve.bids, bid_sizes[bid_prices >= low].sum()),
            (curve.asks, ask_sizes[ask_prices < high].sum()),
        ):
            if not np.isnan(sums[at]):
                assert wanted == pytest.approx(sums[at], rel=1e-9)
                compared += 1
    assert compared > least


def check_ladder(scene: Scene, bids: Levels, asks: Levels, least: int = 5) -> None:
    """Each row is the sum of the venue's levels in its step; the mid stands between."""
    step = getattr(scene.panel("ladder"), "step", None)
    assert isinstance(step, Decimal)
    wanted: dict[tuple[str, Decimal], Decimal] = {}
    for side, held, way in (("bid", bids, ROUND_FLOOR), ("ask", asks, ROUND_CEILING)):
        for price, size in held:
            row = (price / step).to_integral_value(way) * step
            wanted[side, row] = wanted.get((side, row), Decimal(0)) + size
    rows = scene.rows("ladder")
    split = spread_row(scene)
    compared = 0
    for n, (price_text, size_text) in enumerate(rows):
        if n == split or not size_text:
            continue
        side = "ask" if n < split else "bid"
        assert wanted[side, number(price_text)] == number(size_text)
        compared += 1
    assert compared > least
    words = rows[split][1].removeprefix("spread ")
    assert not words or number(words) == asks[0][0] - bids[0][0]


def spread_row(scene: Scene) -> int:
    """Where the ladder's row of the spread stands: it alone lies on a ground of its own."""
    panel = scene.panel("ladder")
    assert isinstance(panel, TablePanel)
    return next(n for n, row in enumerate(panel.body._rows) if row.fill is Ink.RAISED)


def check_tape(scene: Scene, prints: list[Print]) -> None:
    """The rows are the venue's last trades, the newest on top."""
    rows = scene.rows("tape")
    assert len(rows) > 5
    shown = [(number(price), number(size)) for _, price, size in rows]
    assert [(one.price, one.size) for one in reversed(prints[-len(rows) :])] == shown


async def check_candles(scene: Scene, emulator: Emulator, symbol: str) -> None:
    """Seconds are made of the trades seen; minutes of the past are those the venue tells."""
    await scene.press(Qt.Key.Key_1)
    assert "1s" == scene.price.timeframe
    view = scene.market.tape.view()
    seconds: dict[int, list[float]] = {}
    for ts, price in zip(view.ts_event.tolist(), view.price.tolist(), strict=True):
        seconds.setdefault(ts // SECOND * SECOND, []).append(price)
    held = scene.market.candles(SECOND).view()
    ours = {
        int(ts): values
        for ts, *values in zip(
            held.ts_open, held.open, held.high, held.low, held.close, strict=True
        )
    }
    last = max(seconds)
    told = seconds[last]
    assert [told[0], max(told), min(told), told[-1]] == [float(one) for one in ours[last]]
    await scene.press(Qt.Key.Key_4)
    assert "1m" == scene.price.timeframe
    await until(lambda: len(scene.market.candles(MINUTE)) > 50, "the past")
    await scene.drawn()
    listing, table = emulator.listings[symbol], scene.price.table()
    opens = scene.market.candles(MINUTE).view().ts_open.tolist()
    # The newer ones may be made up of the seconds asked for above.
    assert len(opens) > 150
    for ts, row in list(zip(opens, table.rows, strict=True))[:100]:
        truth = candle(listing, 60, ts // SECOND)
        prices = [truth.open, truth.high, truth.low, truth.close]
        assert [*prices, truth.volume] == [Decimal(text) for text in row[1:6]]
    await scene.press(Qt.Key.Key_2)
    assert "5s" == scene.price.timeframe


def number(text: str) -> Decimal:
    """A number as the window writes it."""
    return Decimal(text.replace(",", "").replace("\u2212", "-"))
