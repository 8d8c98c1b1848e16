"""A player's controls as the window has them: plain calls, whose work goes on in the loop."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from monitor.feeds.feed_error import FeedError
from monitor.feeds.player import Player
from monitor.feeds.recording import RecordingError
from monitor.gui.kit.moments import undated_since


class Scrubber:
    """The window's ``Replay``: play, pause, speed, and a place to go to."""

    def __init__(self, player: Player, failed: Callable[[str], None]) -> None:
        self._player = player
        self._failed = failed
        self._task: asyncio.Task[None] | None = None
        self._goal: int | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._player.path

    @property
    def first_ts(self) -> int:
        """When it begins."""
        return self._player.first_ts

    @property
    def last_ts(self) -> int:
        """When it ends."""
        return self._player.last_ts

    @property
    def since(self) -> int | None:
        """Its beginning, where its clock tells no dates."""
        return undated_since(self._player.header.clock, self.first_ts)

    @property
    def position(self) -> int:
        """Where it stands, or is on its way to."""
        return self._player.now if self._goal is None else self._goal

    @property
    def playing(self) -> bool:
        """True while it plays by itself."""
        return self._player.playing

    @property
    def finished(self) -> bool:
        """True at its end."""
        return self._player.finished

    @property
    def speed(self) -> float:
        """How many times as fast as it happened."""
        return self._player.speed

    @property
    def damage(self) -> Sequence[str]:
        """What of the file could not be read so far."""
        return self._player.damage

    def play(self) -> None:
        """Go on from here; at the end, from the beginning."""
        if self._player.finished:
            self._go(self._from_the_beginning())
        else:
            self._player.start()

    def pause(self) -> None:
        """Stand still."""
        self._player.pause()

    def set_speed(self, speed: float) -> None:
        """Play that many times as fast. Raises ValueError below 0.1."""
        self._player.set_speed(speed)

    def seek(self, ts: int) -> None:
        """Go to a recorded time; the newest wish counts."""
        self._goal = min(max(ts, self.first_ts), self.last_ts)
        self._go(self._to(self._goal))

    def step(self) -> None:
        """Pause, and let the next line happen."""
        self._player.step()

    async def settle(self) -> None:
        """Wait until it stands where it was told to."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def _go(self, way: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(way)
        self._task = task

    async def _to(self, ts: int) -> None:
        try:
            await self._player.seek(ts)
        except (RecordingError, FeedError) as error:
            self._failed(str(error))
        if self._goal == ts:
            self._goal = None

    async def _from_the_beginning(self) -> None:
        await self._to(self.first_ts)
        self._player.start()
