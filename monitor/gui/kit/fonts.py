"""The program's own font, with digits of equal width, at the sizes it is used in."""

from functools import cache
from importlib.resources import as_file, files

from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "IBM Plex Sans"
PACKAGE = "fontpkg_ibm_plex_sans"
TEXT_PX = 13
SMALL_PX = 12
PRICE_PX = 18
WEIGHT = QFont.Tag("wght")


def load_fonts() -> str:
    """Make the font known to Qt and return its family; the system's where that fails."""
    with as_file(files(PACKAGE)) as folder:
        for path in sorted(folder.rglob("*.?tf")):
            QFontDatabase.addApplicationFont(str(path))
    if FAMILY in QFontDatabase.families():
        return FAMILY
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


@cache
def font(pixels: int = TEXT_PX, *, strong: bool = False) -> QFont:
    """The font at a size in device-independent pixels; every digit is equally wide.

    The same object each time: who wants it otherwise makes a QFont of it.
    """
    chosen = QFont(FAMILY)
    chosen.setPixelSize(pixels)
    chosen.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    if strong:
        # The file is a variable font, of which Qt takes a weight only by its axis.
        chosen.setVariableAxis(WEIGHT, float(QFont.Weight.DemiBold))
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return chosen
