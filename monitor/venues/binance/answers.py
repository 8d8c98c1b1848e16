"""What Binance's REST answers mean, and which questions are asked again."""

from collections.abc import Mapping

from monitor.model.events import CandleHistory, Event, InstrumentList, Refusal
from monitor.model.instrument import Instrument, instrument_id
from monitor.model.time import SECOND
from monitor.protocol.facts import Facts
from monitor.protocol.venue import HttpResponse
from monitor.venues.binance import refusals, rest
from monitor.venues.binance.desk import Desk, Plan
from monitor.venues.binance.known_symbols import KnownSymbols
from monitor.venues.binance.roster import Roster
from monitor.venues.binance.wire import EXCHANGE_INFO, REST_TICKERS, SNAPSHOT


class Answers:
    """Takes the answers to what the desk asked, and to what a recording's client had asked."""

    def __init__(
        self,
        facts: Facts,
        roster: Roster,
        desk: Desk,
        known: KnownSymbols,
        instruments: dict[str, Instrument],
        intervals: Mapping[str, int],
    ) -> None:
        self._facts = facts
        self._roster = roster
        self._desk = desk
        self._known = known
        self._instruments = instruments
        self._intervals = intervals

    def answered(
        self, asked: rest.Asked, plan: Plan | None, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        """What an answer means. Raises NoSuchSymbol, and ValueError for what is no answer."""
        if response.status != 200:
            return self._answered_badly(asked, plan, response, now, ts_recv)
        if asked.path == rest.DEPTH and rest.showable(asked.symbol):
            body = response.body
            sync = self._roster.sync(asked.symbol)
            return sync.snapshot(SNAPSHOT.decode(body), body, asked.limit, now, ts_recv)
        if asked.path == rest.INFO:
            return self._take_instruments(asked, response.body, ts_recv)
        if asked.path in rest.KLINE_ROWS:
            return self._take_candles(asked, response.body, ts_recv)
        if asked.path == rest.TICKERS:
            tickers = REST_TICKERS.decode(response.body)
            rows = tickers if isinstance(tickers, list) else [tickers]
            return [rest.day_stats_of(self._facts.id, row, ts_recv) for row in rows]
        return []

    def no_snapshot(self, asked: rest.Asked, reason: str, now: int, wait: int = 0) -> None:
        """Tell a book, where one was asked for, that it gets no snapshot; it asks again by itself."""
        if asked.path == rest.DEPTH and asked.symbol in self._roster.syncs:
            self._roster.syncs[asked.symbol].refused(now, reason, wait)

    def try_again(
        self,
        asked: rest.Asked,
        plan: Plan | None,
        reason: str,
        now: int,
        ts_recv: int,
        *,
        wait: int = 0,
    ) -> list[Event]:
        """After a refusal that may pass: what was planned is planned anew, up to a limit."""
        self.no_snapshot(asked, reason, now, wait)
        if asked.path == rest.DEPTH or plan is None or self._desk.again(plan, now, wait):
            return []
        sentence = f"Binance gave no {self._what(asked)}: {reason}"
        return [Refusal(self._id(asked.symbol), sentence, ts_recv)]

    def _take_instruments(self, asked: rest.Asked, body: bytes, ts_recv: int) -> list[Event]:
        found = [
            instrument
            for listing in EXCHANGE_INFO.decode(body).symbols
            if (instrument := rest.instrument_of(self._facts.id, listing)) is not None
        ]
        whole = not any(key in asked.params for key in ("symbol", "symbols", "permissions"))
        self._instruments.update((instrument.id, instrument) for instrument in found)
        self._known.learn((instrument.symbol for instrument in found), whole=whole)
        return [InstrumentList(self._facts.id, tuple(found), whole, ts_recv)]

    def _take_candles(self, asked: rest.Asked, body: bytes, ts_recv: int) -> list[Event]:
        interval = self._intervals.get(asked.params.get("interval", ""))
        if interval is None:
            return []
        instrument = self._id(asked.symbol)
        candles = rest.candles_of(instrument, interval, body, ts_recv)
        return [CandleHistory(instrument, interval, candles, ts_recv)]

    def _answered_badly(
        self, asked: rest.Asked, plan: Plan | None, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        status = response.status
        if status in refusals.TEMPORARY:
            seconds = refusals.retry_after(status, response.headers)
            wait = seconds * SECOND
            self._desk.hold(now + wait)
            reason = f"Binance asks to wait {seconds} s (HTTP {status})"
            return self.try_again(asked, plan, reason, now, ts_recv, wait=wait)
        if status in refusals.BARRED:
            reason = refusals.barred(status, response.url, self._facts.rest_urls)
            return self.try_again(asked, plan, reason, now, ts_recv)
        if status >= 500:
            reason = f"Binance had trouble (HTTP {status})"
            return self.try_again(asked, plan, reason, now, ts_recv)
        problem = refusals.problem_of(response.body)
        if problem.code == refusals.INVALID_SYMBOL and asked.symbol:
            self._known.settled(asked.symbol)
            raise refusals.NoSuchSymbol(asked.symbol)
        sentence = refusals.refused(problem, f"HTTP {status}")
        self.no_snapshot(asked, sentence, now)
        return [Refusal(self._id(asked.symbol), sentence, ts_recv)]

    def _what(self, asked: rest.Asked) -> str:
        """What was asked, in a user's words."""
        if asked.path in rest.KLINE_ROWS:
            return f"past candles of {asked.symbol}"
        return "list of its symbols" if asked.path == rest.INFO else "figures of the last 24 hours"

    def _id(self, symbol: str) -> str:
        return instrument_id(self._facts.id, symbol) if symbol else ""
