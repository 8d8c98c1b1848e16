"""The laws of reading an Open Feed, held against docs/open-feed.md."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.book.book import Book
from monitor.model.events import (
    BookDelta,
    BookSnapshot,
    Candle,
    CandleHistory,
    DayStats,
    Funding,
    InstrumentList,
    Quote,
    Refusal,
    StatusChange,
    Trade,
)
from monitor.model.streams import Stream, StreamKind
from monitor.model.time import MINUTE, MS, SECOND
from monitor.model.verdict import Proof, State
from monitor.venues.open_feed import OpenFeed
from monitor.venues.open_feed.book_sync import checksum_of
from tests.mutations.mutate import KINDS, mutations
from tests.mutations.tally import Tally
from tests.venues.plain_feed import TS, PlainFeed, message
from tests.venues.replay import Replay

HELLO = message(
    type="hello",
    protocol="open-feed",
    version=1,
    server="Test",
    venue="demo",
    name="Test",
    heartbeat_ms=1000,
    ts=TS,
)
LISTED: dict[str, Any] = {
    "symbol": "BTC-USDT",
    "name": "Bitcoin / Tether",
    "base": "BTC",
    "quote": "USDT",
    "kind": "spot",
    "tick_size": "0.01",
    "lot_size": "0.00001",
    "status": "trading",
}


def stream(kind: StreamKind, interval: int = 0, symbol: str = "BTC-USDT") -> Stream:
    return Stream(f"demo:{symbol}", kind, interval)


def opened(*streams: Stream) -> OpenFeed:
    feed = OpenFeed(url="ws://127.0.0.1:1/")
    feed.subscribe(streams)
    feed.opened(feed.url, 1, 1)
    feed.received(HELLO, 1, 1)
    return feed


def said(feed: OpenFeed) -> list[dict[str, Any]]:
    return [json.loads(text) for text in feed.messages_to_send()]


def subscribed(channel: str = "book", **more: Any) -> bytes:
    return message(type="subscribed", id=2, channel=channel, symbols=["BTC-USDT"], **more)


def live(venue: PlainFeed) -> OpenFeed:
    feed = opened(stream("book"))
    feed.messages_to_send()
    feed.received(subscribed(), 2, 2)
    feed.received(venue.snapshot(), 3, 3)
    return feed


def state(feed: OpenFeed, now: int = 4) -> State:
    return feed.books["BTC-USDT"].status.verdict(now).state


def resubscriptions(feed: OpenFeed) -> int:
    return sum(m["type"] == "subscribe" and m["channel"] == "book" for m in said(feed))


def assert_equal_books(venue: PlainFeed, feed: OpenFeed) -> None:
    book = feed.books["BTC-USDT"].book
    assert venue.levels(bids=True) == book.bids.top(99)
    assert venue.levels(bids=False) == book.asks.top(99)


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        (
            [("60000.01", "0.5"), ("60000", "2"), ("59999.5", "0.00011")],
            [("60000.02", "1.25"), ("60000.1", "0.3")],
            1332625413,
        ),
        (
            [("60000", "2.5"), ("59999.5", "0.00011")],
            [("60000.02", "1.25"), ("60000.07", "10"), ("60000.1", "0.3")],
            3210473702,
        ),
        ([], [], 2343686810),
        ([], [("0.00001235", "1000000")], 3026503834),
        ([], [("0.00001235", "123456789012345678")], None),
    ],
)
def test_the_documents_checksums(
    bids: list[tuple[str, str]], asks: list[tuple[str, str]], expected: int | None
) -> None:
    """The vectors of 6.5; and a size that no float holds is written with all its digits."""
    book, venue = Book(), PlainFeed()
    exact = [[(Decimal(p), Decimal(s)) for p, s in side] for side in (bids, asks)]
    book.replace_exact(exact[0], exact[1])
    venue.bids, venue.asks = dict(exact[0]), dict(exact[1])
    assert (venue.checksum() if expected is None else expected) == checksum_of(book)


def test_the_documents_delta() -> None:
    """Snapshot and delta of 6.1 and 6.2: numbers, checksums, events."""
    venue = PlainFeed()
    feed = opened(stream("book"))
    (snapshot,) = feed.received(venue.snapshot(), 3, 3)
    delta_message = venue.delta({"60000.01": "0", "60000": "2.5"}, {"60000.07": "10"})
    assert b"3210473702" in delta_message
    (delta,) = feed.received(delta_message, 4, 4)
    assert isinstance(snapshot, BookSnapshot)
    assert isinstance(delta, BookDelta)
    assert (1041, 1042, TS) == (snapshot.last_seq, delta.first_seq, delta.ts_event)
    assert [(60000.01, 0.0), (60000.0, 2.5)] == delta.bids
    verdict = feed.books["BTC-USDT"].status.verdict(5)
    assert (State.LIVE, Proof.SEQUENCE, 2) == (
        verdict.state,
        verdict.proof,
        verdict.counters.checksums_ok,
    )
    assert_equal_books(venue, feed)


def test_the_list_is_asked_for_before_the_books() -> None:
    """So that the book knows its steps when its snapshot comes."""
    feed = opened(stream("book"), stream("trades"), stream("candles", MINUTE), stream("stats"))
    messages = said(feed)
    assert ["instruments", "subscribe"] == [m["type"] for m in messages[:2]]
    assert {
        ("book", 0),
        ("trades", 0),
        ("candles", 60),
        ("ticker", 0),
    } == {(m["channel"], m.get("interval_s", 0)) for m in messages[1:]}
    assert "book" == messages[1]["channel"]


CHANGE = st.tuples(st.booleans(), st.integers(1, 40), st.sampled_from(["0", "0.5", "12", "1e-8"]))


@settings(deadline=None, max_examples=60)
@given(changes=st.lists(CHANGE, max_size=60), every=st.sampled_from([1, 5]))
def test_any_changes_give_the_feeds_book(
    changes: Sequence[tuple[bool, int, str]], every: int
) -> None:
    """Whatever the feed changes, the book is its book, and every checksum is right."""
    venue = PlainFeed(every=every)
    feed = live(venue)
    for is_bid, away, amount in changes:
        price = str(Decimal(6000001 - away if is_bid else 6000002 + away) / 100)
        size = format(Decimal(amount), "f")
        side = venue.bids if is_bid else venue.asks
        if Decimal(size) or Decimal(price) in side:
            change = {price: size}
            feed.received(venue.delta(change if is_bid else {}, {} if is_bid else change), 4, 4)
    assert State.LIVE is state(feed)
    assert 0 == feed.books["BTC-USDT"].status.checksums_failed
    assert_equal_books(venue, feed)


def test_a_gap_is_seen_at_once_and_healed_by_subscribing_again() -> None:
    """6.4, 4: no unsubscribing; deltas are ignored until the snapshot."""
    venue = PlainFeed(every=9)
    feed = live(venue)
    venue.delta({"60000": "3"}, {})
    assert [] == feed.received(venue.delta({"60000": "4"}, {}), 4, 4)
    assert (State.GAP, 1) == (state(feed), feed.books["BTC-USDT"].status.gaps)
    (again,) = said(feed)
    assert ("subscribe", "book", ["BTC-USDT"]) == (
        again["type"],
        again["channel"],
        again["symbols"],
    )
    assert [] == feed.received(venue.delta({"60000": "5"}, {}), 5, 5)
    feed.received(subscribed(), 6, 6)
    feed.received(venue.snapshot(), 7, 7)
    feed.received(venue.delta({"60000": "6"}, {}), 8, 8)
    counters = feed.books["BTC-USDT"].status.counters()
    assert (State.LIVE, 1, 1) == (state(feed, 9), counters.gaps, counters.resyncs)
    assert_equal_books(venue, feed)


def test_a_repair_whose_snapshot_is_lost_too_is_asked_for_again_soon() -> None:
    """A delta without its snapshot, or 2 s of silence, tells that it is lost; not 10 s."""
    for quiet in (True, False):
        venue = PlainFeed()
        feed = live(venue)
        venue.delta({"60000": "3"}, {})
        feed.received(venue.delta({"60000": "4"}, {}), 4, 4)
        assert (State.GAP, 1) == (state(feed), resubscriptions(feed))
        feed.received(subscribed(), 5, 5)
        now, asked = 5, 0
        while not asked:
            now += SECOND // 4
            if not quiet:
                feed.received(venue.delta({"60000": "5"}, {}), now, now)
            feed.tick(now, now)
            asked = resubscriptions(feed)
        assert now <= 3.5 * SECOND
        feed.received(subscribed(), now, now)
        feed.received(venue.snapshot(), now, now)
        assert State.LIVE is state(feed, now)
        assert 1 == feed.books["BTC-USDT"].status.gaps


def test_a_wrong_checksum_is_seen_at_once() -> None:
    """6.4, 5."""
    venue = PlainFeed()
    feed = live(venue)
    feed.received(venue.delta({"60000": "3"}, {}).replace(b'["60000","3"]', b'["60000","4"]'), 4, 4)
    status = feed.books["BTC-USDT"].status
    assert (State.GAP, 1, 0) == (state(feed), status.checksums_failed, status.gaps)
    assert 1 == resubscriptions(feed)


def test_the_heartbeat_tells_a_lost_last_message() -> None:
    """6.4, 6."""
    venue = PlainFeed()
    feed = live(venue)
    seq = venue.seq
    feed.received(message(type="heartbeat", ts=TS, books={"BTC-USDT": seq}), 4, 4)
    assert State.LIVE is state(feed)
    feed.received(message(type="heartbeat", ts=TS, books={"BTC-USDT": seq + 1}), 5, 5)
    assert (State.GAP, 1) == (state(feed, 6), resubscriptions(feed))


def test_a_repetition_is_harmless_but_only_if_it_is_one() -> None:
    """6.4, 3: the same message; another one under a number already held is none."""
    venue = PlainFeed(every=9)
    feed = live(venue)
    delta = venue.delta({"60000": "3"}, {})
    feed.received(delta, 4, 4)
    assert [] == feed.received(delta, 5, 5)
    assert (State.LIVE, 1) == (state(feed, 6), feed.books["BTC-USDT"].status.duplicates)
    feed.received(delta.replace(b'["60000","3"]', b'["60000","4"]'), 6, 6)
    assert State.GAP is state(feed)


def test_a_crossed_book_is_broken() -> None:
    """6.2: never after a delta."""
    venue = PlainFeed()
    feed = live(venue)
    feed.received(venue.delta({"60000.02": "1"}, {}), 4, 4)
    assert (State.GAP, 1) == (state(feed), feed.books["BTC-USDT"].status.crossed)


@pytest.mark.parametrize("size", ["-1", "nan", "inf", "1e999"])
def test_numbers_no_market_has_are_refused(size: str) -> None:
    """Counted as rejected; the book is fetched anew."""
    venue = PlainFeed(every=9)
    feed = live(venue)
    bad = venue.delta({"60000": "3"}, {}).replace(b'"3"', f'"{size}"'.encode())
    feed.received(bad, 4, 4)
    feed.received(venue.delta({"60000": "4"}, {}), 5, 5)
    assert 1 == feed.rejected_messages + feed.unknown_messages
    assert State.GAP is state(feed)
    assert 1 == resubscriptions(feed)


def test_a_part_of_a_book_ends_where_it_is_covered() -> None:
    """6.1, ``covered``."""
    feed = opened(stream("book"))
    feed.received(PlainFeed().snapshot(covered=["59999.5", None]), 3, 3)
    assert (59999.5, None) == feed.books["BTC-USDT"].book.covered


def test_steps_of_the_list_let_floats_hold_large_sizes() -> None:
    """With whole lots a size of 10^14 needs no text."""
    feed = opened(stream("book"))
    listed = LISTED | {"tick_size": "0.01", "lot_size": "1"}
    (event,) = feed.received(message(type="instruments", id=1, instruments=[listed]), 2, 2)
    assert isinstance(event, InstrumentList)
    assert Decimal("0.01") == event.instruments[0].tick_size
    venue = PlainFeed()
    feed.received(venue.snapshot(), 3, 3)
    feed.received(venue.delta({"60000": "123456789012345"}, {}), 4, 4)
    assert {} == feed.books["BTC-USDT"].book.bids.wide
    assert State.LIVE is state(feed)
    feed.received(venue.delta({"60000": "12345678901234567890"}, {}), 5, 5)
    assert_equal_books(venue, feed)
    assert State.LIVE is state(feed)


def test_each_channel_gives_its_event() -> None:
    """Sections 7 to 12, with the document's own examples."""
    feed = opened(stream("trades"))
    trade = message(
        type="trade",
        symbol="BTC-USDT",
        id=77001,
        ts=TS,
        side="buy",
        price="60000.02",
        size="0.00011",
    )
    quote = message(
        type="quote",
        symbol="BTC-USDT",
        ts=TS,
        bid="60000.01",
        bid_size="0.5",
        ask="0",
        ask_size="0",
    )
    candle = message(
        type="candle",
        symbol="BTC-USDT",
        interval_s=60,
        ts=TS,
        open_ts=TS,
        open="60000",
        high="60001.5",
        low="59999.99",
        close="60000.02",
        volume="1.2503",
        buy_volume="0.7",
        trades=31,
        closed=False,
    )
    ticker = message(
        type="ticker",
        symbol="BTC-USDT",
        ts=TS,
        open="59000",
        high="60500",
        low="58750.5",
        last="60000.02",
        volume="18250.25",
        change="0.01695",
    )
    funding = message(type="funding", symbol="BTC-PERP", ts=TS, rate="-0.0001", next_ts=TS + 1)
    assert [
        Trade("demo:BTC-USDT", 60000.02, 0.00011, "buy", 77001, TS, 5),
        Quote("demo:BTC-USDT", 60000.01, 0.5, 0.0, 0.0, TS, 5),
        Candle(
            "demo:BTC-USDT",
            MINUTE,
            TS,
            60000.0,
            60001.5,
            59999.99,
            60000.02,
            1.2503,
            0.7,
            31,
            False,
            5,
        ),
        DayStats("demo:BTC-USDT", 59000.0, 60500.0, 58750.5, 60000.02, 18250.25, 0.01695, TS, 5),
        Funding("demo:BTC-PERP", -0.0001, TS + 1, TS, 5),
    ] == [
        event
        for text in (trade, quote, candle, ticker, funding)
        for event in feed.received(text, 5, 5)
    ]
    status = feed.status(stream("trades"))
    assert status is not None
    assert State.LIVE is status.verdict(6).state
    feed.received(trade.replace(b"77001", b"77003"), 6, 6)
    assert 1 == status.gaps


