"""Binance's books: spliced to their snapshots, broken by what is missing, healed by the next."""

import json
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.events import BookDelta, BookSnapshot
from monitor.model.verdict import Proof, State
from monitor.protocol.venue import HttpRequest
from tests.venues.binance_words import Desk, depth, quote, snapshot, stream, wrapped

BIDS, ASKS = [(99, 1), (98, 2)], [(101, 1), (102, 2)]


def top(desk: Desk, n: int = 25) -> list[list[tuple[Decimal, Decimal]]]:
    book = desk.venue.books["BTCUSDT"].book
    return [book.bids.top(n), book.asks.top(n)]


def state(desk: Desk) -> State:
    return desk.venue.books["BTCUSDT"].status.state


def levels(*pairs: tuple[object, object]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(str(price)), Decimal(str(size))) for price, size in pairs]


def synced() -> Desk:
    """A watched book, live at id 105."""
    desk = Desk(stream("book"), stream("quotes"))
    desk.open()
    desk.acknowledge()
    desk.wait(250)
    desk.hear(depth(101, 105, [(97, 4)]))
    desk.answer(snapshot(104, BIDS, ASKS))
    assert state(desk) is State.LIVE
    assert len(desk.asked_for("depth")) == 1
    return desk


@pytest.mark.parametrize("at", [100, 102])
def test_the_documents_vector(at: int) -> None:
    """Stale events are dropped, an overlap is allowed, a hole breaks (the fact sheet's table)."""
    desk = Desk()
    desk.open()
    desk.hear(depth(90, 95, [(99, 7)]), depth(96, 100, [(98, 9)]))
    desk.hear(depth(101, 104, [(99, 0)], [(101, 3.5)]))
    found = desk.answer(snapshot(at, BIDS, ASKS))
    assert [BookSnapshot, BookDelta] == [type(event) for event in found]
    assert State.LIVE is state(desk)
    desk.hear(depth(105, 105, [(97, 4)], [(150, 0)]))
    want = [levels((98, 2), (97, 4)), levels((101, "3.5"), (102, 2))]
    assert want == top(desk)
    desk.hear(depth(107, 109, [(98, 0)]))
    assert State.GAP is state(desk)
    assert want == top(desk), "a broken book keeps its last content"
    assert 1 == desk.venue.books["BTCUSDT"].status.gaps


def test_a_gap_heals_by_a_snapshot_that_joins_what_came_after_it() -> None:
    """GAP within one message; the next snapshot with the kept updates makes it live."""
    desk = synced()
    desk.hear(depth(108, 110, [(99, 3)]))
    assert State.GAP is state(desk)
    desk.wait(2000)
    assert len(desk.asked_for("depth")) == 1
    desk.hear(depth(111, 112, [(96, 5)]))
    desk.answer(snapshot(109, [(99, 3), (98, 1)], ASKS))
    assert State.LIVE is state(desk)
    assert [levels((99, 3), (98, 1), (96, 5)), levels((101, 1), (102, 2))] == top(desk)
    status = desk.venue.books["BTCUSDT"].status
    assert (1, 1) == (status.gaps, status.resyncs)


def test_a_snapshot_older_than_the_updates_is_refused_and_another_taken_later() -> None:
    """Never joined, never more than one a second, each pause longer than the last."""
    desk = synced()
    desk.hear(depth(208, 210))
    pauses, asked_at = [], desk.now
    for _ in range(4):
        while not desk.asked_for("depth"):
            desk.wait(250)
        pauses.append(desk.now - asked_at)
        asked_at = desk.now
        desk.answer(snapshot(150, BIDS, ASKS))
        assert State.GAP is state(desk)
    assert sorted(pauses) == pauses
    assert min(pauses[1:]) >= 10**9


def test_the_same_update_twice_changes_nothing_and_is_counted() -> None:
    """Harmless if it is that very one; the same ids with other content are a gap."""
    desk = synced()
    version = desk.venue.books["BTCUSDT"].book.version
    assert [] == desk.hear(depth(101, 105, [(97, 4)]))
    assert State.LIVE is state(desk)
    assert version == desk.venue.books["BTCUSDT"].book.version
    assert 1 == desk.venue.books["BTCUSDT"].status.duplicates
    desk.hear(depth(101, 105, [(97, 5)]))
    assert State.GAP is state(desk)


