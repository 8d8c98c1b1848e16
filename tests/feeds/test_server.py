"""The Open Feed server keeps the protocol's promises to every client, however the client behaves."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from monitor.feeds.clock import Clock
from monitor.feeds.served_client import text_frame
from monitor.feeds.server import (
    CANDLE_PAUSE,
    MOST_BAD_REQUESTS,
    MOST_CLIENTS,
    REQUESTS_A_SECOND,
    OpenFeedServer,
)
from monitor.model.events import (
    BookDelta,
    BookSnapshot,
    Candle,
    DayStats,
    Event,
    Funding,
    Quote,
    StatusChange,
    Trade,
)
from monitor.model.instrument import Instrument, Status
from monitor.model.time import SECOND

Message = dict[str, Any]
START = 1_764_072_000 * SECOND
PATIENCE_S = 15


class ScriptedSource:
    """A source that tells what a test put into ``events``, and no more."""

    venue = "scripted"
    name = "Scripted venue"

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.statuses: dict[str, Status] = {"A-B": "trading", "P-B": "trading"}
        self.closes = 10.0

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(
            Instrument(
                id=f"scripted:{symbol}",
                venue=self.venue,
                symbol=symbol,
                base=symbol[0],
                quote="B",
                kind="perpetual" if symbol[0] == "P" else "spot",
                tick_size=Decimal("0.5"),
                lot_size=Decimal(1),
                status=status,
            )
            for symbol, status in self.statuses.items()
        )

    def advance(self, ts: int) -> list[Event]:
        told, self.events = self.events, []
        return told

    def book(self, symbol: str, ts: int) -> BookSnapshot:
        return BookSnapshot(f"scripted:{symbol}", [(10.0, 1.0)], [(10.5, 2.0)], 0, 0, ts, ts)

    def quote(self, symbol: str, ts: int) -> Quote:
        return Quote(f"scripted:{symbol}", 10.0, 1.0, 10.5, 2.0, ts, ts)

    def status(self, symbol: str) -> tuple[Status, str]:
        return self.statuses[symbol], "pause"

    def candles(self, symbol: str, interval: int, end: int, limit: int, now: int) -> list[Candle]:
        last = (end - 1) // interval * interval
        return [
            Candle(
                f"scripted:{symbol}",
                interval,
                opens,
                10.0,
                10.0,
                10.0,
                self.closes,
                1.0,
                1.0,
                1,
                now >= opens + interval,
            )
            for opens in range(last - (limit - 1) * interval, last + 1, interval)
        ]

    def stats(self, symbol: str, now: int) -> DayStats:
        return DayStats(f"scripted:{symbol}", 8.0, 12.0, 8.0, 10.0, 5.0, 0.25, now, now)

    def funding(self, symbol: str, now: int) -> Funding:
        return Funding(f"scripted:{symbol}", 0.0001, START + SECOND, now, now)


class HandClock:
    """Clocks a test turns by hand; ``set_back`` is by how much the wall clock was."""

    def __init__(self) -> None:
        self.now = START
        self.set_back = 0

    def time_ns(self) -> int:
        return self.now - self.set_back

    def monotonic_ns(self) -> int:
        return self.now


class Stage:
    """A running server with its source and its clock."""

    def __init__(self, most_unsent: int) -> None:
        self.source = ScriptedSource()
        self.hand = HandClock()
        self.server = OpenFeedServer(
            self.source,
            server="test",
            clock=Clock(time_ns=self.hand.time_ns, monotonic_ns=self.hand.monotonic_ns),
            most_unsent=most_unsent,
        )

    def connect(self, max_queue: int | None = None) -> connect:
        return connect(self.server.url, compression=None, max_size=None, max_queue=max_queue)


def on_stage(act: Callable[[Stage], Awaitable[None]], most_unsent: int = 1 << 20) -> None:
    """Play one act with a server that is stopped afterwards."""

    async def play() -> None:
        stage = Stage(most_unsent)
        await stage.server.start()
        try:
            await asyncio.wait_for(act(stage), PATIENCE_S)
        finally:
            await stage.server.stop()

    asyncio.run(play())


async def say(client: ClientConnection, **message: object) -> None:
    await client.send(json.dumps(message))


async def hear(client: ClientConnection) -> Message:
    message: Message = json.loads(await client.recv())
    return message


async def hear_next(client: ClientConnection, *kinds: str) -> Message:
    """The next message of one of these types; what comes before is passed over."""
    while (message := await hear(client))["type"] not in kinds:
        pass
    return message


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the server's own state, which signals nobody
        await asyncio.sleep(0.005)


def delta(symbol: str, size: float) -> BookDelta:
    return BookDelta(f"scripted:{symbol}", [(9.5, size)], [], 0, 0, START, START)


def test_hello_comes_first() -> None:
    """Before anything is asked the server says who it is."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            hello = await hear(client)
        assert ("hello", "open-feed", 1) == (hello["type"], hello["protocol"], hello["version"])
        assert ("scripted", "Scripted venue") == (hello["venue"], hello["name"])
        assert (1_000, START) == (hello["heartbeat_ms"], hello["ts"])

    on_stage(act)


