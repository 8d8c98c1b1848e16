"""Rows 15 to 17 and 19 at the window: DOWN with a plain reason, never LIVE, never frozen."""

import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from monitor.app import desk, venue_sources
from monitor.feeds.network import Network
from monitor.protocol.facts import Facts
from tests.chaos.doorway import Doorway, answer
from tests.emulators.kraken import KrakenEmulator
from tests.emulators.waiting import until
from tests.feeds.authority import OPENSSL, Authority
from tests.gui.end_to_end.belief import grey
from tests.gui.end_to_end.conftest import NOBODY, Run
from tests.gui.end_to_end.scene import CTRL, Scene, opened, reached
from tests.gui.end_to_end.troubles import FREEZE_MS, Watcher, clean_log, told_down

FRAMES = 5
BTC = "kraken:BTC/USD"
NOWHERE = "venue.invalid"
HICCUP_MS = 250.0
"""One frame of all may be late by what is no fault of ours (a disk, the tests' own garbage);
and who throws bombs lives in this very thread. What waited for a network would be later."""
DNS_S = 0.4
"""A name server that takes its time: were it waited for in the window's thread, that would show."""
PORTAL = answer(
    "200 OK", "<html><body>Hotel, please log in</body></html>", "Content-Type: text/html"
)


@asynccontextmanager
async def door(
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[Doorway, KrakenEmulator, str]]:
    """An emulated venue behind a door, and its addresses there."""
    async with KrakenEmulator(interval_s=0.05) as emulator, Doorway(emulator.port, context) as way:
        s = "" if context is None else "s"
        here = f"127.0.0.1:{way.port}"
        yield way, emulator, f"ws{s}://{here}{emulator.SOCKET_PATH} http{s}://{here}"


def is_new(scene: Scene, since: int) -> bool:
    """True where the verdict has changed after a moment."""
    return scene.market.verdict(scene.desk.now()).since > since


