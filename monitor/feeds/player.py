"""Puts a recording where a session would be: at any speed, with pause, step and seek."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Self

from monitor.feeds.clock import Clock
from monitor.feeds.playback import Playback, Sink
from monitor.feeds.recording import Header, last_time
from monitor.model.time import SECOND
from monitor.protocol.venue import VenueProtocol

Progress = Callable[[int, int], None]
"""Is told the bytes of the file read so far, and all of them."""

SLOWEST = 0.1
AS_FAST_AS_IT_GOES = float("inf")
SLICE_S = 0.004
"""Work is done in pieces of this length, so that a screen stays smooth beside it."""
PROGRESS_EVERY = 4_096


class Player:
    """A recording, played to a protocol of its venue whose events go to ``sink``.

    ``in`` lines are received, ``http`` lines answered whether asked for or not,
    ``out`` lines sent; an ``open`` line or a new connection number opens. The
    recorded time is the only time, and nothing is ever answered that is not in
    the file, so that it gives the same books at any speed.

    ``run`` and ``step`` play at once. ``start`` plays in the running event loop
    at ``speed``. ``seek`` backwards begins anew with a new protocol, of which
    ``restarted`` is told. Raises as ``Playback`` does.
    """

    def __init__(
        self,
        path: Path,
        protocol_of: Callable[[str], VenueProtocol],
        sink: Sink,
        *,
        restarted: Callable[[VenueProtocol], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.path = path
        self.speed = 1.0
        self._begin: Callable[[], Playback] = lambda: Playback(path, protocol_of, sink)
        self._restarted = restarted
        self._clock = clock or Clock()
        self._playback = self._begin()
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None
        self._playing = self._seeking = False
        self._seeks = 0
        self._anchor = (0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file; for whoever plays without an event loop."""
        self._playback.reader.close()

    # What there is.

    @property
    def protocol(self) -> VenueProtocol:
        """The protocol that holds the books; another one after a seek backwards."""
        return self._playback.protocol

    @property
    def header(self) -> Header:
        """Line 1 of the file."""
        return self._playback.reader.header

    @property
    def messages(self) -> int:
        """Messages of the venue played."""
        return self._playback.messages

    @property
    def discarded(self) -> int:
        """What the protocol wanted sent or fetched, which a recording can't."""
        return self._playback.discarded

    @property
    def rejected_lines(self) -> int:
        """Lines so far that were no valid JSON."""
        return self._playback.reader.damage.rejected

    @property
    def damage(self) -> list[str]:
        """What of the file could not be read so far, in sentences; empty where all is well."""
        return self._playback.reader.damage.sentences()

    @property
    def first_ts(self) -> int:
        """The time of the first line; 0 in a recording without lines."""
        return self._playback.first_ts

    @cached_property
    def last_ts(self) -> int:
        """The time of the last line; looked up at the file's end when first asked for."""
        return max(self.first_ts, last_time(self.path))

    @property
    def position(self) -> int:
        """The recorded time reached: of the last line played, or sought."""
        return self._playback.position

    @property
    def now(self) -> int:
        """The recorded time at this moment, which runs on between lines while playing."""
        if not self.playing or self._seeking or self.speed == AS_FAST_AS_IT_GOES:
            return self.position
        to_come = self._playback.next
        due = self._due_until()
        return max(self.position, min(due, to_come.t) if to_come else due)

    @property
    def finished(self) -> bool:
        """True at the end of the recording."""
        return self._playback.next is None

    @property
    def playing(self) -> bool:
        """True while it plays by itself."""
        return self._playing and not self.finished

    # At once.

    def run(self, until: int | None = None, progress: Progress | None = None) -> None:
        """Play every line whose time is at most ``until`` (ns), or all of them."""
        playback, count = self._playback, 0
        while (entry := playback.next) is not None and (until is None or entry.t <= until):
            playback.play(entry)
            count += 1
            if progress is not None and not count % PROGRESS_EVERY:
                progress(playback.reader.position, playback.reader.size)
        if progress is not None:
            progress(playback.reader.position, playback.reader.size)

    def step(self, lines: int = 1) -> None:
        """Pause, and play the next lines."""
        self.pause()
        for _ in range(lines):
            if self._playback.next is not None:
                self._playback.play(self._playback.next)

    # In an event loop.

    def start(self) -> None:
        """Play on from here, at ``speed``."""
        self._anchor_here()
        self._playing = True
        if self._wake is None:
            self._wake = asyncio.Event()
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(
                self._pace(self._wake), name="player"
            )

    def pause(self) -> None:
        """Stand still until ``start``."""
        self._playback.position = self.now
        self._playing = False

    def set_speed(self, speed: float) -> None:
        """Play ``speed`` times as fast as it happened. Raises ValueError below 0.1."""
        if not speed >= SLOWEST:
            raise ValueError(f"a speed of {speed:g} was asked for; the slowest is {SLOWEST:g}")
        self._playback.position = self.now
        self.speed = speed
        self._anchor_here()

    async def seek(self, ts: int, progress: Progress | None = None) -> None:
        """Go to a recorded time (ns), playing all that lies before it, a piece at a time.

        Another seek meanwhile takes the place of this one.
        """
        self._seeks += 1
        this_one, self._seeking = self._seeks, True
        if ts < self.position:
            self._playback.reader.close()
            self._playback = self._begin()
            if self._restarted is not None:
                self._restarted(self.protocol)
        while self._play_slice(ts):
            if progress is not None:
                progress(self._playback.reader.position, self._playback.reader.size)
            await asyncio.sleep(0)
            if this_one != self._seeks:
                return
        self._seeking = False
        to_come = self._playback.next
        if to_come is not None:
            self._playback.position = max(self.position, min(ts, to_come.t))
        if self._playing:
            self.start()

    async def finish(self) -> None:
        """Wait for the end of the recording, or for ``close``."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Stop, and let go of the file."""
        self._playing = False
        self._seeks += 1
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._playback.reader.close()

    # Pacing.

    def _anchor_here(self) -> None:
        """From now on recorded time runs from where it stands."""
        self._anchor = (self._clock.monotonic_ns(), self.position)
        if self._wake is not None:
            self._wake.set()

    def _due_until(self) -> int:
        """The recorded time that pacing has reached."""
        begun, position = self._anchor
        return position + int((self._clock.monotonic_ns() - begun) * self.speed)

    def _play_slice(self, until: int | None) -> bool:
        """Play what is due for a few milliseconds; True where more of it is due."""
        playback = self._playback
        end = self._clock.monotonic_ns() + int(SLICE_S * SECOND)
        while (entry := playback.next) is not None and (until is None or entry.t <= until):
            playback.play(entry)
            if self._clock.monotonic_ns() >= end:
                return True
        return False

    async def _pace(self, wake: asyncio.Event) -> None:
        while not self.finished:
            wake.clear()
            if not self._playing or self._seeking:
                await wake.wait()
            elif self._play_slice(self._limit()):
                await asyncio.sleep(0)
            elif self._playback.next is not None:
                await self._sleep_until(self._playback.next.t, wake)

    def _limit(self) -> int | None:
        return None if self.speed == AS_FAST_AS_IT_GOES else self._due_until()

    async def _sleep_until(self, ts: int, wake: asyncio.Event) -> None:
        """Wait for a recorded time, or for the user to want something else."""
        wait_s = (ts - self._due_until()) / self.speed / SECOND
        handle = asyncio.get_running_loop().call_later(max(0.0, wait_s), wake.set)
        try:
            await wake.wait()
        finally:
            handle.cancel()
