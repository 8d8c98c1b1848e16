"""Row 21: nothing that reads HTML is made outside the one factory of labels."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

FACTORY = "monitor/gui/kit/text.py"
READS_HTML = {
    "QLabel",
    "QMessageBox",
    "QErrorMessage",
    "QTextEdit",
    "QTextBrowser",
    "QTextDocument",
    "QStaticText",
    "QGraphicsTextItem",
    "QToolTip",
    "QWhatsThis",
    "QSplashScreen",
    "QWizard",
    "LabelItem",
    "LegendItem",
    "TextItem",
    "addLegend",
    "setHtml",
    "setToolTip",
    "setWhatsThis",
    "setStatusTip",
    "setTextFormat",
    "setTitleFormat",
}
"""Makers of widgets that take rich text by themselves, and the methods that hand it to others."""


def made_outside(source: str) -> list[str]:
    """The names of ``READS_HTML`` that a module calls, or derives from."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        called = [node.func] if isinstance(node, ast.Call) else []
        called += node.bases if isinstance(node, ast.ClassDef) else []
        for one in called:
            name = one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
            if name in READS_HTML:
                found.append(name)
    return found


def test_no_module_makes_what_reads_html() -> None:
    """Every label of the program comes from ``plain_label``; tool tips and boxes there are none."""
    sources = sorted((ROOT / "monitor").rglob("*.py"))
    assert len(sources) > 100
    outside = {
        str(path.relative_to(ROOT)): made_outside(path.read_text())
        for path in sources
        if path != ROOT / Path(FACTORY)
    }
    assert {} == {path: names for path, names in outside.items() if names}
    assert "QLabel" in made_outside((ROOT / FACTORY).read_text())


@pytest.mark.parametrize(
    "source",
    [
        "QLabel(name, self)",
        "QtWidgets.QLabel()",
        "class Mine(QLabel): ...",
        "self.button.setToolTip(symbol)",
        "QMessageBox.warning" + "(self)\nQMessageBox(self)",
        "plot.addLegend()",
    ],
)
def test_one_made_outside_is_found(source: str) -> None:
    """The finder finds."""
    assert made_outside(source)
