"""Where panels stand: docked, tabbed, floating, or one of them filling the window."""

from collections.abc import Callable

import PySide6QtAds as ads  # noqa: N813 - the name its own documents use
from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from monitor.gui.kit.theme import Theme
from monitor.gui.window.empty_ground import EmptyGround
from monitor.gui.window.geometry import bring_into_sight

STATE_VERSION = 1
_Flag = ads.CDockManager.eConfigFlag
_BARE = ads.CDockAreaWidget.eDockAreaFlag.HideSingleWidgetTitleBar
_WHOLE = ads.CDockWidget.eInsertMode.ForceNoScrollArea


class Docks(QStackedWidget):
    """The docking area, and behind it the page of the panel that fills the window.

    An area with one panel has no title bar, since panels have headers of their own;
    while ``arranging`` every area shows one to drag by. ``closed`` carries the id of
    a panel the user closed, ``filled_changed`` that of the one that fills (or none).
    """

    closed = Signal(str)
    filled_changed = Signal(str)
    floated = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _configure(theme)
        self.arranging = False
        self.filled = ""
        self._restoring = False
        self._docks: dict[str, ads.CDockWidget] = {}
        self._before_floating: dict[str, tuple[bytes, frozenset[tuple[str, bool]]]] = {}
        ground = QWidget(self)
        ground.setObjectName("ground")
        self._manager = ads.CDockManager(ground)
        self._manager.setStyleSheet("")
        self._manager.dockAreaCreated.connect(self._area_created)
        self._manager.floatingWidgetCreated.connect(self._float_created)
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._manager)
        self._page = QWidget(self)
        self._page_column = QVBoxLayout(self._page)
        self._page_column.setContentsMargins(0, 0, 0, 0)
        self.empty = EmptyGround(theme)
        self.addWidget(ground)
        self.addWidget(self._page)
        self.addWidget(self.empty)

    # Panels in and out.

    def ids(self) -> tuple[str, ...]:
        """Every panel that stands here."""
        return tuple(self._docks)

    def make(self, panel_id: str, title: str, widget: QWidget) -> None:
        """Take a panel in; it stands nowhere until placed or restored."""
        dock = ads.CDockWidget(self._manager, title)
        dock.setObjectName(panel_id)
        dock.setWidget(widget, _WHOLE)
        dock.setMinimumSizeHintMode(ads.CDockWidget.eMinimumSizeHintMode.MinimumSizeHintFromContent)
        dock.closed.connect(lambda: self._dock_closed(panel_id))
        self._docks[panel_id] = dock
        if self.currentWidget() is self.empty:
            self.setCurrentIndex(0)

    def place_right(self, panel_id: str, beside: str = "", *, share: int = 0) -> None:
        """Stand a panel at the right: of another one, or of them all; ``share`` in percent."""
        self._place(panel_id, ads.RightDockWidgetArea, beside, share)

    def place_below(self, panel_id: str, beside: str, *, share: int = 0) -> None:
        """Stand a panel below another one."""
        self._place(panel_id, ads.BottomDockWidgetArea, beside, share)

    def divide(self, panel_id: str, sizes: list[int]) -> None:
        """Set the sizes of all that share the panel's row or column, in their order."""
        self._manager.setSplitterSizes(self._docks[panel_id].dockAreaWidget(), sizes)

    def place_tabbed(self, panel_id: str, beside: str) -> None:
        """Stand a panel behind the same place as another one, with a tab each."""
        area = self._docks[beside].dockAreaWidget()
        self._manager.addDockWidget(ads.CenterDockWidgetArea, self._docks[panel_id], area)

    def float_panel(self, panel_id: str) -> None:
        """Give a panel a window of its own."""
        self._before_floating[panel_id] = (self.state(), self._standing_without(panel_id))
        dock = self._docks[panel_id]
        dock.setFloating()
        bring_into_sight(dock.window())

    def dock_again(self, panel_id: str) -> None:
        """End a panel's own window: it returns to its place, or where that is gone, to the right."""
        state, standing = self._before_floating.pop(panel_id, (b"", frozenset()))
        same = standing == self._standing_without(panel_id)
        if not (same and self.restore(state)):
            self.place_right(panel_id, share=25)

    def remove(self, panel_id: str) -> None:
        """Let a panel go; its widget is the caller's again."""
        if self.filled == panel_id:
            self.fill("")
        dock = self._docks.pop(panel_id)
        self._before_floating.pop(panel_id, None)
        widget = dock.takeWidget()
        if widget is not None:
            widget.setParent(None)
        self._manager.removeDockWidget(dock)
        dock.deleteLater()
        if not self._docks:
            self.setCurrentWidget(self.empty)

    def hide_floating(self) -> None:
        """Take the windows of floating panels away with the main one."""
        for window in self._manager.floatingWidgets():
            window.hide()

    def show_panel(self, panel_id: str) -> None:
        """Bring a panel's tab to the front."""
        self._docks[panel_id].setAsCurrentTab()

    def is_floating(self, panel_id: str) -> bool:
        """True for a panel in a window of its own."""
        return bool(self._docks[panel_id].isInFloatingContainer())

    def is_placed(self, panel_id: str) -> bool:
        """True for a panel that stands somewhere."""
        dock = self._docks[panel_id]
        return dock.dockAreaWidget() is not None and not dock.isClosed()

    # Filling the window.

    def fill(self, panel_id: str) -> None:
        """Let one panel have the whole window; with an empty id all return to their places."""
        if panel_id == self.filled:
            return
        if self.filled:
            before = self._docks[self.filled]
            for widget in self._page.findChildren(
                QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
            ):
                self._page_column.removeWidget(widget)
                before.setWidget(widget, _WHOLE)
                widget.show()
        self.filled = panel_id
        if panel_id:
            widget = self._docks[panel_id].takeWidget()
            self._page_column.addWidget(widget)
            widget.show()
        self.setCurrentIndex(1 if panel_id else 0)
        self.filled_changed.emit(panel_id)

    # Arranging.

    def arrange(self, arranging: bool) -> None:  # noqa: FBT001 - a switch
        """Show a title bar to drag by on every area, or only where tabs need one."""
        self.arranging = arranging
        for area in {dock.dockAreaWidget() for dock in self._docks.values()} - {None}:
            self._dress(area)

    # State.

    def state(self) -> bytes:
        """How all stands, for the workspace file; the filling panel counts as in its place."""
        return bytes(self._manager.saveState(STATE_VERSION).data())

    def restore(self, state: bytes) -> bool:
        """Stand all panels as ``state`` says; False, with all in a row, where it is broken."""
        self._restoring = True
        for dock in self._docks.values():
            # The manager restores only what it has held before.
            if dock.dockAreaWidget() is None:
                self._manager.addDockWidget(ads.RightDockWidgetArea, dock)
        try:
            done = bool(state) and bool(
                self._manager.restoreState(QByteArray(state), STATE_VERSION)
            )
        finally:
            self._restoring = False
        self.arrange(self.arranging)
        for window in self._manager.floatingWidgets():
            bring_into_sight(window)  # The screen it stood on may be gone.
        return done

    def _standing_without(self, panel_id: str) -> frozenset[tuple[str, bool]]:
        """Every other panel, and whether it floats."""
        return frozenset((one, self.is_floating(one)) for one in self._docks if one != panel_id)

    def _place(self, panel_id: str, where: ads.DockWidgetArea, beside: str, share: int) -> None:
        area = self._docks[beside].dockAreaWidget() if beside else None
        placed = self._manager.addDockWidget(where, self._docks[panel_id], area)
        if share:
            sizes = self._manager.splitterSizes(placed)
            if len(sizes) > 1:
                whole = max(sum(sizes), 1_000)
                last = whole * share // 100
                rest = sizes[:-1]
                scale = (whole - last) / max(sum(rest), 1)
                self._manager.setSplitterSizes(placed, [*(round(s * scale) for s in rest), last])

    def _float_created(self, window: ads.CFloatingDockContainer) -> None:
        self.floated.emit(window)

    def _area_created(self, area: ads.CDockAreaWidget) -> None:
        self._dress(area)

    def _dress(self, area: ads.CDockAreaWidget) -> None:
        area.setDockAreaFlag(_BARE, not self.arranging)
        area.updateTitleBarVisibility()

    def _dock_closed(self, panel_id: str) -> None:
        if not self._restoring and panel_id in self._docks:
            self.closed.emit(panel_id)