def test_a_refresh_never_shows_a_book_that_is_wrong_or_not_live() -> None:
    """A snapshot ahead of a proven book waits for the update that bridges it."""
    desk = synced()
    want = top(desk)
    desk.answer(snapshot(108, [(99, 9)], [(101, 9)]))
    assert (State.LIVE, want) == (state(desk), top(desk))
    desk.hear(depth(106, 107, [(97, 6)]))
    assert [levels((99, 1), (98, 2), (97, 6)), want[1]] == top(desk)
    desk.hear(depth(108, 109, [(95, 1)]))
    assert State.LIVE is state(desk)
    assert [levels((99, 9), (95, 1)), levels((101, 9))] == top(desk)
    assert 1 == desk.venue.books["BTCUSDT"].status.resyncs


def test_an_old_or_foreign_snapshot_never_breaks_a_proven_book() -> None:
    """What can't be bridged is left aside."""
    desk = synced()
    want = top(desk)
    desk.answer(snapshot(50, [(1, 1)], [(2, 1)]))
    desk.answer(b'{"code":-1003,"msg":"Too many requests"}', status=429)
    desk.answer(b"<html>")
    assert (State.LIVE, want) == (state(desk), top(desk))


def test_a_new_snapshot_is_asked_for_before_the_price_leaves_the_covered_range() -> None:
    """Three tenths of the way to the edge are left when it is."""
    desk = Desk(stream("book"))
    desk.open()
    desk.acknowledge()
    desk.hear(depth(1, 2))
    many = [(1000 - i, 1) for i in range(5000)], [(1001 + i, 1) for i in range(100)]
    desk.answer(snapshot(2, [(10000 - i, 1) for i in range(5000)], many[1][:0]))
    book = desk.venue.books["BTCUSDT"].book
    assert (5001.0, None) == book.covered
    desk.asked_for("depth")
    desk.hear(depth(3, 3, [(10000 - i, 0) for i in range(3000)]))
    desk.wait(6000)
    assert [] == desk.asked_for("depth")
    desk.hear(depth(4, 4, [(7000 - i, 0) for i in range(600)]))
    desk.wait(500)
    assert 1 == len(desk.asked_for("depth"))
    assert State.LIVE is state(desk)
    desk.hear(depth(5, 5, [(6400 - i, 0) for i in range(1400)]))
    desk.wait(250)
    assert State.UNPROVEN is state(desk), "a best price outside what is known proves nothing"
    desk.answer(snapshot(5, [(5000, 1)], []))
    desk.wait(250)
    assert State.LIVE is state(desk)


def quiet(desk: Desk) -> HttpRequest:
    """Opened and acknowledged; the snapshot that was asked for since."""
    desk.open()
    desk.acknowledge()
    desk.wait(250)
    return [one for one in desk.made if "depth" in one.url][-1]


def test_a_quiet_symbol_is_live_by_a_snapshot_asked_for_after_the_acknowledgement() -> None:
    """Nothing came since, so there is nothing it could lack; the next update must follow.

    REST may lag behind the stream, so one that was asked for at once proves nothing yet.
    """
    desk = Desk(stream("book"))
    desk.answer_to(quiet(desk), snapshot(104, BIDS, ASKS))
    assert State.SYNCING is state(desk)
    asked = len(desk.asked_for("depth"))
    desk.wait(1_500)
    assert [asked, 1] == [1, len(desk.asked_for("depth"))]
    desk.answer(snapshot(104, BIDS, ASKS))
    assert State.LIVE is state(desk)
    desk.hear(depth(103, 106, [(97, 1)]))
    assert State.LIVE is state(desk)
    assert levels((99, 1), (98, 2), (97, 1)) == top(desk)[0]


@pytest.mark.parametrize("order", ["old first", "old last"])
def test_an_answer_from_before_a_reconnect_tells_nothing(order: str) -> None:
    """It may lack what changed while there was no connection; the new one's answer is taken."""
    desk = Desk(stream("book"))
    old = quiet(desk)
    desk.venue.closed(desk.now, "gone")
    new = quiet(desk)
    assert new is not old
    assert new.url == old.url
    desk.wait(1_000)
    if order == "old first":
        assert [] == desk.answer_to(old, snapshot(100, [(100, 5)], ASKS))
        assert State.SYNCING is state(desk)
    desk.answer_to(new, snapshot(101, BIDS, ASKS))
    desk.wait(1_500)
    desk.answer_to(desk.made[-1], snapshot(101, BIDS, ASKS))
    assert State.LIVE is state(desk)
    want = top(desk)
    if order == "old last":
        assert [] == desk.answer_to(old, snapshot(100, [(100, 5)], ASKS))
    assert (State.LIVE, want) == (state(desk), top(desk))


