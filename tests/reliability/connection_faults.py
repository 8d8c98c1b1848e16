"""Rows 9 to 14: connections mute, cut, reset, closed, dropped at once, or refused for a while."""

import random
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from monitor.feeds.clock import Clock
from monitor.feeds.reconnect import BANNED_WAIT, LATER_WAIT, POLICY_WAIT, TRIES_A_MINUTE, Reconnect
from monitor.model.time import DAY, MINUTE, SECOND
from monitor.model.verdict import State
from tests.emulators.binance import BinanceEmulator
from tests.emulators.emulator import Emulator, Refused
from tests.emulators.waiting import until
from tests.feeds.test_reconnect import tries_of
from tests.reliability.rig import Rig, rig
from tests.reliability.styles import BINANCE, Style
from tests.reliability.tally import Tally

IN_FLIGHT_S: Final = 0.1
"""What was on its way when the venue fell silent still arrives, and counts as heard."""
AT_ONCE: Final = Clock(random=lambda: 0.0)
"""Dice that make every wait the venue did not ask for none at all."""
LATER: Final = Clock(random=lambda: 0.999)
"""Dice that make every wait as long as it can be, so that it can be seen."""
GONE: Final = (State.DOWN, State.CONNECTING)
"""Where the dice give no wait, the next try follows DOWN within the time between two looks."""
RESETS_A_SESSION: Final = 15
"""Fewer than the reconnect policy grows slow for, and than the 19 whole snapshots a minute
that Binance's request weights allow us: what is tried is the book, not the wait."""
FURTHEST_RESET: Final = 60_000
"""Bytes: the handshake, the snapshot and some seconds of updates lie before it."""


class Pace(msgspec.Struct, frozen=True):
    """How fast a scenario's venue lives, and the silences that are too long for it."""

    second_s: float
    stale_s: float
    again_s: float
    facts: dict[str, Any]


REAL: Final = Pace(1.0, 3.0, 5.0, {})
"""The venues' own facts: STALE within 3 s, a new connection within 5."""
QUICK: Final = Pace(0.2, 0.6, 2.0, {"stale_after_s": 0.6, "dead_after_s": 1.0})
"""A second is a fifth of one; the reconnect's own wait (up to 0.5 s) and tick stay as they are."""


async def mute(style: Style, seed: int, pace: Pace = REAL) -> Tally:
    """Row 9: pings are answered and nothing is said; STALE in time, then a new connection."""
    tally = Tally(9, "connected but mute", style.name, seed, pace.stale_s + IN_FLIGHT_S)
    async with rig(style, seed=seed, second_s=pace.second_s, facts=pace.facts) as r:
        await r.live()
        r.emulator.mute()
        await _goes_stale(r, tally)
        await _never_live_until(r, lambda: r.state in GONE)
        r.emulator.mute(False)
        await _is_whole_again(r, tally)
    return tally


async def half_open(style: Style, seed: int, pace: Pace = REAL) -> Tally:
    """Row 10: the cable is pulled; STALE in time, a new connection in time, the book whole."""
    tally = Tally(10, "half-open TCP", style.name, seed, pace.stale_s + IN_FLIGHT_S)
    async with rig(style, seed=seed, second_s=pace.second_s, facts=pace.facts, proxied=True) as r:
        await r.live()
        begun, accepted = time.monotonic(), r.proxy.accepted
        r.proxy.black_hole()
        await _goes_stale(r, tally)
        await _never_live_until(r, lambda: r.state in GONE)
        r.proxy.black_hole(False)
        await until(lambda: r.proxy.accepted > accepted, "a new connection")
        took = time.monotonic() - begun
        if took > pace.again_s:
            tally.problem = f"the new connection came after {took:.2f} s, not {pace.again_s}"
        await _is_whole_again(r, tally)
    return tally


async def _goes_stale(r: Rig, tally: Tally) -> None:
    """By the verdict itself, whoever asks for it and when."""
    begun = time.monotonic_ns()
    tally.tried += 1
    await r.until_state(State.STALE)
    tally.took((r.verdict().since - begun) / SECOND)
    tally.seen += 1