async def never_live(watcher: Watcher) -> None:
    """Not in one frame that was seen, and some were."""
    await until(lambda: len(watcher.pills) >= FRAMES, "frames")
    assert not [one for one in watcher.pills if one.startswith("LIVE")]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("dns", f"the name {NOWHERE} was not found (DNS)"),
        ("refused", f"{NOBODY} refused the connection"),
        ("silent", "did not answer in time"),
    ],
)
def test_a_venue_that_is_not_there_is_down_and_freezes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, reason: str
) -> None:
    """Row 15: picked while another market is LIVE and drawn, so that frames tell of a freeze."""
    resolved = socket.getaddrinfo

    def slowly(host: Any, *rest: Any, **more: Any) -> Any:
        if host == NOWHERE:
            time.sleep(DNS_S)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolved(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    monkeypatch.setattr(desk, "Network", partial(Network, open_timeout_s=1.0))

    async def play() -> None:
        async with door() as (way, emulator, silent):
            way.says = b""
            found = {"dns": f"ws://{NOWHERE}/ http://{NOWHERE}", "silent": silent}
            there = found.get(trouble, f"ws://{NOBODY}/ http://{NOBODY}")
            settings = reached(kraken=f"{emulator.url} {emulator.rest_url}", binance=there)
            async with opened(tmp_path, BTC, settings) as scene:
                await scene.live()
                scene.window.pick("binance:BTCUSDT")
                await told_down(scene, reason)
                watcher, since = Watcher(scene), scene.market.verdict(scene.desk.now()).since
                await scene.press(Qt.Key.Key_G, CTRL)
                await until(lambda: is_new(scene, since), "another try")
                await told_down(scene, reason)
                await until(lambda: reason in scene.window.status.words(), "the reason below")
                await until(lambda: "next try in" in scene.pill, "the countdown")
                await until(lambda: len(watcher.gaps_ms) > 60, "some more frames")
                *others, last = sorted(watcher.gaps_ms)
                assert max(others) <= FREEZE_MS
                assert last <= HICCUP_MS
                await never_live(watcher)
                # The window is at work: keys, and the other venue.
                await scene.pick(BTC, "btc")
                await scene.live()

    with clean_log():
        run(play())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this process trusts for the length of a test."""
    if OPENSSL is None:
        pytest.skip("the openssl command is not here")
    folder = tmp_path / "certificates"
    folder.mkdir()
    made = Authority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.mark.parametrize("fault", ["has expired", "is self-signed", "is for another host"])
def test_a_bad_certificate_is_down_and_never_live(
    run: Run, tmp_path: Path, authority: Authority, fault: str
) -> None:
    """Row 16, on a venue that all else is well with."""
    if fault == "is self-signed":
        context = authority.self_signed()
    elif fault == "has expired":
        context = authority.server("old", "IP:127.0.0.1", -1)
    else:
        context = authority.server("other", "DNS:other.example", 2)

    async def play() -> None:
        async with (
            door(context) as (way, emulator, there),
            opened(tmp_path, BTC, reached(kraken=there)) as scene,
        ):
            watcher, reason = Watcher(scene), f"the certificate of 127.0.0.1:{way.port} {fault}"
            await told_down(scene, reason)
            since = scene.market.verdict(scene.desk.now()).since
            await scene.press(Qt.Key.Key_G, CTRL)
            await until(lambda: is_new(scene, since), "another try")
            await told_down(scene, reason)
            await never_live(watcher)
            assert not emulator.clients

    with clean_log():
        run(play())


def test_a_good_certificate_is_live(run: Run, tmp_path: Path, authority: Authority) -> None:
    """The same door with the right certificate: so it is the certificate that decides."""
    context = authority.server("good", "IP:127.0.0.1", 2)

    async def play() -> None:
        async with (
            door(context) as (_, emulator, there),
            opened(tmp_path, BTC, reached(kraken=there)) as scene,
        ):
            await scene.live()
            await scene.equals(emulator, "BTC/USD")

    run(play())


@pytest.mark.parametrize("said", ["page", "redirect"])
def test_a_captive_portal_is_told_of_and_believed_in_nothing(
    run: Run, tmp_path: Path, said: str
) -> None:
    """Row 17: a page with 200 for all, or a way to another host; LIVE again once it is gone."""

    async def play() -> None:
        async with door() as (way, emulator, there), Doorway(emulator.port) as elsewhere:
            other = f"localhost:{elsewhere.port}"
            moved = answer("302 Found", "", f"Location: ws://{other}/v2")
            async with opened(tmp_path, BTC, reached(kraken=there)) as scene:
                await scene.live()
                await until(lambda: len(scene.market.tape), "a trade")
                way.says = PORTAL if said == "page" else moved
                way.shut()
                here = f"127.0.0.1:{way.port}"
                reason = {
                    "page": f"{here} answered with a web page; the network may want a log-in first",
                    "redirect": f"{here} redirected to {other}, which is not followed",
                }[said]
                await told_down(scene, reason)
                watcher = Watcher(scene)
                await grey(scene)
                tries = way.entered
                await scene.press(Qt.Key.Key_G, CTRL)
                await until(lambda: way.entered > tries, "another try")
                await told_down(scene, reason)
                await never_live(watcher)
                assert 0 == elsewhere.entered
                way.says = None
                await scene.press(Qt.Key.Key_G, CTRL)
                await scene.live()
                await scene.equals(emulator, "BTC/USD")

    with clean_log():
        run(play())


@pytest.mark.parametrize("bomb", ["deflate", "frame", "pieces"])
def test_what_is_too_big_is_down_and_freezes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: str
) -> None:
    """Row 19: a bomb of 100 MiB in 100 kB, a frame of as much, a message in endless pieces."""
    here = venue_sources.with_hosts

    def pressed(facts: Facts, addresses: str) -> Facts:
        return msgspec.structs.replace(here(facts, addresses), compression=True)

    monkeypatch.setattr(venue_sources, "with_hosts", pressed)
    first, more = bombs()[bomb]

    async def venue(connection: ServerConnection) -> None:
        connection.transport.write(first)
        with suppress(OSError, RuntimeError, ConnectionClosed):  # whoever was bombed left
            for _ in range(1_600 if more else 0):
                if connection.transport.is_closing():
                    break
                connection.transport.write(more)
                await connection.drain()
            await connection.wait_closed()

    async def play() -> None:
        async with (
            KrakenEmulator(interval_s=0.05) as emulator,
            serve(venue, "127.0.0.1", 0, close_timeout=0.2) as server,
        ):
            port = next(iter(server.sockets)).getsockname()[1]
            bad = f"ws://127.0.0.1:{port}/ http://{NOBODY}"
            settings = reached(kraken=f"{emulator.url} {emulator.rest_url}", binance=bad)
            async with opened(tmp_path, BTC, settings) as scene:
                await scene.live()
                scene.window.pick("binance:BTCUSDT")
                await told_down(scene, "too big: ")
                watcher, since = Watcher(scene), scene.market.verdict(scene.desk.now()).since
                await scene.press(Qt.Key.Key_G, CTRL)
                await until(lambda: is_new(scene, since), "another try")
                await told_down(scene, "too big: ")
                await until(lambda: len(watcher.gaps_ms) > 30, "some more frames")
                assert max(watcher.gaps_ms) <= HICCUP_MS
                await never_live(watcher)

    with clean_log():
        run(play())


def bombs() -> dict[str, tuple[bytes, bytes]]:
    """What is sent first, and then again and again."""
    squeeze = zlib.compressobj(9, wbits=-15)
    data = squeeze.compress(b"\0" * 100 * 2**20) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    data = data.removesuffix(b"\x00\x00\xff\xff")
    return {
        "deflate": (b"\xc2\x7f" + len(data).to_bytes(8) + data, b""),
        "frame": (b"\x82\x7f" + (100 * 2**20).to_bytes(8), b"\0" * 65_536),
        "pieces": (b"\x01\x00", b"\x00\x00" * 32_768),
    }
