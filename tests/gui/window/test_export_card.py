"""The export card by the keyboard: where files go, and where the keys go afterwards."""

import errno
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from monitor.gui.window.export_dialog import ExportCard
from tests.gui.window.conftest import Stage


@pytest.fixture
def card(stage: Stage) -> ExportCard:
    """Opened for the price panel, which has the keyboard."""
    stage.frames(1)
    panel = stage.window.workbench.panel("price-1")
    panel.setFocus()
    made = ExportCard(
        stage.program, stage.window.workbench.panels, "Depthscope 9", stage.window.ground
    )
    made.open_for(panel)
    return made


def test_a_folder_that_is_not_there_is_made(
    card: ExportCard, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    """As the recording's is: whoever names a folder wants the file in it."""
    folder = tmp_path / "new" / "deep"
    card.folder.setText(str(folder))
    stage.key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.result.text().startswith("Saved"), timeout=10_000)
    assert 1 == len(list(folder.glob("*.png")))


def test_a_folder_that_cannot_be_is_told(card: ExportCard, stage: Stage, tmp_path: Path) -> None:
    """One sentence that names it; nothing is begun."""
    (tmp_path / "file").write_text("in the way")
    card.folder.setText(str(tmp_path / "file" / "below"))
    stage.key(Qt.Key.Key_Return)
    assert card.result.text().startswith(f"The folder {tmp_path / 'file'}")
    assert "could not be made: " in card.result.text()
    assert card.export.isEnabled()


def test_a_name_too_long_is_told(
    card: ExportCard, stage: Stage, qtbot: QtBot, tmp_path: Path
) -> None:
    """What became of the export before is said no more."""
    card.folder.setText(str(tmp_path))
    stage.key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.result.text().startswith("Saved"), timeout=10_000)
    card.name.setText("n" * 300)
    card.start()
    assert "was not saved: file name too long." in card.result.text()
    assert "wrong" == card.result.objectName()
    assert card.export.isEnabled()


def refuse(_: Path) -> bool:
    """As of a path below a folder that this user may not enter."""
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_folder_that_may_not_be_entered_is_told(
    card: ExportCard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Why nothing was saved."""
    card.folder.setText(str(tmp_path))
    monkeypatch.setattr(Path, "exists", refuse)
    card.start()
    assert "was not saved: permission denied." in card.result.text()
    assert card.export.isEnabled()
    assert [] == list(tmp_path.iterdir())


def test_a_home_that_may_not_be_entered_is_told(
    card: ExportCard, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card opens all the same, and says where files go instead."""
    card.close_card()
    monkeypatch.setattr(Path, "is_dir", refuse)
    card.open_for(stage.window.workbench.panel("price-1"))
    assert card.isVisible()
    assert "home folder could not be entered: permission denied." in card.result.text()
    assert tempfile.gettempdir() == card.folder.text()


def test_after_esc_the_keys_are_the_panels(card: ExportCard, stage: Stage) -> None:
    """Not those of the next button in the window."""
    stage.key(Qt.Key.Key_Escape)
    assert card.isHidden()
    held = QApplication.focusWidget()
    assert held is not None
    assert stage.window.workbench.panel("price-1").isAncestorOf(held)
