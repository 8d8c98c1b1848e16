"""One real recording as others would have written it: the same book, no gap, nothing unknown."""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.app.check import judge
from monitor.app.judgement import Report
from tests.app.test_check import decimals, text_of
from tests.feeds.recordings import file_of

Line = dict[str, Any]
FAST, SLOW = "btcusdt@depth@100ms", "btcusdt@depth"
UPDATES = 400
HOLE, END = 250, 300
"""Updates that were not sent, between two subscriptions or two connections."""


class PlainBook:
    """Binance's procedure with plain dicts: a snapshot, then every later update."""

    def __init__(self) -> None:
        self.sides: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
        self.last = 0

    def snapshot(self, body: Line) -> None:
        self.last = body["lastUpdateId"]
        for side, levels in zip(self.sides, (body["bids"], body["asks"]), strict=True):
            side.clear()
            side.update((Decimal(price), Decimal(size)) for price, size in levels)

    def update(self, payload: Line) -> None:
        if payload["u"] <= self.last:
            return
        self.last = payload["u"]
        for side, levels in zip(self.sides, (payload["b"], payload["a"]), strict=True):
            for price, size in levels:
                side[Decimal(price)] = Decimal(size)
                if not Decimal(size):
                    del side[Decimal(price)]

    def body(self) -> Line:
        """What REST would answer now."""
        bids, asks = (
            [[str(price), str(size)] for price, size in side]
            for side in (self.best(0), self.best(1))
        )
        return {"lastUpdateId": self.last, "bids": bids, "asks": asks}

    def best(self, side: int, count: int | None = None) -> list[tuple[Decimal, Decimal]]:
        return sorted(self.sides[side].items(), reverse=not side)[:count]


class Recorded:
    """The updates of a real recording, its snapshot, and the true book after each of them."""

    def __init__(self, path: Path) -> None:
        header, *lines = (json.loads(text) for text in text_of(path)[:8000])
        self.header: Line = header
        answer = next(line for line in lines if line["k"] == "http")
        self.url: str = answer["url"]
        self.first_body: Line = answer["m"]
        updates = [line for line in lines if line["k"] == "in" and line["m"].get("stream") == FAST]
        at = self.first_body["lastUpdateId"]
        start = next(n for n, line in enumerate(updates) if line["m"]["data"]["u"] > at)
        self.updates: list[Line] = updates[start : start + UPDATES]
        assert UPDATES == len(self.updates)
        book = PlainBook()
        book.snapshot(self.first_body)
        self.bodies: list[Line] = []
        for line in self.updates:
            book.update(line["m"]["data"])
            self.bodies.append(book.body() if len(self.bodies) in (END, END + 3) else {})
        self.book = book

    def line(self, at: int, kind: str, m: Any = None, **more: Any) -> Line:
        """A line of the time of an update."""
        return {"t": self.updates[at]["t"], "c": 0, "k": kind, "m": m, **more}

    def answer(self, at: int = 0, body: Line | None = None, **more: Any) -> Line:
        return self.line(at, "http", body or self.first_body, **({"url": self.url} | more))


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> Recorded:
    return Recorded(shared_data / "binance" / "btcusdt_20240808.jsonl.zst")


def bare(line: Line) -> Line:
    return {**line, "m": line["m"]["data"]}


def slow(lines: Sequence[Line]) -> Line:
    """What the stream of once a second tells in the place of these."""
    bids: dict[str, str] = {}
    asks: dict[str, str] = {}
    for line in lines:
        bids |= dict(line["m"]["data"]["b"])
        asks |= dict(line["m"]["data"]["a"])
    last = lines[-1]["m"]["data"]
    levels = {"b": list(map(list, bids.items())), "a": list(map(list, asks.items()))}
    data = last | {"U": lines[0]["m"]["data"]["U"]} | levels
    return {**lines[-1], "m": {"stream": SLOW, "data": data}}


def two_paces(recorded: Recorded, early: int) -> Iterator[Line]:
    """Both paces on one connection; the slow ``early`` updates before the last it repeats."""
    yield recorded.answer()
    for start in range(0, UPDATES, 10):
        ten = recorded.updates[start : start + 10]
        yield from ten[: 10 - early]
        yield {**slow(ten), "t": ten[-1 - early]["t"]}
        yield from ten[10 - early :]


