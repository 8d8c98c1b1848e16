"""Who has the keyboard after something closed, and the panels' menus by the mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from monitor.gui.kit.chart import Chart
from monitor.gui.kit.theme import Theme
from monitor.gui.window.card import Card
from monitor.gui.window.docks import Docks
from monitor.gui.window.geometry import stand
from monitor.gui.window.main_window import MainWindow
from monitor.workspace.layout import Geometry
from tests.gui.window.conftest import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
OPENERS: dict[str, Callable[[MainWindow], None]] = {
    "settings": MainWindow.toggle_settings,
    "feed": MainWindow.toggle_feed_card,
    "keys": MainWindow.show_keys,
    "palette": MainWindow.open_palette,
    "a card from elsewhere": lambda window: Card("Export", window.ground, 300).open_card(),
}


def chart_of(stage: Stage, panel_id: str) -> Chart:
    found = stage.window.workbench.panel(panel_id).findChild(Chart)
    assert isinstance(found, Chart)
    return found


def focused(panel: QWidget) -> bool:
    held = QApplication.focusWidget()
    return held is not None and (held is panel or panel.isAncestorOf(held))


@pytest.mark.parametrize("what", OPENERS)
def test_the_focus_returns_to_the_panel_that_had_it(stage: Stage, what: str) -> None:
    """After Esc the keys are the panel's again, whichever it was and whatever stood above."""
    for panel_id in ("depth-1", "price-1"):
        panel = stage.window.workbench.panel(panel_id)
        panel.setFocus()
        OPENERS[what](stage.window)
        QApplication.processEvents()
        assert not focused(panel)
        stage.key(Qt.Key.Key_Escape)
        QApplication.processEvents()
        assert focused(panel), (panel_id, QApplication.focusWidget())


def test_the_focus_is_not_lost_with_a_panel_that_closed_meanwhile(stage: Stage) -> None:
    """Its owner gone, the window has it: every key still works."""
    stage.window.workbench.panel("depth-1").setFocus()
    stage.window.toggle_settings()
    stage.window.workbench.close_panel("depth-1")
    QApplication.processEvents()
    stage.key(Qt.Key.Key_Escape)
    assert not stage.window.settings_card.isVisible()
    stage.key(Qt.Key.Key_K, CONTROL)
    assert stage.window.palette_card.isVisible()


@pytest.mark.parametrize("panel_id", ["price-1", "depth-1"])
def test_a_right_click_on_a_chart_opens_the_panels_menu(stage: Stage, panel_id: str) -> None:
    """Where the pointer is; the chart isn't dragged by it."""
    stage.frames(2)
    chart = chart_of(stage, panel_id)
    before = chart.view.viewRange()
    viewport, at = chart.viewport(), QPoint(120, 80)
    QTest.mousePress(viewport, Qt.MouseButton.RightButton, pos=at)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, asked)
    [menu] = [one for one in stage.window.findChildren(QMenu) if one.isVisible()]
    assert panel_id.partition("-")[0].capitalize() in menu.accessibleName()
    assert abs(viewport.mapToGlobal(at).x() - menu.x()) < 4
    menu.close()
    QTest.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=at)
    QTest.mouseMove(viewport, at + QPoint(60, 0))
    assert before == chart.view.viewRange()


def test_the_menu_key_opens_one_menu(stage: Stage) -> None:
    """It is a command; what Qt makes of that key besides is left aside."""
    viewport = chart_of(stage, "price-1").viewport()
    asked = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), viewport.mapToGlobal(QPoint(5, 5))
    )
    QApplication.sendEvent(viewport, asked)
    assert not [one for one in stage.window.findChildren(QMenu) if one.isVisible()]


def test_a_panel_of_its_own_is_whole_on_the_screen(stage: Stage) -> None:
    """Wherever the window stands, and however large the panel was."""
    stage.window.move(700, 500)
    stage.window.resize(1200, 900)
    QApplication.processEvents()
    for panel_id in ("tape-1", "price-1"):
        stage.window.workbench.take_focus(panel_id)
        stage.window.float_active()
        own = stage.window.workbench.panel(panel_id).window()
        assert own is not stage.window
        assert QGuiApplication.primaryScreen().availableGeometry().contains(own.frameGeometry())


def test_a_floating_panel_comes_back_into_sight(theme: Theme) -> None:
    """A layout saved beside a screen that is gone."""
    held = b""
    for _ in range(2):
        docks, panels = Docks(theme), (QWidget(), QWidget())
        for panel_id, panel in zip(("one", "two"), panels, strict=True):
            docks.make(panel_id, panel_id, panel)
            docks.place_right(panel_id)
        if held:
            assert docks.restore(held)
            assert docks.is_floating("two")
            room = QGuiApplication.primaryScreen().availableGeometry()
            assert room.contains(panels[1].window().frameGeometry())
        docks.float_panel("two")
        panels[1].window().move(5_000, 4_000)
        held = docks.state()
        docks.hide_floating()
        docks.deleteLater()


@pytest.mark.parametrize("size", [(1440, 900), (600, 500), (3000, 400)])
def test_the_window_stands_whole_on_the_screen_there_is(size: tuple[int, int]) -> None:
    """A layout of a larger screen, or its default on a small one."""
    room = QGuiApplication.primaryScreen().availableGeometry()
    for left in (0, 300):
        window = QWidget()
        stand(window, Geometry(x=left, y=100, width=size[0], height=size[1]))
        assert room.contains(window.geometry())
        window.deleteLater()


def test_all_keys_can_be_reached_in_a_low_window(stage: Stage) -> None:
    """The overlay tells that there is more, and scrolls to its very end."""
    stage.window.resize(800, 480)
    stage.window.show_keys()
    keys = stage.window.keys
    keys.grab()
    assert keys.furthest() > 0
    above = keys.grab().toImage()
    stage.key(Qt.Key.Key_End)
    assert keys.isVisible()
    assert above != keys.grab().toImage()
    assert keys.furthest() == keys.scrolled
    stage.window.resize(QSize(1280, 900))
    QApplication.processEvents()
    keys.grab()
    assert keys.furthest() == 0 == keys.scrolled
