"""T8's measure of ladder and tape: like is compared with like."""

import math
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from monitor.app.bench import table_paint
from monitor.app.bench.candle_paint import application
from monitor.app.bench.table_paint import ROWS, STEP, bench_market, move, table_jobs
from monitor.app.bench.table_peer import Content, LadderContent, TapeContent
from monitor.app.paths import resources
from monitor.app.plugins import panel_kinds
from monitor.gui.kit.fonts import load_fonts
from monitor.gui.kit.panel import Surroundings
from monitor.gui.kit.table_panel import TablePanel
from monitor.gui.kit.theme import Theme, load_theme
from monitor.market.market import Market


@pytest.fixture
def theme() -> Theme:
    application()
    load_fonts()
    return load_theme(resources() / "themes", "dark")


def ours(kind: str, market: Market, theme: Theme) -> list[tuple[str, ...]]:
    def wall() -> int:
        return int(market.tape.view(1).ts_event[-1])

    surroundings = Surroundings(theme, utc=True, ask_candles=lambda *_: None, wall_clock=wall)
    panel = panel_kinds()[kind](surroundings)
    assert isinstance(panel, TablePanel)
    panel.restore(table_paint.SETTINGS)
    panel.watch(market)
    rows = panel.content(ROWS, table_paint.WIDTH, on_screen=False).rows
    return [tuple(cell.text for cell in row.cells) for row in rows]


def texts(content: Content) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row) for row in content]


def test_both_ladders_tell_the_same(theme: Theme) -> None:
    """Price and sizes of every row of the peer's stand in ours; what was traded, rounded alike."""
    market = bench_market()
    for n in range(30):
        move(market, n)
    shown = {row[0]: row for row in ours("ladder", market, theme) if "spread" not in row[2]}
    peer = texts(LadderContent(market, theme, STEP, ROWS).rows())
    both = [(row, shown[row[0]]) for row in peer if row[0] in shown]
    assert len(both) >= ROWS - 2
    assert [row[:3] for row, _ in both] == [other[:3] for _, other in both]
    for row, other in both:
        flows = [
            [float(cell.replace(",", "") or 0) for cell in cells[3:]] for cells in (row, other)
        ]
        assert pytest.approx(flows[0], abs=0.5) == flows[1]
    assert sum(bool(cell) for row in peer for cell in row) > 2.5 * ROWS


def test_both_tapes_tell_the_same(theme: Theme) -> None:
    """Time, price and size of every row, also of those that the peer kept from a frame before."""
    market = bench_market()
    content = TapeContent(market, theme, ROWS)
    for n in range(30):
        move(market, n)
        peer = texts(content.rows())
    assert ours("tape", market, theme) == peer


def test_every_job_draws(theme: Theme) -> None:
    """A frame of each costs more than the market's moves alone, which are taken off."""
    jobs = table_jobs(theme, frames=5)
    costs = {}
    for name, job in jobs.items():
        job()
        start = time.process_time()
        job()
        costs[name] = time.process_time() - start
    assert all(math.isfinite(cost) and cost > 0 for cost in costs.values())
    assert all(cost > costs["moves"] for name, cost in costs.items() if name != "moves")
