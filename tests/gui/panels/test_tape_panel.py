"""The tape: every print in its place, held still, filtered, and exported whole."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from monitor.export.table import csv_lines
from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.panel import Surroundings
from monitor.gui.kit.table_cells import Ink, Row
from monitor.gui.panels.tape import TapePanel
from monitor.market.market import Market
from monitor.model.events import Refusal, Trade
from monitor.model.time import MS, SECOND
from monitor.model.verdict import State
from monitor.studies.tape_rows import size_floors, tape_window
from tests.gui.conftest import NOW, Hands
from tests.gui.markets import CHEAP, DEAR, Judge, market, prints, trade


@pytest.fixture
def panel(surroundings: Surroundings, qtbot: QtBot, settle: Callable[[], None]) -> TapePanel:
    made = TapePanel(surroundings)
    qtbot.addWidget(made)
    made.resize(300, 28 + 18 * 10)
    made.show()
    settle()
    return made


def shown(panel: TapePanel) -> list[Row]:
    panel.frame(1)
    return panel.body._rows


def texts(panel: TapePanel) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in shown(panel)]


def press(panel: TapePanel, key: Qt.Key) -> None:
    QTest.keyClick(panel.body, key)


def sized(held: Market, sizes: list[float], start: int = NOW) -> None:
    for n, size in enumerate(sizes):
        held.apply(trade(held, start + n * MS, 61685.99, size, "buy" if n % 2 else "sell"))


@pytest.mark.parametrize(("price", "written"), [(CHEAP, CHEAP), (DEAR, "61,685.99")])
def test_rows_are_the_trades_newest_on_top(panel: TapePanel, price: str, written: str) -> None:
    """Time, price and size of each print, with the instrument's digits, the newest first."""
    held = market(price)
    prints(held, NOW, [float(price)] * 25)
    panel.watch(held)
    rows = texts(panel)
    assert 10 == len(rows)
    assert ("00:00:24.000", written, "0.50000") == rows[0]
    assert "00:00:15.000" == rows[-1][0]
    assert [Ink.SELL, Ink.BUY] == [row.cells[1].ink for row in shown(panel)[:2]]


def test_spans_are_the_trades(panel: TapePanel) -> None:
    """Of the picture those in sight, held still or not; of the table all."""
    assert panel.span_shown() is None
    held = market()
    panel.watch(held)
    shown(panel)
    assert panel.span_shown() is None
    prints(held, NOW, [61685.99] * 25)
    shown(panel)
    assert (NOW + 15 * SECOND, NOW + 24 * SECOND) == panel.span_shown()
    assert (NOW, NOW + 24 * SECOND) == panel.table().span
    panel._toggle_freeze()
    prints(held, NOW + 30 * SECOND, [61685.99] * 5)
    shown(panel)
    assert (NOW + 16 * SECOND, NOW + 24 * SECOND) == panel.span_shown()
    panel.watch(None)
    assert panel.span_shown() is None


def test_a_new_print_costs_a_row(panel: TapePanel) -> None:
    """What was painted moves down; only the new row is painted."""
    held = market()
    end = prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    before = panel.body.rows_painted
    held.apply(trade(held, end + SECOND, 61686.0))
    shown(panel)
    assert 1 == panel.body.rows_painted - before


def test_the_books_changes_are_none_of_the_tapes(panel: TapePanel) -> None:
    """A frame in which only the book moved draws nothing."""
    held = market()
    prints(held, NOW, [61685.99] * 5)
    panel.watch(held)
    assert panel.frame(1)
    held.version += 1
    assert not panel.frame(1)


def test_large_trades_are_filled(panel: TapePanel) -> None:
    """A print far larger than the last ones is strong, on its side's ground."""
    held = market()
    sized(held, [1.0] * 60 + [90.0, 1.0])
    panel.watch(held)
    rows = shown(panel)
    assert (Ink.NONE, Ink.TEXT) == (rows[0].fill, rows[0].cells[2].ink)
    assert (Ink.SELL_FILL, Ink.STRONG) == (rows[1].fill, rows[1].cells[2].ink)


def test_the_least_size_filters(panel: TapePanel) -> None:
    """Smaller prints are left out, the header says from where; 0 shows all again."""
    held = market()
    sized(held, [0.001, 0.02, 0.5, 0.001, 0.03] * 4)
    panel.watch(held)
    shown(panel)
    floors = size_floors(held.tape)
    assert 0.02 in floors
    while panel.smallest < 0.02:
        press(panel, Qt.Key.Key_Plus)
    sizes = [float(row[2]) for row in texts(panel)]
    assert [0.03, 0.5, 0.02, 0.03] == sizes[:4]
    assert "≥ 0.02" == panel.header._detail
    press(panel, Qt.Key.Key_0)
    assert 0.001 == float(texts(panel)[1][2])


