"""The demo exchange's process tells its address, serves, and never outlives its parent."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from monitor.app.demo_process import load_calibrations, main, parse_rate
from monitor.app.demo_server import DemoServer

PATIENCE_S = 30


async def first_message(url: str) -> dict[str, object]:
    async with connect(url, compression=None) as client:
        message: dict[str, object] = json.loads(await client.recv())
        return message


def test_it_starts_serves_and_stops() -> None:
    """The address is on loopback and answers; afterwards nobody listens there."""

    async def play() -> None:
        server = DemoServer()
        url = await server.start()
        assert url.startswith("ws://127.0.0.1:")
        states = [server.running]
        assert "demo" == (await first_message(url))["venue"]
        await server.stop()
        await server.stop()
        assert [True, False] == [*states, server.running]
        with pytest.raises(OSError):
            await first_message(url)

    asyncio.run(asyncio.wait_for(play(), PATIENCE_S))


def test_what_was_begun_early_is_the_one_that_is_started() -> None:
    """Beginning needs no loop; the start then waits for that child, and ends with it."""
    server = DemoServer()
    server.begin()
    early = server._process

    async def play() -> None:
        url = await server.start()
        assert early is server._process
        assert "demo" == (await first_message(url))["venue"]
        await server.stop()
        assert url == await server.start()
        assert early is not server._process
        await server.stop()

    asyncio.run(asyncio.wait_for(play(), PATIENCE_S))


def test_what_was_begun_early_and_never_wanted_is_ended() -> None:
    """Without a loop, too, and twice does no harm."""
    server = DemoServer()
    server.begin()
    child = server._process
    assert child is not None
    server.end()
    server.end()
    assert (False, True) == (server.running, child.poll() is not None)


def test_a_high_rate_is_offered() -> None:
    """20,000 messages a second come from a loop; counted over what a client reads."""

    async def play() -> None:
        server = DemoServer(rate=20_000)
        url = await server.start()
        try:
            async with connect(url, compression=None, max_size=None, max_queue=None) as client:
                for channel in ("book", "trades", "quotes"):
                    await client.send(
                        json.dumps(
                            {
                                "type": "subscribe",
                                "id": 1,
                                "channel": channel,
                                "symbols": ["BTC-USDT"],
                            }
                        )
                    )
                for _ in range(1_000):
                    await client.recv()
                begun = time.monotonic()
                for _ in range(20_000):
                    await client.recv()
                assert time.monotonic() - begun < 5, "even a quarter of the rate was not reached"
        finally:
            await server.stop()

    asyncio.run(asyncio.wait_for(play(), PATIENCE_S))


def test_it_ends_with_its_parent() -> None:
    """A parent that is killed closes the pipe, and the child goes by itself."""
    parent = (
        "import asyncio, sys\n"
        "from monitor.app.demo_server import DemoServer\n"
        "async def run():\n"
        "    server = DemoServer()\n"
        "    print(await server.start(), server._process.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(run())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    assert process.stdout is not None
    url = process.stdout.readline().split()[0].decode()
    assert "hello" == asyncio.run(first_message(url))["type"]
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            asyncio.run(first_message(url))
        except OSError:
            return
        except Exception:  # noqa: BLE001, S112 - it may be in the middle of going
            continue
    pytest.fail("the child served on after its parent was killed")


def test_no_stdin_means_no_demo() -> None:
    """With its stdin at the end it serves nobody and leaves with status 0, its address told."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor.app.demo_process", "--seed=5"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.startswith(b"ws://127.0.0.1:")


def test_a_port_in_use_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    """The parent is told that no address came; the child says why on stderr, without a traceback."""

    async def play() -> None:
        first = DemoServer()
        url = await first.start()
        second = DemoServer(port=int(url.rstrip("/").rsplit(":", 1)[1]))
        try:
            with pytest.raises(RuntimeError, match="did not start"):
                await second.start()
        finally:
            await first.stop()

    asyncio.run(asyncio.wait_for(play(), PATIENCE_S))
    said = capfd.readouterr().err
    assert said.startswith("depthscope demo: ")
    assert "Traceback" not in said


@pytest.mark.parametrize("text", ["0", "-5", "nan", "inf", "fast", "2000001"])
def test_rates_that_are_none(text: str) -> None:
    """The sentence says what was wrong."""
    with pytest.raises(ValueError, match=f"the rate was '{text}'"):
        parse_rate(text)


def test_bad_options_are_status_2() -> None:
    """As for every command."""
    with pytest.raises(SystemExit) as ending:
        main(["--rate", "0"])
    assert 2 == ending.value.code


def test_a_broken_calibration_is_named(tmp_path: Path) -> None:
    """The file and what was wrong in it."""
    path = tmp_path / "calibration.json"
    path.write_text('{"btc": {"ticks_per_bps": "many"}}')
    with pytest.raises(ValueError, match=r"calibration\.json: .*ticks_per_bps"):
        load_calibrations(path)