def test_a_halt_shows_on_every_stream_and_ends() -> None:
    """Section 11: the book rests and is still true."""
    feed = live(PlainFeed())
    halted = message(type="status", symbol="BTC-USDT", ts=TS, status="halted", reason="pause")
    assert [StatusChange("demo:BTC-USDT", "halted", TS, 4)] == feed.received(halted, 4, 4)
    verdict = feed.books["BTC-USDT"].status.verdict(5)
    assert [State.HALTED, "pause"] == [verdict.state, verdict.reason]
    feed.received(halted.replace(b"halted", b"trading"), 6, 6)
    assert State.LIVE is state(feed, 7)


def test_questions_are_answered_or_asked_again_or_given_up() -> None:
    """Instruments, past candles, tickers; three times five seconds, then one sentence."""
    feed = OpenFeed()
    wanted = [feed.wants_socket]
    feed.ask_candles("demo:BTC-USDT", MINUTE, TS, 2)
    feed.ask_stats(["demo:BTC-USDT"])
    wanted.append(feed.wants_socket)
    feed.opened("", 1, 1)
    candles, tickers = said(feed)
    assert ("candles", 60, TS, 2) == (
        candles["type"],
        candles["interval_s"],
        candles["end"],
        candles["limit"],
    )
    row = [TS - MINUTE, "59990.5", "60002", "59990", "60000", "2.5", "1.25", 48]
    answer = message(
        type="candles", id=candles["id"], symbol="BTC-USDT", interval_s=60, candles=[row]
    )
    (history,) = feed.received(answer, 2, TS)
    assert isinstance(history, CandleHistory)
    assert [(48, 1.25, True)] == [(c.trades, c.buy_volume, c.closed) for c in history.candles]
    events = []
    for second in range(1, 20):
        events += feed.tick(second * SECOND, 1)
    assert 2 == len([m for m in said(feed) if m["type"] == tickers["type"]])
    assert ["Demo exchange did not answer the question for 24 h figures"] == [
        event.sentence for event in events if isinstance(event, Refusal)
    ]
    assert [False, True, False] == [*wanted, feed.wants_socket]


