"""The command line that draws an exported picture again, where a recording holds what it shows."""

import json
import shlex
from pathlib import Path

from monitor.gui.kit.panel import Panel
from monitor.gui.window.program import Program
from monitor.model.time import SECOND


def redraw_command(
    program: Program, panel: Panel, out: Path, size: tuple[int, int], scale: int
) -> str:
    """The command; empty where what is seen began before the recording, or was never recorded."""
    market = panel.market
    if market is None:
        return ""
    held = _recorded_from(program, market.instrument.id)
    shown = panel.span_shown()
    if held is None or (shown is not None and shown[0] < held[1] and program.replay is None):
        return ""
    path, begun = held
    at = f"{max(0, program.wall() - begun) / SECOND:.3f}"
    theme = panel.theme
    words = ["depthscope", "render", str(path), "--panel", panel.kind]
    words += ["--symbol", market.instrument.symbol, "--at", f"+{at}s"]
    words += ["--size", f"{size[0]}x{size[1]}", "--scale", str(scale), "--theme", theme.name]
    words += ["--colours", program.settings.appearance.side_colours]
    if not panel.surroundings.utc:
        words.append("--local-time")
    settings = panel.settings_shown()
    if settings:
        words += ["--settings", json.dumps(settings)]
    return shlex.join([*words, "--out", str(out)])


def _recorded_from(program: Program, instrument: str) -> tuple[Path, int] | None:
    """The recording and when it begins (ns UTC); None where there is none."""
    replay = program.replay
    if replay is not None:
        return replay.path, replay.first_ts
    recording = program.recording(instrument)
    if recording is None or recording.trouble:
        return None
    return recording.path, recording.since
