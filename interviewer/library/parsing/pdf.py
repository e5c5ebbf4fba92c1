"""PDF by pdfium: text in the order of reading, with its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pypdfium2

from interviewer.library.parsing.clean import line
from interviewer.library.parsing.pdf_flow import body_size, is_known, pieces
from interviewer.library.parsing.pdf_layout import ordered
from interviewer.library.parsing.pdf_words import Run, page_runs
from interviewer.library.parsing.result import MOST_PAGES, Reading, Refusal

_NEEDS_PASSWORD: Final = (4, 5)
"""pdfium's error codes for a password and for a security handler that it does not know."""
_NO_TITLE = re.compile(
    r"untitled.*|microsoft word\b.*|powerpoint\b.*|.*\.(?:docx?|tex|dvi|pdf|indd|pptx?|ps|odt|rtf|html?)|\W*|title|"
    r"paper|document\d*|slide \d+|layout \d+|main|arxiv",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"arXiv:\s*(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?\s.{0,40}?(\d{1,2})\s+([A-Z][a-z]{2})[a-z]*\s+((?:19|20)\d\d)"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"D?:?((?:19|20)\d\d)(0[1-9]|1[0-2])?(0[1-9]|[12]\d|3[01])?")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}/N\s+(\d{1,6})")
"""What a file for the web says of its pages at its beginning, and so when its rest is missing."""
_HEAD: Final = 1024
_FEWEST_LETTERS: Final = 2


def opened(data: bytes) -> Any:
    """The document. Raises Refusal if it is encrypted or damaged."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in _NEEDS_PASSWORD:
            raise Refusal("is encrypted: remove the password and add it again") from error
        said = _LINEARIZED.search(data[:_HEAD])
        raise Refusal(
            "is damaged or cut off: it cannot be opened; get it again or save it anew",
            pages=int(said[1]) if said else 0,
        ) from error


def read_pdf(data: bytes) -> Reading:
    """Read a PDF. Raises Refusal."""
    document = opened(data)
    count = len(document)
    if count > MOST_PAGES:
        raise Refusal(
            f"has {count:,} pages and {MOST_PAGES} is the most: split it and add the parts that matter", pages=count
        )
    if not count:
        raise Refusal("is damaged or cut off: it has no pages; get it again or save it anew")
    pages = [page_runs(page, number) for number, page in _pages(document)]
    lines = ordered(pages)
    if sum(letter.isalnum() for run in lines for letter in run.text) < _FEWEST_LETTERS:
        raise Refusal("has no text: is it a scan? Run it through text recognition first", pages=count)
    metadata = document.get_metadata_dict()
    title_lines = _largest(lines)
    title = line(metadata.get("Title", ""))
    if _NO_TITLE.fullmatch(title) or len(title) > 300:
        title = line(" ".join(run.text for run in title_lines))
    reading = Reading(
        kind="pdf", title=title.rstrip("*†‡∗ "), pages=count, date=_date(metadata), authors=_authors(metadata)
    )
    stamp = next((found for page in pages[:1] if (found := _STAMP.search(page.margin))), None)
    if stamp and stamp[3] in _MONTHS:
        reading.url = f"https://arxiv.org/abs/{stamp[1]}"
        reading.date = f"{stamp[4]}-{_MONTHS.index(stamp[3]) + 1:02}-{int(stamp[2]):02}"
    reading.blocks = pieces(lines, title=title_lines)
    return reading


def _pages(document: Any) -> Iterator[tuple[int, Any]]:
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            # One page that cannot be loaded is no reason to lose the others.
            continue
        yield index + 1, page
        page.close()


def _largest(lines: Sequence[Run]) -> list[Run]:
    """The title's lines, five at most: the largest type near the top of page 1, if it is larger than the body's."""
    first = [run for run in lines if run.page == lines[0].page]
    least = 1.15 * body_size(lines)
    top, bottom = min(run.y for run in first), max(run.y for run in first)
    able = [
        run
        for run in first
        if run.size > least
        and run.y <= max(top + 0.4 * (bottom - top), top + 150)
        and sum(letter.isalpha() for letter in run.text) >= 3
        and not is_known(run.text)
    ]
    if not able:
        return []
    size = max(run.size for run in able)
    start = next(number for number, run in enumerate(first) if run in able and run.size > size - 0.5)
    found: list[Run] = []
    for run in first[start : start + 5]:
        if abs(run.size - size) > 0.06 * size or (found and run.y - found[-1].y > 2.2 * size):
            break
        found.append(run)
    return found


def _authors(metadata: dict[str, str]) -> list[str]:
    names = [line(name) for name in re.split(r"[;,]|\band\b|&", metadata.get("Author", ""))]
    return [name for name in names if 2 < len(name) < 80 and any(letter.isalpha() for letter in name)][:50]


def _date(metadata: dict[str, str]) -> str:
    found = _DATE.match(metadata.get("CreationDate", ""))
    return "-".join(part for part in found.groups() if part) if found else ""
