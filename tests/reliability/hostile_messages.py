"""Row 20: what no decoder may choke on: monsters made by hand, and a million made by dice."""

import gc
import random
import time
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from monitor.model.streams import Stream
from monitor.model.time import MINUTE
from monitor.protocol.venue import HttpRequest, HttpResponse, VenueProtocol
from tests.emulators.waiting import until
from tests.reliability.rig import KINDS, rig, run
from tests.reliability.styles import Style
from tests.reliability.tally import Tally

LIMIT_S: Final = 0.01
"""The longest one message may take, however mad."""
DEPTH: Final = 100_000
DIGITS: Final = 1_000_000
CORPUS: Final = 250
"""Messages of a healthy session that are to be spoilt."""
SPOILT_EACH: Final = 5
"""Spoilt copies that come between one healthy message and the next."""
LOOK_EVERY: Final = 1_000
PIECES: Final = (
    *(b"null", b"true", b"[]", b"{}", b'""', b"-", b"0", b"1e999", b"-1e-999", b"NaN"),
    *(b"9" * 25, b"1" * 400, b"1_0", b"0x1", b'"1e400"', b'"-0"', b'"\\ud800"', b'"\xff"'),
    *(
        b"\x00",
        b"\xe2\x80\xae",
        b"\\u0000",
        b",",
        b":",
        b"]",
        b"}",
        b'"',
        b"[" * 60,
        b"18446744073709551616",
    ),
)


class Heard(msgspec.Struct, frozen=True):
    """One thing a healthy session heard; ``url`` is that of a HTTP request, "" for the socket."""

    data: bytes
    url: str = ""
    status: int = 200


class Ear:
    """A recorder that keeps all that was heard."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def opened(self, connection: int, url: str, ts: int) -> None:
        pass

    def received(self, connection: int, data: bytes, ts: int) -> None:
        self.heard.append(Heard(data))

    def sent(self, connection: int, text: str, ts: int) -> None:
        pass

    def answered(
        self, connection: int, request: HttpRequest, response: HttpResponse, ts: int
    ) -> None:
        self.heard.append(Heard(response.body, request.url, response.status))

    def closed(self, connection: int, reason: str, ts: int) -> None:
        pass


def healthy(style: Style, seed: int) -> list[Heard]:
    """What a session hears of an emulated venue, every kind of message among it."""
    ear = Ear()

    async def listen() -> None:
        async with rig(style, seed=seed, interval_s=0.01, second_s=0.1, recorder=ear) as r:
            await r.live()
            streams = [
                Stream(style.instrument, "stats"),
                Stream(style.instrument, "candles", MINUTE),
            ]
            r.protocol.subscribe(streams)
            r.protocol.ask_instruments()
            r.protocol.ask_candles(style.instrument, MINUTE, time.time_ns(), 10)
            r.session.flush()
            await until(lambda: len(ear.heard) > CORPUS, "enough messages")

    run(listen())
    return ear.heard


class Victim:
    """A venue's protocol, driven as a session drives it; ``now`` goes on by a millisecond."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.now = 1
        self.worst_s = 0.0
        self.worst: bytes = b""
        self.protocol = self._fresh()

    def again(self) -> None:
        """A new connection, and from time to time a new protocol."""
        self.protocol = self._fresh()

    def hear(self, heard: Heard) -> None:
        """One message, timed; what comes of it is asked for as a session does."""
        self.now += 1_000_000
        protocol, now = self.protocol, self.now
        gc.disable()  # what other tests left is not this message's to collect
        begun = time.thread_time()  # ours alone: the machine has other things to do
        if heard.url:
            response = HttpResponse(heard.url, heard.status, heard.data)
            protocol.answered(HttpRequest(heard.url), response, now, now)
        else:
            protocol.received(heard.data, now, now)
        took = time.thread_time() - begun
        gc.enable()
        if took > self.worst_s:
            self.worst_s, self.worst = took, heard.data[:80]
        protocol.messages_to_send()
        protocol.requests_to_make()

    def look(self) -> None:
        """What the screen asks for can be told."""
        protocol = self.protocol
        protocol.tick(self.now, self.now)
        for stream in protocol.books.values():
            stream.status.verdict(self.now)
            stream.book.bids.top(10)
            stream.book.asks.top(10)

    def _fresh(self) -> VenueProtocol:
        protocol = self.style.protocol_at("ws://127.0.0.1:9/", "http://127.0.0.1:9")
        protocol.subscribe([Stream(self.style.instrument, kind) for kind in KINDS])
        protocol.opened(protocol.url, self.now, self.now)
        return protocol


