"""``depthscope venues`` and ``symbols``: what there is to watch."""

import argparse
import asyncio
from collections.abc import Iterable

from monitor.app.chosen_settings import chosen_settings
from monitor.app.failure import JobFailed
from monitor.app.network_job import Listener, fetch_instruments, open_hub, require_known, run_job
from monitor.app.plugins import protocol_of
from monitor.app.symbol_search import search
from monitor.app.terminal import plain, table
from monitor.app.venue_sources import VenueSources
from monitor.demo.listing import VENUE as DEMO
from monitor.feeds.feed_error import FeedError
from monitor.model.instrument import Instrument

INTERRUPTED = 130


def run(options: argparse.Namespace) -> int:
    """List venues, or one venue's symbols."""
    sources = VenueSources(chosen_settings().network)
    if options.command == "venues":
        return _venues(sources)
    require_known([options.venue], sources)
    return run_job(lambda stop: _symbols(options, sources, stop))


def _venues(sources: VenueSources) -> int:
    rows = []
    for venue in sorted(sources.ids()):
        # The demo has no address before it runs; its own facts tell where it would be.
        own = venue != DEMO or venue in sources.network.open_feeds
        try:
            facts = (sources.protocol_of if own else protocol_of)(venue).facts
            rows.append([venue, facts.name, facts.urls[0] if facts.urls else ""])
        except FeedError as error:
            rows.append([venue, str(error), ""])
    print(table(["venue", "name", "address"], rows))
    return 0


async def _symbols(options: argparse.Namespace, sources: VenueSources, stop: asyncio.Event) -> int:
    venue, listener = options.venue, Listener()
    async with open_hub(
        [venue], listener, sources, demo_seed=options.demo_seed, demo_rate=options.demo_rate
    ) as hub:
        listed = await fetch_instruments(hub, listener, venue, stop)
    if listed is None:
        return INTERRUPTED
    found = search(options.text, listed.values())
    if not found:
        raise JobFailed(f"{venue} has no symbol like '{options.text}' among its {len(listed):,}")
    print(symbol_table(found))
    return 0


def symbol_table(instruments: Iterable[Instrument]) -> str:
    """Instruments as lines."""
    rows = [
        [
            plain(one.symbol),
            plain(one.base),
            plain(one.quote),
            one.kind,
            one.status,
            format(one.tick_size, "f") if one.tick_size else "",
            format(one.lot_size, "f") if one.lot_size else "",
            plain(one.name),
        ]
        for one in instruments
    ]
    head = ["symbol", "base", "quote", "kind", "status", "tick", "lot", "name"]
    return table(head, rows, right=(5, 6))
