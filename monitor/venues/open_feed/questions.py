"""What is asked of an Open Feed once, until it is answered or was asked in vain."""

from collections.abc import Callable, Iterator
from typing import Final

from monitor.model.events import Event, Refusal
from monitor.model.instrument import instrument_id
from monitor.model.time import SECOND
from monitor.model.verdict import State
from monitor.protocol.facts import Facts
from monitor.protocol.open_feed import AskCandles, AskInstruments, AskTickers
from monitor.protocol.status import Link

TRIES: Final = 3

Ask = AskInstruments | AskCandles | AskTickers


class _Pending:
    """A question that waits for its answer, and by when (monotonic ns) it must come."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.at = 0
        self.tries = 0


class Questions:
    """The questions without an answer; ``say`` takes them to the server while it is there.

    ``numbers`` gives each its id.
    """

    def __init__(
        self, facts: Facts, link: Link, numbers: Iterator[int], say: Callable[[Ask], None]
    ) -> None:
        self._facts = facts
        self._link = link
        self._numbers = numbers
        self._say = say
        self._pending: dict[int, _Pending] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def ask_instruments(self, now: int) -> None:
        """Ask for the list, where that is not asked already."""
        if not any(isinstance(p.ask, AskInstruments) for p in self._pending.values()):
            self._ask(AskInstruments(next(self._numbers)), now)

    def ask_candles(self, symbol: str, interval: int, end: int, limit: int, now: int) -> None:
        """Ask for past candles of ``interval`` (ns)."""
        rows = max(1, min(limit, int(self._facts.extra["most_candles"])))
        number = next(self._numbers)
        self._ask(AskCandles(number, symbol, interval // SECOND, max(0, end), rows), now)

    def ask_tickers(self, symbols: list[str], now: int) -> None:
        """Ask for 24 h figures."""
        size = int(self._facts.extra["symbols_per_message"])
        for start in range(0, len(symbols), size):
            self._ask(AskTickers(next(self._numbers), symbols[start : start + size]), now)

    def connected(self, now: int) -> None:
        """A new connection: what was left unanswered is asked anew."""
        for pending in self._pending.values():
            self._put(pending, now)

    def answered(self, number: int | str) -> None:
        """An answer came."""
        self._pending.pop(number if isinstance(number, int) else -1, None)

    def refused(self, number: int) -> bool:
        """An error came; True where it was for a question that now gets no answer."""
        pending = self._pending.get(number)
        if pending is None or isinstance(pending.ask, AskTickers):
            # Of tickers, the answer comes all the same, without the refused symbol.
            return False
        del self._pending[number]
        return True

    def instrument_of(self, number: int) -> str:
        """The instrument's id that a question is about; empty where it is about none."""
        pending = self._pending.get(number)
        if pending is None or not isinstance(pending.ask, AskCandles):
            return ""
        return instrument_id(self._facts.id, pending.ask.symbol)

    def overdue(self, now: int, ts_recv: int) -> list[Event]:
        """Ask again what got no answer; after three times say so."""
        events: list[Event] = []
        for number, pending in list(self._pending.items()):
            if now <= pending.at:
                continue
            pending.tries += 1
            if pending.tries < TRIES:
                self._put(pending, now)
            else:
                sentence = (
                    f"{self._facts.name} did not answer the question for {_what(pending.ask)}"
                )
                events.append(Refusal(self.instrument_of(number), sentence, ts_recv))
                del self._pending[number]
        return events

    def _ask(self, ask: Ask, now: int) -> None:
        pending = self._pending[int(ask.id)] = _Pending(ask)
        if self._link.phase is State.LIVE:
            self._put(pending, now)

    def _put(self, pending: _Pending, now: int) -> None:
        pending.at = now + int(self._facts.ack_timeout_s * SECOND)
        self._say(pending.ask)


def _what(ask: Ask) -> str:
    if isinstance(ask, AskCandles):
        return f"past candles of {ask.symbol}"
    return "24 h figures" if isinstance(ask, AskTickers) else "its instruments"
