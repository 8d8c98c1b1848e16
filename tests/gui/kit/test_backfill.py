"""The past is asked for where it is missing in sight, and not again and again."""

from monitor.gui.kit.backfill import FIRST_PATIENCE, LOOK_EVERY, TRIES, Backfill, Question
from monitor.gui.kit.bad_spans import BadSpans
from monitor.market.candle_series import CandleSeries
from monitor.model.events import Candle
from monitor.model.time import SECOND
from monitor.model.verdict import State, Verdict

T = 1_723_161_600 * SECOND


def asked_over(
    backfill: Backfill, series: CandleSeries, seconds: int, back: int = 300
) -> list[Question]:
    """All questions while one looks at the last ``back`` seconds for so long."""
    found: list[Question] = []
    for now in range(0, seconds * SECOND, LOOK_EVERY // 5):
        found += backfill.questions(series, T - back * SECOND, T, T, now)
    return found


def past(start: int, n: int) -> list[Candle]:
    return [
        Candle("v:S", SECOND, start + i * SECOND, 1, 2, 1, 2, 1, 1, 1, closed=True)
        for i in range(n)
    ]


def test_an_empty_series_asks_up_to_the_forming_candle() -> None:
    """The first question covers what is in sight and the candle that is forming."""
    [(end, limit), *again] = asked_over(Backfill(), CandleSeries(SECOND), 14)
    assert T + SECOND == end
    assert limit >= 300
    assert [] == again


def test_no_answer_is_asked_for_thrice() -> None:
    """A venue that stays silent, or has nothing, is left in peace soon."""
    questions = asked_over(Backfill(), CandleSeries(SECOND), 600)
    assert TRIES == len(questions)


def test_scrolling_left_asks_for_what_lies_before() -> None:
    """Each answer that brings older candles leads to the next question, up to the view's need."""
    series, backfill = CandleSeries(SECOND), Backfill()
    series.merge(past(T - 100 * SECOND, 100))
    now = LOOK_EVERY
    [(end, limit)] = backfill.questions(series, T - 300 * SECOND, T, T, now)
    assert T - 100 * SECOND == end
    assert limit >= 200
    series.merge(past(T - 250 * SECOND, 150))
    [(end, _)] = backfill.questions(series, T - 300 * SECOND, T, T, now + LOOK_EVERY)
    assert T - 250 * SECOND == end
    series.merge(past(T - 1_000 * SECOND, 750))
    later = now + 10 * FIRST_PATIENCE
    assert [] == backfill.questions(series, T - 300 * SECOND, T, T, later)


def test_a_hole_in_sight_is_asked_for_and_let_be() -> None:
    """Where trades were missed the venue is asked; an answer without them ends the matter."""
    series, backfill = CandleSeries(SECOND), Backfill()
    series.merge(past(T - 1_000 * SECOND, 900))
    for second in (-100, -99, -98):
        series.add(T + second * SECOND, 1.0, 1.0, "buy")
    series.interrupt()
    for second in (-50, -49):
        series.add(T + second * SECOND, 1.0, 1.0, "buy")
    questions = asked_over(backfill, series, 600)
    assert (T - 49 * SECOND, 49) in questions
    assert len(questions) <= 2 * TRIES
    # An answer heals the hole; nothing more is asked.
    series.merge(past(T - 101 * SECOND, 53))
    assert [] == asked_over(Backfill(), series, 600)


def test_doubt_begins_where_the_feed_was_last_good() -> None:
    """A bad stretch reaches from the last good message to recovery; starting is no doubt."""
    spans = BadSpans()
    spans.see(Verdict(State.CONNECTING), SECOND, T)
    spans.see(Verdict(State.SYNCING), 2 * SECOND, T + SECOND)
    assert [] == spans.spans(T + SECOND)
    spans.see(Verdict(State.LIVE, fresh=3 * SECOND), 3 * SECOND, T + 2 * SECOND)
    spans.see(Verdict(State.STALE, fresh=3 * SECOND), 7 * SECOND, T + 6 * SECOND)
    assert [(T + 2 * SECOND, T + 9 * SECOND)] == spans.spans(T + 9 * SECOND)
    spans.see(Verdict(State.SYNCING, fresh=3 * SECOND), 9 * SECOND, T + 8 * SECOND)
    spans.see(Verdict(State.LIVE, fresh=10 * SECOND), 10 * SECOND, T + 9 * SECOND)
    assert [(T + 2 * SECOND, T + 9 * SECOND)] == spans.spans(T + 60 * SECOND)
