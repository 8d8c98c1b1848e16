"""Binance recordings with one thing wrong: never a wrong book that is judged right."""

import re
from pathlib import Path

import pytest

from monitor.venues.binance import Binance
from tests.mutations.mutate import Mutation, seeded_mutations
from tests.mutations.tally import Tally, same_top
from tests.venues.replay import Replay, read_lines

EACH = 50
TOP = 25
LINES = {"btcusdt_20240808": 6000, "btc_eth_dot_20210404": 2500}
"""So much of each recording is enough for every kind of place, and quick."""
LEVELS = re.compile(rb'"(?:b|a|bids|asks)":\[.*')


def is_book(line: bytes) -> bool:
    """True for the messages that make the book: updates and snapshots."""
    return b"@depth" in line[:120] or (b'"k":"http"' in line[:80] and b"lastUpdateId" in line[:250])


def is_needed(line: bytes) -> bool:
    """Prints and candles say nothing of the book: left out, for speed."""
    return not any(stream in line[:120] for stream in (b"@trade", b"@aggTrade", b"@kline"))


def is_provable(mutation: Mutation, original: bytes) -> bool:
    """Binance has no checksum: a digit of a level, or a lost last message, betrays nothing."""
    if mutation.kind == "flipped":
        levels = LEVELS.search(original)
        return levels is None or mutation.offset < levels.start()
    return not mutation.last


@pytest.mark.parametrize("name", LINES)
def test_no_mutation_gives_a_wrong_book_that_is_judged_ok(shared_data: Path, name: str) -> None:
    """Fifty places each of dropped, doubled, swapped, flipped; most flips of a level are seen."""
    whole = read_lines(shared_data / "binance" / f"{name}.jsonl.zst")
    lines = [line for line in whole[: LINES[name]] if is_needed(line)]
    truth = Replay(Binance(), lines)
    assert "ok" == truth.verdict
    tally = Tally()
    for mutation in seeded_mutations(lines, is_book, EACH, seed=20240808):
        replay = Replay(Binance(), mutation.lines)
        tally.add(
            f"{mutation.kind} at line {mutation.line}, byte {mutation.offset}",
            ok=replay.verdict == "ok",
            right=same_top(truth.books(), replay.books(), TOP),
            provable=is_provable(mutation, lines[mutation.line]),
        )
    assert [] == tally.wrong
    assert tally.detected > EACH
    assert tally.harmless > EACH
    assert tally.beyond < EACH / 4
