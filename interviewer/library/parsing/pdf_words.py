"""From a page of a PDF to words with places, and to runs of words that stand beside each other on one line.

Places are in points, x along the direction of reading and y down the page, whichever way the page is turned.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_double, c_int, c_uint, c_void_p, cast, create_string_buffer
from dataclasses import dataclass, field
from typing import Any, Final

import pypdfium2.raw as pdfium

_HYPHEN: Final = "\x02"
"""What pdfium makes of a hyphen at a line's end."""
_SPACES: Final = frozenset(" \t\r\n\x0b\x0c\xa0\u2002\u2003\u2009\u3000\0")
_SMALLEST: Final = 3.0
"""Points; smaller text is not there to be read."""
_WHITEST: Final = 250
"""Of 255, for red, green and blue."""
_FAINTEST: Final = 16
"""Of 255, for what lets all light through."""
_INVISIBLE: Final = 3
"""Text render mode of text that is not drawn: the layer that text recognition puts over a scan."""
RAISED: Final = 0.15
"""Of the type size: what stands higher is an exponent or the mark of a footnote."""
AFTER_PROSE: Final = re.compile(r"[^\W\d_]{3}$|[.,;:?!)”\"]$")
"""Before a raised number: where it marks a footnote."""
_RAISABLE: Final = frozenset("0123456789-−")
_REGULAR: Final = 400
_BOLD: Final = 700
_BOLD_NAME = re.compile(rb"bold|black|heavy|CMBX|SFBX", re.IGNORECASE)
_GAP: Final = 1.15
"""Of the type size: a wider gap parts columns and cells."""


@dataclass(slots=True)
class Word:
    """A word; `y` is its baseline."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    weight: int
    turn: int = 0
    """Quarter turns against the clock of its direction of reading."""
    drawn: bool = True
    white: bool = False
    """Whether its letters have the colour of paper."""


@dataclass(slots=True)
class Run:
    """Words beside each other: a line of a column, or a cell of a table."""

    words: list[Word]
    page: int = 0
    column: int = 0
    """Number of the column (or the band across columns) in the document; lines of one stand below each other."""
    edges: tuple[float, float] = (0.0, 0.0)
    """Left and right edge of that column."""
    cells: int = 1
    """How many runs of the file stand on this line, with wide gaps between them."""
    text: str = ""
    x0: float = field(init=False)
    x1: float = field(init=False)
    y: float = field(init=False)
    size: float = field(init=False)
    weight: int = field(init=False)
    bold: bool = False
    """Whether it is bolder than most of the document: what fonts say of themselves differs too much to compare."""

    def __post_init__(self) -> None:
        self.measure()

    def measure(self) -> None:
        """Take place, size and weight from the words; the size is that of most letters, the weight the lightest."""
        self.x0 = min(word.x0 for word in self.words)
        self.x1 = max(word.x1 for word in self.words)
        sizes: Counter[float] = Counter()
        for word in self.words:
            sizes[round(word.size, 1)] += len(word.text)
        self.size = sizes.most_common(1)[0][0]
        self.weight = min(word.weight for word in self.words)
        self.y = next(word.y for word in self.words if round(word.size, 1) == self.size)


@dataclass(frozen=True, slots=True)
class Page:
    """A page's runs in the order of the file, its extent down the page, and what stands across its margin."""

    runs: tuple[Run, ...]
    top: float
    bottom: float
    margin: str


def page_runs(page: Any, number: int) -> Page:
    """Read one page, numbered from 1."""
    text_page = page.get_textpage()
    found = [word for word in _words(text_page) if word.size >= _SMALLEST]
    if any(word.drawn for word in found):
        found = [word for word in found if word.drawn]
    if any(word.white for word in found):
        grounds = list(_grounds(page))
        found = [word for word in found if not word.white or any(_stands_on(word, ground) for ground in grounds)]
    turns = Counter[int]()
    for word in found:
        turns[word.turn] += len(word.text)
    turn = turns.most_common(1)[0][0] if turns else 0
    left, low, right, high = page.get_cropbox()
    top, bottom = {0: (-high, -low), 1: (left, right), 2: (low, high), 3: (-right, -left)}[turn]
    first, last = {0: (left, right), 1: (low, high), 2: (-right, -left), 3: (-high, -low)}[turn]
    runs = _runs(
        [
            word
            for word in found
            # What is cut off the page is not there to be read either.
            if word.turn == turn
            and top - word.size / 2 <= word.y <= bottom + word.size
            and first <= (word.x0 + word.x1) / 2 <= last
        ]
    )
    for run in runs:
        run.page = number
    margin = " ".join(word.text for word in found if word.turn != turn)
    return Page(tuple(runs), top, bottom, margin)


def _words(text_page: Any) -> Iterator[Word]:
    count = text_page.count_chars()
    handle = text_page.raw
    unicode_of = pdfium.FPDFText_GetUnicode
    weights: dict[int, int] = {}
    letters: list[str] = []
    start = 0
    for index in range(count):
        letter = chr(unicode_of(handle, index))
        if letter not in _SPACES:
            if not letters:
                start = index
            letters.append(letter)
        if letters and (letter in _SPACES or letter == _HYPHEN or index == count - 1):
            word = _word(handle, "".join(letters), start, start + len(letters) - 1, weights)
            if word is not None:
                yield word
            letters = []


