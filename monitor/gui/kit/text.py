"""Text of venues and of files made harmless, and the only labels that may show it."""

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from monitor.gui.kit.fonts import SMALL_PX, TEXT_PX, font

LONGEST = 200
SMALL = ("dim", "wrong")


def plain(text: str, longest: int = LONGEST) -> str:
    """The text on one line, without control and bidi characters, cut at ``longest``."""
    kept = "".join(_kept(sign) for sign in text[: 4 * longest])
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def for_menu(text: str) -> str:
    """The text for a menu or a button, where an ampersand would mark a key."""
    return plain(text).replace("&", "&&")


def plain_label(
    text: str = "",
    parent: QWidget | None = None,
    *,
    wrap: bool = False,
    name: str = "",
    longest: int = LONGEST,
) -> QLabel:
    """A label that takes its text as it stands, never as HTML.

    ``name`` is for the style: ``title``, ``dim`` or ``wrong``.
    """
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    label.setText(plain(text, longest))
    label.setFont(font(SMALL_PX if name in SMALL else TEXT_PX, strong=name == "title"))
    label.setObjectName(name)
    return label


def _kept(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in ("Zl", "Zp", "Zs") or sign in "\t\n\r":
        return " "
    return "" if kind.startswith("C") else sign
