"""A small painted button: a text, maybe a dot, a key or a frame; its focus can be seen."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from monitor.gui.kit.fonts import SMALL_PX, font
from monitor.gui.kit.text import plain
from monitor.gui.kit.theme import Theme

HEIGHT = 26
PAD = 10
DOT = 7
ARROW = 8
GAP = 6


@dataclass(frozen=True)
class ChipLook:
    """What a chip shows. ``rest`` stands behind the text, dim; colours of None are the theme's."""

    text: str
    rest: str = ""
    dot: QColor | None = None
    ink: QColor | None = None
    fill: QColor | None = None
    edge: QColor | None = None
    strong: bool = False
    arrow: bool = False
    """A triangle at the end says that there is a menu."""


class Chip(QAbstractButton):
    """Painted by hand, so that a text from a venue meets no reader of HTML."""

    def __init__(
        self, theme: Theme, look: ChipLook, *, widest: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._look, self._widest = theme, look, widest
        self._brief = False
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(plain(look.text))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_look(self, look: ChipLook) -> None:
        """Show something else; nothing happens where it is the same."""
        if look == self._look:
            return
        resized = chip_width(look, brief=self._brief) != self._natural_width()
        self._look = look
        self.setAccessibleName(plain(f"{look.text} {look.rest}"))
        if resized:
            self.updateGeometry()
        self.update()

    def show_brief(self, *, brief: bool, widest: int) -> None:
        """Leave out the rest where there is little room."""
        if (brief, widest) != (self._brief, self._widest):
            self._brief, self._widest = brief, widest
            self.updateGeometry()
            self.update()

    def look(self) -> ChipLook:
        """What is shown."""
        return self._look

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(min(self._natural_width(), self._widest or 10_000), HEIGHT)

    def _natural_width(self) -> int:
        return chip_width(self._look, brief=self._brief)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, look = self._theme, self._look
        self._paint_frame(p)
        left, right = float(PAD), float(self.width() - PAD)
        if look.dot is not None:
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(look.dot)
            p.drawEllipse(QRectF(left, (self.height() - DOT) / 2, DOT, DOT))
            left += DOT + GAP
        ink = look.ink or (theme.text if self.isChecked() or look.strong else theme.dim)
        left = self._word(p, left, right, look.text, ink, strong=look.strong)
        if look.rest and not self._brief:
            self._word(p, left + GAP, right, look.rest, look.ink or theme.dim)
        if look.arrow:
            x, y = right - ARROW, self.height() / 2
            tips = [QPointF(x, y - 2), QPointF(x + ARROW, y - 2), QPointF(x + ARROW / 2, y + 3)]
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(ink)
            p.drawPolygon(QPolygonF.fromList(tips))

    def _paint_frame(self, p: QPainter) -> None:
        theme, look = self._theme, self._look
        fill = look.fill or (theme.raised if self.underMouse() or self.isChecked() else None)
        edge = theme.accent if self.hasFocus() else look.edge
        p.setPen(edge if edge is not None else Qt.PenStyle.NoPen)
        p.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        radius = HEIGHT / 2 if look.fill is not None else 4
        p.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _word(
        self,
        p: QPainter,
        left: float,
        right: float,
        text: str,
        ink: QColor,
        *,
        strong: bool = False,
    ) -> float:
        if not text or right <= left:
            return left
        p.setFont(font(SMALL_PX, strong=strong))
        p.setPen(ink)
        metrics = QFontMetricsF(p.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left + 1)
        area = QRectF(left, 0, right - left + 2, self.height())
        p.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        return left + metrics.horizontalAdvance(shown)


def chip_width(look: ChipLook, *, brief: bool = False) -> int:
    """The pixels that a look takes."""
    width = 2 * PAD + _advance(look.text, strong=look.strong)
    if look.rest and not brief:
        width += GAP + _advance(look.rest)
    if look.dot is not None:
        width += DOT + GAP
    if look.arrow:
        width += ARROW + (GAP if look.text else 0)
    return round(width) + 1


def _advance(text: str, *, strong: bool = False) -> float:
    return QFontMetricsF(font(SMALL_PX, strong=strong)).horizontalAdvance(text)
