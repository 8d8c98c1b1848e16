"""The ladder: its rows are the book's, at any price, grouping and place."""

import csv
import io
import itertools
import random
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.book.book import Book
from monitor.export.table import csv_lines
from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.painted_table import WIDEST, PaintedTable
from monitor.gui.kit.panel import BELIEVED, Surroundings
from monitor.gui.kit.table_cells import MARK_PX, Column, Ink, Row
from monitor.gui.kit.table_picture import CUT_PX
from monitor.gui.panels.ladder import LadderPanel
from monitor.gui.panels.ladder.layout import APART, Form, size_text, widest
from monitor.market.market import Market
from monitor.model.events import Side
from monitor.model.verdict import State
from monitor.studies.bar_scale import bar_scale
from monitor.studies.grouped_book import grouped_levels
from monitor.studies.ladder_grouping import default_step
from tests.gui.conftest import NOW
from tests.gui.markets import CHEAP, DEAR, Judge, instrument, market, trade

WIDTH = 300.0
SIDES: tuple[Side, ...] = ("buy", "sell")


@pytest.fixture
def panel(surroundings: Surroundings, qtbot: QtBot, settle: Callable[[], None]) -> LadderPanel:
    made = LadderPanel(surroundings)
    qtbot.addWidget(made)
    made.resize(300, 28 + 18 * 20)
    made.show()
    settle()
    return made


def shown(panel: LadderPanel) -> list[Row]:
    panel.frame(1)
    return panel.body._rows


def texts(panel: LadderPanel) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in shown(panel)]


NONE = Qt.KeyboardModifier.NoModifier


def press(panel: LadderPanel, key: Qt.Key) -> None:
    held = Qt.KeyboardModifier.AltModifier if Qt.Key.Key_A <= key <= Qt.Key.Key_Z else NONE
    QTest.keyClick(panel.body, key, held)


@pytest.mark.parametrize("price", [CHEAP, DEAR])
def test_rows_hold_the_book(panel: LadderPanel, price: str) -> None:
    """Each price of the book in sight stands in its row with its size, cheap or dear."""
    held = market(price)
    panel.watch(held)
    rows = texts(panel)
    tick = held.book.tick_size
    split = next(n for n, row in enumerate(rows) if row[1].startswith("spread"))
    best_bid, best_ask = Decimal(price), Decimal(price) + tick
    for n, (shown_price, size) in enumerate(rows):
        if n == split:
            continue
        away = split - 1 - n if n < split else n - split - 1
        wanted = best_ask + away * tick if n < split else best_bid - away * tick
        side = held.book.asks if n < split else held.book.bids
        assert wanted == Decimal(shown_price.replace(",", ""))
        assert Decimal(repr(side.size_at(float(wanted)))) == Decimal(size)
    assert 10 == split
    assert f"spread {tick:f}" == rows[split][1]


def test_no_row_is_all_zeros(panel: LadderPanel) -> None:
    """A size smaller than its digits is told as less, never as 0.00."""
    held = market(CHEAP)
    held.book.apply([(float(CHEAP), 0.000001)], [])
    panel.watch(held)
    sizes = [row[1] for row in texts(panel) if row[1] and not row[1].startswith("spread")]
    assert all(size.strip("0.,") for size in sizes)
    assert "<0.00001" in sizes


def test_trailing_zeros_are_faint(panel: LadderPanel) -> None:
    """Digits that tell nothing stand back, so those that do are seen."""
    panel.watch(market())
    cell = next(row.cells[1] for row in shown(panel) if row.cells[1].text == "0.50000")
    assert 4 == cell.tail


@pytest.mark.parametrize("price", [CHEAP, DEAR])
@pytest.mark.parametrize("steps", [1, 2, 10, 25])
def test_grouping_conserves_sizes(price: str, steps: int) -> None:
    """However rows are grouped, all of the book is in them, exactly."""
    book = market(price).book
    groups = list(grouped_levels(book, book.tick_size * steps))
    bids, asks = [row[1] for row in groups], [row[2] for row in groups]
    for side, held in ((book.bids, bids), (book.asks, asks)):
        levels = side.top(len(side))
        assert sum(size for _, size in levels) == sum(group.size for group in held)
        assert len(levels) == sum(group.levels for group in held)


