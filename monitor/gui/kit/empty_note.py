"""What a chart says in its middle while it has nothing to show."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from monitor.gui.kit.chart import LINES_Z, ChartItem, Mapping
from monitor.gui.kit.fonts import TEXT_PX, font
from monitor.gui.kit.painted_axis import PaintedAxis
from monitor.gui.kit.theme import Theme

NOTHING_PICKED = "No symbol picked. Ctrl+K finds one."


class EmptyNote(ChartItem):
    """One or two plain sentences in dim text; nothing while there is a picture.

    While it speaks the axes are blank: there is nothing they could measure.
    """

    def __init__(self, theme: Theme, *axes: PaintedAxis) -> None:
        super().__init__(LINES_Z)
        self.theme = theme
        self.text = ""
        self._axes = axes

    def say(self, text: str) -> None:
        """Say something, or with an empty text nothing."""
        if text != self.text:
            self.text = text
            self.update()
            for axis in self._axes:
                axis.blank = bool(text)
                axis.update()

    def paint_pixels(self, p: QPainter, area: QRectF, to: Mapping) -> None:
        if self.text:
            p.setFont(font(TEXT_PX))
            p.setPen(self.theme.dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            p.drawText(area.adjusted(24, 24, -24, -24), int(flags), self.text)
