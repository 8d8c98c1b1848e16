"""The menu of a panel: what it can do itself, and what every panel can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from monitor.gui.kit.panel import Panel
from monitor.gui.kit.text import for_menu
from monitor.gui.kit.theme import Theme
from monitor.gui.window.workbench import LINKS, link_colour
from monitor.workspace.layout import LinkGroup


@dataclass(frozen=True)
class PanelDeeds:
    """What the window does to a panel. ``export`` is None where nothing can be exported."""

    fill: Callable[[], None]
    float_it: Callable[[], None]
    close: Callable[[], None]
    link: Callable[[LinkGroup], None]
    add: Sequence[tuple[str, Callable[[], None]]]
    export: Callable[[], None] | None
    filled: bool


def panel_menu(
    panel: Panel, linked: LinkGroup, deeds: PanelDeeds, theme: Theme, parent: QWidget
) -> QMenu:
    """The menu, ready to pop up. Keys are written beside the names; the panel answers them."""
    menu = QMenu(parent)
    menu.setAccessibleName(f"{panel.title}: menu")
    _add_own(menu, panel)
    menu.addSeparator()
    _add(menu, "Return to its place" if deeds.filled else "Fill the window", "F11", deeds.fill)
    if not deeds.filled:
        _add(menu, "Window of its own", "Ctrl+Shift+F", deeds.float_it)
    colours = menu.addMenu("Link colour\tCtrl+B")
    for link in LINKS:
        picked = colours.addAction(link.capitalize() if link else "Follows none")
        picked.setCheckable(True)
        picked.setChecked(link == linked)
        colour = link_colour(theme, link)
        if colour is not None:
            picked.setIcon(_swatch(colour, theme.text if link == linked else None))
        picked.triggered.connect(lambda _=False, link=link: deeds.link(link))
    added = menu.addMenu("Add panel")
    for name, add in deeds.add:
        _add(added, name, "", add)
    if deeds.export is not None:
        _add(menu, "Export …", "Ctrl+E", deeds.export)
    menu.addSeparator()
    _add(menu, "Close panel", "Ctrl+W", deeds.close)
    return menu


def _add_own(menu: QMenu, panel: Panel) -> None:
    """What the panel offers itself: parted by its groups, some in menus of their own."""
    within: dict[str, QMenu] = {}
    group = None
    for action in panel.actions_offered():
        if group is not None and action.group != group:
            menu.addSeparator()
        group = action.group
        place = menu
        if action.submenu:
            if action.submenu not in within:
                within[action.submenu] = menu.addMenu(action.submenu)
            place = within[action.submenu]
        checked = None if action.checked is None else action.checked()
        _add(place, action.name, action.key, action.run, checked=checked)


def _add(
    menu: QMenu, name: str, key: str, run: Callable[[], None], *, checked: bool | None = None
) -> None:
    # The key behind a tab is only shown; a shortcut of the menu would take it from the panel.
    action = menu.addAction(f"{for_menu(name)}\t{key}" if key else for_menu(name))
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)
    action.triggered.connect(lambda _=False: run())


def _swatch(colour: QColor, dot: QColor | None) -> QIcon:
    """A square of the colour; a dot in it where it is the one that is picked.

    An icon takes the place of the menu's own mark.
    """
    pixmap = QPixmap(32, 32)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    p = QPainter(pixmap)
    p.fillRect(2, 2, 12, 12, colour)
    if dot is not None:
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(dot)
        p.drawEllipse(QRectF(5, 5, 6, 6))
    p.end()
    return QIcon(pixmap)
