"""Rows 1 to 3 all at once: a line that drops, doubles, reorders, delays and cuts what it will."""

import asyncio

from tests.chaos.proxy import Chances
from tests.reliability.connection_faults import AT_ONCE
from tests.reliability.rig import rig
from tests.reliability.styles import Style
from tests.reliability.tally import Tally

STORM = Chances(drop=0.01, duplicate=0.01, reorder=0.01, delay=0.01, truncate=0.003, delay_s=0.03)
"""Of a hundred messages some four are meddled with. A flipped byte is not among them: where
a venue gives no means to see it, no client can (the mutations count those apart)."""
CALM_S = 45.0
"""A venue that made us ask anew again and again is asked ever more slowly, up to 30 s."""


async def storm(style: Style, seconds: float, seed: int) -> Tally:
    """Whatever happens to any message, acknowledgements included: never a wrong LIVE; then whole."""
    tally = Tally(3, f"all at once for {seconds:g} s", style.name, seed)
    facts = {"ack_timeout_s": 1.0, "first_message_timeout_s": 1.5}
    async with rig(
        style, seed=seed, interval_s=0.01, proxied=True, clock=AT_ONCE, facts=facts
    ) as r:
        r.proxy.chances = STORM
        await asyncio.sleep(seconds)
        r.proxy.chances = Chances()
        tally.tried = tally.seen = sum(r.proxy.done.values())
        await r.live(CALM_S)
        wrong = await r.same(style.reach, CALM_S)
        tally.healed = 0 if wrong else tally.tried
        tally.problem = wrong
        tally.judged += r.witness.judged
        tally.wrong_live += len(r.witness.wrong_live)
    return tally
