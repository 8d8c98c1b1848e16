"""``--stats FILE``: frame times, wire to paint, rates and memory, a JSON line each second."""

import gc
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal

from monitor.app.failure import JobFailed
from monitor.app.held import Held, held_now
from monitor.export.whole_file import reason_of
from monitor.gui.kit.frame_clock import FrameClock
from monitor.gui.kit.soon import soon
from monitor.gui.window.sizes import memory_held
from monitor.model.events import Event
from monitor.model.time import MS

EVERY_MS = 1_000
HELD_EVERY = 5
"""Seconds from one count of what is held to the next."""
MOST_ARRIVALS = 4_096
"""Messages a second whose way to the screen is measured; more would cost what they measure."""
MEASURED_A_READ = 16
"""Of what one read brought so many are, evenly spread: they all came at the same moment."""


class FrameStats(QObject):
    """Register it with the clock last, so that its frame comes after everything was drawn.

    ``read_to_paint_ms``: from when a message was read off its socket to the end of the
    paint that shows it; ``event_to_paint_ms`` from the venue's own time, which means
    something only where both clocks are one machine's. ``cpu_s`` is the process's own, all
    its life; ``first_paint_ts`` and ``panels_painted_ts`` (ns UTC), and what the processor
    had spent by then (``…_cpu_s``), are None until then. ``memory_bytes`` is what is resident;
    ``objects``, ``qobjects``, ``tasks``, ``open_files`` and ``threads`` (see ``Held``) are
    counted every five seconds, and None while the program starts.
    Raises JobFailed where the file can't be begun; a disk that fails later ends the
    writing, not the program.
    """

    _asked_to_draw = Signal()

    def __init__(self, path: Path, clock: FrameClock) -> None:
        super().__init__()
        self._clock = clock
        try:
            self._file: TextIO | None = path.open("w", encoding="utf-8")
        except OSError as error:
            raise JobFailed(f"{path} can't be written: {reason_of(error)}") from error
        self._arrivals: list[tuple[int, int]] = []
        self._read_to_paint: list[float] = []
        self._event_to_paint: list[float] = []
        self._messages = 0
        self._written = 0
        self._started = False
        self._held: Held | None = None
        self._frames = self._drawn = 0
        self._begun = self._last = time.monotonic_ns()
        self._unpainted: set[QObject] = set()
        self._first_paint: tuple[int, float] | None = None
        self._panels_painted: tuple[int, float] | None = None
        self._in_paint: list[tuple[int, int]] = []
        # Queued behind the paint that the frame asked for, so it comes right after it.
        self._asked_to_draw.connect(self._painted, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._write)
        self._timer.start(EVERY_MS)

    def heard(self, events: Sequence[Event]) -> None:
        """What one read brought; nearly every message is one event, so those are counted."""
        self._messages += len(events)
        for event in events[:: -(-len(events) // MEASURED_A_READ)]:
            if event.ts_recv and len(self._arrivals) < MOST_ARRIVALS:
                self._arrivals.append((event.ts_recv, getattr(event, "ts_event", 0)))

    def see_first_paint(
        self, parts: Sequence[QObject], first: tuple[int, float] | None = None
    ) -> None:
        """Note when the first of these widgets, and when the last, was painted once.

        ``first`` is when something of the window was painted before them, in ns UTC and
        in seconds of the processor.
        """
        self._first_paint = first
        self._unpainted = set(parts)
        for part in parts:
            part.installEventFilter(self)

    def frame(self, now: int) -> bool:
        """Everything has been asked to draw; painting follows once Qt gets its turn."""
        if self._arrivals:
            self._in_paint += self._arrivals
            self._arrivals = []
            self._asked_to_draw.emit()
        return False

    def close(self) -> None:
        """Write no more."""
        self._timer.stop()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _painted_first(self) -> None:
        now = time.time_ns(), time.process_time()
        self._first_paint = self._first_paint or now
        if not self._unpainted:
            self._panels_painted = now

    def _painted(self) -> None:
        wall = time.time_ns()
        arrived, self._in_paint = self._in_paint, []
        room = MOST_ARRIVALS - len(self._read_to_paint)
        for received, happened in arrived[: max(0, room)]:
            self._read_to_paint.append((wall - received) / MS)
            if happened:
                self._event_to_paint.append((wall - happened) / MS)

    def _write(self) -> None:
        now = time.monotonic_ns()
        line = json.dumps(self._second(now))
        self._last = now
        self._messages = 0
        self._read_to_paint.clear()
        self._event_to_paint.clear()
        if self._file is not None:
            try:
                self._file.write(line + "\n")
                self._file.flush()
            except OSError:
                self.close()

    def _second(self, now: int) -> dict[str, Any]:
        clock, passed_s = self._clock, (now - self._last) / 1e9
        frames = clock.frames - self._frames
        drawn = clock.drawn - self._drawn
        self._frames, self._drawn = clock.frames, clock.drawn
        newest = min(frames, len(clock.costs_ns))
        return {
            "t_s": round((now - self._begun) / 1e9, 3),
            "frames_per_s": round(frames / passed_s, 1),
            "drawn_per_s": round(drawn / passed_s, 1),
            "halved": clock.halved,
            "frame_cost_ms": _told([ns / MS for ns in islice(reversed(clock.costs_ns), newest)]),
            "frame_gap_ms": _told([ns / MS for ns in islice(reversed(clock.gaps_ns), newest)]),
            "read_to_paint_ms": _told(self._read_to_paint),
            "event_to_paint_ms": _told(self._event_to_paint),
            "messages_per_s": round(self._messages / passed_s, 1),
            "cpu_s": round(time.process_time(), 3),
            "memory_bytes": memory_held(),
            **self._counted(),
            **_moment("first_paint", self._first_paint),
            **_moment("panels_painted", self._panels_painted),
        }

    def _counted(self) -> dict[str, int | None]:
        # What starts can't be counted cheaply. Once anything is frozen, to ask for it takes as
        # long as a frame: so it is asked until then.
        self._started = self._started or gc.get_freeze_count() > 0
        if self._started:
            if self._held is None or self._written % HELD_EVERY == 0:
                self._held = held_now()
            self._written += 1
        return dict.fromkeys(Held._fields) if self._held is None else self._held._asdict()

    # Qt's own.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Paint and watched in self._unpainted:
            self._unpainted.remove(watched)
            watched.removeEventFilter(self)
            soon(self, self._painted_first)
        return False


def _moment(name: str, moment: tuple[int, float] | None) -> dict[str, float | None]:
    ts, cpu_s = moment or (None, None)
    return {f"{name}_ts": ts, f"{name}_cpu_s": cpu_s}


def _told(values: list[float]) -> dict[str, float] | None:
    """Median, 99th percentile and greatest; None where nothing was measured."""
    if not values:
        return None
    p50, p99 = np.percentile(values, (50, 99))
    return {"p50": round(float(p50), 3), "p99": round(float(p99), 3), "max": round(max(values), 3)}
