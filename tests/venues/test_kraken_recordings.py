"""Kraken's real recordings: what they must give, and what becomes of them when they are changed."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.venues.kraken import Kraken
from tests.mutations.mutate import KINDS, mutations
from tests.mutations.tally import Books, Tally, same_top
from tests.venues.replay import Replay, as_books, read_expected, read_lines

NAMES = ("btcusd_d10_20260824", "minagbp_d25_20260816")


def is_book_message(line: bytes) -> bool:
    return b'"k":"in"' in line and b'"channel":"book","type"' in line


@pytest.fixture(scope="session", params=NAMES)
def recording(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    return shared_data / "kraken" / f"{request.param}.jsonl.zst"


def test_books_are_those_an_independent_program_found(recording: Path) -> None:
    """At the end and at every moment told, 25 levels a side, every checksum right."""
    expected = read_expected(recording)
    offsets = [repr(moment["offset_s"]) for moment in expected["at"]]
    replay = Replay(Kraken(), read_lines(recording), offsets)
    (stream,) = replay.venue.books.values()
    assert "ok" == replay.verdict
    assert expected["messages_in"] == replay.messages
    assert expected["counts"]["book_events"] == replay.book_events
    assert expected["counts"]["crc_ok"] == stream.status.checksums_ok
    assert (0, 0, 0) == (
        stream.status.checksums_failed,
        stream.status.gaps,
        replay.venue.unknown_messages + replay.venue.rejected_messages,
    )
    assert same_top(as_books(expected["books"]), replay.books(), 25)
    assert len(expected["at"]) == len(replay.at)
    for moment, books in zip(expected["at"], replay.at, strict=True):
        assert same_top(as_books(moment["books"]), books, 25)


def test_numbers_without_trailing_zeros_give_the_same(recording: Path) -> None:
    """JSON numbers may come as 0.5 or 5e-1: the digits hidden so are found by the checksum."""
    lines = read_lines(recording)
    bare = [lines[0], *map(without_zeros, lines[1:])]
    assert bare != lines
    plain, padded = Replay(Kraken(), bare), Replay(Kraken(), lines)
    assert "ok" == plain.verdict
    assert padded.books() == plain.books()


@pytest.mark.parametrize("kind", KINDS)
def test_no_change_makes_a_wrong_book_that_is_called_right(recording: Path, kind: str) -> None:
    """At every place. Kraken gives no means to see a lost last message, nor levels below ten."""
    lines = read_lines(recording)
    truth = Replay(Kraken(), lines).books()
    tally = Tally()
    for mutation in mutations(lines, is_book_message, [kind]):
        replay = Replay(Kraken(), mutation.lines)
        books = replay.books()
        lost_at_the_end = kind == "dropped" and mutation.last
        tally.add(
            f"{kind} at line {mutation.line}, offset {mutation.offset}",
            ok=replay.verdict == "ok",
            right=books == truth,
            provable=not same_top(truth, books, 10) and not lost_at_the_end,
        )
    print(f"\n{recording.name} {kind}: {tally}")
    assert [] == tally.wrong
    if kind == "doubled":
        assert (0, 0) == (tally.detected, tally.beyond)
    else:
        assert tally.detected > tally.beyond


def test_a_harmless_change_leaves_the_whole_book(recording: Path) -> None:
    """A doubled update is counted and changes nothing."""
    lines = read_lines(recording)
    truth: Books = Replay(Kraken(), lines).books()
    for mutation in mutations(lines, is_book_message, ["doubled"]):
        replay = Replay(Kraken(), mutation.lines)
        (stream,) = replay.venue.books.values()
        assert truth == replay.books()
        snapshot = b'"type":"snapshot"' in lines[mutation.line]
        expected = (0, 1) if snapshot else (1, 0)
        assert expected == (stream.status.duplicates, stream.status.resyncs)


def without_zeros(line: bytes) -> bytes:
    """Every price and size of a line, written as short as it goes."""

    def short(match: re.Match[bytes]) -> bytes:
        value = Decimal(match[2].decode()).normalize()
        return match[1] + str(value).encode()

    return re.sub(rb'("(?:price|qty)":)([0-9.]+)', short, line)
