"""What the ladder's header says: words that fit, each of them whole."""

from collections.abc import Sequence

from monitor.gui.kit.fonts import TEXT_PX
from monitor.gui.kit.glyphs import text_width
from monitor.gui.kit.panel_header import GAP, MARGIN, MENU_WIDTH, PART, SLACK
from monitor.gui.panels.ladder.layout import NOTHING, Layout, Look, fitting

SELLS, BUYS = "sells", "buys"


def header_words(
    group: str, state: str, legend: Sequence[str], missing: Sequence[str], room: float
) -> str:
    """As many of these as ``room`` px hold, none cut.

    First to go is the ``legend`` (in shorter and shorter words), then the grouping, which
    the prices tell too, then how the view stands; last what is ``missing``.
    """
    gone = missing[0] if missing else ""
    tries = [(group, state, words, gone) for words in (*legend, "")]
    tries += [("", state, "", gone), *(("", "", "", words) for words in missing)]
    return fitting((PART.join(word for word in words if word) for words in tries), room)


def legend_of(layout: Layout, seconds: int) -> tuple[str, ...]:
    """What the traded columns are, in ever fewer words."""
    if layout.flow is None:
        return ()
    return f"{SELLS} | {BUYS} {seconds} s", f"traded {seconds} s"


def missing_in(layout: Layout, look: Look) -> tuple[str, ...]:
    """What was asked for and has no room, in ever fewer words."""
    gone = []
    if look.two_sided and not layout.two_sided:
        gone.append("two sides")
    if look.traded and layout.flow is None:
        gone.append("traded")
    if layout.size == NOTHING and layout.columns:
        gone.append("sizes")
    return (f"{', '.join(gone)}: too narrow", "too narrow") if gone else ()


def room_beside(title: str, width: float) -> float:
    """The room in a header of a width behind the panel's title."""
    behind = MARGIN + text_width(title, TEXT_PX, strong=True) + GAP
    return width - behind - MENU_WIDTH - SLACK
