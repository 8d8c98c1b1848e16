"""The timeframes on top: the usual ones as chips, all of them in a menu."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from monitor.gui.kit.theme import Theme
from monitor.gui.kit.timeframes import TIMEFRAMES
from monitor.gui.window.chip import Chip, ChipLook, chip_width

SHOWN = ("1s", "5s", "1m", "5m", "1h", "1d")


class TimeframeChips(QWidget):
    """In a narrow window only the chip with the menu is left; it names the one that is picked."""

    picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._picked = ""
        self._all = True
        self.chips = {name: Chip(theme, ChipLook(name), parent=self) for name in SHOWN}
        self.more = Chip(theme, self._more_look(), parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name, chip in self.chips.items():
            chip.setCheckable(True)
            chip.setAccessibleName(f"{name} candles")
            chip.clicked.connect(lambda _=False, name=name: self._pick(name))
            row.addWidget(chip)
        row.addWidget(self.more)
        self.more.setCheckable(True)
        self.more.clicked.connect(self.open_menu)
        self._mark()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        for chip in (*self.chips.values(), self.more):
            chip.set_theme(theme)

    def show_picked(self, name: str) -> None:
        """Mark a timeframe; empty for none."""
        if name != self._picked:
            self._picked = name
            self._mark()

    def show_all(self, *, shown: bool) -> None:
        """Show every chip, or only the one with the menu."""
        if shown != self._all:
            self._all = shown
            for chip in self.chips.values():
                chip.setVisible(shown)
            self._mark()

    def width_in(self, *, every: bool) -> int:
        """The pixels it takes with every chip, or with the one."""
        chips = sum(chip.sizeHint().width() for chip in self.chips.values()) if every else 0
        return chips + chip_width(self._more_look(every=every))

    def open_menu(self) -> None:
        """All timeframes, with their keys."""
        self._mark()
        menu = QMenu(self)
        menu.setAccessibleName("Timeframe")
        for number, name in enumerate(TIMEFRAMES, 1):
            action = menu.addAction(f"{name} candles\t{number}")
            action.setCheckable(True)
            action.setChecked(name == self._picked)
            action.triggered.connect(lambda _=False, name=name: self.picked.emit(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _pick(self, name: str) -> None:
        self._mark()  # A chip that was pressed is marked once the panel has taken it.
        self.picked.emit(name)

    def _more_look(self, *, every: bool = True) -> ChipLook:
        named = not every or self._picked not in SHOWN
        return ChipLook(self._picked if named else "", arrow=True)

    def _mark(self) -> None:
        for key, chip in self.chips.items():
            chip.setChecked(key == self._picked)
        self.more.show_look(self._more_look(every=self._all))
        self.more.setChecked(bool(self.more.look().text))
        self.more.setAccessibleName(f"Timeframe {self._picked}: all of them".replace("  ", " "))
