"""Real recordings of Binance through its protocol, against what another program found."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from monitor.model.events import Trade
from monitor.model.verdict import Proof, State
from monitor.protocol.venue import HttpRequest, HttpResponse
from monitor.venues.binance import Binance
from tests.venues.replay import Replay, as_books, read_expected, read_lines

NAMES = ("btcusdt_20240808", "btc_eth_dot_20210404")
TOP = 25


def recording(shared_data: Path, name: str) -> Path:
    return shared_data / "binance" / f"{name}.jsonl.zst"


def offsets(lines: list[bytes], seconds: list[float]) -> list[str]:
    """The reference took its books right after the first book message beyond each offset."""
    times = [
        (msgspec.json.decode(line)["t"], b"@depth" in line[:120] and b'"in"' in line[:60])
        for line in lines[1:]
    ]
    start = times[0][0]
    return [
        str(Decimal(next(t for t, book in times if book and t - start > s * 1e9) - start) / 10**9)
        for s in seconds
    ]


@pytest.mark.parametrize("name", NAMES)
def test_books_are_those_of_an_independent_program(shared_data: Path, name: str) -> None:
    """Top 25 of both sides, at the end and in between, to the last digit; no false alarm."""
    path = recording(shared_data, name)
    lines, expected = read_lines(path), read_expected(path)
    replay = Replay(Binance(), lines, offsets(lines, [at["offset_s"] for at in expected["at"]]))
    want = [as_books(at["books"]) for at in expected["at"]] + [as_books(expected["books"])]
    have = [
        {symbol: (bids[:TOP], asks[:TOP]) for symbol, (bids, asks) in books.items()}
        for books in [*replay.at, replay.books()]
    ]
    assert want == have
    assert "ok" == replay.verdict
    assert expected["counts"]["book_events"] == replay.book_events
    for book in replay.venue.books.values():
        assert State.LIVE is book.status.state
        assert Proof.SEQUENCE is book.status.proof
        assert (0, 0, 0) == (book.status.gaps, book.status.duplicates, book.status.crossed)


@pytest.mark.parametrize("name", NAMES)
def test_trades_add_up_exactly(shared_data: Path, name: str) -> None:
    """Count, volume and the aggressor's buys of each symbol, as exact decimals."""
    path = recording(shared_data, name)
    replay = Replay(Binance(), read_lines(path))
    for symbol, want in read_expected(path)["trades"].items():
        trades = [trade for trade in replay.trades if trade.instrument == f"binance:{symbol}"]
        assert want["count"] == len(trades)
        assert Decimal(want["volume"]) == volume(trades)
        bought = [trade for trade in trades if trade.side == "buy"]
        assert Decimal(want["buy_volume"]) == volume(bought)


def volume(trades: list[Trade]) -> Decimal:
    return sum((trade.exact_size for trade in trades), Decimal(0))


def test_every_quote_with_a_book_id_is_the_top_of_the_book(shared_data: Path) -> None:
    """The cross-check sees a size that no id betrays: one flipped digit at the best price."""
    lines = read_lines(recording(shared_data, "btcusdt_20240808"))
    venue = Binance()
    broken = 0
    for text in lines[1:8000]:
        line = msgspec.json.decode(text)
        message = text[text.index(b'"m":') + 4 : -1]
        if line["k"] == "http":
            response = HttpResponse(line["url"], 200, message)
            venue.answered(HttpRequest(line["url"]), response, line["t"], line["t"])
            continue
        if broken == 0 and line["t"] > 1723161270 * 10**9 and b"@depth" in message[:40]:
            book = venue.books["BTCUSDT"].book
            best = f'"{book.best_bid:.8f}","'.encode()
            if best in message:
                at = message.index(best) + len(best)
                message = message[:at] + b"7" + message[at:]
                broken = line["t"]
        venue.received(message, line["t"], line["t"])
        if venue.books.get("BTCUSDT") and venue.books["BTCUSDT"].status.state is State.GAP:
            assert broken
            assert 0 <= line["t"] - broken < 2 * 10**9
            return
    pytest.fail("a wrong size at the best price went unseen")


def without_wrapper(text: bytes) -> bytes:
    """A line as a client of the raw ``/ws`` address would have recorded it."""
    head, mark, tail = text.partition(b'"m":{"stream":')
    if not mark:
        return text
    return head + b'"m":' + tail.partition(b'"data":')[2][:-1]


def test_raw_payloads_give_the_same_books_and_trades(shared_data: Path) -> None:
    """The stream's name is told by the payload where no wrapper tells it."""
    lines = read_lines(recording(shared_data, "btc_eth_dot_20210404"))
    usual, raw = Replay(Binance(), lines), Replay(Binance(), [without_wrapper(t) for t in lines])
    assert usual.books() == raw.books()
    assert usual.trades == raw.trades
    assert len(usual.events) == len(raw.events)
    assert "ok" == raw.verdict


def test_whitespace_and_key_order_change_nothing(shared_data: Path) -> None:
    """Any layout of the same JSON is understood."""
    lines = read_lines(recording(shared_data, "btc_eth_dot_20210404"))
    loose = [
        text.replace(b'{"stream":', b'{ "stream" : ').replace(b'"U":', b'"U" : ')
        if number % 2
        else text
        for number, text in enumerate(lines)
    ]
    assert Replay(Binance(), lines).books() == Replay(Binance(), loose).books()


def test_the_second_half_on_a_new_connection_waits_for_its_own_snapshot(
    shared_data: Path,
) -> None:
    """A new connection's updates never join the old book: it is unproven, and no gap."""
    lines = read_lines(recording(shared_data, "btc_eth_dot_20210404"))
    half = len(lines) // 2
    moved = [*lines[:half], *(text.replace(b'"c":0', b'"c":1', 1) for text in lines[half:])]
    replay = Replay(Binance(), moved)
    before = Replay(Binance(), lines[:half])
    assert "failed" == replay.verdict
    assert before.books() == replay.books()
    for book in replay.venue.books.values():
        assert State.SYNCING is book.status.state
        assert 0 == book.status.gaps
