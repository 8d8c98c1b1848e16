"""Row 30: tables as CSV hold exact numbers, and no text that a spreadsheet would run."""

import csv
import io
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.export.table import Table, csv_lines

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=12)


@given(st.lists(st.tuples(texts, numbers, texts), max_size=8))
@example(
    [("=cmd|' /C calc'!A0", Decimal("-1.50"), 'a,"b"\nc'), ("@x", Decimal("0.00001234"), "\r")]
)
def test_a_round_trip_is_equal_and_harmless(rows: list[tuple[str, Decimal, str]]) -> None:
    """Texts come back, with a quote mark before what would be a formula; numbers are the same."""
    written = [(name, format(number, "f"), note) for name, number, note in rows]
    table = Table(("name", "number", "note"), written, frozenset({"number"}))
    read = list(csv.reader(io.StringIO("".join(csv_lines(table)), newline="")))
    assert ["name", "number", "note"] == read[0]
    assert len(rows) == len(read) - 1
    for (name, number, note), cells in zip(rows, read[1:], strict=True):
        assert number == Decimal(cells[1])
        for text, cell in ((name, cells[0]), (note, cells[2])):
            assert text == (cell[1:] if text.startswith(DANGEROUS) else cell)
            assert not cell.startswith(DANGEROUS)


@given(texts)
def test_what_stands_above_stays_a_comment(text: str) -> None:
    """A venue's text in the head breaks out of its line as little as a cell does."""
    lines = list(csv_lines(Table(("a",), (), about={"symbol": text})))
    assert 2 == len(lines)
    head = lines[0].removesuffix("\n")
    assert head.startswith("# symbol:")
    assert [head] == head.splitlines()
