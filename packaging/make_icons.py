"""Draws the PNG sizes of the icon from its SVG."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def main() -> int:
    """Write ``depthscope-N.png`` beside the SVG for every size."""
    application = QGuiApplication(sys.argv)
    drawing = QSvgRenderer(str(ICONS / "depthscope.svg"))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        image.save(str(ICONS / f"depthscope-{size}.png"))
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
