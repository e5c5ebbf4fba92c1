"""Small PDFs, written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Line = tuple[float, float, float, str]
"""x and y in points from the lower left, type size, text; a text that begins with `*` is set in bold type."""


@dataclass
class Writer:
    """Objects of a PDF, numbered from 1."""

    objects: list[bytes]

    def add(self, body: bytes) -> int:
        self.objects.append(body)
        return len(self.objects)

    def written(self, *, trailer: bytes = b"") -> bytes:
        out = bytearray(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(self.objects, start=1):
            places.append(len(out))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        size = len(places) + 1
        out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
        return bytes(out)


def pdf(
    pages: Sequence[Sequence[Line]], *, info: str = "", trailer: bytes = b"", extra: bytes = b"", rotate: int = 0
) -> bytes:
    """A document of US Letter pages. `extra` goes before the text of every page."""
    writer = Writer([b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>", _BOLD])
    kids = []
    for lines in pages:
        content = writer.add(_stream(extra + b"".join(_shown(line) for line in lines)))
        kids.append(writer.add(_PAGE % (rotate, content)))
    return _finished(writer, kids, info=info, trailer=trailer)


def many_pages(count: int) -> bytes:
    """So many pages with the same short text."""
    writer = Writer([b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", _BOLD])
    content = writer.add(_stream(_shown((72, 700, 12, "A page."))))
    return _finished(writer, [writer.add(_PAGE % (0, content)) for _ in range(count)])


def prose(text: str, *, x: float = 72, y: float = 700, size: float = 10, width: int = 80) -> list[Line]:
    """Text as lines of so many characters, each below the other; words are not cut."""
    lines: list[Line] = []
    row = ""
    for word in text.split():
        if len(row) + len(word) + 1 > width:
            lines.append((x, y - 1.2 * size * len(lines), size, row))
            row = ""
        row = f"{row} {word}".strip()
    return [*lines, (x, y - 1.2 * size * len(lines), size, row)]


_BOLD = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>"
_PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Rotate %d/Contents %d 0 R"
    b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
)


def _finished(writer: Writer, kids: Sequence[int], *, info: str = "", trailer: bytes = b"") -> bytes:
    writer.objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    writer.objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), refs)
    if info:
        trailer += b"/Info %d 0 R" % writer.add(info.encode("latin-1"))
    return writer.written(trailer=trailer)


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream"


def _shown(line: Line) -> bytes:
    x, y, size, text = line
    font = b"F2" if text.startswith("*") else b"F1"
    body = text.removeprefix("*").encode("cp1252")
    for sign in (b"\\", b"(", b")"):
        body = body.replace(sign, b"\\" + sign)
    return b"BT /%s %.1f Tf %.1f %.1f Td (%s) Tj ET\n" % (font, size, x, y, body)
