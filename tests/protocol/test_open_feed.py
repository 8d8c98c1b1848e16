"""The Open Feed's numbers, checksum and messages are those of its document."""

import json
import re
import zlib
from decimal import Decimal
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.events import BookDelta, BookSnapshot, Quote, Trade
from monitor.model.time import MS, SECOND
from monitor.protocol import open_feed
from monitor.protocol.numbers import parse_decimal
from monitor.protocol.open_feed import Delta, Error, Snapshot, canonical, checksum, is_canonical
from monitor.protocol.open_feed_requests import read_request
from monitor.protocol.open_feed_writer import CHECKSUM_EVERY, OpenFeedWriter

DOCUMENT = Path(__file__).parents[2] / "docs" / "open-feed.md"
TEXT = DOCUMENT.read_text("utf-8")

CLIENT_TYPES = {"subscribe", "unsubscribe", "instruments", "candles", "tickers"}
ServerMessage = (
    open_feed.Hello
    | open_feed.Subscribed
    | open_feed.Unsubscribed
    | open_feed.Error
    | open_feed.Heartbeat
    | open_feed.Instruments
    | open_feed.Snapshot[str]
    | open_feed.Delta[str]
    | open_feed.TradeMessage[str]
    | open_feed.QuoteMessage[str]
    | open_feed.CandleMessage[str]
    | open_feed.Candles[str]
    | open_feed.Ticker[str]
    | open_feed.Tickers[str]
    | open_feed.StatusMessage
    | open_feed.FundingMessage[str]
)
_server_message = msgspec.json.Decoder(ServerMessage)


def document_messages() -> list[str]:
    """Every example of the document; some blocks hold several, one a line."""
    messages = []
    for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL):
        try:
            json.loads(block)
            messages.append(block)
        except ValueError:
            messages += block.strip().split("\n")
    return messages


def is_request(message: str) -> bool:
    content = json.loads(message)
    answered = content.keys() & {"instruments", "candles", "tickers"}
    return content["type"] in CLIENT_TYPES and not answered


@pytest.mark.parametrize("message", document_messages())
def test_the_documents_examples_are_understood(message: str) -> None:
    """Requests are read, answers decode; and what we would write says the same."""
    if is_request(message):
        assert not isinstance(read_request(message.encode()), Error)
    else:
        decoded = _server_message.decode(message)
        assert json.loads(message) == json.loads(msgspec.json.encode(decoded))


def test_the_document_names_each_message() -> None:
    """No type and no error code of ours is missing from the document, and none is too many."""
    types = set(re.findall(r'"type":"([a-z]+)"', TEXT))
    ours = {
        struct.__struct_config__.tag
        for struct in vars(open_feed).values()
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct)
    } - {None}
    assert types == ours
    codes = set(
        re.findall(r"^\| `([a-z_]+)` \|", TEXT.split("## 5.")[1].split("## 6.")[0], re.MULTILINE)
    )
    assert set(get_args(open_feed.Code)) == codes


def test_checksum_vectors() -> None:
    """The document's checksum texts give its numbers, and its example messages carry them."""
    vectors = re.findall(r"^(\S*\|\S*) +(\d+)$", TEXT, re.MULTILINE)
    assert len(vectors) == 4
    for text, value in vectors:
        assert int(value) == zlib.crc32(text.encode())
        asks, bids = (
            [(p, s) for p, s in (level.split(":") for level in side.split(",") if level)]
            for side in text.split("|")
        )
        assert int(value) == checksum(asks, bids)