def test_heartbeats_name_the_books() -> None:
    """Each second, whatever else happens, with the sequence of each subscribed book."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            await hear(client)
            stage.hand.now += SECOND
            assert {} == (await hear_next(client, "heartbeat"))["books"]
            await say(client, type="subscribe", id=1, channel="book", symbols=["A-B"])
            await hear_next(client, "snapshot")
            stage.source.events = [delta("A-B", 1.0), delta("P-B", 1.0), delta("A-B", 2.0)]
            await hear_next(client, "delta")
            stage.hand.now += SECOND
            heartbeat = await hear_next(client, "heartbeat")
            assert ({"A-B": 2}, stage.hand.now) == (heartbeat["books"], heartbeat["ts"])

    on_stage(act)


def test_a_wall_clock_set_back_stops_nothing() -> None:
    """Heartbeats go on, and their times never go back; set forward, they follow."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            await hear(client)
            stage.hand.set_back = 3_600 * SECOND
            stage.hand.now += SECOND
            assert START + SECOND == (await hear_next(client, "heartbeat"))["ts"]
            stage.hand.set_back = -60 * SECOND
            stage.hand.now += SECOND
            assert START + 62 * SECOND == (await hear_next(client, "heartbeat"))["ts"]

    on_stage(act)


def test_subscribing_names_what_was_refused() -> None:
    """An error for each symbol that is not there, then the acknowledgement, then the book."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            await hear(client)
            symbols = ["NO", "A-B", "A-B", "ALSO NO\n"]
            await say(client, type="subscribe", id="x", channel="book", symbols=symbols)
            first, second, third, fourth = [
                await hear_next(client, "error", "subscribed", "snapshot") for _ in range(4)
            ]
            assert ("unknown_symbol", "NO", "x") == (first["code"], first["symbol"], first["id"])
            assert "'NO'" in first["reason"]
            assert "ALSO NO\n" == second["symbol"]
            assert {"type": "subscribed", "id": "x", "channel": "book", "symbols": ["A-B"]} == third
            assert [["10", "1"]] == fourth["bids"]

    on_stage(act)


def test_subscribing_again_gives_a_new_snapshot() -> None:
    """That is how a client repairs a book; the next delta follows the new snapshot."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            await say(client, type="subscribe", id=1, channel="book", symbols=["A-B"])
            await hear_next(client, "snapshot")
            stage.source.events = [delta("A-B", 3.0)]
            await hear_next(client, "delta")
            await say(client, type="subscribe", id=2, channel="book", symbols=["A-B"])
            snapshot = await hear_next(client, "snapshot")
            assert [["10", "1"], ["9.5", "3"]] == snapshot["bids"]
            stage.source.events = [delta("A-B", 4.0)]
            assert snapshot["seq"] + 1 == (await hear_next(client, "delta"))["seq"]

    on_stage(act)


def test_nothing_comes_after_unsubscribed() -> None:
    """Other streams of the symbol go on."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            for channel in ("book", "trades"):
                await say(client, type="subscribe", id=1, channel=channel, symbols=["A-B"])
            await hear_next(client, "snapshot")
            await say(client, type="unsubscribe", id=2, channel="book", symbols=["A-B"])
            gone = await hear_next(client, "unsubscribed")
            assert {"type": "unsubscribed", "id": 2, "channel": "book", "symbols": ["A-B"]} == gone
            trade = Trade("scripted:A-B", 10.0, 1.0, "buy", 1, START, START)
            stage.source.events = [delta("A-B", 1.0), trade]
            assert "trade" == (await hear_next(client, "delta", "trade"))["type"]
            await say(client, type="unsubscribe", id=3, channel="quotes", symbols=["A-B"])
            await hear_next(client, "unsubscribed")

    on_stage(act)


def test_two_clients_have_their_own_streams() -> None:
    """What one subscribes to does not reach the other; what both do reaches both alike."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as one, stage.connect() as other:
            await say(one, type="subscribe", id=1, channel="book", symbols=["A-B", "P-B"])
            await say(other, type="subscribe", id=1, channel="book", symbols=["P-B"])
            await hear_next(one, "snapshot")
            await hear_next(one, "snapshot")
            await hear_next(other, "snapshot")
            stage.source.events = [delta("A-B", 1.0), delta("P-B", 2.0)]
            assert "A-B" == (await hear_next(one, "delta"))["symbol"]
            assert await hear_next(one, "delta") == await hear_next(other, "delta")

    on_stage(act)


