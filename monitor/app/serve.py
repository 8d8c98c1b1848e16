"""``depthscope serve``: the Open Feed on this machine, its address on the first line."""

import argparse
import asyncio

from monitor.app.demo_process import serve_demo
from monitor.app.failure import BadUse, JobFailed
from monitor.app.network_job import run_job


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl+C or SIGTERM."""
    if not options.demo:
        raise BadUse(
            "serving live books isn't part of this version; serve --demo serves the demo exchange"
        )

    async def job(stop: asyncio.Event) -> int:
        try:
            await serve_demo(
                _announce,
                stop,
                seed=options.demo_seed,
                rate=options.demo_rate,
                port=options.port,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise JobFailed(
                f"port {options.port} of 127.0.0.1 was not to be had: {reason}"
            ) from error
        return 0

    return run_job(job)


def _announce(url: str) -> None:
    print(url, flush=True)
