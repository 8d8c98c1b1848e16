"""What was traded lately, kept up to date, is what counting all of it anew gives."""

import random
from decimal import Decimal

from monitor.book.book import Book
from monitor.market.tape import Tape
from monitor.model.events import Side, Trade
from monitor.model.time import MS, SECOND
from monitor.studies.ladder_grouping import traded_in_rows
from monitor.studies.ladder_rows import LadderRows, ladder_rows
from monitor.studies.traded_lately import TradedLately

START = 1_723_161_600 * SECOND


def rows_at(top: int) -> LadderRows:
    book = Book(tick_size=Decimal("0.1"))
    book.replace([(99.9, 1.0)], [(100.1, 1.0)])
    return ladder_rows(book, Decimal("0.5"), 20, top)


def trade(n: int, chance: random.Random) -> Trade:
    sides: list[Side] = ["buy", "sell", "unknown"]
    side = chance.choice(sides)
    ts = START + n * 50 * MS - chance.choice([0, 0, 0, 3 * SECOND])
    price, size = chance.randrange(940, 1_060) / 10, chance.randrange(1, 10**6) / 1e5
    return Trade("test:X", price, size, side, n, ts, ts, backfill=chance.random() < 0.02)


def test_sums_kept_are_sums_counted_anew() -> None:
    """To the bit, after any trades, late and backfilled ones too, moves and a falling span."""
    chance, tape, lately, top, n = random.Random(1), Tape(), TradedLately(), 210, 0
    for frame in range(300):
        for _ in range(chance.choice([0, 1, 1, 2, 5, 90])):
            n += 1
            tape.append(trade(n, chance))
        top += chance.choice([0, 0, 0, 0, 1, -1])
        rows, since = rows_at(top), START + (n * 50 * MS // SECOND - 10) * SECOND
        bought, sold = traded_in_rows(tape, rows, since)
        assert (bought.tolist(), sold.tolist()) == lately.sums(tape, rows, since), frame
    assert sum(bought) > 0 < sum(sold)


def test_another_tape_is_counted_from_its_beginning() -> None:
    """Nothing of one market is shown in another, nor of a replay's past after a jump."""
    chance, lately, rows = random.Random(2), TradedLately(), rows_at(210)
    for _ in range(3):
        tape = Tape()
        for n in range(30):
            tape.append(trade(n, chance))
        bought, sold = traded_in_rows(tape, rows, START)
        assert (bought.tolist(), sold.tolist()) == lately.sums(tape, rows, START)
    tape.clear()
    assert ([0.0] * 20, [0.0] * 20) == lately.sums(tape, rows, START)
