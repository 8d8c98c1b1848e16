"""Text of an SVG that keeps its place and width where the program's own font isn't installed."""

import re
from html import unescape

from PySide6.QtGui import QFont, QFontMetricsF

from monitor.gui.kit.fonts import FAMILY, font

FAMILIES = f"'{FAMILY}', Inter, 'Segoe UI', Helvetica, Arial, sans-serif"

_TEXT = re.compile(r"<text (?P<attributes>[^>]*?)\s*>(?P<text>[^<]*)</text>")
_SIZE = re.compile(r'font-size="([\d.]+)"')
_WEIGHT = re.compile(r'font-weight="(\d+)"')


def steadied(svg: str) -> str:
    """The SVG as Qt writes it, each text as wide as painted here, in whatever font is found."""
    return _TEXT.sub(_with_length, svg).replace(
        f'font-family="{FAMILY}"', f'font-family="{FAMILIES}"'
    )


def _with_length(found: re.Match[str]) -> str:
    attributes, text = found["attributes"], found["text"]
    size, weight = _SIZE.search(attributes), _WEIGHT.search(attributes)
    width = 0.0
    if size is not None:
        strong = weight is not None and int(weight[1]) >= QFont.Weight.DemiBold.value
        metrics = QFontMetricsF(font(round(float(size[1])), strong=strong))
        width = metrics.horizontalAdvance(unescape(text))
    if width <= 0:
        return found[0]
    length = f'textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {attributes} {length}>{text}</text>"
