"""The laws of a Kraken book: proven, broken and healed."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.events import BookDelta, BookSnapshot
from monitor.model.streams import Stream
from monitor.model.time import SECOND
from monitor.model.verdict import Proof, State
from monitor.protocol.checksum import checksum
from monitor.protocol.venue import BookStream, HttpResponse
from monitor.venues.kraken import Kraken
from tests.venues.plain_kraken import PlainKraken, acknowledgement, filled

BOOK = Stream("kraken:BTC/USD", "book")
PAIRS = (
    b'{"error":[],"result":{"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","base":"XXBT",'
    b'"quote":"ZUSD","pair_decimals":1,"lot_decimals":8,"tick_size":"0.1","status":"online"}}}'
)


def connected(*, listed: bool = False, depth: int = 10) -> Kraken:
    kraken = Kraken(depth=depth)
    if listed:
        kraken.ask_instruments()
        (request,) = kraken.requests_to_make()
        kraken.answered(request, HttpResponse(request.url, 200, PAIRS), 0, 0)
    kraken.subscribe([BOOK])
    kraken.opened(kraken.url, 1, 1)
    kraken.messages_to_send()
    return kraken


def live(venue: PlainKraken, *, listed: bool = False) -> Kraken:
    kraken = connected(listed=listed, depth=venue.depth)
    kraken.received(acknowledgement(depth=venue.depth), 2, 2)
    kraken.received(venue.snapshot(), 3, 3)
    return kraken


def stream_of(kraken: Kraken) -> BookStream:
    return kraken.books["BTC/USD"]


def levels(kraken: Kraken, *, bids: bool) -> list[tuple[Decimal, Decimal]]:
    book = stream_of(kraken).book
    return (book.bids if bids else book.asks).top(2000)


def state(kraken: Kraken, now: int = 4) -> State:
    return stream_of(kraken).status.verdict(now).state


@pytest.fixture(params=[False, True], ids=["digits from the text", "digits from the list"])
def listed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_book_is_live_from_its_snapshot_on(listed: bool) -> None:
    """Connecting, syncing, then live by the checksum of the top 10."""
    kraken = connected(listed=listed)
    assert State.SYNCING is state(kraken)
    venue = filled()
    (event,) = kraken.received(venue.snapshot(), 3, 3)
    assert isinstance(event, BookSnapshot)
    verdict = stream_of(kraken).status.verdict(4)
    assert (State.LIVE, Proof.CHECKSUM, "top 10") == (verdict.state, verdict.proof, verdict.detail)
    assert "LIVE checksum (top 10)" == verdict.words(4)
    assert venue.top(bids=True) == levels(kraken, bids=True)
    assert (99.0, 101.0) == stream_of(kraken).book.covered


CHANGE = st.tuples(st.booleans(), st.integers(1, 30), st.sampled_from(["0", "0.5", "1.25", "1e-8"]))


@settings(deadline=None, max_examples=60)
@given(changes=st.lists(CHANGE, max_size=60), depth=st.sampled_from([10, 25]), known=st.booleans())
def test_any_changes_give_the_venues_book(
    changes: Sequence[tuple[bool, int, str]], depth: int, known: bool
) -> None:
    """Whatever the venue changes, the book is its best levels, and every checksum is right."""
    venue = filled(levels=20, depth=depth)
    kraken = live(venue, listed=known)
    for n, (bids, away, size) in enumerate(changes):
        price = Decimal(1000 - away if bids else 1000 + away) / 10
        side = venue.bids if bids else venue.asks
        if Decimal(size) or price in side:
            for event in kraken.received(
                venue.change(bids=bids, price=str(price), size=size), n, n
            ):
                assert isinstance(event, BookDelta)
    stream = stream_of(kraken)
    assert 0 == stream.status.checksums_failed
    assert venue.top(bids=True) == levels(kraken, bids=True)
    assert venue.top(bids=False) == levels(kraken, bids=False)


def test_deltas_alone_rebuild_the_book() -> None:
    """Levels that leave the depth are in the events too: nobody else has to know the depth."""
    venue = filled()
    kraken = connected(listed=True)
    bids: dict[float, float] = {}
    for message in (
        venue.snapshot(),
        venue.change(bids=True, price="100.0", size="3"),
        venue.change(bids=True, price="99.9", size="0"),
    ):
        (event,) = kraken.received(message, 3, 3)
        assert isinstance(event, (BookSnapshot, BookDelta))
        bids.update(event.bids)
    expected = {float(price): float(size) for price, size in venue.top(bids=True)}
    assert expected == {price: size for price, size in bids.items() if size}


def test_a_dropped_update_is_a_gap_within_one_message_and_heals(listed: bool) -> None:
    """The checksum fails; unsubscribe and subscribe go out; the new snapshot is live again."""
    venue = filled()
    kraken = live(venue, listed=listed)
    venue.change(bids=True, price="99.9", size="7")
    assert kraken.received(venue.change(bids=True, price="99.8", size="7"), 5, 5)
    assert State.GAP is state(kraken)
    unsubscribe, subscribe = kraken.messages_to_send()
    assert '"method":"unsubscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":10}' in (
        unsubscribe
    )
    assert '"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":10' in (
        subscribe
    )
    # What was under way belongs to the time before.
    assert [] == kraken.received(venue.change(bids=True, price="99.8", size="8"), 6, 6)
    kraken.received(acknowledgement(), 7, 7)
    kraken.received(venue.snapshot(), 8, 8)
    counters = stream_of(kraken).status.counters()
    assert (1, 0, 1) == (counters.checksums_failed, counters.gaps, counters.resyncs)
    assert State.LIVE is state(kraken, 9)
    assert venue.top(bids=True) == levels(kraken, bids=True)


@pytest.mark.parametrize("quiet", [False, True], ids=["updates come", "nothing comes"])
def test_a_repair_whose_snapshot_is_lost_too_is_asked_for_again_soon(*, quiet: bool) -> None:
    """An acknowledgement without its snapshot: within 2 s, and each time later, not after 10 s."""
    venue = filled()
    kraken = live(venue)
    kraken.received(venue.change(bids=True, price="99.9", size="7")[:-1], 5, 5)
    kraken.messages_to_send()
    now, asked = 5, []
    kraken.received(acknowledgement(), now, now)
    while now < 40 * SECOND:
        now += SECOND // 4
        kraken.received(b'{"channel":"heartbeat"}', now, now)
        if not quiet:
            kraken.received(venue.change(bids=True, price="99.8", size="7"), now, now)
        kraken.tick(now, now)
        if any('"subscribe","params":{"channel":"book"' in m for m in kraken.messages_to_send()):
            asked.append(now / SECOND)
            kraken.received(acknowledgement(), now, now)
    pauses = [b - a for a, b in pairwise(asked)]
    assert asked[0] <= 4
    assert 4 <= len(asked) <= 6
    assert sorted(pauses) == pauses
    assert 1 == stream_of(kraken).status.rejected
    assert 0 == stream_of(kraken).status.gaps
    kraken.received(venue.snapshot(), now, now)
    assert State.LIVE is state(kraken, now)


def whole_priced(qty: str) -> tuple[PlainKraken, bytes]:
    """A book of whole prices, whose JSON numbers carry a point all the same, and its snapshot."""
    digits = (0, len(qty.partition(".")[2].rstrip("0")))
    bids = {Decimal(60000 - n): Decimal(qty) for n in range(10)}
    asks = {Decimal(60001 + n): Decimal(qty) for n in range(10)}
    crc = checksum(list(asks.items()), list(bids.items()), digits)
    rows = [
        ",".join(f'{{"price":{price}.0,"qty":{qty}}}' for price in side) for side in (bids, asks)
    ]
    data = f'"symbol":"BTC/USD","bids":[{rows[0]}],"asks":[{rows[1]}],"checksum":{crc}'
    snapshot = f'{{"channel":"book","type":"snapshot","data":[{{{data}}}]}}'.encode()
    venue = PlainKraken()
    venue.bids, venue.asks = bids, asks
    return venue, snapshot


@pytest.mark.parametrize("qty", ["0.12345678", "1.5", "3.0"])
def test_whole_prices_written_with_a_point_have_no_digits_behind_it(qty: str) -> None:
    """``price_precision`` 0 and ``60000.0``: the text of the checksum has ``60000``, by the list
    and without it."""
    pairs = PAIRS.replace(b'"pair_decimals":1', b'"pair_decimals":0').replace(b'"0.1"', b'"1"')
    decimals = len(qty.partition(".")[2].rstrip("0"))
    pairs = pairs.replace(b'"lot_decimals":8', b'"lot_decimals":%d' % decimals)
    for listed in (True, False):
        kraken = connected()
        if listed:
            kraken.ask_instruments()
            (request,) = kraken.requests_to_make()
            kraken.answered(request, HttpResponse(request.url, 200, pairs), 0, 0)
        venue, snapshot = whole_priced(qty)
        kraken.received(snapshot, 3, 3)
        status = stream_of(kraken).status
        assert (State.LIVE, 1, 0) == (status.state, status.checksums_ok, status.checksums_failed)
        crc = checksum(venue.top(bids=False), venue.top(bids=True)[1:], (0, decimals))
        gone = (
            '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":60000.0,'
            f'"qty":0.0}}],"asks":[],"checksum":{crc},"timestamp":"2026-11-20T10:11:12.1Z"}}]}}'
        ).encode()
        kraken.received(gone, 4, 4)
        assert (State.LIVE, 2, 0) == (status.state, status.checksums_ok, status.checksums_failed)


def test_a_snapshot_may_have_fewer_digits_than_those_before() -> None:
    """Without a list, a tick that became coarser shows in the numbers of the next snapshot."""
    kraken = connected()
    kraken.received(filled().snapshot(), 3, 3)
    _, snapshot = whole_priced("0.12345678")
    kraken.received(snapshot, 4, 4)
    status = stream_of(kraken).status
    assert (State.LIVE, 2, 0) == (status.state, status.checksums_ok, status.checksums_failed)


def test_repeated_mismatches_wait_longer_and_doubt_the_digits() -> None:
    """The second failure in a row has the pair's digits read anew; asking slows down."""
    venue = filled()
    kraken = live(venue, listed=True)
    sent, now = [], 10 * SECOND
    for _ in range(3):
        kraken.received(venue.snapshot().replace(b'"checksum":', b'"checksum":1'), now, now)
        sent.append(len(kraken.messages_to_send()))
        kraken.received(acknowledgement(), now, now)
    assert [2, 0, 0] == sent
    assert any("AssetPairs?pair=XBTUSD" in request.url for request in kraken.requests_to_make())
    kraken.tick(now + SECOND, now + SECOND)
    assert 2 == sum('"book"' in message for message in kraken.messages_to_send())


