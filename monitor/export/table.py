"""The data behind a panel as a table: exact texts, written as CSV."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CELL_BEGINS = re.compile(r"""([,;]["\s]*)(?=[=+\-@])""")


@dataclass(frozen=True)
class Table:
    """Named columns of texts. ``numeric`` columns hold plain decimal numbers, exact.

    ``about`` says what the table is (venue, symbol, span, zone, verdict, version); it
    is written above the data as comment lines. ``span`` is the time its rows are of, in ns
    UTC; None where all are of one moment.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[str] = frozenset()
    about: dict[str, str] = field(default_factory=dict)
    span: tuple[int, int] | None = None


def csv_lines(table: Table) -> Iterator[str]:
    """The table as CSV (RFC 4180, LF line ends), a line at a time.

    A text cell that a spreadsheet would run as a formula is given a leading quote
    mark; numbers stay as they are.
    """
    for key, value in table.about.items():
        # A spreadsheet cuts a comment into cells as well.
        yield _CELL_BEGINS.sub(r"\1'", f"# {key}: {' '.join(value.split())}") + "\n"
    yield _line(table.columns)
    numeric = [column in table.numeric for column in table.columns]
    for row in table.rows:
        cells = zip(row, numeric, strict=True)
        yield _line([cell if number else _harmless(cell) for cell, number in cells])


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    # The writer quotes a cell for signs of its line end only: a bare CR must be quoted, too.
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
