"""A document's text and its passages: whole sentences of one section, each with its place. Pure."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from interviewer.domain.library import Parsed, Passage

FEWEST_WORDS: Final = 120
"""A section that has fewer goes together with the next one under the same heading."""
GOOD_WORDS: Final = 190
"""A passage ends with the sentence, and better with the paragraph, that reaches this."""
MOST_WORDS: Final = 250
OVERLAP_WORDS: Final = 40
"""The last sentence of a passage begins the next one of its section and page too, if it is not longer."""

_BETWEEN: Final = "\n\n"
_STOP = re.compile(r"[.!?…]+[\"')\]”’»]*\s+(?=[\"'(\[“‘«]*[^\W_a-z])|[。！？]+[」』”]*\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|viz|approx|resp|figs?|eqs?|secs?|tabs?|refs?|no|nos|vol|pp?|dr|mrs?|ms|prof|st|al|w\.r\.t|"
    r"[a-z])|\b[A-Z]\.[A-Z])\.[\"')\]”’»]*\s+$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION: Final = 20
_PIECE = re.compile(r"\S{1,200}\s*")
_PAUSES: Final = (",", ";", ":", "，", "；", "、")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A span of the text; `page` is where its paragraph begins, `last` if it ends that."""

    start: int
    end: int
    words: int
    page: int | None
    last: bool


@dataclass(frozen=True, slots=True)
class _Section:
    """The sentences between two headings, with the headings above them."""

    path: tuple[str, ...]
    sentences: tuple[_Sentence, ...]

    @property
    def words(self) -> int:
        return sum(sentence.words for sentence in self.sentences)


def text_of(parsed: Parsed) -> str:
    """The document's text: its blocks, headings too, with blank lines between. Spans of passages count in it."""
    return _BETWEEN.join(block.text for block in parsed.blocks)


def passages(parsed: Parsed, *, document: str) -> tuple[Passage, ...]:
    """The document's passages in order, which hold all its paragraphs and no heading at an end.

    Of 120 to 250 words where the sections allow it. A heading that stands between two short sections is inside.
    """
    text = text_of(parsed)
    pages = _pages(parsed)
    found: list[Passage] = []
    for section in _merged(_sections(parsed)):
        for group in _groups(section.sentences):
            start, end = group[0].start, group[-1].end
            found.append(
                Passage(
                    id=_id(document, start, end, text[start:end]),
                    document=document,
                    number=len(found) + 1,
                    sections=section.path,
                    page=_page(pages, start),
                    breaks=tuple((at - start, page) for at, page in pages if start < at < end),
                    start=start,
                    end=end,
                    text=text[start:end],
                )
            )
    return tuple(found)


def embedded_text(title: str, passage: Passage) -> str:
    """What is embedded and indexed by words: the title and the headings above a passage, then its text."""
    above = " > ".join(part for part in (title, *passage.sections) if part)
    return f"{above}\n{passage.text}" if above else passage.text


def words_of(text: str) -> int:
    """How many words; a character of a script without spaces counts as half of one."""
    return len(text.split()) + len(_CJK.findall(text)) // 2


def _id(document: str, start: int, end: int, text: str) -> str:
    return hashlib.sha256(f"{document}\0{start}\0{end}\0{text}".encode()).hexdigest()[:32]


def _pages(parsed: Parsed) -> tuple[tuple[int, int], ...]:
    """Each character of the text from which on another page goes on, and the page: a figure's words lead back too."""
    found: list[tuple[int, int]] = []
    place = 0
    for block in parsed.blocks:
        turns = ((0, block.page), *block.breaks) if block.page is not None else ()
        found += [(place + at, page) for at, page in turns if page is not None]
        place += len(block.text) + len(_BETWEEN)
    return tuple(turn for n, turn in enumerate(found) if n == 0 or turn[1] != found[n - 1][1])


def _page(pages: Sequence[tuple[int, int]], place: int) -> int | None:
    """The page of a character of the text; None where there are no pages."""
    before = bisect_right(pages, place, key=lambda turn: turn[0])
    return pages[before - 1][1] if before else None


