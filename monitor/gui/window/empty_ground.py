"""What stands where panels were once all are closed: the keys that bring them back."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.theme import Theme

TITLE = "No panel is open"
LINE = 24
KEY_PX = 128
GAP = 16


class EmptyGround(QWidget):
    """Painted: a title, and below it each key with what it does."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._keys: tuple[tuple[str, str], ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(TITLE)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_keys(self, keys: tuple[tuple[str, str], ...]) -> None:
        """Name other keys; those that matter most stand last."""
        self._keys = keys
        self.setAccessibleDescription(", ".join(f"{key}: {name}" for key, name in keys))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p, theme, flag = QPainter(self), self._theme, Qt.AlignmentFlag
        p.fillRect(self.rect(), theme.background)
        top = max(0, (self.height() - LINE * (len(self._keys) + 2)) / 2)
        p.setPen(theme.text)
        p.setFont(font(TEXT_PX, strong=True))
        p.drawText(QRectF(0, top, self.width(), LINE), int(flag.AlignCenter), TITLE)
        p.setFont(font(SMALL_PX))
        middle = self.width() / 2
        for number, (key, name) in enumerate(self._keys, 2):
            line = top + number * LINE
            p.setPen(theme.text)
            area = QRectF(middle - KEY_PX - GAP, line, KEY_PX, LINE)
            p.drawText(area, int(flag.AlignRight | flag.AlignVCenter), key)
            p.setPen(theme.dim)
            area = QRectF(middle, line, max(0.0, middle), LINE)
            p.drawText(area, int(flag.AlignLeft | flag.AlignVCenter), name)
