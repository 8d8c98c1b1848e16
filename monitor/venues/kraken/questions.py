"""What is asked of Kraken over REST, when it is asked again, and who takes the answers."""

from monitor.model.events import CandleHistory, Event, Refusal
from monitor.model.time import SECOND
from monitor.protocol.facts import Facts
from monitor.protocol.venue import HttpRequest, HttpResponse
from monitor.venues.kraken import rest
from monitor.venues.kraken.pairs import of_rest, rest_name
from monitor.venues.kraken.roster import KrakenRoster


class Questions:
    """Questions go in, requests come out; what fails is asked again, each time later."""

    def __init__(self, facts: Facts, roster: KrakenRoster) -> None:
        self._facts = facts
        self._roster = roster
        self._url = facts.rest_urls[0]
        self._due: list[HttpRequest] = []
        self._retries: list[tuple[int, HttpRequest]] = []
        self._tries: dict[str, int] = {}
        self._answers: list[Event] = []
        # REST knows a pair by several names, and cuts no candles off at an end.
        self._rest_names: dict[str, str] = {}
        self._symbols: dict[str, str] = {}
        self._candle_ends: dict[str, tuple[int, int]] = {}

    def ask_pairs(self, symbol: str = "") -> None:
        """Ask for all pairs, or for one."""
        self._due.append(rest.pairs_request(self._url, rest_name(symbol) if symbol else ""))

    def ask_candles(self, symbol: str, interval: int, end: int, limit: int) -> None:
        """Ask for past candles; answered at once where Kraken has none of this interval."""
        if str(interval // SECOND) not in self._facts.intervals or interval % SECOND:
            # Those of the present come from trades all the same.
            self._answers.append(CandleHistory(self._roster.id_of(symbol), interval, (), 0))
            return
        pair = self._rest_names.get(symbol) or rest_name(symbol)
        self._symbols[pair] = symbol
        since = end - (min(limit, rest.MOST_CANDLES) + 1) * interval
        request = rest.candles_request(self._url, pair, interval, since)
        self._candle_ends[request.url] = (end, limit)
        self._due.append(request)

    def tick(self, now: int) -> list[Event]:
        """Time passed: what waited for another try is due; what needed no asking is answered."""
        self._due += [request for at, request in self._retries if at <= now]
        self._retries = [(at, request) for at, request in self._retries if at > now]
        answers, self._answers = self._answers, []
        return answers

    def take(self) -> list[HttpRequest]:
        """Hand over, once, the requests that want making."""
        due, self._due = self._due, []
        return due

    def answered(
        self, request: HttpRequest, response: HttpResponse, now: int, ts_recv: int
    ) -> list[Event]:
        """What an answer means. Raises msgspec's errors and ValueError for what is none."""
        asked = rest.read_request(response.url or request.url)
        try:
            if asked.method == "AssetPairs":
                events = self._take_pairs(asked.pair, response, now, ts_recv)
            elif asked.method == "OHLC":
                events = self._take_candles(request, asked, response, ts_recv)
            else:
                return []
        except rest.Troubled as trouble:
            return self.failed(request, str(trouble), now, ts_recv, again=trouble.again)
        self._tries.pop(request.url, None)
        return events

    def failed(
        self, request: HttpRequest, reason: str, now: int, ts_recv: int, *, again: bool = True
    ) -> list[Event]:
        """Ask once more, each time later; then say that it was in vain."""
        tries = self._tries[request.url] = self._tries.get(request.url, 0) + 1
        if again and tries < rest.TRIES:
            pause = min(SECOND << tries, rest.LONGEST_PAUSE)
            self._retries.append((now + pause, request))
            return []
        del self._tries[request.url]
        asked = rest.read_request(request.url)
        symbol = self._symbols.get(asked.pair, asked.pair)
        instrument = self._roster.id_of(symbol) if symbol else ""
        what = {"OHLC": f"past candles of {symbol}"}.get(asked.method, "the list of pairs")
        return [Refusal(instrument, f"Kraken did not give {what}: {reason}", ts_recv)]

    def _take_pairs(self, pair: str, response: HttpResponse, now: int, ts_recv: int) -> list[Event]:
        listings = []
        for row in rest.read_pairs(response).values():
            listing = of_rest(self._facts.id, row)
            if listing is not None:
                self._rest_names[listing.instrument.symbol] = row.altname
                self._symbols[row.altname] = listing.instrument.symbol
                listings.append(listing)
        return self._roster.learn(listings, now, ts_recv, complete=not pair)

    def _take_candles(
        self, request: HttpRequest, asked: rest.Asked, response: HttpResponse, ts_recv: int
    ) -> list[Event]:
        instrument = self._roster.id_of(self._symbols.get(asked.pair, asked.pair))
        candles = rest.read_candles(response, instrument, asked.interval, ts_recv)
        end, limit = self._candle_ends.pop(request.url, (0, len(candles)))
        if end:
            candles = [candle for candle in candles if candle.ts_open < end]
        latest = tuple(candles[max(0, len(candles) - limit) :])
        return [CandleHistory(instrument, asked.interval, latest, ts_recv)]
