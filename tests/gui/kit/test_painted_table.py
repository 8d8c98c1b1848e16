"""The painted table: what it paints, how little of it, and the same as text elsewhere."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from pytestqt.qtbot import QtBot

from monitor.gui.kit.glyphs import GlyphAtlas, Pen, Run, draw_as_text, text_width
from monitor.gui.kit.painted_table import PaintedTable, Wheel
from monitor.gui.kit.table_cells import Cell, Column, Ink, Row
from monitor.gui.kit.theme import Theme

COLUMNS = (Column(80), Column(190, bar=200))


def row(price: str, size: str = "1.50", bar: int = 20) -> Row:
    return Row((Cell(price, Ink.SELL), Cell(size, Ink.TEXT, 1, bar, Ink.SELL_FILL)))


@pytest.fixture
def table(theme: Theme, qtbot: QtBot, settle: Callable[[], None]) -> PaintedTable:
    made = PaintedTable(theme)
    qtbot.addWidget(made)
    made.resize(200, 180)
    made.show()
    settle()
    return made


def test_only_changed_rows_are_painted(table: PaintedTable) -> None:
    """A frame in which one row changed paints one."""
    rows = [row(f"10{n}") for n in range(8)]
    table.show_rows(COLUMNS, rows)
    before = table.rows_painted
    table.show_rows(COLUMNS, rows)
    assert before == table.rows_painted
    table.show_rows(COLUMNS, [*rows[:3], row("103", "9.99"), *rows[4:]])
    assert before + 1 == table.rows_painted


@pytest.mark.parametrize("by", [1, 3, -2])
def test_a_moved_picture_is_the_one_painted_anew(
    table: PaintedTable, theme: Theme, qtbot: QtBot, settle: Callable[[], None], by: int
) -> None:
    """Moving the picture costs the new rows, and gives what painting all would."""
    pool = [row(f"1{n:02}", f"{n}.25", 4 * n) for n in range(30)]
    table.show_rows(COLUMNS, pool[10:20])
    before = table.rows_painted
    table.show_rows(COLUMNS, pool[10 - by : 20 - by])
    assert abs(by) == table.rows_painted - before
    fresh = PaintedTable(theme)
    qtbot.addWidget(fresh)
    fresh.resize(200, 180)
    fresh.show()
    fresh.show_rows(COLUMNS, pool[10 - by : 20 - by])
    settle()
    assert fresh.grab().toImage() == table.grab().toImage()


def test_one_cell_is_painted_alone(
    table: PaintedTable, theme: Theme, qtbot: QtBot, settle: Callable[[], None]
) -> None:
    """Where only a size changed its price stays; the picture is that of painting all."""
    columns = (Column(80, low=3, high=80), Column(190, bar=200, low=80, high=200))
    table.show_rows(columns, [row("101"), row("102", "88.88", 90), row("103")])
    after = [row("101"), row("102", "1.25", 10), row("103", "7.77", 70)]
    table.show_rows(columns, after)
    fresh = PaintedTable(theme)
    qtbot.addWidget(fresh)
    fresh.resize(200, 180)
    fresh.show()
    fresh.show_rows(columns, after)
    settle()
    # Within the focus ring, which only one of two windows has.
    inside = table.rect().adjusted(1, 1, -1, -1)
    assert fresh.grab(inside).toImage() == table.grab(inside).toImage()


def test_fewer_rows_leave_nothing_behind(table: PaintedTable, theme: Theme) -> None:
    """Where rows ended, the panel's colour stands."""
    table.show_rows(COLUMNS, [row("999", bar=60)] * 8)
    table.show_rows(COLUMNS, [row("999", bar=60)] * 2)
    image = table.grab().toImage()
    rest = {image.pixelColor(x, y).name() for x in range(2, 198, 3) for y in range(40, 178, 3)}
    assert {theme.panel.name()} == rest


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_the_atlas_lays_digits_in_line(theme: Theme, ratio: float) -> None:
    """Right-aligned numbers end on one pixel column, whatever their digits and the screen."""
    atlas = GlyphAtlas([Pen(theme.text)], 12, ratio)
    boxes = []
    for text in ("10,800.88", "8,800.88", "108,800.88"):
        image = QImage(round(120 * ratio), round(20 * ratio), QImage.Format.Format_RGB32)
        image.fill(theme.panel)
        painter = QPainter(image)
        atlas.draw(painter, [Run(text, round(100 * ratio), 2, 0)])
        painter.end()
        boxes.append(ink_box(image, theme))
    assert 1 == len({box.right() for box in boxes})
    assert 1 == len({(box.top(), box.bottom()) for box in boxes})
    assert boxes[1].width() < boxes[0].width() < boxes[2].width() <= 100 * ratio


