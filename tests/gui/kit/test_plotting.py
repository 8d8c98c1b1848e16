"""pyqtgraph is imported whole, and yet makes no class of Qt that nobody asked for."""

import json
import subprocess
import sys

import PySide6.QtCore
import PySide6.QtGui
import PySide6.QtWidgets

from monitor.gui.kit.plotting import QT_MODULES, pg
from tests.conftest import ROOT

SEVERAL = 100


def test_its_mirrors_give_what_qt_has() -> None:
    """The same classes, made or not; and Qt's own modules tell what they hold again."""
    assert PySide6.QtCore.QObject is pg.QtCore.QObject
    assert PySide6.QtGui.QPdfWriter is pg.QtGui.QPdfWriter
    assert PySide6.QtWidgets.QCalendarWidget is pg.QtWidgets.QCalendarWidget
    assert not hasattr(pg.QtWidgets, "QNothing")
    assert all(len(dir(module)) > SEVERAL for module in QT_MODULES)


def test_it_copies_no_class_that_nobody_asked_for() -> None:
    """Copying made all 700 of them, which was a sixth of the program's start."""
    ask = (
        "import json; from monitor.gui.kit.plotting import pg;"
        "print(json.dumps([len(vars(one)) for one in (pg.QtCore, pg.QtGui, pg.QtWidgets)]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert all(held < SEVERAL for held in json.loads(told.stdout))
