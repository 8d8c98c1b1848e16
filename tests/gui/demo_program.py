"""A program for tests of the window: the demo exchange in process, told the time by the test."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.app.demo_process import load_calibrations
from monitor.book.book import Book
from monitor.demo.exchange import Exchange
from monitor.gui.window.program import FeedFigures, RecordingState, Replay, Transition, VenueState
from monitor.market.market import Market
from monitor.market.markets import Markets
from monitor.model.events import BookDelta, CandleHistory, InstrumentList
from monitor.model.instrument import Instrument
from monitor.model.time import MS, SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.status import Link, StreamStatus
from monitor.workspace.settings import Settings

START = 1_780_000_000 * SECOND
SEED = 5


@dataclass
class _Held:
    status: StreamStatus
    users: int = 1
    messages: int = 0


@dataclass
class Asked:
    """What the window asked for, in order."""

    stats: list[tuple[str, ...]] = field(default_factory=list)
    lists: int = 0
    retries: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    quits: int = 0


class DemoProgram:
    """The window's ``Program`` over the demo exchange's own events, without a wire between.

    ``run`` lets the market go on. Books, tapes and candles are the real ones; verdicts come
    from the status every venue uses, and go stale where the market isn't let go on.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.markets = Markets()
        self.settings = settings or Settings()
        self.replay: Replay | None = None
        self.link = Link()
        self.asked = Asked()
        self.sentences: list[str] = []
        self.others: list[VenueState] = []
        self.users: Counter[str] = Counter()
        self._ts = START
        self._exchange = Exchange(load_calibrations(), SEED, START)
        self._held: dict[str, _Held] = {}
        self.recorded: dict[str, RecordingState] = {}
        self.link.opened(self.now())
        self._list()

    # What a test does.

    def run(self, seconds: float, step_ms: int = 50) -> None:
        """Let the market go on."""
        for _ in range(round(seconds * 1000 / step_ms)):
            self._ts += step_ms * MS
            self.link.last_message = self.now()
            events = self._exchange.advance(self._ts)
            for event in events:
                market = self.markets.get(getattr(event, "instrument", ""))
                if market is None:
                    continue
                self._held[market.instrument.id].messages += 1
                if isinstance(event, BookDelta):
                    market.book.apply(event.bids, event.asks)
            self.markets.sink(events)

    def mute(self, seconds: float) -> None:
        """Let time pass without a message."""
        self._ts += round(seconds * SECOND)

    def cut(self, reason: str) -> None:
        """The connection ends; it is tried again in five seconds."""
        self.link.down(self.now(), reason, self.now() + 5 * SECOND)

    def break_book(self, instrument: str, reason: str) -> None:
        """A message of this instrument was missing."""
        status = self._held[instrument].status
        status.gaps += 1
        status.become(State.GAP, self.now(), self.wall(), reason)

    def heal(self) -> None:
        """Connected again, all books whole."""
        self.link.opened(self.now())
        for name in self._held:
            self._sync(name)

    def list_many(self, venue: str, instruments: Sequence[Instrument]) -> None:
        """Another venue tells its list."""
        self.markets.sink([InstrumentList(venue, tuple(instruments), True, self._ts)])

    # What the window asks.

    def now(self) -> int:
        return self._ts - START + SECOND

    def wall(self) -> int:
        return self._ts

    def venues(self) -> Sequence[VenueState]:
        demo = VenueState("demo", "Demo exchange", "DEMO", listed=True, asking=False, trouble="")
        return (demo, *self.others)

    def badge(self, instrument: str) -> str:
        if self.replay is not None:
            return "REPLAY"
        return "DEMO" if instrument.startswith("demo:") else ""

    def watch(self, instrument: str) -> Market:
        self.users[instrument] += 1
        held = self.markets.get(instrument)
        if held is not None:
            return held
        known = self.markets.find(instrument)
        assert known is not None, instrument
        book = Book(known.tick_size, known.lot_size)
        status = StreamStatus(self.link, Proof.SEQUENCE)
        self._held[instrument] = _Held(status)
        market = self.markets.hold(known, book, status)
        if known.venue == "demo":
            self._sync(instrument)
        return market

    def release(self, instrument: str) -> None:
        self.users[instrument] -= 1
        assert self.users[instrument] >= 0, f"{instrument} was released more often than watched"
        if not self.users[instrument]:
            self.markets.drop(instrument)
            del self._held[instrument]

    def list_instruments(self) -> None:
        self.asked.lists += 1

    def ask_stats(self, instruments: Sequence[str]) -> None:
        self.asked.stats.append(tuple(instruments))
        for name in instruments:
            if name.startswith("demo:"):
                symbol = name.partition(":")[2]
                self.markets.sink([self._exchange.stats(symbol, self._ts)])

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        symbol = instrument.partition(":")[2]
        candles = self._exchange.candles(symbol, interval, end, limit, self._ts)
        self.markets.sink([CandleHistory(instrument, interval, tuple(candles), self._ts)])

    def figures(self, instrument: str) -> FeedFigures | None:
        held = self._held.get(instrument)
        if held is None:
            return None
        verdict = held.status.verdict(self.now())
        counters = verdict.counters
        elapsed = max(self._ts - START, SECOND) / SECOND
        return FeedFigures(
            venue="demo",
            url="in process",
            verdict=verdict,
            lag_p50_ms=0.0,
            lag_p99_ms=0.0,
            clock_offset_ms=0.0,
            messages_per_s=held.messages / elapsed,
            bytes_per_s=0.0,
            messages=held.messages,
            gaps=counters.gaps,
            resyncs=counters.resyncs,
            dropped=0,
            rejected=counters.rejected,
            unknown=0,
            reconnects=counters.reconnects,
            checksums_ok=counters.checksums_ok,
            checksums_failed=counters.checksums_failed,
            log=[Transition(one.at, one.state, one.reason) for one in held.status.log],
        )

    def retry_now(self, venue: str) -> None:
        self.asked.retries.append(venue)

    def recording(self, instrument: str) -> RecordingState | None:
        return self.recorded.get(instrument)

    def toggle_recording(self, instrument: str) -> None:
        self.asked.recordings.append(instrument)

    def change_settings(self, settings: Settings) -> None:
        self.settings = settings

    def notices(self) -> Sequence[str]:
        told, self.sentences = self.sentences, []
        return told

    def quit(self) -> None:
        self.asked.quits += 1

    # Inside.

    def _list(self) -> None:
        listed = InstrumentList("demo", self._exchange.instruments(), True, self._ts)
        self.markets.sink([listed])

    def _sync(self, instrument: str) -> None:
        held, market = self._held[instrument], self.markets.get(instrument)
        assert market is not None
        snapshot = self._exchange.book(instrument.partition(":")[2], self._ts)
        market.book.replace(snapshot.bids, snapshot.asks)
        held.status.become(State.LIVE, self.now(), self.wall())
        self.markets.sink([snapshot])