def test_a_quiet_book_is_never_replaced_by_an_older_one() -> None:
    """A snapshot with a lower id that nobody asked for tells of the past, whatever it says."""
    desk = Desk(stream("book"))
    quiet(desk)
    desk.wait(1_500)
    desk.answer(snapshot(104, BIDS, ASKS))
    desk.wait(1_500)
    desk.answer(snapshot(104, BIDS, ASKS))
    assert State.LIVE is state(desk)
    want = top(desk)
    desk.answer(snapshot(103, [(100, 5)], ASKS))
    assert (State.LIVE, want) == (state(desk), top(desk))
    desk.hear(depth(105, 106, [(97, 1)]))
    assert State.LIVE is state(desk)


def test_a_newer_snapshot_that_nobody_asked_for_says_that_a_quiet_book_was_old() -> None:
    """It is shown, as not proven, until an update joins it."""
    desk = Desk(stream("book"))
    quiet(desk)
    desk.wait(1_500)
    desk.answer(snapshot(104, BIDS, ASKS))
    desk.wait(1_500)
    desk.answer(snapshot(104, BIDS, ASKS))
    desk.answer(snapshot(110, BIDS, ASKS))
    assert State.SYNCING is state(desk)
    desk.hear(depth(111, 112, [(97, 1)]))
    assert State.LIVE is state(desk)


def test_a_snapshot_from_before_the_first_update_is_no_gap_but_no_proof() -> None:
    """Unasked, with updates missing in between: nothing was ever proven, nothing is broken."""
    desk = Desk()
    desk.open()
    desk.answer(snapshot(90, BIDS, ASKS))
    desk.hear(depth(101, 104))
    assert State.SYNCING is state(desk)
    assert 0 == desk.venue.books["BTCUSDT"].status.gaps


def test_a_new_connection_is_a_new_book() -> None:
    """The old content stays to be seen, unproven, and nothing new is merged into it."""
    desk = synced()
    want = top(desk)
    desk.venue.closed(desk.now, "gone")
    desk.open()
    desk.hear(depth(106, 106, [(97, 9)]))
    assert (State.SYNCING, want) == (state(desk), top(desk))
    desk.answer(snapshot(106, [(50, 1)], [(60, 1)]))
    assert [levels((50, 1)), levels((60, 1))] == top(desk)
    assert State.LIVE is state(desk)
    assert desk.venue.books["BTCUSDT"].book.generation == 2


def test_a_subscription_anew_is_no_gap() -> None:
    """Seen in what a recording's client sent, or by an acknowledgement alone."""
    for seen in (True, False):
        desk = Desk()
        desk.open()
        desk.hear(depth(101, 105))
        desk.answer(snapshot(105, BIDS, ASKS))
        if seen:
            params = b'"params":["btcusdt@depth@100ms"]'
            for method in (b"UNSUBSCRIBE", b"SUBSCRIBE"):
                said = b'{"method":"' + method + b'",' + params + b',"id":7}'
                desk.venue.sent(said, desk.now, desk.now)
        desk.hear(b'{"result":null,"id":7}')
        desk.hear(depth(120, 121))
        assert State.SYNCING is state(desk)
        desk.answer(snapshot(121, BIDS, ASKS))
        assert State.LIVE is state(desk)
        assert 0 == desk.venue.books["BTCUSDT"].status.gaps


def test_a_book_crossed_for_over_a_second_is_broken() -> None:
    """For a moment it may be; every event that leaves it so is counted."""
    desk = synced()
    desk.hear(depth(106, 106, [(103, 1)]))
    desk.wait(750)
    assert State.LIVE is state(desk)
    desk.wait(750)
    assert State.GAP is state(desk)
    assert 1 == desk.venue.books["BTCUSDT"].status.crossed


def test_a_quote_with_the_books_own_id_must_agree() -> None:
    """At once where the ids are equal, after two in a row where the quote is the last before."""
    desk = synced()
    desk.hear(quote(105, (99, 1), (101, 1)))
    assert State.LIVE is state(desk)
    desk.hear(depth(106, 107, [(99, 2)]), quote(107, (99, 1), (101, 1)))
    assert State.GAP is state(desk)

    desk = synced()
    desk.hear(quote(105, (99, 1), (101, 1)))
    desk.hear(depth(106, 107, [(99, 2)]), quote(108, (99, 3), (101, 1)))
    assert State.LIVE is state(desk)
    desk.hear(depth(108, 109), quote(110, (99, 4), (101, 1)))
    assert State.GAP is state(desk)


