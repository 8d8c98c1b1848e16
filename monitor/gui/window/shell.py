"""The window the system knows: shown before its content can be made, and around it from then on."""

import time

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.fonts import PRICE_PX, TEXT_PX, font
from monitor.gui.kit.soon import soon
from monitor.gui.kit.theme import Theme
from monitor.gui.window.geometry import stand
from monitor.workspace.layout import Geometry

NAME = "Depthscope"
STARTING = "Starting"
GAP = 8
PATIENCE_S = 0.25
"""A window that the system hides is never painted; the start goes on without it."""


class Shell(QWidget):
    """Says that the program starts until ``hold`` gives it what it is for.

    It must need nothing but Qt's widgets: what it imports, the first paint waits for.
    ``painted`` is when it was first painted, in ns UTC and in seconds of the processor;
    None until then.
    """

    def __init__(self, theme: Theme, geometry: Geometry, smallest: tuple[int, int]) -> None:
        super().__init__()
        self.painted: tuple[int, float] | None = None
        self.closed = False
        self._theme = theme
        self._content: QWidget | None = None
        self.setWindowTitle(NAME)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(*smallest)
        stand(self, geometry)

    def show_at_once(self) -> None:
        """Be painted before this returns, if the system lets it."""
        self.show()
        limit = time.monotonic() + PATIENCE_S
        while self.painted is None and time.monotonic() < limit:
            QCoreApplication.processEvents()

    def hold(self, content: QWidget) -> None:
        """Be filled by ``content`` from now on, and be called as it is."""
        self._content = content
        content.setParent(self)
        # What the layout says of a maximised window holds of this one.
        content.setWindowState(Qt.WindowState.WindowNoState)
        content.setGeometry(self.rect())
        self.setFocusProxy(content)
        self.setWindowTitle(content.windowTitle())
        content.windowTitleChanged.connect(self.setWindowTitle)

    # Qt's own.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.background)
        if self._content is None:
            self._paint_name(painter)
        if self.painted is None:
            soon(self, self._painted)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        if self._content is not None:
            self._content.setGeometry(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.closed = True
        if self._content is not None:
            self._content.close()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Nothing: all keys are the content's, and those it leaves end here."""

    # Below.

    def _paint_name(self, painter: QPainter) -> None:
        middle = self.rect().center().y()
        above = QRect(0, middle - 10 * GAP, self.width(), 10 * GAP)
        below = QRect(0, middle + GAP, self.width(), 10 * GAP)
        across, flag = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag
        painter.setFont(font(PRICE_PX, strong=True))
        painter.setPen(self._theme.text)
        painter.drawText(above, int(across | flag.AlignBottom), NAME)
        painter.setFont(font(TEXT_PX))
        painter.setPen(self._theme.dim)
        painter.drawText(below, int(across | flag.AlignTop), STARTING)

    def _painted(self) -> None:
        self.painted = self.painted or (time.time_ns(), time.process_time())
