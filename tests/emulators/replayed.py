"""A recording served over a real loopback WebSocket, as its venue had served it."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from monitor.feeds.recording import Entry, Reader
from tests.emulators.emulator import Answer, Query, http_response
from tests.emulators.waiting import until

AT_ONCE: Final = 0.0
"""A speed: as fast as the client reads."""
QUIET_S: Final = 0.05
"""A client that asked for nothing more for so long has said all that it wants."""
BREATH: Final = 64
"""Messages between two looks at the clock and the other tasks."""
_ID: Final = re.compile(rb'"id":("[^"]*"|[0-9]+)')
_STATUS: Final = (
    '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online",'
    '"api_version":"v2","connection_id":13834774380200032777}]}'
)


class _Manner(msgspec.Struct, frozen=True):
    """How a venue behaves around its data: its greeting, its answers, what of a recording is
    one of those and not sent again."""

    greet: Callable[["ReplayedVenue"], list[str]]
    answer: Callable[["ReplayedVenue", dict[str, Any]], list[str]]
    skipped: re.Pattern[bytes]
    begins: Callable[[dict[str, Any]], bool]


class ReplayedVenue:
    """The ``in`` lines of a recording, to every client from the beginning.

    A connection's lines begin once it has subscribed to anything, at ``speed`` times
    the recorded pace. Subscriptions are acknowledged as the venue does, and everything
    recorded is sent whatever was asked for. An HTTP request is answered by the next
    recorded answer to the same path and symbol, not before its time has come; where
    there is none, with 404. After the last line the connection stays open and silent.
    ``sent`` counts what the present client was told, ``ended`` says that it was all.
    """

    def __init__(self, path: Path, speed: float = 1.0) -> None:
        self.speed = speed
        with Reader(path) as reader:
            self.header = reader.header
            self.entries = [entry for entry in reader if entry.k in ("in", "http")]
        self.sent = 0
        self.ended = asyncio.Event()
        self._manner = _MANNERS[self.header.venue]
        self._asked_at = 0.0
        self._told = asyncio.Condition()
        self._at = 0
        self._given: set[int] = set()
        self._server: Server | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the recording, as its venue spells them."""
        return self.header.symbols

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        assert isinstance(port, int)
        return port

    @property
    def url(self) -> str:
        """The address of its WebSocket; any path will do."""
        return f"ws://127.0.0.1:{self.port}/stream"

    @property
    def rest_url(self) -> str:
        """The address of its HTTP side."""
        return f"http://127.0.0.1:{self.port}"

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
        subscribed = asyncio.Event()
        playing = asyncio.create_task(self._play(connection, subscribed))
        try:
            self.sent = 0
            for text in self._manner.greet(self):
                await self._say(connection, text)
            async for message in connection:
                said = json.loads(message)
                self._asked_at = time.monotonic()
                for text in self._manner.answer(self, said):
                    await self._say(connection, text)
                if self._manner.begins(said):
                    subscribed.set()
        except ConnectionClosed:
            pass
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    async def _play(self, connection: ServerConnection, subscribed: asyncio.Event) -> None:
        await subscribed.wait()
        await until(lambda: time.monotonic() - self._asked_at >= QUIET_S, "silence")
        self._at, begun = 0, time.monotonic()
        self._given.clear()
        self.ended.clear()
        with contextlib.suppress(ConnectionClosed):
            for number, entry in enumerate(self.entries):
                await self._pace(number, entry, begun)
                if entry.k == "in" and not self._manner.skipped.search(entry.m[:200]):
                    await self._say(connection, _text(entry.m))
                await self._reached(number + 1, asked_for=entry.k == "http")
            self.ended.set()

    async def _say(self, connection: ServerConnection, text: str) -> None:
        await connection.send(text)
        self.sent += 1

    async def _pace(self, number: int, entry: Entry, begun: float) -> None:
        if self.speed == AT_ONCE:
            if number % BREATH == 0:
                await asyncio.sleep(0)
            return
        due = begun + (entry.t - self.entries[0].t) / 1e9 / self.speed
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)

    # HTTP.

    async def _request(self, _: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return None
        return http_response(await self._answer(_query(request.path)))

    async def _answer(self, query: Query) -> Answer:
        for number, entry in enumerate(self.entries):
            if entry.k != "http" or number in self._given or not _same(query, _query(entry.url)):
                continue
            self._given.add(number)
            await self._past(number)
            return Answer(_text(entry.m), entry.status)
        return Answer('{"code":-1,"msg":"the recording has no such answer"}', 404)

    async def _past(self, number: int) -> None:
        async with self._told:
            await self._told.wait_for(lambda: self._at > number)

    async def _reached(self, number: int, *, asked_for: bool) -> None:
        self._at = number
        if asked_for:
            async with self._told:
                self._told.notify_all()


def _query(url: str) -> Query:
    parts = urlsplit(url)
    return Query(parts.path, dict(parse_qsl(parts.query)))


def _same(asked: Query, recorded: Query) -> bool:
    """By the last part of the path, and the symbol, whatever the host and version."""
    last = asked.path.rpartition("/")[2] == recorded.path.rpartition("/")[2]
    keys = ("symbol", "pair", "interval")
    return last and all(asked.params.get(key) == recorded.params.get(key) for key in keys)


def _text(message: bytes) -> str:
    return message.decode("utf-8", "replace")


def _binance_answer(_: ReplayedVenue, said: dict[str, Any]) -> list[str]:
    return [json.dumps({"result": None, "id": said.get("id")}, separators=(",", ":"))]


def _kraken_answer(_: ReplayedVenue, said: dict[str, Any]) -> list[str]:
    params = said.get("params", {})
    request = {"req_id": said["req_id"]} if "req_id" in said else {}
    if said["method"] == "ping":
        return [json.dumps({"method": "pong"} | request)]
    answers = []
    for symbol in params.get("symbol", [None]):
        named = {} if symbol is None else {"symbol": symbol}
        result = {key: value for key, value in params.items() if key != "symbol"} | named
        answer = {"method": said["method"], "result": result, "success": True}
        answers.append(json.dumps(answer | request, separators=(",", ":")))
    return answers


def _open_feed_answer(venue: ReplayedVenue, said: dict[str, Any]) -> list[str]:
    kind, number = said.get("type", ""), said.get("id")
    if kind in ("subscribe", "unsubscribe"):
        kept = {key: said[key] for key in ("channel", "symbols", "interval_s") if key in said}
        return [json.dumps({"type": f"{kind}d", "id": number} | kept, separators=(",", ":"))]
    # What was recorded in answer to somebody else's question answers this one too.
    wanted = f'{{"type":"{kind}","id":'.encode()
    for entry in venue.entries:
        if entry.k == "in" and entry.m.startswith(wanted):
            answer = _ID.sub(b'"id":' + json.dumps(number).encode(), entry.m, count=1)
            return [_text(answer)]
    if kind == "instruments":
        return [json.dumps({"type": kind, "id": number, "instruments": []})]
    reason = f"The recording has no answer to {kind!r}."
    return [json.dumps({"type": "error", "code": "not_offered", "reason": reason, "id": number})]


def _open_feed_greeting(venue: ReplayedVenue) -> list[str]:
    for entry in venue.entries:
        if entry.m.startswith(b'{"type":"hello"'):
            return [_text(entry.m)]
    return []


_OPEN_FEED: Final = _Manner(
    _open_feed_greeting,
    _open_feed_answer,
    re.compile(rb'^\{"type":"(hello|subscribed|unsubscribed|instruments|candles|tickers)"'),
    lambda said: said.get("type") == "subscribe",
)
_MANNERS: Final = {
    "binance": _Manner(
        lambda _: [],
        _binance_answer,
        re.compile(rb'^\{"(result|error|code)":'),
        lambda said: any(not name.endswith("@kline_1s") for name in said.get("params", [])),
    ),
    "kraken": _Manner(
        lambda _: [_STATUS],
        _kraken_answer,
        re.compile(rb'^\{("channel":"status"|"method":)'),
        lambda said: "symbol" in said.get("params", {}),
    ),
    "demo": _OPEN_FEED,
}
