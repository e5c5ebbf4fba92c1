"""From lines in the order of reading to headings and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from interviewer.library.parsing.clean import HYPHENS, Joiner
from interviewer.library.parsing.pdf_words import Run
from interviewer.library.parsing.result import Piece

_NUMBERED = re.compile(r"((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})[.)]?\s+(?=[A-Z\d\"“])")
_SECTION = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|[A-Z](?:\.\d{1,2})*\.)\s+[A-Z]")
_STOPS: Final = (".", ",", ";")
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+(?=[A-Z])")
_KNOWN = re.compile(
    r"abstract|introduction|background|related work|conclusions?|discussion|acknowledge?ments?|references|bibliography|"
    r"appendix|appendices|limitations|summary|results|methods|evaluation|experiments|preliminaries|motivation|"
    r"future work",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[•●▪◦‣∙–—*·-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+\S")
_CAPTION = re.compile(r"(?:figure|fig\.|table|algorithm|listing)\s*\d+\s*[:.|]", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;…。！？][\"')\]”’]*$")
REFERENCES = re.compile(
    r"(?:\W*(?:\d{1,2}|[IVX]{1,4}|[A-Z])[.)]?\s+)?"
    r"(?:references(?: and notes)?|bibliography|works cited|literature cited)\W*",
    re.IGNORECASE,
)
_APPENDIX = re.compile(r"(?:appendi(?:x|ces)|supplement|supporting|[A-Z](?:\.\d+)*[.:)]?\s+[A-Z])")
_NOTICE = re.compile(
    r"(?:©|\(c\)|copyright\b|permission to (?:make|copy)|[*∗†‡]?\s*(?:corresponding author|equal contribution))",
    re.IGNORECASE,
)
_MATHS = re.compile(r"[=<>≤≥∑∏∫∈∝≈±×·∂∇√^]")
_LONGEST_HEADING: Final = 160
_FEWEST_LINES: Final = 30
"""Of the body, from which on a document can be one of prose, in which a few words alone say nothing."""
_TALLEST_HEADING: Final = 4
"""Lines."""


@dataclass(slots=True)
class _Part:
    """Lines that belong together: a heading or a paragraph."""

    lines: list[Run]
    heading: bool

    @property
    def first(self) -> Run:
        return self.lines[0]

    @property
    def last(self) -> Run:
        return self.lines[-1]


def pieces(lines: Sequence[Run], *, title: Sequence[Run] = ()) -> list[Piece]:
    """Headings and paragraphs of a document. `title`: its lines, which are left out."""
    if not lines:
        return []
    body = body_size(lines)
    leading = _leading(lines, body)
    taken = {id(run) for run in title}
    parts = _without_references(_parts([run for run in lines if id(run) not in taken], body=body, leading=leading))
    parts = _without_authors(parts) if title else parts
    _demote(parts)
    width = _width(lines, body)
    parts = [part for part in parts if part.heading or not _is_debris(part, body=body, width=width)]
    if all(part.heading for part in parts):
        # Nothing but large type or numbers: little, but it is what the document says.
        parts = [_Part(part.lines, heading=False) for part in _parts(lines, body=body, leading=leading)]
    joiner = Joiner(run.text for run in lines)
    whole = _whole([(part, _joined(part.lines, joiner)[0]) for part in parts], body=body, joiner=joiner)
    levels = _levels([part for part in whole if part.heading])
    return [_piece(part, joiner, level=levels.get(id(part), 0)) for part in whole]


def _piece(part: _Part, joiner: Joiner, *, level: int) -> Piece:
    text, breaks = _joined(part.lines, joiner)
    kind: Literal["heading", "text"] = "heading" if part.heading else "text"
    return Piece(kind, text.replace("\x02", "-"), page=part.first.page, level=level, breaks=breaks)


def body_size(lines: Sequence[Run]) -> float:
    """The type size of most letters."""
    sizes: Counter[float] = Counter()
    for run in lines:
        sizes[round(run.size * 2) / 2] += len(run.text)
    return sizes.most_common(1)[0][0]


def _leading(lines: Sequence[Run], body: float) -> float:
    """The usual distance of two lines of a paragraph, in points."""
    steps: Counter[float] = Counter()
    for before, after in pairwise(lines):
        if before.column == after.column and abs(before.size - body) < 1 and abs(after.size - body) < 1:
            step = after.y - before.y
            if 0.8 * body < step < 3 * body:
                steps[round(step * 2) / 2] += 1
    return steps.most_common(1)[0][0] if steps else 1.2 * body


def _width(lines: Sequence[Run], body: float) -> float:
    """Of a full line of the body, in points; 0 for a document that is not mostly prose."""
    widths = sorted(run.x1 - run.x0 for run in lines if abs(run.size - body) < 1)
    if len(widths) < _FEWEST_LINES:
        return 0.0
    width = widths[int(0.7 * len(widths))]
    # Slides and lists have lines of any width, and each says something.
    return width if sum(each > 0.9 * width for each in widths) > 0.5 * len(widths) else 0.0


def _parts(lines: Sequence[Run], *, body: float, leading: float) -> list[_Part]:
    parts: list[_Part] = []
    for number, run in enumerate(lines):
        before = lines[number - 1] if number else None
        after = lines[number + 1] if number + 1 < len(lines) else None
        heading = _is_heading(run, before, after, body=body, leading=leading)
        last = parts[-1] if parts else None
        if last is None or last.heading != heading or not _goes_on(last, run, leading=leading):
            parts.append(_Part([run], heading))
        else:
            last.lines.append(run)
    for part in parts:
        # A paragraph in large or bold type is one all the same.
        if part.heading and (
            len(part.lines) > _TALLEST_HEADING or sum(len(run.text) for run in part.lines) > _LONGEST_HEADING
        ):
            part.heading = False
    return parts


def _goes_on(part: _Part, run: Run, *, leading: float) -> bool:
    """Whether a line carries on what the lines before it began."""
    last = part.last
    step = run.y - last.y
    same_column = run.column == last.column
    if part.heading:
        same_style = not _is_row(run) and abs(run.size - last.size) < 0.6 and run.bold == last.bold
        return same_column and same_style and step < 1.6 * max(leading, run.size) and not _number(run.text)
    if (_CAPTION.match(run.text) and (step > 1.2 * leading or _ENDS.search(last.text))) or abs(
        run.size - last.size
    ) > 0.12 * max(run.size, last.size):
        return _MATHS.search(run.text) is not None and same_column and step < 1.2 * leading
    if not same_column and _ends_band(last, run, leading=leading):
        return True
    if not same_column or _is_row(run) != _is_row(last):
        # A paragraph that a column's end cuts is put together later, when what stands between is known; a table
        # ends where its rows do.
        return False
    if step > 1.35 * leading:
        return False
    if _BULLET.match(run.text) and not _is_mid_sentence(last.text, run.text):
        return False
    left, right = run.edges
    hangs = _BULLET.match(part.first.text) is not None
    indented = run.x0 > left + 0.6 * run.size and last.x0 <= left + 0.6 * run.size and not hangs
    ends_early = last.x1 < right - 0.15 * (right - left) and _ENDS.search(last.text) is not None
    return not ((indented and not _is_mid_sentence(last.text, run.text)) or ends_early)


def _ends_band(last: Run, run: Run, *, leading: float) -> bool:
    """Whether a line is the short last one of a paragraph across the columns, and so looks like one of a column."""
    below = run.page == last.page and 0 < run.y - last.y <= 1.35 * leading and abs(run.x0 - last.x0) < 3
    return below and _ENDS.search(last.text) is None


def _is_mid_sentence(before: str, after: str) -> bool:
    return before[-1:] in HYPHENS or (_ENDS.search(before) is None and after[:1].islower())


def _is_row(run: Run) -> bool:
    """Whether a line is a row of a table, rather than text or a formula with its number."""
    return run.cells > 1 and _MATHS.search(run.text) is None and _CAPTION.match(run.text) is None


def _number(text: str) -> str:
    found = _NUMBERED.match(text)
    return found[1] if found else ""


def _is_heading(run: Run, before: Run | None, after: Run | None, *, body: float, leading: float) -> bool:
    text = run.text
    letters = sum(letter.isalpha() for letter in text)
    if (
        re.search(r"[^\W\d_]{3}", text) is None
        or letters < 0.5 * len(text.replace(" ", ""))
        or len(text) > _LONGEST_HEADING
    ):
        return False
    if run.cells > 1 and not _number(text) and not _ROMAN.match(text):
        return False
    if _CAPTION.match(text) or (_MATHS.search(text) and not run.bold):
        return False
    apart = before is None or before.column != run.column or run.y - before.y > 1.15 * leading or before.bold
    size = max(word.size for word in run.words) if text.isupper() else run.size  # small capitals are still a heading
    larger = size > 1.09 * body
    if larger and not text[0].islower() and size < 4 * body:
        return True
    if is_known(text) and apart and (run.bold or text.isupper() or larger or text[0].isupper()):
        return True
    if size < 0.95 * body:
        return False
    alone = apart and (after is None or after.column != run.column or after.y - run.y > 0.8 * leading)
    if run.bold and alone:
        # A bold line that bold prose follows is a line of it.
        return len(text.split()) <= 14 and not text.endswith(_STOPS) and not text[0].islower()
    if _ROMAN.match(text) and text.isupper():
        return alone and len(text.split()) <= 12
    # Without other signs a lone number begins an item of a list as often as a section.
    gap = before is None or before.column != run.column or run.y - before.y > 1.3 * leading
    return gap and alone and _SECTION.match(text) is not None and len(text.split()) <= 10 and not text.endswith(_STOPS)


def _without_references(parts: list[_Part]) -> list[_Part]:
    """Leave out from the heading of the reference list to the next heading of its kind, or an appendix, or the end."""
    kept: list[_Part] = []
    list_heading: Run | None = None
    for part in parts:
        text = " ".join(run.text for run in part.lines)
        if REFERENCES.fullmatch(text) and (part.heading or len(part.lines) == 1):
            list_heading = part.first
        elif (
            list_heading is not None
            and part.heading
            and (
                _APPENDIX.match(text)
                or (abs(part.first.size - list_heading.size) < 0.3 and part.first.bold == list_heading.bold)
            )
        ):
            list_heading = None
        if list_heading is None:
            kept.append(part)
    return kept


def _without_authors(parts: list[_Part]) -> list[_Part]:
    """Leave out names and addresses between the title and the abstract."""
    for number, part in enumerate(parts):
        text = " ".join(run.text for run in part.lines)
        if part.first.page != 1:
            break
        if text.lower().startswith("abstract"):
            names = parts[:number]
            return parts[number:] if all(_is_short(part) for part in names) else parts
    return parts


def _demote(parts: Sequence[_Part]) -> None:
    """Make text of headings in a style that hardly any has: they are words of a drawing."""
    headings = [part for part in parts if part.heading]
    styles = Counter((round(part.first.size), part.first.bold) for part in headings)
    for part in headings:
        known = _number(part.first.text) or _ROMAN.match(part.first.text) or is_known(part.first.text)
        if len(headings) >= 6 and styles[round(part.first.size), part.first.bold] <= 2 and not known:
            part.heading = False


def is_known(text: str) -> bool:
    """Whether a line, without its number, is a heading that all papers use."""
    return _KNOWN.fullmatch(re.sub(r"^[\dIVX]+\.?\s+", "", text).strip(" .:—-")) is not None


def _is_short(part: _Part) -> bool:
    words = " ".join(run.text for run in part.lines).split()
    return len(words) < 60


def _is_debris(part: _Part, *, body: float, width: float) -> bool:
    """Whether a paragraph is numbers of a table or words of a drawing rather than text."""
    text = " ".join(run.text for run in part.lines)
    words = text.split()
    if part.first.size < 0.62 * body and not _ENDS.search(text):
        return True
    if part.first.size < 0.95 * body and _NOTICE.match(text):
        return True
    if _is_row(part.first) and len(words) < 6 * sum(run.cells for run in part.lines):
        return True
    if width and not _ENDS.search(text) and not _BULLET.match(text):
        short = sum(run.x1 - run.x0 < 0.7 * width for run in part.lines)
        alone = len(part.lines) == 1 and len(words) <= 6 and short
        if alone or (len(part.lines) >= 3 and short >= len(part.lines) - 1 and ". " not in text):
            return True
    numbers = sum(not any(letter.isalpha() for letter in word) for word in words)
    if len(words) >= 2 and numbers >= 0.5 * len(words):
        return True
    return sum(letter.isalpha() for letter in text) < 2


def _joined(lines: Sequence[Run], joiner: Joiner) -> tuple[str, list[tuple[int, int]]]:
    """The lines as one, and where in it another page begins: the character and the page."""
    text, breaks, page = "", [], lines[0].page
    for run in lines:
        text = joiner.join(text, run.text)
        if run.page != page:
            page = run.page
            breaks.append((len(text) - len(run.text), page))
    return text, breaks


def _whole(texts: list[tuple[_Part, str]], *, body: float, joiner: Joiner) -> list[_Part]:
    """Put together paragraphs that a column's end, a figure or a footnote cut; what cut them comes after them."""
    result: list[_Part] = []
    rest = list(texts)
    while rest:
        part, text = rest.pop(0)
        while not part.heading and _is_body(part, text, body) and not _ENDS.search(text):
            found = _continuation(part, rest, body)
            if found is None:
                break
            other, more = rest.pop(found)
            text = joiner.join(text, more)
            part = _Part([*part.lines, *other.lines], heading=False)
        result.append(part)
    return result


