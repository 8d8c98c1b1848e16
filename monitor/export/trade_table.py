"""A tape's trades as a table, each with the digits the venue wrote."""

from monitor.export.table import Table
from monitor.market.tape import AGGREGATE, BACKFILL, LATE, NO_VENUE_TIME, SIDE_NAMES, Tape
from monitor.model.time import format_rfc3339

COLUMNS = ("time", "ts_event", "ts_recv", "price", "size", "side", "trade_id", "flags")
NUMERIC = frozenset({"ts_event", "ts_recv", "price", "size"})
FLAGS = (
    (AGGREGATE, "aggregate"),
    (BACKFILL, "backfill"),
    (LATE, "late"),
    (NO_VENUE_TIME, "no_venue_time"),
)


def trade_table(tape: Tape) -> Table:
    """All trades held, oldest first; ``ts_event`` and ``ts_recv`` in ns UTC.

    Flags are names parted by spaces.
    """
    view = tape.view()
    rows = []
    for n, (event, recv, side, flags) in enumerate(
        zip(
            view.ts_event.tolist(),
            view.ts_recv.tolist(),
            view.side.tolist(),
            view.flags.tolist(),
            strict=True,
        )
    ):
        price, size = (format(number, "f") for number in view.exact_at(n))
        named = " ".join(name for flag, name in FLAGS if flags & flag)
        trade_id = str(view.trade_id[n])
        times = (format_rfc3339(event), str(event), str(recv))
        rows.append((*times, price, size, SIDE_NAMES[side], trade_id, named))
    span = (int(view.ts_event.min()), int(view.ts_event.max())) if rows else None
    return Table(COLUMNS, rows, NUMERIC, span=span)
