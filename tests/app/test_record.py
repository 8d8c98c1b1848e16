"""``record``, ``symbols`` and ``serve`` against the demo exchange, as processes."""

import json
import signal
import urllib.parse
from pathlib import Path

import pytest

from monitor.app.check import judge
from monitor.app.failure import BadUse
from monitor.app.record import file_names
from monitor.feeds.recording import Reader
from tests.app.commands import depthscope, running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_recording_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl+C and SIGTERM: status 0, everything on the disk, and ``check`` finds it ok."""
    path = tmp_path / "demo.jsonl.zst"
    with running("record", "demo:BTC-USDT", "--out", path) as process:
        while not enough(path):
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (0, "") == (process.returncode, err)
    assert str(path) in out
    report = judge(path)
    assert ("ok", "live") == (report["verdict"], report["books"]["BTC-USDT"]["state"])
    with Reader(path) as reader:
        entries = list(reader)
    assert ["open", "close"] == [e.k for e in entries if e.k in {"open", "close"}]
    assert any(entry.k == "out" for entry in entries)
    assert ("demo", ("BTC-USDT",)) == (reader.header.venue, reader.header.symbols)


def enough(path: Path) -> bool:
    """True once a file holds a hundred lines."""
    if not path.exists() or not path.stat().st_size:
        return False
    with Reader(path) as reader:
        return sum(1 for _ in reader) > 100


def test_a_recording_ends_by_itself(tmp_path: Path) -> None:
    """--for: so long, and no longer; several symbols go to one file."""
    path = tmp_path / "demo.jsonl"
    ended = depthscope("record", "demo:EUR-USD", "demo:BTC-USDT", "--out", path, "--for", "2s")
    assert (0, "") == (ended.returncode, ended.stderr)
    report = judge(path)
    assert {"EUR-USD", "BTC-USDT"} == set(report["books"])
    assert "ok" == report["verdict"]
    assert 1.0 < report["span_s"] < 10.0


def test_an_unknown_symbol_is_named(tmp_path: Path) -> None:
    """The symbol, what was perhaps meant, status 1, and no file left behind."""
    path = tmp_path / "demo.jsonl.zst"
    ended = depthscope("record", "demo:BTC-USD", "--out", path)
    assert 1 == ended.returncode
    assert "demo has no symbol 'BTC-USD'" in ended.stderr
    assert "BTC-USDT" in ended.stderr
    assert not path.exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that holds something stays as it is."""
    path = tmp_path / "demo.jsonl.zst"
    path.write_text("precious")
    ended = depthscope("record", "demo:BTC-USDT", "--out", path, "--for", "1s")
    assert 2 == ended.returncode
    assert "never overwritten" in ended.stderr
    assert "precious" == path.read_text()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The system's reason, before anything is connected."""
    path = tmp_path / "none" / "demo.jsonl.zst"
    ended = depthscope("record", "demo:BTC-USDT", "--out", path, "--for", "1s")
    assert 1 == ended.returncode
    assert "no such file or directory" in ended.stderr


def test_one_venue_a_file() -> None:
    """Several venues go to several files, named by venue."""
    out = Path("x/day.jsonl.zst")
    assert {"kraken": out} == file_names(out, ["kraken"])
    assert {
        "kraken": Path("x/day.kraken.jsonl.zst"),
        "binance": Path("x/day.binance.jsonl.zst"),
    } == file_names(out, ["kraken", "binance"])
    with pytest.raises(BadUse):
        file_names(Path(".jsonl.zst"), ["kraken"])


def test_symbols_are_found() -> None:
    """A part of a name, an exact symbol first; nothing found is status 1."""
    ended = depthscope("symbols", "demo", "btc")
    assert (0, "") == (ended.returncode, ended.stderr)
    assert ["BTC-PERP", "BTC-USDT"] == [row.split()[0] for row in ended.stdout.splitlines()[1:]]
    ended = depthscope("symbols", "demo", "nonesuch")
    assert 1 == ended.returncode
    assert "demo has no symbol like 'nonesuch'" in ended.stderr


def test_serve_tells_its_address_and_ends_at_sigterm() -> None:
    """The first line is the address; a port that is taken is named; SIGTERM is a clean end."""
    with running("serve", "--demo") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        parts = urllib.parse.urlsplit(url)
        assert ("ws", "127.0.0.1") == (parts.scheme, parts.hostname)
        taken = depthscope("serve", "--demo", "--port", parts.port)
        assert 1 == taken.returncode
        assert f"port {parts.port}" in taken.stderr
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert (0, "") == (process.returncode, err)


def test_json_survives_a_pipe_that_closes(tmp_path: Path) -> None:
    """``check … | head -c 1``: no traceback, no complaint."""
    path = tmp_path / "demo.jsonl"
    depthscope("record", "demo:BTC-USDT", "--out", path, "--for", "1s")
    assert json.loads(depthscope("check", path, "--json").stdout)
    with running("check", path, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "" == process.stderr.read()
