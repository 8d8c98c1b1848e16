"""The symbol palette's list: opened and typed into among 5,000 instruments, against a frame."""

from collections.abc import Callable
from statistics import median

from monitor.app.bench.measure import Row, at_most, interleaved, ratio, reported
from monitor.model.instrument import Instrument
from monitor.studies.symbol_ranking import SymbolIndex

MANY, FEW = 5_000, 50
TYPED = ("b", "bt", "btc", "btc us", "btc usd", "coinn 12")
FRAME_MS = 1_000 / 60


def palette_rows() -> list[Row]:
    """The first list, and what is found while a name is typed, the last of them misspelt."""
    jobs = {
        "opened": _searched(MANY, ("",)),
        "opened of few": _searched(FEW, ("",)),
        "typed": _searched(MANY, TYPED),
    }
    times = interleaved(jobs)
    opened = median(times["opened"]) * 1e3
    letter = median(times["typed"]) * 1e3 / len(TYPED)
    share = ratio(times["opened"], times["opened of few"])
    of_frames = f"{MANY:,} instruments, in frames of {FRAME_MS:.1f} ms"
    return [
        at_most("palette", "first list", opened / FRAME_MS, 2, of_frames, "frames"),
        at_most("palette", "list at each letter", letter / FRAME_MS, 2, of_frames, "frames"),
        reported("palette", "first list against one of 50", share, "\u00d7"),
    ]


def _searched(count: int, texts: tuple[str, ...]) -> Callable[[], None]:
    quotes = ("USDT", "USD", "EUR", "BTC")
    listed = [
        Instrument(
            id=f"bench:COIN{n}-{quotes[n % 4]}",
            venue="bench",
            symbol=f"COIN{n}-{quotes[n % 4]}",
            base=f"COIN{n}" if n % 50 else "BTC",
            quote=quotes[n % 4],
            name=f"Coin number {n}",
        )
        for n in range(count)
    ]
    index = SymbolIndex(listed, {one.id: float(n * 7_919 % 1_000) for n, one in enumerate(listed)})

    def search() -> None:
        for text in texts:
            index.search(text, ["bench:COIN7-BTC"], ["bench:COIN9-USD"])

    return search
