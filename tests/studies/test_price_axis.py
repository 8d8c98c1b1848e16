"""An axis has enough round labels at any zoom, and none collide."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.studies.price_axis import LABEL_PX, price_axis, size_axis


@given(
    st.floats(1e-9, 1e9),
    st.floats(1e-7, 2.0),
    st.floats(240, 2_000),
)
def test_at_least_six_labels_and_no_collision(price: float, share: float, height: float) -> None:
    """From the cheapest coin to the dearest, from a whole book down to single ticks."""
    low, high = price * (1 - share / 2), price * (1 + share / 2)
    axis = price_axis(low, high, height)
    pixels = [(value - low) / (high - low) * height for value in axis.values]
    assert len(axis.values) >= 6
    assert all(b - a >= LABEL_PX * 0.999 for a, b in pairwise(pixels))
    assert all(-1e-3 <= pixel <= height + 1e-3 for pixel in pixels)
    assert len(set(axis.labels)) == len(axis.labels)


@given(st.floats(1e-9, 1e9), st.floats(1e-7, 2.0), st.floats(20, 240))
def test_a_low_axis_has_fewer_labels_but_none_collide(
    price: float, share: float, height: float
) -> None:
    """Where six don't fit, those that do are shown."""
    low, high = price * (1 - share / 2), price * (1 + share / 2)
    axis = price_axis(low, high, height)
    assert float(axis.step) / (high - low) * height >= LABEL_PX * 0.999


@given(st.floats(1e-9, 1e9), st.floats(1e-6, 2.0), st.integers(0, 8))
def test_labels_say_exactly_where_they_stand(price: float, share: float, decimals: int) -> None:
    """A label is never a rounded text of some other price."""
    axis = price_axis(price * (1 - share / 2), price * (1 + share / 2), 600, decimals)
    for value, label in zip(axis.values, axis.labels, strict=True):
        assert value == float(label.replace(",", "").replace("\u2212", "-"))


def test_labels_of_dear_and_cheap_prices() -> None:
    """Both read equally well."""
    dear = price_axis(61_580.0, 61_860.0, 500, decimals=2)
    assert ("61,580.00", "61,600.00") == (dear.labels[0], dear.labels[1])
    cheap = price_axis(0.00001228, 0.0000124, 300, decimals=8)
    assert ("0.00001228", "0.00001229") == (cheap.labels[0], cheap.labels[1])
    below_the_tick = price_axis(61_685.99, 61_686.01, 400, decimals=2)
    assert ("61,685.990", "61,685.992") == below_the_tick.labels[:2]


@pytest.mark.parametrize(
    ("low", "high", "height"),
    [
        (1.0, 1.0, 500.0),
        (2.0, 1.0, 500.0),
        (math.nan, 1.0, 500.0),
        (0.0, math.inf, 500.0),
        (0.0, 1.0, 5.0),
        (1e9, math.nextafter(1e9, 2e9), 500.0),
    ],
)
def test_no_span_no_labels(low: float, high: float, height: float) -> None:
    """Nothing to label is no error."""
    assert () == price_axis(low, high, height).labels


@pytest.mark.parametrize(
    ("high", "labels"),
    [
        (3.0, "0 0.5 1.0 1.5 2.0 2.5 3.0"),
        (180.0, "0 25 50 75 100 125 150 175"),
        (1_400.0, "0 200 400 600 800 1.0k 1.2k 1.4k"),
        (2.2e12, "0 250B 500B 750B 1.00T 1.25T 1.50T 1.75T 2.00T"),
    ],
)
def test_size_labels_have_no_more_decimals_than_they_need(high: float, labels: str) -> None:
    """And as many in all of one unit: 75 beside 100, not 75.0."""
    assert labels == " ".join(size_axis(high, 180).labels)


@given(st.floats(1e-8, 1e12))
def test_size_labels_are_short_and_distinct(high: float) -> None:
    """Sizes from dust to billions get short labels that differ."""
    assume(math.isfinite(high))
    axis = size_axis(high, 300)
    assert len(axis.labels) >= 6
    assert "0" == axis.labels[0]
    assert len(set(axis.labels)) == len(axis.labels)
