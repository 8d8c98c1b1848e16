"""T8, ladder and tape: a frame of each against a QTableView with a model of the same content."""

from collections.abc import Callable
from decimal import Decimal
from statistics import median

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from monitor.app.bench.candle_paint import application
from monitor.app.bench.measure import Row, at_least, interleaved, ratio, reported
from monitor.app.bench.table_peer import Content, LadderContent, TapeContent, table_view
from monitor.app.paths import resources
from monitor.app.plugins import panel_kinds
from monitor.book.book import Book
from monitor.gui.kit.fonts import load_fonts
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.theme import Theme, load_theme
from monitor.market.market import Market
from monitor.model.events import Trade
from monitor.model.instrument import Instrument
from monitor.model.time import MS, SECOND
from monitor.model.verdict import Proof, State, Verdict

WIDTH, HEIGHT, HEADER = 420, 720, 28
ROWS = 40
FRAMES = 60
TICK = Decimal("0.01")
MID_TICK = 6_168_599
STEP = Decimal("0.01")
SETTINGS = {"two_sided": True, "traded": True, "grouping": {"bench:BTCUSDT": str(STEP)}}
"""The ladder's, with all of its columns."""
LEVELS_A_FRAME = 32
"""Levels told between two frames at 60 a second by 200 messages a second of ten levels;
they lie as they do in a market, mostly near the spread."""
START = 1_723_161_600 * SECOND
FRAME_MS = 16


class Whole:
    """A feed that is proven at every moment."""

    def verdict(self, now: int) -> Verdict:
        return Verdict(State.LIVE, Proof.SEQUENCE, fresh=now)


def table_rows() -> list[Row]:
    """Ladder and tape while a market moves, a frame each 16 ms, ours and the peer's.

    What the market's own moves cost is measured beside them, and taken off all of them.
    """
    application()
    load_fonts()
    jobs = table_jobs(load_theme(resources() / "themes", "dark"))
    times = interleaved(jobs)
    moves = times.pop("moves")
    drawn = {
        name: [spent - moved for spent, moved in zip(seconds, moves, strict=True)]
        for name, seconds in times.items()
    }
    each = {name: median(seconds) / FRAMES * 1e3 for name, seconds in drawn.items()}
    ours = [a + b for a, b in zip(drawn["ladder"], drawn["tape"], strict=True)]
    peer = [a + b for a, b in zip(drawn["ladder peer"], drawn["tape peer"], strict=True)]
    detail = (
        f"{ROWS} rows each, {WIDTH}×{HEIGHT}: ladder {each['ladder']:.2f} against "
        f"{each['ladder peer']:.2f} ms, tape {each['tape']:.2f} against {each['tape peer']:.2f} ms"
    )
    rows = [at_least("T8", "ladder and tape against QTableView", ratio(peer, ours), 20, detail)]
    for name in ("ladder", "tape"):
        share = ratio(drawn[f"{name} peer"], drawn[name])
        rows.append(reported("T8", f"{name} alone against QTableView", share, "×"))
    share = ratio(drawn["ladder peer by cell"], drawn["ladder"])
    told = f"{each['ladder peer by cell']:.2f} ms"
    rows.append(reported("T8", "ladder against one told of each changed cell", share, "×", told))
    return rows


def table_jobs(theme: Theme, frames: int = FRAMES) -> dict[str, Callable[[], None]]:
    """So many frames of each table, of the same market's same moves."""

    def ladder(market: Market) -> Callable[[], Content]:
        return LadderContent(market, theme, STEP, ROWS).rows

    def tape(market: Market) -> Callable[[], Content]:
        return TapeContent(market, theme, ROWS).rows

    return {
        "ladder": _ours("ladder", theme, frames),
        "ladder peer": _peer(ladder, theme, frames, (1, 2)),
        "ladder peer by cell": _peer(ladder, theme, frames, (1, 2), by_cell=True),
        "tape": _ours("tape", theme, frames),
        "tape peer": _peer(tape, theme, frames),
        "moves": _moves(frames),
    }


