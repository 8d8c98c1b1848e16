"""The frame of a command that talks: a hub in a loop of its own, ended cleanly by any signal."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager

from monitor.app.demo_server import DemoServer
from monitor.app.failure import BadUse, JobFailed
from monitor.app.venue_sources import VenueSources
from monitor.demo.listing import VENUE as DEMO
from monitor.feeds.feed_error import FeedError
from monitor.feeds.hub import Hub
from monitor.feeds.lookup_threads import LookupThreads
from monitor.feeds.network import Network
from monitor.model.events import Event, InstrumentList, Refusal
from monitor.model.instrument import Instrument

LIST_TIMEOUT_S = 20.0
PATIENCE_S = 5.0
"""How long a venue is tried that is known not to answer."""
LOOK_S = 0.25


class Listener:
    """Hears events for a command: the lists of instruments, and what venues refuse."""

    def __init__(self) -> None:
        self.instruments: dict[str, dict[str, Instrument]] = {}
        self.refusals: list[Refusal] = []
        self.heard = asyncio.Event()

    def sink(self, events: Sequence[Event]) -> None:
        """Take what a session has to tell."""
        for event in events:
            if isinstance(event, InstrumentList) and event.complete:
                listed = {one.symbol: one for one in event.instruments}
                self.instruments.setdefault(event.venue, {}).update(listed)
                self.heard.set()
            elif isinstance(event, Refusal):
                self.refusals.append(event)
                self.heard.set()


def run_job(job: Callable[[asyncio.Event], Coroutine[None, None, int]]) -> int:
    """Run ``job`` to its end; Ctrl+C and SIGTERM set the event it is given."""
    return asyncio.run(_with_signals(job))


async def _with_signals(job: Callable[[asyncio.Event], Coroutine[None, None, int]]) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.set_default_executor(LookupThreads())
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return await job(stop)


@asynccontextmanager
async def open_hub(
    venues: Iterable[str],
    listener: Listener,
    sources: VenueSources,
    *,
    demo_seed: int,
    demo_rate: float | None,
) -> AsyncIterator[Hub]:
    """A hub for these venues; the demo exchange is started where it is among them.

    How each is reached, ``sources`` tells: the user's settings, as in the window.
    """
    ours = DEMO in venues and DEMO not in sources.network.open_feeds
    demo = DemoServer(seed=demo_seed, rate=demo_rate) if ours else None
    try:
        sources.demo_url = await _start(demo) if demo else ""
        hub = Hub(sources.protocol_of, listener.sink, Network(proxy=sources.network.proxy))
        try:
            yield hub
        finally:
            await hub.close()
    finally:
        if demo:
            await demo.stop()


async def _start(demo: DemoServer) -> str:
    try:
        return await demo.start()
    except (OSError, RuntimeError) as error:
        raise JobFailed(str(error)) from error


async def fetch_instruments(
    hub: Hub, listener: Listener, venue: str, stop: asyncio.Event, timeout_s: float = LIST_TIMEOUT_S
) -> dict[str, Instrument] | None:
    """A venue's list by symbol; None when stopped. Raises JobFailed where none came."""
    hub.ask_instruments(venue)
    deadline = asyncio.get_running_loop().time() + timeout_s
    while venue not in listener.instruments:
        refused = [one for one in listener.refusals if _concerns(one, venue)]
        if refused:
            raise JobFailed(refused[0].sentence)
        reason = reason_of(hub, venue)
        left = deadline - asyncio.get_running_loop().time()
        if left <= (timeout_s - PATIENCE_S if reason else 0):
            why = reason or f"it did not answer within {timeout_s:g} s"
            raise JobFailed(f"{venue} sent no list of its symbols: {why}")
        listener.heard.clear()
        await first_of(listener.heard, stop, timeout_s=min(left, LOOK_S))
        if stop.is_set():
            return None
    return listener.instruments[venue]


def _concerns(refusal: Refusal, venue: str) -> bool:
    """False where it names an instrument of another venue."""
    return not refusal.instrument or refusal.instrument.startswith(f"{venue}:")


async def first_of(*events: asyncio.Event, timeout_s: float | None) -> None:
    """Wait for one of the events, or as long as that."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def require_known(venues: Iterable[str], sources: VenueSources) -> None:
    """Raises BadUse for a venue that is not there."""
    for venue in venues:
        if venue not in sources.ids():
            try:
                sources.protocol_of(venue)
            except FeedError as error:
                raise BadUse(str(error)) from error


def reason_of(hub: Hub, venue: str) -> str:
    """Why a venue is not there; empty where nothing is known against it."""
    for session in hub.sessions(venue):
        if reason := session.protocol.link.reason or session.request_problem:
            return reason
    return ""