def raw(lines: Iterator[Line]) -> Iterator[Line]:
    """The same over ``/ws``."""
    for line in lines:
        yield bare(line) if line["k"] == "in" and "data" in line["m"] else line


def subscribed_anew(recorded: Recorded, *, told: bool) -> Iterator[Line]:
    """UNSUBSCRIBE, silence, SUBSCRIBE, and a snapshot three updates later."""
    yield recorded.answer()
    yield from recorded.updates[:HOLE]
    for at, method, number in ((HOLE, "UNSUBSCRIBE", 2), (END, "SUBSCRIBE", 3)):
        if told:
            said = {"method": method, "params": [FAST], "id": number}
            yield recorded.line(at, "out", said)
        yield recorded.line(at, "in", {"result": None, "id": number})
    yield from recorded.updates[END : END + 4]
    yield recorded.answer(END + 3, recorded.bodies[END + 3])
    yield from recorded.updates[END + 4 :]


def connected_anew(recorded: Recorded, *, opened: bool, early: bool) -> Iterator[Line]:
    """A second connection, whose snapshot came before its first message or after."""
    yield recorded.answer()
    yield from recorded.updates[:HOLE]
    yield recorded.line(HOLE, "close", "bye")
    at = END if early else END + 3
    answer = recorded.answer(at, recorded.bodies[at], c=1)
    if early:
        yield answer
    if opened:
        yield recorded.line(END, "open", c=1, url="wss://stream.binance.us:9443/stream")
    later = [{**line, "c": 1} for line in recorded.updates[END:]]
    yield from later[:4]
    if not early:
        yield answer
    yield from later[4:]


VARIANTS: dict[str, Callable[[Recorded], Iterator[Line]]] = {
    "raw": lambda r: raw(iter([r.answer(), *r.updates])),
    "snapshot before open": lambda r: iter(
        [r.answer(), r.line(0, "open", url="wss://data-stream.binance.vision/stream"), *r.updates]
    ),
    "another host, another order": lambda r: iter(
        [r.answer(url="https://api.binance.us/api/v3/depth?limit=1000&symbol=btcusdt"), *r.updates]
    ),
    "two paces": lambda r: two_paces(r, 0),
    "two raw paces": lambda r: raw(two_paces(r, 0)),
    "two raw paces, one early": lambda r: raw(two_paces(r, 1)),
    "two raw paces, one very early": lambda r: raw(two_paces(r, 4)),
    "subscribed anew, client recorded": lambda r: subscribed_anew(r, told=True),
    "subscribed anew, client not recorded": lambda r: subscribed_anew(r, told=False),
    "connected anew": lambda r: connected_anew(r, opened=True, early=False),
    "connected anew, snapshot first": lambda r: connected_anew(r, opened=True, early=True),
    "connected anew, no open": lambda r: connected_anew(r, opened=False, early=False),
    "connected anew, no open, snapshot first": lambda r: connected_anew(
        r, opened=False, early=True
    ),
}


def judged(recorded: Recorded, lines: Sequence[Line], folder: Path) -> Report:
    texts = [json.dumps(line).encode() + b"\n" for line in lines]
    return judge(file_of(folder / "variant.jsonl.zst", texts, recorded.header))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_gives_the_true_book(recorded: Recorded, tmp_path: Path, name: str) -> None:
    """Compared with plain dicts that saw every update."""
    report = judged(recorded, list(VARIANTS[name](recorded)), tmp_path)
    assert ("ok", []) == (report["verdict"], report["causes"])
    book = report["books"]["BTCUSDT"]
    assert ("live", 0) == (book["state"], book["gaps"])
    assert recorded.book.best(0, 25) == decimals(book["bids"])
    assert recorded.book.best(1, 25) == decimals(book["asks"])


@pytest.mark.parametrize("name", [name for name in VARIANTS if "two" not in name])
def test_an_update_lost_of_a_variant_is_one_gap(
    recorded: Recorded, tmp_path: Path, name: str
) -> None:
    """However soon after a subscription or a connection; where two paces tell, none is lost."""
    lines = list(VARIANTS[name](recorded))
    updates = [n for n, line in enumerate(lines) if line["k"] == "in" and "result" not in line["m"]]
    for lost in (60, 260):
        n = updates[lost]
        report = judged(recorded, lines[:n] + lines[n + 1 :], tmp_path)
        assert 1 == report["books"]["BTCUSDT"]["gaps"]
        assert "ok" != report["verdict"]
