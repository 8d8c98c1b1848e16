"""Row 18 at the window: a real proxy carries socket and HTTP, or is named; its secret stays secret."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt

from monitor.workspace.settings import Network, Settings
from tests.chaos.forward_proxy import ForwardProxy, HttpProxy, SocksProxy
from tests.emulators.binance import BinanceEmulator
from tests.emulators.waiting import until
from tests.gui.end_to_end.conftest import Run
from tests.gui.end_to_end.scene import CTRL, Scene, opened, reached
from tests.gui.end_to_end.troubles import clean_log, no_proxy_but, told_down

SYMBOL = "BTCUSDT"
NAME = "venue.invalid"
"""No name server knows it: whoever reaches it went through the proxy."""
ANYWHERE = "0.0.0.0"  # noqa: S104 - an address that isn't taken for this machine
USER, SECRET = "trader", "hunter2-Zx9"
WRONG = f"not-{SECRET}"
KINDS = [(HttpProxy, "http", NAME), (SocksProxy, "socks5h", NAME), (SocksProxy, "socks5", ANYWHERE)]


def behind(emulator: BinanceEmulator, host: str, proxy: str) -> Settings:
    """The venue at a host that only the proxy knows how to reach."""
    there = f"ws://{host}:{emulator.port}{emulator.SOCKET_PATH} http://{host}:{emulator.port}"
    settings = reached(binance=there)
    network: Network = msgspec.structs.replace(settings.network, proxy=proxy)
    return msgspec.structs.replace(settings, network=network)


def seen(scene: Scene) -> str:
    """Every text there is to see or to be read aloud of the feed."""
    card, status = scene.window.feed_card, scene.window.status
    texts = (card.proof.text(), card.verdict.text(), card.table.accessibleDescription())
    return " ".join((scene.pill, status.words(), *texts))


@pytest.mark.parametrize(("made", "scheme", "host"), KINDS, ids=["http", "socks5h", "socks5"])
def test_a_proxy_carries_the_socket_and_http_or_is_named(
    run: Run, tmp_path: Path, made: type[ForwardProxy], scheme: str, host: str
) -> None:
    """Up: the book is the venue's, snapshot and all. Down: DOWN (proxy). Up again: LIVE."""

    async def play() -> None:
        async with BinanceEmulator(interval_s=0.05) as emulator, made() as proxy:
            url = proxy.url.replace(proxy.scheme, scheme)
            settings = behind(emulator, host, url)
            async with opened(tmp_path, f"binance:{SYMBOL}", settings) as scene:
                await scene.live()
                await scene.equals(emulator, SYMBOL)
                assert {host} == set(proxy.asked)
                assert [one for one in emulator.queries if one.path.endswith("/depth")]
                emulator.paused = False
                await proxy.stop()
                await told_down(scene, f"the proxy 127.0.0.1:{proxy.port} refused the connection")
                await proxy.start()
                await scene.press(Qt.Key.Key_G, CTRL)
                await scene.live()
                await scene.equals(emulator, SYMBOL)

    with clean_log():
        run(play())


@pytest.mark.parametrize(
    ("made", "variable", "reason"),
    [
        (HttpProxy, "HTTP_PROXY", "the proxy refused (407): it wants a user and a password"),
        (SocksProxy, "ALL_PROXY", "the proxy refused: it wants a user and a password"),
    ],
)
# python-socks leaves the socket of a connect that is cancelled to the garbage collector.
@pytest.mark.filterwarnings("default:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("password", [SECRET, WRONG])
def test_a_proxys_account_opens_it_and_is_never_told(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: type[ForwardProxy],
    variable: str,
    reason: str,
    password: str,
) -> None:
    """The right account, from the environment: LIVE. A wrong one: DOWN, and why. Neither is shown."""

    async def play() -> None:
        async with BinanceEmulator(interval_s=0.05) as emulator, made(USER, SECRET) as proxy:
            no_proxy_but(monkeypatch, **{variable: proxy.url.replace(SECRET, password)})
            settings = behind(emulator, NAME, "")
            async with opened(tmp_path, f"binance:{SYMBOL}", settings) as scene:
                await scene.press(Qt.Key.Key_I, CTRL)
                if password == SECRET:
                    await scene.live()
                    await scene.equals(emulator, SYMBOL)
                    assert 0 == proxy.refused
                else:
                    await told_down(scene, reason)
                    await until(lambda: proxy.refused > 1, "a second refusal")
                    assert not emulator.queries
                    assert not emulator.clients
                await until(lambda: scene.window.status.words() in seen(scene), "the status")
                assert SECRET not in seen(scene)
                assert not [one for one in scene.desk.notices() if SECRET in one]

    with clean_log(SECRET):
        run(play())
    kept = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert kept
    assert not [one for one in kept if SECRET.encode() in one.read_bytes()]
