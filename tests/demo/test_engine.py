"""The matching engine against a model that is too plain to be wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.demo.engine import ASK, BID, SIDES, Engine

Resting = list[tuple[int, int, int, int]]
"""order, side, tick, lots; oldest first."""


class PlainEngine:
    """A list of resting orders, searched whole for each match."""

    def __init__(self) -> None:
        self.resting: Resting = []
        self.next_order = 1

    def limit(self, side: int, tick: int, lots: int) -> list[tuple[int, int, int]]:
        order, self.next_order = self.next_order, self.next_order + 1
        fills = self._match(side, lots, tick)
        lots -= sum(fill[1] for fill in fills)
        if lots:
            self.resting.append((order, side, tick, lots))
        return fills

    def market(self, side: int, lots: int) -> list[tuple[int, int, int]]:
        return self._match(side, lots, None)

    def cancel(self, order: int) -> bool:
        before = len(self.resting)
        self.resting = [one for one in self.resting if one[0] != order]
        return len(self.resting) < before

    def top(self, side: int) -> list[tuple[int, int]]:
        sums: dict[int, int] = {}
        for _, own, tick, lots in self.resting:
            if own == side:
                sums[tick] = sums.get(tick, 0) + lots
        return sorted(sums.items(), reverse=side == BID)

    def _match(self, side: int, lots: int, worst: int | None) -> list[tuple[int, int, int]]:
        sign = 1 if side == BID else -1
        fills = []
        while lots:
            others = [one for one in self.resting if one[1] != side]
            if worst is not None:
                others = [one for one in others if one[2] * sign <= worst * sign]
            if not others:
                break
            maker = min(others, key=lambda one: (one[2] * sign, self.resting.index(one)))
            order, own, tick, rest = maker
            met = min(lots, rest)
            place = self.resting.index(maker)
            self.resting[place : place + 1] = [(order, own, tick, rest - met)] if rest > met else []
            fills.append((tick, met, order))
            lots -= met
        return fills


actions = st.lists(
    st.one_of(
        st.tuples(st.just("limit"), st.sampled_from(SIDES), st.integers(1, 12), st.integers(1, 9)),
        st.tuples(st.just("market"), st.sampled_from(SIDES), st.just(0), st.integers(1, 20)),
        st.tuples(st.just("cancel"), st.just(0), st.just(0), st.integers(1, 40)),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(actions)
def test_matches_as_the_plain_model(orders: list[tuple[str, int, int, int]]) -> None:
    """Fills, makers, levels and their order are those of the plain model after every action."""
    engine, plain = Engine(), PlainEngine()
    published: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for number, (what, side, tick, amount) in enumerate(orders):
        if what == "cancel":
            assert plain.cancel(amount) == engine.cancel(amount)
        else:
            expected = (
                plain.limit(side, tick, amount) if what == "limit" else plain.market(side, amount)
            )
            fills = (
                engine.limit(side, tick, amount) if what == "limit" else engine.market(side, amount)
            )
            assert expected == [(fill.tick, fill.lots, fill.maker) for fill in fills]
        for own in SIDES:
            assert plain.top(own) == engine.top(own)
            if number % 3 == 0:
                _apply(published[own], engine.take_changes(own))
                assert dict(plain.top(own)) == published[own]
    assert {one[0] for one in plain.resting} == set(engine.orders)


def _apply(book: dict[int, int], changes: list[tuple[int, int]]) -> None:
    for tick, lots in changes:
        assert book.get(tick, 0) != lots, "a level that did not change was published"
        if lots:
            book[tick] = lots
        else:
            del book[tick]


def test_never_rests_crossed() -> None:
    """A limit order that crosses is matched at the resting price, and only its rest rests."""
    engine = Engine()
    engine.limit(ASK, 101, 5)
    fills = engine.limit(BID, 103, 8)
    assert [(101, 5)] == [(fill.tick, fill.lots) for fill in fills]
    assert [(103, 3)] == engine.top(BID)
    assert [] == engine.top(ASK)


@pytest.mark.parametrize(("tick", "lots"), [(0, 1), (-1, 1), (1, 0), (1, -2)])
def test_refuses_what_is_no_order(tick: int, lots: int) -> None:
    """Ticks and lots are above zero."""
    with pytest.raises(ValueError, match="was not above zero"):
        Engine().limit(BID, tick, lots)


def test_heap_stays_small() -> None:
    """A level that comes and goes far from the best for ever does not grow the engine."""
    engine = Engine()
    engine.limit(BID, 1_000, 1)
    for number in range(10_000):
        engine.limit(BID, 1 + number % 500, 1)
        assert engine.cancel(number + 2)
    assert len(engine.sides[BID]._heap) < 200
