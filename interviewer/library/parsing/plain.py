"""Plain text: its encoding, and headings by the simple signs that people use."""

from __future__ import annotations

import re
from typing import Final

from interviewer.library.parsing.clean import Joiner, line
from interviewer.library.parsing.result import Piece, Reading, Refusal

_BINARY = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNDERLINE = re.compile(r"[=\-~^#*]{3,}\s*")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*)")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=[A-Z])")
_ITEM = re.compile(r"\s*(?:[-*+•]|\(?\d{1,2}[.)])\s+\S")
_SAMPLE: Final = 1 << 16


def decoded(data: bytes) -> str:
    """The bytes as text: by their mark, as UTF-8, as they declare (a page, XML), or by a guess. Raises Refusal."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(data.decode(encoding, "replace"))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        guesses = [] if b"\0" in data[:_SAMPLE] else list(from_bytes(data[:_SAMPLE]))
        if not guesses:
            raise Refusal("is neither PDF nor HTML nor text") from None
        # Of guesses that fit as well, the one that most files have.
        usual = (guess for guess in guesses if guess.encoding == "cp1252" and guess.chaos <= guesses[0].chaos)
        return _checked(data.decode(next(usual, guesses[0]).encoding, "replace"))


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    if len(_BINARY.findall(sample)) > 0.01 * len(sample) or sample.count("\ufffd") > 0.1 * len(sample):
        raise Refusal("is neither PDF nor HTML nor text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_plain(text: str) -> Reading:
    """Read plain text: paragraphs are apart by blank lines; a short first line is the title. Raises Refusal."""
    joiner = Joiner(text.splitlines())
    reading = Reading(kind="text")
    for group in re.split(r"\n\s*\n", text.replace("\f", "\n\n")):
        reading.blocks += _pieces([row for row in group.split("\n") if row.strip()], joiner)
    reading.blocks = [block for block in reading.blocks if block.text]
    if not reading.blocks:
        raise Refusal("is empty")
    first = reading.blocks[0]
    if len(reading.blocks) > 1 and len(first.text) <= 150 and not first.text.endswith((".", ",", ";", ":")):
        reading.title = first.text
        reading.blocks = reading.blocks[1:]
    return reading


def _pieces(rows: list[str], joiner: Joiner) -> list[Piece]:
    pieces: list[Piece] = []
    paragraph = ""
    for number, row in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else ""
        level = _level(row, below, alone=len(rows) == 1)
        if level or _ITEM.match(row):
            pieces.append(Piece("text", paragraph))
            paragraph = ""
        if level:
            found = _HASHES.match(row.strip())
            pieces.append(Piece("heading", line(found[2] if found else row), level=level))
        elif not _UNDERLINE.fullmatch(row.strip()):
            paragraph = joiner.join(paragraph, line(row))
    return [*pieces, Piece("text", paragraph)]


def _level(row: str, below: str, *, alone: bool) -> int:
    """Level of a heading; 0 for a line of text."""
    text = row.strip()
    if not any(letter.isalpha() for letter in text) or len(text) > 120:
        return 0
    if found := _HASHES.match(text):
        return len(found[1])
    if _UNDERLINE.fullmatch(below.strip()):
        return 1 if below.strip()[0] in "=#*" else 2
    if not alone or text[-1] in ".,;:!?…":
        return 0
    if found := _NUMBER.match(text):
        return found[1].count(".") + 1
    return 1 if text.isupper() and len(text.split()) <= 10 and len(text) > 3 else 0