def test_the_documents_delta_leads_from_its_snapshot_to_its_checksum() -> None:
    """Section 6.1 and 6.2 are one worked example."""
    found = {json.loads(one)["type"]: one for one in document_messages()}
    snapshot = msgspec.json.decode(found["snapshot"], type=Snapshot[str])
    delta = msgspec.json.decode(found["delta"], type=Delta[str])
    assert snapshot.checksum == checksum(snapshot.asks, snapshot.bids)
    sides = []
    for held, changes in ((snapshot.asks, delta.asks), (snapshot.bids, delta.bids)):
        side = dict(held) | dict(changes)
        sides.append(
            sorted((one for one in side.items() if one[1] != "0"), key=lambda x: Decimal(x[0]))
        )
    assert delta.checksum == checksum(sides[0], sides[1][::-1])
    assert snapshot.seq + 1 == delta.seq


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (60000.0, "60000"),
        (0.5, "0.5"),
        (1e-8, "0.00000001"),
        (1.234e-05, "0.00001234"),
        (1e16, "10000000000000000"),
        (Decimal("1.2300"), "1.23"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0120"), "-0.012"),
    ],
)
def test_canonical_texts(value: float | Decimal, expected: str) -> None:
    """No exponent, no trailing zeros, no minus before zero."""
    assert expected == canonical(value)
    assert is_canonical(expected)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=9, min_value=-(10**8), max_value=10**8
    )
)
def test_canonical_keeps_the_value(value: Decimal) -> None:
    """The text is canonical, is a number to our strict parser, and is that number."""
    text = canonical(value)
    assert is_canonical(text)
    assert value == parse_decimal(text)


@pytest.mark.parametrize(
    "text", ["", "-0", "00", "01", "1.", ".5", "1.0", "+1", "1e5", "1_0", "٣", "NaN", " 1"]
)
def test_what_is_not_canonical(text: str) -> None:
    """One number has one text."""
    assert not is_canonical(text)


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (b"", "bad_message", "not JSON"),
        (b"\xff\xfe", "bad_message", "not JSON"),
        (b"[" * 60_000, "bad_message", "not JSON"),
        (b"[1]", "bad_message", "no JSON object"),
        (b'{"id":1}', "bad_message", "no type"),
        (b'{"type":5,"id":1}', "bad_message", "no type"),
        (b'{"type":"order","id":1}', "unknown_type", "'order'"),
        (b'{"type":"subscribe","id":1}', "bad_message", "channel"),
        (b'{"type":"subscribe","id":-1,"channel":"book","symbols":[]}', "bad_message", "id"),
        (
            b'{"type":"subscribe","id":1,"channel":"depth","symbols":[]}',
            "unknown_channel",
            "'depth'",
        ),
        (b'{"type":"subscribe","id":1,"channel":"candles","symbols":[]}', "bad_interval", "was 0"),
        (b'{"type":"candles","id":1,"symbol":"A","interval_s":7}', "bad_interval", "was 7"),
        (b'{"type":"candles","id":1,"symbol":"A","interval_s":60,"limit":0}', "bad_limit", "was 0"),
        (b'{"type":"candles","id":1,"symbol":"A","interval_s":60,"end":-1}', "bad_limit", "was -1"),
        (
            b'{"type":"tickers","id":1,"symbols":[' + b'"A",' * 1_000 + b'"A"]}',
            "too_many",
            "1001 symbols",
        ),
    ],
)
def test_bad_requests_are_named(message: bytes, code: str, words: str) -> None:
    """Each fault has its code and a sentence that says what was wrong."""
    error = read_request(message)
    assert isinstance(error, Error)
    assert code == error.code
    assert words in error.reason


def test_an_error_carries_the_id_where_there_was_one() -> None:
    """The client can tell which of its requests was refused."""
    error = read_request(b'{"type":"subscribe","id":"mine","channel":3}')
    assert isinstance(error, Error)
    assert error.id == "mine"


def _snapshot() -> BookSnapshot:
    return BookSnapshot("demo:A-B", [(10.0, 1.0)], [(10.5, 2.0)], 7, 7, 0, 0)


def _delta(number: int, ts: int) -> BookDelta:
    return BookDelta("demo:A-B", [(9.5, float(number))], [], 0, 0, ts, ts)


