"""The far end of the wire benchmark, a process of its own: paced messages at random moments.

``python -m monitor.app.bench.wire_sender RATE`` serves a WebSocket on a port of
this machine, prints the port, and sends whoever connects ``RATE`` messages a
second, each in a write of its own, at the moments of a Poisson process. It ends
with its parent: when its standard input closes.
"""

import random
import struct
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

MESSAGE_BYTES = 516
"""The mean of Binance's depth messages; see ``performance.md``'s table of storage."""


def message() -> bytes:
    """One message of the length and look of a venue's; its numbers mean nothing."""
    level = '["61700.01000000","0.50000000"]'
    text = '{"stream":"bench@depth","data":{"e":"depthUpdate","b":[' + ",".join([level] * 13)
    return (text + "]" + " " * (MESSAGE_BYTES - len(text) - 3) + "}}").encode()


def frame(payload: bytes) -> bytes:
    """An unmasked text frame of 126 to 65,535 bytes (RFC 6455, 5.2)."""
    return struct.pack("!BBH", 0x81, 126, len(payload)) + payload


def _send_to(connection: ServerConnection, rate: float) -> None:
    wire, dice = frame(message()), random.Random(7)
    due = time.perf_counter()
    try:
        while True:
            due += dice.expovariate(rate)
            wait = due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            connection.socket.sendall(wire)
    except (OSError, ConnectionClosed):
        return


def main() -> None:
    """Serve until standard input closes."""
    rate = float(sys.argv[1])
    with serve(
        lambda connection: _send_to(connection, rate), "127.0.0.1", 0, compression=None
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.socket.getsockname()[1], flush=True)
        sys.stdin.read()
        # Its connections' threads would keep the process: they have nothing to tidy.
        sys.stdout.flush()
        raise SystemExit


if __name__ == "__main__":
    main()
