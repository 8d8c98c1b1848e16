"""What is there before anything is chosen: the strip's cells, the ground, panels' places."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from monitor.gui.window.favourites_strip import MORE
from monitor.gui.window.main_window import ARRANGING, HOW_TO_DRAG
from tests.gui.window.conftest import BTC, ETH, MEME, Open, Stage

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def test_a_star_adds_to_the_strip(stage: Stage) -> None:
    """The favourites lead, the other cells stay; the star taken away, all is as before."""
    strip = stage.window.strip
    first = tuple(strip.instruments())
    assert 5 == len(first)
    stage.window.star(MEME)
    assert (MEME, *(one for one in first if one != MEME)) == tuple(strip.instruments())
    stage.window.star("demo:ACME")
    assert (MEME, "demo:ACME", BTC) == tuple(strip.instruments())[:3]
    assert 5 == len(strip.instruments())
    stage.window.star(MEME)
    stage.window.star("demo:ACME")
    assert first == tuple(strip.instruments())


@pytest.mark.parametrize("came", ["demo:MEME-USDT", "demo:BTC-PERP"])
def test_the_strips_order_is_the_same_at_every_start(open_window: Open, came: str) -> None:
    """No figure that happened to come first moves a cell, and with it Alt and its number."""
    stage = open_window()
    stage.program.markets.day_stats.clear()
    stage.program.ask_stats([came])
    assert (BTC, ETH) == tuple(stage.window.strip.instruments())[:2]
    stage.frames(0.5)
    assert BTC == stage.window.strip.instruments()[0]


def test_a_change_that_reads_zero_is_neutral(stage: Stage) -> None:
    """0.00% has neither side's colour."""
    stage.frames(0.5)
    stage.program.ask_stats([BTC])
    stats = stage.program.markets.day_stats[BTC]
    stage.program.markets.day_stats[BTC] = type(stats)(
        BTC, 1.0, 1.0, 1.0, 1.0, 1.0, -0.00001, stats.ts_event, stats.ts_recv
    )
    *_, change, sign = stage.window.strip._cell(BTC, stage.program.now())[:5]
    assert ("0.00%", 0) == (change, sign)


def test_strip_and_bar_show_one_price_at_every_frame(stage: Stage) -> None:
    """Of the instrument the window speaks of; with nothing new, no cell is made anew."""
    stage.frames(1)
    strip, top, market = stage.window.strip, stage.window.top, stage.program.markets.get(BTC)
    assert market is not None
    assert market.last_price is not None
    changes = 0
    for step in range(60):
        stage.program.run(0.016, 16)
        if step % 7 == 0:
            market.last_price += 0.01
        before = strip._cells
        stage.window.frame(stage.program.now())
        price = next(cell[2] for cell in strip._cells if cell[0] == BTC)
        assert top.price.accessibleDescription() == price
        changes += before != strip._cells
    assert 9 <= changes
    assert not strip.frame(stage.program.now())
    picture = strip.grab().toImage()
    market.last_price += 100
    assert strip._follow_current(stage.program.now())
    assert picture != strip.grab().toImage()


def test_a_favourite_that_has_no_room_is_counted(stage: Stage) -> None:
    """No cell is cut; the sign's click leads to the palette, the keys of all hold."""
    stage.frames(1)
    strip = stage.window.strip
    hidden = set()
    for width in range(1280, 300, -20):
        stage.window.strip.setFixedWidth(width)
        strip.grab()
        shown = [name for *_, name in strip._edges if name != MORE]
        assert shown == [cell[0] for cell in strip._cells[: len(shown)]]
        assert all(right <= width for _, right, _ in strip._edges)
        missing = len(strip._cells) - len(shown)
        assert bool(missing) == (MORE in [name for *_, name in strip._edges])
        hidden.add(missing)
    assert {0, 1, 2, 3} <= hidden
    left, right, name = strip._edges[-1]
    assert MORE == name
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(int(left + right) // 2, 10))
    assert stage.window.palette_card.isVisible()
    strip.go_to(5)
    assert strip._cells[4][0] == stage.window.workbench.current


def test_with_all_panels_closed_the_keys_that_bring_them_back_are_told(stage: Stage) -> None:
    """Each key named does what is said."""
    window = stage.window
    for _ in range(4):
        stage.key(Qt.Key.Key_W, CONTROL)
    empty = window.docks.empty
    assert empty.isVisible()
    assert "Ctrl+Shift+L: First layout again" in empty.accessibleDescription()
    assert "Ctrl+Alt+1: Add panel: " in empty.accessibleDescription()
    before = empty.grab().toImage()
    empty.show_keys(())
    assert before != empty.grab().toImage()
    stage.key(Qt.Key.Key_L, CONTROL | SHIFT)
    assert not empty.isVisible()
    assert window.workbench.panel("price-1").isVisible()


def test_the_word_on_arranging_goes_with_it(stage: Stage) -> None:
    """It holds only while panels can be dragged."""
    stage.key(Qt.Key.Key_L, CONTROL)
    assert ARRANGING == stage.window.notices.text
    stage.key(Qt.Key.Key_L, CONTROL)
    assert "" == stage.window.notices.text
    assert not stage.window.notices.isVisible()


def test_who_drags_a_header_is_told_how(stage: Stage) -> None:
    """A mere click says nothing, and while arranging all is said."""
    header = stage.window.workbench.panel("price-1").header
    left = Qt.MouseButton.LeftButton
    stage.window.notices.dismiss()
    QTest.mouseClick(header, left, pos=QPoint(40, 10))
    assert "" == stage.window.notices.text
    QTest.mousePress(header, left, pos=QPoint(40, 10))
    QTest.mouseMove(header, QPoint(90, 30))
    QTest.mouseRelease(header, left, pos=QPoint(90, 30))
    assert HOW_TO_DRAG == stage.window.notices.text
    stage.key(Qt.Key.Key_L, CONTROL)
    assert ARRANGING == stage.window.notices.text


@pytest.mark.parametrize("name", ["price-1", "tape-1"])
def test_a_floating_panel_returns_to_its_place(stage: Stage, name: str) -> None:
    """The same key again, whatever panel the focus was near."""
    docks, bench = stage.window.docks, stage.window.workbench
    bench.take_focus(name)
    before = bench.panel(name).mapTo(stage.window, QPoint(0, 0))
    stage.window.float_active()
    stage.draw()
    assert [name] == [one for one in docks.ids() if docks.is_floating(one)]
    stage.window.float_active()
    stage.draw()
    assert [] == [one for one in docks.ids() if docks.is_floating(one)]
    assert before == bench.panel(name).mapTo(stage.window, QPoint(0, 0))