def test_present_values_follow_the_acknowledgement() -> None:
    """Quote, candle, ticker and funding are there at once; funding only where there is some."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            for channel, kind in (
                ("quotes", "quote"),
                ("ticker", "ticker"),
                ("funding", "funding"),
            ):
                await say(client, type="subscribe", id=1, channel=channel, symbols=["P-B"])
                await hear_next(client, "subscribed")
                assert "P-B" == (await hear_next(client, kind))["symbol"]
            await say(client, type="subscribe", id=2, channel="funding", symbols=["A-B"])
            error = await hear_next(client, "error")
            assert ("not_offered", "A-B") == (error["code"], error["symbol"])
            assert [] == (await hear_next(client, "subscribed"))["symbols"]

    on_stage(act)


def test_candles_change_and_close() -> None:
    """A changed candle is told, an unchanged one is not, and each one closes exactly once."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            candles = {"channel": "candles", "symbols": ["A-B"], "interval_s": 1}
            await say(client, type="subscribe", id=1, **candles)
            assert 1 == (await hear_next(client, "subscribed"))["interval_s"]
            assert "10" == (await hear_next(client, "candle"))["close"]
            stage.source.closes = 10.5
            stage.hand.now += CANDLE_PAUSE
            changed = await hear_next(client, "candle")
            assert ("10.5", False, START) == (
                changed["close"],
                changed["closed"],
                changed["open_ts"],
            )
            stage.hand.now += 2 * SECOND
            later = [await hear_next(client, "candle") for _ in range(3)]
            assert [True, True, False] == [one["closed"] for one in later]
            opens = [START, START + SECOND, START + 2 * SECOND]
            assert opens == [one["open_ts"] for one in later]
            stage.hand.now += CANDLE_PAUSE
            stage.source.events = [Trade("scripted:A-B", 10.0, 1.0, "buy", 1, START, START)]
            await say(client, type="subscribe", id=2, channel="trades", symbols=["A-B"])
            following = await hear_next(client, "candle", "subscribed")
            assert "subscribed" == following["type"]

    on_stage(act)


def test_past_candles_and_tickers_are_answered() -> None:
    """With the request's id; unknown symbols are named."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            past = {"symbol": "A-B", "interval_s": 60, "limit": 3}
            await say(client, type="candles", id="c", **past)
            answer = await hear_next(client, "candles")
            assert ("c", "A-B", 60) == (answer["id"], answer["symbol"], answer["interval_s"])
            assert [START - 120 * SECOND, START - 60 * SECOND, START] == [
                row[0] for row in answer["candles"]
            ]
            assert ["10", "10", "10", "10", "1", "1", 1] == answer["candles"][0][1:]
            await say(client, type="candles", id="d", **{**past, "symbol": "NO"})
            assert "d" == (await hear_next(client, "error"))["id"]
            await say(client, type="tickers", id="t", symbols=["NO", "A-B"])
            assert "NO" == (await hear_next(client, "error"))["symbol"]
            assert "0.25" == (await hear_next(client, "tickers"))["tickers"][0]["change"]
            await say(client, type="instruments", id="i")
            found = (await hear_next(client, "instruments"))["instruments"]
            assert ["A-B", "P-B"] == [one["symbol"] for one in found]
            assert "0.5" == found[0]["tick_size"]

    on_stage(act)


def test_a_halt_is_told_to_who_watches() -> None:
    """When it happens, and to who comes later; not to who has no stream of the symbol."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as watcher, stage.connect() as other:
            await say(watcher, type="subscribe", id=1, channel="trades", symbols=["A-B"])
            await say(other, type="subscribe", id=1, channel="trades", symbols=["P-B"])
            await hear_next(watcher, "subscribed")
            await hear_next(other, "subscribed")
            stage.source.statuses["A-B"] = "halted"
            stage.source.events = [StatusChange("scripted:A-B", "halted", START, START)]
            status = await hear_next(watcher, "status")
            assert ("halted", "pause") == (status["status"], status["reason"])
            await say(other, type="subscribe", id=2, channel="book", symbols=["A-B"])
            kinds = [
                (await hear_next(other, "status", "subscribed", "snapshot"))["type"]
                for _ in range(3)
            ]
            assert ["subscribed", "snapshot", "status"] == kinds

    on_stage(act)