def test_a_level_no_market_has_rejects_the_message_and_doubts_the_book() -> None:
    """A part of it may already be in the book, so it is a gap at once, counted once."""
    for bad in ("nan", "-1.00000000", "1e999", "inf", "abc"):
        desk = synced()
        desk.hear(depth(106, 107, [(99, bad)]))
        desk.hear(depth(108, 109))
        assert State.GAP is state(desk), bad
        status = desk.venue.books["BTCUSDT"].status
        assert (1, 1) == (desk.venue.rejected_messages, status.gaps), bad


def test_sizes_of_more_digits_than_a_float_holds_stay_exact() -> None:
    """Twenty digits, in the snapshot and in an update."""
    desk = Desk()
    desk.open()
    desk.hear(depth(1, 2, [("0.00001234", "123456789012.12345678")]))
    desk.answer(snapshot(1, [("0.00001233", "999999999999.00000001")], []))
    want = levels(("0.00001234", "123456789012.12345678"), ("0.00001233", "999999999999.00000001"))
    assert want == top(desk)[0]
    desk.hear(depth(3, 3, [("0.00001233", "999999999999.00000002")]))
    assert Decimal("999999999999.00000002") == top(desk)[0][1][1]


def test_partial_depth_replaces_the_best_levels_whole() -> None:
    """Proof by snapshot; an older one is left aside."""
    desk = Desk()
    desk.open()
    payload = {"lastUpdateId": 7, "bids": [["99.0", "1.0"]], "asks": [["101.0", "2.0"]]}
    desk.hear(wrapped("btcusdt@depth20@100ms", payload))
    assert (State.LIVE, Proof.SNAPSHOT) == (
        state(desk),
        desk.venue.books["BTCUSDT"].status.proof,
    )
    desk.hear(wrapped("btcusdt@depth20@100ms", {**payload, "lastUpdateId": 6, "bids": []}))
    assert [levels((99, 1)), levels((101, 2))] == top(desk)


def partial(number: int, bid: int) -> bytes:
    payload = {"lastUpdateId": number, "bids": [[f"{bid}.0", "1.0"]], "asks": [["101.0", "2.0"]]}
    return wrapped("btcusdt@depth20@100ms", payload)


def test_a_partial_message_that_came_late_is_counted_and_leaves_a_doubt() -> None:
    """Nobody can tell yet whether it or the newest has a wrong number; the next newer one can."""
    desk = Desk()
    desk.open()
    desk.hear(partial(7, 99), partial(6, 98))
    status = desk.venue.books["BTCUSDT"].status
    assert (State.UNPROVEN, 1, 0) == (status.state, status.duplicates, status.gaps)
    assert levels((99, 1)) == top(desk)[0]
    desk.hear(partial(8, 97))
    assert (State.LIVE, 1, 0) == (status.state, status.duplicates, status.gaps)
    assert levels((97, 1)) == top(desk)[0]


def test_a_wrong_number_does_not_hold_up_a_partial_book() -> None:
    """Each message is whole: the second of the older ones in order is taken, and a gap told."""
    desk = Desk()
    desk.open()
    desk.hear(partial(7, 99), partial(900, 98), partial(9, 97), partial(10, 96), partial(11, 95))
    status = desk.venue.books["BTCUSDT"].status
    assert (State.LIVE, 1, 1) == (status.state, status.duplicates, status.gaps)
    assert levels((95, 1)) == top(desk)[0]


def test_each_bad_number_counts_also_while_the_book_waits_for_its_snapshot() -> None:
    """Ten a second tell that the venue has gone mad; what was refused is never joined."""
    desk = synced()
    for number in range(106, 126):
        desk.hear(depth(number, number, [(99, -1)]))
    assert 20 == desk.venue.rejected_messages
    assert 20 == desk.venue.books["BTCUSDT"].status.rejected
    assert State.GAP is state(desk)
    desk.hear(depth(126, 127, [(99, 3)]))
    desk.answer(snapshot(125, BIDS, ASKS))
    assert State.LIVE is state(desk)
    assert levels((99, 3), (98, 2)) == top(desk)[0]


