"""A user's own Open Feed by its name in every command, and the settings' ways to all venues."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.app.check import judge
from monitor.app.chosen_settings import chosen_settings
from monitor.app.failure import JobFailed
from monitor.app.network_job import Listener, fetch_instruments, open_hub
from monitor.app.paths import config_folder
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.venue_sources import VenueSources
from monitor.feeds.feed_error import FeedError
from monitor.workspace.settings import Network, Settings
from tests.app.commands import depthscope, running
from tests.feeds.recordings import HEADER, file_of, line

HELLO = {
    "type": "hello",
    "protocol": "open-feed",
    "version": 1,
    "server": "a test",
    "venue": "x",
    "name": "X",
    "heartbeat_ms": 1000,
    "ts": 1,
}
SYSTEM = {"channel": "status", "type": "update", "data": [{"system": "online"}]}
MINE = {**HEADER, "venue": "mine"}


@pytest.fixture
def settings() -> Iterator[Path]:
    """The place of the user's settings file, which is not there yet."""
    path = config_folder() / "settings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def choose(path: Path, **network: Any) -> None:
    path.write_text(json.dumps({"network": network}))


def test_an_own_feed_is_a_venue_of_every_command(settings: Path, tmp_path: Path) -> None:
    """Listed, searched, recorded; and its recording plays where nobody named the feed."""
    recording = tmp_path / "mine.jsonl.zst"
    with running("serve", "--demo") as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        choose(settings, open_feeds={"mine": url})
        assert f"mine     mine           {url}" in depthscope("venues").stdout.splitlines()
        found = depthscope("symbols", "mine", "btc-usdt")
        assert (0, "") == (found.returncode, found.stderr)
        assert "BTC-USDT" in found.stdout
        ended = depthscope("record", "mine:BTC-USDT", "--out", recording, "--for", "2s")
        assert (0, "") == (ended.returncode, ended.stderr)
    settings.unlink()
    report = judge(recording)
    assert ("mine", "ok") == (report["venue"], report["verdict"])
    recorded = RecordedMarkets(recording)
    with recorded.player:
        recorded.player.run()
        assert "mine" == recorded.player.protocol.facts.name
        market = recorded.markets.get("mine:BTC-USDT")
        assert market is not None
        assert market.book.best_bid


def test_an_own_feed_mistyped_is_suggested(settings: Path) -> None:
    """Like any other venue."""
    choose(settings, open_feeds={"mine": "ws://127.0.0.1:9"})
    ended = depthscope("symbols", "minee")
    assert 2 == ended.returncode
    assert "there is no venue 'minee'; did you mean mine" in ended.stderr


@pytest.mark.parametrize(
    "first", [SYSTEM, {**HELLO, "version": 2}, {**HELLO, "protocol": "other"}, "no object"]
)
def test_what_began_otherwise_is_no_open_feed(settings: Path, tmp_path: Path, first: Any) -> None:
    """Even where the settings have a feed of that name: another's file is never taken for it."""
    choose(settings, open_feeds={"mine": "ws://127.0.0.1:9"})
    path = file_of(tmp_path / "a.jsonl", [line(1, "in", first), line(2, "in", HELLO)], MINE)
    assert ["there is no venue 'mine'"] == [
        cause.partition(";")[0] for cause in judge(path)["causes"]
    ]
    with pytest.raises(FeedError):
        RecordedMarkets(path)


@pytest.mark.parametrize("venue", ["Mine", "a:b", "a\nb", "m" * 31, "mine\n", ""])
def test_a_name_that_no_feed_can_have_stays_unknown(tmp_path: Path, venue: str) -> None:
    """It would be shown, and split at its colon."""
    lines = [line(1, "in", HELLO)]
    report = judge(file_of(tmp_path / "a.jsonl", lines, {**MINE, "venue": venue}))
    assert "" == report["venue"]


def test_a_feed_that_never_answered_goes_by_the_settings(settings: Path, tmp_path: Path) -> None:
    """A file without a message is the own feed's only where there is one of that name."""
    path = file_of(tmp_path / "a.jsonl", [line(1, "open", url="ws://127.0.0.1:9/")], MINE)
    assert "" == judge(path)["venue"]
    choose(settings, open_feeds={"mine": "ws://127.0.0.1:9"})
    assert "mine" == judge(path)["venue"]


def test_an_installed_venue_keeps_its_adapter(tmp_path: Path) -> None:
    """A hello in Kraken's file is a message that Kraken has not."""
    path = file_of(tmp_path / "a.jsonl", [line(1, "in", HELLO)], {**MINE, "venue": "kraken"})
    report = judge(path)
    assert ("kraken", 1) == (report["venue"], report["unknown_messages"])


def test_commands_reach_venues_as_the_window_does() -> None:
    """By the settings' addresses, and through their proxy, which is told when it is not there."""
    network = Network(hosts={"kraken": "wss://kraken.test/v2"}, proxy="http://127.0.0.1:1")

    async def asked() -> str:
        listener = Listener()
        sources = VenueSources(network)
        async with open_hub(["kraken"], listener, sources, demo_seed=1, demo_rate=None) as hub:
            with pytest.raises(JobFailed, match="proxy"):
                await fetch_instruments(hub, listener, "kraken", asyncio.Event())
            (session,) = hub.sessions("kraken")
            return session.protocol.facts.urls[0]

    assert "wss://kraken.test/v2" == asyncio.run(asked())


@pytest.mark.parametrize("text", ["{", "[]", '{"network":{"proxy":7}}', '{"version":99}'])
def test_broken_settings_stand_in_no_ones_way(settings: Path, text: str) -> None:
    """One line that says so, the settings as they come, and the file as it was."""
    settings.write_text(text)
    ended = depthscope("venues")
    assert 0 == ended.returncode
    assert "kraken" in ended.stdout
    assert 1 == ended.stderr.count("\n")
    assert str(settings) in ended.stderr
    assert text == settings.read_text()


def test_settings_that_can_not_be_read_are_told(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of that name, such as a bad copy leaves."""
    settings.mkdir()
    try:
        assert Settings() == chosen_settings()
    finally:
        settings.rmdir()
    assert 1 == capsys.readouterr().err.count("\n")
