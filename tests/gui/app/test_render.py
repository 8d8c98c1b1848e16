"""``render`` in a process of its own: pictures without a screen, and their numbers read back."""

import csv
import io
import json
import os
import shlex
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.app.check import judge

NAME = "btcusdt_20240808.jsonl.zst"
PATIENCE_S = 120


@pytest.fixture
def recording(shared_data: Path) -> Path:
    """A real recording of Binance."""
    return shared_data / "binance" / NAME


def render(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command with neither display nor platform set."""
    screenless = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "monitor", "render", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=screenless,
        check=False,
    )


def png_size(path: Path) -> tuple[int, int]:
    """Width and height as the file's own header has them."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


@pytest.mark.parametrize("panel", ["price", "depth", "ladder", "tape"])
def test_a_picture_has_the_size_asked_for(recording: Path, tmp_path: Path, panel: str) -> None:
    """Size and scale are exact, nothing is said on stderr, and a manifest lies beside."""
    out = tmp_path / "chart.png"
    ran = render(recording, "--panel", panel, "--size", "640x480", "--scale", 2, "--out", out)
    assert (0, f"{out}\n", "") == (ran.returncode, ran.stdout, ran.stderr)
    assert (1280, 960) == png_size(out)
    manifest = json.loads((tmp_path / "chart.png.json").read_text())
    assert (panel, "binance:BTCUSDT") == (manifest["panel"], manifest["instrument"])
    assert "LIVE sequence" == manifest["verdict"]


def test_the_manifests_command_draws_the_same_again(recording: Path, tmp_path: Path) -> None:
    """Byte for byte: what is written beside a picture is how it came about."""
    out = tmp_path / "chart.png"
    render(
        recording, "--panel", "price", "--at", "+120s", "--timeframe", "1s", "--theme", "light",
        "--out", out,
    )  # fmt: skip
    first = out.read_bytes()
    command = json.loads((tmp_path / "chart.png.json").read_text())["command"]
    out.unlink()
    words = shlex.split(command)
    assert ["depthscope", "render"] == words[:2]
    assert 0 == render(*words[2:]).returncode
    assert first == out.read_bytes()


def test_csv_of_depth_is_the_book(recording: Path, tmp_path: Path) -> None:
    """Every price and size is the very decimal that ``check`` tells at that moment."""
    out = tmp_path / "book.csv"
    assert 0 == render(recording, "--panel", "depth", "--at", "+120s", "--out", out).returncode
    text = out.read_text()
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    rows = list(csv.DictReader(io.StringIO(text[sum(len(line) + 1 for line in comments) :])))
    (moment,) = judge(recording, [Decimal(120)])["at"]
    for side, name in (("bid", "bids"), ("ask", "asks")):
        told = [_pair(row["price"], row["size"]) for row in rows if row["side"] == side]
        expected = [_pair(*level) for level in moment["books"]["BTCUSDT"][name]]
        assert expected == told[: len(expected)]
    assert "# symbol: BTCUSDT" in comments
    assert "# verdict: LIVE sequence" in comments
    assert any(line.startswith("# time: 2024-08-08 23:56:") for line in comments)


def test_svg_is_vector_with_text_as_text(recording: Path, tmp_path: Path) -> None:
    """Symbol, venue, verdict and price labels are text elements; there is no picture in it."""
    out = tmp_path / "chart.svg"
    ran = render(recording, "--panel", "price", "--timeframe", "1s", "--out", out)
    assert 0 == ran.returncode, ran.stderr
    root = ET.parse(out).getroot()  # noqa: S314 - our own file
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in ("BTCUSDT", "Binance", "REPLAY", "LIVE sequence", "Price"):
        assert wanted in texts
    assert 6 <= sum(text.startswith("61,") for text in texts)
    assert [] == list(root.iter("{http://www.w3.org/2000/svg}image"))


def test_pdf_is_one_page_with_its_font(recording: Path, tmp_path: Path) -> None:
    """The page is as large as the picture, and embeds the font."""
    out = tmp_path / "chart.pdf"
    render(recording, "--panel", "depth", "--size", "800x600", "--out", out)
    data = out.read_bytes()
    assert data.startswith(b"%PDF-")
    assert 1 == data.count(b"/Type /Page\n")
    assert b"/MediaBox [0 0 600" in data
    assert b"IBMPlexSans" in data


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("--panel", "heat", "--out", "x.png"), 2, "there is no panel 'heat'"),
        (("--panel", "depth", "--out", "x.bmp"), 2, "'x.bmp' was no name to export to"),
        (("--panel", "depth", "--out", "gone/x.png"), 1, "gone/x.png was not saved: no such file"),
        (("--panel", "depth", "--at", "+9999s", "--out", "x.png"), 1, "+9999s was asked for"),
        (("--panel", "depth", "--symbol", "NO", "--out", "x.png"), 1, "has no symbol 'NO'"),
        (("--panel", "price", "--timeframe", "7s", "--out", "x.png"), 2, "no timeframe '7s'"),
        (("--panel", "depth", "--size", "9x9", "--out", "x.png"), 2, "was not within 120x120"),
        (("--panel", "depth", "--size", "wide", "--out", "x.png"), 2, "was no size"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    recording: Path, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    """Each with its exit status, no traceback, and no file left."""
    ran = render(recording, *arguments)
    assert status == ran.returncode
    assert sentence in ran.stderr
    assert 1 == len(ran.stderr.splitlines())
    assert not Path("x.png").exists()


def test_a_foreign_file_is_one_sentence(tmp_path: Path) -> None:
    """What is no recording is said to be none."""
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_text("<html>\n")
    ran = render(foreign, "--panel", "depth", "--out", tmp_path / "x.png")
    assert (1, 1) == (ran.returncode, len(ran.stderr.splitlines()))
    assert "was no recording" in ran.stderr


def _pair(price: str, size: str) -> tuple[Decimal, Decimal]:
    return Decimal(price), Decimal(size)
