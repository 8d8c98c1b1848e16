"""The flow is as near to the measured market as was promised."""

from collections.abc import Mapping

import pytest

from monitor.demo.calibration import TOLERANCE, Figure, measure
from monitor.demo.profile import Calibration, share_below, table

QUANTILES = ((0.0, 1.0), (0.5, 10.0), (1.0, 100.0))


def test_the_flow_is_near_its_market(calibrations: Mapping[str, Calibration]) -> None:
    """Rates, levels an update, deletes, spread, sizes and depth: each within 30 %."""
    figures = measure(calibrations["btc"], seed=1, seconds=900)
    assert [] == [(one.name, round(one.ratio, 2)) for one in figures if not one.near]
    assert len(figures) >= 30


def test_the_measure_sees_another_market(calibrations: Mapping[str, Calibration]) -> None:
    """A flow that is not like the figures it is compared with is not called near."""
    figures = measure(calibrations["eth"], seed=1, seconds=30)
    assert [one for one in figures if not one.near]


@pytest.mark.parametrize(
    ("demo", "near"), [(1.0, True), (1.29, True), (1.31, False), (0.69, False)]
)
def test_nearness(demo: float, near: bool) -> None:
    """Thirty percent either way."""
    assert TOLERANCE == 0.3
    assert near == Figure("x", 1.0, demo).near


def test_a_table_draws_its_quantiles() -> None:
    """Half of it lies below the median, and between two quantiles it is even in the logarithm."""
    values = table(QUANTILES, 0)
    assert sorted(values) == values
    assert values[len(values) // 2] == pytest.approx(10, rel=0.01)
    assert values[len(values) // 4] == pytest.approx(10**0.5, rel=0.01)


@pytest.mark.parametrize(("value", "share"), [(0.5, 0), (5.5, 0.25), (10, 0.5), (1_000, 1)])
def test_share_below(value: float, share: float) -> None:
    """The inverse of the quantiles, linear between them."""
    assert share == pytest.approx(share_below(value, QUANTILES))
