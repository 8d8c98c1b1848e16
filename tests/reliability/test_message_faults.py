"""Rows 1 to 8 in short; ``python -m tests.scorecard`` runs them in full."""

import asyncio

import pytest

from tests.reliability.message_faults import (
    DOUBLED,
    DROPPED,
    SWAPPED,
    WRONG_CHECKSUM,
    Fault,
    bad_data,
    bad_number,
    crossed_book,
    deltas_before_the_snapshot,
    message_fault,
    old_snapshots,
)
from tests.reliability.rig import run
from tests.reliability.styles import BINANCE, STYLES, Style
from tests.reliability.tally import Tally

NUMBERS = (
    ("negative", "size"),
    ("nan", "size"),
    ("huge", "price"),
    ("exponent", "price"),
    ("underscore", "size"),
    ("fullwidth", "size"),
    ("long", "price"),
)

styles = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


def holds(tally: Tally) -> None:
    """The row is kept, or the test shows why not."""
    assert tally.holds, tally


@styles
@pytest.mark.parametrize("fault", [DROPPED, SWAPPED], ids=lambda fault: fault.name)
def test_what_is_missing_or_out_of_order_is_seen_and_healed(style: Style, fault: Fault) -> None:
    """A gap within one message, LIVE within 2 s, the venue's very book; never a wrong LIVE."""
    tally = run(message_fault(style, fault, 3, seed=11))
    holds(tally)
    assert tally.seen > 0


@styles
def test_a_repetition_changes_nothing_and_is_counted(style: Style) -> None:
    """The same message twice is a duplicate, not a gap."""
    tally = run(message_fault(style, DOUBLED, 3, seed=21))
    holds(tally)
    assert tally.seen == tally.tried


@pytest.mark.parametrize(
    "style", [style for style in STYLES if style is not BINANCE], ids=lambda style: style.name
)
def test_a_wrong_checksum_is_a_gap(style: Style) -> None:
    """Whatever made it wrong, the book is fetched anew."""
    tally = run(message_fault(style, WRONG_CHECKSUM, 2, seed=31))
    holds(tally)
    assert tally.seen == tally.tried


@styles
def test_nothing_is_live_before_the_snapshot(style: Style) -> None:
    """Deltas that come first are kept or passed over, and never shown as a book."""
    holds(run(deltas_before_the_snapshot(style, seed=41)))


def test_an_old_snapshot_is_refused() -> None:
    """Binance's REST may answer from the past; the next is asked for a second later."""
    holds(run(old_snapshots(1, seed=51)))


@styles
def test_a_crossed_book_is_not_live_for_long(style: Style) -> None:
    """Whatever checksum and sequence say."""
    holds(run(crossed_book(style, seed=61)))


@styles
def test_a_number_no_market_has_is_rejected(style: Style) -> None:
    """It is counted, the feed goes on, and the book is the venue's again."""

    async def all_at_once() -> list[Tally]:
        scenarios = (bad_number(style, kind, field, seed=71) for kind, field in NUMBERS)
        return await asyncio.gather(*scenarios)

    for tally in run(all_at_once()):
        holds(tally)


@styles
def test_a_mad_venue_is_left(style: Style) -> None:
    """Ten bad messages in a second: DOWN, with the reason in words."""
    holds(run(bad_data(style, seed=81)))
