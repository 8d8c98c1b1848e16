"""The settings as a form, made from their typed fields; each holds once it is entered."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from monitor.gui.kit.text import plain, plain_label
from monitor.gui.window.card import Card
from monitor.gui.window.choice_box import ChoiceBox
from monitor.gui.window.folders import folder_trouble
from monitor.gui.window.program import Program
from monitor.workspace.form import Field, WrongSetting, fields, value_at, with_value

WIDTH = 520
LINES_PX = 64
EDGE = 12
MOST = 1_000_000
FOLDERS = (("recording", "folder"), ("export", "folder"))
NAMED = {"utc": "UTC"}
"""Choices that are no words; of the others the first letter is made large."""


class SettingsCard(Card):
    """Opened by Ctrl+comma. A value that can't be is told in a sentence below its field."""

    def __init__(self, program: Program, changed: Callable[[], None], parent: QWidget) -> None:
        super().__init__("Settings", parent, WIDTH)
        self._program, self._changed = program, changed
        self.inputs: dict[tuple[str, str], QWidget] = {}
        self.troubles: dict[tuple[str, str], QLabel] = {}
        self._fields = {field.path: field for field in fields()}
        self._filling = False
        form = QWidget(self)
        self._form = QVBoxLayout(form)
        self._form.setContentsMargins(2, 0, 14, 0)
        self._form.setSpacing(4)
        section = ""
        for field in self._fields.values():
            if field.section != section:
                section = field.section
                self._form.addSpacing(8)
                self._form.addWidget(plain_label(section, form, name="title"))
            self._add(field, form)
        self._form.addStretch(1)
        area = self._area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(form)
        self.column.addWidget(area, 1)

    def open_card(self) -> None:
        self._fill()
        super().open_card()
        next(iter(self.inputs.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted_height(self) -> int:
        return 2_000

    def _add(self, field: Field, form: QWidget) -> None:
        self._form.addWidget(plain_label(field.title, form))
        made = self._input(field, form)
        made.setAccessibleName(field.title)
        made.setAccessibleDescription(field.description)
        self.inputs[field.path] = made
        self._form.addWidget(made)
        self._form.addWidget(plain_label(_told(field), form, name="dim", wrap=True, longest=500))
        trouble = plain_label("", form, name="wrong", wrap=True)
        trouble.hide()
        self.troubles[field.path] = trouble
        self._form.addWidget(trouble)
        self._form.addSpacing(6)

    def _input(self, field: Field, form: QWidget) -> QWidget:
        if field.kind == "choice":
            choice = ChoiceBox(form)
            for value in field.choices:
                choice.addItem(NAMED.get(value, value.capitalize()), value)
            choice.currentIndexChanged.connect(lambda _: self._take(field, choice.currentData()))
            return choice
        if field.kind == "whole number":
            number = _NumberBox(form)
            number.setKeyboardTracking(False)
            number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            # Wider than what is allowed: a number that can't be is told of, not made another.
            number.setRange(-MOST, MOST)
            number.valueChanged.connect(lambda value: self._take(field, value))
            return number
        if field.kind == "text":
            line = QLineEdit(form)
            line.editingFinished.connect(lambda: self._take(field, line.text().strip()))
            return line
        lines = _LinesBox(form)
        lines.setFixedHeight(LINES_PX)
        lines.setTabChangesFocus(True)
        lines.setPlaceholderText("one a line")
        lines.textChanged.connect(lambda: self._judge_lines(field, lines.toPlainText()))
        lines.left.connect(lambda: self._take_lines(field, lines.toPlainText()))
        return lines

    def _fill(self) -> None:
        """Show what holds now."""
        self._filling = True
        for path, made in self.inputs.items():
            value = value_at(self._program.settings, path)
            if isinstance(made, QComboBox):
                made.setCurrentIndex(made.findData(value))
            elif isinstance(made, QSpinBox):
                made.setValue(value)
            elif isinstance(made, QLineEdit):
                made.setText(value)
            elif isinstance(made, QPlainTextEdit):
                made.setPlainText(_as_lines(value))
            self._tell(path, "")
        self._filling = False

    def _judge_lines(self, field: Field, text: str) -> None:
        """Tell of a wrong line while it is typed. Nothing is taken: half an address is one, too."""
        if not self._filling:
            try:
                with_value(self._program.settings, field.path, _from_lines(field, text))
            except WrongSetting as error:
                self._tell(field.path, str(error))
            else:
                self._tell(field.path, "")

    def _take_lines(self, field: Field, text: str) -> None:
        try:
            value = _from_lines(field, text)
        except WrongSetting as error:
            self._tell(field.path, str(error))
            return
        self._take(field, value)

    def _take(self, field: Field, value: object) -> None:
        if self._filling:
            return
        settings = self._program.settings
        try:
            changed = with_value(settings, field.path, value)
        except WrongSetting as error:
            self._tell(field.path, str(error))
            return
        if changed != settings and field.path in FOLDERS and value:
            trouble = folder_trouble(str(value))
            if trouble:
                self._tell(field.path, f"{field.title} not accepted: {trouble}")
                return
        self._tell(field.path, "")
        if changed != settings:
            self._program.change_settings(changed)
            self._changed()

    def _tell(self, path: tuple[str, str], sentence: str) -> None:
        trouble = self.troubles[path]
        trouble.setText(plain(sentence, 300))
        trouble.setVisible(bool(sentence))
        if sentence:
            self._form.activate()
            self._area.ensureWidgetVisible(trouble, 0, EDGE)


class _LinesBox(QPlainTextEdit):
    """Lines that hold once the keyboard leaves them."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class _NumberBox(QSpinBox):
    """The wheel scrolls the form, and changes no number by the way."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()


def _told(field: Field) -> str:
    """What the field does, and for a number how far it goes."""
    if field.smallest is None or field.largest is None:
        return field.description
    return f"{field.description} From {field.smallest} to {field.largest}."


def _as_lines(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key} = {held}" for key, held in value.items())
    return "\n".join(value)


def _from_lines(field: Field, text: str) -> object:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if field.kind == "list":
        return lines
    table = {}
    for line in lines:
        key, equals, value = (part.strip() for part in line.partition("="))
        if not (key and equals and value):
            raise WrongSetting(f"{field.title}: “{line}” was not NAME = ADDRESS.")
        table[key] = value
    return table
