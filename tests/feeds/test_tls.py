"""Over TLS: a hot feed loses nothing, and a bad certificate is told and never passed over."""

import asyncio
import json
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from monitor.feeds.network import Network
from monitor.feeds.session import Session
from monitor.model.events import Event
from tests.feeds.authority import OPENSSL, Authority
from tests.feeds.counting_venue import TRADES, CountingProtocol, counting_facts, until

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="the openssl command is not here")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this process trusts for the length of a test."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


async def _count_fast(connection: ServerConnection) -> None:
    for number in range(1, 2_001):
        await connection.send(json.dumps({"n": number}))
        if number % 4 == 0:
            await asyncio.sleep(0.001)
    await connection.wait_closed()


async def _watch(context: ssl.SSLContext, *, enough: int) -> CountingProtocol:
    """Watch a counting server until ``enough`` was heard or the connection ended."""
    async with serve(_count_fast, "127.0.0.1", 0, ssl=context, close_timeout=0.2) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        protocol = CountingProtocol(counting_facts(f"wss://127.0.0.1:{port}"))

        def sink(_events: Sequence[Event]) -> None:
            pass

        session = Session(protocol, sink, None, Network(proxy="direct"))
        protocol.subscribe([TRADES])
        session.start()
        try:
            await until(lambda: len(protocol.heard) >= enough or protocol.closings, 30.0)
        finally:
            await session.close()
        return protocol


def test_a_hot_feed_over_tls_loses_nothing(authority: Authority) -> None:
    """The socket below the TLS layer is looked at; whole and in order."""
    context = authority.server("good", "IP:127.0.0.1", 2)
    protocol = asyncio.run(_watch(context, enough=2_000))
    assert list(range(1, 2_001)) == protocol.heard
    assert protocol.openings == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("expired", "has expired"),
        ("self-signed", "is self-signed"),
        ("other-host", "is for another host"),
    ],
)
def test_a_bad_certificate_is_told(authority: Authority, fault: str, words: str) -> None:
    """Row 16: DOWN with the reason, and nothing was heard."""
    if fault == "expired":
        context = authority.server("old", "IP:127.0.0.1", -1)
    elif fault == "other-host":
        context = authority.server("other", "DNS:other.example", 2)
    else:
        context = authority.self_signed()
    protocol = asyncio.run(_watch(context, enough=1))
    assert not protocol.heard
    assert not protocol.openings
    reason = protocol.closings[0][0]
    assert reason.startswith("the certificate of 127.0.0.1:")
    assert reason.endswith(words)
