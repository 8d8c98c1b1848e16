"""How near the demo's market comes to the one it was calibrated to, and a recording of it."""

import subprocess
import sys
from pathlib import Path

from monitor.app.bench.measure import Row
from monitor.app.demo_process import load_calibrations
from monitor.demo.calibration import TOLERANCE, measure
from monitor.demo.instruments import BUSY

SEED = 1
SECONDS = 900
RECORD_S = 6
RATE = 2_000


def calibration_rows() -> list[Row]:
    """A row for each figure that has a real one to be near to."""
    figures = measure(load_calibrations()["btc"], SEED, SECONDS)
    return [
        Row(
            "demo",
            figure.name,
            round(figure.ratio, 3),
            "of the real one",
            f"1 ± {TOLERANCE:g}",
            figure.near,
            f"real {figure.real:.4g}, demo {figure.demo:.4g}",
        )
        for figure in figures
    ]


def record_demo(folder: Path) -> Path:
    """Record the demo exchange over its own WebSocket for a few seconds."""
    target = folder / "demo.jsonl.zst"
    command = [
        *(sys.executable, "-m", "monitor", "record", f"demo:{BUSY}"),
        *("--out", str(target), "--for", f"{RECORD_S}s", "--demo-rate", str(RATE)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own
    return target
