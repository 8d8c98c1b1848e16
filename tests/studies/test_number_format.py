"""Numbers read well and never lie."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.instrument import Instrument
from monitor.studies.number_format import (
    Digits,
    compact,
    digits_of,
    dimmed,
    direction,
    fixed,
    moved,
    percent,
    signed,
)


def instrument(tick: str | None, lot: str | None) -> Instrument:
    return Instrument(
        id="v:S",
        venue="v",
        symbol="S",
        base="S",
        quote="USD",
        tick_size=Decimal(tick) if tick else None,
        lot_size=Decimal(lot) if lot else None,
    )


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (61_685.99, 2, "61,685.99"),
        (0.00001234, 8, "0.00001234"),
        (-5.5, 1, "\u22125.5"),
        (0.0, 2, "0.00"),
        (0.0004, 2, "<0.01"),
        (-0.0004, 2, "\u2212<0.01"),
        (0.4, 0, "<1"),
        (None, 2, "\u2013"),
        (math.nan, 2, "\u2013"),
        (math.inf, 2, "\u2013"),
    ],
)
def test_fixed(value: float | None, decimals: int, expected: str) -> None:
    """Fixed digits, grouped; what isn't zero never reads as zero."""
    assert expected == fixed(value, decimals)


@given(st.integers(-(10**13), 10**13), st.integers(0, 8))
def test_fixed_is_exact_for_what_has_so_many_digits(units: int, decimals: int) -> None:
    """A price on the tick grid is written as it is."""
    exact = Decimal(units).scaleb(-decimals)
    text = fixed(float(exact), decimals, group=False).replace("\u2212", "-")
    assert exact == Decimal(text)


def test_digits_come_from_the_instrument_and_else_from_what_is_in_sight() -> None:
    """A venue's steps decide; without a lot, the sizes seen do, and none reads 0.00."""
    assert Digits(2, 5) == digits_of(instrument("0.01", "0.00001"), Decimal(1))
    assert Digits(3, 0) == digits_of(instrument(None, None), Decimal("0.001"), [1.0, 250.0])
    assert Digits(0, 5) == digits_of(instrument("1", None), Decimal(1), [0.00012345, 3.0])
    assert Digits(0, 1) == digits_of(instrument("1", None), Decimal(1), [2.5, 30.0])
    assert Digits(0, 0) == digits_of(instrument("1", None), Decimal(1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (31_234.0, "31.2k"),
        (4_567_890.0, "4.57M"),
        (999_999.0, "1.00M"),
        (12.345, "12.3"),
        (0.001234, "0.00123"),
        (-2.5e9, "\u22122.50B"),
        (0.0, "0"),
        (math.nan, "\u2013"),
    ],
)
def test_compact(value: float, expected: str) -> None:
    """Large numbers in three digits and a letter."""
    assert expected == compact(value)


def test_signs_and_percents() -> None:
    """Gains carry a plus, losses a true minus, nothing neither."""
    assert ("+0.18", "\u22120.18", "0.00") == (signed(0.18, 2), signed(-0.18, 2), signed(0.0, 2))
    assert ("+1.67%", "\u22120.12%", "0.00%") == (percent(0.01666), percent(-0.0012), percent(1e-9))
    assert ("0.00%", "\u2013") == (percent(-1e-9), percent(None))


@given(st.decimals(0, 10**6, places=5))
def test_dimmed_cuts_only_zeros_behind_the_point(value: Decimal) -> None:
    """Both parts make the whole; the strong part has the same value."""
    text = f"{value:.5f}"
    strong, dim = dimmed(text)
    assert text == strong + dim
    assert Decimal(text) == Decimal(strong)
    assert set(dim) <= {"0", "."}
    assert ("100", "") == dimmed("100")


def test_moved_part_of_a_price() -> None:
    """From the first digit that changed on."""
    assert ("61,68", "6.01") == moved("61,685.99", "61,686.01")
    assert ("61,685.99", "") == moved("61,685.99", "61,685.99")
    assert ("", "100.00") == moved("99.99", "100.00")


@pytest.mark.parametrize(
    ("change", "sign"),
    [(0.01, 1), (-0.01, -1), (-0.00004, 0), (0.00004, 0), (None, 0), (math.nan, 0)],
)
def test_a_change_that_is_written_as_none_has_no_direction(change: float | None, sign: int) -> None:
    """What reads 0.00% is neither a rise nor a fall."""
    assert sign == direction(change)
