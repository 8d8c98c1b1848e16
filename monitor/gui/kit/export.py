"""A panel saved: as a picture, a vector file or its data, whole or not at all."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from monitor.export.table import Table, csv_lines
from monitor.export.whole_file import reason_of, whole_file, write_whole
from monitor.gui.kit.caption import Caption, height_of, paint_caption
from monitor.gui.kit.moments import span_words
from monitor.gui.kit.panel import Panel
from monitor.gui.kit.panel_header import HEIGHT
from monitor.gui.kit.svg_text import steadied

Form = Literal["png", "svg", "pdf", "csv"]
FORMS: tuple[Form, ...] = get_args(Form)
ROWS_A_STEP = 4_096
PNG_QUALITY = 70
"""Qt's scale from most (0) to least (100) packed; this is quick, and as small as need be."""
DOTS_PER_METRE = 3_780
"""96 a inch, Qt's device-independent pixel."""
LARGEST_SIDE = 30_000
MANIFEST_FORMAT = "depthscope-export"


class ExportError(Exception):
    """Nothing was saved, and why; one sentence for the user."""


@dataclass(frozen=True)
class Progress:
    """How far a step-by-step export has come."""

    done: int
    total: int


def form_of(path: Path) -> Form:
    """The form that a file's name asks for. Raises ExportError."""
    for form in FORMS:
        if path.suffix.lower() == f".{form}":
            return form
    raise ExportError(
        f"'{path.name}' was no name to export to; it ends in .png, .svg, .pdf or .csv"
    )


def export_steps(
    panel: Panel, path: Path, caption: Caption, *, scale: int = 2, command: str = ""
) -> Iterator[Progress]:
    """Save a panel as its path's ending says, bit by bit, with a manifest beside it.

    Whoever drops the iterator before its end leaves no file. ``command`` draws the
    picture again; empty where nothing can. Raises ExportError.
    """
    form = form_of(path)
    try:
        if form == "csv":
            table = panel.table()
            caption = _spanning(table, caption, utc=panel.surroundings.utc)
            yield from _csv_steps(_captioned(table, caption), path)
        else:
            yield Progress(0, 1)
            write_whole(path, picture_bytes(panel, form, caption, scale))
        manifest = _manifest(path, form, caption, panel, command)
        write_whole(path.with_name(f"{path.name}.json"), manifest)
    except OSError as error:
        raise ExportError(f"{path} was not saved: {reason_of(error)}.") from error
    yield Progress(1, 1)


def export_panel(
    panel: Panel, path: Path, caption: Caption, *, scale: int = 2, command: str = ""
) -> None:
    """The same at once. Raises ExportError."""
    for _ in export_steps(panel, path, caption, scale=scale, command=command):
        pass


def picture_bytes(panel: Panel, form: Form, caption: Caption, scale: int) -> bytes:
    """A picture file's bytes. Raises ExportError for one that can't be made."""
    if form == "png":
        return _saved(picture(panel, caption, scale))
    if form == "svg":
        return _svg(panel, caption)
    return _pdf(panel, caption)


def picture(panel: Panel, caption: Caption, scale: int) -> QImage:
    """The panel as an image of ``scale`` pixels a point. Raises ExportError where too large."""
    size = size_of(panel, caption)
    if max(size.width(), size.height()) * scale > LARGEST_SIDE:
        raise ExportError(f"the picture would be over {LARGEST_SIDE:,} pixels wide or high")
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    if image.isNull():
        raise ExportError(f"there is not enough memory for a picture at {scale}×")
    image.setDevicePixelRatio(scale)
    image.setDotsPerMeterX(DOTS_PER_METRE * scale)
    image.setDotsPerMeterY(DOTS_PER_METRE * scale)
    for key, text in caption.about().items():
        image.setText(key, text)
    painter = QPainter(image)
    paint_panel(painter, panel, caption)
    painter.end()
    return image


