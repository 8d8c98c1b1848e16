"""Shared recordings with one thing wrong, as a row of the scorecard."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitor.protocol.venue import VenueProtocol
from monitor.venues.binance import Binance
from monitor.venues.kraken import Kraken
from tests.mutations import tally as counted
from tests.mutations import test_binance as binance
from tests.mutations.mutate import KINDS, seeded_mutations
from tests.reliability.tally import Tally
from tests.venues import test_kraken_recordings as kraken
from tests.venues.replay import Replay, read_lines

MUTATIONS: Final = 0
"""The number these have among the rows; reliability's own begin with 1."""
TOP: Final = {"binance": binance.TOP, "kraken": 10}
"""Best levels a side that must be right where a recording is judged ``ok``."""


def recordings(shared: Path) -> list[Path]:
    """Every shared recording of the two venues."""
    return [path for venue in TOP for path in sorted((shared / venue).glob("*.jsonl.zst"))]


def mutated(path: Path, count: int, seed: int) -> Tally:
    """``count`` mutations of a recording, a quarter of each kind; none may be wrong and ``ok``."""
    venue = path.parent.name
    tally = Tally(MUTATIONS, f"mutations of {path.name}", venue, seed)
    make: Callable[[], VenueProtocol] = Binance if venue == "binance" else Kraken
    counts = binance.is_book if venue == "binance" else kraken.is_book_message
    lines = read_lines(path)
    if venue == "binance":
        most = binance.LINES.get(path.name.removesuffix(".jsonl.zst"), len(lines))
        lines = [line for line in lines[:most] if binance.is_needed(line)]
    truth = Replay(make(), lines)
    found = counted.Tally()
    for mutation in seeded_mutations(lines, counts, count // len(KINDS), seed):
        replay = Replay(make(), mutation.lines)
        right = counted.same_top(truth.books(), replay.books(), TOP[venue])
        lost_at_the_end = mutation.kind == "dropped" and mutation.last
        provable = not lost_at_the_end
        if venue == "binance":
            provable = binance.is_provable(mutation, lines[mutation.line])
        name = f"{mutation.kind} at line {mutation.line}, byte {mutation.offset}"
        found.add(name, ok=replay.verdict == "ok", right=right, provable=provable)
        tally.tried += 1
    tally.seen, tally.harmless, tally.beyond = found.detected, found.harmless, found.beyond
    tally.healed, tally.wrong_live = tally.tried, len(found.wrong)
    tally.problem = found.wrong[0] if found.wrong else ""
    return tally
