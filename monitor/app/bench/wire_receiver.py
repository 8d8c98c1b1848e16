"""The near end of the wire benchmark, a process of its own: reads under the screen's event loop.

``python -m monitor.app.bench.wire_receiver URL HOW SECONDS`` prints JSON with the
messages heard, the CPU seconds they took and the seconds that passed. ``HOW`` is
``stock`` (the library as it comes), ``paused`` (a hot socket is looked at every
8 ms, the library parses) or ``split`` (as a Session reads: plain messages are cut
out by our own splitter as well).
"""

import asyncio
import importlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from websockets.asyncio.client import connect

from monitor.feeds.coalescing import CoalescedConnection

WARM_UP_S = 0.3
MAX_BYTES = 4 * 1024 * 1024


async def receive(url: str, how: str, seconds: float) -> dict[str, float]:
    """Hear messages for some seconds and tell what they cost this process."""
    count = _Count()
    reading = _read_stock(url, count) if how == "stock" else _read_ours(url, how, count)
    task = asyncio.get_running_loop().create_task(reading)
    await asyncio.sleep(WARM_UP_S)
    messages, cpu, begun = count.messages, time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    spent, passed = time.process_time() - cpu, time.perf_counter() - begun
    task.cancel()
    await asyncio.wait([task])
    return {"messages": count.messages - messages, "cpu_s": spent, "seconds": passed}


class _Count:
    messages = 0

    def hear(self, messages: Sequence[bytes]) -> None:
        self.messages += len(messages)


async def _read_stock(url: str, count: _Count) -> None:
    connection = await connect(url, compression=None, proxy=None)
    try:
        while True:
            count.hear([await connection.recv(decode=False)])
    finally:
        connection.transport.abort()


async def _read_ours(url: str, how: str, count: _Count) -> None:
    connection = await connect(
        url,
        compression=None,
        proxy=None,
        max_queue=None,
        create_connection=CoalescedConnection,
    )
    assert isinstance(connection, CoalescedConnection)
    split_up_to = MAX_BYTES if how == "split" else 0
    connection.listen(count.hear, pulse=QtPulse, split_up_to=split_up_to)
    try:
        await connection.wait_closed()
    finally:
        connection.transport.abort()


class QtPulse:
    """A pulse of one of Qt's own timers, as the screen's wiring gives it to its sessions."""

    def __init__(self, interval_s: float, call: Callable[[], None]) -> None:
        core: Any = importlib.import_module("PySide6.QtCore")
        self._timer = core.QTimer()
        self._timer.timeout.connect(call)
        self._timer.start(round(interval_s * 1000))

    def cancel(self) -> None:
        self._timer.stop()


def main() -> None:
    """Measure once, as the command line says."""
    url, how, seconds = sys.argv[1:4]
    # By name, so that the commands without a screen stay free of Qt: only this
    # process, which measures the screen's loop, ever loads it.
    core: Any = importlib.import_module("PySide6.QtCore")
    qasync: Any = importlib.import_module("qasync")
    loop = qasync.QEventLoop(core.QCoreApplication([]))
    asyncio.set_event_loop(loop)
    print(json.dumps(loop.run_until_complete(receive(url, how, float(seconds)))), flush=True)


if __name__ == "__main__":
    main()