def test_grouped_rows_sum_what_is_in_sight(panel: LadderPanel) -> None:
    """A row's size is the exact sum of its levels: asks rounded up, bids down."""
    panel.watch(market())
    shown(panel)
    for _ in range(2):
        press(panel, Qt.Key.Key_Minus)
    assert Decimal("0.05") == panel.step
    assert panel.market is not None
    exact = {format(row[0], "f"): row for row in grouped_levels(panel.market.book, panel.step)}
    split = next(n for n, row in enumerate(texts(panel)) if row[1].startswith("spread"))
    seen = 0
    for n, (price, size) in enumerate(texts(panel)):
        if n != split and size:
            _, bid, ask = exact[price.replace(",", "")]
            assert (ask if n < split else bid).size == Decimal(size)
            seen += 1
    assert seen >= 10


def test_the_default_grouping_fills_most_rows() -> None:
    """A thin book is grouped until seven rows in ten hold something; a full one isn't."""
    assert Decimal("0.01") == default_step(market().book, 40)
    thin = Book(tick_size=Decimal("0.01"))
    thin.replace(
        [(100 - n / 2, 1.0) for n in range(1, 90)], [(100 + n / 2, 1.0) for n in range(90)]
    )
    step = default_step(thin, 40)
    assert step is not None
    assert Decimal("0.5") <= step <= 1
    assert default_step(Book(tick_size=Decimal("0.01")), 40) is None


def move(held: Market, ticks: int) -> None:
    """Take the whole book up by ticks."""
    tick = held.book.tick_size
    middle = Decimal(repr(held.book.best_bid)) + ticks * tick
    held.book.replace(
        [(float(middle - n * tick), 1.0) for n in range(50)],
        [(float(middle + (n + 1) * tick), 1.0) for n in range(50)],
    )
    held.version += 1


def place_of_spread(panel: LadderPanel) -> int:
    rows = texts(panel)
    return next((n for n, row in enumerate(rows) if row[1].startswith("spread")), -1)


def test_the_view_rests_until_the_spread_leaves_the_middle(panel: LadderPanel) -> None:
    """Small moves leave every price in its place; a larger one centres anew."""
    held = market()
    panel.watch(held)
    assert 10 == place_of_spread(panel)
    move(held, 2)
    assert 8 == place_of_spread(panel)
    move(held, 3)
    assert 10 == place_of_spread(panel)


def test_a_locked_view_stays(panel: LadderPanel) -> None:
    """Locked, no move of the market moves a row; the header says it; C still centres."""
    held = market()
    panel.watch(held)
    first = texts(panel)[0][0]
    press(panel, Qt.Key.Key_K)
    move(held, 7)
    assert first == texts(panel)[0][0]
    assert "locked" in panel.header._detail
    press(panel, Qt.Key.Key_Space)
    assert 10 == place_of_spread(panel)
    press(panel, Qt.Key.Key_K)
    shown(panel)
    assert "locked" not in panel.header._detail


def test_the_wheel_scrolls_and_groups(panel: LadderPanel) -> None:
    """A notch moves three rows and holds the view there; with Ctrl it groups; Space returns."""
    panel.watch(market())
    before = texts(panel)
    turn(panel, 120)
    after = texts(panel)
    prices = [row[0] for row in before]
    assert prices[0] == after[3][0]
    turn(panel, -120, Qt.KeyboardModifier.ControlModifier)
    assert Decimal("0.02") == panel.step
    turn(panel, 120)
    press(panel, Qt.Key.Key_Space)
    assert 10 == place_of_spread(panel)


