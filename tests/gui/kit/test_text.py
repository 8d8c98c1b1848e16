"""Texts from outside are shown as they stand, and no further."""

import pytest
from PySide6.QtCore import Qt

from monitor.gui.kit.text import LONGEST, for_menu, plain, plain_label


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src='file:///etc/passwd'>", "<img src='file:///etc/passwd'>"),
        ("BTC\u202eTDSU\u202c", "BTCTDSU"),
        ("a\x00b\x1b[31mc\u200b", "ab[31mc"),
        ("one\r\n\ttwo\u2028three", "one two three"),
    ],
)
def test_control_and_bidi_signs_are_dropped(text: str, shown: str) -> None:
    """A name can't turn its neighbours round, nor hide a part of itself."""
    assert shown == plain(text)


def test_a_megabyte_is_cut() -> None:
    """However long a name is, a label stays a label."""
    assert LONGEST == len(plain("x" * 1_000_000))
    assert plain("x" * 1_000_000).endswith("…")


def test_an_ampersand_marks_no_key() -> None:
    """S&P stays S&P in a menu."""
    assert "S&&P" == for_menu("S&P")


@pytest.mark.usefixtures("_fonts")
def test_a_label_reads_no_html() -> None:
    """A QLabel once loaded a local file that an instrument's name told it to."""
    label = plain_label("<b>bold</b>")
    assert Qt.TextFormat.PlainText == label.textFormat()
    assert "<b>bold</b>" == label.text()
