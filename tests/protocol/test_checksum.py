"""The laws of Kraken's checksum, by the documents' own vectors."""

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from monitor.protocol.checksum import (
    Digits,
    Ladder,
    checksum,
    digits_behind_point,
    most_digits,
)

Levels = list[tuple[Decimal, Decimal]]


def levels(text: str) -> Levels:
    """``45285.2/0.001, …`` as exact numbers."""
    pairs = [pair.split("/") for pair in text.split(", ")]
    return [(Decimal(price), Decimal(size)) for price, size in pairs]


# Vector A: docs.kraken.com, guide "Book checksum (v2)"; BTC/USD.
A_ASKS = levels(
    "45285.2/0.00100000, 45286.4/1.54571953, 45286.6/1.54571109, 45289.6/1.54560911, "
    "45290.2/0.15890660, 45291.8/1.54553491, 45294.7/0.04454749, 45296.1/0.35380000, "
    "45297.5/0.09945542, 45299.5/0.18772827"
)
A_BIDS = levels(
    "45283.5/0.10000000, 45283.4/1.54582015, 45282.1/0.10000000, 45281.0/0.10000000, "
    "45280.3/1.54592586, 45279.0/0.07990000, 45277.6/0.03310103, 45277.5/0.30000000, "
    "45277.3/1.54602737, 45276.6/0.15445238"
)
# Vector B: docs.kraken.com, websocket-v2/book; MATIC/USD, trailing zeros dropped.
B_BIDS = levels(
    "0.5666/4831.75496356, 0.5665/6658.22734739, 0.5664/18724.91513344, 0.5663/11563.92544914, "
    "0.5662/14006.65365711, 0.5661/17454.85679807, 0.566/18097.1547, 0.5659/33644.89175666, "
    "0.5658/148.3464, 0.5657/606.70854372"
)
B_ASKS = levels(
    "0.5668/4410.79769741, 0.5669/4655.40412487, 0.567/49844.89424998, 0.5671/24306.41678, "
    "0.5672/29783.25223475, 0.5673/57234.71239278, 0.5674/45065.04744, 0.5675/5912.76380354, "
    "0.5676/42514.92434778, 0.5677/36304.0847022"
)
# Vector C: our own, for leading zeros, exponents and short books.
C_ASKS = levels("0.0512/12.5, 0.052/3, 0.1/0.00000001")
C_BIDS = levels("0.0509/7.25, 0.05/1e-08, 0.0499/1000")


def ladder_of(asks: Levels, bids: Levels, digits: Digits, depth: int | None = None) -> Ladder:
    ladder = Ladder(depth)
    ladder.write_with(digits)
    ladder.asks.apply([(float(price), float(size)) for price, size in asks])
    ladder.bids.apply([(float(price), float(size)) for price, size in bids])
    return ladder


def test_the_documents_vectors() -> None:
    """The plain rule gives what Kraken's documents say."""
    assert 3310070434 == checksum(A_ASKS, A_BIDS, (1, 8))
    assert 2439117997 == checksum(B_ASKS, B_BIDS, (4, 8))
    assert 3018313283 == checksum(C_ASKS, C_BIDS, (4, 8))


def test_numbers_without_their_trailing_zeros_are_padded() -> None:
    """Vector B fails with the digits as displayed and passes with the pair's."""
    assert 2439117997 != checksum(B_ASKS, B_BIDS, (3, 8))
    assert 2439117997 == checksum(B_ASKS, B_BIDS, (4, 8))


def test_the_ladder_gives_the_same() -> None:
    """What is kept up to date level by level is what the rule gives for the whole."""
    assert 3310070434 == ladder_of(A_ASKS, A_BIDS, (1, 8)).checksum()
    assert 2439117997 == ladder_of(B_ASKS, B_BIDS, (4, 8)).checksum()
    assert 3018313283 == ladder_of(C_ASKS, C_BIDS, (4, 8)).checksum()


def test_an_update_changes_the_checksum_as_documented() -> None:
    """Vector B's update gives the documented second checksum."""
    ladder = ladder_of(B_ASKS, B_BIDS, (4, 8))
    ladder.bids.apply([(0.5657, 1098.3947558)])
    assert 2114181697 == ladder.checksum()


def test_other_digits_write_everything_anew() -> None:
    """Digits learnt late give what digits known at once give."""
    ladder = ladder_of(B_ASKS, B_BIDS, (3, 2))
    ladder.checksum()
    ladder.write_with((4, 8))
    assert 2439117997 == ladder.checksum()


def test_sizes_beyond_a_float_are_written_exactly() -> None:
    """A size of 20 digits is written with all of them."""
    size = Decimal("123456789012.12345678")
    ladder = Ladder()
    ladder.write_with((1, 8))
    ladder.asks.apply([(0.5, size)])
    assert checksum([(Decimal("0.5"), size)], [], (1, 8)) == ladder.checksum()


def test_what_leaves_the_depth_is_handed_back() -> None:
    """Beyond the depth the worst level goes, and the book ends at the worst that stays."""
    ladder = Ladder(2)
    assert [] == ladder.bids.apply([(10.0, 1.0)])
    ends = [ladder.bids.worst]
    assert [(9.0, 0.0)] == ladder.bids.apply([(9.0, 1.0), (11.0, 1.0)])
    ends.append(ladder.bids.worst)
    assert [None, 10.0] == ends
    assert [(12.0, 0.0)] == ladder.asks.apply([(12.0, 1.0), (10.5, 2.0), (11.5, 2.0)])
    assert 11.5 == ladder.asks.worst


PRICES = st.integers(1, 40)
CHANGES = st.lists(
    st.lists(st.tuples(st.booleans(), PRICES, st.integers(0, 10**9)), max_size=6), max_size=30
)


@given(changes=CHANGES, depth=st.sampled_from([None, 10, 25]), seed=st.integers(0, 99))
def test_the_ladder_against_a_plain_dict(
    changes: list[list[tuple[bool, int, int]]], depth: int | None, seed: int
) -> None:
    """After any messages the ladder's checksum and levels are those of a sorted dict."""
    dice = random.Random(seed)
    ladder = Ladder(depth)
    ladder.write_with((1, 8))
    books: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
    for message in changes:
        for is_bid, side, book in ((True, ladder.bids, books[0]), (False, ladder.asks, books[1])):
            rows = [(Decimal(p) / 10, Decimal(q).scaleb(-8)) for b, p, q in message if b is is_bid]
            left = side.apply([(float(price), float(size)) for price, size in rows])
            for price, size in rows:
                book[price] = size
                if not size:
                    del book[price]
            best_first = sorted(book, reverse=is_bid)
            for price in best_first[depth:] if depth else []:
                del book[price]
            gone = {float(price) for price in best_first[depth:]} if depth else set()
            assert gone == {price for price, _ in left}
            assert len(book) == len(side)
        if dice.random() < 0.7:
            asks = [(price, books[1][price]) for price in sorted(books[1])]
            bids = [(price, books[0][price]) for price in sorted(books[0], reverse=True)]
            assert checksum(asks, bids, (1, 8)) == ladder.checksum()


def test_digits_behind_the_point_as_written() -> None:
    """Trailing zeros count; exponents are understood."""
    assert [4, 8, 0, 5, 0] == [
        digits_behind_point(text) for text in ("0.0280", "1e-08", "17", "1.50e-3", "2E+3")
    ]
    assert (4, 8) == most_digits((1, 8), [("0.0280", "1"), ("3", "0.5")])
