"""What tests of the whole program lean on: Qt's loop, and venues on this machine alone."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
import qasync

from monitor.app import venue_sources
from monitor.protocol.facts import Facts

LIMIT_S = 60
NOBODY = "127.0.0.1:9"
"""A port nobody serves: where a venue is that a test has not emulated."""

Run = Callable[[Awaitable[None]], None]


@pytest.fixture
def run(loop: qasync.QEventLoop) -> Run:
    """Run a coroutine in Qt's loop, with patience."""

    def run(job: Awaitable[None]) -> None:
        loop.run_until_complete(asyncio.wait_for(job, LIMIT_S))

    return run


@pytest.fixture(autouse=True)
def _only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches a real venue: only the addresses it gave are tried, and without pacing."""

    def here(facts: Facts, addresses: str) -> Facts:
        given = addresses.split()
        sockets = tuple(one for one in given if one.startswith("ws"))
        pages = tuple(one for one in given if one.startswith("http"))
        return msgspec.structs.replace(
            facts,
            urls=sockets or (f"ws://{NOBODY}/",),
            rest_urls=pages or (f"http://{NOBODY}",),
            request_interval_s=0.01,
        )

    monkeypatch.setattr(venue_sources, "with_hosts", here)
