"""Updates and snapshots joined by their numbers, against every order they may come in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from monitor.protocol.sequence import NEVER, Fit, Splice, Step

Update = tuple[int, int]


def spans(lengths: list[int]) -> list[Update]:
    """Updates that follow one another from id 1 on, of these lengths."""
    found, first = [], 1
    for length in lengths:
        found.append((first, first + length - 1))
        first += length
    return found


def test_updates_before_any_snapshot_are_held_and_joined_by_it() -> None:
    """A snapshot in the middle of the held updates leaves exactly the later ones to apply."""
    splice: Splice[str] = Splice(keep=10)
    assert [Step.HOLD] * 3 == [splice.offer(*span, str(span)) for span in spans([5, 5, 5])]
    assert splice.offer_snapshot(7) is Fit.JOINS
    assert ["(6, 10)", "(11, 15)"] == splice.after(7)
    assert splice.joined
    assert splice.due == 16


def test_a_snapshot_ahead_waits_for_the_update_that_bridges_it() -> None:
    """U <= at + 1 <= u joins; what the snapshot already holds is dropped."""
    splice: Splice[str] = Splice(keep=10)
    splice.offer(1, 5, "a")
    assert splice.offer_snapshot(12) is Fit.AHEAD
    assert splice.offer(6, 10, "b") is Step.HOLD
    assert splice.offer(11, 14, "c") is Step.SPLICE
    assert ["c"] == splice.after(12)


def test_a_snapshot_older_than_the_updates_kept_is_of_no_use() -> None:
    """Between it and the first update kept, ids are missing."""
    splice: Splice[str] = Splice(keep=10)
    splice.offer(20, 25, "a")
    assert splice.offer_snapshot(18) is Fit.TOO_OLD
    assert splice.offer_snapshot(19) is Fit.JOINS


def test_a_snapshot_that_no_update_follows_up_to_is_given_up() -> None:
    """The first update after it begins too late: held for the next snapshot, nothing joined."""
    splice: Splice[str] = Splice(keep=10)
    assert splice.offer_snapshot(10) is Fit.AHEAD
    assert splice.offer(12, 15, "a") is Step.HOLD
    assert splice.waiting is None
    assert not splice.joined


def test_a_proven_book_is_broken_by_nothing_but_a_break() -> None:
    """Old snapshots, repeats and snapshots ahead leave it joined; a missing id does not."""
    splice: Splice[str] = Splice(keep=2)
    for number, span in enumerate(spans([1, 1, 1, 1])):
        splice.offer(*span, str(number))
        splice.offer_snapshot(1)
    assert splice.offer_snapshot(1) is Fit.TOO_OLD
    assert splice.offer(4, 4, "3") is Step.REPEAT
    assert splice.offer_snapshot(9) is Fit.AHEAD
    assert splice.offer(5, 5, "4") is Step.APPLY
    assert splice.offer(7, 7, "6") is Step.BREAK
    assert not splice.joined
    assert splice.breaks == 1


def test_the_same_numbers_with_other_content_are_no_repeat() -> None:
    """Only that very update may come twice."""
    splice: Splice[str] = Splice(keep=5)
    splice.offer(1, 3, "a")
    splice.offer_snapshot(0)
    assert splice.offer(1, 3, "b") is Step.BREAK


def test_distrust_waits_for_a_new_snapshot_and_keeps_the_updates() -> None:
    """The ids followed, so a newer snapshot joins at once."""
    splice: Splice[str] = Splice(keep=5)
    splice.offer(1, 3, "a")
    splice.offer_snapshot(0)
    splice.distrust()
    assert splice.due == NEVER
    assert splice.offer(4, 6, "b") is Step.HOLD
    assert splice.offer_snapshot(5) is Fit.JOINS
    assert ["b"] == splice.after(5)


@given(
    lengths=st.lists(st.integers(1, 4), min_size=1, max_size=30),
    order=st.randoms(use_true_random=False),
    faults=st.lists(st.sampled_from(["drop", "repeat", "swap", "snapshot"]), max_size=8),
    keep=st.integers(1, 40),
)
def test_whatever_comes_in_whatever_order_a_joined_book_lacks_nothing(
    lengths: list[int], order: random.Random, faults: list[str], keep: int
) -> None:
    """A set of ids, fed as the splice says, is whole from 1 to its last whenever joined."""
    splice: Splice[Update] = Splice(keep)
    held: set[int] = set()
    waiting = 0
    for came in disturbed(lengths, order, faults):
        if isinstance(came, int):
            fit = splice.offer_snapshot(came)
            if fit is Fit.AHEAD:
                waiting = came
            if fit is Fit.JOINS:
                held = whole(came, splice)
        else:
            step = splice.offer(*came, came)
            if step is Step.APPLY:
                held |= set(range(came[0], came[1] + 1))
            elif step is Step.SPLICE:
                held = whole(waiting, splice)
        if splice.joined:
            assert set(range(1, splice.last + 1)) == held


def disturbed(lengths: list[int], order: random.Random, faults: list[str]) -> list[Update | int]:
    """Updates that follow one another, with faults and snapshots (an id each) among them."""
    came: list[Update | int] = list(spans(lengths))
    for fault in faults:
        at = order.randrange(len(came)) if came else 0
        if fault == "snapshot":
            came.insert(at, order.randint(0, sum(lengths) + 2))
        elif came and fault == "drop":
            del came[at]
        elif came and fault == "repeat":
            came.insert(order.randrange(len(came) + 1), came[at])
        elif at + 1 < len(came):
            came[at], came[at + 1] = came[at + 1], came[at]
    return came


def whole(at: int, splice: Splice[Update]) -> set[int]:
    """What a book holds after a snapshot and the updates after it."""
    held = set(range(1, at + 1))
    for first, last in splice.after(at):
        held |= set(range(first, last + 1))
    return held
