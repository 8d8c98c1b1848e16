"""An emulator, our session on it, and a witness who compares every LIVE book with the truth."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import numpy as np

from monitor.book.book import Book
from monitor.feeds.clock import Clock
from monitor.feeds.network import Network
from monitor.feeds.recorder_sink import RecorderSink
from monitor.feeds.session import Session
from monitor.model.events import BookDelta, BookSnapshot, Event, Refusal
from monitor.model.streams import Stream, StreamKind
from monitor.model.verdict import State, Verdict
from monitor.protocol.venue import VenueProtocol
from monitor.studies.lag import LagWindow
from tests.chaos.proxy import ChaosProxy
from tests.emulators.emulator import Emulator
from tests.emulators.truth import Levels, Picture
from tests.emulators.waiting import until
from tests.reliability.styles import Style

WHOLE_EVERY = 16
GLANCE = 25
CROSSED_FOR_S = 1.5
KINDS: tuple[StreamKind, ...] = ("book", "trades", "quotes")


class Witness:
    """A session's sink that checks, after every message, that LIVE is not a lie.

    ``wrong_live`` holds a sentence for each book that was called live and was not the
    venue's; ``judged`` counts the comparisons, ``missed`` those whose truth was
    forgotten already. ``at`` is the id of the last book message.
    """

    def __init__(self, style: Style, emulator: Emulator) -> None:
        self.wrong_live: list[str] = []
        self.judged = self.missed = self.messages = self.at = 0
        self.events: dict[str, int] = {}
        self.refusals: list[Refusal] = []
        self.lag = LagWindow()
        self.protocol: VenueProtocol | None = None
        self._style, self._emulator = style, emulator
        self._crossed_since = 0.0
        self._ours = style.instrument
        self._book_stream = Stream(style.instrument, "book")

    def __call__(self, events: Sequence[Event]) -> None:
        heard = False
        for event in events:
            name = type(event).__name__
            self.events[name] = self.events.get(name, 0) + 1
            if isinstance(event, Refusal):
                self.refusals.append(event)
            elif isinstance(event, BookSnapshot | BookDelta) and event.instrument == self._ours:
                self.at, heard = event.last_seq or event.ts_event, True
                if event.ts_event:
                    self.lag.add(event.ts_event, event.ts_recv)
        if heard:
            self.messages += 1
            self._judge()

    @property
    def book(self) -> Book:
        """Our book of the symbol."""
        assert self.protocol is not None
        return self.protocol.books[self._style.symbol].book

    def _just_crossed(self) -> bool:
        """Row 7 gives a crossed book a second; it is no wrong book before."""
        if not self.book.crossed:
            self._crossed_since = 0.0
            return False
        self._crossed_since = self._crossed_since or time.monotonic()
        return time.monotonic() - self._crossed_since < CROSSED_FOR_S

    def _judge(self) -> None:
        assert self.protocol is not None
        status = self.protocol.status(self._book_stream)
        if status is None or status.verdict(time.monotonic_ns()).state is not State.LIVE:
            return
        try:
            truth = self._emulator.book(self._style.symbol, self.at)
        except KeyError:
            self.missed += 1
            return
        self.judged += 1
        whole = self._style.reach is None and self.judged % WHOLE_EVERY == 0
        limit = None if whole else self._style.reach or GLANCE
        wrong = difference(self.book, truth, limit)
        if wrong and not self._just_crossed():
            self.wrong_live.append(f"at {self.at}: {wrong}")


class Rig:
    """Everything of one scenario; made by ``rig``."""

    def __init__(
        self,
        style: Style,
        emulator: Emulator,
        session: Session,
        witness: Witness,
        proxy: ChaosProxy | None,
    ) -> None:
        self.style, self.emulator, self.session, self.witness = style, emulator, session, witness
        self.protocol = session.protocol
        self._proxy = proxy
        self._stream = Stream(style.instrument, "book")

    @property
    def proxy(self) -> ChaosProxy:
        """The proxy between; only where one was asked for."""
        assert self._proxy is not None
        return self._proxy

    def verdict(self) -> Verdict:
        """What is shown of the book now."""
        status = self.protocol.status(self._stream)
        assert status is not None
        return status.verdict(time.monotonic_ns())

    @property
    def state(self) -> State:
        """The state that is shown now."""
        return self.verdict().state

    @property
    def faults_seen(self) -> int:
        """Gaps, failed checksums and crossings that were counted so far."""
        counters = self.verdict().counters
        return counters.gaps + counters.checksums_failed + counters.crossed

    async def until_state(self, *states: State, limit_s: float = 20) -> float:
        """Wait till the book's verdict is one of these; the seconds it took."""
        names = " or ".join(states)
        try:
            return await until(lambda: self.state in states, names, limit_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it was {self.verdict()}") from None

    async def live(self, limit_s: float = 20) -> float:
        """Wait till the book is LIVE; the seconds it took."""
        return await self.until_state(State.LIVE, limit_s=limit_s)

    async def same(self, limit: int | None = None, limit_s: float = 20) -> str:
        """Stop the market, wait till all is heard, compare; what differs, "" for nothing."""
        emulator, symbol = self.emulator, self.style.symbol
        emulator.paused = True
        emulator.flush(emulator.series[symbol])
        try:
            await until(
                lambda: self.witness.at == emulator.last_id(symbol) and self.state is State.LIVE,
                f"the last update, {emulator.last_id(symbol)} (we are at {self.witness.at})",
                limit_s,
            )
            return difference(self.witness.book, emulator.book(symbol), limit)
        finally:
            emulator.paused = False


@contextlib.asynccontextmanager
async def rig(
    style: Style,
    *,
    interval_s: float = 0.02,
    second_s: float = 1.0,
    seed: int = 1,
    proxied: bool = False,
    kinds: tuple[StreamKind, ...] = KINDS,
    facts: dict[str, Any] | None = None,
    clock: Clock | None = None,
    recorder: RecorderSink | None = None,
    prepare: Callable[[Emulator], None] = lambda _: None,
    **emulated: Any,
) -> AsyncIterator[Rig]:
    """One scenario, from the emulator's start to the session's end; none of it outlives it.

    ``prepare`` is called with the emulator before our session begins. Leaving checks
    that no book was ever called live wrongly.
    """
    emulator = style.emulator(interval_s=interval_s, second_s=second_s, seed=seed, **emulated)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(emulator)
        prepare(emulator)
        url, proxy = emulator.url, None
        if proxied:
            proxy = await stack.enter_async_context(ChaosProxy(emulator.port, seed))
            url = proxy.moved(url)
        protocol = style.protocol_at(url, emulator.rest_url, **(facts or {}))
        witness = Witness(style, emulator)
        witness.protocol = protocol
        network = Network(proxy="direct", open_timeout_s=2.0)
        session = Session(protocol, witness, recorder, network, clock or Clock())
        stack.push_async_callback(session.close)
        protocol.subscribe([Stream(style.instrument, kind) for kind in kinds])
        session.start()
        yield Rig(style, emulator, session, witness, proxy)
    assert not witness.wrong_live, witness.wrong_live[0]


def difference(book: Book, truth: Picture, limit: int | None = None) -> str:
    """The first level in which a book is not the truth, "" where all agree.

    Where a snapshot told of only a part, that part is compared.
    """
    low, high = book.covered
    bids = [level for level in truth.bids(limit) if low is None or float(level[0]) >= low]
    asks = [level for level in truth.asks(limit) if high is None or float(level[0]) <= high]
    for name, side, expected in (("bid", book.bids, bids), ("ask", book.asks, asks)):
        bound = low if name == "bid" else high
        prices, sizes = side.arrays(limit)
        if bound is not None:
            known = prices >= bound if name == "bid" else prices <= bound
            prices, sizes = prices[known], sizes[known]
        wrong = _side_difference(name, prices, sizes, expected)
        if wrong:
            return wrong
    return ""


def _side_difference(
    name: str, prices: "np.ndarray[Any, Any]", sizes: "np.ndarray[Any, Any]", expected: Levels
) -> str:
    flat = np.array([(float(price), float(size)) for price, size in expected]).reshape(-1, 2)
    if len(flat) != len(prices):
        return f"there were {len(prices)} {name}s, not {len(flat)}"
    differ = np.flatnonzero((flat[:, 0] != prices) | (flat[:, 1] != sizes))
    if not len(differ):
        return ""
    at = int(differ[0])
    return f"{name} {at} was {prices[at]} x {sizes[at]}, not {expected[at][0]} x {expected[at][1]}"


def run(scenario: Any, limit_s: float = 60) -> Any:
    """Run a scenario on a fresh loop; an exception nobody took care of fails it."""

    async def guarded() -> Any:
        stray: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: stray.append(str(context)))
        result = await asyncio.wait_for(scenario, limit_s)
        assert not stray, stray[0]
        return result

    return asyncio.run(guarded())
