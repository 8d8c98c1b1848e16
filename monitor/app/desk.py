"""The program behind the window, live: what is watched goes to the hub, what comes to markets."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence

from monitor.app.demo_server import DemoServer
from monitor.app.figures import Meters
from monitor.app.provisional import provisional
from monitor.app.recordings import Recordings, recordings_folder
from monitor.app.standing import Standing
from monitor.app.store import Store
from monitor.app.venue_board import VenueBoard
from monitor.app.venue_sources import VenueSources
from monitor.book.book import Book
from monitor.demo.listing import VENUE as DEMO
from monitor.feeds.coalescing import LoopPulse, Pulse
from monitor.feeds.feed_error import FeedError
from monitor.feeds.hub import Hub
from monitor.feeds.network import Network
from monitor.gui.window.program import FeedFigures, RecordingState, Replay, VenueState
from monitor.market.market import Market
from monitor.market.markets import Markets
from monitor.model.events import Event
from monitor.model.instrument import split_instrument_id
from monitor.model.streams import Stream
from monitor.model.time import MINUTE, SECOND
from monitor.model.verdict import Judged, State
from monitor.workspace.settings import Settings

TICK_S = 0.25
RESTART_AFTER = 10 * SECOND

log = logging.getLogger(__name__)


class Desk:
    """Implements the window's ``Program`` over live feeds.

    Made and used on a running event loop; ``close`` ends recordings, sessions and the
    demo exchange. ``heard`` is told of the events of every read, after the markets.
    """

    def __init__(
        self,
        store: Store,
        *,
        demo: DemoServer | None = None,
        pulse: Pulse = LoopPulse,
        quit_program: Callable[[], None] = lambda: None,
    ) -> None:
        self.markets = Markets()
        self.settings = store.settings
        self.replay: Replay | None = None
        self.heard: Callable[[Sequence[Event]], None] | None = None
        self._store = store
        self._quit = quit_program
        self._notices = store.notices
        self._pulse = pulse
        self._users: Counter[str] = Counter()
        self._waiting: set[str] = set()
        self._told: set[str] = set()
        self._sources = VenueSources(self.settings.network)
        self._board = VenueBoard(self.markets, self._sources)
        self._meters = Meters()
        self._recordings = Recordings(self._notices)
        self._demo = demo or DemoServer()
        self._demo_task: asyncio.Task[None] | None = None
        self._demo_tried = 0
        self._hub = self._new_hub()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    # Time.

    def now(self) -> int:
        """Monotonic ns, as verdicts use it."""
        return time.monotonic_ns()

    def wall(self) -> int:
        """Ns UTC."""
        return time.time_ns()

    # Venues and instruments.

    def venues(self) -> Sequence[VenueState]:
        """Every venue as it stands."""
        return self._board.states()

    def badge(self, instrument: str) -> str:
        """DEMO for what is no real market."""
        return "DEMO" if instrument.startswith(f"{DEMO}:") else ""

    def list_instruments(self) -> None:
        """Ask every venue that isn't listed yet."""
        self._board.ask(self._hub, self.now(), self._start_demo)

    def ask_stats(self, instruments: Sequence[str]) -> None:
        """Ask for 24 h figures; venues that can't be reached are passed over."""
        by_venue: dict[str, list[str]] = {}
        for instrument in instruments:
            by_venue.setdefault(instrument.partition(":")[0], []).append(instrument)
        for asked in by_venue.values():
            self._try(lambda asked=asked: self._hub.ask_stats(asked))  # type: ignore[misc]

    def ask_candles(self, instrument: str, interval: int, end: int, limit: int) -> None:
        """Ask for the past of an instrument; a CandleHistory event answers."""
        self._try(lambda: self._hub.ask_candles(instrument, interval, end, limit))

    # Watching.

    def watch(self, instrument: str) -> Market:
        """The market of an instrument, at once. Raises ValueError for no VENUE:SYMBOL."""
        self._users[instrument] += 1
        market = self.markets.get(instrument)
        if market is None:
            about = self.markets.find(instrument) or provisional(instrument)
            market = self.markets.hold(about, Book(), Standing(State.CONNECTING))
            self._meters.begin(instrument)
            self._connect(instrument)
        return market

    def release(self, instrument: str) -> None:
        """Watch it once less; with the last one it is given up."""
        if self._users[instrument] > 1:
            self._users[instrument] -= 1
        elif self._users.pop(instrument, 0):
            self._waiting.discard(instrument)
            self._hub.unwatch(_streams(instrument))
            self.markets.drop(instrument)
            self._meters.forget(instrument)

    def retry_now(self, venue: str) -> None:
        """Cut a waiting for the next try short."""
        if venue == DEMO and not self._demo.running:
            self._demo_tried = 0
            self._start_demo()
        self._hub.retry_now(venue)
        self._board.ask_again(self._hub, venue, self.now(), self._start_demo)

    def figures(self, instrument: str) -> FeedFigures | None:
        """How its feed does; None where it isn't watched."""
        market = self.markets.get(instrument)
        if market is None:
            return None
        venue, _ = split_instrument_id(instrument)
        lost = self._recordings.lost(venue)
        return self._meters.figures(self._hub, instrument, market.judged, self.now(), lost)

    # Recording.

    def recording(self, instrument: str) -> RecordingState | None:
        """The recording of the instrument's venue."""
        return self._recordings.state(instrument.partition(":")[0])

    def toggle_recording(self, instrument: str) -> None:
        """Begin or end the recording of what is watched of the instrument's venue."""
        venue = instrument.partition(":")[0]
        state = self._recordings.state(venue)
        if state is not None:
            self._recordings.end(self._hub, venue)
        if state is None or state.trouble:
            watched = [split_instrument_id(one) for one in self._users]
            symbols = sorted(symbol for its, symbol in watched if its == venue)
            folder = recordings_folder(self.settings.recording.folder)
            self._recordings.begin(self._hub, venue, symbols, folder)

    # What the user chose.

    def change_settings(self, settings: Settings) -> None:
        """Take and save other settings; another network means other connections."""
        before, self.settings = self.settings, settings
        self._store.save_settings(settings)
        if settings.network != before.network:
            self._sources.network = settings.network
            self._connect_anew()

    def notices(self) -> Sequence[str]:
        """What there is to tell the user, once."""
        told = list(self._notices)
        self._notices.clear()
        return told

    def quit(self) -> None:
        """End the program."""
        self._quit()

    async def close(self) -> None:
        """End everything cleanly, within two seconds."""
        self._ticker.cancel()
        await self._recordings.close(self._hub)
        if self._demo_task is not None:
            self._demo_task.cancel()
            await asyncio.wait([self._demo_task])
        await asyncio.gather(self._hub.close(), self._demo.stop(), *self._tasks)

    # Below: connections.

    def _new_hub(self) -> Hub:
        network = Network(proxy=self.settings.network.proxy)
        return Hub(self._sources.protocol_of, self._sink, network, pulse=self._pulse)

    def _sink(self, events: Sequence[Event]) -> None:
        self.markets.sink(events)
        self._meters.note(events)
        if self.heard is not None:
            self.heard(events)

    def _connect(self, instrument: str) -> None:
        """Have its streams, or a verdict that says why not."""
        venue, _ = split_instrument_id(instrument)
        try:
            self._hub.watch(_streams(instrument))
        except FeedError as error:
            if venue == DEMO and not self._sources.demo_url:
                self._waiting.add(instrument)
                self._start_demo()
            else:
                self._judge(instrument, Standing(State.DOWN, str(error)))
            return
        self._board.ask_one(self._hub, venue, self.now(), self._start_demo)
        self._join(instrument)

    def _join(self, instrument: str) -> None:
        """Let the market hold the book that its protocol keeps now."""
        market, held = self.markets.get(instrument), self._hub.book(instrument)
        if market is None:
            return
        if held is not None:
            if market.book is not held.book or market.judged is not held.status:
                self.markets.hold(market.instrument, held.book, held.status)
            return
        status = self._hub.status(Stream(instrument, "book"))
        if status is not None and market.judged is not status:
            self._judge(instrument, status)

    def _judge(self, instrument: str, judged: Judged) -> None:
        market = self.markets.get(instrument)
        if market is not None:
            self.markets.hold(market.instrument, market.book, judged)

    def _connect_anew(self) -> None:
        """Leave every connection for new ones by the present settings."""
        old, self._hub = self._hub, self._new_hub()
        self._recordings.move(self._hub)
        self._spawn(old)
        for instrument in self._users:
            self._connect(instrument)

    def _spawn(self, old: Hub) -> None:
        task = asyncio.get_running_loop().create_task(old.close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _try(self, question: Callable[[], None]) -> None:
        """Ask; a venue that is not there is told of in its row, not here."""
        try:
            question()
        except (FeedError, ValueError) as error:
            log.info("not asked: %s", error)

    # The demo exchange.

    def _start_demo(self) -> None:
        if self._demo_task is None or self._demo_task.done():
            self._demo_task = asyncio.get_running_loop().create_task(self._run_demo())

    async def _run_demo(self) -> None:
        self._demo_tried = self.now()
        try:
            self._sources.demo_url = await self._demo.start()
        except (OSError, RuntimeError) as error:
            self._board.fail(DEMO, str(error), self.now())
            for instrument in self._waiting:
                self._judge(instrument, Standing(State.DOWN, str(error)))
            return
        waiting, self._waiting = self._waiting, set()
        for instrument in waiting:
            self._connect(instrument)
        self._board.ask_one(self._hub, DEMO, self.now(), lambda: None)

    def _tend_demo(self) -> None:
        """Start it again where it ended by itself; its sessions find it at the same address."""
        ended = self._sources.demo_url and not self._demo.running
        if ended and self.now() - self._demo_tried > RESTART_AFTER:
            log.warning("the demo exchange ended and is started again")
            self._notices.append("The demo exchange ended by itself; it was started again.")
            self._start_demo()

    # The passing of time.

    def _tell_refusal(self, market: Market) -> None:
        """Say once what a venue refuses of an instrument that shows nothing else."""
        refusal = market.refusal
        if refusal is not None and not market.book.synced and refusal.sentence not in self._told:
            self._told.add(refusal.sentence)
            self._notices.append(refusal.sentence)

    def _tick(self) -> None:
        self._ticker = asyncio.get_running_loop().call_later(TICK_S, self._tick)
        now, wall = self.now(), self.wall()
        for instrument in list(self._users):
            if instrument not in self._waiting:
                self._join(instrument)
            market = self.markets.get(instrument)
            if market is not None:
                self._meters.look_at(instrument, market.judged, now, wall)
                self._tell_refusal(market)
        self._meters.look(self._hub, now)
        self._recordings.look()
        self._board.look(self._hub, now)
        self._tend_demo()


def _streams(instrument: str) -> list[Stream]:
    """All that is asked of an instrument that is watched."""
    plain = [Stream(instrument, kind) for kind in ("book", "trades", "quotes", "stats")]
    return [*plain, Stream(instrument, "candles", MINUTE)]
