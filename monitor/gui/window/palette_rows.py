"""The rows of the palette: instruments, venues in trouble and commands, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.gui.kit.text import plain
from monitor.gui.window.command import Command
from monitor.gui.window.program import Program
from monitor.model.instrument import Instrument
from monitor.studies.symbol_ranking import SymbolIndex, instruments_of, notional_of

MANY = 20
"""So many new 24 h figures are worth a new order."""


@dataclass(frozen=True)
class InstrumentRow:
    """An instrument that can be picked."""

    instrument: Instrument
    venue: str
    badge: str
    starred: bool


@dataclass(frozen=True)
class VenueRow:
    """A venue whose instruments can't be told (yet), and why; ``id`` is what it is asked by."""

    id: str
    venue: str
    sentence: str
    trouble: bool


@dataclass(frozen=True)
class NoMatchRow:
    """Nothing that can be picked fits."""

    sentence: str


@dataclass(frozen=True)
class CommandRow:
    """Something to do."""

    command: Command


Row = InstrumentRow | VenueRow | NoMatchRow | CommandRow


class RowSource:
    """Makes the rows for a text.

    The index is made anew where a list came, and at opening where many figures came: rows
    don't change places under the user's hand.
    """

    def __init__(self, program: Program) -> None:
        self.venue = ""
        """Whose instruments go first while nothing is typed."""
        self._program = program
        self._index: SymbolIndex | None = None
        self._lists: tuple[object, ...] = ()
        self._figures = 0

    def state(self) -> tuple[object, ...]:
        """What rows depend on beside the text."""
        program = self._program
        lists = program.markets.instruments.items()
        return (
            tuple((venue, id(listed)) for venue, listed in lists),
            program.settings.picks,
            tuple(program.venues()),
        )

    def refresh(self, *, opening: bool = False) -> None:
        """Make the index anew where that is due."""
        markets = self._program.markets
        lists = tuple((venue, id(listed)) for venue, listed in markets.instruments.items())
        grown = len(markets.day_stats) > self._figures + MANY
        if self._index is None or lists != self._lists or (opening and grown):
            self._lists, self._figures = lists, len(markets.day_stats)
            self._index = SymbolIndex(instruments_of(markets), notional_of(markets))

    def instruments(self, text: str) -> list[Row]:
        """Instruments that the text may mean, then the venues that can't answer."""
        self.refresh()
        assert self._index is not None
        picks = self._program.settings.picks
        starred = set(picks.favourites)
        venues = {venue.id: venue for venue in self._program.venues()}
        found = self._index.search(text, picks.favourites, picks.recents, venue=self.venue)
        rows: list[Row] = [
            InstrumentRow(
                one,
                plain(venues[one.venue].name, 24) if one.venue in venues else plain(one.venue, 24),
                venues[one.venue].badge if one.venue in venues else "",
                one.id in starred,
            )
            for one in found
        ]
        if not rows and text.strip():
            rows.append(NoMatchRow(f"Nothing matches “{plain(text.strip(), 40)}”"))
        return [*rows, *self._venues()]

    def _venues(self) -> list[Row]:
        rows: list[Row] = []
        for venue in self._program.venues():
            name = plain(venue.name, 30)
            if venue.trouble:
                rows.append(VenueRow(venue.id, name, plain(venue.trouble), trouble=True))
            elif venue.asking:
                rows.append(VenueRow(venue.id, name, "asking for its instruments …", trouble=False))
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
