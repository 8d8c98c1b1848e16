"""The program behind the window while it shows a recording: a player where sessions would be."""

import asyncio
from collections.abc import Callable, Sequence

from monitor.app.figures import NAN, Rate, StreamLog
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.scrubber import Scrubber
from monitor.app.standing import Recorded
from monitor.app.store import Store
from monitor.gui.window.alarm import Alarm
from monitor.gui.window.program import FeedFigures, RecordingState, Replay, VenueState
from monitor.market.market import Market
from monitor.model.events import Refusal
from monitor.workspace.settings import Settings

TICK_S = 0.25


class ReplayDesk:
    """Implements the window's ``Program`` over a recording.

    Made and used on a running event loop. Recorded time is the only time.
    """

    def __init__(
        self,
        recorded: RecordedMarkets,
        store: Store,
        *,
        quit_program: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = store.settings
        self._store = store
        self._quit = quit_program
        self._notices = store.notices
        self._recorded = recorded
        self.markets = self._recorded.markets
        self._player = self._recorded.player
        self.replay: Replay | None = Scrubber(self._player, self._notices.append)
        self._logs: dict[str, StreamLog] = {}
        self._rate = Rate()
        self._damage_told = 0
        self._ticker = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    @property
    def first_instrument(self) -> str:
        """What to show first; empty where the file's header names nothing."""
        return self._recorded.first_instrument()

    def now(self) -> int:
        """Recorded time, which stands for the monotonic clock, too."""
        return self._player.now

    def wall(self) -> int:
        """Recorded time, ns UTC."""
        return self._player.now

    def venues(self) -> Sequence[VenueState]:
        """The one venue of the file."""
        name = self._player.protocol.facts.name
        return [VenueState(self._recorded.venue, name, "REPLAY", True, False, "")]

    def badge(self, instrument: str) -> str:
        """REPLAY, whatever it is."""
        return "REPLAY"

    def list_instruments(self) -> None:
        """All there are came with the file."""

    def ask_stats(self, instruments: Sequence[str]) -> None:
        """A recording answers nothing."""

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        """A recording answers nothing; whoever asked is told so."""
        sentence = "The recording holds nothing from before its beginning."
        self.markets.sink([Refusal(instrument, sentence, self.wall())])

    def watch(self, instrument: str) -> Market:
        """The market of an instrument; it may not be in the file."""
        self._logs.setdefault(instrument, StreamLog())
        return self._recorded.hold(instrument)

    def release(self, instrument: str) -> None:
        """It is kept: playing on goes on for all instruments of the file."""

    def retry_now(self, venue: str) -> None:
        """There is nothing to try."""

    def figures(self, instrument: str) -> FeedFigures | None:
        """How the feed did at this moment of the recording."""
        market, lag = self.markets.get(instrument), self._recorded.lags.get(instrument)
        if market is None or lag is None:
            return None
        p50, p99 = lag.percentiles_ms(50, 99)
        log = self._logs.get(instrument)
        verdict = market.verdict(self.now())
        counters = verdict.counters
        protocol = self._player.protocol
        return FeedFigures(
            venue=self._recorded.venue,
            url=str(self._player.path),
            verdict=verdict,
            lag_p50_ms=p50,
            lag_p99_ms=p99,
            clock_offset_ms=lag.offset_ms,
            messages_per_s=self._rate.per_s if self._player.playing else NAN,
            bytes_per_s=NAN,
            messages=self._player.messages,
            gaps=counters.gaps,
            resyncs=counters.resyncs,
            dropped=0,
            rejected=protocol.rejected_messages + self._player.rejected_lines,
            unknown=protocol.unknown_messages,
            reconnects=counters.reconnects,
            checksums_ok=counters.checksums_ok,
            checksums_failed=counters.checksums_failed,
            log=() if log is None else tuple(log.entries),
        )

    def recording(self, instrument: str) -> RecordingState | None:
        """What is recorded already is not recorded again."""
        return None

    def toggle_recording(self, instrument: str) -> None:
        """What is recorded already is not recorded again."""
        self._notices.append("This is a recording already; recording needs a live feed.")

    def change_settings(self, settings: Settings) -> None:
        """Take and save other settings."""
        self.settings = settings
        self._store.save_settings(settings)

    def notices(self) -> Sequence[str]:
        """What there is to tell the user, once."""
        told = list(self._notices)
        self._notices.clear()
        return told

    def quit(self) -> None:
        """End the program."""
        self._quit()

    async def close(self) -> None:
        """Let go of the file."""
        self._ticker.cancel()
        await self._player.close()

    def _tick(self) -> None:
        self._ticker = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        now = self.now()
        if self._player.playing:
            self._rate.note(now, self._player.messages)
        for instrument, log in self._logs.items():
            market = self.markets.get(instrument)
            if market is not None:
                judged = market.judged
                log.look(judged.judged if isinstance(judged, Recorded) else judged, now, now)
        damage = self._player.damage
        for sentence in damage[self._damage_told :]:
            self._notices.append(Alarm(f"{self._player.path.name}: {sentence}."))
        self._damage_told = len(damage)
