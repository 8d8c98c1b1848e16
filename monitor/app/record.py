"""``depthscope record``: what venues send, into files, until told to stop."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor import __version__
from monitor.app.chosen_settings import chosen_settings
from monitor.app.failure import BadUse, JobFailed
from monitor.app.network_job import (
    Listener,
    fetch_instruments,
    first_of,
    open_hub,
    reason_of,
    require_known,
    run_job,
)
from monitor.app.symbol_search import close_symbols
from monitor.app.terminal import plain, progress_bar
from monitor.app.venue_sources import VenueSources
from monitor.feeds.hub import Hub
from monitor.feeds.recorder import Recorder
from monitor.feeds.recording import SUFFIXES, RecordingError
from monitor.model.instrument import Instrument, instrument_id, split_instrument_id
from monitor.model.streams import Stream, StreamKind

KINDS: tuple[StreamKind, ...] = ("book", "trades", "quotes", "stats")
LOOK_S = 0.25


def run(options: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C or SIGTERM; 1 where nothing could be recorded."""
    wanted = _wanted(options.instruments)
    sources = VenueSources(chosen_settings().network)
    require_known(wanted, sources)
    files = file_names(options.out, list(wanted))
    for path in files.values():
        if path.exists() and not (path.is_file() and path.stat().st_size == 0):
            raise BadUse(f"{path} is there already, and a recording is never overwritten")
    return run_job(lambda stop: _record(options, wanted, files, sources, stop))


def file_names(out: Path, venues: Sequence[str]) -> dict[str, Path]:
    """One file a venue: ``out`` itself, or with the venue's id before its ending. Raises BadUse."""
    suffix = next((suffix for suffix in SUFFIXES if out.name.endswith(suffix)), "")
    if not suffix or out.name == suffix:
        raise BadUse(f"'{out}' was no name for a recording; it ends in {' or '.join(SUFFIXES)}")
    if len(venues) == 1:
        return {venues[0]: out}
    stem = out.name.removesuffix(suffix)
    return {venue: out.with_name(f"{stem}.{venue}{suffix}") for venue in venues}


def _wanted(instruments: Sequence[str]) -> dict[str, list[str]]:
    """The symbols by venue, each once, in the order given."""
    wanted: dict[str, list[str]] = {}
    for text in instruments:
        try:
            venue, symbol = split_instrument_id(text)
        except ValueError as error:
            raise BadUse(str(error)) from error
        symbols = wanted.setdefault(venue, [])
        if symbol not in symbols:
            symbols.append(symbol)
    return wanted


async def _record(
    options: argparse.Namespace,
    wanted: Mapping[str, list[str]],
    files: Mapping[str, Path],
    sources: VenueSources,
    stop: asyncio.Event,
) -> int:
    listener = Listener()
    recorders: dict[str, Recorder] = {}
    try:
        for venue, symbols in wanted.items():
            recorders[venue] = _begin(files[venue], venue, symbols)
        async with open_hub(
            wanted, listener, sources, demo_seed=options.demo_seed, demo_rate=options.demo_rate
        ) as hub:
            for venue, recorder in recorders.items():
                hub.record(venue, recorder)
            await _subscribe(hub, listener, wanted, stop)
            problems = await _watch(hub, listener, recorders, options.duration_s, stop)
    except JobFailed:
        for recorder in recorders.values():
            recorder.close()
            recorder.path.unlink(missing_ok=True)
        raise
    finally:
        for recorder in recorders.values():
            recorder.close()
    return _tell_end(recorders, problems)


def _begin(path: Path, venue: str, symbols: list[str]) -> Recorder:
    try:
        return Recorder(path, venue, symbols, f"depthscope {__version__}", time.time_ns())
    except RecordingError as error:
        raise JobFailed(str(error)) from error


