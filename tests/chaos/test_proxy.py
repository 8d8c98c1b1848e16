"""The chaos proxy does to messages and connections what it is told, and nothing else."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.chaos.frames import Frame, FrameReader
from tests.chaos.proxy import ChaosProxy, Meddling
from tests.emulators.waiting import until


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, 30))


async def counting(connection: ServerConnection) -> None:
    """Send what is asked for: numbers up to the one named."""
    async for count in connection:
        for number in range(int(count)):
            await connection.send(f"message {number}")


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 200_000])
def test_frames_survive_being_cut_and_written(size: int) -> None:
    """However the bytes are cut, the same frames come out."""
    data = Frame(0x81, b"x" * size).encode() + Frame(0x89, b"ping").encode()
    reader, frames = FrameReader(), []
    for start in range(0, len(data), 997):
        frames += reader.feed(data[start : start + 997])
    assert [Frame(0x81, b"x" * size), Frame(0x89, b"ping")] == frames


@pytest.mark.parametrize(
    ("meddling", "expected"),
    [
        ("drop", ["message 1", "message 2"]),
        ("duplicate", ["message 0", "message 0", "message 1", "message 2"]),
        ("reorder", ["message 1", "message 0", "message 2"]),
        ("truncate", ["mess", "message 1", "message 2"]),
        ("delay", ["message 0", "message 1", "message 2"]),
    ],
)
def test_a_message_is_meddled_with(meddling: Meddling, expected: list[str]) -> None:
    """What is planned befalls the next message alone."""

    async def scenario() -> None:
        async with serve(counting, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with (
                ChaosProxy(port) as proxy,
                connect(f"ws://127.0.0.1:{proxy.port}", compression=None) as client,
            ):
                proxy.next(meddling)
                await client.send("3")
                assert expected == [await client.recv() for _ in expected]
                assert proxy.done == {meddling: 1}

    run(scenario())


def test_a_connection_is_reset_within_a_message() -> None:
    """After so many bytes the connection is gone without a farewell, and the next one stands."""

    async def scenario() -> None:
        async with serve(counting, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with ChaosProxy(port) as proxy:
                proxy.reset_after = 40
                heard: list[str | bytes] = []
                with pytest.raises(ConnectionClosed):
                    await hear_all(proxy, heard)
                assert heard == ["message 0", "message 1", "message 2"]
                await until(lambda: proxy.reset_after is None)

    async def hear_all(proxy: ChaosProxy, heard: list[str | bytes]) -> None:
        async with connect(f"ws://127.0.0.1:{proxy.port}", compression=None) as client:
            await client.send("10")
            while True:
                heard.append(await client.recv())

    run(scenario())


def test_muted_pings_are_answered_and_swallowed_ones_are_not() -> None:
    """Mute looks alive to the library; a black hole does not."""

    async def scenario() -> None:
        async with serve(counting, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with (
                ChaosProxy(port) as proxy,
                connect(f"ws://127.0.0.1:{proxy.port}", compression=None) as client,
            ):
                proxy.mute()
                await client.send("3")
                await asyncio.wait_for(await client.ping(), 10)
                proxy.black_hole()
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(await client.ping(), 0.2)
                client.transport.abort()

    run(scenario())


def test_nobody_listens_after_stop() -> None:
    """A stopped proxy refuses; started again it serves on the same port."""

    async def scenario() -> None:
        async with serve(counting, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            proxy = ChaosProxy(port)
            await proxy.start()
            await proxy.stop()
            with pytest.raises(ConnectionRefusedError):
                await connect(f"ws://127.0.0.1:{proxy.port}")
            await proxy.start()
            async with connect(f"ws://127.0.0.1:{proxy.port}") as client:
                await client.send("1")
                assert await client.recv() == "message 0"
            await proxy.stop()

    run(scenario())
