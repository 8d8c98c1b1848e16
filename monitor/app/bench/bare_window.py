"""The floor of what is drawn, a process of its own: one plain widget, and nothing more.

``python -m monitor.app.bench.bare_window SECONDS`` prints JSON: when the widget was
first painted (``first_paint_ts``, ns UTC; ``first_paint_cpu_s`` of the processor), and the CPU seconds that repainting it at 60
frames a second took in the seconds after (``cpu_s``, ``seconds``, ``frames``).
"""

import json
import sys
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

WIDTH, HEIGHT = 1_280, 800
INTERVAL_MS = 16


class Plain(QWidget):
    """Fills itself with one colour."""

    first_paint_ts = 0
    first_paint_cpu_s = 0.0
    frames = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), QColor(20, 20, 20 + self.frames % 2))
        self.frames += 1
        if not self.first_paint_ts:
            QTimer.singleShot(0, self._painted)

    def _painted(self) -> None:
        if not self.first_paint_ts:
            self.first_paint_ts, self.first_paint_cpu_s = time.time_ns(), time.process_time()


def main() -> None:
    """Show it, and after so many seconds tell and end; 0 ends with the first paint."""
    seconds = float(sys.argv[1])
    application = QApplication([])
    widget = Plain()
    widget.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    while not widget.first_paint_ts:
        application.processEvents()
    frames, cpu, begun = widget.frames, time.process_time(), time.perf_counter()
    if seconds:
        clock = QTimer()
        clock.setTimerType(Qt.TimerType.PreciseTimer)
        clock.timeout.connect(widget.update)
        clock.start(INTERVAL_MS)
        QTimer.singleShot(round(seconds * 1000), application.quit)
        application.exec()
    told = {
        "first_paint_ts": widget.first_paint_ts,
        "first_paint_cpu_s": widget.first_paint_cpu_s,
        "cpu_s": time.process_time() - cpu,
        "seconds": time.perf_counter() - begun,
        "frames": widget.frames - frames,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
