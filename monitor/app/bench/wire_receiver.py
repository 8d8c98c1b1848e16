"""The near end of the wire benchmark, a process of its own: reads under the screen's event loop.

``python -m monitor.app.bench.wire_receiver URL HOW SECONDS`` prints JSON with the
messages heard, the CPU seconds they took and the seconds that passed. ``HOW`` is
``stock`` (the library as it comes) or ``ours`` (as a Session reads).
"""

import asyncio
import importlib
import json
import sys
import time
from typing import Any

from websockets.asyncio.client import connect

from monitor.feeds.coalescing import CoalescedConnection

WARM_UP_S = 0.3


async def receive(url: str, how: str, seconds: float) -> dict[str, float]:
    """Hear messages for some seconds and tell what they cost this process."""
    count = _Count()
    reading = _read_ours(url, count) if how == "ours" else _read_stock(url, count)
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

    def hear(self, _message: bytes) -> None:
        self.messages += 1


async def _read_stock(url: str, count: _Count) -> None:
    connection = await connect(url, compression=None, proxy=None)
    try:
        while True:
            count.hear(await connection.recv(decode=False))
    finally:
        connection.transport.abort()


async def _read_ours(url: str, count: _Count) -> None:
    connection = await connect(
        url,
        compression=None,
        proxy=None,
        max_queue=None,
        create_connection=CoalescedConnection,
    )
    assert isinstance(connection, CoalescedConnection)
    connection.listen(count.hear)
    try:
        await connection.wait_closed()
    finally:
        connection.transport.abort()


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
