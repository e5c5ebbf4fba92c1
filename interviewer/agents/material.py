"""Which passages of documents are worth asking about, in portions for a model."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest
from statistics import median

from interviewer.agents.subject import nearness
from interviewer.content.packs import topics
from interviewer.domain import Excerpt
from interviewer.rules.addressed import BLANK, blanked

ABOUT_US = 0.29
"""Median nearness to our field from which a document is asked about: of 7 papers the lowest had 0.34, of 20 posts about
programming the highest 0.28, of 4 about search, images and recommendations the lowest 0.31."""
PORTION = 22_000
"""Characters of passages in one call, about 5,500 tokens."""
SHORTEST = 40
"""Words of a passage below which there is nothing to ask about."""
MOST_OTHER = 0.4
"""Share of characters that are no letters or spaces from which a passage is a table, a formula or code."""

_LEFT_OUT = re.compile(
    r"\b(?:related works?|previous work|prior work|references|bibliography|acknowledge?ments?|funding|"
    r"author contributions|conflicts? of interest|ethics|appendi(?:x|ces)|supplementary|about the authors?|"
    r"table of contents|further reading|comments|licen[cs]e|copyright|changelog|future work)\b",
    re.IGNORECASE,
)


def portions(material: Sequence[Excerpt], *, most: int) -> tuple[tuple[Excerpt, ...], ...]:
    """At most `most` groups of passages, each of at most `PORTION` characters and in the order of the documents.

    Related work, boilerplate, tables and documents about other fields are left out; the passages nearest to our field
    come first, spread over documents and sections. Empty if nothing is worth asking about. Blocking: it embeds.
    """
    kept = [excerpt for excerpt in material if _is_prose(excerpt) and not _is_left_out(excerpt)]
    near = dict(zip(range(len(kept)), nearness([excerpt.passage.text for excerpt in kept]), strict=True))
    groups: dict[str, list[int]] = defaultdict(list)
    for number, excerpt in enumerate(kept):
        groups[excerpt.document.id].append(number)
    queues = [
        queue
        for numbers in groups.values()
        if median(near[n] for n in numbers) >= ABOUT_US
        for queue in _by_section(numbers, kept, near)
    ]
    taken: list[int] = []
    room = most * PORTION
    for number in (n for turn in zip_longest(*queues) for n in turn if n is not None):
        room -= len(kept[number].passage.text)
        if room < 0:
            break
        taken.append(number)
    return _cut([kept[number] for number in sorted(taken)], most)


def topic_list() -> str:
    """The topics that a question can be about, a line for each area."""
    return "\n".join(f"{area}: {', '.join(slugs)}" for area, slugs in topics().areas.items())


def shown(name: str, excerpt: Excerpt) -> str:
    """A passage as a model sees it: under its name and place, without orders to whoever reads it."""
    passage = excerpt.passage
    place = " › ".join((excerpt.document.title, *passage.sections))
    page = f", p. {passage.page}" if passage.page is not None else ""
    return f"[{name}] {blanked(place)}{page}\n{blanked(passage.text)}"


def _by_section(numbers: Sequence[int], kept: Sequence[Excerpt], near: dict[int, float]) -> list[list[int]]:
    """The passages of one document by their highest heading, the nearest to our field first."""
    sections: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        sections[kept[number].passage.sections[0] if kept[number].passage.sections else ""].append(number)
    return [sorted(section, key=lambda n: -near[n]) for section in sections.values()]


def _cut(excerpts: Sequence[Excerpt], most: int) -> tuple[tuple[Excerpt, ...], ...]:
    """The passages in at most `most` groups of about the same length, neighbours together."""
    if not excerpts:
        return ()
    total = sum(len(excerpt.passage.text) for excerpt in excerpts)
    count = min(most, -(-total // PORTION))
    groups: list[list[Excerpt]] = [[] for _ in range(count)]
    before = 0
    for excerpt in excerpts:
        groups[min(before * count // total, count - 1)].append(excerpt)
        before += len(excerpt.passage.text)
    return tuple(tuple(group) for group in groups if group)


def _is_left_out(excerpt: Excerpt) -> bool:
    return any(_LEFT_OUT.search(section) for section in excerpt.passage.sections)


def _is_prose(excerpt: Excerpt) -> bool:
    text = excerpt.passage.text
    if len(text.split()) < SHORTEST or blanked(text) == BLANK:
        return False
    return sum(not (letter.isalpha() or letter.isspace()) for letter in text) < MOST_OTHER * len(text)
