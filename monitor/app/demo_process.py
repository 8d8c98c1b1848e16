"""The demo exchange in a process of its own, so that matching never eats a frame; it ends with us.

The child's first line on stdout is its address. It lives while its stdin is open:
the pipe closes with its parent, however that ends, on every system.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from monitor import __version__
from monitor.app.demo_server import SEED
from monitor.app.paths import resources
from monitor.demo.exchange import Exchange
from monitor.demo.profile import Calibration
from monitor.feeds.server import OpenFeedServer

MOST_RATE = 1_000_000.0


def load_calibrations(path: Path | None = None) -> dict[str, Calibration]:
    """The measured markets the demo's flow is like. Raises ValueError naming the file."""
    path = path or resources() / "demo" / "calibration.json"
    try:
        content: dict[str, object] = msgspec.json.decode(path.read_bytes())
        return {
            name: msgspec.convert(value, Calibration)
            for name, value in content.items()
            if isinstance(value, dict)
        }
    except (OSError, msgspec.DecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from error


async def serve_demo(
    announce: Callable[[str], None],
    stop: asyncio.Event,
    *,
    seed: int = SEED,
    rate: float | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    calibrations: Mapping[str, Calibration] | None = None,
) -> None:
    """Serve the demo exchange until ``stop`` is set; ``announce`` is told the address.

    ``rate`` is events a second of the busy instrument. Raises OSError where it can't listen.
    """
    known = calibrations or load_calibrations()
    exchange = Exchange(known, seed, time.time_ns(), rate=rate)
    server = OpenFeedServer(exchange, server=f"Depthscope {__version__}", host=host, port=port)
    announce(await server.start())
    gc.collect()
    gc.freeze()
    serving = asyncio.create_task(server.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
    finally:
        stopping.cancel()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await server.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """The child: serve until stdin ends."""
    options = _parser().parse_args(arguments)
    # What its libraries find worth a word, such as a client that went, is none of the terminal's.
    logging.getLogger().addHandler(logging.NullHandler())
    # Ctrl+C in a terminal reaches parent and child; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(_serve_while_wanted(options))
    except (OSError, ValueError) as error:
        print(f"depthscope demo: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve_while_wanted(options: argparse.Namespace) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait_for_end_of_stdin() -> None:
        while sys.stdin.buffer.read(4_096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop was faster and is closed
            loop.call_soon_threadsafe(stop.set)

    # A daemon: a read of stdin can't be interrupted, and must not keep the process.
    threading.Thread(target=wait_for_end_of_stdin, daemon=True).start()
    await serve_demo(_tell, stop, seed=options.seed, rate=options.rate, port=options.port)


def _tell(url: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(url, flush=True)


def parse_rate(text: str) -> float:
    """Messages a second, above zero. Raises ValueError in one sentence."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= MOST_RATE:
        raise ValueError(f"the rate was '{text}', not above 0 and up to {MOST_RATE:,.0f}")
    return rate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="depthscope demo", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rate", type=parse_rate, default=None)
    parser.add_argument("--port", type=int, default=0)
    return parser


if __name__ == "__main__":
    sys.exit(main())
