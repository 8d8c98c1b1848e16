"""The kept picture of a table: however it came about, it is the one painted anew."""

import random

import pytest
from PySide6.QtGui import QImage, QPainter

from monitor.gui.kit.fonts import SMALL_PX
from monitor.gui.kit.glyphs import GlyphAtlas
from monitor.gui.kit.table_cells import ROW_PX, Cell, Column, Ink, Row, pens_of
from monitor.gui.kit.table_picture import TablePicture
from monitor.gui.kit.theme import Theme

WIDE, ROWS = 220, 12
COLUMNS = (
    Column(80, low=3, high=90),
    Column(150, bar=155, low=90, high=155),
    Column(160, left=True, bar=155, grows=1, low=155, high=220),
)


def picture(theme: Theme, ratio: float) -> TablePicture:
    atlas = GlyphAtlas(pens_of(theme), SMALL_PX, ratio, Ink.FAINT)
    return TablePicture(theme, atlas, WIDE, ROWS * ROW_PX, ratio)


def seen(made: TablePicture, ratio: float) -> QImage:
    image = QImage(round(WIDE * ratio), round(ROWS * ROW_PX * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    made.blit(painter)
    painter.end()
    return image


def some_row(chance: random.Random) -> Row:
    price = Cell(f"{chance.randrange(100, 999)}.{chance.randrange(10)}", Ink(chance.randrange(9)))
    bid = Cell(f"{chance.random():.3f}", Ink.TEXT, chance.randrange(3), 40, Ink.BUY_FILL)
    cut = chance.choice([Ink.NONE, Ink.SELL])
    ask = Cell("–0.5", Ink.STRONG_SELL, 0, chance.randrange(8, 60), Ink.SELL_FILL, cut)
    fill = chance.choice([Ink.NONE, Ink.NONE, Ink.NONE, Ink.RAISED, Ink.SELL_FILL])
    mark = chance.choice([Ink.NONE, Ink.NONE, Ink.BUY])
    return Row((price, bid, chance.choice([ask, Cell()])), fill, mark, chance.random() < 0.1)


def changed_a_little(rows: list[Row], chance: random.Random) -> list[Row]:
    """A frame: rows move by some places, some cells change, seldom there are fewer."""
    by = chance.choice([0, 0, 1, 1, 3, -2, 11])
    fresh = [some_row(chance) for _ in range(abs(by))]
    rows = ([*fresh, *rows] if by > 0 else [*rows[-by:], *fresh])[:ROWS]
    for n in chance.sample(range(len(rows)), min(3, len(rows))):
        cells = list(rows[n].cells)
        cells[1] = cells[1]._replace(text=f"{chance.random():.3f}", bar=chance.randrange(50))
        rows[n] = rows[n]._replace(cells=tuple(cells))
    return rows[: chance.choice([ROWS] * 9 + [4])]


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_the_kept_picture_is_the_one_painted_anew(theme: Theme, ratio: float) -> None:
    """After any frames of moves and changes no pixel tells that only parts were painted."""
    chance = random.Random(7)
    kept, rows = picture(theme, ratio), [some_row(chance) for _ in range(ROWS)]
    for _ in range(40):
        kept.take(COLUMNS, rows)
        fresh = picture(theme, ratio)
        fresh.take(COLUMNS, rows)
        assert seen(fresh, ratio) == seen(kept, ratio)
        rows = changed_a_little(rows, chance)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("column", [1, 2])
def test_a_cut_bar_ends_in_a_stroke(theme: Theme, ratio: float, column: int) -> None:
    """At its free end, whichever that is: the stroke in its ink, a gap, and then the bar."""
    bar = Cell("", Ink.TEXT, 0, 40, Ink.BUY_FILL, Ink.BUY)
    cells = [Cell()] * 3
    cells[column] = bar
    kept = picture(theme, ratio)
    kept.take(COLUMNS, [Row(tuple(cells))])
    image, end, grows = seen(kept, ratio), COLUMNS[column].bar, COLUMNS[column].grows
    inside = [end + grows * (away + 0.25) for away in (43, 39, 37, 33, 1)]
    colours = [image.pixelColor(int(x * ratio), image.height() // 24).name() for x in inside]
    ground = theme.panel
    wanted = [ground, theme.buy, ground, theme.buy_fill, theme.buy_fill]
    assert [colour.name() for colour in wanted] == colours


def test_rows_that_moved_are_not_painted(theme: Theme) -> None:
    """One new row on top costs one row, though every row stands elsewhere."""
    chance = random.Random(3)
    kept, rows = picture(theme, 1.0), [some_row(chance) for _ in range(ROWS)]
    kept.take(COLUMNS, rows)
    for n in range(2 * ROWS):
        rows = [some_row(chance), *rows[:-1]]
        before = kept.painted
        assert (0, ROWS) == kept.take(COLUMNS, rows)
        assert 1 == kept.painted - before, n


def test_a_move_is_seen_though_the_middle_row_changed(theme: Theme) -> None:
    """Whichever row changed in the frame in which all moved, the others are only moved."""
    chance = random.Random(5)
    for changed in range(ROWS):
        kept, rows = picture(theme, 1.0), [some_row(chance) for _ in range(ROWS)]
        kept.take(COLUMNS, rows)
        rows = [some_row(chance), *rows[:-1]]
        rows[changed] = some_row(chance)
        before = kept.painted
        kept.take(COLUMNS, rows)
        assert kept.painted - before <= 2


def test_other_columns_paint_all_anew(theme: Theme) -> None:
    """Where a column moved no row stands as it was, though all are the same rows."""
    chance = random.Random(9)
    kept, rows = picture(theme, 1.0), [some_row(chance) for _ in range(ROWS)]
    kept.take(COLUMNS, rows)
    moved = (COLUMNS[0]._replace(x=70), *COLUMNS[1:])
    assert (0, ROWS) == kept.take(moved, rows)
    fresh = picture(theme, 1.0)
    fresh.take(moved, rows)
    assert seen(fresh, 1.0) == seen(kept, 1.0)