def _sections(parsed: Parsed) -> list[_Section]:
    sections: list[_Section] = []
    path: list[tuple[int, str]] = []
    sentences: list[_Sentence] = []
    place = 0
    for block in parsed.blocks:
        if block.kind == "heading":
            if sentences:
                sections.append(_Section(tuple(text for _, text in path), tuple(sentences)))
                sentences = []
            path = [above for above in path if above[0] < block.level] + [(block.level, block.text)]
        else:
            spans = list(_spans(block.text))
            sentences += [
                _Sentence(place + start, place + end, words_of(block.text[start:end]), block.page, end == spans[-1][1])
                for start, end in spans
            ]
        place += len(block.text) + len(_BETWEEN)
    if sentences:
        sections.append(_Section(tuple(text for _, text in path), tuple(sentences)))
    return sections


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a paragraph begin and end, in order; nothing but spaces stands between."""
    start = 0
    for stop in _STOP.finditer(text):
        if _ABBREVIATION.search(text[max(start, stop.end() - _LONGEST_ABBREVIATION) : stop.end()]):
            continue
        yield from _cut(text, start, stop.end())
        start = stop.end()
    yield from _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence's span without the space after it; one that is too long for a passage in pieces."""
    end = start + len(text[start:end].rstrip())
    if words_of(text[start:end]) > MOST_WORDS:
        words = 0
        for piece in _PIECE.finditer(text, start, end):
            words += max(words_of(piece[0]), 1)
            if words >= MOST_WORDS or (words >= FEWEST_WORDS and piece[0].rstrip().endswith(_PAUSES)):
                yield start, start + len(text[start : piece.end()].rstrip())
                start, words = piece.end(), 0
    if start < end:
        yield start, end


def _merged(sections: Sequence[_Section]) -> list[_Section]:
    """Short sections together with the next one beside or below them, as far as both fit into one passage.

    Of headings above, those of the first remain; the others stand in the text.
    """
    merged: list[_Section] = []
    last: tuple[str, ...] = ()
    for section in sections:
        before = merged[-1] if merged else None
        if (
            before is not None
            and min(before.words, section.words) < FEWEST_WORDS
            and before.words + section.words <= MOST_WORDS
            and (section.path[:-1] == last[:-1] or section.path[: len(last)] == last)
        ):
            merged[-1] = _Section(before.path, before.sentences + section.sentences)
        else:
            merged.append(section)
        last = section.path
    return merged


def _groups(sentences: Sequence[_Sentence]) -> list[list[_Sentence]]:
    """The sentences of a section in passages; a last one that is short joins the one before if there is room."""
    groups: list[list[_Sentence]] = []
    group: list[_Sentence] = []
    fresh = 0
    for sentence in sentences:
        words = sum(each.words for each in group)
        full = words >= GOOD_WORDS or (group and group[-1].last and words >= FEWEST_WORDS + 30)
        if group and fresh and (full or words + sentence.words > MOST_WORDS):
            groups.append(group)
            group = [group[-1]] if len(group) > 1 and _is_carried(group[-1], sentence) else []
            fresh = 0
        group.append(sentence)
        fresh += 1
    if group:
        groups.append(group)
    return _without_short_end(groups)


def _is_carried(last: _Sentence, sentence: _Sentence) -> bool:
    """Whether a passage's last sentence begins the next one too: not before a paragraph of another page."""
    fits = last.words <= OVERLAP_WORDS and last.words + sentence.words <= MOST_WORDS
    return fits and last.page == sentence.page


def _without_short_end(groups: list[list[_Sentence]]) -> list[list[_Sentence]]:
    if len(groups) < 2 or sum(sentence.words for sentence in groups[-1]) >= FEWEST_WORDS:
        return groups
    joined = list(dict.fromkeys([*groups[-2], *groups[-1]]))
    if sum(sentence.words for sentence in joined) <= MOST_WORDS:
        return [*groups[:-2], joined]
    # Two halves of like size are better than a whole and a crumb.
    half = sum(sentence.words for sentence in joined) / 2
    taken = accumulate(sentence.words for sentence in joined[:-1])
    cut = next((number for number, words in enumerate(taken, start=1) if words >= half), len(joined) - 1)
    return [*groups[:-2], joined[:cut], joined[cut:]]