async def _subscribe(
    hub: Hub, listener: Listener, wanted: Mapping[str, list[str]], stop: asyncio.Event
) -> None:
    """Ask for everything that is wanted. Raises JobFailed for a symbol that is not there."""
    for venue, symbols in wanted.items():
        try:
            listed = await fetch_instruments(hub, listener, venue, stop)
        except JobFailed as error:
            # The socket may work where the list did not: the venue will refuse what it hasn't.
            _say(f"{str(error).rstrip('.')}; recording without it")
            listener.refusals.clear()
            listed = None
        if listed is not None:
            _require_listed(venue, symbols, listed)
    hub.watch(
        Stream(instrument_id(venue, symbol), kind)
        for venue, symbols in wanted.items()
        for symbol in symbols
        for kind in KINDS
    )


def _require_listed(venue: str, symbols: list[str], listed: Mapping[str, Instrument]) -> None:
    for symbol in symbols:
        if symbol not in listed:
            close = close_symbols(symbol, listed.values())
            meant = f"; did you mean {' or '.join(map(plain, close))}?" if close else ""
            raise JobFailed(f"{venue} has no symbol '{symbol}' among its {len(listed):,}{meant}")


async def _watch(
    hub: Hub,
    listener: Listener,
    recorders: Mapping[str, Recorder],
    duration_s: float | None,
    stop: asyncio.Event,
) -> list[str]:
    """Let it run to its end, telling how it goes; the sentences that make it a failure."""
    loop = asyncio.get_running_loop()
    begun, told = loop.time(), 0
    with progress_bar("recording", duration_s, unit="s") as bar:
        while not stop.is_set():
            passed = loop.time() - begun
            bar.update(min(passed, duration_s or passed) - bar.n)
            bar.set_postfix_str(_how_it_goes(hub, recorders), refresh=False)
            for refusal in listener.refusals[told:]:
                _say(refusal.sentence)
            told = len(listener.refusals)
            left = duration_s - passed if duration_s else LOOK_S
            if left <= 0 or any(recorder.problem for recorder in recorders.values()):
                break
            await first_of(stop, timeout_s=min(LOOK_S, left))
    return [] if stop.is_set() else _silent(hub, listener, recorders)


def _how_it_goes(hub: Hub, recorders: Mapping[str, Recorder]) -> str:
    parts = []
    for venue in recorders:
        reason = reason_of(hub, venue)
        parts.append(f"{venue} {_messages(hub, venue):,} messages{f' ({reason})' * bool(reason)}")
    return ", ".join(parts)


def _silent(hub: Hub, listener: Listener, recorders: Mapping[str, Recorder]) -> list[str]:
    """A sentence for each venue that never sent anything, or refused all that was wanted."""
    refused = {refusal.instrument for refusal in listener.refusals}
    wanted = {stream.instrument for stream in hub.watched}
    sentences = [
        f"{venue} sent nothing: {reason_of(hub, venue) or 'the time was too short to connect'}"
        for venue in recorders
        if not _messages(hub, venue)
    ]
    if wanted and wanted <= refused:
        sentences.append("everything that was asked for was refused")
    return sentences


def _messages(hub: Hub, venue: str) -> int:
    return sum(session.messages for session in hub.sessions(venue))


def _tell_end(recorders: Mapping[str, Recorder], problems: Sequence[str]) -> int:
    """What was written where, and what went wrong."""
    for recorder in recorders.values():
        if recorder.problem:
            problems = [*problems, recorder.problem]
        if not recorder.lines and problems:
            # An empty file would only stand in the way of the next try.
            recorder.path.unlink(missing_ok=True)
            continue
        print(f"{recorder.path}: {recorder.lines:,} lines, {recorder.bytes_written:,} bytes")
    if problems:
        raise JobFailed("; ".join(problem.rstrip(".") for problem in problems))
    return 0


def _say(sentence: str) -> None:
    print(f"depthscope record: {plain(sentence, 300).rstrip('.')}.", file=sys.stderr)
