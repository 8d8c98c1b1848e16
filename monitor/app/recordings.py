"""The Rec button: what is watched of a venue goes into a file of the recordings folder."""

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from monitor import __version__
from monitor.export.whole_file import reason_of
from monitor.feeds.hub import Hub
from monitor.feeds.recorder import Recorder
from monitor.feeds.recording import RecordingError
from monitor.gui.window.alarm import Alarm
from monitor.gui.window.program import RecordingState
from monitor.gui.window.sizes import bytes_words
from monitor.model.time import SECOND

SUFFIX = ".jsonl.zst"
LONGEST_NAME = 80
BEGINS = "a recording begins with whole books"

_UNFIT = re.compile(r"[^A-Za-z0-9]+")


def recordings_folder(chosen: str) -> Path:
    """Where recordings go: the folder of the settings, or the usual place."""
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_data_path("depthscope", appauthor=False) / "recordings"


def slug(text: str) -> str:
    """A text as a part of a file's name: letters and digits of ASCII, nothing else."""
    return _UNFIT.sub("-", text).strip("-").lower()[:LONGEST_NAME] or "x"


def lasted_words(seconds: float) -> str:
    """How long something took: ``42 s``, ``5 min 3 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


class Recordings:
    """One recording a venue, begun and ended by hand; sentences for the user in ``notices``."""

    def __init__(self, notices: list[str]) -> None:
        self._notices = notices
        self._running: dict[str, tuple[Recorder, int]] = {}
        self._told: set[str] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def state(self, venue: str) -> RecordingState | None:
        """The venue's recording; None where none runs or was stopped by a fault."""
        held = self._running.get(venue)
        if held is None:
            return None
        recorder, since = held
        return RecordingState(
            recorder.path, recorder.bytes_written, recorder.lines, since, recorder.problem or ""
        )

    def lost(self, venue: str) -> int:
        """Messages that a faulty disk kept out of the file."""
        held = self._running.get(venue)
        return 0 if held is None else held[0].lost

    def begin(self, hub: Hub, venue: str, symbols: Sequence[str], folder: Path) -> bool:
        """Begin a file. Its connection is made anew, so that the file holds whole books."""
        wall = time.time_ns()
        path = folder / f"{_name(venue, symbols, wall)}{SUFFIX}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            recorder = Recorder(path, venue, symbols, f"depthscope {__version__}", wall)
        except RecordingError as error:
            self._notices.append(Alarm(str(error)))
            return False
        except OSError as error:
            sentence = f"The recording {path} was not begun: {reason_of(error)}."
            self._notices.append(Alarm(sentence))
            return False
        self._running[venue] = recorder, wall
        for session in hub.sessions(venue):
            session.renew(BEGINS)
        hub.record(venue, recorder)
        return True

    def move(self, hub: Hub) -> None:
        """Go on with another hub."""
        for venue, (recorder, _) in self._running.items():
            hub.record(venue, recorder)

    def end(self, hub: Hub, venue: str) -> None:
        """End a venue's file; the disk is waited for beside the screen."""
        held = self._running.pop(venue, None)
        if held is None:
            return
        hub.record(venue, None)
        recorder, since = held
        lasted_s = max(0, time.time_ns() - since) / SECOND
        task = asyncio.get_running_loop().create_task(self._close(recorder, lasted_s))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def look(self) -> None:
        """Say, once, where a recording has stopped by itself."""
        for recorder, _ in self._running.values():
            if recorder.problem and recorder.problem not in self._told:
                self._told.add(recorder.problem)
                self._notices.append(Alarm(recorder.problem))

    async def close(self, hub: Hub) -> None:
        """End all of them, and wait until they are on the disk."""
        for venue in list(self._running):
            self.end(hub, venue)
        if self._closing:
            await asyncio.wait(self._closing)

    async def _close(self, recorder: Recorder, lasted_s: float) -> None:
        await asyncio.to_thread(recorder.close)
        if recorder.problem:
            self._notices.append(Alarm(recorder.problem))
        else:
            size = bytes_words(recorder.bytes_written)
            self._notices.append(f"Recorded {lasted_words(lasted_s)}, {size}: {recorder.path}")


def _name(venue: str, symbols: Sequence[str], wall: int) -> str:
    what = slug("-".join(symbols)) if len(symbols) <= 3 else f"{len(symbols)}-symbols"
    return f"{slug(venue)}-{what}-{datetime.fromtimestamp(wall / SECOND, UTC):%Y%m%dT%H%M%SZ}"