async def _never_live_until(r: Rig, condition: Callable[[], bool]) -> None:
    def looked() -> bool:
        over = condition()  # first: a new connection may be whole within one look
        assert over or r.state is not State.LIVE, f"it was {r.verdict()} while nothing came"
        return over

    await until(looked, "the end of the silence")


async def _is_whole_again(r: Rig, tally: Tally) -> None:
    await r.live()
    wrong = await r.same()
    tally.healed += not wrong
    tally.problem = tally.problem or wrong
    tally.judged += r.witness.judged


async def resets(style: Style, count: int, seed: int) -> Tally:
    """Row 11: RST at a random byte of what the venue says; each time the book is the venue's."""
    tally = Tally(11, "RST at a random byte", style.name, seed)
    dice = random.Random(seed)
    while tally.tried < count:
        some = min(RESETS_A_SESSION, count - tally.tried)
        async with rig(
            style, seed=seed + tally.tried, interval_s=0.01, proxied=True, clock=AT_ONCE
        ) as r:
            for _ in range(some):
                await _one_reset(r, dice, tally)
            tally.judged += r.witness.judged
    return tally


async def _one_reset(r: Rig, dice: random.Random, tally: Tally) -> None:
    """Half of them early, in what a connection begins with."""
    tally.tried += 1
    furthest = FURTHEST_RESET if dice.random() < 0.5 else FURTHEST_RESET // 20
    accepted = r.proxy.accepted
    r.proxy.reset_after = dice.randrange(furthest)
    await until(lambda: r.proxy.reset_after is None, "the reset")
    await until(lambda: r.proxy.accepted > accepted, "a new connection")
    tally.seen += 1
    await r.live()
    wrong = await r.same()
    tally.healed += not wrong
    tally.problem = tally.problem or wrong


CLOSE_CODES: Final = {
    1000: ("the venue closed the connection", 0),
    1001: ("the venue's server is going away", 0),
    1008: ("the venue closed the connection for breaking its rules", POLICY_WAIT),
    1011: ("the venue's server had an error", 0),
    1012: ("the venue's server is restarting", 0),
    1013: ("the venue is overloaded and asks to come back later", LATER_WAIT),
}
"""Close codes (RFC 6455, 7.4.1), what the user must read, and the least wait (ns)."""


async def closed(style: Style, code: int, seed: int) -> Tally:
    """Row 12: the reason in words, the wait it calls for on screen, and then LIVE again."""
    tally = Tally(12, f"close {code}", style.name, seed)
    words, least = CLOSE_CODES[code]
    async with rig(style, seed=seed, clock=LATER) as r:
        await r.live()
        tally.tried += 1
        await r.emulator.close(code, "said so")
        await r.until_state(State.DOWN)
        now, verdict = time.monotonic_ns(), r.verdict()
        wait = verdict.next_try - verdict.since
        tally.seen += verdict.reason == f"{words} ({code}): said so" and wait >= least
        if not tally.seen:
            tally.problem = f"{verdict.words(now)}; the wait was {wait / SECOND:.1f} s"
        if least:
            r.session.retry_now()
        await _is_whole_again(r, tally)
    return tally


async def dropped_at_once(style: Style, seconds: float, seed: int) -> Tally:
    """Row 13 on a socket: accepted and dropped again and again, for so long; then it heals."""
    tally = Tally(13, f"accept-then-drop for {seconds:g} s", style.name, seed)
    moments: list[int] = []
    async with rig(style, seed=seed, proxied=True) as r:
        await r.live()
        begun, accepted = time.monotonic_ns(), r.proxy.accepted
        tally.tried += 1
        r.proxy.accept_then_drop = True
        r.proxy.reset()

        def over() -> bool:
            now = time.monotonic_ns()
            moments.extend([now - begun] * (r.proxy.accepted - accepted - len(moments)))
            return now - begun > seconds * SECOND

        await _never_live_after_the_first(r, over, seconds)
        tally.seen += len(moments) > 1 and _keeps_to_the_ceiling(moments)
        if not tally.seen:
            tally.problem = f"tries at {[moment / SECOND for moment in moments]} s"
        r.proxy.accept_then_drop = False
        r.session.retry_now()
        await _is_whole_again(r, tally)
    return tally


