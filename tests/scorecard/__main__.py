"""``python -m tests.scorecard``: the fault tests in full count, as Markdown or JSON."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.reliability.clock_and_disk import NoDisk
from tests.reliability.tally import Tally
from tests.scorecard.jobs import FULL, SHORT, Job, jobs
from tests.scorecard.mutated import MUTATIONS

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADINGS = (
    *("row", "fault", "tried", "seen", "harmless", "beyond proof", "healed"),
    *("LIVE books compared", "wrong LIVE", "worst s", "allowed s", "seed", "verdict"),
)


class Card(msgspec.Struct):
    """All that came of it; ``wrong_live`` is the headline figure."""

    seed: int
    quick: bool
    rows: list[Tally] = []
    skipped: list[str] = []
    wrong_live: int = 0
    holds: bool = True


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 where a row does not hold."""
    options = _parser().parse_args(arguments)
    shared = SHARED if SHARED.is_dir() else None
    card = Card(options.seed, options.quick)
    if shared is None:
        card.skipped.append("mutations: they need the shared recordings")
    for job in jobs(SHORT if options.quick else FULL, shared):
        if not options.rows or job.row in options.rows:
            _take(card, job)
    card.wrong_live = sum(tally.wrong_live for tally in card.rows)
    card.holds = all(tally.holds for tally in card.rows)
    text = msgspec.json.format(msgspec.json.encode(card)).decode() if options.json else _table(card)
    print(text)
    return 0 if card.holds else 1


def _take(card: Card, job: Job) -> None:
    """One job to its end or to its first failure, telling how far it is."""
    begun = time.monotonic()
    try:
        tally = _run(job, card.seed)
    except NoDisk as reason:
        card.skipped.append(f"row {job.row}, {job.name}: {reason}")
        _say(f"row {job.row}, {job.name}: skipped, {reason}")
        return
    card.rows.append(tally)
    verdict = "holds" if tally.holds else f"FAILS: {tally.problem or 'see the counts'}"
    _say(f"row {job.row}, {job.name}: {verdict} ({time.monotonic() - begun:.0f} s)")


def _run(job: Job, seed: int) -> Tally:
    whole: Tally | None = None
    for done in range(0, job.count, job.portion):
        part = _part(job, min(job.portion, job.count - done), seed + done)
        if whole is None:
            whole = part
            whole.seed = seed
        else:
            whole.add(part)
        if not whole.holds:
            break
        if job.count > job.portion:
            _say(f"row {job.row}, {job.name}: {whole.tried:,} of {job.count:,}")
    assert whole is not None
    return whole


def _part(job: Job, count: int, seed: int) -> Tally:
    try:
        return job.part(count, seed)
    except (AssertionError, TimeoutError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Tally(job.row, job.name, "", seed, tried=count, problem=f"seed {seed}: {problem}")


def _table(card: Card) -> str:
    """The card as Markdown."""
    judged = sum(tally.judged for tally in card.rows)
    lines = [
        f"# Reliability, seed {card.seed}" + (" (short counts)" if card.quick else ""),
        "",
        f"**{card.wrong_live} wrong LIVE states** in {judged:,} books that were compared.",
        "",
        f"| {' | '.join(HEADINGS)} |",
        f"|{'---|' * len(HEADINGS)}",
        *(_line(tally) for tally in sorted(card.rows, key=lambda tally: tally.row)),
        *(f"\nSkipped: {reason}." for reason in card.skipped),
    ]
    return "\n".join(lines)


def _line(tally: Tally) -> str:
    row = "mutations" if tally.row == MUTATIONS else str(tally.row)
    cells = [row, f"{tally.fault}, {tally.style}"]
    cells += [
        f"{count:,}"
        for count in (tally.tried, tally.seen, tally.harmless, tally.beyond, tally.healed)
    ]
    cells += [f"{tally.judged:,}", str(tally.wrong_live), f"{tally.worst_s:.3g}"]
    cells += [f"{tally.limit_s:g}" if tally.limit_s else "", str(tally.seed)]
    cells.append("holds" if tally.holds else f"FAILS: {tally.problem}".replace("|", "\\|"))
    return f"| {' | '.join(cells)} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scorecard", description=__doc__)
    parser.add_argument(
        "--rows", type=_rows, default=frozenset(), help="such as 1,2,11; 0: mutations"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all dice (1)")
    parser.add_argument("--quick", action="store_true", help="a few of each fault")
    parser.add_argument("--json", action="store_true", help="JSON instead of Markdown")
    return parser


def _rows(text: str) -> frozenset[int]:
    try:
        return frozenset(int(number) for number in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' was no list of rows such as 1,2") from None


def _say(sentence: str) -> None:
    print(f"scorecard: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
