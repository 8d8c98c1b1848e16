"""A venue that can't be reached, as the window tells it: in words, at once, and without a freeze."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.app.logs import begin_log
from monitor.gui.window.verdict_words import explain
from tests.emulators.waiting import until
from tests.gui.end_to_end.scene import Scene

FREEZE_MS = 50.0
WAITED = Path("/proc/thread-self/schedstat")
"""Linux tells here how long this thread was ready to run and another process had the core."""


class Watcher:
    """Sees each frame: what the pill said, and how long after the last it came.

    Of ``gaps_ms`` the time is taken off in which other processes had the processor: on a
    loaded machine that is what delays a frame, and no freeze of ours.
    """

    def __init__(self, scene: Scene) -> None:
        self.pills: list[str] = []
        self.gaps_ms: list[float] = []
        self._scene = scene
        self._last = time.monotonic_ns() - starved_ns()
        scene.shown.clock.add(self)

    def frame(self, now: int) -> bool:
        own = time.monotonic_ns() - starved_ns()
        self.pills.append(self._scene.pill)
        self.gaps_ms.append((own - self._last) / 1e6)
        self._last = own
        return False

    def begin(self) -> None:
        """Forget what was seen."""
        self.pills.clear()
        self.gaps_ms.clear()


def starved_ns() -> int:
    """How long this thread ever waited for a processor; 0 where the system doesn't tell."""
    try:
        return int(WAITED.read_text().split()[1])
    except OSError:
        return 0


async def told_down(scene: Scene, reason: str, limit_s: float = 15) -> None:
    """Wait till pill, status bar and sentence tell that there is no connection, and why."""

    def told() -> bool:
        verdict = scene.market.verdict(scene.desk.now())
        return (
            scene.pill.startswith("DOWN")
            and reason in verdict.reason
            and reason.lower() in explain(verdict).lower()
        )

    def now() -> str:
        return f"{scene.pill}; {scene.market.verdict(scene.desk.now()).reason}"

    try:
        await until(told, f"DOWN ({reason})", limit_s)
    except AssertionError as error:
        raise AssertionError(f"{error}; it was {now()}") from None


@contextmanager
def clean_log(*secrets: str) -> Iterator[Callable[[], str]]:
    """The program's own log in full; it must hold no traceback and none of the secrets."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    path = begin_log(verbose=True)
    assert path is not None

    def text() -> str:
        return Path(path).read_text("utf-8")

    try:
        yield text
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    written = text()
    path.unlink()
    assert "Traceback" not in written
    assert not [secret for secret in secrets if secret in written]


def no_proxy_but(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """The system's own proxies are these, for every host."""
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    for variable, url in variables.items():
        monkeypatch.setenv(variable, url)
