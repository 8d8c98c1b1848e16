"""What the window asks of the program around it: plain methods and values, no signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from monitor.market.market import Market
from monitor.market.markets import Markets
from monitor.model.verdict import Verdict
from monitor.workspace.settings import Settings


@dataclass(frozen=True)
class VenueState:
    """How reaching one venue goes, for a row of the palette. ``trouble`` is one sentence or empty.

    ``listed`` says that its instruments are known. ``badge`` is DEMO, REPLAY or empty.
    """

    id: str
    name: str
    badge: str
    listed: bool
    asking: bool
    trouble: str


@dataclass(frozen=True)
class Transition:
    """One change of a stream's state. ``at`` is ns UTC."""

    at: int
    state: str
    reason: str


@dataclass(frozen=True)
class FeedFigures:
    """How one instrument's feed does. Times in ms; NaN where nothing can be said.

    Lag is receive time less event time, its constant offset (two clocks) taken off; the
    offset is told apart. ``log`` has the newest change last.
    """

    venue: str
    url: str
    verdict: Verdict | None
    lag_p50_ms: float
    lag_p99_ms: float
    clock_offset_ms: float
    messages_per_s: float
    bytes_per_s: float
    messages: int
    gaps: int
    resyncs: int
    dropped: int
    rejected: int
    unknown: int
    reconnects: int
    checksums_ok: int
    checksums_failed: int
    log: Sequence[Transition]


@dataclass(frozen=True)
class RecordingState:
    """The recording that runs: its file, size, messages lost; ``trouble`` where it stopped."""

    path: Path
    bytes_written: int
    lines: int
    since: int
    trouble: str


class Replay(Protocol):
    """A recording that is shown instead of live feeds. Times are ns UTC as recorded.

    ``since`` is its beginning where its clock tells no dates: only time elapsed is true then.
    """

    @property
    def path(self) -> Path: ...
    @property
    def first_ts(self) -> int: ...
    @property
    def last_ts(self) -> int: ...
    @property
    def since(self) -> int | None: ...
    @property
    def position(self) -> int: ...
    @property
    def playing(self) -> bool: ...
    @property
    def finished(self) -> bool: ...
    @property
    def speed(self) -> float: ...
    @property
    def damage(self) -> Sequence[str]: ...
    def play(self) -> None: ...
    def pause(self) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def seek(self, ts: int) -> None: ...
    def step(self) -> None: ...


class Program(Protocol):
    """The program as the window sees it.

    ``watch`` gives the market of an instrument at once, empty at first; it stays alive
    until as many ``release`` were said. ``list_instruments`` asks every venue (those that
    are already listed are not asked again), answers arriving in ``markets``. ``now`` is
    monotonic ns as verdicts use it, ``wall`` ns UTC; while replaying both are recorded
    time. ``notices`` hands over, once, sentences for the user.
    """

    markets: Markets
    settings: Settings
    replay: Replay | None

    def now(self) -> int: ...
    def wall(self) -> int: ...
    def venues(self) -> Sequence[VenueState]: ...
    def badge(self, instrument: str) -> str: ...
    def watch(self, instrument: str) -> Market: ...
    def release(self, instrument: str) -> None: ...
    def list_instruments(self) -> None: ...
    def ask_stats(self, instruments: Sequence[str]) -> None: ...
    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None: ...
    def figures(self, instrument: str) -> FeedFigures | None: ...
    def retry_now(self, venue: str) -> None: ...
    def recording(self, instrument: str) -> RecordingState | None: ...
    def toggle_recording(self, instrument: str) -> None: ...
    def change_settings(self, settings: Settings) -> None: ...
    def notices(self) -> Sequence[str]: ...
    def quit(self) -> None: ...
