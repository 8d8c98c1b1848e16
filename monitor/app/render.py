"""``depthscope render``: draws a panel of a recording with no screen, as the window would."""

import argparse
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from monitor import __version__
from monitor.app.failure import BadUse, JobFailed
from monitor.app.paths import resources
from monitor.app.plugins import panel_kinds
from monitor.app.recorded_markets import RecordedMarkets
from monitor.app.terminal import progress_bar
from monitor.feeds.recording import RecordingError
from monitor.gui.kit.caption import Caption, caption_of, height_of
from monitor.gui.kit.export import ExportError, export_panel, form_of
from monitor.gui.kit.moments import undated_since
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.start import start_qt
from monitor.gui.kit.theme import load_theme
from monitor.market.market import Market
from monitor.model.instrument import instrument_id
from monitor.model.time import SECOND

PASSES = 3
"""A chart lays itself out in the first drawing and is whole in the second."""
REPLAY = "REPLAY"


def run(options: argparse.Namespace) -> int:
    """Draw one picture, or write its table; prints where it is."""
    try:
        form_of(options.out)
    except ExportError as error:
        raise BadUse(str(error)) from error
    kinds = panel_kinds()
    if options.panel not in kinds:
        raise BadUse(f"there is no panel '{options.panel}'; there are {', '.join(sorted(kinds))}")
    try:
        recorded = RecordedMarkets(options.file)
        with recorded.player:
            market = _play(options, recorded)
            panel = _panel(kinds[options.panel], options, recorded)
            _draw(panel, market, options, recorded)
    except (RecordingError, ExportError) as error:
        raise JobFailed(str(error)) from error
    print(options.out)
    return 0


def _play(options: argparse.Namespace, recorded: RecordedMarkets) -> Market:
    """Play as far as is asked for; the market that is to be drawn."""
    player = recorded.player
    until = None if options.at is None else player.first_ts + int(options.at * SECOND)
    if until is not None and until > player.last_ts:
        length = Decimal(player.last_ts - player.first_ts) / SECOND
        raise JobFailed(f"{options.file} ends at +{length:.3f}s; +{options.at}s was asked for")
    instrument = _instrument(options, recorded)
    with progress_bar(Path(options.file).name, 0) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        player.run(until, progress)
    if not instrument:
        held = [market.instrument.id for market in recorded.markets]
        if not held:
            raise JobFailed(f"{options.file} holds no instrument up to that time")
        instrument = held[0]
    elif recorded.markets.get(instrument) is None and options.symbol:
        known = ", ".join(market.instrument.symbol for market in recorded.markets) or "nothing"
        raise JobFailed(f"{options.file} has no symbol '{options.symbol}'; it has {known[:300]}")
    return recorded.hold(instrument)


def _instrument(options: argparse.Namespace, recorded: RecordedMarkets) -> str:
    if not options.symbol:
        return recorded.first_instrument()
    venue = recorded.venue
    return instrument_id(venue, options.symbol.removeprefix(f"{venue}:"))


def _panel(kind: type[Any], options: argparse.Namespace, recorded: RecordedMarkets) -> Panel:
    start_qt(__version__, offscreen=True)
    player = recorded.player
    theme = load_theme(resources() / "themes", options.theme, options.colours)
    surroundings = Surroundings(
        theme=theme,
        utc=not options.local_time,
        ask_candles=lambda *_: None,
        wall_clock=lambda: player.now,
        since=undated_since(player.header.clock, player.first_ts),
    )
    panel: Panel = kind(surroundings)
    settings = dict(options.settings)
    if options.timeframe:
        settings["timeframe"] = options.timeframe
    panel.restore(settings)
    if options.timeframe and panel.settings().get("timeframe") != options.timeframe:
        raise BadUse(f"the panel '{options.panel}' has no timeframe '{options.timeframe}'")
    return panel


def _draw(
    panel: Panel, market: Market, options: argparse.Namespace, recorded: RecordedMarkets
) -> None:
    now = recorded.player.now
    panel.watch(market)
    width, height = options.size
    panel.resize(width, height)
    panel.show()
    for _ in range(PASSES):
        _frame(panel, now)
    # The size asked for is the picture's, so the panel makes room for what stands above it.
    caption = _caption(panel, recorded, now)
    room = height - round(height_of(caption, width))
    if room < panel.header.height() + 20:
        raise BadUse(f"a size of {width}x{height} leaves no room for the panel")
    panel.resize(width, room)
    for _ in range(PASSES):
        _frame(panel, now)
    command = command_of(options)
    export_panel(
        panel, options.out, _caption(panel, recorded, now), scale=options.scale, command=command
    )
    panel.hide()


def _frame(panel: Panel, now: int) -> None:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - after the platform is chosen

    panel.mark_changed()
    panel.frame(now)
    QApplication.processEvents()


def _caption(panel: Panel, recorded: RecordedMarkets, now: int) -> Caption:
    name = recorded.player.protocol.facts.name
    return caption_of(panel, name, REPLAY, f"Depthscope {__version__}", now)


def command_of(options: argparse.Namespace) -> str:
    """The command line that draws the same again."""
    words = ["depthscope", "render", str(options.file), "--panel", options.panel]
    if options.symbol:
        words += ["--symbol", options.symbol]
    if options.at is not None:
        words += ["--at", f"+{options.at}s"]
    words += ["--size", f"{options.size[0]}x{options.size[1]}", "--scale", str(options.scale)]
    words += ["--theme", options.theme, "--colours", options.colours]
    if options.local_time:
        words.append("--local-time")
    if options.timeframe:
        words += ["--timeframe", options.timeframe]
    if options.settings:
        words += ["--settings", msgspec.json.encode(options.settings).decode()]
    return shlex.join([*words, "--out", str(options.out)])
