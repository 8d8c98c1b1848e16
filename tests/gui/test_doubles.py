"""The doubles of these tests hold what they say: fonts, a loop, markets of either price."""

import asyncio
from decimal import Decimal

import pytest
import qasync
from PySide6.QtGui import QFontMetricsF

from monitor.gui.kit.fonts import FAMILY, font
from tests.gui.conftest import NOW
from tests.gui.markets import CHEAP, DEAR, market, past, prints


@pytest.mark.parametrize("price", [CHEAP, DEAR])
def test_a_market_has_the_ticks_of_its_price(price: str) -> None:
    """A cheap coin's book and tape hold its digits, as a dear one's do."""
    held = market(price)
    assert float(price) == held.book.best_bid
    assert Decimal(price).as_tuple().exponent == held.book.tick_size.as_tuple().exponent
    past(held, 10**9, NOW - 100 * 10**9, 100, float(price), float(price) / 100)
    prints(held, NOW, [float(price)] * 3)
    assert 103 == len(held.candles(10**9))


@pytest.mark.usefixtures("_fonts")
def test_digits_are_equally_wide() -> None:
    """Columns of numbers stand still only where every digit is as wide as the next."""
    metrics = QFontMetricsF(font())
    assert FAMILY == font().family()
    assert 1 == len({metrics.horizontalAdvance(digit) for digit in "0123456789"})


def test_the_loop_runs_coroutines(loop: qasync.QEventLoop) -> None:
    """Qt's loop serves asyncio; what is left over is ended with the test."""

    async def wait() -> int:
        await asyncio.sleep(0)
        return 7

    assert 7 == loop.run_until_complete(asyncio.wait_for(wait(), 10))
