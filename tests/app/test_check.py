"""``check`` keeps its contract: to the letter, on real recordings, and on files that are none."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.app.check import as_text, judge
from monitor.feeds.recording import Reader
from monitor.feeds.zstd import ZstdDecompressor
from monitor.model.time import SECOND
from tests.app.commands import COMMAND, depthscope
from tests.conftest import ROOT
from tests.feeds.recordings import HEADER, file_of, line

VENUES = ("binance", "kraken")
KEYS = {
    "file": str,
    "venue": str,
    "messages": int,
    "span_s": float,
    "events": dict,
    "unknown_messages": int,
    "rejected_messages": int,
    "books": dict,
    "trades": dict,
    "verdict": str,
}
BOOK_KEYS = {
    "snapshots": int,
    "deltas": int,
    "gaps": int,
    "resyncs": int,
    "crossed": int,
    "checksums": dict | None,
    "proof": str,
    "state": str,
    "levels": list,
    "bids": list,
    "asks": list,
}
TRADE_KEYS = {
    "count": int,
    "volume": str,
    "buy_volume": str,
    "first_price": str,
    "last_price": str,
}


def names() -> Iterator[str]:
    """The real recordings of these venues, as far as they are here."""
    folder = ROOT.parent / "shared" / "data"
    found = [
        str(path.relative_to(folder))
        for venue in VENUES
        for path in sorted((folder / venue).glob("*.jsonl.zst"))
    ]
    yield from found or ["binance/none.jsonl.zst"]


def reference_moment(path: Path, offset: Decimal) -> Decimal:
    """When the reference took its books of Binance.

    Its README says "after every line whose t is at most" the offset, which is what
    ``check`` does; its files of Binance hold the books after the first book message beyond.
    """
    with Reader(path) as reader:
        entries = iter(reader)
        start = next(entries).t
        for entry in entries:
            beyond = entry.t - start > offset * SECOND
            if beyond and entry.k == "in" and b"@depth" in entry.m[:80]:
                return Decimal(entry.t - start) / SECOND
    raise AssertionError("no book message beyond the offset")


def decimals(levels: list[list[str]]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(price), Decimal(size)) for price, size in levels]


def assert_same_book(expected: dict[str, Any], actual: dict[str, Any]) -> None:
    for side in ("bids", "asks"):
        assert decimals(expected[side]) == decimals(actual[side])


@pytest.fixture
def kraken(shared_data: Path) -> Path:
    return shared_data / "kraken" / "minagbp_d25_20260816.jsonl.zst"


@pytest.mark.parametrize("name", list(names()))
def test_a_real_recording_gives_what_it_must(shared_data: Path, name: str) -> None:
    """Books, books in between and trades equal the independent program's; nothing is amiss."""
    path = shared_data / name
    expected = json.loads(
        path.with_name(path.name.replace(".jsonl.zst", ".expected.json")).read_text()
    )
    offsets = [Decimal(str(moment["offset_s"])) for moment in expected["at"]]
    if name.startswith("binance"):
        offsets = [reference_moment(path, offset) for offset in offsets]
    report = judge(path, offsets)
    assert ("ok", []) == (report["verdict"], report["causes"])
    assert expected["messages_in"] == report["messages"]
    assert expected["span_s"] == report["span_s"]
    assert expected["books"].keys() == report["books"].keys()
    for symbol, book in expected["books"].items():
        actual = report["books"][symbol]
        assert_same_book(book, actual)
        assert ["live", 0, 0, 0] == [actual[k] for k in ("state", "gaps", "resyncs", "crossed")]
        assert not (actual["checksums"] or {}).get("failed")
        assert book["levels"] == actual["levels"]
    for moment, actual in zip(expected["at"], report["at"], strict=True):
        assert moment["books"].keys() == actual["books"].keys()
        for symbol, book in moment["books"].items():
            assert_same_book(book, actual["books"][symbol])
    assert expected["trades"].keys() == report["trades"].keys()
    for symbol, trades in expected["trades"].items():
        for key, value in trades.items():
            assert Decimal(value) == Decimal(report["trades"][symbol][key])
    assert (0, 0) == (report["unknown_messages"], report["rejected_messages"])
    counts = expected["counts"]
    assert counts.get("trades", 0) == report["events"]["trade"]
    if "crc_ok" in counts:
        assert counts["crc_ok"] == sum(b["checksums"]["ok"] for b in report["books"].values())


def test_the_contract_holds_for_keys_and_types(kraken: Path) -> None:
    """Every key is there, of its type, and numbers of the market are texts."""
    ended = depthscope("check", kraken, "--json", "--books-at", "+5s,+14.899s")
    assert ("", 0) == (ended.stderr, ended.returncode)
    report = json.loads(ended.stdout)
    assert_types(KEYS, report)
    assert {"trade", "book_snapshot", "book_delta", "quote", "candle"} <= report["events"].keys()
    for book in report["books"].values():
        assert_types(BOOK_KEYS, book)
        assert all(isinstance(text, str) for level in book["bids"] for text in level)
    assert [5, 14.899] == [moment["offset_s"] for moment in report["at"]]


