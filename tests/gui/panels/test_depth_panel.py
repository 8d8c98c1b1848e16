"""The depth panel shows the whole known book, and what trading into it costs."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.book.book import Book
from monitor.gui.kit.panel import Surroundings
from monitor.gui.panels.depth import DepthPanel
from monitor.gui.panels.depth import panel as depth_panel
from monitor.market.market import Market
from monitor.model.verdict import State
from monitor.studies.cost_to_trade import cost_to_price
from monitor.studies.imbalance import imbalance
from monitor.studies.number_format import fixed, signed
from tests.gui.markets import CHEAP, DEAR, Judge, market

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot: QtBot, surroundings: Surroundings) -> DepthPanel:
    made = DepthPanel(surroundings)
    qtbot.addWidget(made)
    made.resize(760, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def look(panel: DepthPanel) -> Callable[[], None]:
    """One frame, painted."""

    def frame() -> None:
        panel.frame(1)
        panel.grab()

    return frame


def shown(panel: DepthPanel) -> tuple[float, float]:
    """The highest sums in sight: bids, asks."""
    curve = panel.curve.curve
    assert curve is not None
    return float(np.nanmax(curve.bids)), float(np.nanmax(curve.asks))


@pytest.mark.parametrize("price", [DEAR, CHEAP])
def test_the_whole_book_adds_up(panel: DepthPanel, look: Callable[[], None], price: str) -> None:
    """At the widest span the curves end at the sum of every level, for any price."""
    held = market(price)
    panel.watch(held)
    QTest.keyClick(panel, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    look()
    sums = [float(side.arrays()[1].sum()) for side in (held.book.bids, held.book.asks)]
    assert sums == pytest.approx(shown(panel))
    assert "whole book" in panel.header._detail


def test_what_is_not_known_is_hatched_and_has_no_curve(
    panel: DepthPanel, look: Callable[[], None]
) -> None:
    """Beyond the covered range there is no sum to show: hatching, and no line."""
    held = market()
    bids, asks = (
        list(zip(*side.arrays(), strict=True)) for side in (held.book.bids, held.book.asks)
    )
    held.book.replace(bids, asks, (bids[9][0], asks[4][0]))
    panel.watch(held)
    QTest.keyClick(panel, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    look()
    curve = panel.curve.curve
    assert curve is not None
    (_, left), (right, _) = panel.chart.hatching.spans
    assert (bids[9][0], asks[4][0]) == (left, right)
    assert np.isnan(curve.bids[curve.edges[1:] <= left]).all()
    assert np.isnan(curve.asks[curve.edges[:-1] >= right]).all()
    assert sum(size for _, size in bids[:10]) == pytest.approx(np.nanmax(curve.bids))


def test_the_pointer_reads_the_cost(panel: DepthPanel, look: Callable[[], None]) -> None:
    """Under the pointer stand size, average price and slippage of trading up to there."""
    held = market()
    panel.watch(held)
    look()
    target = float(held.book.asks.arrays()[0][20]) + 0.004
    panel.chart.pointer_moved.emit(QPointF(target, 1.0))
    look()
    cost = cost_to_price(held.book, "buy", target)
    rows = dict(panel.readout.rows)
    assert f"{fixed(cost.filled, 5)} BTC" == rows["buy"]
    assert fixed(cost.average, 3) == rows["average"]
    assert f"{fixed(cost.slippage_bps, 1)} bps" == rows["slippage"]
    panel.chart.pointer_moved.emit(None)
    look()
    assert () == panel.readout.rows


def test_keys_and_wheel_change_the_span(panel: DepthPanel, look: Callable[[], None]) -> None:
    """+ looks closer, - and the wheel look further, and the range follows."""
    panel.watch(market())
    look()
    first = panel.span
    QTest.keyClick(panel, Qt.Key.Key_Plus)
    assert first is not None
    assert panel.span is not None
    assert panel.span < first
    QTest.keyClick(panel, Qt.Key.Key_Minus)
    assert first == panel.span
    at, none = QPointF(300, 100), Qt.MouseButton.NoButton
    still = Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, -120), none, NONE, still, False)
    QApplication.sendEvent(panel.chart.viewport(), wheel)
    assert panel.span > first
    look()
    (low, high), _ = panel.chart.view.viewRange()
    assert panel.span == pytest.approx((high - low) / (high + low), rel=0.05)


def test_quote_units_and_a_logarithmic_scale(panel: DepthPanel, look: Callable[[], None]) -> None:
    """In quote units each size counts times its price; a logarithmic axis says powers of ten."""
    held = market()
    panel.watch(held)
    QTest.keyClick(panel, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    look()
    prices, sizes = held.book.asks.arrays()
    assert float(prices @ sizes) == pytest.approx(shown(panel)[1], rel=1e-3)
    assert "USDT" in panel.header._detail
    QTest.keyClick(panel, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    look()
    powers = [at for at, _ in panel.sizes.ticks()]
    assert powers
    assert all(at == round(at) for at in powers)


def test_an_unproven_book_is_grey(panel: DepthPanel, look: Callable[[], None]) -> None:
    """While the feed can't be believed nothing is drawn in the sides' colours."""
    judge = Judge()
    panel.watch(market(judge=judge))
    look()
    pixel = _colours(panel)
    assert panel.theme.buy_fill.rgb() in pixel
    judge.state = State.GAP
    look()
    grey = _colours(panel)
    assert panel.theme.buy_fill.rgb() not in grey
    assert panel.theme.sell_fill.rgb() not in grey


def test_the_table_is_the_book(panel: DepthPanel) -> None:
    """The data behind the picture: each level, exact, with running sums."""
    held = market(CHEAP)
    panel.watch(held)
    table = panel.table()
    levels = [*held.book.bids.top(99), *held.book.asks.top(99)]
    assert levels == [(Decimal(r[1]), Decimal(r[2])) for r in table.rows]
    last = [row for row in table.rows if row[0] == "ask"][-1]
    assert sum(size for _, size in held.book.asks.top(99)) == Decimal(last[3])


def test_a_vector_file_holds_text(
    panel: DepthPanel, look: Callable[[], None], tmp_path: Path
) -> None:
    """Saved as SVG, texts are texts and there is no picture inside."""
    panel.watch(market())
    look()
    path = tmp_path / "depth.svg"
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(760, 292))
    painter = QPainter(generator)
    panel.paint_body(painter, QRectF(0, 0, 760, 292))
    painter.end()
    text = path.read_text("utf-8")
    assert text.count("<text") >= 6
    assert "<image" not in text


def test_settings_come_back(panel: DepthPanel, surroundings: Surroundings, qtbot: QtBot) -> None:
    """What was chosen is what a panel restored from it has; nonsense leaves the defaults."""
    panel.restore({"span": 0.02, "logarithmic": True, "in_quote": True})
    other = DepthPanel(surroundings)
    qtbot.addWidget(other)
    other.restore(panel.settings())
    assert panel.settings() == other.settings()
    other.restore({"span": "wide", "logarithmic": 3})
    assert {"span": 0.02, "logarithmic": False, "in_quote": False} == other.settings()


def test_says_what_is_missing(panel: DepthPanel, look: Callable[[], None]) -> None:
    """Without a market, or without a book, the chart says so."""
    look()
    assert "No symbol picked. Ctrl+K finds one." == panel.note.text
    held: Market = market()
    held.book.clear()
    panel.watch(held)
    look()
    assert "No order book yet" == panel.note.text


def _colours(panel: DepthPanel) -> set[int]:
    image = panel.chart.grab().toImage()
    return {
        image.pixelColor(x, y).rgb()
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }


@pytest.mark.parametrize("span", [0.005, None])
def test_imbalance_is_of_the_span_in_sight(panel: DepthPanel, span: float | None) -> None:
    """What the header says beside the span is measured over it."""
    held = market(DEAR)
    panel._take_span(span)
    panel.watch(held)
    panel.frame(1)
    panel.header.grab()
    assert f"imb {signed(imbalance(held.book, span), 2)}" in panel.header._readout


def test_figures_are_measured_only_to_be_painted(
    panel: DepthPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred frames cost one measurement: no eye reads more."""
    measured: list[float | None] = []

    def count(book: Book, share: float | None) -> float:
        measured.append(share)
        return imbalance(book, share)

    monkeypatch.setattr(depth_panel, "imbalance", count)
    held = market(DEAR)
    panel.watch(held)
    for now in range(1, 101):
        held.book.apply([(held.book.bids.best or 1.0, float(now))], [])
        held.version += 1
        panel.frame(now)
    assert len(measured) <= 1
    qtbot.waitUntil(lambda: bool(measured), timeout=10_000)
    expected = f"imb {signed(imbalance(held.book, panel.span), 2)}"
    qtbot.waitUntil(lambda: expected in panel.header._readout, timeout=10_000)
