"""A widget that shows a table's rows: only what changed is painted again."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.glyphs import GlyphAtlas, Run, draw_as_text
from monitor.gui.kit.table_cells import MARGIN, ROW_PX, Column, Ink, Row, pens_of
from monitor.gui.kit.table_picture import Ground, TablePicture, line_px
from monitor.gui.kit.theme import Theme

WIDEST = 480
"""No table is spread wider: the eye has to find the number that belongs to a price."""
THUMB_PX = 3
UNITS_A_ROW = 40
"""Of a wheel's turn; a notch is 120, so it moves three rows."""
UNITS_A_NOTCH = 120


class PaintedTable(QWidget):
    """The rows last shown, kept as a picture: a frame in which three rows changed paints three.

    Rows that only moved up or down are moved with the picture. Emits ``turned`` with
    units of the wheel and whether Ctrl was held, ``row_clicked`` with its number from the
    top, and ``resized``.
    """

    turned = Signal(int, bool)
    row_clicked = Signal(int)
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.note = ""
        self.describe: Callable[[], str] = str
        """Tells a screen reader what is shown, when the focus arrives."""
        self._columns: tuple[Column, ...] = ()
        self._rows: list[Row] = []
        self._thumb: tuple[float, float] | None = None
        self._atlas: GlyphAtlas | None = None
        self._picture: TablePicture | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def capacity(self) -> int:
        """Whole rows that fit: half a price is none."""
        return max(0, math.floor(self.height() / self.row_px))

    @property
    def row_px(self) -> float:
        """The height of a row: whole device pixels."""
        ratio = self.devicePixelRatioF()
        return line_px(ratio) / ratio

    @property
    def rows_painted(self) -> int:
        """Rows painted into the picture so far, for tests and measurements."""
        return 0 if self._picture is None else self._picture.painted

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.theme = theme
        self._atlas = self._picture = None
        self.update()

    def show_rows(self, columns: tuple[Column, ...], rows: Sequence[Row], note: str = "") -> None:
        """Show these rows from the top; ``note`` stands in the middle where there are none."""
        if note != self.note or bool(rows) != bool(self._rows):
            self.note = note
            self.update()
        self._columns, self._rows = columns, list(rows)
        picture = self._picture_now()
        if picture is None:
            return
        first, last = picture.take(columns, self._rows)
        if first < last:
            high = picture.row_px
            top, bottom = math.floor(first * high), math.ceil(last * high)
            self.update(0, top, min(self.width(), WIDEST), bottom - top)

    def show_thumb(self, thumb: tuple[float, float] | None) -> None:
        """Show where in the whole the rows lie: from and to, as shares; None hides it."""
        if thumb != self._thumb:
            self._thumb = thumb
            self.update()

    def paint_into(
        self,
        painter: QPainter,
        area: QRectF,
        columns: tuple[Column, ...],
        rows: Sequence[Row],
        note: str,
    ) -> None:
        """Paint rows anywhere by the same code; texts stay texts."""
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, self.theme.panel)
        painter.translate(area.topLeft())
        width = min(math.ceil(area.width()), WIDEST)
        ground, runs = Ground(self.theme, columns, width, _text_top()), list[Run]()
        ground.lay(painter, ((row, n * ROW_PX, None) for n, row in enumerate(rows)), runs)
        draw_as_text(painter, runs, pens_of(self.theme), SMALL_PX, Ink.FAINT)
        here = QRectF(0, 0, area.width(), area.height())
        _fill_beside(painter, self.theme, here, beside=bool(rows))
        if not rows:
            _write_note(painter, self.theme, here, note)
        painter.restore()

    # The picture.

    def _picture_now(self) -> TablePicture | None:
        """The picture, a new one where the widget's size or screen changed; None for no room."""
        width, height, ratio = min(self.width(), WIDEST), self.height(), self.devicePixelRatioF()
        picture = self._picture
        if picture is not None and picture.fits(width, height, ratio):
            return picture
        if not width or not height:
            return None
        if self._atlas is None or self._atlas.ratio != ratio:
            self._atlas = GlyphAtlas(pens_of(self.theme), SMALL_PX, ratio, Ink.FAINT)
        self._picture = TablePicture(self.theme, self._atlas, width, height, ratio)
        self.update()
        return self._picture

    # Over the rows.

    def _paint_thumb(self, painter: QPainter, thumb: tuple[float, float]) -> None:
        top, bottom = (round(share * self.height()) for share in thumb)
        length = max(12, bottom - top)
        top = min(top, self.height() - length)
        painter.fillRect(self.width() - THUMB_PX, top, THUMB_PX, length, self.theme.dim)

    # Qt's own.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        held, picture = self._picture, self._picture_now()
        if picture is None:
            return
        if picture is not held:
            picture.take(self._columns, self._rows)
        painter = QPainter(self)
        picture.blit(painter)
        _fill_beside(painter, self.theme, QRectF(self.rect()), beside=bool(self._rows))
        if not self._rows:
            _write_note(painter, self.theme, QRectF(self.rect()), self.note)
        if self._thumb is not None:
            self._paint_thumb(painter, self._thumb)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.accent, 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self.row_clicked.emit(int(event.position().y() / self.row_px))
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.turned.emit(event.angleDelta().y(), held)
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.setAccessibleDescription(self.describe())
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.update()


class Wheel:
    """Units of a wheel or a touchpad gathered into whole steps."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._rest = 0

    def turn(self, units: int) -> int:
        """Steps that became whole; positive away from the user."""
        if (units > 0) != (self._rest > 0):
            self._rest = 0
        steps = int((self._rest + units) / self._units)
        self._rest += units - steps * self._units
        return steps


def _fill_beside(painter: QPainter, theme: Theme, area: QRectF, *, beside: bool) -> None:
    """What is right of a table as wide as it gets: a hairline ends it."""
    if area.width() > WIDEST:
        painter.fillRect(area.adjusted(WIDEST, 0, 0, 0), theme.panel)
        if beside:
            painter.fillRect(QRectF(WIDEST, 0, 1, area.height()), theme.hairline)


def _write_note(painter: QPainter, theme: Theme, area: QRectF, note: str) -> None:
    painter.setFont(font(TEXT_PX))
    painter.setPen(theme.dim)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(MARGIN, 24, -MARGIN, -24), int(flags), note)


def _text_top() -> float:
    metrics = QFontMetricsF(font(SMALL_PX))
    return (ROW_PX - metrics.ascent() - metrics.descent()) / 2