def test_prints_are_told_by_symbol(shared_data: Path) -> None:
    """The trades of each symbol have every key of the contract."""
    report = judge(shared_data / "binance" / "btc_eth_dot_20210404.jsonl.zst")
    for trades in report["trades"].values():
        assert_types(TRADE_KEYS, trades)
    assert report["books"]["BTCUSDT"]["checksums"] is None


def assert_types(keys: dict[str, Any], actual: dict[str, Any]) -> None:
    assert keys.keys() <= actual.keys()
    for key, kind in keys.items():
        assert isinstance(actual[key], kind), key


def test_a_symbol_that_was_not_synced_is_absent(kraken: Path) -> None:
    """Before its snapshot a book has nothing to tell; after it, it has."""
    report = judge(kraken, [Decimal(0), Decimal(59)])
    assert [set(), {"MINA/GBP"}] == [set(moment["books"]) for moment in report["at"]]


def test_people_get_a_table(kraken: Path) -> None:
    """Without --json the same is told aligned, the verdict by itself on a line."""
    text = as_text(judge(kraken, [Decimal(5)]))
    assert "MINA/GBP  live   checksum  0.0286  0.0288" in text
    assert "\nok" in text


# What makes a recording suspect or failed.


def text_of(path: Path) -> list[bytes]:
    return ZstdDecompressor().decompress(path.read_bytes()).split(b"\n")[:-1]


def lines_of(path: Path) -> list[bytes]:
    return text_of(path)[1:]


def mutated(path: Path, folder: Path, lines: list[bytes]) -> Path:
    header = json.loads(text_of(path)[0])
    return file_of(folder / "mutated.jsonl.zst", [one + b"\n" for one in lines], header)


def test_a_lost_message_is_failed(kraken: Path, tmp_path: Path) -> None:
    """Without one update the checksums are wrong from there on: never ok."""
    lines = lines_of(kraken)
    updates = [n for n, one in enumerate(lines) if b'"type":"update"' in one and b'"book"' in one]
    del lines[updates[3]]
    report = judge(mutated(kraken, tmp_path, lines))
    assert report["verdict"] in {"failed", "suspect"}
    assert report["books"]["MINA/GBP"]["checksums"]["failed"] > 0
    assert report["causes"]


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        (b"no json", "rejected_messages"),
        (b'{"t":99999999999999,"c":0,"k":"in","m":"no }{ json","x":"text"}', "rejected_messages"),
        (b'{"t":99999999999999,"c":0,"k":"in","m":{"channel":"nonsense"}}', "unknown_messages"),
    ],
)
def test_what_makes_no_sense_is_suspect(
    kraken: Path, tmp_path: Path, extra: bytes, key: str
) -> None:
    """One message that is no JSON, or that nobody understands, is counted and told."""
    report = judge(mutated(kraken, tmp_path, [*lines_of(kraken), extra]))
    assert (1, "suspect") == (report[key], report["verdict"])
    assert report["causes"]


def test_another_venues_messages_are_named(shared_data: Path, tmp_path: Path) -> None:
    """Futures under the name of the spot market: suspect, no book, and why."""
    lines = lines_of(shared_data / "binance-usdm" / "btcusdt_20240718.jsonl.zst")[:500]
    path = file_of(
        tmp_path / "a.jsonl", [one + b"\n" for one in lines], {**HEADER, "venue": "binance"}
    )
    report = judge(path)
    assert ("suspect", {}) == (report["verdict"], report["books"])
    assert report["unknown_messages"]
    assert "futures" in report["causes"][0]


def test_a_stop_line_ends_a_recording(kraken: Path, tmp_path: Path) -> None:
    """Other programs write one; like a close it says nothing against what came before."""
    stop = b'{"t":99999999999999,"c":0,"k":"stop"}'
    assert "ok" == judge(mutated(kraken, tmp_path, [*lines_of(kraken), stop]))["verdict"]


def test_a_torn_tail_is_suspect(kraken: Path, tmp_path: Path) -> None:
    """The books up to the tear are told, and how much is torn."""
    path = tmp_path / "torn.jsonl.zst"
    path.write_bytes(kraken.read_bytes()[:-1])
    report = judge(path)
    assert "suspect" == report["verdict"]
    assert "torn" in report["causes"][0]


def test_a_book_that_never_came_is_failed(kraken: Path, tmp_path: Path) -> None:
    """A book without its snapshot is not proven at the end."""
    lines = [one for one in lines_of(kraken) if b'"type":"snapshot"' not in one]
    report = judge(mutated(kraken, tmp_path, lines))
    assert "failed" == report["verdict"]
    assert report["books"]["MINA/GBP"]["state"] in {"gap", "syncing"}