def monsters(corpus: list[Heard]) -> dict[str, Heard]:
    """Nesting, digits and bytes that stop naive decoders, alone and inside true messages."""
    book = corpus[due(corpus)]
    number = _first_number(book.data)
    digits = b"1" * DIGITS

    def inside(piece: bytes) -> Heard:
        start, end = number
        return msgspec.structs.replace(book, data=book.data[:start] + piece + book.data[end:])

    return {
        "arrays 1e5 deep": Heard(b"[" * DEPTH + b"]" * DEPTH),
        "arrays 1e5 deep, open": Heard(b"[" * DEPTH),
        "objects 1e5 deep": Heard(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH),
        "arrays 1e5 deep in a book": inside(b"[" * DEPTH + b"]" * DEPTH),
        "arrays 1e5 deep in an unknown field": Heard(
            b'{"x":' + b"[" * DEPTH + b"]" * DEPTH + b"," + book.data[1:]
        ),
        "an integer of 1e6 digits": Heard(digits),
        "an integer of 1e6 digits in a book": inside(digits),
        "a fraction of 1e6 digits in a book": inside(b"1." + digits),
        "an integer of 1e6 digits in an unknown field": Heard(
            b'{"x":' + digits + b"," + book.data[1:]
        ),
        "an exponent of 1e6": inside(b"1e1000000"),
        "bad UTF-8": Heard(b"\xff\xfe\xfa"),
        "bad UTF-8 in a book": inside(b"\xc3\x28"),
        "bad UTF-8 in a key": Heard(b'{"\xff":1}'),
        "half a surrogate pair in a book": inside(b"\\ud800"),
        "NUL in a book": inside(b"\x00"),
        "nothing": Heard(b""),
        "a megabyte of spaces": Heard(b" " * 1_000_000),
        "a megabyte of quotes": Heard(b'"' * 1_000_000),
    }


def due(corpus: list[Heard]) -> int:
    """Where in the second half the first book message stands: all before it was heard."""
    half = len(corpus) // 2
    return next(at for at in range(half, len(corpus)) if _is_book(corpus[at]))


def hostile(style: Style, seed: int) -> Tally:
    """Row 20: every monster is counted as bad within 10 ms, and the venue is heard on."""
    tally = Tally(20, "depth 1e5, 1e6 digits, bad UTF-8", style.name, seed, LIMIT_S)
    corpus = healthy(style, seed)
    before = corpus[: due(corpus)]
    for name, monster in monsters(corpus).items():
        victim = Victim(style)
        for heard in before:
            victim.hear(heard)
        victim.worst_s, bad = 0.0, _bad(victim.protocol)
        victim.hear(monster)
        tally.tried += 1
        took_s = victim.worst_s
        tally.took(took_s)
        seen = _bad(victim.protocol) > bad
        tally.seen += seen
        # Fields that nobody knows are passed over, whatever is in them.
        passed_over = not seen and "unknown field" in name
        tally.harmless += passed_over
        victim.look()
        victim.again()
        for heard in corpus:
            victim.hear(heard)
        well = any(stream.book.synced for stream in victim.protocol.books.values())
        tally.healed += well
        if not (seen or passed_over) or not well or took_s > LIMIT_S:
            tally.problem = f"{name}: counted {seen}, {took_s * 1000:.1f} ms"
    return tally


def fuzzed(
    style: Style, count: int, seed: int, told: Callable[[int], None] = lambda _: None
) -> Tally:
    """Row 20: so many spoilt messages among healthy ones; none may raise. ``told`` hears how far."""
    tally = Tally(20, "fuzzed messages", style.name, seed)
    corpus, dice = healthy(style, seed), random.Random(seed)
    victim = Victim(style)
    while tally.tried < count:
        victim.again()
        for heard in corpus:
            victim.hear(heard)
            for spoilt in _spoilt(heard, corpus, dice):
                tally.tried += 1
                try:
                    victim.hear(spoilt)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                    tally.problem = f"{type(error).__name__}: {error} at {spoilt.data[:300]!r}"
                    return tally
            if tally.tried % LOOK_EVERY == 0:
                victim.look()
                told(tally.tried)
        victim.look()
    tally.seen = tally.healed = tally.tried
    tally.worst_s = victim.worst_s
    return tally


def _spoilt(heard: Heard, corpus: list[Heard], dice: random.Random) -> Iterator[Heard]:
    for _ in range(SPOILT_EACH):
        data = heard.data
        for _ in range(dice.choice((1, 1, 1, 2, 5))):
            data = _meddled(data, corpus, dice)
        yield msgspec.structs.replace(heard, data=data)


def _meddled(data: bytes, corpus: list[Heard], dice: random.Random) -> bytes:
    """A byte changed, bytes taken out, doubled or put in, two messages spliced."""
    at = dice.randrange(len(data) + 1)
    end = min(len(data), at + int(dice.expovariate(0.1)))
    what = dice.randrange(7)
    if what == 0:
        return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
    if what == 1:
        return data[:at] + data[end:]
    if what == 2:
        return data[:end] + data[at:]
    if what == 3:
        return data[:at] + dice.choice(PIECES) + data[end:]
    if what == 4:
        other = dice.choice(corpus).data
        return data[:at] + other[dice.randrange(len(other) + 1) :]
    if what == 5:
        return data[:at] + bytes([dice.choice(b"0123456789-.eE")]) + data[at + 1 :]
    return data[:at]


def _is_book(heard: Heard) -> bool:
    signs = (b"depthUpdate", b'"channel":"book","type":"update"', b'"type":"delta"')
    return not heard.url and any(sign in heard.data for sign in signs) and _has_number(heard.data)


def _has_number(data: bytes) -> bool:
    start, end = _first_number(data)
    return end > start


def _first_number(data: bytes) -> tuple[int, int]:
    """Where the price of the first level stands, without its quotes."""
    for mark in (b'"price":', b'[["'):
        start = data.find(mark) + len(mark)
        if start >= len(mark):
            end = start
            while data[end : end + 1] in (b".", *(b"%d" % digit for digit in range(10))):
                end += 1
            return start, end
    return 0, 0


def _bad(protocol: VenueProtocol) -> int:
    return protocol.rejected_messages + protocol.unknown_messages
