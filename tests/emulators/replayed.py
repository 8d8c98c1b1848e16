"""A recording served over a real loopback WebSocket, as its venue had served it."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from monitor.feeds.recording import Entry, Reader
from monitor.protocol.facts import Facts
from tests.emulators.emulator import Answer, Query, http_response
from tests.emulators.listening import Listening
from tests.emulators.manners import MANNERS, text_of
from tests.emulators.recorded_book import RecordedBook
from tests.emulators.waiting import until

AT_ONCE: Final = 0.0
"""A speed: as fast as the client reads."""
QUIET_S: Final = 0.05
"""A client that asked for nothing more for so long has said all that it wants."""
BREATH: Final = 64
"""Messages between two looks at the clock and the other tasks."""
LISTS: Final = ("exchangeInfo", "AssetPairs")
"""Where venues list what they trade; no recording holds such an answer."""


def asking(facts: Facts, levels: int) -> Facts:
    """A venue's facts by which books are asked for with so many levels a side."""
    asked = {"snapshot_levels": levels, "snapshot_levels_many": levels}
    known = {key: value for key, value in asked.items() if key in facts.extra}
    return msgspec.structs.replace(facts, extra=facts.extra | known)


class ReplayedVenue(Listening):
    """The ``in`` lines of a recording, to every client from the beginning.

    A symbol's lines begin once a client has subscribed to its book, at ``speed`` times
    the recorded pace, and end after ``until_s`` of the recording; subscribed to anew, it
    begins anew. Subscriptions are acknowledged as the venue does. Of ``snapshot_levels``
    a side were the recorded snapshots: a question for more is refused, as the answer
    would pass for the whole book; a later or a smaller question is answered with the
    book as the recording has it by then. Any other HTTP request is answered by the next
    recorded answer to the same path and symbol, not before its time has come; by
    ``listed`` where it asks for the venue's list; else with 404. After the last line only
    what is nothing new is said, ``second_s`` apart; nothing where that is 0. ``sent``
    counts what the present client was told, ``ended`` says that it was all. The next
    line that ``loses`` matches is not sent, once; HTTP waits while ``answering`` is clear.
    """

    SOCKET_PATH = "/stream"  # any will do

    def __init__(
        self,
        path: Path,
        speed: float = 1.0,
        *,
        until_s: float = float("inf"),
        listed: Callable[[Query], Answer] | None = None,
        second_s: float = 1.0,
    ) -> None:
        self.speed = speed
        self.second_s = second_s
        with Reader(path) as reader:
            self.header = reader.header
            self.entries = [entry for entry in reader if entry.k in ("in", "http")]
        self.begins_at = self.entries[0].t if self.entries else 0
        last = self.begins_at + until_s * 1e9
        self.entries = [entry for entry in self.entries if entry.t <= last]
        self.manner = MANNERS[self.header.venue]
        self.sent = 0
        self.ended = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self.loses: re.Pattern[bytes] | None = None
        self.players: dict[str, _Player] = {}
        self._listed = listed
        self._server: Server | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the recording, as its venue spells them."""
        return self.header.symbols

    @property
    def snapshot_levels(self) -> int:
        """Levels a side that the recorded snapshots of books were asked with; 0 for none."""
        asked = (_limit(_query(entry.url)) for entry in self.entries if entry.k == "http")
        return max(asked, default=0)

    def lines(self, symbol: str) -> list[Entry]:
        """What there is to tell of a symbol, and of none."""
        if symbol not in self.symbols:
            return []
        return [entry for entry in self.entries if self._about(entry) in (symbol, "")]

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._attend,
            "127.0.0.1",
            0,
            process_request=self._request,
            compression=None,
            max_queue=None,
            close_timeout=0.5,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        for connection in self._server.connections:
            connection.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    # One client.

    async def _attend(self, connection: ServerConnection) -> None:
        players: dict[str, _Player] = {}
        self.sent, self.players = 0, players

        async def say(text: str) -> None:
            await connection.send(text)
            self.sent += 1

        try:
            for text in self.manner.greet(self):
                await say(text)
            async for message in connection:
                said = json.loads(message)
                for player in players.values():
                    player.asked_at = time.monotonic()
                for text in self.manner.answer(self, said):
                    await say(text)
                for symbol in self.manner.ended(said):
                    if symbol in players:
                        await players.pop(symbol).stop()
                for symbol in self.manner.begun(said):
                    if symbol not in players:
                        self.ended.clear()
                        players[symbol] = _Player(self, symbol, say)
        except ConnectionClosed:
            pass
        finally:
            for player in players.values():
                await player.stop()

    def told(self) -> None:
        """A player is at its end."""
        if all(player.over for player in self.players.values()):
            self.ended.set()

    # HTTP.

    async def _request(self, _: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return None
        await self.answering.wait()
        return http_response(await self._answer(_query(request.path)))

    async def _answer(self, query: Query) -> Answer:
        symbol = query.params.get("symbol", "")
        if _limit(query):
            return await self._snapshot(symbol, _limit(query))
        for entry in self.entries:
            if entry.k == "http" and _same(query, _query(entry.url)):
                player = self.players.get(symbol)
                if player is not None:
                    await player.past(entry)
                return Answer(text_of(entry.m), entry.status)
        if self._listed is not None and _last(query) in LISTS:
            return self._listed(query)
        return Answer('{"code":-1,"msg":"the recording has no such answer"}', 404)

    async def _snapshot(self, symbol: str, limit: int) -> Answer:
        """The book as it stands in the recording by now, never of more levels than it knows."""
        player = self.players.get(symbol)
        if player is None or not any(entry.k == "http" for entry in player.lines):
            return Answer('{"code":-1,"msg":"the recording has no such book"}', 404)
        recorded = await player.recorded_snapshot()
        if limit == self.snapshot_levels and not player.asked:
            player.asked = True
            return recorded
        player.asked = True
        if player.book.sure < limit:
            known = f"the recording knows {player.book.sure} levels a side, {limit} were asked for"
            return Answer(json.dumps({"code": -1, "msg": known}), 400)
        bids, asks = ([[f"{p:f}", f"{s:f}"] for p, s in side[:limit]] for side in player.book.sides)
        return Answer(json.dumps({"lastUpdateId": player.book.book.id, "bids": bids, "asks": asks}))

    def _about(self, entry: Entry) -> str:
        if entry.k == "http":
            return _query(entry.url).params.get("symbol", "")
        found = self.manner.about.search(entry.m)
        return next(filter(None, found.groups())).decode().upper() if found else ""


class _Player:
    """Tells one client the lines of one symbol."""

    def __init__(
        self, venue: ReplayedVenue, symbol: str, say: Callable[[str], Awaitable[None]]
    ) -> None:
        self.lines = venue.lines(symbol)
        self.book = RecordedBook(venue.header.venue)
        self.asked = self.over = False
        self.asked_at = time.monotonic()
        self._venue, self._say = venue, say
        self._moved = asyncio.Condition()
        self._at = 0
        self._task = asyncio.get_running_loop().create_task(self._play())

    async def stop(self) -> None:
        """Say nothing more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def past(self, entry: Entry) -> None:
        """Wait till a line was told."""
        number = self.lines.index(entry)
        async with self._moved:
            await self._moved.wait_for(lambda: self._at > number)

    async def recorded_snapshot(self) -> Answer:
        """The snapshot of the recording, once its time has come."""
        entry = next(one for one in self.lines if one.k == "http")
        await self.past(entry)
        return Answer(text_of(entry.m), entry.status)

    async def _play(self) -> None:
        await until(lambda: time.monotonic() - self.asked_at >= QUIET_S, "silence")
        begun = time.monotonic()
        with contextlib.suppress(ConnectionClosed):
            for number, entry in enumerate(self.lines):
                await self._pace(number, entry, begun)
                if entry.k == "in" and not self._is_lost(entry.m[:200]):
                    await self._say(text_of(entry.m))
                self.book.hear(entry)
                self._at = number + 1
                if entry.k == "http":
                    async with self._moved:
                        self._moved.notify_all()
            self.over = True
            self._venue.told()
            await self._stay_alive()

    def _is_lost(self, line: bytes) -> bool:
        venue = self._venue
        if venue.loses is not None and venue.loses.search(line):
            venue.loses = None
            return True
        return venue.manner.skipped.search(line) is not None

    async def _pace(self, number: int, entry: Entry, begun: float) -> None:
        if self._venue.speed == AT_ONCE:
            if number % BREATH == 0:
                await asyncio.sleep(0)
            return
        due = begun + (entry.t - self._venue.begins_at) / 1e9 / self._venue.speed
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    async def _stay_alive(self) -> None:
        """Repeat the last line that is nothing new, as a venue does of a quiet market."""
        alive = self._venue.manner.alive
        same = [text_of(entry.m) for entry in self.lines if alive.search(entry.m[:200])][-1:]
        while same and self._venue.second_s:
            await asyncio.sleep(self._venue.second_s)
            await self._say(same[0])


def _query(url: str) -> Query:
    parts = urlsplit(url)
    return Query(parts.path, dict(parse_qsl(parts.query)))


def _same(asked: Query, recorded: Query) -> bool:
    """By the last part of the path, and the symbol, whatever the host and version."""
    keys = ("symbol", "pair", "interval")
    same = all(asked.params.get(key) == recorded.params.get(key) for key in keys)
    return same and _last(asked) == _last(recorded)


def _last(query: Query) -> str:
    return query.path.rpartition("/")[2]


def _limit(query: Query) -> int:
    """Levels a side that Binance's ``depth`` is asked for; 0 for any other question."""
    return int(query.params.get("limit", "100")) if _last(query) == "depth" else 0
