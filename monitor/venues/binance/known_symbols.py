"""Which symbols Binance has, and which it may not have: it acknowledges nonsense."""

from collections.abc import Iterable


class KnownSymbols:
    """The symbols of the lists so far, and those in doubt since when (monotonic ns).

    ``listed`` is True once the whole list came: what is not on it does not exist.
    """

    def __init__(self) -> None:
        self.listed = False
        self._symbols: set[str] = set()
        self._doubted: dict[str, int] = {}

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._symbols

    def learn(self, symbols: Iterable[str], *, whole: bool) -> None:
        """A list came, whole or of some symbols."""
        for symbol in symbols:
            self._symbols.add(symbol)
            self._doubted.pop(symbol, None)
        self.listed = self.listed or whole

    def lacks(self, symbol: str) -> bool:
        """True where the venue has no such symbol for sure."""
        return self.listed and symbol not in self._symbols

    def doubt(self, symbol: str, now: int) -> bool:
        """Nothing is heard of a symbol; True where the venue is to be asked whether it has it."""
        if symbol in self._symbols or symbol in self._doubted:
            return False
        self._doubted[symbol] = now
        return True

    def settled(self, symbol: str) -> None:
        """The venue said that it has no such symbol."""
        self._doubted.pop(symbol, None)

    def given_up(self, now: int, limit: int) -> list[str]:
        """Take out the symbols in doubt for longer than ``limit`` ns."""
        late = [symbol for symbol, since in self._doubted.items() if now - since > limit]
        for symbol in late:
            del self._doubted[symbol]
        return late