# Files that are none.


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html>",
        b"\x1f\x8b\x08",
        b"{}\n",
        b"\x28\xb5\x2f\xfd\x04",
        bytes(1_000),
    ],
    ids=["empty", "html", "gzip", "object", "cut", "zeros"],
)
def test_what_is_no_recording_is_failed_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    """JSON with all keys on stdout, one sentence naming the file on stderr, status 1."""
    path = tmp_path / "none.jsonl.zst"
    path.write_bytes(content)
    ended = depthscope("check", path, "--json")
    report = json.loads(ended.stdout)
    assert_types(KEYS, report)
    assert ("failed", 1) == (report["verdict"], ended.returncode)
    assert 1 == ended.stderr.count("\n")
    assert str(path) in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_takes_nothing_is_named(kraken: Path, unbuffered: str) -> None:
    """A full disk is no error of the program; one sentence tells of the output."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*COMMAND, "check", str(kraken), "--json"],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    told = "depthscope check: the output could not be written: no space left on device.\n"
    assert (told, 1) == (ended.stderr, ended.returncode)


def test_a_recording_of_a_header_alone_is_ok(tmp_path: Path) -> None:
    """Nothing came, nothing is wrong; a byte order mark and a clock of null change nothing."""
    path = tmp_path / "a.jsonl"
    header = json.dumps({**HEADER, "venue": "kraken", "clock": None}).encode()
    path.write_bytes(b"\xef\xbb\xbf" + header + b"\n")
    assert ("ok", 0) == (judge(path)["verdict"], judge(path)["messages"])


def test_a_best_price_that_left_the_covered_range_and_came_back_is_told(tmp_path: Path) -> None:
    """What the book was meanwhile, nobody knows; that its end is sound again hides nothing."""

    def update(t: int, first: int, last: int, *bids: list[str]) -> bytes:
        data = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": first, "u": last, "b": bids}
        return line(t, "in", {"stream": "btcusdt@depth@100ms", "data": {**data, "a": []}})

    url = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=2"
    known = {"bids": [["100", "1"], ["99", "1"]], "asks": [["101", "1"], ["102", "1"]]}
    lines = [
        update(1, 9, 10, ["100", "1"]),
        line(2, "http", {"lastUpdateId": 10, **known}, url=url),
        update(3, 11, 11, ["98", "1"]),
        update(4, 12, 13, ["100", "0"], ["99", "0"]),
        update(5, 14, 15, ["100", "1"], ["99", "1"]),
    ]
    header = {**HEADER, "venue": "binance", "symbols": ["BTCUSDT"]}
    inside = judge(file_of(tmp_path / "inside.jsonl", lines[:3], header))
    assert ("ok", []) == (inside["verdict"], inside["causes"])
    for end in (4, 5):
        report = judge(file_of(tmp_path / f"{end}.jsonl", lines[:end], header))
        assert "live" == report["books"]["BTCUSDT"]["state"]
        assert "suspect" == report["verdict"]
        assert ["BTCUSDT had a best price outside the covered range"] == report["causes"]


def test_a_folder_a_missing_file_and_a_closed_one(tmp_path: Path) -> None:
    """What can't be read is failed, with the reason."""
    closed = file_of(tmp_path / "closed.jsonl", [])
    closed.chmod(0)
    for path, reason in (
        (tmp_path, "directory"),
        (tmp_path / "none", "no such file"),
        *(() if os.access(closed, os.R_OK) else ((closed, "permission"),)),
    ):
        ended = depthscope("check", path)
        assert (1, "") == (ended.returncode, ended.stdout)
        assert reason in ended.stderr


def test_an_unknown_venue_is_named(tmp_path: Path) -> None:
    """A recording of a venue that is not installed is failed, and says which."""
    path = file_of(tmp_path / "a.jsonl", [line(1, "in", 1)], {**HEADER, "venue": "krakn"})
    ended = depthscope("check", path)
    assert 1 == ended.returncode
    assert "no venue 'krakn'; did you mean kraken?" in ended.stderr


def test_a_file_can_not_write_to_the_terminal(tmp_path: Path) -> None:
    """What a foreign file names its venue stays one line, without control characters."""
    path = file_of(tmp_path / "a.jsonl", [line(1, "in", 1)], {**HEADER, "venue": "x\n\x1b[2J"})
    ended = depthscope("check", path)
    assert (1, 1) == (ended.returncode, ended.stderr.count("\n"))
    assert "\x1b" not in ended.stderr


def test_check_imports_no_qt(kraken: Path) -> None:
    """The command runs where there is no screen and no Qt."""
    program = (
        "import sys\n"
        "from monitor.app.cli import main\n"
        f"status = main(['check', {str(kraken)!r}])\n"
        "assert not [name for name in sys.modules if 'PySide' in name or 'pyqtgraph' in name]\n"
        "raise SystemExit(status)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)
    assert 0 == ended.returncode
