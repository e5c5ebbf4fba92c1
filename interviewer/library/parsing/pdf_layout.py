"""The order of reading: columns, what stands across them, and what every page repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from interviewer.library.parsing.clean import line
from interviewer.library.parsing.pdf_words import AFTER_PROSE, RAISED, Page, Run, Word

_ZONE: Final = 0.1
"""Of the page's height, at its top and bottom: where running heads and feet stand."""
_BOLDER: Final = 150
"""Of the weights that fonts go by: 400 is regular, 700 bold."""
_DEEPEST: Final = 3
_LINE: Final = 24
"""Characters that make a line of text rather than a cell."""
_FEWEST: Final = 4
"""Lines on each side that make two columns of them."""
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von)\s*\d{1,4})?\W*", re.IGNORECASE
)

_MARK = re.compile(r"(?:\d{1,2}|[*†‡§¶∗])(?:,(?:\d{1,2}|[*†‡§¶∗]))*")
_LEADING_MARK = re.compile(r"^(?:\d{1,2}|[*†‡§¶∗])(?=[A-Z“\"(])")
_ORDINALS: Final = frozenset(("st", "nd", "rd", "th"))
_TOUCH: Final = 0.06
"""Of the type size: what is nearer belongs to one word, whatever the file says."""
_LONGEST_EXPONENT: Final = 6
"""Characters; longer raised words are words."""


def ordered(pages: Sequence[Page]) -> list[Run]:
    """The lines of all pages as they are read, without what the pages repeat; each knows its column and its text."""
    repeated = _repeated(pages)
    lines: list[Run] = []
    columns = 0
    for page in pages:
        kept = _without_furniture(page, repeated)
        for column in _columns(kept, depth=0):
            rows = _rows(column)
            edges = _edges(rows)
            for row in rows:
                row.column, row.edges, row.text = columns, edges, _text(row)
            lines += [row for row in rows if row.text]
            columns += 1
    weights: Counter[int] = Counter()
    for row in lines:
        weights[row.weight] += len(row.text)
    usual = max(weights, key=lambda weight: weights[weight], default=0)
    for row in lines:
        row.bold = row.weight >= usual + _BOLDER
    return lines


def _columns(runs: list[Run], *, depth: int) -> list[list[Run]]:
    """Groups of runs, each a column or a band across, in the order of reading."""
    gutter = _gutter(runs) if depth < _DEEPEST else None
    if gutter is None:
        return [runs] if runs else []
    groups: list[list[Run]] = []
    band: list[Run] = []

    def close() -> None:
        for side in (
            [run for run in band if (run.x0 + run.x1) / 2 <= gutter],
            [run for run in band if (run.x0 + run.x1) / 2 > gutter],
        ):
            groups.extend(_columns(side, depth=depth + 1))
        band.clear()

    by_height = sorted(runs, key=lambda run: run.y)
    for across, members in groupby(by_height, key=lambda run: _crosses(run, gutter)):
        if across:
            close()
            groups.append(list(members))
        else:
            band.extend(members)
    close()
    return groups


def _crosses(run: Run, gutter: float) -> bool:
    """Whether a run stands across the gutter, rather than reach a little over it."""
    return min(gutter - run.x0, run.x1 - gutter) > max(0.12 * (run.x1 - run.x0), run.size)


def _gutter(runs: Sequence[Run]) -> float | None:
    """Where the runs part into two columns of text, or None: the place that the fewest runs stand across."""
    if len(runs) < 2 * _FEWEST:
        return None
    left, right = min(run.x0 for run in runs), max(run.x1 for run in runs)
    best: tuple[float, float] | None = None
    for place in sorted({round(run.x0) - 2.0 for run in runs}):
        if not left + 0.2 * (right - left) < place < left + 0.8 * (right - left):
            continue
        before = [run for run in runs if run.x1 <= place + 1]
        after = [run for run in runs if run.x0 >= place - 1]
        over = len(runs) - len(before) - len(after)
        if min(len(before), len(after)) < _FEWEST or not (_is_prose(before) and _is_prose(after)):
            continue
        beside = _beside(before, after)
        if over > beside or beside < _FEWEST:
            continue
        score = over - beside
        if best is None or score < best[0]:
            best = (score, place)
    return None if best is None else best[1]