def test_a_refused_symbol_is_named() -> None:
    """Section 5: the sentence is shown, the stream is down, the others go on."""
    feed = opened(stream("book"), stream("book", symbol="NOPE"))
    number = next(m["id"] for m in said(feed) if m["type"] == "subscribe")
    error = message(
        type="error",
        code="unknown_symbol",
        reason="There is no symbol 'NOPE' here.",
        id=number,
        channel="book",
        symbol="NOPE",
    )
    assert [Refusal("demo:NOPE", "Demo exchange: There is no symbol 'NOPE' here.", 2)] == (
        feed.received(error, 2, 2)
    )
    status = feed.status(stream("book", symbol="NOPE"))
    assert status is not None
    assert State.DOWN is status.verdict(3).state


def test_another_protocol_is_refused() -> None:
    """Section 3: a client leaves."""
    feed = opened(stream("book"))
    (event,) = feed.received(HELLO.replace(b'"version":1', b'"version":2'), 2, 2)
    assert isinstance(event, Refusal)
    assert not feed.wants_socket
    assert State.DOWN is state(feed)


def test_the_heartbeats_pace_is_the_feeds() -> None:
    """Three missed are silence."""
    feed = opened(stream("book"))
    feed.received(HELLO.replace(b'"heartbeat_ms":1000', b'"heartbeat_ms":250'), 2, 2)
    assert 750 * MS == feed.link.stale_after


