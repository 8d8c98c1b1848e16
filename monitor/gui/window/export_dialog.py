"""The export card: which panel, as what, how large, where to; and what became of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from monitor.export.whole_file import reason_of
from monitor.gui.kit.caption import Caption, caption_of
from monitor.gui.kit.export import (
    FORMS,
    ExportError,
    Form,
    Progress,
    export_steps,
    picture,
    size_of,
)
from monitor.gui.kit.panel import Panel
from monitor.gui.kit.text import plain, plain_label
from monitor.gui.window.card import Card
from monitor.gui.window.choice_box import ChoiceBox
from monitor.gui.window.folders import usual_folder
from monitor.gui.window.program import Program
from monitor.gui.window.redraw_command import redraw_command
from monitor.model.time import SECOND

WIDTH = 460
SCALES = (1, 2, 3, 4)
FORM_NAMES: dict[Form, str] = {
    "png": "PNG picture",
    "svg": "SVG vector",
    "pdf": "PDF vector",
    "csv": "CSV data",
}

_UNFIT = re.compile(r"[^A-Za-z0-9]+")


class ExportCard(Card):
    """Opened by Ctrl+E. ``panels`` gives the panels there are; ``version`` goes into files."""

    def __init__(
        self,
        program: Program,
        panels: Callable[[], Sequence[Panel]],
        version: str,
        parent: QWidget,
    ) -> None:
        super().__init__("Export", parent, WIDTH)
        self._program, self._panels, self._version = program, panels, version
        self._offered: list[Panel] = []
        self._steps: Iterator[Progress] | None = None
        self._path = Path()
        self._folder = ""
        self.which = _box("Panel", self)
        self.form = _box("Format", self)
        for name in FORM_NAMES.values():
            self.form.addItem(name)
        self.scale = _box("Scale", self)
        for scale in SCALES:
            self.scale.addItem(f"{scale}×")
        self.folder = _line("Folder", self)
        self.name = _line("File name", self)
        self.browse = QPushButton("Browse", self)
        self.export = QPushButton("Export  Enter", self)
        self.copy = QPushButton("Copy picture", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.hide()
        self.result = plain_label("", self, wrap=True, longest=600)
        self.result.setAccessibleName("Result")
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._lay_out()
        self._connect()

    def open_for(self, panel: Panel) -> None:
        """Show it with this panel chosen."""
        self._offered = [one for one in self._panels() if one.market is not None] or [panel]
        self.which.clear()
        for one in self._offered:
            symbol = "" if one.market is None else one.market.instrument.symbol
            self.which.addItem(plain(f"{one.title}  {symbol}"))
        if panel in self._offered:
            self.which.setCurrentIndex(self._offered.index(panel))
        self.scale.setCurrentIndex(self._program.settings.export.scale - 1)
        named = self._folder or self._program.settings.export.folder
        usual, trouble = ("", "") if named else usual_folder()
        self.folder.setText(named or usual)
        self._say(trouble, wrong=bool(trouble))
        self._suggest()
        self.open_card()
        self.export.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_card(self) -> None:
        self._end()
        super().close_card()

    # What the user does.

    def start(self) -> None:
        """Export as chosen; an existing file is never overwritten, a number is added."""
        if self._steps is not None:
            return
        self._say("")
        panel = self._panel()
        if panel is None:
            return
        name = self.name.text().strip()
        ending = f".{self._form()}"
        if not name or Path(name).name != name:
            self._say(f"'{name}' was no name for a file.", wrong=True)
            return
        folder = self._made_folder()
        if folder is None:
            return
        path = folder / (name if name.lower().endswith(ending) else name + ending)
        try:
            self._path = _free(path)
        except OSError as error:
            self._say(f"{plain(str(path), 200)} was not saved: {reason_of(error)}.", wrong=True)
            return
        caption, scale = self._caption(panel), self._scale()
        size = size_of(panel, caption)
        command = redraw_command(
            self._program, panel, self._path, (size.width(), size.height()), scale
        )
        self._steps = export_steps(panel, self._path, caption, scale=scale, command=command)
        self.export.setEnabled(False)
        self._say("Saving…")
        self._timer.start(0)

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        panel = self._panel()
        if panel is None:
            return
        try:
            image = picture(panel, self._caption(panel), self._scale())
        except ExportError as error:
            self._say(_sentence(error), wrong=True)
            return
        QGuiApplication.clipboard().setImage(image)
        self._say(f"Copied: {image.width():,} × {image.height():,} pixels.")

    # Inside.

    def _made_folder(self) -> Path | None:
        """The folder named, made where it wasn't there; None, and said, where it can't be."""
        named = self.folder.text().strip() or usual_folder()[0]
        try:
            folder = Path(named).expanduser()
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            self._say(f"The folder {named} could not be made: {reason}.", wrong=True)
            return None
        return folder

    def _step(self) -> None:
        assert self._steps is not None
        try:
            progress = next(self._steps, None)
        except ExportError as error:
            self._end()
            self._say(_sentence(error), wrong=True)
            return
        if progress is None:
            self._end()
            self._folder = str(self._path.parent)
            self._say(f"Saved {self._path}")
            return
        self.bar.setVisible(progress.total > 1)
        self.bar.setRange(0, max(1, progress.total))
        self.bar.setValue(progress.done)

    def _end(self) -> None:
        """Go on no more; what isn't whole is taken away."""
        self._timer.stop()
        steps, self._steps = self._steps, None
        close = getattr(steps, "close", None)
        if close is not None:
            close()
        self.bar.hide()
        if not self.export.isEnabled():
            self.export.setEnabled(True)
            self.export.setFocus(Qt.FocusReason.OtherFocusReason)

    def _panel(self) -> Panel | None:
        at = self.which.currentIndex()
        panel = self._offered[at] if 0 <= at < len(self._offered) else None
        if panel is None or panel not in self._panels():
            self._say("That panel is closed.", wrong=True)
            return None
        return panel

    def _form(self) -> Form:
        return FORMS[max(0, self.form.currentIndex())]

    def _scale(self) -> int:
        return SCALES[max(0, self.scale.currentIndex())]

    def _caption(self, panel: Panel) -> Caption:
        market = panel.market
        instrument = "" if market is None else market.instrument.id
        venue = instrument.partition(":")[0]
        names = {state.id: state.name for state in self._program.venues()}
        badge = self._program.badge(instrument)
        return caption_of(panel, names.get(venue, venue), badge, self._version, self._program.now())

    def _suggest(self) -> None:
        """A name of what, where and when."""
        at = self.which.currentIndex()
        if not 0 <= at < len(self._offered):
            return
        panel = self._offered[at]
        instrument = "" if panel.market is None else panel.market.instrument.id
        when = datetime.fromtimestamp(self._program.wall() // SECOND, UTC)
        slug = _UNFIT.sub("-", f"{instrument} {panel.kind}").strip("-").lower()[:80]
        self.name.setText(f"{slug}-{when:%Y%m%dT%H%M%SZ}.{self._form()}")

    def _form_picked(self) -> None:
        self.scale.setEnabled(self._form() == "png")
        stem = self.name.text()
        for form in FORMS:
            stem = stem.removesuffix(f".{form}")
        self.name.setText(f"{stem}.{self._form()}")

    def _browse(self) -> None:
        """Choose a folder beside the market, which goes on."""
        dialog = QFileDialog(self, "Folder for exports", self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setModal(False)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.show()

    def _say(self, sentence: str, *, wrong: bool = False) -> None:
        self.result.setObjectName("wrong" if wrong else "dim")
        self.result.style().polish(self.result)
        self.result.setText(plain(sentence, 600))
        if not self.isHidden():
            self.place()

    def _lay_out(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        rows = (("Panel", self.which), ("Format", self.form), ("Scale", self.scale))
        for row, (title, made) in enumerate(rows):
            form.addWidget(plain_label(title, self, name="dim"), row, 0)
            form.addWidget(made, row, 1, 1, 2)
        form.addWidget(plain_label("Folder", self, name="dim"), 3, 0)
        form.addWidget(self.folder, 3, 1)
        form.addWidget(self.browse, 3, 2)
        form.addWidget(plain_label("File name", self, name="dim"), 4, 0)
        form.addWidget(self.name, 4, 1, 1, 2)
        form.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.export)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        self.column.addLayout(form)
        self.column.addLayout(buttons)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.result)

    def _connect(self) -> None:
        self.export.clicked.connect(self.start)
        self.export.setAutoDefault(True)
        self.copy.clicked.connect(self.copy_picture)
        self.browse.clicked.connect(self._browse)
        self.form.currentIndexChanged.connect(lambda _: self._form_picked())
        self.which.currentIndexChanged.connect(lambda _: self._suggest())
        for line in (self.folder, self.name):
            line.returnPressed.connect(self.start)


def _box(name: str, parent: QWidget) -> QComboBox:
    made = ChoiceBox(parent)
    made.setAccessibleName(name)
    return made


def _line(name: str, parent: QWidget) -> QLineEdit:
    made = QLineEdit(parent)
    made.setAccessibleName(name)
    return made


def _free(path: Path) -> Path:
    """The path, or with a number in it where it is taken."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _sentence(error: ExportError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
