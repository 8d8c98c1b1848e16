"""``depthscope check``: plays a recording at full speed and tells what it amounts to."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from monitor.app.judgement import FAILED, OK, Judge, Report, unreadable
from monitor.app.recorded_venue import player_of
from monitor.app.terminal import plain, progress_bar, table
from monitor.feeds.feed_error import FeedError
from monitor.feeds.recording import RecordingError

log = logging.getLogger(__name__)

LONGEST_SENTENCE = 5_000
"""A path alone may have 4,096 characters."""
COUNTS = ("snapshots", "deltas", "gaps", "resyncs", "crossed")
SUMS = ("volume", "buy_volume", "first_price", "last_price")


def run(options: argparse.Namespace) -> int:
    """Judge one file; 0 for ok, 1 for suspect or failed."""
    report = judge(options.file, options.books_at)
    log.info("%s: %s; %s", options.file, report["verdict"], "; ".join(report["causes"]) or "whole")
    if report["verdict"] == FAILED and not report["venue"]:
        sentence = plain(report["causes"][0], LONGEST_SENTENCE).rstrip(".")
        print(f"depthscope check: {sentence}.", file=sys.stderr)
    if options.json:
        print(json.dumps(report))
    elif report["venue"]:
        print(as_text(report))
    return 0 if report["verdict"] == OK else 1


def judge(path: Path, offsets: Sequence[Decimal] = ()) -> Report:
    """The contract's report of a file, whatever it is."""
    try:
        with progress_bar(path.name, 0) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            with Judge(path, player_of(path)) as judged:
                judged.play(offsets, progress)
                return judged.report(offsets)
    except (RecordingError, FeedError) as error:
        return unreadable(path, str(error))


def as_text(report: Report) -> str:
    """The report for people."""
    parts = [_heading(report)]
    if report["books"]:
        parts.append(_books(report["books"]))
    parts += [_moment(moment) for moment in report.get("at", ())]
    if report["trades"]:
        parts.append(_trades(report["trades"]))
    parts.append("\n".join([report["verdict"], *(f"  {plain(c, 200)}" for c in report["causes"])]))
    return "\n\n".join(parts)


def _heading(report: Report) -> str:
    events = ", ".join(f"{count:,} {name}" for name, count in report["events"].items() if count)
    return (
        f"{plain(report['file'], 200)}: {report['venue']}, {report['messages']:,} messages"
        f" in {report['span_s']:,.3f} s\n{events or 'no events'}"
    )


def _books(books: Report) -> str:
    head = ["book", "state", "proof", "bid", "ask", "levels", *COUNTS, "checksums"]
    rows = [
        [
            plain(symbol),
            book["state"],
            book["proof"],
            *_best(book),
            f"{book['levels'][0]:,} + {book['levels'][1]:,}",
            *(f"{book[name]:,}" for name in COUNTS),
            _checksums(book["checksums"]),
        ]
        for symbol, book in books.items()
    ]
    return table(head, rows, right=range(3, 11))


def _checksums(checksums: dict[str, int] | None) -> str:
    if checksums is None:
        return "none"
    return f"{checksums['ok']:,} ok" + (
        f", {checksums['failed']:,} failed" if checksums["failed"] else ""
    )


def _moment(moment: Report) -> str:
    head = [f"at +{moment['offset_s']:g} s", "bid", "size", "ask", "size"]
    rows = [
        [plain(symbol), *(book["bids"] or [["-", "-"]])[0], *(book["asks"] or [["-", "-"]])[0]]
        for symbol, book in moment["books"].items()
    ]
    return table(head, rows or [["no book yet", "", "", "", ""]], right=range(1, 5))


def _trades(trades: Report) -> str:
    rows = [
        [plain(symbol), f"{tally['count']:,}", *(tally[key] for key in SUMS)]
        for symbol, tally in trades.items()
    ]
    head = ["trades", "count", "volume", "bought", "first price", "last price"]
    return table(head, rows, right=range(1, 6))


def _best(book: Report) -> list[str]:
    return [(book[side] or [["-"]])[0][0] for side in ("bids", "asks")]
