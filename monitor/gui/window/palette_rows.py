"""The rows of the palette: instruments, venues in trouble and commands, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.gui.kit.text import plain
from monitor.gui.window.command import Command
from monitor.gui.window.program import Program
from monitor.model.instrument import Instrument
from monitor.studies.symbol_ranking import SymbolIndex, instruments_of, notional_of


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument that can be picked."""

    instrument: Instrument
    venue: str
    badge: str
    starred: bool


@dataclass(frozen=True)
class VenueRow:
    """A venue whose instruments can't be told (yet), and why."""

    venue: str
    sentence: str
    trouble: bool


@dataclass(frozen=True)
class CommandRow:
    """Something to do."""

    command: Command


Row = InstrumentRow | VenueRow | CommandRow


class RowSource:
    """Makes the rows for a text. The index is made anew only when lists or figures grew."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._index: SymbolIndex | None = None
        self._indexed: tuple[object, ...] = ()

    def refresh(self) -> bool:
        """Look at the venues again; True where the rows may have changed."""
        markets = self._program.markets
        state = (
            tuple((venue, id(listed)) for venue, listed in markets.instruments.items()),
            len(markets.day_stats),
            len(markets),
        )
        if state == self._indexed and self._index is not None:
            return False
        self._indexed = state
        self._index = SymbolIndex(instruments_of(markets), notional_of(markets))
        return True

    def instruments(self, text: str) -> list[Row]:
        """Instruments that the text may mean, then the venues that can't answer."""
        self.refresh()
        assert self._index is not None
        picks = self._program.settings.picks
        starred = set(picks.favourites)
        venues = {venue.id: venue for venue in self._program.venues()}
        found = self._index.search(text, picks.favourites, picks.recents)
        rows: list[Row] = [
            InstrumentRow(
                one,
                plain(venues[one.venue].name, 24) if one.venue in venues else plain(one.venue, 24),
                venues[one.venue].badge if one.venue in venues else "",
                one.id in starred,
            )
            for one in found
        ]
        return [*rows, *self._venues()]

    def _venues(self) -> list[Row]:
        rows: list[Row] = []
        for venue in self._program.venues():
            name = plain(venue.name, 30)
            if venue.trouble:
                rows.append(VenueRow(name, plain(venue.trouble), trouble=True))
            elif venue.asking:
                rows.append(VenueRow(name, "asking for its instruments …", trouble=False))
        return rows


def command_rows(commands: Sequence[Command], text: str) -> list[Row]:
    """The commands whose names hold every word of the text, those that begin with it first."""
    words = text.casefold().split()
    fitting = [
        command
        for command in commands
        if command.listed and all(word in command.name.casefold() for word in words)
    ]
    start = " ".join(words)
    fitting.sort(key=lambda command: not command.name.casefold().startswith(start))
    return [CommandRow(command) for command in fitting]
