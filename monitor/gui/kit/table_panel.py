"""A panel whose body is a painted table: wheel, empty states and pictures, once for all."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from monitor.gui.kit.painted_table import (
    UNITS_A_NOTCH,
    UNITS_A_ROW,
    WIDEST,
    PaintedTable,
    Wheel,
)
from monitor.gui.kit.panel import Panel, Surroundings
from monitor.gui.kit.table_cells import ROW_PX, Column, Row

LEAST_WIDTH = 150


class Content(NamedTuple):
    """What a table shows: columns, rows, and a sentence where there are no rows."""

    columns: tuple[Column, ...] = ()
    rows: Sequence[Row] = ()
    note: str = ""


class TablePanel(Panel):
    """Asks for content by rows and width, for the screen and for pictures alike."""

    most_fps = 30
    """No eye reads digits that change more often."""

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(surroundings, parent)
        self.body = PaintedTable(self.theme)
        self.body.setAccessibleName(f"{self.title}: rows")
        self.body.setMinimumWidth(LEAST_WIDTH)
        self.body.describe = self.described
        self.body.turned.connect(self._turned)
        self.body.resized.connect(self.mark_changed)
        self._rows_wheel, self._notches = Wheel(UNITS_A_ROW), Wheel(UNITS_A_NOTCH)
        self.set_body(self.body)

    @abstractmethod
    def content(self, rows: int, width: float, *, on_screen: bool) -> Content:
        """What ``rows`` rows of a width hold; the view follows the market only on the screen."""

    @abstractmethod
    def described(self) -> str:
        """The gist in a sentence, for a screen reader."""

    def scrolled(self, rows: int) -> None:
        """The wheel went over ``rows`` rows, up where positive."""

    def turned_held(self, notches: int) -> None:
        """The wheel turned by notches with Ctrl held, up where positive."""

    def draw(self, now: int) -> None:
        width = min(self.body.width(), WIDEST)
        self.body.show_rows(*self.content(self.body.capacity, width, on_screen=True))

    def paint_body(self, painter: QPainter, area: QRectF) -> None:
        rows = max(1, int(area.height() / ROW_PX))
        width = min(area.width(), WIDEST)
        self.body.paint_into(painter, area, *self.content(rows, width, on_screen=False))

    def theme_changed(self) -> None:
        self.body.set_theme(self.theme)

    def _turned(self, units: int, held: bool) -> None:  # noqa: FBT001 # as Qt's signal sends it
        wheel = self._notches if held else self._rows_wheel
        steps = wheel.turn(units)
        if steps and held:
            self.turned_held(steps)
        elif steps:
            self.scrolled(steps)