def test_bad_messages_end_nothing() -> None:
    """Each gets its error, and the streams go on."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client:
            await say(client, type="subscribe", id=1, channel="trades", symbols=["A-B"])
            await hear_next(client, "subscribed")
            for data in ("nonsense", b"\xff\x00", "{}", '{"type":"buy","id":7}'):
                await client.send(data)
            errors = [await hear_next(client, "error") for _ in range(4)]
            codes = ["bad_message", "bad_message", "bad_message", "unknown_type"]
            assert codes == [error["code"] for error in errors]
            assert 7 == errors[-1]["id"]
            stage.source.events = [Trade("scripted:A-B", 10.0, 1.0, "buy", 1, START, START)]
            assert 1 == (await hear_next(client, "trade"))["id"]

    on_stage(act)


async def closing_of(client: ClientConnection) -> tuple[int, str]:
    """The code and the reason with which the server closes."""
    try:
        while True:
            await client.recv()
    except ConnectionClosed as error:
        return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (0, "no close frame came")


@pytest.mark.parametrize(
    ("data", "count", "code", "words"),
    [
        ("nonsense", MOST_BAD_REQUESTS + 1, 1008, "not understood"),
        ('{"type":"instruments","id":1}', REQUESTS_A_SECOND + 1, 1008, "in a second"),
        ("x" * 70_000, 1, 1009, ""),
    ],
)
def test_misbehaviour_ends_the_connection(data: str, count: int, code: int, words: str) -> None:
    """With the code the document names and a reason; others are not touched."""

    async def act(stage: Stage) -> None:
        async with stage.connect() as client, stage.connect() as bystander:
            for _ in range(count):
                await client.send(data)
            found, reason = await closing_of(client)
            assert code == found
            assert words in reason
            stage.hand.now += SECOND
            await hear_next(bystander, "heartbeat")

    on_stage(act)


def test_a_slow_client_is_dropped() -> None:
    """What is unsent stays bounded, the client goes, and the others miss nothing."""
    most = 1 << 20

    async def act(stage: Stage) -> None:
        async with stage.connect(max_queue=1) as slow, stage.connect() as other:
            for client in (slow, other):
                await say(client, type="subscribe", id=1, channel="book", symbols=["A-B"])
            await hear_next(other, "snapshot")
            await until(lambda: all(one.streams for one in stage.server.clients))
            levels = [(5.0 + number / 2, 1.0) for number in range(9)]
            batch = 200
            seq = worst = 0
            while len(stage.server.clients) == 2:
                stage.source.events = [
                    BookDelta("scripted:A-B", levels, [], 0, 0, START, START) for _ in range(batch)
                ]
                for _ in range(batch):
                    seq += 1
                    assert seq == (await hear_next(other, "delta"))["seq"]
                worst = max(worst, *(one.unsent for one in stage.server.clients))
            assert worst < most + batch * 300
            await until(lambda: not any(not one.streams for one in stage.server.clients))
            stage.source.events = [delta("A-B", 1.0)]
            assert seq + 1 == (await hear_next(other, "delta"))["seq"]
            slow.transport.abort()

    on_stage(act, most)


def test_one_client_too_many_is_told_so() -> None:
    """The number of connections is bounded too."""

    async def act(stage: Stage) -> None:
        clients = [await stage.connect() for _ in range(MOST_CLIENTS)]
        async with stage.connect() as late:
            assert 1013 == (await closing_of(late))[0]
        for client in clients:
            client.transport.abort()

    on_stage(act)


def test_stopping_says_goodbye() -> None:
    """Every client hears 1001, and the port is free again."""

    async def play() -> None:
        stage = Stage(1 << 20)
        await stage.server.start()
        async with stage.connect() as one, stage.connect() as other:
            await hear(one)
            await hear(other)
            await stage.server.stop()
            assert (1001, "the server goes away") == await closing_of(one)
            assert 1001 == (await closing_of(other))[0]
        with pytest.raises(OSError):
            await stage.connect()

    asyncio.run(asyncio.wait_for(play(), PATIENCE_S))


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_frames_are_the_librarys(length: int) -> None:
    """Our framing of a text message is byte for byte that of websockets."""
    message = b"x" * length
    assert Frame(Opcode.TEXT, message).serialize(mask=False) == text_frame(message)
