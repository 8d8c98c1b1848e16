"""A session on the screen's own event loop: slow, hot and silent feeds, loss and closing."""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine

import pytest
import qasync
from PySide6.QtWidgets import QApplication
from websockets.asyncio.server import ServerConnection

from monitor.app.bench.wire_receiver import QtPulse
from monitor.feeds.clock import Clock
from monitor.feeds.coalescing import LoopPulse, Pulse
from monitor.feeds.network import Network
from monitor.feeds.session import Session
from tests.feeds.counting_venue import (
    TRADES,
    CountingProtocol,
    counting_facts,
    counting_server,
    until,
)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def run(qapp: QApplication) -> Callable[[Coroutine[None, None, None]], None]:
    """Runs a coroutine on a qasync loop; whatever reaches the loop's handler fails the test."""

    def run(test: Coroutine[None, None, None]) -> None:
        loop = qasync.QEventLoop(qapp, already_running=False)
        troubles: list[dict[str, object]] = []
        loop.set_exception_handler(lambda _loop, context: troubles.append(context))
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(asyncio.wait_for(test, 30))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        assert not troubles

    return run


@pytest.mark.parametrize("pulse", [LoopPulse, QtPulse])
def test_a_session_runs_on_the_screens_loop(
    run: Callable[[Coroutine[None, None, None]], None], pulse: Pulse
) -> None:
    """Whole and in order at every speed, and anew after a loss."""

    async def test() -> None:
        async def venue(connection: ServerConnection) -> None:
            number = 0
            for pause, count in ((0.02, 5), (0.0, 1_000), (0.1, 3)):
                for _ in range(count):
                    number += 1
                    await connection.send(json.dumps({"n": number}))
                    await asyncio.sleep(pause)
            connection.transport.abort()

        async with counting_server(venue) as url:
            protocol = CountingProtocol(counting_facts(url))
            session = Session(
                protocol,
                lambda _events: None,
                None,
                Network(proxy="direct"),
                Clock(random=lambda: 0.0),
                pulse=pulse,
            )
            protocol.subscribe([TRADES])
            session.start()
            await until(lambda: protocol.openings == 2, 20.0)
            await session.close()
        assert list(range(1, 1_009)) == protocol.heard[:1_008]
        assert protocol.gaps == 0
        assert "the connection was lost" == protocol.closings[0][0]

    run(test())