def test_streams_come_and_go() -> None:
    """What nobody wants is left; its late messages are nobody's."""
    feed = live(venue := PlainFeed())
    feed.messages_to_send()
    feed.unsubscribe([stream("book")])
    (leave,) = said(feed)
    assert ("unsubscribe", "book") == (leave["type"], leave["channel"])
    assert [] == feed.received(venue.delta({"60000": "3"}, {}), 5, 5)
    assert {} == feed.books


def test_a_feed_has_the_name_its_user_gave() -> None:
    """Its instruments carry it, whatever the server calls itself."""
    feed = OpenFeed(venue_id="mine", url="ws://127.0.0.1:9/")
    feed.received(message(type="instruments", id=1, instruments=[LISTED]), 1, 1)
    assert ("mine:BTC-USDT", "mine", "ws://127.0.0.1:9/") == (
        feed.instruments["BTC-USDT"].id,
        feed.facts.id,
        feed.url,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_no_change_makes_a_wrong_book_that_is_called_right(kind: str) -> None:
    """On a recording of the plain feed with a checksum on each message and heartbeats.

    What is below the top ten of a book has no checksum: this one is shorter.
    """
    venue = PlainFeed()
    venue.bids = {Decimal(60 - n): Decimal(n + 1) / 4 for n in range(5)}
    venue.asks = {Decimal(61 + n): Decimal(n + 1) / 4 for n in range(5)}
    messages = [HELLO, subscribed(), venue.snapshot()]
    messages += [
        venue.delta({f"{60 - n % 5}": f"{n + 1}.25"}, {f"60.{n % 3 + 1}": f"0.{n + 1}1"})
        for n in range(12)
    ]
    messages.append(message(type="heartbeat", ts=TS, books={"BTC-USDT": venue.seq}))
    lines = [b'{"format":"depthscope-recording","version":1,"venue":"demo"}']
    lines += [b'{"t":%d,"c":0,"k":"in","m":%s}' % (n, text) for n, text in enumerate(messages)]
    truth = Replay(OpenFeed(), lines)
    assert "ok" == truth.verdict
    tally = Tally()
    for mutation in mutations(lines, lambda line: b'"seq":' in line, [kind]):
        replay = Replay(OpenFeed(), mutation.lines)
        right = replay.books() == truth.books()
        name = f"{kind} at line {mutation.line}, offset {mutation.offset}"
        tally.add(name, ok=replay.verdict == "ok", right=right, provable=True)
    assert [] == tally.wrong
    assert (tally.harmless if kind == "doubled" else tally.detected) > 0


SEEDS = [
    HELLO,
    PlainFeed().snapshot(),
    PlainFeed().delta({"60000": "3"}, {}),
    subscribed(),
    message(type="instruments", id=1, instruments=[LISTED]),
    message(type="heartbeat", ts=TS, books={"BTC-USDT": 1041}),
    message(type="status", symbol="BTC-USDT", ts=TS, status="halted"),
    message(type="error", code="unknown_symbol", reason="No.", id=1, symbol="X"),
]


@settings(max_examples=300, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 300),
    length=st.integers(0, 20),
    filling=st.one_of(
        st.binary(max_size=20), st.sampled_from([b"1e999", b'"nan"', b"null", b"{}"])
    ),
)
def test_no_message_raises(seed: bytes, cut: int, length: int, filling: bytes) -> None:
    """Whatever comes, before and after a book is live."""
    feed = opened(stream("book"), stream("trades"))
    text = seed[:cut] + filling + seed[cut + length :]
    feed.received(text, 1, 1)
    feed.received(PlainFeed().snapshot(), 2, 2)
    feed.received(text, 3, 3)
    feed.sent(text, 3, 3)
    feed.tick(9 * SECOND, 5)
    feed.messages_to_send()


def test_what_cannot_be_understood_is_counted() -> None:
    """No JSON: rejected. A kind the document does not have: unknown."""
    feed = opened()
    for text in (b"{", b"\xff", b"[" * 100_000):
        feed.received(text, 1, 1)
    for text in (b"[]", b"{}", b'{"type":"weather"}', b'{"type":"trade","symbol":"X"}'):
        feed.received(text, 1, 1)
    assert (3, 4) == (feed.rejected_messages, feed.unknown_messages)
