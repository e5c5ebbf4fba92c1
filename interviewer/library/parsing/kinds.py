"""What a file is, by what it holds first and by its name only then."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final, Literal

from interviewer.library.parsing.result import MOST_CHARACTERS, Reading, Refusal, too_long

Kind = Literal["pdf", "html", "markdown", "text"]

_PDF: Final = b"%PDF-"
_HEAD: Final = 1024
"""Readers of PDF look for its mark this far into the file."""
_AS_PDF: Final = "save it as PDF and add that"
_OTHERS: Final = (
    (b"\x89PNG", "is an image: run it through text recognition and add the PDF"),
    (b"\xff\xd8\xff", "is an image: run it through text recognition and add the PDF"),
    (b"GIF8", "is an image: run it through text recognition and add the PDF"),
    (b"II*\0", "is an image: run it through text recognition and add the PDF"),
    (b"MM\0*", "is an image: run it through text recognition and add the PDF"),
    (b"\xd0\xcf\x11\xe0", f"is an old Office document: {_AS_PDF}"),
    (b"{\\rtf", f"is an RTF document: {_AS_PDF}"),
    (b"%!PS", f"is PostScript: {_AS_PDF}"),
    (b"\x1f\x8b", "is compressed: unpack it and add what it holds"),
    (b"7z\xbc\xaf", "is an archive of another kind: unpack it and add what it holds, or make a zip of that"),
    (b"Rar!", "is an archive of another kind: unpack it and add what it holds, or make a zip of that"),
)
_OFFICE: Final = (
    (b"word/", f"is a Word document: {_AS_PDF}"),
    (b"ppt/", f"is a PowerPoint document: {_AS_PDF}"),
    (b"xl/", f"is an Excel document: {_AS_PDF}"),
    (b"mimetypeapplication/epub", f"is an EPUB book: {_AS_PDF}"),
    (b"mimetypeapplication/vnd.oasis", f"is an OpenDocument file: {_AS_PDF}"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<(?:p|div|h[1-6]|a|br|span|article|section|ul|table|script)\b[^>]*>", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml|\s*<(?:rss|feed|svg)\b", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n[A-Za-z_][\w-]*:.*?\n---[ \t]*\n", re.DOTALL)


def read(data: bytes, *, name: str, media_type: str) -> Reading:
    """Read a document of any of our kinds. Raises Refusal."""
    if not data.strip(b"\0 \t\r\n\f"):
        raise Refusal("is empty")
    if _is_pdf(data, name):
        from interviewer.library.parsing.pdf import read_pdf

        return read_pdf(data)
    _refuse_others(data)
    from interviewer.library.parsing.plain import decoded

    text = decoded(data)
    kind = _text_kind(text, name=name, media_type=media_type)
    if kind == "html":
        from interviewer.library.parsing.html import read_html

        return read_html(text)
    # What is far too long is refused before it takes the time of reading it.
    if len(text) > 2 * MOST_CHARACTERS:
        raise too_long(len(text))
    if kind == "markdown":
        from interviewer.library.parsing.markdown import read_markdown

        return read_markdown(text)
    from interviewer.library.parsing.plain import read_plain

    return read_plain(text)


def _is_pdf(data: bytes, name: str) -> bool:
    head = data[:_HEAD]
    return head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(_PDF) or (
        _PDF in head and (b"\0" in data[:_HEAD] or _suffix(name) == ".pdf")
    )


def _refuse_others(data: bytes) -> None:
    for mark, why in _OTHERS:
        if data.startswith(mark):
            raise Refusal(why)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise Refusal("is an image: run it through text recognition and add the PDF")
    if data.startswith(b"PK"):
        for mark, why in _OFFICE:
            if mark in data[: 4 * _HEAD] or mark in data[-64 * _HEAD :]:
                raise Refusal(why)
        raise Refusal("is an archive inside an archive, or one with another ending: unpack it and add what it holds")


def _text_kind(text: str, *, name: str, media_type: str) -> Kind:
    suffix, media = _suffix(name), media_type.partition(";")[0].strip().lower()
    if _HTML.match(text[: 64 * _HEAD]):
        return "html"
    if _XML.match(text):
        raise Refusal("is XML and no page: add the page, PDF or text that it belongs to")
    if suffix in {".html", ".htm", ".xhtml"} or (not suffix and media in {"text/html", "application/xhtml+xml"}):
        return "html" if _TAG.search(text) else "text"
    if suffix in {".md", ".markdown"} or media == "text/markdown" or _FRONT_MATTER.match(text):
        return "markdown"
    return "html" if media in {"text/html", "application/xhtml+xml"} and _TAG.search(text) else "text"


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()
