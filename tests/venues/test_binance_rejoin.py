"""A stream subscribed anew begins elsewhere, which is no gap; whatever else is lost is one."""

import json
from collections.abc import Iterable

import pytest

from monitor.model.verdict import State
from tests.venues.binance_words import Desk, Levels, depth, rows, snapshot, stream

BIDS, ASKS = [(99, 1), (98, 2)], [(101, 1), (102, 2)]
ACK = b'{"result":null,"id":7}'
LISTED = b'{"result":["btcusdt@depth@100ms"],"id":3}'
PROPERTY = b'{"result":true,"id":5}'
RAW = "wss://stream.binance.com:9443/ws"


def recorded(*symbols: str, url: str = "wss://stream.binance.com:9443/stream") -> Desk:
    """A replay in which these books are live at id 105, and nobody watches."""
    desk = Desk()
    desk.open(url)
    for symbol in symbols or ("BTCUSDT",):
        desk.hear(depth(101, 105, symbol=symbol))
        desk.answer(snapshot(105, BIDS, ASKS), f"depth?symbol={symbol}&limit=1000")
        assert State.LIVE is state(desk, symbol)
    return desk


def state(desk: Desk, symbol: str = "BTCUSDT") -> State:
    return desk.venue.books[symbol].status.state


def gaps(desk: Desk, symbol: str = "BTCUSDT") -> int:
    return desk.venue.books[symbol].status.gaps


def say(desk: Desk, method: str, *names: str, number: int | None = 8) -> None:
    """What the recording's client said."""
    said = {"method": method, "params": names, "id": number}
    desk.venue.sent(json.dumps(said).encode(), desk.now, desk.now)


def ack(number: int) -> bytes:
    return json.dumps({"result": None, "id": number}).encode()


@pytest.mark.parametrize("answer", [LISTED, PROPERTY, b'{"result":[],"id":3}'])
def test_an_answer_that_is_no_acknowledgement_excuses_nothing(answer: bytes) -> None:
    """LIST_SUBSCRIPTIONS and GET_PROPERTY change no stream."""
    desk = recorded()
    desk.hear(answer, depth(108, 109))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_a_stray_acknowledgement_hides_no_gap_of_a_live_book() -> None:
    """Live, all that was said to the venue is known."""
    desk = Desk(stream("book"))
    desk.open()
    desk.acknowledge()
    desk.hear(depth(101, 105))
    desk.answer(snapshot(105, BIDS, ASKS))
    desk.hear(ACK, depth(108, 109))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_where_the_client_was_recorded_a_stray_acknowledgement_excuses_nothing() -> None:
    """Its messages tell of every subscription."""
    desk = recorded()
    say(desk, "SUBSCRIBE", "ethusdt@trade", number=1)
    desk.hear(ack(1), ACK, depth(108, 109))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_an_acknowledgement_alone_excuses_but_the_very_next_update() -> None:
    """Of each book; one that followed is joined, and what is lost later is lost."""
    desk = recorded("BTCUSDT", "ETHUSDT")
    desk.hear(ACK, depth(106, 107), depth(110, 111))
    desk.hear(depth(120, 121, symbol="ETHUSDT"))
    assert (State.GAP, 1) == (state(desk), gaps(desk))
    assert (State.SYNCING, 0) == (state(desk, "ETHUSDT"), gaps(desk, "ETHUSDT"))
    desk.answer(snapshot(121, BIDS, ASKS), "depth?symbol=ETHUSDT&limit=1000")
    assert State.LIVE is state(desk, "ETHUSDT")
    desk.hear(depth(125, 126, symbol="ETHUSDT"))
    assert (State.GAP, 1) == (state(desk, "ETHUSDT"), gaps(desk, "ETHUSDT"))


@pytest.mark.parametrize("told", [True, False], ids=["client recorded", "acknowledgements alone"])
def test_unsubscribed_and_subscribed_again(*, told: bool) -> None:
    """Updates under way still follow; the first of the new subscription begins elsewhere."""
    name = "btcusdt@depth@100ms"
    desk = recorded("BTCUSDT", "ETHUSDT")
    if told:
        say(desk, "UNSUBSCRIBE", name, number=2)
    desk.hear(depth(106, 107), ack(2))
    desk.hear(depth(106, 107, symbol="ETHUSDT"))
    desk.wait(20_000)
    if told:
        say(desk, "SUBSCRIBE", name, number=3)
    desk.hear(ack(3), depth(120, 121), depth(122, 122))
    desk.hear(depth(108, 109, symbol="ETHUSDT"))
    assert (State.SYNCING, 0) == (state(desk), gaps(desk))
    desk.answer(snapshot(121, BIDS, ASKS))
    assert (State.LIVE, 0) == (state(desk), gaps(desk))
    desk.hear(depth(125, 126), depth(113, 114, symbol="ETHUSDT"))
    assert (1, 1) == (gaps(desk), gaps(desk, "ETHUSDT"))


def test_what_is_lost_after_a_quiet_subscription_anew_is_a_gap() -> None:
    """Nothing was missed in between, so the allowance is used up by what follows."""
    name = "btcusdt@depth@100ms"
    desk = recorded()
    say(desk, "UNSUBSCRIBE", name, number=2)
    desk.hear(ack(2))
    say(desk, "SUBSCRIBE", name, number=3)
    desk.hear(ack(3), depth(106, 107), depth(110, 111))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_a_subscription_of_another_book_excuses_nothing() -> None:
    """Only what was named may begin elsewhere."""
    desk = recorded("BTCUSDT", "ETHUSDT")
    say(desk, "UNSUBSCRIBE", "ethusdt@depth@100ms", number=2)
    say(desk, "SUBSCRIBE", "ethusdt@depth@100ms", "dotusdt@depth@100ms", number=3)
    desk.hear(ack(2), ack(3), depth(108, 109), depth(120, 121, symbol="ETHUSDT"))
    assert (1, 0) == (gaps(desk), gaps(desk, "ETHUSDT"))


