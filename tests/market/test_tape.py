"""The tape keeps the last trades, once each, in order, exact, without copies."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.market.tape import AGGREGATE, BACKFILL, LATE, NO_VENUE_TIME, Tape
from monitor.model.events import Side, Trade


def trade(
    number: int,
    ts: int,
    *,
    price: float = 100.0,
    size: float = 1.0,
    side: Side = "buy",
    backfill: bool = False,
    aggregate: bool = False,
    exact: tuple[str, str] | None = None,
) -> Trade:
    return Trade(
        "v:S", price, size, side, number, ts, ts + 5 if ts else 77, aggregate, backfill, exact
    )


def test_columns_hold_what_was_appended() -> None:
    """Every field of a trade stands in its column, newest last."""
    tape = Tape()
    tape.append(trade(1, 10, price=5.5, size=0.25, side="sell"))
    tape.append(trade(2, 20, price=5.75, size=3.0, side="unknown", aggregate=True))
    view = tape.view()
    assert [10, 20] == view.ts_event.tolist()
    assert [15, 25] == view.ts_recv.tolist()
    assert [5.5, 5.75] == view.price.tolist()
    assert [0.25, 3.0] == view.size.tolist()
    assert [-1, 0] == view.side.tolist()
    assert [0, AGGREGATE] == view.flags.tolist()
    assert [1, 2] == view.trade_id.tolist()


@given(st.integers(1, 40), st.integers(0, 300), st.integers(0, 60))
def test_ring_keeps_the_last_ones(capacity: int, n: int, wanted: int) -> None:
    """Whatever the capacity, a view holds exactly the newest trades, in order."""
    tape = Tape(capacity)
    for number in range(n):
        tape.append(trade(number, number + 1))
    kept = list(range(max(0, n - capacity), n))
    assert n == tape.count
    assert kept == tape.view().trade_id.tolist()
    assert kept[max(0, len(kept) - wanted) :] == tape.view(wanted).trade_id.tolist()
    assert len(kept) == len(tape)


def test_view_is_no_copy() -> None:
    """A view costs nothing: it shares the tape's memory."""
    tape = Tape(8)
    tape.append(trade(1, 1))
    assert np.shares_memory(tape.view().price, tape.view().price)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60))
def test_duplicates_are_dropped_and_counted(plan: list[tuple[int, bool]]) -> None:
    """A trade that was here before is not shown twice, but it is counted."""
    tape = Tape()
    kept: set[int] = set()
    for number, backfill in plan:
        assert (number not in kept) == tape.append(trade(number, number + 1, backfill=backfill))
        kept.add(number)
    assert len(kept) == tape.count
    assert len(plan) - len(kept) == tape.duplicates
    assert kept == set(tape.view().trade_id.tolist())


IDS = st.one_of(st.integers(-3, 9), st.sampled_from(["", "a", "b", "7"]), st.just(2**63))


@given(st.lists(st.tuples(IDS, st.sampled_from([0, 3, 4])), max_size=40))
def test_a_trade_is_known_by_its_id_and_the_venues_time(plan: list[tuple[str | int, int]]) -> None:
    """Whatever ids a venue gives, and however it mixes them; without an id nothing is known."""
    tape = Tape()
    times: dict[str | int, list[int]] = {}
    kept: list[str | int] = []
    for trade_id, ts_event in plan:
        came = times.setdefault(trade_id, [])
        if ts_event in came[:-1]:
            continue  # No venue goes back to a numbering of before.
        new = trade_id == "" or ts_event not in came
        assert new == tape.append(Trade("v:S", 1.0, 1.0, "buy", trade_id, ts_event, 5))
        if new:
            came.append(ts_event)
            kept.append(trade_id)
    assert kept == tape.view().trade_id.tolist()


def test_numbers_past_the_ring_are_new_trades() -> None:
    """Only the rows that are still held tell of their ids."""
    tape = Tape(4)
    for number in range(1, 10):
        tape.append(trade(number, number))
    assert [False, True] == [tape.append(trade(number, number)) for number in (8, 2)]
    assert 1 == tape.duplicates


