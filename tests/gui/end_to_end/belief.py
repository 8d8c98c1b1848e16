"""Whether the window draws numbers as if they were true: in colour, or grey and hatched."""

from monitor.gui.kit.panel import BELIEVED
from monitor.gui.kit.table_cells import Ink
from monitor.gui.kit.table_panel import TablePanel
from tests.emulators.waiting import until
from tests.gui.end_to_end.scene import Scene

SIDES = (Ink.BUY, Ink.SELL, Ink.STRONG_BUY, Ink.STRONG_SELL, Ink.BUY_FILL, Ink.SELL_FILL)


def inks(scene: Scene, kind: str) -> set[Ink]:
    """Every ink a table has used."""
    panel = scene.panel(kind)
    assert isinstance(panel, TablePanel)
    return {ink for row in panel.body._rows for c in row.cells for ink in (c.ink, c.bar_ink)}


async def grey(scene: Scene) -> None:
    """Wait till no number is drawn as if it were true, and the chart hatches the time."""

    def is_grey() -> bool:
        depth, price = scene.depth, scene.price
        return (
            not (inks(scene, "ladder") | inks(scene, "tape")) & set(SIDES)
            and not depth.curve.believed
            and bool(price.bad.spans(scene.desk.wall()))
            and bool(price.chart.hatching.spans)
        )

    await until(is_grey, "grey numbers")
    assert scene.state not in BELIEVED


async def healed(scene: Scene, limit_s: float = 30) -> None:
    """Wait till it is LIVE again in full colour, the bad time still hatched."""
    await scene.live(limit_s)
    await until(lambda: inks(scene, "ladder") & set(SIDES), "colour in the ladder")
    assert scene.price.bad.spans(scene.desk.wall())
    assert scene.depth.curve.believed
