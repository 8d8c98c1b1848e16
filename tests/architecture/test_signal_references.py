"""The Qt binding must give back the references it takes."""

import subprocess
import sys

EMITS = 5_000

SCRIPT = f"""
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Sender(QObject):
    changed = Signal(bool)

app = QCoreApplication([])
sender = Sender()
heard = []
sender.changed.connect(heard.append)
before = sys.getrefcount(True), sys.getrefcount(None)
for _ in range({EMITS}):
    sender.changed.emit(False)
    sender.setObjectName("void")
after = sys.getrefcount(True), sys.getrefcount(None)
print(len(heard), before[0] - after[0], before[1] - after[1])
"""


def test_emitting_drops_no_references() -> None:
    """Emitting and calling leave as many references to True and None as there were.

    PySide6 6.12.0 on Python 3.11 drops one to True with each emit and one to None
    with each void call, until the process aborts.
    """
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120
    )
    assert (0, "") == (ended.returncode, ended.stderr)
    heard, dropped_true, dropped_none = map(int, ended.stdout.split())
    assert heard == EMITS
    assert max(dropped_true, dropped_none) < EMITS // 100
