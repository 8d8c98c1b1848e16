"""Qt made ready: the application, its font, its messages to the log, and the look of a theme."""

import builtins
import logging
import os
import sys
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from monitor.gui.kit.fonts import font, load_fonts
from monitor.gui.kit.theme import SideColours, Theme, load_theme

APPLICATION = "depthscope"
DISPLAY_NAME = "Depthscope"

log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start_qt(version: str, *, offscreen: bool = False) -> QApplication:
    """The one QApplication. ``offscreen`` needs no display."""
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _import_plainly()
    qInstallMessageHandler(_note)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication([APPLICATION])
    application.setApplicationName(APPLICATION)
    application.setApplicationDisplayName(DISPLAY_NAME)
    application.setApplicationVersion(version)
    application.setDesktopFileName("depthscope")
    load_fonts()
    application.setFont(font())
    return application


def theme_wanted(folder: Path, chosen: str, sides: SideColours) -> Theme:
    """The theme that was chosen; ``system`` is whatever the desktop uses, dark where unknown.

    Raises ValueError naming what was wrong in a theme's file.
    """
    name = chosen
    if chosen == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        name = "light" if scheme is Qt.ColorScheme.Light else "dark"
    return load_theme(folder, name, sides)


def _import_plainly() -> None:
    """Import what comes now as Python does.

    PySide puts itself between, and reads the source of every module that is imported after it,
    in search of its own name: it could switch on features that we use none of. That is a
    quarter of our start, and the sources would stay in memory.
    """
    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain


def _note(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "%s", text)
    if kind is QtMsgType.QtFatalMsg and sys.stderr is not None:
        # Qt ends the process now, and the log may not have been opened yet.
        sys.stderr.write(f"{APPLICATION}: {text}\n")