def test_a_list_with_wrong_digits_does_not_break_the_book_for_good() -> None:
    """After two failures the digits are taken from the text, and the same list is not believed."""
    wrong = PAIRS.replace(b'"pair_decimals":1', b'"pair_decimals":3')
    kraken = connected()
    for body in (wrong, wrong):
        kraken.ask_instruments()
        (request,) = kraken.requests_to_make()
        kraken.answered(request, HttpResponse(request.url, 200, body), 0, 0)
    venue = filled()
    for now in (1, 2):
        kraken.received(venue.snapshot(), now, now)
        assert State.GAP is state(kraken)
    (request,) = kraken.requests_to_make()
    kraken.answered(request, HttpResponse(request.url, 200, wrong), 3, 3)
    kraken.received(venue.snapshot(), 4, 4)
    assert State.LIVE is state(kraken, 5)


def test_an_update_before_any_snapshot_is_a_gap() -> None:
    """Once acknowledged, the snapshot comes first; otherwise it was lost."""
    kraken = connected()
    venue = filled()
    kraken.received(acknowledgement(), 2, 2)
    assert [] == kraken.received(venue.change(bids=True, price="99.9", size="7"), 3, 3)
    assert State.GAP is state(kraken)
    assert 1 == stream_of(kraken).status.gaps
    assert 2 == len(kraken.messages_to_send())


