"""The window on real recordings, served over a socket: it holds their books and trades exactly."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.app import venue_sources
from monitor.protocol.facts import Facts
from tests.emulators.recorded_book import RecordedBook
from tests.emulators.replayed import asking
from tests.emulators.truth import Levels, decimals_of
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import Scene
from tests.gui.end_to_end.served import all_heard, venue_of, watching
from tests.gui.end_to_end.test_exports import FORMS, check_csv, check_picture, exported, manifest
from tests.gui.end_to_end.test_panels_hold_the_book import check_depth, check_ladder, check_tape

RECORDED_LEVELS = 1_000
"""A side, of the snapshots in the recordings of Binance."""


@pytest.fixture(autouse=True)
def _as_recorded(_only_here: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books are asked for with as many levels as were recorded."""
    here = venue_sources.with_hosts

    def asked(facts: Facts, addresses: str) -> Facts:
        return asking(here(facts, addresses), RECORDED_LEVELS)

    monkeypatch.setattr(venue_sources, "with_hosts", asked)


def best_25(shared_data: Path, name: str, symbol: str) -> dict[str, Levels]:
    """The book at the end of a recording, as an independent program saw it."""
    expected: Any = json.loads((shared_data / f"{name}.expected.json").read_bytes())
    book = expected["books"][symbol]
    return {
        side: [(Decimal(price), Decimal(size)) for price, size in book[side]]
        for side in ("bids", "asks")
    }


def check_panels(scene: Scene, wanted: RecordedBook, least: int = 250, rows: int = 5) -> None:
    """Price, depth, ladder and tape against the plain dicts."""
    bids, asks = wanted.sides
    check_depth(scene, bids, asks, least)
    check_ladder(scene, bids, asks, rows)
    curve = scene.depth.curve.curve
    assert curve is not None
    if wanted.trades:
        assert wanted.edges == tuple(Decimal(repr(float(edge))) for edge in curve.known)
        check_tape(scene, wanted.trades)
        assert len(wanted.trades) == scene.market.tape.count
        last = Decimal(scene.window.top.price._text.replace(",", ""))
        assert wanted.trades[-1].price == last
    header = scene.price.header._readout.replace(",", "")
    best = [Decimal(one) for one in re.findall(r"(?:bid|ask) ([0-9.]+)", header)]
    assert [bids[0][0], asks[0][0]] == best


async def check_exports(
    scene: Scene, folder: Path, wanted: RecordedBook, kinds: str, forms: Sequence[str] = FORMS
) -> None:
    """Ctrl+E in each panel and form; what is read back holds the recording's numbers."""
    bids, asks = wanted.sides
    places = decimals_of(scene.market.instrument.tick_size or Decimal(1))
    for kind in kinds.split():
        for form in forms:
            path = await exported(scene, folder, kind, form)
            assert kind == manifest(path)["panel"]
            if form == "csv":
                check_csv(scene, path, kind, bids, asks)
            else:
                check_picture(scene, path, kind, form, places)


def test_a_symbol_is_picked_of_a_served_recording(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    """Binance, three symbols: LIVE on the first, Ctrl+K and letters to another, all exact."""

    async def play() -> None:
        venue = venue_of(shared_data / "binance/btc_eth_dot_20210404.jsonl.zst", 10, 20)
        async with watching(tmp_path, venue, "BTCUSDT") as (scene, _):
            await scene.live()
            for symbol, typed in (("ETHUSDT", "eth"), ("DOTUSDT", "dot")):
                await scene.pick(f"binance:{symbol}", typed)
                await scene.live()
                check_panels(scene, await all_heard(scene, venue, symbol))
                assert scene.pill.startswith("LIVE sequence")
            counters = scene.market.verdict(scene.desk.now()).counters
            assert (0, 0) == (counters.gaps, counters.rejected)

    run(play())


def test_a_busy_night_is_shown_and_exported_to_the_last_digit(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    """Binance, 2024-08-08, some seconds of it: panels, and every export read back."""

    async def play() -> None:
        venue = venue_of(shared_data / "binance/btcusdt_20240808.jsonl.zst", 4, 12)
        async with watching(tmp_path, venue, "BTCUSDT") as (scene, _):
            await scene.live()
            wanted = await all_heard(scene, venue, "BTCUSDT")
            check_panels(scene, wanted)
            assert len(wanted.trades) > 100
            await check_exports(scene, tmp_path, wanted, "depth ladder tape")
            # The chart's range is about the last trade: the best prices may lie outside of it.
            await check_exports(scene, tmp_path, wanted, "price", ("png", "csv"))
            assert scene.pill.startswith("LIVE sequence")

    run(play())


@pytest.mark.parametrize(
    ("name", "symbol", "speed", "rows"),
    [
        ("kraken/minagbp_d25_20260816", "MINA/GBP", 20.0, 5),
        ("kraken/btcusd_d10_20260824", "BTC/USD", 0.01, 0),
    ],
)
def test_a_thin_book_of_kraken_is_shown_and_exported(
    run: Run, tmp_path: Path, shared_data: Path, name: str, symbol: str, speed: float, rows: int
) -> None:
    """The dear coin and the cheap one: checksums hold, and the end is the expected file's book."""

    async def play() -> None:
        venue = venue_of(shared_data / f"{name}.jsonl.zst", speed)
        async with watching(tmp_path, venue, symbol) as (scene, _):
            await scene.live()
            wanted = await all_heard(scene, venue, symbol)
            expected = best_25(shared_data, name, symbol)
            assert expected == dict(zip(("bids", "asks"), wanted.sides, strict=True))
            check_panels(scene, wanted, 0, rows)
            await check_exports(scene, tmp_path, wanted, "depth ladder")
            assert scene.pill.startswith("LIVE checksum")
            assert 0 == scene.market.verdict(scene.desk.now()).counters.checksums_failed

    run(play())