def bench_market() -> Market:
    """A market as it stands before the first frame."""
    coin = Instrument(
        id="bench:BTCUSDT", venue="bench", symbol="BTCUSDT", base="BTC", quote="USDT",
        tick_size=TICK, lot_size=Decimal("0.00001"),
    )  # fmt: skip
    book = Book(tick_size=TICK, lot_size=coin.lot_size)
    bids = [((MID_TICK - n) / 100, 0.5 + n % 7) for n in range(1_000)]
    asks = [((MID_TICK + 1 + n) / 100, 0.25 + n % 5) for n in range(1_000)]
    book.replace(bids, asks)
    market = Market(coin, book, Whole())
    for n in range(2_000):
        # The last seconds' trades lie all over the rows in sight, as after a quick move.
        market.apply(_trade(n, START + n * MS, n % 37 - 18))
    return market


def _trade(n: int, ts: int, away: int = 0) -> Trade:
    price, size = (MID_TICK + away + n % 2) / 100, 0.00001 * (1 + n * 7_919 % 50_000)
    return Trade("bench:BTCUSDT", price, size, "buy" if n % 2 else "sell", n, ts, ts)


def move(market: Market, n: int) -> None:
    """What comes in between two frames: levels near the spread, and a trade."""
    changed: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for k in range(LEVELS_A_FRAME):
        away = (n * 31 + k * k * 17) % 97 * (k + 1) // LEVELS_A_FRAME
        size = 0.00001 * (1 + (n * 613 + k * 7_919) % 300_000)
        tick = MID_TICK + 1 + away if k % 2 else MID_TICK - away
        changed[k % 2].append((tick / 100, round(size, 5)))
    market.book.apply(*changed)
    market.version += 1
    market.apply(_trade(market.tape.count, START + (2_000 + n * FRAME_MS) * MS))


def _ours(kind: str, theme: Theme, count: int) -> Callable[[], None]:
    market, n = bench_market(), [0]
    wall = [START]
    surroundings = Surroundings(theme, utc=True, ask_candles=_no_past, wall_clock=lambda: wall[0])
    panel: Panel = panel_kinds()[kind](surroundings)
    panel.restore(SETTINGS)
    _show(panel, HEIGHT + HEADER)
    panel.watch(market)

    def frames() -> None:
        for _ in range(count):
            n[0] += 1
            wall[0] = START + (2_000 + n[0] * FRAME_MS) * MS
            move(market, n[0])
            panel.frame(wall[0])
            _paint_now(panel)

    return frames


def _peer(
    content: Callable[[Market], Callable[[], Content]],
    theme: Theme,
    count: int,
    columns_with_bars: tuple[int, ...] = (),
    *,
    by_cell: bool = False,
) -> Callable[[], None]:
    market, n = bench_market(), [0]
    view, bring_up = table_view(
        content(market), theme, WIDTH, HEIGHT // ROWS, columns_with_bars, by_cell=by_cell
    )
    _show(view, HEIGHT)

    def frames() -> None:
        for _ in range(count):
            n[0] += 1
            move(market, n[0])
            bring_up()
            _paint_now(view)

    return frames


def _moves(count: int) -> Callable[[], None]:
    market, n = bench_market(), [0]

    def frames() -> None:
        for _ in range(count):
            n[0] += 1
            move(market, n[0])

    return frames


def _show(widget: QWidget, height: int) -> None:
    widget.resize(WIDTH, height)
    widget.show()
    QApplication.processEvents()


def _paint_now(window: QWidget) -> None:
    """Paint what a window marked to be painted, without the wait for a screen's own pace."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
    QApplication.processEvents()


def _no_past(instrument: str, interval: int, end: int, limit: int) -> None:
    """No past is asked for by these panels."""