def test_updates_that_changed_places_are_seen_by_their_times() -> None:
    """Two updates of one level may each have a right checksum in the wrong order."""
    venue = filled()
    kraken = live(venue)
    before = venue.bids[Decimal("99.9")]
    first = venue.change(bids=True, price="99.9", size="7")
    second = venue.change(bids=True, price="99.9", size=str(before))
    kraken.received(second, 4, 4)
    kraken.received(first, 5, 5)
    assert (State.GAP, 1) == (state(kraken), stream_of(kraken).status.gaps)


def test_a_crossed_book_is_broken_whatever_its_checksum_says() -> None:
    """Best bid at or above best ask: counted, and fetched anew."""
    venue = filled()
    kraken = live(venue)
    kraken.received(venue.change(bids=True, price="100.1", size="1"), 4, 4)
    assert (State.GAP, 1) == (state(kraken), stream_of(kraken).status.crossed)
    assert 2 == len(kraken.messages_to_send())


def test_a_repeated_update_changes_nothing_and_is_counted() -> None:
    """The same bytes again: no event, one duplicate."""
    venue = filled()
    kraken = live(venue)
    message = venue.change(bids=True, price="100.0", size="7")
    kraken.received(message, 4, 4)
    assert [] == kraken.received(message, 5, 5)
    assert (State.LIVE, 1) == (state(kraken, 6), stream_of(kraken).status.duplicates)
    assert venue.top(bids=True) == levels(kraken, bids=True)