def test_scrolling_holds_the_tape_still(panel: TapePanel) -> None:
    """While held, new prints are counted and no row moves; Home shows them."""
    held = market()
    end = prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    panel.scrolled(-3)
    rows = texts(panel)
    assert "00:00:36.000" == rows[1][0]
    assert "held still" == rows[0][0]
    prints(held, end + SECOND, [61685.99] * 7)
    after = texts(panel)
    assert rows[1:] == after[1:]
    assert "7 new" == after[0][0]
    press(panel, Qt.Key.Key_Home)
    assert "00:00:46.000" == texts(panel)[0][0]
    assert not panel.frozen


def test_the_wheel_makes_home_the_tapes(panel: TapePanel, settle: Callable[[], None]) -> None:
    """The key that the first row names holds after the wheel; a field that is written in stays."""
    held = market()
    prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    other = QLineEdit(panel)
    other.show()
    panel.activateWindow()
    other.setFocus()
    settle()
    assert QApplication.focusWidget() is other
    panel.body.turned.emit(-120, False)
    assert QApplication.focusWidget() is other
    panel.header.setFocus()
    panel.body.turned.emit(-120, False)
    assert panel.frozen
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Home)
    assert not panel.frozen


def test_the_first_row_leads_back(panel: TapePanel) -> None:
    """A click on the row that counts the new ones returns to them."""
    held = market()
    prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    panel.scrolled(-20)
    shown(panel)
    QTest.mouseClick(panel.body, Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
    assert panel.frozen
    QTest.mouseClick(panel.body, Qt.MouseButton.LeftButton, pos=QPoint(40, 5))
    assert not panel.frozen


def test_scrolling_ends_at_both_ends(panel: TapePanel) -> None:
    """The oldest print is the last row; past the newest the tape runs again."""
    held = market()
    prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    panel.scrolled(-10_000)
    assert "00:00:00.000" == texts(panel)[-1][0]
    panel.scrolled(10)
    assert "00:00:10.000" == texts(panel)[-1][0]
    panel.scrolled(1_000)
    assert not panel.frozen


def test_trades_put_in_the_past_move_no_held_row(panel: TapePanel) -> None:
    """A backfilled print takes its place; what is held stays what it was."""
    held = market()
    prints(held, NOW, [61685.99] * 40)
    panel.watch(held)
    shown(panel)
    panel.scrolled(-2)
    rows = texts(panel)
    ts = NOW + 5 * SECOND + 1
    held.apply(Trade(held.instrument.id, 61685.5, 1.0, "buy", "old", ts, ts, backfill=True))
    assert rows == texts(panel)


def test_the_ring_may_let_go_of_what_is_held() -> None:
    """A tape held longer than the ring lasts shows the ring's oldest rows, never nothing."""
    held = Market(market().instrument, market().book, Judge(), tape_capacity=50)
    sized(held, [1.0] * 50)
    until = held.tape.count
    sized(held, [1.0] * 200, NOW + SECOND)
    window = tape_window(held.tape, 10, until=until)
    assert (list(range(9, -1, -1)), 40) == (window.places.tolist(), window.newer)


def test_the_pace_is_told_and_falls(panel: TapePanel, hands: Hands) -> None:
    """Trades a second of the last ten; nothing new, and it goes down by itself."""
    held = market()
    hands.now = prints(held, NOW, [61685.99] * 300, 100 * MS)
    panel.watch(held)
    shown(panel)
    assert "10.0/s" == panel.header._readout
    hands.now += 5 * SECOND
    assert panel.frame(1)
    assert "5.0/s" == panel.header._readout


def test_no_pace_is_told_of_a_feed_that_is_not_believed(
    panel: TapePanel, surroundings: Surroundings, hands: Hands
) -> None:
    """It would count down as if the market had grown calm; a recorded gap has its pace."""
    held = market(judge=Judge(State.STALE))
    hands.now = prints(held, NOW, [61685.99] * 300, 100 * MS)
    panel.watch(held)
    shown(panel)
    assert "\u2013/s" == panel.header._readout
    panel.set_surroundings(replace(surroundings, replay=True))
    shown(panel)
    assert "10.0/s" == panel.header._readout


def test_an_empty_recording_is_called_so(panel: TapePanel, surroundings: Surroundings) -> None:
    """That nothing precedes it is no answer to why there are no trades."""
    panel.set_surroundings(replace(surroundings, replay=True))
    held = market()
    held.apply(Refusal(held.instrument.id, "The recording holds nothing from before.", NOW))
    panel.watch(held)
    assert [] == shown(panel)
    assert "No trades in this recording yet" == panel.body.note


def test_what_is_not_believed_is_grey(panel: TapePanel) -> None:
    """A stale market's prints hold no side's colour."""
    held = market(judge=Judge(State.STALE))
    prints(held, NOW, [61685.99] * 12)
    panel.watch(held)
    assert {Ink.DIM} == {cell.ink for row in shown(panel) for cell in row.cells}


@pytest.mark.parametrize("width", [300, 190, 150])
def test_columns_never_overlap(panel: TapePanel, width: int, settle: Callable[[], None]) -> None:
    """The narrower the panel, the less of the time; price and size stay whole."""
    held = market()
    prints(held, NOW, [61685.99] * 12)
    panel.watch(held)
    panel.resize(width, 300)
    settle()
    time, price, size = texts(panel)[0]
    assert ("61,685.99", "2.50000") == (price, size)
    assert len(time) <= 12
    columns = panel.body._columns
    assert columns[1].x + 8 < columns[2].x - 40


@pytest.mark.parametrize(
    ("width", "clock"),
    [(300, "00:00:11.000"), (230, "00:11.000"), (190, "00:00:11"), (189, "")],
)
def test_the_time_is_shortened_before_it_goes(panel: TapePanel, width: int, clock: str) -> None:
    """A cheap coin's long prices leave it less room: the hour goes, or parts of a second, then air.

    Minutes and seconds alone are never shown: they would read as hours and minutes.
    """
    held = market(CHEAP)
    prints(held, NOW, [float(CHEAP)] * 12)
    panel.watch(held)
    time, price, size = panel.content(10, width, on_screen=False).rows[0].cells
    assert (clock, CHEAP, "2.50000") == (time.text, price.text, size.text)


@pytest.mark.parametrize("price", [CHEAP, DEAR])
@pytest.mark.parametrize("large", [1.0, 8_255_152.56039])
@pytest.mark.parametrize("width", [150, 160, 170, 180, 200, 240, 300, 480])
def test_no_two_texts_touch(panel: TapePanel, price: str, large: float, width: int) -> None:
    """Time, price and size stand apart at any width, and the price is always whole."""
    held = market(price)
    for n in range(24):
        held.apply(trade(held, NOW + n * MS, float(price), large / (1 + n % 4)))
    panel.watch(held)
    columns, rows, _ = panel.content(10, width, on_screen=False)
    for row in rows:
        time, dear, size = row.cells
        assert dear.text
        wide = [text_width(cell.text, SMALL_PX, strong=True) for cell in row.cells]
        assert columns[0].x + wide[0] < columns[1].x - wide[1] or not time.text
        assert columns[1].x < columns[2].x - wide[2]
        assert 0 <= columns[1].x - wide[1]
        assert columns[2].x <= width
        assert size.text


def test_millions_are_told_in_short_before_the_time_goes(panel: TapePanel) -> None:
    """Of a coin that trades by the million a size needs no lots; one of a dear coin keeps them."""
    for price, sizes, told in (
        (CHEAP, [8_255_152.56039], ("00:00:00", CHEAP, "8.255M")),
        (DEAR, [0.00315], ("00:00:00", "61,685.99", "0.00315")),
    ):
        held = market(price)
        held.apply(trade(held, NOW, float(price), sizes[0]))
        panel.watch(held)
        row = panel.content(10, 185, on_screen=False).rows[0]
        assert told == tuple(cell.text for cell in row.cells)


def test_the_export_holds_all_exactly(panel: TapePanel) -> None:
    """Every trade of the ring is in the CSV with the venue's digits, whatever is filtered."""
    held = market(CHEAP)
    exact = ("0.00001234000000000001", "12345.678901234567890")
    held.apply(
        Trade(
            held.instrument.id, float(exact[0]), float(exact[1]), "sell", 1, NOW, NOW, exact=exact
        )
    )
    prints(held, NOW + SECOND, [0.00001235] * 30)
    panel.watch(held)
    press(panel, Qt.Key.Key_Plus)
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(panel.table())))))
    assert 31 == len(rows)
    assert exact == (rows[0]["price"], rows[0]["size"])
    assert ("sell", str(NOW)) == (rows[0]["side"], rows[0]["ts_event"])
    assert {Decimal("0.00001235")} == {Decimal(row["price"]) for row in rows[1:]}


