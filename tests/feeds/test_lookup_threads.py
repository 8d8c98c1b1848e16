"""Only what looks a name up is left behind at the end."""

import asyncio
import socket
import threading

import pytest

from monitor.feeds.lookup_threads import LookupThreads


def test_names_are_found_and_errors_told() -> None:
    """A loop looks up by it as by its own threads."""

    async def look_up() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(LookupThreads())
        assert await loop.getaddrinfo("127.0.0.1", 80)
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo("no such name", 80)

    asyncio.run(look_up())


def test_a_look_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop's end doesn't wait for a name server that says nothing."""
    answer = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answer.wait(60))

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(LookupThreads())
        task = asyncio.create_task(loop.getaddrinfo("example.org", 443))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(ask())
    assert not answer.is_set()
    answer.set()


def test_other_work_is_waited_for() -> None:
    """A recording that is being closed is closed."""
    done = threading.Event()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(LookupThreads())
        begun = asyncio.Event()

        def close() -> None:
            loop.call_soon_threadsafe(begun.set)
            threading.Event().wait(0.2)
            done.set()

        task = asyncio.create_task(asyncio.to_thread(close))
        await begun.wait()
        task.cancel()

    asyncio.run(work())
    assert done.is_set()