def size_of(panel: Panel, caption: Caption) -> QSize:
    """How large the exported picture is, in device-independent pixels."""
    top = height_of(caption, panel.width())
    return QSize(panel.width(), panel.height() + round(top))


def paint_panel(painter: QPainter, panel: Panel, caption: Caption) -> None:
    """Paint caption, header and body one below the other, from the painter's origin."""
    width, top = panel.width(), round(height_of(caption, panel.width()))
    hints = QPainter.RenderHint.TextAntialiasing | QPainter.RenderHint.SmoothPixmapTransform
    painter.setRenderHints(hints)
    painter.fillRect(QRect(0, 0, width, panel.height() + top), panel.theme.panel)
    paint_caption(painter, QRectF(0, 0, width, top), caption, panel.theme)
    painter.save()
    painter.translate(0, top)
    panel.header.paint(painter, QRect(0, 0, width, HEIGHT), menu=False)
    painter.restore()
    body = QRectF(0, top + HEIGHT, width, panel.height() - HEIGHT)
    painter.save()
    painter.setClipRect(body)
    panel.paint_body(painter, body)
    painter.restore()


# One form each.


def _saved(image: QImage) -> bytes:
    buffer = _Bytes()
    # PySide's signature wants bytes here, and takes text.
    if not image.save(buffer, "PNG", PNG_QUALITY):  # type: ignore[call-overload]
        raise ExportError("the picture could not be packed as PNG")
    return buffer.taken()


def _svg(panel: Panel, caption: Caption) -> bytes:
    buffer, size = _Bytes(), size_of(panel, caption)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(" · ".join(part for part in (caption.symbol, caption.title) if part))
    generator.setDescription("; ".join(f"{key}: {text}" for key, text in caption.about().items()))
    painter = QPainter(generator)
    paint_panel(painter, panel, caption)
    painter.end()
    return steadied(buffer.taken().decode()).encode()


def _pdf(panel: Panel, caption: Caption) -> bytes:
    buffer, size = _Bytes(), size_of(panel, caption)
    writer = QPdfWriter(buffer)
    writer.setResolution(96)
    points = QSizeF(size.width() * 0.75, size.height() * 0.75)
    # Named, or Qt would take the nearest paper it knows.
    page = QPageSize(points, QPageSize.Unit.Point, "chart", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageSize(page)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(" · ".join(part for part in (caption.symbol, caption.title) if part))
    writer.setCreator(caption.version)
    painter = QPainter(writer)
    paint_panel(painter, panel, caption)
    painter.end()
    return buffer.taken()


def _spanning(table: Table, caption: Caption, *, utc: bool) -> Caption:
    """The caption with the time of the table's rows, which are more than those in sight."""
    if table.span is None:
        return caption
    return replace(caption, span=span_words(*table.span, utc=utc))


def _captioned(table: Table, caption: Caption) -> Table:
    return replace(table, about={**caption.about(), **table.about})


def _csv_steps(table: Table, path: Path) -> Iterator[Progress]:
    total = len(table.rows)
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv_lines(table)):
            file.write(line)
            if number and not number % ROWS_A_STEP:
                yield Progress(min(number, total), total)


def _manifest(path: Path, form: Form, caption: Caption, panel: Panel, command: str) -> bytes:
    market = panel.market
    told = {
        "format": MANIFEST_FORMAT,
        "version": 1,
        "file": path.name,
        "form": form,
        "panel": panel.kind,
        "instrument": "" if market is None else market.instrument.id,
        **caption.about(),
        "settings": panel.settings(),
        "command": command or None,
    }
    if not command:
        told["why_no_command"] = "the feed was not recorded, so it can't be drawn again"
    return json.dumps(told, indent=2, ensure_ascii=False, default=str).encode() + b"\n"


class _Bytes(QBuffer):
    """A device in memory."""

    def __init__(self) -> None:
        self._array = QByteArray()
        super().__init__(self._array)
        self.open(QIODevice.OpenModeFlag.WriteOnly)

    def taken(self) -> bytes:
        """What was written."""
        self.close()
        return bytes(self._array.data())
