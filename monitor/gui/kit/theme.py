"""The colours of the program, by what they mean."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QColor, QPalette

SideColours = Literal["blue-orange", "green-red"]


@dataclass(frozen=True)
class Theme:
    """One set of colours. ``buy`` and ``sell`` stand for the two sides and nothing else."""

    name: str
    background: QColor
    panel: QColor
    raised: QColor
    hairline: QColor
    text: QColor
    dim: QColor
    faint: QColor
    accent: QColor
    buy: QColor
    buy_fill: QColor
    sell: QColor
    sell_fill: QColor
    live: QColor
    live_fill: QColor
    warn: QColor
    warn_fill: QColor
    bad: QColor
    bad_fill: QColor
    hatch: QColor
    link_amber: QColor
    link_blue: QColor
    link_green: QColor
    link_purple: QColor
    link_red: QColor

    def palette(self) -> QPalette:
        """The same colours for Qt's own widgets."""
        palette = QPalette()
        role = QPalette.ColorRole
        for where, colour in (
            (role.Window, self.background),
            (role.Base, self.panel),
            (role.AlternateBase, self.raised),
            (role.Button, self.raised),
            (role.ToolTipBase, self.raised),
            (role.WindowText, self.text),
            (role.Text, self.text),
            (role.ButtonText, self.text),
            (role.ToolTipText, self.text),
            (role.PlaceholderText, self.dim),
            (role.Highlight, self.accent),
            (role.HighlightedText, self.background),
            (role.Mid, self.hairline),
        ):
            palette.setColor(where, colour)
        for where in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, where, self.faint)
        return palette


def load_theme(folder: Path, name: str, sides: SideColours = "blue-orange") -> Theme:
    """Read ``NAME.toml`` from a folder. Raises ValueError naming what was wrong in it."""
    path = folder / f"{name}.toml"
    try:
        tokens = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"the theme {path.name} could not be read: {error}") from error
    if sides == "green-red":
        tokens.update(tokens.get("green_red", {}))
    colours = {}
    for field in fields(Theme):
        if field.name == "name":
            continue
        colour = QColor(str(tokens.get(field.name, "")))
        if not colour.isValid():
            raise ValueError(f"the theme {path.name} has no colour '{field.name}'")
        colours[field.name] = colour
    return Theme(name=name, **colours)


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """``over`` laid on ``under`` with opacity ``share`` (0..1): opaque, so it paints fast."""
    return QColor(
        *(
            round(a * share + b * (1 - share))
            for a, b in zip(
                (over.red(), over.green(), over.blue()),
                (under.red(), under.green(), under.blue()),
                strict=True,
            )
        )
    )
