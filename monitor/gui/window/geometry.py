"""Where a window stands on the screen, as the workspace file holds it, and back there again."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from monitor.workspace.layout import Geometry

IN_SIGHT = 40
"""A window of which fewer pixels than this are on a screen is brought back."""
TITLE_PX = 32
"""Room for the title bar of a window that isn't shown yet."""


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
    rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    titled = wanted.adjusted(0, -TITLE_PX, 0, 0)
    if any(room.contains(titled) for room in rooms) or _spans(wanted, rooms):
        window.setGeometry(wanted)
    elif any(room.intersects(inner) for room in rooms):
        window.setGeometry(wanted)
        bring_into_sight(window)
    else:
        room = window.screen().availableGeometry()
        window.resize(wanted.size().boundedTo(room.size() - QSize(0, TITLE_PX)))
    if geometry.maximised:
        window.setWindowState(Qt.WindowState.WindowMaximized)


def _spans(wanted: QRect, rooms: list[QRect]) -> bool:
    """Whether the user had it reach over several screens, all of which are there."""
    parts = [room.intersected(wanted) for room in rooms]
    covered = sum(part.width() * part.height() for part in parts if not part.isEmpty())
    several = sum(not part.isEmpty() for part in parts) > 1
    return several and covered >= wanted.width() * wanted.height()


def bring_into_sight(window: QWidget) -> None:
    """Move a window, and make it smaller where it must be, so that all of it is on one screen."""
    frame = window.frameGeometry()
    screen = QGuiApplication.screenAt(frame.center()) or window.screen()
    room, inner = screen.availableGeometry(), window.geometry()
    edges = inner.topLeft() - frame.topLeft()
    spare = frame.size() - inner.size()
    if spare.isNull() and not window.isVisible():
        # The system's frame is known only once it is there.
        edges, spare = QPoint(0, TITLE_PX), QSize(0, TITLE_PX)
        frame.adjust(0, -TITLE_PX, 0, 0)
    size = inner.size().boundedTo(room.size() - spare)
    outer = size + spare
    left = max(min(frame.left(), room.right() + 1 - outer.width()), room.left())
    top = max(min(frame.top(), room.bottom() + 1 - outer.height()), room.top())
    wanted = QRect(QPoint(left, top) + edges, size)
    if wanted != inner:
        window.setGeometry(wanted)
