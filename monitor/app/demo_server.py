"""The demo exchange's process from its parent's side: starts the child, knows its address, ends it."""

import asyncio
import subprocess
import sys
from urllib.parse import urlsplit

SEED = 1
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 3.0
CHILD_OPTION = "--demo-process"
"""A frozen build has no ``python -m``; started with this first, it is to be the child."""


class DemoServer:
    """The child process, from the parent's side.

    ``start`` gives the address, ``stop`` ends it; stopping twice, or what never
    started, does nothing; started again it has the address it had. Needs no loop but
    the running one, which may be Qt's. ``begin`` and ``end`` need none: who knows early
    that the demo will be wanted lets the child start meanwhile.
    """

    def __init__(self, *, seed: int = SEED, rate: float | None = None, port: int = 0) -> None:
        self.url = ""
        self._port = port
        self._arguments = [f"--seed={seed}"]
        if rate is not None:
            self._arguments.append(f"--rate={rate}")
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = False

    @property
    def running(self) -> bool:
        """True from ``start`` until the child has ended."""
        return self._process is not None and self._process.poll() is None

    def begin(self) -> None:
        """Start the child without waiting; the next ``start`` waits for its address."""
        self._process = _spawn([*_command(), *self._arguments, f"--port={self._port}"])
        self._begun = True

    def end(self) -> None:
        """End the child, and wait for its end, where no loop runs any more."""
        process, self._process, self._begun = self._process, None, False
        if process is not None:
            _end(process)

    async def start(self) -> str:
        """Start the child and wait for its address. Raises RuntimeError in one sentence."""
        if not self._begun:
            await self.stop()  # what ended by itself still holds its pipes
            self.begin()
        self._begun, process = False, self._process
        assert process is not None
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(
                asyncio.to_thread(process.stdout.readline), START_TIMEOUT_S
            )
        except TimeoutError:
            line = b""
        self.url = line.decode("ascii", "replace").strip()
        if not self.url.startswith("ws://"):
            await self.stop()
            raise RuntimeError("the demo exchange did not start: its process told no address")
        self._port = urlsplit(self.url).port or self._port
        return self.url

    async def stop(self) -> None:
        """End the child and wait for its end."""
        process, self._process, self._begun = self._process, None, False
        if process is not None:
            await asyncio.to_thread(_end, process)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_OPTION]
    return [sys.executable, "-m", "monitor.app.demo_process"]


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
