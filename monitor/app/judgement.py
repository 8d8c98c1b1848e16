"""What a recording amounts to: the report that ``check`` gives, by the rules of its contract."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from monitor.app.trade_tally import TradeTally
from monitor.book.book import Book
from monitor.feeds.player import Player, Progress
from monitor.model.events import BookDelta, BookSnapshot, Event, Quote, Trade
from monitor.model.instrument import split_instrument_id
from monitor.model.time import SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.numbers import plain
from monitor.protocol.venue import BookStream, VenueProtocol

LEVELS = 25
VOUCHED = SECOND
"""So long after a quote (ns) the best prices of a book were compared with it."""
ALWAYS_COUNTED = ("trade", "book_snapshot", "book_delta", "quote", "candle")
OK, SUSPECT, FAILED = "ok", "suspect", "failed"

Report = dict[str, Any]

_STATES = {State.GAP: "gap", State.SYNCING: "syncing", State.UNPROVEN: "unproven"}
_CAPITALS = re.compile(r"(?<!^)(?=[A-Z])")


class Judge:
    """Plays one recording and keeps count; ``report`` is the contract's object.

    Its keys are those of the contract and ``causes``: sentences that tell why the
    verdict is not ``ok``. Raises as ``Player`` does.
    """

    def __init__(self, path: Path, protocol_of: Callable[[str], VenueProtocol]) -> None:
        self._player = Player(path, protocol_of, self._take)
        self._events: Counter[type] = Counter()
        self._books: Counter[tuple[str, type]] = Counter()
        self._trades: dict[str, TradeTally] = {}
        self._at: dict[Decimal, Report] = {}
        self._outside: set[str] = set()
        """Whose best price left the covered range at any time, though it may have come back."""
        self._quoted: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._player.__exit__()

    def play(self, offsets: Sequence[Decimal] = (), progress: Progress | None = None) -> None:
        """Play all of it, looking at the books at ``offsets`` seconds after the first line."""
        for offset in sorted(set(offsets)):
            # Times are whole ns, so a line is due by the offset's floor.
            self._player.run(self._player.first_ts + int(offset * SECOND), progress)
            self._at[offset] = self._books_now()
        self._player.run(progress=progress)

    def report(self, offsets: Sequence[Decimal] = ()) -> Report:
        """The judgement of what was played."""
        player, protocol = self._player, self._player.protocol
        span = player.position - player.first_ts
        report: Report = {
            "file": str(player.path),
            "venue": player.header.venue,
            "messages": player.messages,
            "span_s": round(span / SECOND, 3),
            "events": self._event_counts(),
            "unknown_messages": protocol.unknown_messages,
            "rejected_messages": protocol.rejected_messages + player.rejected_lines,
            "books": {symbol: self._book(symbol, held) for symbol, held in protocol.books.items()},
            "trades": {symbol: tally.report() for symbol, tally in self._trades.items()},
        }
        if offsets:
            report["at"] = [{"offset_s": float(o), "books": self._at[o]} for o in offsets]
        failures, doubts = self._causes(report)
        report["verdict"] = FAILED if failures else SUSPECT if doubts else OK
        report["causes"] = failures + doubts
        return report

    # Counting.

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            kind = type(event)
            if isinstance(event, Trade):
                self._tally(event.instrument).add(event)
            elif isinstance(event, BookDelta | BookSnapshot):
                symbol = split_instrument_id(event.instrument)[1]
                self._books[symbol, kind] += 1
                self._events[kind] += 1
                self._look_outside(symbol, event)
            elif isinstance(event, Quote):
                self._quoted[event.instrument] = event.ts_recv
                self._events[kind] += 1
            else:
                self._events[kind] += 1

    def _look_outside(self, symbol: str, event: BookDelta | BookSnapshot) -> None:
        """Note a best price that nobody vouches for: where there are quotes, their venue's
        protocol has compared the best prices with them, and told a gap where they differ."""
        held = self._player.protocol.books.get(symbol)
        if held is not None and held.book.outside_covered:
            quoted = self._quoted.get(event.instrument)
            if quoted is None or event.ts_recv - quoted > VOUCHED:
                self._outside.add(symbol)

    def _tally(self, instrument: str) -> TradeTally:
        symbol = split_instrument_id(instrument)[1]
        tally = self._trades.get(symbol)
        if tally is None:
            tally = self._trades[symbol] = TradeTally()
        return tally

    def _event_counts(self) -> dict[str, int]:
        counts = {_snake(kind.__name__): count for kind, count in self._events.items()}
        prints = sum(tally.count for tally in self._trades.values())
        return dict.fromkeys(ALWAYS_COUNTED, 0) | {"trade": prints} | counts

    def _books_now(self) -> Report:
        held = self._player.protocol.books.items()
        return {symbol: _top(stream.book) for symbol, stream in held if stream.book.synced}

    # Judging.

    def _book(self, symbol: str, held: BookStream) -> Report:
        status, book = held.status, held.book
        checksums = {"ok": status.checksums_ok, "failed": status.checksums_failed}
        has_checksums = status.proof is Proof.CHECKSUM or any(checksums.values())
        return {
            "snapshots": self._books[symbol, BookSnapshot],
            "deltas": self._books[symbol, BookDelta],
            "gaps": status.gaps,
            "resyncs": status.resyncs,
            "crossed": status.crossed,
            "checksums": checksums if has_checksums else None,
            "proof": status.proof.value,
            "state": _state(held),
            "levels": [len(book.bids), len(book.asks)],
            **_top(book),
        }

    def _causes(self, report: Report) -> tuple[list[str], list[str]]:
        """Why it failed, and why it is suspect; sentences."""
        failures: list[str] = []
        doubts: list[str] = []
        for symbol, held in self._player.protocol.books.items():
            book = report["books"][symbol]
            if book["state"] in ("gap", "syncing"):
                why = f": {held.status.reason}" if held.status.reason else ""
                failures.append(f"{symbol} is not proven at the end ({book['state']}{why})")
            doubts += _book_doubts(symbol, held, book, outside=symbol in self._outside)
        if self._player.protocol.foreign:
            doubts.append(self._player.protocol.foreign)
        for count, what in (
            (report["unknown_messages"], "not understood"),
            (report["rejected_messages"], "no valid JSON, or held a number no market has"),
        ):
            if count:
                doubts.append(
                    f"{_plural(count, 'message')} {'was' if count == 1 else 'were'} {what}"
                )
        return failures, doubts + self._player.damage


def unreadable(path: Path, sentence: str) -> Report:
    """The report of a file that could not be played at all."""
    return {
        "file": str(path),
        "venue": "",
        "messages": 0,
        "span_s": 0.0,
        "events": dict.fromkeys(ALWAYS_COUNTED, 0),
        "unknown_messages": 0,
        "rejected_messages": 0,
        "books": {},
        "trades": {},
        "verdict": FAILED,
        "causes": [sentence],
    }


def _state(held: BookStream) -> str:
    """The stream's own state: what its messages proved, whether or not the connection still stands."""
    if not held.book.synced:
        return _STATES.get(held.status.state, "syncing")
    if held.status.state not in _STATES and held.status.proof is Proof.NONE:
        return "unproven"
    return _STATES.get(held.status.state, "live")


def _top(book: Book) -> Report:
    return {
        "bids": [[plain(price), plain(size)] for price, size in book.bids.top(LEVELS)],
        "asks": [[plain(price), plain(size)] for price, size in book.asks.top(LEVELS)],
    }


def _book_doubts(symbol: str, held: BookStream, book: Report, *, outside: bool) -> list[str]:
    """What speaks against a book even if it is proven at the end.

    ``outside``: its best price was once where the book is not known whole.
    """
    doubts = []
    failed = book["checksums"]["failed"] if book["checksums"] else 0
    if book["gaps"]:
        doubts.append(f"{symbol} had {_plural(book['gaps'], 'gap')}")
    if failed:
        doubts.append(f"{symbol} had {_plural(failed, 'wrong checksum')}")
    if book["proof"] == Proof.NONE:
        doubts.append(f"{symbol} can't be proven: its venue offers no means")
    if outside or (held.book.synced and held.book.outside_covered):
        doubts.append(f"{symbol} had a best price outside the covered range")
    elif book["state"] == "unproven" and book["proof"] != Proof.NONE:
        doubts.append(f"{symbol} is unproven at the end ({held.status.reason})")
    return doubts


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _snake(name: str) -> str:
    return _CAPITALS.sub("_", name).lower()