def _configure(theme: Theme) -> None:
    manager = ads.CDockManager
    icons = manager.iconProvider()
    for which, paint in (
        (ads.TabCloseIcon, _cross),
        (ads.DockAreaCloseIcon, _cross),
        (ads.DockAreaUndockIcon, _window),
        (ads.DockAreaMenuIcon, _arrow),
    ):
        icons.registerCustomIcon(which, _icon(paint, theme.dim))
    # Nothing is compressed: a quarter of a megabyte of room each minute, for a few kilobytes,
    # leaves holes in the heap that are never large enough again.
    manager.setConfigFlags(
        _Flag.OpaqueSplitterResize
        | _Flag.AllTabsHaveCloseButton
        | _Flag.DockAreaHasUndockButton
        | _Flag.DockAreaHasTabsMenuButton
        | _Flag.DockAreaDynamicTabsMenuButtonVisibility
        | _Flag.FloatingContainerHasWidgetTitle
        | _Flag.MiddleMouseButtonClosesTab
    )


def _icon(paint: Callable[[QPainter], None], colour: QColor) -> QIcon:
    """A line drawing of 16 points a side; dim enough for either theme's ground."""
    pixmap = QPixmap(32, 32)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    p = QPainter(pixmap)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(QPen(colour, 1.2))
    paint(p)
    p.end()
    return QIcon(pixmap)


def _cross(p: QPainter) -> None:
    p.drawLine(QPointF(5, 5), QPointF(11, 11))
    p.drawLine(QPointF(11, 5), QPointF(5, 11))


def _window(p: QPainter) -> None:
    p.drawRect(QRectF(4, 6, 6, 6))
    p.drawPolyline(QPolygonF.fromList([QPointF(7, 4), QPointF(12, 4), QPointF(12, 9)]))


def _arrow(p: QPainter) -> None:
    p.drawPolyline(QPolygonF.fromList([QPointF(5, 7), QPointF(8, 10), QPointF(11, 7)]))
