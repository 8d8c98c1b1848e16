"""The texts of a PDF file as Qt writes it: glyphs of its fonts back to the letters they stand for."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PIECE = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9a-fA-F]+)> ?Tj|\[(.*?)\] ?TJ", re.DOTALL)


def pdf_texts(data: bytes) -> list[str]:
    """Every string shown, in the order of the file."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    letters = _fonts(objects)
    texts: list[str] = []
    for body in objects.values():
        content = _stream(body)
        if b" Tf" not in content:
            continue
        font: dict[int, str] = {}
        for name, shown, pieces in _PIECE.findall(content):
            if name:
                font = letters.get(name.decode(), {})
                continue
            hexes = [shown] if shown else re.findall(rb"<([0-9a-fA-F]+)>", pieces)
            texts.append("".join(_read(one, font) for one in hexes))
    return texts


def _read(glyphs: bytes, font: dict[int, str]) -> str:
    return "".join(font.get(int(glyphs[n : n + 4], 16), "?") for n in range(0, len(glyphs), 4))


def _fonts(objects: dict[int, bytes]) -> dict[str, dict[int, str]]:
    """For each font's name the letters of its glyphs."""
    found: dict[str, dict[int, str]] = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body):
            unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            if unicode is not None:
                found[name.decode()] = _letters(_stream(objects[int(unicode[1])]))
    return found


def _letters(cmap: bytes) -> dict[int, str]:
    letters: dict[int, str] = {}
    for first, last, to in re.findall(rb"<(\w{4})> ?<(\w{4})> ?<(\w{4})>", cmap):
        for offset in range(int(last, 16) - int(first, 16) + 1):
            letters[int(first, 16) + offset] = chr(int(to, 16) + offset)
    for first, _, row in re.findall(rb"<(\w{4})> ?<(\w{4})> ?\[(.*?)\]", cmap, re.DOTALL):
        for offset, to in enumerate(re.findall(rb"<(\w{4})>", row)):
            letters[int(first, 16) + offset] = chr(int(to, 16))
    return letters


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]
