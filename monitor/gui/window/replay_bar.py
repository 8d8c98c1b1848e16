"""The bar of a replay: play, pause, step, speed, and where in the recording it stands."""

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from monitor.gui.kit.moments import elapsed_words
from monitor.gui.kit.text import plain, plain_label
from monitor.gui.kit.theme import Theme
from monitor.gui.window.chip import Chip, ChipLook
from monitor.gui.window.program import Replay
from monitor.gui.window.status_bar import time_words
from monitor.model.time import MS, SECOND

HEIGHT = 36
SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, float("inf"))
OFTEN = 100 * MS
LEAP = 10 * SECOND


class ReplayBar(QWidget):
    """Stands above the status bar while a recording is shown."""

    def __init__(self, theme: Theme, *, utc: bool) -> None:
        super().__init__()
        self._theme, self._utc = theme, utc
        self._replay: Replay | None = None
        self._slow = -1
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.play = Chip(theme, ChipLook("Pause", "Space", edge=theme.hairline))
        self.step = Chip(theme, ChipLook("Step", ".", edge=theme.hairline))
        self.slower = Chip(theme, ChipLook("−", edge=theme.hairline))
        self.speed = Chip(theme, ChipLook("1×", strong=True))
        self.faster = Chip(theme, ChipLook("+", edge=theme.hairline))
        self.track = Track(theme)
        self.name = plain_label(name="dim")
        self.time = plain_label(name="dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 10, 0)
        row.setSpacing(6)
        for part in (self.play, self.step, self.slower, self.speed, self.faster):
            row.addWidget(part)
        row.addWidget(self.track, 1)
        row.addWidget(self.time)
        row.addWidget(self.name)
        self.slower.setAccessibleName("Slower")
        self.faster.setAccessibleName("Faster")
        self.play.clicked.connect(self.toggle)
        self.step.clicked.connect(self.one_step)
        self.slower.clicked.connect(lambda: self.change_speed(-1))
        self.faster.clicked.connect(lambda: self.change_speed(1))
        self.speed.clicked.connect(lambda: self._set_speed(1.0))
        self.track.sought.connect(self._seek_share)
        self.track.leapt.connect(self.leap)
        self.hide()

    def set_look(self, theme: Theme, *, utc: bool) -> None:
        """Take other colours, another zone."""
        self._theme, self._utc, self._slow = theme, utc, -1
        for part in (self.play, self.step, self.slower, self.speed, self.faster):
            part.set_theme(theme)
            if part.look().edge is not None:
                part.show_look(replace(part.look(), edge=theme.hairline))
        self.track.set_theme(theme)
        self.update()

    def frame(self, replay: Replay | None, now: int) -> bool:
        """Show where the replay stands; the bar is there only while there is one."""
        if replay is not self._replay:
            self._replay, self._slow = replay, -1
            self.setVisible(replay is not None)
        if replay is None or now // OFTEN == self._slow:
            return False
        self._slow = now // OFTEN
        theme = self._theme
        words = "Again" if replay.finished else "Pause" if replay.playing else "Play"
        self.play.show_look(ChipLook(words, "Space", edge=theme.hairline))
        self.speed.show_look(ChipLook(speed_words(replay.speed), strong=True))
        length = max(replay.last_ts - replay.first_ts, 1)
        share = (replay.position - replay.first_ts) / length
        self.track.show_share(max(0.0, min(share, 1.0)))
        self.time.setText(self._time(replay))
        damage = f" · {plain(replay.damage[0], 60)}" if replay.damage else ""
        self.name.setText(plain(replay.path.name, 40) + damage)
        return True

    def _time(self, replay: Replay) -> str:
        """The recorded moment; where the clock tells no days, how far into the file it is."""
        if replay.since is None:
            return time_words(replay.position, utc=self._utc)
        gone, whole = (elapsed_words(ts - replay.since) for ts in (replay.position, replay.last_ts))
        return f"{gone} of {whole}"

    def toggle(self) -> None:
        """Play or pause; at the end, begin again."""
        replay = self._replay
        if replay is None:
            return
        if replay.finished:
            replay.seek(replay.first_ts)
            replay.play()
        elif replay.playing:
            replay.pause()
        else:
            replay.play()
        self._slow = -1

    def one_step(self) -> None:
        """Pause, and take one message."""
        if self._replay is not None:
            self._replay.pause()
            self._replay.step()
            self._slow = -1

    def change_speed(self, step: int) -> None:
        """The next speed up or down."""
        if self._replay is None:
            return
        near = min(range(len(SPEEDS)), key=lambda at: _distance(SPEEDS[at], self._replay))
        self._set_speed(SPEEDS[max(0, min(near + step, len(SPEEDS) - 1))])

    def leap(self, step: int) -> None:
        """Ten seconds forth or back, for each step."""
        replay = self._replay
        if replay is not None:
            target = replay.position + step * LEAP
            replay.seek(max(replay.first_ts, min(target, replay.last_ts)))
            self._slow = -1

    def _set_speed(self, speed: float) -> None:
        if self._replay is not None:
            self._replay.set_speed(speed)
            self._slow = -1

    def _seek_share(self, share: float) -> None:
        replay = self._replay
        if replay is not None:
            replay.seek(replay.first_ts + round(share * (replay.last_ts - replay.first_ts)))
            self._slow = -1

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        p.fillRect(self.rect(), self._theme.panel)
        p.fillRect(0, 0, self.width(), 1, self._theme.hairline)


class Track(QWidget):
    """The position in the recording as a line; a press goes there, once the button is let go.

    ``sought`` carries a share of the whole, ``leapt`` steps of ten seconds.
    """

    sought = Signal(float)
    leapt = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self._held: float | None = None
        self.setMinimumWidth(120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Position in the recording")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_share(self, share: float) -> None:
        """Stand at a share (0..1) of the whole."""
        if share != self._share:
            self._share = share
            self.setAccessibleDescription(f"{share:.0%}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        p = QPainter(self)
        theme = self._theme
        p.fillRect(self.rect(), theme.panel)
        share = self._share if self._held is None else self._held
        middle, at = self.height() / 2, 6 + share * (self.width() - 12)
        p.fillRect(QRectF(6, middle - 1, self.width() - 12, 2), theme.hairline)
        p.fillRect(QRectF(6, middle - 1, at - 6, 2), theme.accent)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(theme.accent))
        p.drawEllipse(QRectF(at - 5, middle - 5, 10, 10))
        if self.hasFocus():
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.setPen(theme.accent)
            p.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 6.5, -0.5, -6.5), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hold(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._held is not None:
            self._hold(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._held is not None:
            share, self._held = self._held, None
            self._share = share
            self.sought.emit(share)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.leapt.emit(step)

    def _hold(self, event: QMouseEvent) -> None:
        share = (event.position().x() - 6) / max(self.width() - 12, 1)
        self._held = max(0.0, min(share, 1.0))
        self.update()


def speed_words(speed: float) -> str:
    """``0.1×``, ``max``."""
    return "max" if speed == float("inf") or speed <= 0 else f"{speed:g}×"


def _distance(speed: float, replay: Replay | None) -> float:
    now = 1.0 if replay is None else replay.speed
    if speed == now:
        return 0.0
    return abs(speed - now) if speed != float("inf") and now != float("inf") else 1e9