def test_reused_id_is_a_new_trade() -> None:
    """A venue that starts its ids anew doesn't lose trades: the time belongs to the id."""
    tape = Tape()
    assert tape.append(trade(1, 10))
    assert tape.append(trade(1, 20))
    assert 0 == tape.duplicates


def test_trades_without_id_are_never_duplicates() -> None:
    """Where a venue gives no ids, equal prints are different prints."""
    tape = Tape()
    for _ in range(2):
        assert tape.append(Trade("v:S", 1.0, 1.0, "buy", "", 5, 5))
    assert 2 == len(tape)


@given(
    st.lists(st.integers(1, 1_000), unique=True, max_size=40),
    st.lists(st.integers(1, 1_000), unique=True, max_size=40),
)
def test_backfilled_trades_stand_in_their_place(live: list[int], past: list[int]) -> None:
    """Live trades in time order plus any backfill give a tape in time order."""
    tape = Tape()
    for ts in sorted(live):
        tape.append(trade(ts, ts))
    for ts in past:
        tape.append(trade(ts, ts, backfill=True))
    view = tape.view()
    assert sorted({*live, *past}) == view.ts_event.tolist() == view.trade_id.tolist()
    backfilled = {*past} - {*live}
    assert [ts in backfilled for ts in view.ts_event.tolist()] == [
        bool(flags & BACKFILL) for flags in view.flags.tolist()
    ]


def test_backfill_older_than_a_full_ring_is_dropped() -> None:
    """A full ring of newer trades takes no older one, and counts it."""
    tape = Tape(3)
    for ts in (10, 20, 30):
        tape.append(trade(ts, ts))
    assert not tape.append(trade(5, 5, backfill=True))
    assert tape.append(trade(15, 15, backfill=True))
    assert [15, 20, 30] == tape.view().ts_event.tolist()
    assert 1 == tape.too_old


def test_insertion_is_told() -> None:
    """``revision`` grows when older rows moved, and only then."""
    tape = Tape()
    tape.append(trade(2, 20))
    tape.append(trade(3, 30))
    assert 0 == tape.revision
    tape.append(trade(1, 10, backfill=True))
    assert 1 == tape.revision


def test_late_live_trade_stays_last_and_is_marked() -> None:
    """A live trade is shown when it came, even where the venue dates it earlier."""
    tape = Tape()
    tape.append(trade(2, 20))
    tape.append(trade(1, 10))
    assert [20, 10] == tape.view().ts_event.tolist()
    assert [0, LATE] == tape.view().flags.tolist()


def test_missing_venue_time_is_marked() -> None:
    """Without a venue's time ours stands in, and a flag says so."""
    tape = Tape()
    tape.append(trade(1, 0))
    assert [77] == tape.view().ts_event.tolist()
    assert [NO_VENUE_TIME] == tape.view().flags.tolist()


@given(st.integers(1, 12), st.lists(st.integers(1, 10**6), unique=True, max_size=60))
def test_exact_texts_stay_with_their_trade(capacity: int, order: list[int]) -> None:
    """However rows move, a trade keeps its own exact numbers."""
    tape = Tape(capacity)
    for ts in order:
        texts = (f"{ts}.123456789012345678", f"{ts}.5") if ts % 2 else None
        tape.append(trade(ts, ts, price=float(ts), backfill=ts % 3 == 0, exact=texts))
    view = tape.view()
    for row, number in enumerate(view.trade_id.tolist()):
        price, size = view.exact_at(row)
        if number % 2:
            assert (Decimal(f"{number}.123456789012345678"), Decimal(f"{number}.5")) == (
                price,
                size,
            )
        else:
            assert (Decimal(number), Decimal(1)) == (price, size)


def test_clear_forgets_rows_and_ids() -> None:
    """After a jump the same trades may come again."""
    tape = Tape()
    tape.append(trade(1, 10))
    tape.clear()
    assert 0 == len(tape)
    assert tape.append(trade(1, 10))


def test_capacity_must_be_positive() -> None:
    """A tape of no rows is refused in one sentence."""
    with pytest.raises(ValueError, match="capacity was 0"):
        Tape(0)
