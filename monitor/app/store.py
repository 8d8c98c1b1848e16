"""The user's settings and layout on the disk: read at the start, saved whole, never spoiled."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from monitor.app.instance_lock import InstanceLock
from monitor.export.whole_file import PART, reason_of, write_whole
from monitor.gui.window.alarm import Alarm
from monitor.workspace.document import (
    BrokenFile,
    Document,
    decode_layout,
    decode_settings,
    encode,
)
from monitor.workspace.layout import Layout
from monitor.workspace.settings import Settings

SETTINGS = "settings.json"
LAYOUT = "layout.json"
LOCK = "running.lock"
LARGEST = 16 * 1024 * 1024

T = TypeVar("T", Settings, Layout)


class Store:
    """What a user chose, as ``settings`` and ``layout`` (None where there is none yet).

    A file that can't be read as what it should be is set aside under its name and the
    date. Only the first program that is running saves; what hinders saving is said
    once in ``notices``. Nothing here raises.
    """

    def __init__(self, folder: Path, wall: Callable[[], datetime] | None = None) -> None:
        self.folder = folder
        self.notices: list[str] = []
        self._wall = wall or (lambda: datetime.now(UTC))
        self._told: set[str] = set()
        self._lock = InstanceLock(folder / LOCK)
        self._say_lock()
        self._clear_parts()
        self.first_start = not (folder / LAYOUT).exists()
        self._settings = self._read(SETTINGS, decode_settings) or Document(Settings())
        self._layout: Document[Layout] | None = self._read(LAYOUT, decode_layout)

    @property
    def settings(self) -> Settings:
        """The settings as last saved, or as they come."""
        return self._settings.value

    @property
    def layout(self) -> Layout | None:
        """What stood where; None where nothing is known."""
        return None if self._layout is None else self._layout.value

    @property
    def saves(self) -> bool:
        """True where this program's changes are written."""
        return self._lock.held

    def save_settings(self, settings: Settings) -> None:
        """Keep new settings, with whatever the file held that isn't known here."""
        if settings != self._settings.value:
            self._settings = Document(settings, self._settings.unknown)
            self._write(SETTINGS, encode(self._settings))

    def save_layout(self, layout: Layout) -> None:
        """Keep a new layout, likewise."""
        unknown = {} if self._layout is None else self._layout.unknown
        if self._layout is None or layout != self._layout.value:
            self._layout = Document(layout, unknown)
            self._write(LAYOUT, encode(self._layout))

    def close(self) -> None:
        """Let another program save from now on."""
        self._lock.release()

    def _say_lock(self) -> None:
        if self._lock.trouble:
            reason = self._lock.trouble[:1].lower() + self._lock.trouble[1:]
            self._say(f"Nothing will be saved: {self.folder} can't be written to ({reason}).")
        elif not self._lock.held:
            self._say("Depthscope is running already: what you change in this window isn't saved.")

    def _clear_parts(self) -> None:
        """Take away what a killed program left half written."""
        if self.saves:
            for name in (SETTINGS, LAYOUT):
                for part in self.folder.glob(f".{name}.*{PART}"):
                    _remove(part)

    def _read(self, name: str, decode: Callable[[bytes], Document[T]]) -> Document[T] | None:
        path = self.folder / name
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST)
            return decode(data)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._lock.release()
            self._say(
                f"The file {path} was not readable ({reason_of(error)});"
                " nothing will be saved over it."
            )
        except BrokenFile as error:
            self._set_aside(path, str(error))
        return None

    def _set_aside(self, path: Path, why: str) -> None:
        """Keep a broken file under another name, and tell where."""
        why = why[:1].upper() + why[1:]
        if not self.saves:
            self._say(f"{why}; it was left as it is.")
            return
        stamp = f"{self._wall():%Y-%m-%dT%H-%M-%SZ}"
        aside = path.with_name(f"{path.stem}.broken-{stamp}{path.suffix}")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.stem}.broken-{stamp}-{number}{path.suffix}")
        try:
            path.rename(aside)
        except OSError as error:
            self._lock.release()
            self._say(
                f"{why}; it could not be set aside ({reason_of(error)}), so nothing is saved."
            )
            return
        self._say(f"{why}; it was set aside as {aside}.")

    def _write(self, name: str, data: bytes) -> None:
        if not self.saves:
            return
        path = self.folder / name
        try:
            write_whole(path, data, private=True)
        except OSError as error:
            self._say(f"The file {path} was not saved: {reason_of(error)}.")

    def _say(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self.notices.append(Alarm(sentence))


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return
