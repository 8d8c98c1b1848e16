"""The strip above a panel: what it says of a feed, in the words that there is room for."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font
from monitor.gui.kit.panel_header import PanelHeader
from monitor.gui.kit.theme import Theme
from monitor.model.time import SECOND
from monitor.model.verdict import State, Verdict

REASON = "the connection was refused by the venue"
DOWN = Verdict(State.DOWN, since=SECOND, reason=REASON, next_try=8 * SECOND)
NOW = 5 * SECOND
ALL, SHORT, SHORTER, SHORTEST = (
    f"DOWN ({REASON}, next try in 3 s)",
    "DOWN next try in 3 s",
    "DOWN try in 3 s",
    "DOWN",
)


@pytest.fixture
def header(theme: Theme, qtbot: QtBot) -> PanelHeader:
    made = PanelHeader("Tape", theme)
    qtbot.addWidget(made)
    return made


def test_a_narrow_header_gives_up_the_reason_not_the_rest(header: PanelHeader) -> None:
    """The narrower, the fewer words, each wording whole; the state stays to the last."""
    header.show_verdict(DOWN, NOW)
    shown = [header.badge_shown(room) for room in (600, 200, 120, 60, 5)]
    assert [ALL, SHORT, SHORTER, SHORTEST, SHORTEST] == shown
    assert ALL == header.accessibleDescription()


def test_a_reason_in_brackets_goes_first(header: PanelHeader) -> None:
    """A halt tells its age without its reason where both don't fit."""
    halted = Verdict(State.HALTED, since=SECOND, reason="the venue pauses its matching")
    header.show_verdict(halted, 10 * SECOND)
    assert "HALTED 9 s (the venue pauses its matching)" == header.badge_shown(600)
    assert "HALTED 9 s" == header.badge_shown(120)
    header.show_verdict(Verdict(State.DOWN, reason=REASON), NOW)
    assert "DOWN" == header.badge_shown(150)


def test_that_data_is_old_is_told_to_the_last(header: PanelHeader) -> None:
    """Where the whole doesn't fit, the age goes on standing beside the state."""
    again = Verdict(State.CONNECTING, heard=SECOND, old=True)
    header.show_verdict(again, 15 * SECOND)
    shown = [header.badge_shown(room) for room in (300, 150, 100)]
    assert ["CONNECTING, data 14 s old", "CONNECTING, 14 s old", "CONNECTING"] == shown


def test_a_detail_is_told_in_whole_parts(header: PanelHeader) -> None:
    """What doesn't fit is left out, the last part first; no word is cut."""
    header.show_detail("5s · candles · no history")
    assert "5s · candles · no history" == header.detail_shown(200)
    assert {"", "5s", "5s · candles", "5s · candles · no history"} == {
        header.detail_shown(room) for room in range(-10, 200)
    }
    header.show_detail("group 0.005")
    assert {"", "group 0.005"} == {header.detail_shown(room) for room in range(200)}


def test_figures_are_of_the_bodys_moment_after_a_pause(header: PanelHeader, qtbot: QtBot) -> None:
    """What was quiet is told at once; what follows is put off a little, and not forgotten."""
    header.resize(400, 28)
    header.show()
    qtbot.waitExposed(header)
    painted = []
    plainly = header.paint

    def note(*given: object) -> None:
        plainly(*given)  # type: ignore[arg-type] # what it was given
        painted.append(header._readout)

    header.paint = note  # type: ignore[method-assign,assignment] # it only listens
    header.show_readout("bid 1")
    QApplication.processEvents()
    assert ["bid 1"] == painted[-1:]
    before = len(painted)
    for number in range(2, 9):
        header.show_readout(f"bid {number}")
    QApplication.processEvents()
    assert before == len(painted)
    qtbot.waitUntil(lambda: painted[-1] == "bid 8", timeout=10_000)
    assert before + 1 == len(painted)


def test_nothing_is_said_while_all_is_well(header: PanelHeader) -> None:
    """A live feed has no badge, also after it was down."""
    header.show_verdict(DOWN, NOW)
    header.show_verdict(Verdict(State.LIVE), NOW)
    assert "" == header.badge_shown(600) == header.accessibleDescription()


@pytest.mark.parametrize("wide", range(160, 330))
def test_no_badge_is_cut_while_a_shorter_one_fits(header: PanelHeader, wide: int) -> None:
    """What was measured to fit is painted whole, to the pixel."""
    header.show_verdict(Verdict(State.CONNECTING, heard=SECOND, old=True), 6 * SECOND)
    painter = QPainter(image := QImage(wide, 28, QImage.Format.Format_RGB32))
    written: list[str] = []
    painter_text = header._text

    def note(*given: Any, **styled: Any) -> int:
        left, right, text = given[1:4]
        painter.setFont(font(TEXT_PX if styled.get("strong") else SMALL_PX, strong=bool(styled)))
        room = right - left
        written.append(painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        return painter_text(*given, **styled)

    header._text = note  # type: ignore[method-assign] # it only listens
    header.paint(painter, image.rect())
    painter.end()
    assert not [text for text in written if "…" in text]