@pytest.mark.parametrize("qty", ["-1", "1e400", "-0.5"])
def test_numbers_no_market_has_are_refused_and_the_book_fetched_anew(qty: str) -> None:
    """Counted as rejected; the book that missed a message is not called live."""
    venue = filled()
    kraken = live(venue)
    message = venue.change(bids=True, price="99.9", size="7")
    kraken.received(message.replace(b"7.00000000", qty.encode()), 4, 4)
    assert (1, 0) == (kraken.rejected_messages, kraken.unknown_messages)
    assert State.GAP is state(kraken)
    assert 2 == len(kraken.messages_to_send())


def test_each_bad_number_counts_also_while_the_book_waits_for_its_snapshot() -> None:
    """Ten a second tell that the venue has gone mad; the repair is asked for once all the same."""
    venue = filled()
    kraken = live(venue)
    for n in range(20):
        message = venue.change(bids=True, price="99.9", size=str(n + 7))
        bad = message.replace(f'"qty":{n + 7}'.encode(), b'"qty":-1')
        kraken.received(bad, 4 + n, 4 + n)
    assert (20, 20) == (kraken.rejected_messages, stream_of(kraken).status.rejected)
    assert State.GAP is state(kraken, 30)
    assert 2 == len(kraken.messages_to_send())
    kraken.received(acknowledgement(), 30, 30)
    kraken.received(venue.snapshot(), 31, 31)
    assert State.LIVE is state(kraken, 32)


@pytest.mark.parametrize(("depth", "whole"), [(25, 8), (100, 15), (500, 60)])
def test_no_level_is_lost_where_nobody_said_the_depth(depth: int, whole: int) -> None:
    """A snapshot shorter than any depth on offer is the whole book, and no measure of the depth."""
    kraken = Kraken()
    kraken.opened("", 1, 1)
    venue = filled(levels=whole, depth=depth)
    kraken.received(venue.snapshot(), 3, 3)
    offered = next(n for n in (10, 25, 100) if n >= whole)
    for n in range(offered - whole + 2):  # so many more that a cut there would lose the last
        price = str(Decimal("99.9") - Decimal(whole + n) / 10)
        kraken.received(venue.change(bids=True, price=price, size="1"), 4, 4)
    for price in ("99.9", "99.8", "99.7"):
        kraken.received(venue.change(bids=True, price=price, size="0"), 5, 5)
    assert venue.top(bids=True)[:depth] == levels(kraken, bids=True)
    assert State.LIVE is state(kraken)
    assert 0 == stream_of(kraken).status.checksums_failed


def test_a_new_connection_starts_anew_but_keeps_the_picture() -> None:
    """Nothing old is called live, and nothing new is joined to it before the snapshot."""
    venue = filled()
    kraken = live(venue)
    book = stream_of(kraken).book
    generation = book.generation
    kraken.closed(5, "the connection was lost")
    assert State.DOWN is state(kraken, 5)
    kraken.opened(kraken.url, 6, 6)
    assert (State.SYNCING, generation + 1) == (state(kraken, 6), book.generation)
    assert venue.top(bids=True) == levels(kraken, bids=True)
    assert [] == kraken.received(venue.change(bids=True, price="99.9", size="9"), 7, 7)
    assert State.SYNCING is state(kraken, 7)
    kraken.received(venue.snapshot(), 8, 8)
    assert State.LIVE is state(kraken, 8)
    assert book is stream_of(kraken).book


def test_sizes_of_more_digits_than_a_float_holds_are_exact(listed: bool) -> None:
    """123456789012.12345678 of a cheap coin stays that."""
    venue = filled()
    kraken = live(venue, listed=listed)
    size = "123456789012.12345678"
    kraken.received(venue.change(bids=True, price="99.9", size=size), 4, 4)
    assert State.LIVE is state(kraken)
    assert (Decimal("99.9"), Decimal(size)) == levels(kraken, bids=True)[0]


def test_the_depth_is_the_acknowledged_one() -> None:
    """A recording's subscription, its answer, or else the snapshot's length tells the depth."""
    by_answer, by_request, by_length = Kraken(), Kraken(), Kraken()
    request = b'{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":25}}'
    for kraken in (by_answer, by_request, by_length):
        kraken.opened("", 1, 1)
    by_answer.received(acknowledgement(depth=25), 2, 2)
    by_request.sent(request, 2, 2)
    for kraken, expected in ((by_answer, 12), (by_request, 12), (by_length, 10)):
        venue = filled(levels=10, depth=25)
        kraken.received(venue.snapshot(), 3, 3)
        for price in ("98.9", "98.8"):
            kraken.received(venue.change(bids=True, price=price, size="1"), 4, 4)
        assert expected == len(levels(kraken, bids=True))
        assert State.LIVE is state(kraken)
