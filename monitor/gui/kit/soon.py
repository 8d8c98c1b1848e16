"""A call put off until the events that wait now are done."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def soon(owner: QObject, call: Callable[[], object], after_ms: int = 0) -> None:
    """Call once, ``after_ms`` from now or a little later, unless ``owner`` is gone by then.

    An error in it is told as any slot's. ``QTimer.singleShot`` with an owner leaves it pending
    (seen in PySide 6.10): it is lost, or comes up in whatever Python runs next.
    """
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(call)
    timer.timeout.connect(timer.deleteLater)
    timer.start(after_ms)