def turn(
    panel: LadderPanel,
    units: int,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    at, none = QPointF(50, 50), QPoint()
    event = QWheelEvent(
        at, at, none, QPoint(0, units), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.body, event)


def test_two_sides_show_both(panel: LadderPanel) -> None:
    """With two sides the price stands between bid and ask sizes."""
    panel.watch(market())
    press(panel, Qt.Key.Key_B)
    rows = texts(panel)
    split = next(n for n, row in enumerate(rows) if row[2].startswith("spread"))
    assert all(not row[1] and row[2] for row in rows[:split])
    assert all(row[1] and not row[2] for row in rows[split + 1 :])
    columns = panel.body._columns
    assert columns[1].x < columns[0].x < columns[2].x


def test_the_last_trade_is_marked(panel: LadderPanel) -> None:
    """The row at which the last trade happened has a mark in its side's colour."""
    held = market()
    held.apply(trade(held, NOW, 61686.00, 1.0, "buy"))
    panel.watch(held)
    marked = [(row.cells[0].text, row.mark) for row in shown(panel) if row.mark is not Ink.NONE]
    assert [("61,686.00", Ink.BUY)] == marked


def test_traded_sizes_stand_at_their_price(panel: LadderPanel) -> None:
    """What was bought and sold lately stands in the row of its price, and goes after a minute."""
    held = market()
    held.apply(trade(held, NOW - 10**9, 61686.00, 2.0, "buy"))
    held.apply(trade(held, NOW - 10**9, 61685.99, 0.25, "sell"))
    held.apply(trade(held, NOW - 61 * 10**9, 61685.98, 7.0, "sell"))
    panel.watch(held)
    press(panel, Qt.Key.Key_V)
    flows = {row[0]: row[2:] for row in texts(panel) if len(row) == 4}
    assert ("", "2.000") == flows["61,686.00"]
    assert ("0.250", "") == flows["61,685.99"]
    assert ("", "") == flows["61,685.98"]


def test_what_lies_beyond_the_known_range_is_hatched(panel: LadderPanel) -> None:
    """Rows of which nothing is known are hatched and hold no size."""
    held = market()
    prices = [61685.99 - n / 100 for n in range(5)]
    held.book.replace([(round(p, 2), 1.0) for p in prices], [(61686.0, 1.0)], (61685.95, 61686.02))
    panel.watch(held)
    press(panel, Qt.Key.Key_0)
    rows = shown(panel)
    hatched = [row for row in rows if row.hatched]
    assert hatched
    assert all(not row.cells[1].text for row in hatched)
    assert "61,685.95" not in {row.cells[0].text for row in hatched}
    assert "61,685.94" in {row.cells[0].text for row in hatched}


def test_what_is_not_believed_is_grey(panel: LadderPanel) -> None:
    """A stale book's rows hold no side's colour, and come back in theirs."""
    judge = Judge(State.STALE)
    held = market(judge=judge)
    held.book.apply([(61685.95, 5000.0)], [])
    panel.watch(held)
    sides = {Ink.BUY, Ink.SELL, Ink.BUY_FILL, Ink.SELL_FILL, Ink.TEXT}
    cells = [cell for row in shown(panel) for cell in row.cells]
    used = {ink for cell in cells for ink in (cell.ink, cell.bar_ink, cell.cut)}
    assert Ink.DIM in {cell.cut for cell in cells}
    assert not used & sides
    judge.state = State.LIVE
    used = {cell.ink for row in shown(panel) for cell in row.cells}
    assert {Ink.BUY, Ink.SELL} <= used


@pytest.mark.parametrize("state", [state for state in State if state not in BELIEVED])
def test_no_number_stays_bright(panel: LadderPanel, state: State) -> None:
    """The price on the spread's row is grey with all the others, whatever else LIVE gave way to."""
    judge = Judge()
    held = market(judge=judge)
    held.apply(trade(held, NOW, 61686.00, 1.0, "buy"))
    panel.watch(held)
    shown(panel)
    bright = panel.theme.text.lightness()
    assert bright == brightest(panel)
    judge.state = state
    shown(panel)
    assert panel.theme.dim.lightness() >= brightest(panel)


def brightest(panel: LadderPanel) -> int:
    """Of all pixels within the focus ring."""
    image = panel.body.grab(panel.body.rect().adjusted(1, 1, -1, -1)).toImage()
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return max(image.pixelColor(x, y).lightness() for x, y in places)


def huge(price: str) -> Market:
    """A coin of which millions trade for a cent, with sizes of as many digits as another's."""
    held, tick = market(price), Decimal(price)
    near = held.book.tick_size
    held.book.replace(
        [(float(tick - n * near), 13_000.00001 * 3**n) for n in range(12)],
        [(float(tick + (n + 1) * near), 260_580_823.34385 / 3**n) for n in range(12)],
    )
    held.apply(trade(held, NOW, float(price), 1_234_567.12345))
    return held


LAYOUTS = [
    (width, two_sided, traded)
    for width in (150, 190, 230, 300, 420, 480)
    for two_sided in (False, True)
    for traded in (False, True)
    # In less there is no room for so many columns at all.
    if width >= 150 + 60 * two_sided + 2 * 48 * traded
]


@pytest.mark.parametrize("price", [CHEAP, DEAR])
@pytest.mark.parametrize(("width", "two_sided", "traded"), LAYOUTS)
def test_no_two_numbers_touch(
    panel: LadderPanel, price: str, width: int, *, two_sided: bool, traded: bool
) -> None:
    """Sizes give up digits they have no room for, down to 260.6M; prices stay whole."""
    panel.restore({"two_sided": two_sided, "traded": traded})
    panel.watch(huge(price))
    columns, rows, _ = panel.content(24, width, on_screen=False)
    for row in rows:
        ends = sorted(
            (column.x - text_width(cell.text, SMALL_PX, strong=cell.ink >= Ink.STRONG), column.x)
            for cell, column in zip(row.cells, columns, strict=False)
            if cell.text
        )
        assert ends[0][0] >= 0
        assert all(left[1] < right[0] for left, right in itertools.pairwise(ends)), row
        assert ends[-1][1] <= width


class Coin(NamedTuple):
    """An instrument and how large its sizes are."""

    price: str
    lot: str | None
    sizes: float


COINS = [
    Coin(CHEAP, "1", 3e8),
    Coin(CHEAP, None, 4e6),
    Coin("3.109", "1", 3_000.0),
    Coin("98.43", "1", 20.0),
    Coin(DEAR, "0.00001", 3.0),
    Coin("1234567.89", "0.00000001", 1e-3),
]


def lively(coin: Coin) -> Market:
    """A market of that instrument, with an empty book."""
    told = msgspec.structs.replace(
        instrument(coin.price), lot_size=None if coin.lot is None else Decimal(coin.lot)
    )
    return Market(told, Book(tick_size=told.tick_size, lot_size=told.lot_size), Judge())


def stir(held: Market, coin: Coin, chance: random.Random) -> None:
    """Other sizes of all magnitudes at every price, and some trades."""
    tick, lot = held.book.tick_size, Decimal(coin.lot or "0.001")
    middle = Decimal(coin.price) + chance.randrange(-1, 2) * tick

    def size() -> float:
        return max(
            float(lot), float(round(coin.sizes * 10 ** chance.uniform(-4, 0) / float(lot)) * lot)
        )

    held.book.replace(
        [(float(middle - n * tick), size()) for n in range(20)],
        [(float(middle + (n + 1) * tick), size()) for n in range(20)],
    )
    for side in SIDES:
        held.apply(trade(held, NOW - 10**9, float(middle), size(), side))
    held.version += 1


@pytest.mark.parametrize("coin", COINS)
@pytest.mark.parametrize("width", [150, 200, 240, 280, 330, 480])
@pytest.mark.parametrize(("two_sided", "traded"), [(False, False), (True, False), (True, True)])
def test_no_frame_leaves_a_trace(
    panel: LadderPanel, coin: Coin, width: int, *, two_sided: bool, traded: bool
) -> None:
    """However sizes change and whatever the width: no text leaves its column, and the picture
    is the one painted afresh."""
    chance, held = random.Random(11), lively(coin)
    panel.restore({"two_sided": two_sided, "traded": traded})
    panel.resize(width, 28 + 18 * 12)
    stir(held, coin, chance)
    panel.watch(held)
    for _ in range(6):
        stir(held, coin, chance)
        rows, columns = shown(panel), panel.body._columns
        assert_inside(rows, columns, width)
        afresh = PaintedTable(panel.theme)
        afresh.resize(panel.body.size())
        afresh.show_rows(columns, rows)
        assert afresh.grab().toImage() == panel.body.grab().toImage()


def assert_inside(rows: list[Row], columns: tuple[Column, ...], width: float) -> None:
    """Texts and bars lie within their columns, those on the spread's row within the picture."""
    assert all(right.low >= left.high for left, right in itertools.pairwise(sorted(
        columns, key=lambda column: column.low
    )))  # fmt: skip
    for row in rows:
        for cell, column in zip(row.cells, columns, strict=False):
            wide = text_width(cell.text, SMALL_PX, strong=cell.ink >= Ink.STRONG)
            low, high = (column.low, column.high) if row.fill is Ink.NONE else (0, width)
            assert low <= column.x - wide, (cell, column)
            assert column.x <= high
            ends = (column.bar, column.bar + column.grows * cell.bar)
            assert not cell.bar or low <= min(ends) <= max(ends) <= high


@pytest.mark.parametrize("coin", COINS)
def test_what_has_no_room_is_said(panel: LadderPanel, coin: Coin) -> None:
    """Columns that were asked for are there, or the header says that they have no room."""
    held = lively(coin)
    stir(held, coin, random.Random(2))
    panel.restore({"two_sided": True, "traded": True})
    panel.watch(held)
    seen = set()
    for width in range(150, 500, 10):
        panel.resize(width, 300)
        shown(panel)
        columns, detail = len(panel.body._columns), panel.header._detail
        seen.add(columns)
        assert (columns < 5) == ("too narrow" in detail), width
        if detail != "too narrow":
            assert ("two sides" in detail) == (columns in (2, 4)), width
            assert ("traded:" in detail) == (columns < 4), width
        room = width - 28 - 10 - 8 - text_width("Ladder", TEXT_PX, strong=True)
        assert detail == panel.header.detail_shown(int(room))
    assert 5 in seen
    assert len(seen) > 1


def test_a_key_that_changes_nothing_says_why(panel: LadderPanel) -> None:
    """Where columns asked for have no room the header says it at once, and takes it back."""
    panel.watch(huge(CHEAP))
    panel.resize(240, 388)
    press(panel, Qt.Key.Key_B)
    shown(panel)
    columns = panel.body._columns
    press(panel, Qt.Key.Key_V)
    shown(panel)
    assert columns == panel.body._columns
    assert "traded: too narrow" == panel.header._detail
    press(panel, Qt.Key.Key_V)
    shown(panel)
    assert "group 0.00000001" == panel.header._detail


def test_the_header_tells_what_the_traded_columns_are(panel: LadderPanel) -> None:
    """Which is which and how far back, in fewer words or none where there is less room."""
    panel.watch(market())
    press(panel, Qt.Key.Key_V)
    rows = texts(panel)
    assert ("sells", "buys") == rows[place_of_spread(panel)][2:]
    assert "group 0.01 · sells | buys 60 s" == panel.header._detail
    panel.resize(240, 388)
    shown(panel)
    assert "group 0.01 · traded 60 s" == panel.header._detail
    press(panel, Qt.Key.Key_K)
    shown(panel)
    assert "group 0.01 · locked" == panel.header._detail


@pytest.mark.parametrize("width", [150, 240, 300])
@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("traded", [False, True])
def test_the_spread_is_told_in_every_layout(
    panel: LadderPanel, width: int, *, two_sided: bool, traded: bool
) -> None:
    """On its own row the spread finds room, whatever columns there are."""
    panel.restore({"two_sided": two_sided, "traded": traded})
    for price, spreads in ((DEAR, ("0.01",)), (CHEAP, ("0.00000001", "1 tick"))):
        panel.watch(market(price))
        panel.resize(width, 388)
        row = next(row for row in shown(panel) if row.fill is Ink.RAISED)
        assert any(cell.text.endswith(spreads) for cell in row.cells[1:])
        assert_inside([row], panel.body._columns, width)


def test_the_middle_is_always_the_mid(panel: LadderPanel) -> None:
    """The spread's row stands between its neighbours' prices, wherever the last trade was."""
    held = market()
    panel.watch(held)
    columns = {panel.body._columns for _ in range(1) if shown(panel)}
    for price in (61685.95, 61686.00, 61690.00):
        held.apply(trade(held, NOW, price))
        rows = texts(panel)
        columns.add(panel.body._columns)
        assert "61,685.995" == rows[place_of_spread(panel)][0]
    held.book.replace([], [(61686.0, 1.0)])
    held.version += 1
    row = next(row for row in shown(panel) if row.fill is Ink.RAISED)
    columns.add(panel.body._columns)
    assert ["–", "spread –"] == [cell.text for cell in row.cells]
    assert 1 == len(columns)


def test_sizes_have_no_more_digits_than_the_instrument(panel: LadderPanel) -> None:
    """Of whole shares there are 3 and 628 beside 2.225k, never 3.000."""
    told = msgspec.structs.replace(instrument("3.109"), lot_size=Decimal(1))
    held = Market(told, Book(tick_size=told.tick_size), Judge())
    sizes = (3.0, 40.0, 628.0, 2_225.0, 9_000_000.0)
    held.book.replace(
        [(round(3.109 - n / 1000, 3), size) for n, size in enumerate(sizes)], [(3.11, 9.0)]
    )
    for side in SIDES:
        held.apply(trade(held, NOW - 10**9, 3.109, 7.0, side))
    panel.restore({"two_sided": True, "traded": True})
    panel.resize(270, 388)
    panel.watch(held)
    shown_texts = {text for row in texts(panel) for text in row}
    assert {"3", "40", "628", "2.225k", "9.000M", "9", "7"} <= shown_texts


def test_a_form_keeps_to_its_width() -> None:
    """No size up to the largest is written wider than the form says, nor as a row of zeros."""
    chance = random.Random(4)
    for digits in (0, 2, 5, 8):
        forms = [Form(n) for n in range(digits + 1)]
        forms += [Form(digits, *n) for n in ((4, 4), (4, 3), (3, 3), (3, 2), (2, 2))]
        for form, largest in itertools.product(forms, (3.0, 999.4, 1e4, 9.996e8, 3e13, 2e15)):
            most = widest(form, largest)
            for _ in range(60):
                size = largest * 10 ** chance.uniform(-8, 0)
                text = size_text(size, form)
                assert text_width(text, SMALL_PX) <= most, (text, form)
                assert text.strip("0.,")


def test_a_bar_that_is_cut_says_so(panel: LadderPanel) -> None:
    """Two sizes beyond the scale draw bars of one length, and both bear the mark; no other does."""
    held = market()
    held.book.apply([(61685.95, 5000.0), (61685.96, 900.0)], [])
    panel.watch(held)
    rows = [row.cells for row in shown(panel) if row.fill is Ink.NONE]
    cut = {cells[0].text: cells[1] for cells in rows if cells[1].cut is not Ink.NONE}
    assert {"61,685.95", "61,685.96"} == set(cut)
    assert {(Ink.BUY_FILL, Ink.BUY)} == {(cell.bar_ink, cell.cut) for cell in cut.values()}
    whole = [cells[1].bar for cells in rows if cells[0].text not in cut]
    assert max(whole) <= next(iter(cut.values())).bar


def test_the_mark_stands_beside_the_digits(panel: LadderPanel) -> None:
    """The end of a bar is never among the digits that stand upon it, however many they are."""
    panel.watch(huge(CHEAP))
    each = (False, True)
    for width, two_sided, traded in itertools.product((150, 240, 300, 480), each, each):
        panel.restore({"two_sided": two_sided, "traded": traded})
        columns, rows, _ = panel.content(24, width, on_screen=False)
        marked = 0
        for row in rows:
            for cell, column in zip(row.cells, columns, strict=False):
                if cell.cut is Ink.NONE or column.grows > 0:
                    continue
                marked += 1
                end = column.bar - cell.bar
                assert end + CUT_PX < column.x - text_width(cell.text, SMALL_PX)
                assert all(not -APART < end - other.x < APART for other in columns)
                assert end > MARK_PX
        assert marked or two_sided


def test_all_digits_return_with_the_room(panel: LadderPanel) -> None:
    """Where there is room a size has all of its instrument's digits, however large."""
    panel.watch(huge(CHEAP))
    wide = {row.cells[1].text for row in panel.content(24, 300, on_screen=False).rows}
    assert "260,580,823.34385" in wide
    narrow = {row.cells[1].text for row in panel.content(24, 150, on_screen=False).rows}
    assert "260.6M" in narrow


def test_rows_that_tell_nothing_new_are_the_same_ones(panel: LadderPanel) -> None:
    """One level changed: one row is made and painted. The view scrolled: rows go with it."""
    held = market()
    panel.watch(held)
    before, painted = shown(panel), panel.body.rows_painted
    held.book.apply([(61685.97, 0.123)], [])
    held.version += 1
    after = shown(panel)
    assert ["61,685.97"] == [
        row.cells[0].text for row, old in zip(after, before, strict=True) if row is not old
    ]
    assert 1 == panel.body.rows_painted - painted
    painted = panel.body.rows_painted
    panel.scrolled(3)
    scrolled = shown(panel)
    assert all(row is old for row, old in zip(scrolled[3:], after, strict=False))
    assert 3 == panel.body.rows_painted - painted


def test_a_wide_ladder_keeps_its_columns_together(panel: LadderPanel) -> None:
    """However wide the panel, a size is no further from its price than the eye follows."""
    panel.watch(market())
    panel.resize(1280, 400)
    shown(panel)
    assert all(column.x <= WIDEST for column in panel.body._columns)
    image = panel.body.grab().toImage()
    ground, ratio = panel.theme.panel.name(), image.devicePixelRatio()
    right = range(round((WIDEST + 2) * ratio), image.width() - 2, 7)
    assert {ground} == {image.pixelColor(x, y).name() for x in right for y in range(2, 360, 5)}


def test_one_wall_leaves_the_other_bars(panel: LadderPanel) -> None:
    """A size a thousand times the others is cut; theirs are still told apart."""
    held = market()
    held.book.apply([(61685.95, 5000.0)], [])
    panel.watch(held)
    bars = sorted({cell.bar for row in shown(panel) for cell in row.cells})
    assert len(bars) > 5
    sizes = held.book.bids.arrays(20)[1]
    assert bar_scale(sizes) < 50
    assert bar_scale(sizes) == bar_scale(sizes * 1.05, bar_scale(sizes))


def test_the_export_is_the_book(panel: LadderPanel) -> None:
    """The CSV's sums, read back, are the book's, with all of its digits."""
    panel.watch(market(CHEAP))
    shown(panel)
    assert panel.market is not None
    book = panel.market.book
    lines = [line for line in csv_lines(panel.table()) if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("".join(lines))))
    bids = [(Decimal(r["price"]), Decimal(r["bid_size"])) for r in rows if r["bid_levels"] != "0"]
    asks = [(Decimal(r["price"]), Decimal(r["ask_size"])) for r in rows if r["ask_levels"] != "0"]
    assert book.bids.top(1_000) == bids
    assert book.asks.top(1_000) == asks[::-1]


