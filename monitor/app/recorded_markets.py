"""The markets that come of a recording: a player's events, every instrument of it held."""

from collections.abc import Sequence
from pathlib import Path

from monitor.app.provisional import provisional
from monitor.app.recorded_venue import player_of
from monitor.app.standing import Recorded, Standing
from monitor.book.book import Book
from monitor.feeds.player import Player
from monitor.market.market import Market
from monitor.market.markets import Markets
from monitor.model.events import (
    BookDelta,
    BookSnapshot,
    Event,
    InstrumentList,
    Quote,
    Refusal,
    Trade,
)
from monitor.model.instrument import Instrument, instrument_id, split_instrument_id
from monitor.model.verdict import State
from monitor.protocol.venue import VenueProtocol
from monitor.studies.lag import LagWindow

MOST_HELD = 64
"""Instruments of one recording that are followed from its beginning, watched or not."""
MEASURED = (BookDelta, Quote, Trade)


class RecordedMarkets:
    """A recording and the markets that come of it: every instrument in it is held.

    Raises as ``Player`` does. ``events`` of the player end in ``markets``.
    """

    def __init__(self, path: Path) -> None:
        self.markets = Markets()
        self.lags: dict[str, LagWindow] = {}
        self._joined: dict[str, object] = {}
        self.player = Player(path, player_of(path), self._sink, restarted=self._restarted)
        header = self.player.header
        self.venue = header.venue
        listed = tuple(
            provisional(instrument_id(header.venue, one)) for one in header.symbols if one
        )
        self.markets.sink([InstrumentList(header.venue, listed, complete=False, ts_recv=0)])
        self._measures = not header.clock

    def hold(self, instrument: str) -> Market:
        """The market of an instrument, in the recording or not."""
        market = self.markets.get(instrument)
        if market is None:
            about = self._known(instrument)
            market = self.markets.hold(about, Book(), Standing(State.SYNCING))
            self.lags[instrument] = LagWindow()
        self._join(instrument)
        return market

    def first_instrument(self) -> str:
        """What to show first: the first symbol that the header names; empty for none."""
        symbols = self.player.header.symbols
        return instrument_id(self.venue, symbols[0]) if symbols and symbols[0] else ""

    def _known(self, instrument: str) -> Instrument:
        symbol = split_instrument_id(instrument)[1]
        told = self.player.protocol.instruments.get(symbol)
        return told or self.markets.find(instrument) or provisional(instrument)

    def _join(self, instrument: str) -> None:
        """Let the market hold the book that the protocol keeps."""
        held = self.player.protocol.books.get(split_instrument_id(instrument)[1])
        market = self.markets.get(instrument)
        if held is not None and market is not None and self._joined.get(instrument) is not held:
            self._joined[instrument] = held
            judged = Recorded(held.status, lambda: self.player.now)
            self.markets.hold(market.instrument, held.book, judged)

    def _sink(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, InstrumentList | Refusal):
                continue
            known = event.instrument in self.lags
            if not known and len(self.lags) < MOST_HELD:
                self.hold(event.instrument)
            elif known and isinstance(event, BookSnapshot):
                self._join(event.instrument)
        self.markets.sink(events)
        if self._measures:
            self._note_lag(events[-1])

    def _note_lag(self, event: Event) -> None:
        if isinstance(event, MEASURED) and event.ts_event:
            lag = self.lags.get(event.instrument)
            if lag is not None and not (isinstance(event, Trade) and event.backfill):
                lag.add(event.ts_event, event.ts_recv)

    def _restarted(self, protocol: VenueProtocol) -> None:
        """The player went back to the beginning, and so do the markets."""
        self._joined.clear()
        for market in self.markets:
            market.begin_anew(Book(), Standing(State.SYNCING))
            self.lags[market.instrument.id] = LagWindow()
