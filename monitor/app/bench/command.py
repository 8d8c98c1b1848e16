"""``depthscope bench``: the benchmark table, as Markdown or JSON."""

import argparse
import importlib
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from monitor import __version__
from monitor.app.bench import (
    decoding,
    demo_flow,
    frames,
    palette_search,
    recording_cost,
    soak,
    start_up,
    whole_app,
    wire,
)
from monitor.app.bench.measure import Row
from monitor.app.failure import BadUse, JobFailed
from monitor.app.terminal import progress_bar
from monitor.feeds.recording import RecordingError

Part = Callable[..., list[Row]]


def _drawn(*parts: str) -> Part:
    """A part that draws: found by its name when it is measured, so that no other meets Qt."""

    def rows() -> list[Row]:
        found: list[Row] = []
        for part in parts:
            module, _, name = part.partition(":")
            made: Part = getattr(importlib.import_module(module), name)
            found += made()
        return found

    return rows


PARTS: dict[str, Part] = {
    "T1": decoding.decoding_rows,
    "T3": wire.wire_rows,
    "T4": whole_app.whole_rows,
    "T6": _drawn("monitor.app.bench.depth_paint:depth_rows"),
    "T8": _drawn(
        "monitor.app.bench.candle_paint:candle_rows", "monitor.app.bench.table_paint:table_rows"
    ),
    "T10": frames.frame_rows,
    "T11": start_up.start_rows,
    "T12": soak.soak_rows,
    "T13": recording_cost.recording_rows,
    "demo": demo_flow.calibration_rows,
    "palette": palette_search.palette_rows,
}
OF_RECORDINGS = {"T1", "T13"}
"""The parts that are measured on recordings; the others bring their own work."""
ALSO = {"T5": "T4"}
"""Targets that are measured with another part."""


def run(options: argparse.Namespace) -> int:
    """Measure and print; 0 whatever the figures are, since a machine may be busy."""
    parts = list(dict.fromkeys(ALSO.get(part, part) for part in options.only)) or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise BadUse(f"there is no part '{unknown[0]}'; there are {', '.join((*PARTS, *ALSO))}")
    rows = _measured(parts, options.recordings)
    print(as_json(rows) if options.json else as_markdown(rows))
    return 0


def as_json(rows: Sequence[Row]) -> str:
    """The table and what machine it is of."""
    table = {"version": __version__, "machine": machine(), "rows": rows}
    return msgspec.json.format(msgspec.json.encode(table)).decode()


def as_markdown(rows: Sequence[Row]) -> str:
    """The table for people: what was held to what, and whether it was kept."""
    lines = [
        f"Depthscope {__version__}, {machine()}",
        "",
        "| target | what | figure | held to | | made of |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = {None: "", True: "met", False: "**missed**"}[row.met]
        figure = f"{row.value:g} {row.unit}"
        lines.append(
            f"| {row.target} | {row.name} | {figure} | {row.limit} | {met} | {row.detail} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Python and processor, in a few words."""
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def _measured(parts: Sequence[str], named: Sequence[Path]) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, progress_bar("bench", len(parts), unit="") as bar:
        try:
            recordings = _recordings(parts, named, Path(folder))
            for part in parts:
                bar.set_postfix_str(part)
                rows += PARTS[part](*([recordings] if part in OF_RECORDINGS else []))
                bar.update(1)
        except RecordingError as error:
            raise JobFailed(str(error)) from error
    return rows


def _recordings(parts: Sequence[str], named: Sequence[Path], folder: Path) -> list[Path]:
    """What the user named, else the demo recorded just now: needed by two parts only."""
    if not OF_RECORDINGS & set(parts):
        return []
    if not named:
        print("bench: recording the demo exchange for a few seconds", file=sys.stderr)
    return [*named, demo_flow.record_demo(folder)]