def _written(writer: OpenFeedWriter, delta: BookDelta) -> Delta[str]:
    written = writer.write(delta)
    assert written is not None
    return msgspec.json.decode(written[2], type=Delta[str])


def test_the_writer_numbers_and_proves_the_book() -> None:
    """Each delta is one more; every 16th has the checksum of the book as it then is."""
    writer = OpenFeedWriter()
    writer.hold(_snapshot())
    deltas = [_written(writer, _delta(number, MS)) for number in range(1, 2 * CHECKSUM_EVERY + 1)]
    assert list(range(8, 8 + 2 * CHECKSUM_EVERY)) == [delta.seq for delta in deltas]
    proven = [number for number, delta in enumerate(deltas, 1) if delta.checksum is not None]
    assert [CHECKSUM_EVERY, 2 * CHECKSUM_EVERY] == proven
    assert checksum([("10.5", "2")], [("10", "1"), ("9.5", "32")]) == deltas[-1].checksum


def test_a_slow_book_has_a_checksum_each_second() -> None:
    """The first delta a second after the last checksum carries one."""
    writer = OpenFeedWriter()
    writer.hold(_snapshot())
    moments = (SECOND // 2, SECOND, SECOND + MS, 2 * SECOND)
    proven = [_written(writer, _delta(1, ts)).checksum is not None for ts in moments]
    assert [False, True, False, True] == proven


def test_a_snapshot_is_of_what_was_written() -> None:
    """A newcomer gets the book as all others hold it, and the next delta follows it."""
    writer = OpenFeedWriter()
    writer.hold(_snapshot())
    writer.write(_delta(3, MS))
    writer.write(BookDelta("demo:A-B", [(10.0, 0.0)], [(10.25, 1e-7)], 0, 0, MS, MS))
    snapshot = msgspec.json.decode(writer.snapshot("A-B", MS), type=Snapshot[str])
    assert [("9.5", "3")] == snapshot.bids
    assert [("10.25", "0.0000001"), ("10.5", "2")] == snapshot.asks
    assert checksum(snapshot.asks, snapshot.bids) == snapshot.checksum
    assert snapshot.seq + 1 == _written(writer, _delta(4, MS)).seq


def test_a_replaced_book_counts_as_one_message() -> None:
    """A source's own new snapshot goes to all readers, and its number follows the last."""
    writer = OpenFeedWriter()
    writer.hold(_snapshot())
    written = writer.write(_snapshot())
    assert written is not None
    assert 8 == msgspec.json.decode(written[2], type=Snapshot[str]).seq
    assert 9 == _written(writer, _delta(1, MS)).seq


def test_a_delta_without_a_book_is_not_written() -> None:
    """Nobody could apply it."""
    assert OpenFeedWriter().write(_delta(1, MS)) is None


def test_trades_are_numbered_one_by_one_and_exact() -> None:
    """The id is the writer's own count, and the venue's text wins over the float."""
    writer = OpenFeedWriter()
    exact = ("0.12345678901234567", "3")
    trade = Trade("demo:A-B", float(exact[0]), 3.0, "buy", "x-77", 1, 1, exact=exact)
    messages = [writer.write(trade) for _ in range(2)]
    decoded = [
        msgspec.json.decode(one[2], type=open_feed.TradeMessage[str]) for one in messages if one
    ]
    assert [1, 2] == [one.id for one in decoded]
    assert exact == (decoded[0].price, decoded[0].size)


def test_channels_of_events() -> None:
    """An event goes to the stream that is named for it, under the venue's symbol."""
    writer = OpenFeedWriter()
    written = writer.write(Quote("demo:A:B", 1.0, 2.0, 0.0, 0.0, 5, 5))
    assert written is not None
    assert ("quotes", "A:B") == written[:2]
    message = json.loads(written[2])
    assert ["type", "symbol"] == list(message)[:2]
    assert ("0", "0") == (message["ask"], message["ask_size"])