def test_choices_survive(panel: TapePanel, surroundings: Surroundings, qtbot: QtBot) -> None:
    """The least size comes back for its instrument; broken values are left aside."""
    held = market()
    sized(held, [0.01, 0.5, 2.0] * 10)
    panel.watch(held)
    shown(panel)
    press(panel, Qt.Key.Key_Plus)
    assert panel.smallest > 0
    other = TapePanel(surroundings)
    qtbot.addWidget(other)
    other.restore(panel.settings())
    other.watch(held)
    assert panel.smallest == other.smallest
    for broken in ({"smallest": {"test:BTCUSDT": "much"}}, {"smallest": {"x": -1}}, {}):
        other.restore(broken)
        assert 0 == other.smallest


def test_there_is_a_word_where_there_are_no_trades(panel: TapePanel) -> None:
    """Nothing picked, no print yet, and none large enough, are said apart."""
    assert [] == shown(panel)
    assert "No symbol picked" == panel.body.note
    held = market()
    panel.watch(held)
    assert [] == shown(panel)
    assert "No trades yet" == panel.body.note
    sized(held, [0.01] * 5)
    panel.restore({"smallest": {held.instrument.id: 5.0}})
    assert [] == shown(panel)
    assert "No trade of 5 or more yet" == panel.body.note


def test_every_key_is_its_own(panel: TapePanel) -> None:
    """No two actions of the panel share a key."""
    keys = [action.key for action in panel.actions_offered()]
    assert len(keys) == len(set(keys))