def _continuation(part: _Part, rest: Sequence[tuple[_Part, str]], body: float) -> int | None:
    """Place of the paragraph that goes on where `part` breaks off, past captions, footnotes and equations only."""
    for number, (other, text) in enumerate(rest[:8]):
        if other.heading or other.first.page > part.last.page + 2:
            return None
        if _is_body(other, text, body):
            if text[0].islower() or _fills(part.last, other.first):
                return number
            if part.last.text[-1] not in HYPHENS:
                return None
    return None


def _fills(last: Run, first: Run) -> bool:
    """Whether a full last line of a column goes on in a first line of another that is not indented."""
    left, right = last.edges
    is_full = last.x1 > right - last.size and right - left > 10 * last.size
    at_edge = first.column != last.column and first.x0 < first.edges[0] + 0.6 * first.size
    return is_full and at_edge and _BULLET.match(first.text) is None


def _is_body(part: _Part, text: str, body: float) -> bool:
    return abs(part.first.size - body) <= 0.08 * body and _CAPTION.match(text) is None


def _levels(headings: Sequence[_Part]) -> dict[int, int]:
    """A level for each heading: by its number if it has one, else by size and weight among the others."""
    styles = sorted({(round(part.first.size), part.first.bold) for part in headings}, reverse=True)
    depths: dict[tuple[int, bool], Counter[int]] = {style: Counter() for style in styles}
    for part in headings:
        number = _number(part.first.text)
        if number:
            depths[round(part.first.size), part.first.bold][number.count(".") + 1] += 1
    levels: dict[int, int] = {}
    is_roman = sum(_ROMAN.match(part.first.text) is not None for part in headings) > 1
    for part in headings:
        style = (round(part.first.size), part.first.bold)
        number = _number(part.first.text)
        if is_roman and _ROMAN.match(part.first.text):
            levels[id(part)] = 1
        elif number:
            levels[id(part)] = number.count(".") + 1 + (is_roman and number[0].isalpha())
        elif depths[style]:
            levels[id(part)] = min(depths[style])
        elif any(depths.values()):
            larger = [min(depths[other]) for other in styles if other > style and depths[other]]
            levels[id(part)] = max(larger, default=0) + 1
        else:
            levels[id(part)] = styles.index(style) + 1
    return {key: min(level, 6) for key, level in levels.items()}
