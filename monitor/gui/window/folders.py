"""Folders for the user's files: which one stands where none was named, and whether one can be."""

import tempfile
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from monitor.export.whole_file import reason_of


def usual_folder() -> tuple[str, str]:
    """Where pictures go of themselves, and a sentence where that is not the user's own place."""
    try:
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        return (place if place and Path(place).is_dir() else str(Path.home())), ""
    except (OSError, RuntimeError) as error:
        other = tempfile.gettempdir()
        reason = reason_of(error) if isinstance(error, OSError) else "it is not known"
        return other, f"The home folder could not be entered: {reason}. Files go to {other}."


def folder_trouble(text: str) -> str:
    """Why files can't go into a folder of that name, as the end of a sentence; empty if they can.

    One that isn't there yet is tried where it would begin, and is not made.
    """
    try:
        folder = Path(text).expanduser()
        if not folder.is_absolute():
            return f"“{text}” was not a whole path, such as ~/charts."
        lineage = (folder, *folder.parents)
        there = next((part for part in lineage if part.exists()), lineage[-1])
        if not there.is_dir():
            return f"{there} was no folder."
        # Rights alone tell little: of some file systems nobody can make a folder.
        with tempfile.TemporaryDirectory(prefix=".depthscope-", dir=there):
            return ""
    except OSError as error:
        return f"{text} can't be used ({reason_of(error)})."
    except RuntimeError:
        return f"“{text}” began with the home of nobody known here."
