"""A book whose repair is lost, too, is live again in a few seconds, by the venue's own facts."""

import asyncio

import pytest

from monitor.model.verdict import State
from tests.reliability.rig import rig
from tests.reliability.styles import KRAKEN, OPEN_FEED, Style

HEALED_WITHIN_S = 7.0
"""At once, then after a second where updates go on; 10 s is what a first message is given."""


@pytest.mark.parametrize("style", [KRAKEN, OPEN_FEED], ids=lambda style: style.name)
@pytest.mark.parametrize("lost", [1, 2])
def test_a_repair_that_is_lost_is_asked_for_again_soon(style: Style, lost: int) -> None:
    """One and two snapshots lost after a dropped update, over real sockets."""

    async def scenario() -> float:
        async with rig(style, seed=1) as r:
            await r.live()
            r.emulator.withheld_snapshots = lost
            r.emulator.faults.drop_next()
            await r.until_state(State.GAP)
            took = await r.live()
            assert "" == await r.same()
            assert not r.witness.wrong_live
            return took

    assert asyncio.run(scenario()) <= HEALED_WITHIN_S