def test_an_unanswered_subscription_excuses_for_a_while_only() -> None:
    """Its answer may be missing from the recording."""
    desk = recorded()
    say(desk, "SUBSCRIBE", "btcusdt@depth@100ms", number=None)
    desk.wait(11_000)
    desk.hear(depth(108, 109))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_a_stream_at_another_pace_takes_over() -> None:
    """Once a second instead of ten times: another name, the same book."""
    desk = recorded()
    say(desk, "UNSUBSCRIBE", "btcusdt@depth@100ms", number=2)
    say(desk, "SUBSCRIBE", "btcusdt@depth", number=3)
    slow = depth(120, 129).replace(b"@100ms", b"")
    desk.hear(ack(2), ack(3), slow)
    desk.answer(snapshot(129, BIDS, ASKS))
    desk.hear(depth(130, 140).replace(b"@100ms", b""))
    assert (State.LIVE, 0) == (state(desk), gaps(desk))


# Without names: /ws.


def bare(first: int, last: int, bids: Levels = (), asks: Levels = ()) -> bytes:
    """A depthUpdate as ``/ws`` sends it."""
    payload = {"e": "depthUpdate", "E": 1790000000123, "s": "BTCUSDT", "U": first, "u": last}
    return json.dumps(payload | {"b": rows(bids), "a": rows(asks)}).encode()


def bare_desk(messages: Iterable[bytes]) -> Desk:
    """A replay of a connection without names, its snapshot taken at id 100."""
    desk = Desk()
    desk.open(RAW)
    for message in messages:
        desk.hear(message)
    desk.answer(snapshot(100, BIDS, ASKS))
    return desk


def test_a_raw_stream_subscribed_anew_is_known_by_its_symbol() -> None:
    """The client names ``@100ms``, the payloads nothing."""
    desk = bare_desk([bare(99, 101)])
    say(desk, "UNSUBSCRIBE", "btcusdt@depth@100ms", number=2)
    say(desk, "SUBSCRIBE", "btcusdt@depth@100ms", number=3)
    desk.hear(ack(2), ack(3), bare(120, 121))
    assert (State.SYNCING, 0) == (state(desk), gaps(desk))


FAST = [bare(n, n + 1, [(90, n)]) for n in range(91, 131, 2)]
SLOW = [bare(n, n + 9, [(90, n + 8)]) for n in range(91, 131, 10)]


@pytest.mark.parametrize(
    ("lead", "first"),
    [(0, "fast"), (0, "slow"), (1, "fast"), (2, "slow"), (-1, "fast")],
)
@pytest.mark.parametrize("at", [0, 7, 20])
def test_two_paces_of_one_stream_are_no_gap(lead: int, first: str, at: int) -> None:
    """Whichever comes first, and a little before or after its time: one book, no gap."""
    messages: list[bytes] = [] if first == "fast" else [bare(81, 90, [(90, 88)])]
    for n, message in enumerate(FAST, 1):
        messages.append(message)
        if n + lead and not (n + lead) % 5:
            messages.append(SLOW[(n + lead) // 5 - 1])
    desk = Desk()
    desk.open(RAW)
    for message in messages[:at]:
        desk.hear(message)
    desk.answer(snapshot(100, BIDS, ASKS))
    for message in messages[at:]:
        desk.hear(message)
    assert (State.LIVE, 0) == (state(desk), gaps(desk))
    assert 129 == desk.venue.books["BTCUSDT"].book.bids.size_at(90.0)


def test_what_is_lost_of_two_paces_is_a_gap_unless_the_other_tells_it() -> None:
    """One that runs ahead bridges the hole; without it the hole is a gap."""
    desk = bare_desk([FAST[4], SLOW[0]])
    desk.hear(FAST[5], FAST[6], SLOW[1], FAST[9], FAST[10])
    assert (State.LIVE, 0) == (state(desk), gaps(desk))
    assert 111 == desk.venue.books["BTCUSDT"].book.bids.size_at(90.0)
    desk.hear(FAST[12])
    assert (State.GAP, 1) == (state(desk), gaps(desk))


def test_an_update_inside_another_is_not_what_it_said() -> None:
    """A wrong last id makes the true next ones look old: that is seen at once."""
    desk = bare_desk([bare(99, 101)])
    desk.hear(bare(102, 193), bare(104, 110))
    assert (State.GAP, 1) == (state(desk), gaps(desk))


# Old updates.


def test_an_update_older_than_all_that_is_kept_is_a_repeat() -> None:
    """Six hundred are kept; one that is older changes nothing."""
    desk = recorded()
    for n in range(106, 806):
        desk.hear(depth(n, n))
    version = desk.venue.books["BTCUSDT"].book.version
    desk.hear(depth(106, 106, [(99, 5)]))
    status = desk.venue.books["BTCUSDT"].status
    assert (State.LIVE, 0, 1) == (state(desk), status.gaps, status.duplicates)
    assert version == desk.venue.books["BTCUSDT"].book.version


def test_numbers_that_begin_anew_are_no_repeats() -> None:
    """Old ids with a later time: the venue counts from the start, and the book is not live."""
    desk = recorded()
    later = depth(5, 9).replace(b"1790000000123", b"1790000000124")
    desk.hear(later)
    assert (State.GAP, 1) == (state(desk), gaps(desk))
    desk.answer(snapshot(8, BIDS, ASKS))
    assert State.LIVE is state(desk)
