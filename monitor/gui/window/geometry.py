"""Where a window stands on the screen, as the workspace file holds it, and back there again."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from monitor.workspace.layout import Geometry

IN_SIGHT = 40
"""A window of which fewer pixels than this are on a screen is brought back."""


def geometry_of(window: QWidget) -> Geometry:
    """Where the window stands, or stood before it was maximised."""
    held = window.normalGeometry() if window.isMaximized() else window.geometry()
    return Geometry(
        x=held.x(),
        y=held.y(),
        width=max(1, held.width()),
        height=max(1, held.height()),
        maximised=window.isMaximized(),
    )


def stand(window: QWidget, geometry: Geometry) -> None:
    """Stand there, as far as that is on a screen that is still connected."""
    wanted = QRect(geometry.x, geometry.y, geometry.width, geometry.height)
    inner = wanted.adjusted(IN_SIGHT, IN_SIGHT, -IN_SIGHT, -IN_SIGHT)
    if any(screen.availableGeometry().intersects(inner) for screen in QGuiApplication.screens()):
        window.setGeometry(wanted)
    else:
        window.resize(wanted.size())
    if geometry.maximised:
        window.setWindowState(Qt.WindowState.WindowMaximized)