def _word(handle: Any, text: str, first: int, last: int, weights: dict[int, int]) -> Word | None:
    """The word of these characters; None for text along no side of the page (a stamp, a watermark).

    `weights`: of the page's fonts, by their address, as far as they are known.
    """
    matrix, box = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    x, y = c_double(), c_double()
    if not pdfium.FPDFText_GetMatrix(handle, first, byref(matrix)):
        return None
    angle = math.atan2(matrix.b, matrix.a)
    turn = round(angle / (math.pi / 2))
    if abs(angle - turn * math.pi / 2) > 0.05:
        return None
    turn %= 4
    size = pdfium.FPDFText_GetFontSize(handle, first) * math.hypot(matrix.c, matrix.d)
    pdfium.FPDFText_GetCharOrigin(handle, first, byref(x), byref(y))
    ends = [_along(x.value, y.value, turn)[0]]
    for index in (first, last):
        pdfium.FPDFText_GetLooseCharBox(handle, index, byref(box))
        ends += [_along(box.left, box.bottom, turn)[0], _along(box.right, box.top, turn)[0]]
    colour = [c_uint() for _ in range(4)]
    pdfium.FPDFText_GetFillColor(handle, first, *map(byref, colour))
    shape = pdfium.FPDFText_GetTextObject(handle, first)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(shape)
    font = pdfium.FPDFTextObj_GetFont(shape)
    address = cast(font, c_void_p).value or 0
    if address not in weights:
        weights[address] = _weight(font)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    baseline = _along(x.value, y.value, turn)[1]
    if last > first and text[-1].isdigit():
        text = _with_exponent(text, handle, last, turn=turn, baseline=baseline, size=size)
    return Word(
        text=text,
        x0=min(ends),
        x1=max(ends),
        y=baseline,
        size=size,
        weight=weights[address],
        turn=turn,
        drawn=mode != _INVISIBLE and colour[3].value >= _FAINTEST,
        white=min(part.value for part in colour[:3]) >= _WHITEST,
    )


def _weight(font: Any) -> int:
    """How bold a font is, by its name or else by what it says: 400 is regular, 700 bold."""
    if not font:
        return _REGULAR
    name = create_string_buffer(128)
    pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
    if _BOLD_NAME.search(name.value):
        return _BOLD
    said = pdfium.FPDFFont_GetWeight(font)
    return said if said > 0 else _REGULAR


def _grounds(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top of what white letters can be read on: pictures and areas of a colour."""
    for shape in page.get_objects(max_depth=1):
        if shape.type == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        if shape.type == pdfium.FPDF_PAGEOBJ_PATH:
            mode, stroke, colour = c_int(), c_int(), [c_uint() for _ in range(4)]
            pdfium.FPDFPath_GetDrawMode(shape.raw, byref(mode), byref(stroke))
            pdfium.FPDFPageObj_GetFillColor(shape.raw, *map(byref, colour))
            if not mode.value or min(part.value for part in colour[:3]) >= _WHITEST:
                continue
        yield shape.get_bounds()


def _stands_on(word: Word, ground: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = ground
    (x0, y0), (x1, y1) = _along(left, bottom, word.turn), _along(right, top, word.turn)
    middle = (word.x0 + word.x1) / 2
    return min(x0, x1) <= middle <= max(x0, x1) and min(y0, y1) <= word.y - word.size / 3 <= max(y0, y1)


def _with_exponent(text: str, handle: Any, last: int, *, turn: int, baseline: float, size: float) -> str:
    """A word that ends in raised digits: without them if they mark a footnote, else with a sign for it."""
    x, y = c_double(), c_double()
    raised = 0
    while raised < len(text) - 1 and text[-1 - raised] in _RAISABLE:
        pdfium.FPDFText_GetCharOrigin(handle, last - raised, byref(x), byref(y))
        if baseline - _along(x.value, y.value, turn)[1] < RAISED * size:
            break
        raised += 1
    if not raised:
        return text
    body = text[: len(text) - raised]
    return body if AFTER_PROSE.search(body) else f"{body}^{text[-raised:]}"


def _along(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point of the page as x along the direction of reading and y down."""
    return ((x, -y), (y, x), (-x, y), (-y, -x))[turn]


def _runs(words: list[Word]) -> list[Run]:
    groups: list[list[Word]] = []
    for word in words:
        if groups and _beside(groups[-1], word):
            groups[-1].append(word)
        else:
            groups.append([word])
    return _merged([Run(group) for group in groups])


def _beside(group: list[Word], word: Word) -> bool:
    before = group[-1]
    size = max(before.size, word.size)
    # Indices and exponents stand off the baseline, by more of their own size than of their neighbour's.
    near = 0.3 if min(before.size, word.size) > 0.85 * size else 0.6
    if abs(word.y - before.y) > near * size:
        return False
    if _is_right_to_left(before.text) and _is_right_to_left(word.text):
        return min(abs(before.x0 - word.x1), abs(word.x0 - before.x1)) <= _GAP * size
    # An index below an exponent stands under it, not after it.
    back = 0.4 if near < 0.5 else 1.0
    return -back * size <= word.x0 - before.x1 <= _GAP * size


def _is_right_to_left(text: str) -> bool:
    return any("\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc" for letter in text)


def _merged(runs: list[Run]) -> list[Run]:
    """Runs that the file has apart but the page beside each other, as one; the order of the file is kept."""
    order = sorted(range(len(runs)), key=lambda index: (runs[index].y, runs[index].x0))
    gone: dict[int, int] = {}
    for place, index in enumerate(order):
        run = runs[index]
        for other in reversed(order[max(0, place - 12) : place]):
            before = runs[other]
            if other in gone or run.y - before.y > 0.25 * run.size:
                continue
            gap = run.x0 - before.x1
            if -0.1 * run.size <= gap <= 0.8 * run.size and 0.8 < run.size / max(before.size, 0.1) < 1.25:
                before.words += run.words
                before.measure()
                gone[index] = other
                break
    return [run for index, run in enumerate(runs) if index not in gone]