def _is_prose(runs: Sequence[Run]) -> bool:
    """Whether most of this is lines of text rather than cells of a table or pieces of formulas."""
    lengths = [sum(len(word.text) + 1 for word in run.words) for run in runs]
    long = [length for length in lengths if length >= _LINE]
    return len(long) >= _FEWEST and sum(long) > 0.6 * sum(lengths)


def _beside(before: Sequence[Run], after: Sequence[Run]) -> int:
    """How many runs stand within the height that both sides have in common."""
    top = max(min(run.y for run in before), min(run.y for run in after))
    bottom = min(max(run.y for run in before), max(run.y for run in after))
    return min(sum(top <= run.y <= bottom for run in side) for side in (before, after))


def _rows(runs: list[Run]) -> list[Run]:
    """A column's runs from its top to its bottom; those on one line (cells of a row) as one."""
    rows: list[Run] = []
    for run in sorted(runs, key=lambda run: run.y):
        last = rows[-1] if rows else None
        if last is not None and abs(run.y - last.y) <= 0.45 * max(run.size, last.size):
            words = [last.words, run.words] if last.x0 <= run.x0 else [run.words, last.words]
            # An accent or an index that the file has apart is no cell.
            is_apart = max(run.x0 - last.x1, last.x0 - run.x1) > 0.8 * run.size
            last.cells += run.cells if is_apart else 0
            last.words = [word for part in words for word in part]
            last.measure()
        else:
            rows.append(run)
    return rows


def _edges(rows: Sequence[Run]) -> tuple[float, float]:
    """Left and right edge of a column: where most of its lines begin, and the farthest end but for outliers."""
    if not rows:
        return 0.0, 0.0
    starts = sorted(row.x0 for row in rows)
    ends = sorted(row.x1 for row in rows)
    return starts[len(starts) // 10], ends[len(ends) - 1 - len(ends) // 10]


def _text(run: Run) -> str:
    """The words of a line; marks of footnotes are left out, the hyphen at its end stays as pdfium marks it."""
    text = ""
    for place, word in enumerate(run.words):
        before = run.words[place - 1] if place else None
        text += _joined(word, before, run)
    cleaned = line(text)
    return f"{cleaned[:-1]}\x02" if run.words[-1].text[-1:] == "\x02" and cleaned[-1:] == "-" else cleaned


def _joined(word: Word, before: Word | None, run: Run) -> str:
    """What a word adds to the text of its line."""
    shown = word.text.replace("\x02", "-")
    if word.size >= 0.85 * run.size:
        touches = before is not None and before.size == word.size and abs(word.x0 - before.x1) < _TOUCH * word.size
        return shown if touches else f" {shown}"
    if word.y < run.y - RAISED * run.size and len(shown) <= _LONGEST_EXPONENT:
        if _MARK.fullmatch(shown) and (before is None or AFTER_PROSE.search(before.text)):
            return ""
        return shown if before is None or shown in _ORDINALS else f"^{shown}"
    return f" {_LEADING_MARK.sub('', shown)}"


def _in_zone(run: Run, page: Page) -> bool:
    height = page.bottom - page.top
    return run.y < page.top + _ZONE * height or run.y > page.bottom - _ZONE * height


def _places(run: Run) -> tuple[tuple[str, int], tuple[str, int]]:
    """A line's words without their numbers, with its height on the page, rough enough for two pages to agree."""
    text = re.sub(r"\d+", "#", line(" ".join(word.text for word in run.words)).casefold())
    return (text, round(run.y / 4)), (text, round(run.y / 4) + 1)


def _repeated(pages: Sequence[Page]) -> frozenset[tuple[str, int]]:
    """Running heads and feet: what stands in the same place near the edge of several pages."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({place for run in page.runs if _in_zone(run, page) for place in _places(run)})
    enough = 2 if len(pages) < 5 else 3
    return frozenset(place for place, count in seen.items() if count >= enough)


def _without_furniture(page: Page, repeated: frozenset[tuple[str, int]]) -> list[Run]:
    if not page.runs:
        return []
    first, last = min(run.y for run in page.runs), max(run.y for run in page.runs)

    def is_furniture(run: Run) -> bool:
        if not _in_zone(run, page):
            return False
        if any(place in repeated for place in _places(run)):
            return True
        text = line(" ".join(word.text for word in run.words))
        return (run.y <= first + 2 or run.y >= last - 2) and _PAGE_NUMBER.fullmatch(text) is not None

    return [run for run in page.runs if not is_furniture(run)]