async def _never_live_after_the_first(r: Rig, over: Callable[[], bool], seconds: float) -> None:
    await until(lambda: r.state is not State.LIVE, "the end of the good connection")

    def looked() -> bool:
        assert r.state is not State.LIVE, "it was LIVE on a connection that was dropped at once"
        return over()

    await until(looked, "the end of the trouble", seconds + 20)


def dropped_for_a_day(held_s: float, seed: int) -> Tally:
    """Row 13 by the policy alone, without a clock: a whole day of it."""
    tally = Tally(13, f"accept, {held_s:g} s, drop, for 24 h", "policy", seed)
    policy = Reconnect(random.Random(seed).random)
    moments = tries_of(policy, DAY, int(held_s * SECOND))
    tally.tried += 1
    never_gives_up = moments[-1] > DAY - 5 * MINUTE
    tally.seen += never_gives_up and _keeps_to_the_ceiling(moments)
    tally.healed += 1
    return tally


def _keeps_to_the_ceiling(moments: list[int]) -> bool:
    """At most six tries in any minute that begins after the first."""
    late = [moment for moment in moments if moment >= MINUTE]
    pairs = zip(late, late[TRIES_A_MINUTE:], strict=False)
    return all(seventh - first >= MINUTE for first, seventh in pairs)


async def refused(style: Style, status: int, retry_after: str, seed: int) -> Tally:
    """Row 14 at the handshake: it waits as asked, and the verdict counts down."""
    what = f"{status} with Retry-After {retry_after}" if retry_after else f"{status}"
    tally = Tally(14, f"{what} at the handshake", style.name, seed)
    least = int(retry_after) * SECOND if retry_after else BANNED_WAIT

    def refuse(emulator: Emulator) -> None:
        emulator.handshake_refusals.append(Refused(status, retry_after))

    async with rig(style, seed=seed, prepare=refuse, clock=LATER) as r:
        tally.tried += 1
        await r.until_state(State.DOWN)
        now, verdict = time.monotonic_ns(), r.verdict()
        words = verdict.words(now)
        waits = verdict.next_try - verdict.since >= least
        tally.seen += waits and f"answered {status}" in words and ", next try in " in words
        if not tally.seen:
            tally.problem = words
        if least > 10 * SECOND:
            r.session.retry_now()
        else:
            await _never_live_until(r, lambda: r.emulator.handshakes > 1)
            early = verdict.since + least - time.monotonic_ns()
            tally.problem = tally.problem or ("it did not wait as asked" if early > 0 else "")
        await _is_whole_again(r, tally)
    return tally


async def snapshot_refused(status: int, retry_after: str, seed: int) -> Tally:
    """Row 14 at Binance's REST: no request goes out before the time is over; nothing is live."""
    what = f"{status} with Retry-After {retry_after} to a snapshot"
    tally = Tally(14, what, BINANCE.name, seed)

    def refuse(emulator: Emulator) -> None:
        assert isinstance(emulator, BinanceEmulator)
        emulator.rate_limit(status, retry_after, "/depth")

    async with rig(BINANCE, seed=seed, prepare=refuse) as r:
        tally.tried += 1
        await until(lambda: not r.emulator.refusals, "the refusal")
        refused_at, asked = time.monotonic(), len(r.emulator.queries)
        await _never_live_until(r, lambda: bool(r.verdict().reason))
        reason = r.verdict().reason
        await _never_live_until(r, lambda: len(r.emulator.queries) > asked)
        waited = time.monotonic() - refused_at
        tally.seen += waited >= int(retry_after) - IN_FLIGHT_S and str(status) in reason
        if not tally.seen:
            tally.problem = f"it waited {waited:.2f} s, and said: {reason}"
        await _is_whole_again(r, tally)
    return tally