SPACED = json.dumps(json.loads(depth(106, 107, [(99, 5)])), indent=1).encode()
BARE = json.dumps(json.loads(depth(106, 107, [(99, 5)]))["data"]).encode()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("stream", SPACED.replace(b'"99.00000000"', b'"x"')),
        ("stream", SPACED.replace(b'"U": 106,', b"")),
        ("stream", SPACED[:-20]),
        ("ws/btcusdt@depth@100ms", BARE.replace(b'"99.00000000"', b'"x"')),
        ("ws/btcusdt@depth@100ms", BARE[:-20]),
    ],
    ids=["blanks, no number", "blanks, no id", "blanks, cut", "no name, no number", "no name, cut"],
)
def test_an_unreadable_update_is_lost_in_any_layout(url: str, message: bytes) -> None:
    """The next one won't follow: the book says so at once, not when that comes."""
    desk = Desk()
    desk.open(f"wss://stream.binance.com:9443/{url}")
    first = depth(101, 105, [(97, 4)])
    if url != "stream":
        first = json.dumps(json.loads(first)["data"]).encode()
    desk.hear(first)
    desk.answer(snapshot(104, BIDS, ASKS))
    assert State.LIVE is state(desk)
    desk.hear(message)
    assert (State.GAP, 1) == (state(desk), desk.venue.books["BTCUSDT"].status.rejected)


def test_an_update_of_another_symbol_in_a_stream_is_refused() -> None:
    """The wrapper's name and the payload's symbol must agree."""
    desk = synced()
    strange = depth(106, 107, [(99, 5)]).replace(b'"s":"BTCUSDT"', b'"s":"ETHUSDT"')
    assert [] == desk.hear(strange)
    assert 1 == desk.venue.rejected_messages
    assert levels((99, 1)) == top(desk, 1)[0]


class PlainVenue:
    """A plain model of a venue: its true book after every id, and its messages."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.books: list[tuple[dict[int, int], dict[int, int]]] = [({}, {})]

    def update(self) -> bytes:
        """One to four changes of the true book, as one message."""
        first = len(self.books)
        sides: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for _ in range(self.dice.randint(1, 4)):
            bids, asks = dict(self.books[-1][0]), dict(self.books[-1][1])
            side = self.dice.randint(0, 1)
            price = self.dice.randint(90, 99) + 10 * side
            size = self.dice.choice([0, 0, 1, 2, 3])
            (bids, asks)[side][price] = size
            sides[side][price] = size
            self.books.append((without_zero(bids), without_zero(asks)))
        return depth(first, len(self.books) - 1, list(sides[0].items()), list(sides[1].items()))

    def snapshot(self, at: int) -> bytes:
        bids, asks = self.books[at]
        return snapshot(at, sorted(bids.items(), reverse=True), sorted(asks.items()))


def without_zero(side: dict[int, int]) -> dict[int, int]:
    return {price: size for price, size in side.items() if size}


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 1 << 30),
    steps=st.lists(
        st.sampled_from(["hear"] * 8 + ["drop", "again", "swap", "snapshot", "open", "tick"]),
        max_size=60,
    ),
)
def test_a_book_shown_live_is_the_venues_own_whatever_befell_its_messages(
    seed: int, steps: list[str]
) -> None:
    """Drops, repeats, swaps, old and new snapshots, new connections: never a wrong live book."""
    venue, desk = PlainVenue(seed), Desk(stream("book"))
    desk.open()
    desk.acknowledge()
    late: list[bytes] = []
    heard = [venue.update()]
    for step in steps:
        if step == "snapshot":
            back = venue.dice.randint(0, min(12, len(venue.books) - 1))
            desk.answer(venue.snapshot(len(venue.books) - 1 - back))
        elif step == "open":
            desk.open()
            desk.acknowledge()
        elif step == "tick":
            desk.wait(500)
        elif step == "again":
            desk.hear(venue.dice.choice(heard[-5:]))
        elif step == "swap":
            late.append(venue.update())
        else:
            message = venue.update()
            heard.append(message)
            if step == "hear":
                desk.hear(message, *late)
                late.clear()
        book = desk.venue.books.get("BTCUSDT")
        if book is not None and book.status.state is State.LIVE:
            at = desk.venue.books["BTCUSDT"]
            splice = at.splice  # type: ignore[attr-defined]
            if splice.joined:
                bids, asks = venue.books[splice.last]
                assert levels(*sorted(bids.items(), reverse=True)) == top(desk)[0]
                assert levels(*sorted(asks.items())) == top(desk)[1]
