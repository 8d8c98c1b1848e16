"""The laws of what is wanted of a venue: said once, answered in time, or said again later."""

from monitor.model.time import SECOND
from monitor.protocol.subscriptions import Phase, Subscriptions, Topic, in_batches

BOOK = Topic("book", "BTC/USD", 10)
TRADE = Topic("trade", "BTC/USD")


def standing(*topics: Topic) -> Subscriptions:
    subscriptions = Subscriptions(5 * SECOND, 10 * SECOND, quiet=frozenset({"trade"}))
    subscriptions.want_exactly(set(topics))
    return subscriptions


def test_a_topic_is_asked_for_once() -> None:
    """Asked means said: it isn't due again."""
    subscriptions = standing(BOOK)
    assert ([], [BOOK]) == subscriptions.due(0)
    assert ([], []) == subscriptions.due(1)


def test_an_answer_that_does_not_come_is_late() -> None:
    """No acknowledgement for 5 s, or none of its messages for 10 s more: late."""
    subscriptions = standing(BOOK, TRADE)
    subscriptions.due(0)
    assert [] == subscriptions.late(5 * SECOND)
    assert {BOOK, TRADE} == set(subscriptions.late(5 * SECOND + 1))
    for topic in (BOOK, TRADE):
        subscriptions.confirmed(topic, 0)
    # A market without trades is quiet for good.
    assert [BOOK] == subscriptions.late(10 * SECOND + 1)
    subscriptions.flowing(BOOK)
    assert [] == subscriptions.late(99 * SECOND)


def test_renewals_wait_longer_each_time_and_leave_first() -> None:
    """At once, then 1, 2, 4 … at most 30 s; a minute's calm starts anew."""
    subscriptions = standing(BOOK)
    subscriptions.due(0)
    now, pauses = 100 * SECOND, []
    for _ in range(8):
        subscriptions.renew(BOOK, now)
        start = now
        while not (due := subscriptions.due(now))[1]:
            now += SECOND // 2
        assert ([BOOK], [BOOK]) == due
        pauses.append((now - start) / SECOND)
    assert [0, 1, 2, 4, 8, 16, 30, 30] == pauses
    now += 61 * SECOND
    subscriptions.renew(BOOK, now)
    assert ([BOOK], [BOOK]) == subscriptions.due(now)


def test_what_is_given_up_is_left_and_what_was_refused_is_not() -> None:
    """Only what the venue serves has to be left."""
    subscriptions = standing(BOOK, TRADE)
    subscriptions.due(0)
    subscriptions.refused(TRADE)
    assert Phase.REFUSED is subscriptions.phase(TRADE)
    subscriptions.want_exactly(set())
    assert ([BOOK], []) == subscriptions.due(1)
    assert subscriptions.phase(BOOK) is None


def test_a_new_connection_is_asked_everything() -> None:
    """Also what the last one refused; what was to be left is forgotten."""
    subscriptions = standing(BOOK, TRADE)
    subscriptions.due(0)
    subscriptions.refused(BOOK)
    subscriptions.want_exactly({BOOK})
    subscriptions.connected()
    assert ([], [BOOK]) == subscriptions.due(2)


def test_after_a_complaint_nothing_is_said_for_a_while() -> None:
    """``hold`` delays what is due and loses none of it."""
    subscriptions = standing(BOOK)
    subscriptions.hold(5 * SECOND)
    assert ([], []) == subscriptions.due(4 * SECOND)
    assert ([], [BOOK]) == subscriptions.due(5 * SECOND)


def test_batches_hold_one_channel_and_option() -> None:
    """At most ``size`` topics a batch, in order."""
    topics = [BOOK, TRADE, Topic("book", "ETH/USD", 10), Topic("book", "SOL/USD", 25)]
    assert [[BOOK, topics[2]], [TRADE], [topics[3]]] == in_batches(topics, 2)
    assert [[BOOK], [topics[2]], [TRADE], [topics[3]]] == in_batches(topics, 1)
