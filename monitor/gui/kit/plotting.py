"""pyqtgraph, imported without the half of its start that makes every class of Qt."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import PySide6.QtCore
import PySide6.QtGui
import PySide6.QtWidgets

QT_MODULES: tuple[ModuleType, ...] = (PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets)
PYQTGRAPH = "pyqtgraph"


@contextmanager
def _nothing_copied() -> Iterator[None]:
    """While pyqtgraph is imported its mirrors of Qt's modules look names up as they are asked for.

    ``pyqtgraph.Qt`` copies all that ``dir`` tells of Qt's modules into mirrors of its own.
    PySide makes a class when it is first looked at, so that makes all 700 of them: as
    long a time as Qt itself takes to show a window. So ``dir`` tells nothing meanwhile.
    """
    if PYQTGRAPH in sys.modules:
        yield
        return
    told = [vars(real).get("__dir__") for real in QT_MODULES]  # PySide's own
    for real in QT_MODULES:
        _mirror(real)
        vars(real)["__dir__"] = list
    try:
        yield
    finally:
        for real, before in zip(QT_MODULES, told, strict=True):
            vars(real)["__dir__"] = before
            if before is None:
                del vars(real)["__dir__"]


def _mirror(real: ModuleType) -> None:
    name = f"{PYQTGRAPH}.Qt.{real.__name__.rpartition('.')[2]}"
    mirror = ModuleType(name)

    def look_up(attribute: str) -> Any:
        value = getattr(real, attribute)
        setattr(mirror, attribute, value)
        return value

    vars(mirror)["__getattr__"] = look_up
    sys.modules[name] = mirror


with _nothing_copied():
    import pyqtgraph as pg
    from pyqtgraph.functions import arrayToQPolygonF

__all__ = ["arrayToQPolygonF", "pg"]