def test_choices_survive(panel: LadderPanel, surroundings: Surroundings, qtbot: QtBot) -> None:
    """Grouping, sides and lock come back; broken values are left aside."""
    panel.watch(market())
    shown(panel)
    for key in (Qt.Key.Key_Minus, Qt.Key.Key_B, Qt.Key.Key_K, Qt.Key.Key_V):
        press(panel, key)
    other = LadderPanel(surroundings)
    qtbot.addWidget(other)
    other.restore(panel.settings())
    other.watch(market())
    assert panel.settings() == other.settings()
    other.content(10, WIDTH, on_screen=False)
    assert Decimal("0.02") == other.step
    for broken in ({"grouping": {"test:BTCUSDT": "NaN"}}, {"grouping": 3, "locked": "yes"}, {}):
        other.restore(broken)
        other.market_changed()
        assert other.content(10, WIDTH, on_screen=False).rows
    other.restore({"grouping": {"test:BTCUSDT": "0.015"}})
    other.content(10, WIDTH, on_screen=False)
    assert Decimal("0.01") == other.step
    assert not other.locked


def test_there_is_a_word_where_there_is_no_book(panel: LadderPanel) -> None:
    """Nothing picked, and nothing there yet, are said apart."""
    assert [] == shown(panel)
    assert "No symbol picked" == panel.body.note
    panel.watch(Market(instrument(), Book(tick_size=Decimal("0.01")), Judge()))
    assert [] == shown(panel)
    assert "No order book yet" == panel.body.note
    assert [] == list(panel.table().rows)


def test_a_picture_is_painted_without_a_window(surroundings: Surroundings, qtbot: QtBot) -> None:
    """A panel that was never shown paints its rows into any picture."""
    made = LadderPanel(surroundings)
    qtbot.addWidget(made)
    made.watch(market())
    image = QImage(300, 360, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    made.paint_body(painter, QRectF(0, 0, 300, 360))
    painter.end()
    colours = {image.pixelColor(x, y).name() for x in range(200, 300) for y in range(0, 360, 2)}
    theme = surroundings.theme
    # Behind a verdict that was never asked for, nothing is in colour.
    assert theme.panel.name() in colours
    assert theme.raised.name() in colours
    assert QRect(0, 0, 300, 360) == image.rect()


def test_every_key_is_its_own(panel: LadderPanel) -> None:
    """No two actions of the panel share a key."""
    keys = [action.key for action in panel.actions_offered()]
    assert len(keys) == len(set(keys))
