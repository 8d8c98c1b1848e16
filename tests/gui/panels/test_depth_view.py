"""The depth panel's pointer stays under the mouse, and its ranges suit the book and rest."""

import math
from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from monitor.book.book import Book
from monitor.gui.kit.chart import Mapping
from monitor.gui.kit.panel import Surroundings
from monitor.gui.panels.depth import DepthPanel
from monitor.market.market import Market
from monitor.model.time import SECOND
from monitor.studies.cost_to_trade import cost_to_price
from monitor.studies.number_format import compact
from tests.gui.markets import CHEAP, DEAR, Judge, instrument, market

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def panel(qtbot: QtBot, surroundings: Surroundings) -> DepthPanel:
    made = DepthPanel(surroundings)
    qtbot.addWidget(made)
    made.resize(760, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def look(panel: DepthPanel) -> Callable[..., None]:
    """One frame at a time (s), painted."""

    def frame(at_s: float = 0) -> None:
        panel.frame(round(at_s * SECOND))
        panel.grab()

    return frame


def rest_mouse(panel: DepthPanel, share: float, down: float = 0.5) -> QPointF:
    """Put the mouse at shares of the view's width and height; the pixel."""
    view = panel.chart.view
    pixel = QPointF(share * view.width(), down * view.height())
    panel.chart.pointer_moved.emit(view.mapToView(pixel))
    return pixel


def cross_px(panel: DepthPanel) -> QPointF:
    """Where the crosshair stands in the view."""
    at = panel.chart.cross.at
    assert at is not None
    return QPointF(panel.chart.view.mapFromView(at))


def book_of(step: str, levels: int, *, middle: str = DEAR, known: bool = False) -> Market:
    """A market of ``levels`` a side that are ``step`` apart."""
    coin, gap = instrument(middle), Decimal(step)
    book = Book(tick_size=coin.tick_size, lot_size=coin.lot_size)
    bids = [(float(Decimal(middle) - n * gap), 1.0) for n in range(1, levels + 1)]
    asks = [(float(Decimal(middle) + n * gap), 1.0) for n in range(1, levels + 1)]
    book.replace(bids, asks, (bids[-1][0], asks[-1][0]) if known else (None, None))
    return Market(coin, book, Judge())


# The pointer.


def test_the_pointer_stays_when_the_symbol_changes(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """The mouse rests: what is read then is the new book's, at the same pixel."""
    panel.watch(market(DEAR))
    look()
    pixel = rest_mouse(panel, 0.7)
    look()
    panel.watch(market(CHEAP))
    look()
    assert pixel.x() == pytest.approx(cross_px(panel).x())
    rows = dict(panel.readout.rows)
    assert rows["price"].startswith("0.0000")
    assert "(+" in rows["price"]
    assert "buy" in rows


def test_the_pointer_stays_when_the_range_steps_or_the_scale_changes(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """Neither another span, nor a range that follows the mid, nor Alt+L moves the cross aside."""
    held = book_of("2", 400)
    panel.watch(held)
    look()
    pixel = rest_mouse(panel, 0.2)
    for key, held_down in ((Qt.Key.Key_Plus, 0), (Qt.Key.Key_L, 1), (Qt.Key.Key_U, 1)):
        QTest.keyClick(panel, key, ALT if held_down else Qt.KeyboardModifier.NoModifier)
        look()
        assert pixel.x() == pytest.approx(cross_px(panel).x())
    before = panel.chart.view.viewRange()[0]
    held.book.apply([], [(float(Decimal(DEAR) + n * 2), 0.0) for n in range(1, 30)])
    held.version += 1
    look()
    assert before != panel.chart.view.viewRange()[0]
    assert pixel.x() == pytest.approx(cross_px(panel).x())


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("in_quote", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_the_level_line_lies_on_the_curve(
    panel: DepthPanel, look: Callable[..., None], *, logarithmic: bool, in_quote: bool, share: float
) -> None:
    """At the pointer's price, in the unit and scale shown, wherever the mouse is upwards;
    its size stands on the scale."""
    held = book_of("2", 400)
    panel.restore({"logarithmic": logarithmic, "in_quote": in_quote})
    panel.watch(held)
    look()
    rest_mouse(panel, share, down=0.9)
    look()
    cross, curve = panel.chart.cross, panel.curve.curve
    assert cross.at is not None
    assert curve is not None
    assert cross.level
    cost = cost_to_price(held.book, "buy" if share > 0.5 else "sell", cross.at.x())
    sized = cost.notional if in_quote else cost.filled
    assert (math.log10(sized) if logarithmic else sized) == pytest.approx(cross.at.y())
    sums = curve.asks if share > 0.5 else curve.bids
    column = int((cross.at.x() - curve.edges[0]) / (curve.edges[1] - curve.edges[0]))
    assert sums[column - 1 : column + 2].min() * 0.99 <= sized
    assert sized <= sums[column - 1 : column + 2].max() * 1.01
    assert [compact(sized, 4)] == [tag.text for tag in panel.sizes.tags]
    panel.chart.pointer_moved.emit(None)
    look()
    assert [] == panel.sizes.tags
    assert cross.at is None


def test_there_is_no_level_where_nothing_is_known(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """In the hatching and inside the spread the cross is upright only; no row is a dash."""
    panel.restore({"span": 0.0025})
    panel.watch(book_of("20", 4, known=True))
    look()
    for share, rows in ((0.02, 5), (0.505, 1), (0.98, 5)):
        rest_mouse(panel, share)
        look()
        assert not panel.chart.cross.level
        assert [] == panel.sizes.tags
        assert rows == len(panel.readout.rows)
        assert not any("–" in figure for _, figure in panel.readout.rows)
    rest_mouse(panel, 0.7)
    look()
    assert panel.chart.cross.level


def test_prices_have_the_digits_of_the_axis(panel: DepthPanel, look: Callable[..., None]) -> None:
    """Between labels of six decimals a price of four would be no reading."""
    panel.restore({"span": 0.0005})
    panel.watch(book_of("0.0001", 9, middle="0.0287"))
    look()
    digits = panel.prices.axis().decimals
    assert digits > 5
    rest_mouse(panel, 0.9)
    look()
    pointed = panel.prices.tags[-1].text
    assert digits == len(pointed.partition(".")[2])
    assert dict(panel.readout.rows)["price"].startswith(pointed + " ")
    panel.watch(book_of("2", 400))
    look()
    mid, pointed = (tag.text for tag in panel.prices.tags)
    assert len(mid) == len(pointed)


@pytest.mark.parametrize("share", [0.03, 0.3, 0.45, 0.56, 0.8, 0.97])
def test_the_readout_hides_no_curve(
    panel: DepthPanel, look: Callable[..., None], share: float
) -> None:
    """Its box lies in the valley, inside the view, off both curves and off the point."""
    panel.watch(book_of("2", 400))
    panel.resize(1_000, 320)
    look()
    rest_mouse(panel, share, down=0.2)
    look()
    view = panel.chart.view
    area = QRectF(view.rect())
    (x0, x1), (y0, y1) = view.viewRange()
    to = Mapping(area, x0, x1, y0, y1)
    box = panel.readout.box(area, to)
    assert area.contains(box)
    assert not box.contains(cross_px(panel))
    for x, y in panel.curve.lines(area, to):
        inside = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
        assert not inside.any()


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.7, 0.9])
def test_in_a_small_panel_rows_give_way_to_the_point(
    panel: DepthPanel, look: Callable[..., None], share: float
) -> None:
    """Where the whole box can't stand clear of the point, its last rows are left out."""
    panel.watch(book_of("2", 400))
    panel.resize(300, 160)
    look()
    rest_mouse(panel, share)
    look()
    view = panel.chart.view
    (x0, x1), (y0, y1) = view.viewRange()
    area = QRectF(view.rect())
    box = panel.readout.box(area, Mapping(area, x0, x1, y0, y1))
    assert area.contains(box)
    assert box.height() > 20
    assert not box.contains(cross_px(panel))


# The span.


def test_a_short_book_fills_the_width(panel: DepthPanel, look: Callable[..., None]) -> None:
    """A top 10 that reaches a few ticks is seen whole, and the header names it."""
    panel.watch(book_of("0.5", 10, known=True))
    look()
    assert panel.span is None
    (low, high), _ = panel.chart.view.viewRange()
    assert 10.0 > 0.8 * (high - low) / 2
    assert "top 10 · BTC" == panel.header._detail


def test_a_thin_book_shows_its_levels(panel: DepthPanel, look: Callable[..., None]) -> None:
    """At least eight levels a side stand in sight, not one step."""
    held = book_of("200", 40)
    panel.watch(held)
    look()
    (low, high), _ = panel.chart.view.viewRange()
    assert sum(low < price < high for price in held.book.bids.arrays()[0]) >= 8


def test_the_span_rests_till_the_market_changes(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """A book that grows thin in between changes nothing; another market is judged anew."""
    held = book_of("2", 400)
    panel.watch(held)
    look()
    first = panel.span
    held.book.replace(*_levels(book_of("200", 40)))
    held.version += 1
    look()
    assert first == panel.span
    panel.watch(book_of("200", 40))
    look()
    assert panel.span != first


def test_it_waits_for_a_book(panel: DepthPanel, look: Callable[..., None]) -> None:
    """An empty book suits nothing: the span is judged when there is one."""
    full, held = book_of("200", 40), book_of("200", 40)
    held.book.clear()
    panel.watch(held)
    look()
    held.book.replace(*_levels(full))
    held.version += 1
    look()
    panel.watch(full)
    fitted = panel.span
    look()
    assert fitted == panel.span == 0.05


def test_a_picked_span_wins_and_only_that_is_saved(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """What was picked holds for any book, also after a restart; what suited is not kept."""
    panel.watch(book_of("200", 40))
    look()
    assert "span" not in panel.settings()
    QTest.keyClick(panel, Qt.Key.Key_Minus)
    picked = panel.span
    assert panel.settings()["span"] == picked
    panel.watch(book_of("0.5", 10, known=True))
    look()
    assert picked == panel.span
    assert "±10% · top 10 · BTC" == panel.header._detail
    QTest.keyClick(panel, Qt.Key.Key_A, ALT)
    look()
    assert panel.span is None
    assert "span" not in panel.settings()
    panel.restore({"span": None})
    assert panel.settings()["span"] is None


def test_a_picture_is_drawn_again_with_the_span_it_has(
    panel: DepthPanel, look: Callable[..., None], surroundings: Surroundings, qtbot: QtBot
) -> None:
    """The span suited the book as it was first: later, that is not to be judged anew."""
    held = book_of("200", 40)
    panel.watch(held)
    look()
    held.book.replace(*_levels(book_of("2", 400)))
    other = DepthPanel(surroundings)
    qtbot.addWidget(other)
    other.restore(panel.settings_shown())
    other.show()
    other.watch(held)
    other.frame(1)
    assert 0.05 == panel.span == other.span


def test_the_end_of_what_is_known_does_not_move_the_range(
    panel: DepthPanel, look: Callable[..., None]
) -> None:
    """A top 10 ends elsewhere with each message; the range rests, and shrinks after 2 s."""
    held = book_of("0.5", 10, known=True)
    panel.watch(held)
    look()
    first = panel.chart.view.viewRange()[0]
    far, near = held.book.covered, book_of("0.25", 10, known=True).book.covered
    for beat in range(8):
        held.book.covered = far if beat % 2 else near
        held.version += 1
        look(beat)
        assert first == panel.chart.view.viewRange()[0]
    held.book.covered = near
    held.version += 1
    look(8)
    panel.frame(11 * SECOND)
    low, high = panel.chart.view.viewRange()[0]
    assert (high - low) < 0.7 * (first[1] - first[0])


# The height.


def test_the_height_shrinks_after_a_wall_left(panel: DepthPanel, look: Callable[..., None]) -> None:
    """Not at once, in one step, and without any message; the curve then fills the height."""
    held = book_of("2", 400)
    wall = float(Decimal(DEAR) + 20)
    held.book.apply([], [(wall, 200.0)])
    panel.watch(held)
    look()
    tall = panel.chart.view.viewRange()[1]
    held.book.apply([], [(wall, 1.0)])
    held.version += 1
    for at_s in (1.0, 2.0, 2.9):
        look(at_s)
        assert tall == panel.chart.view.viewRange()[1]
    look(3.1)
    short = panel.chart.view.viewRange()[1]
    curve = panel.curve.curve
    assert curve is not None
    assert 0.7 < curve.highest / short[1] < 0.9
    look(9)
    assert short == panel.chart.view.viewRange()[1]


def test_an_even_book_has_no_sign(panel: DepthPanel, look: Callable[..., None]) -> None:
    """An imbalance that rounds to nothing is 0.00: neither ``+<0.01`` nor a minus."""
    for more in (1.0, 1.001, 0.999):
        held = book_of("2", 100)
        held.book.apply([(float(Decimal(DEAR) - 2), more)], [])
        panel.watch(held)
        look()
        assert panel.header._readout.endswith("imb 0.00")


def _levels(held: Market) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    sides = (held.book.bids, held.book.asks)
    bids, asks = (
        list(zip(*(part.tolist() for part in side.arrays()), strict=True)) for side in sides
    )
    return bids, asks


@pytest.mark.parametrize("height", [150, 180, 200, 230, 260, 320])
def test_no_size_is_missing_between_two_others(
    panel: DepthPanel, look: Callable[..., None], height: int
) -> None:
    """Labels of the size axis stand at even steps, however low the panel is."""
    panel.resize(760, height)
    panel.watch(book_of("0.5", 40))
    look()
    told = [label.text for label in panel.sizes.labels_shown()]
    ticks = [text for _, text in panel.sizes.ticks()]
    assert told == ticks