def test_the_atlas_writes_what_qt_writes(theme: Theme) -> None:
    """One glyph from the atlas is, pixel by pixel, the one Qt draws there."""
    pens = [Pen(theme.text), Pen(theme.buy, strong=True)]
    images = []
    for draw in (GlyphAtlas(pens, 12, 1.0).draw, lambda p, r: draw_as_text(p, r, pens, 12)):
        image = QImage(60, 20, QImage.Format.Format_RGB32)
        image.fill(theme.panel)
        painter = QPainter(image)
        draw(painter, [Run("7", 10, 2, 0, right=False), Run("8", 40, 2, 1, right=False)])
        painter.end()
        images.append(image)
    worst = max(
        abs(a - b)
        for x in range(60)
        for y in range(20)
        for a, b in zip(
            images[0].pixelColor(x, y).getRgb()[:3],  # type: ignore[index]
            images[1].pixelColor(x, y).getRgb()[:3],  # type: ignore[index]
            strict=True,
        )
    )
    assert worst < 60


def test_other_letters_are_drawn_by_qt(theme: Theme) -> None:
    """A text the atlas has no pictures of isn't lost."""
    image = QImage(60, 20, QImage.Format.Format_RGB32)
    image.fill(theme.panel)
    painter = QPainter(image)
    GlyphAtlas([Pen(theme.text)], 12, 1.0).draw(painter, [Run("−0.5₿", 55, 2, 0)])
    painter.end()
    assert ink_box(image, theme).width() > 20


def test_digits_are_measured_by_shape() -> None:
    """Equally long numbers are equally wide; a longer one is wider."""
    assert text_width("11.11", 12) == text_width("98.76", 12) < text_width("198.76", 12)


def test_text_stays_text_in_vector_pictures(table: PaintedTable) -> None:
    """An SVG holds the numbers as text and no image; a PDF is written."""
    buffer = QBuffer()
    svg = QSvgGenerator()
    svg.setOutputDevice(buffer)
    svg.setViewBox(QRect(0, 0, 200, 100))
    painter = QPainter(svg)
    table.paint_into(painter, QRectF(0, 0, 200, 100), COLUMNS, [row("61,685.99", "1.5")], "")
    painter.end()
    text = buffer.data().toStdString()
    assert "61,685.99" in text
    assert "<image" not in text
    held = QByteArray()
    pdf_buffer = QBuffer(held)
    pdf_buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    pdf = QPdfWriter(pdf_buffer)
    painter = QPainter(pdf)
    table.paint_into(painter, QRectF(0, 0, 200, 100), COLUMNS, [row("61,685.99")], "")
    painter.end()
    assert held.startsWith(b"%PDF")


def test_a_touchpad_turns_by_parts() -> None:
    """Small turns add up to rows; a turn back forgets what was left over."""
    wheel = Wheel(40)
    assert [0, 0, 1, 0, -1] == [wheel.turn(units) for units in (15, 15, 15, 15, -40)]


def test_the_focus_is_seen(table: PaintedTable, theme: Theme, settle: Callable[[], None]) -> None:
    """A focused table has a ring in the accent's colour, and says what it shows."""
    table.clearFocus()
    table.describe = lambda: "two rows"
    table.activateWindow()
    table.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert theme.accent.name() == table.grab().toImage().pixelColor(0, 50).name()
    assert "two rows" == table.accessibleDescription()


def ink_box(image: QImage, theme: Theme) -> QRect:
    """Where anything but the panel's colour is."""
    inked = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).name() != theme.panel.name()
    ]
    xs, ys = zip(*inked, strict=True)
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)
