"""What the Progress page shows: the weak areas with the candidate's own words, and how rounds went. No gradio here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from interviewer.content import Content
from interviewer.content.packs import topics
from interviewer.domain import Question, Weakness
from interviewer.program import Program
from interviewer.rules.scoring import BAR
from interviewer.rules.state import fold
from interviewer.store import InterviewRow
from interviewer.web.safe import html, rich
from interviewer.web.transcripts_state import link, stamp, words

log = logging.getLogger("interviewer.web")

MOST_ROUNDS: Final = 30
"""Rounds that the plot shows, the newest ones."""

EMPTY: Final = (
    '<div class="empty"><p>Nothing to work on yet. After a graded interview, what did not come up and what sounded '
    'like a misconception is listed here, with your own words.</p><p><a class="button" href="/">Begin an interview</a>'
    "</p></div>"
)

_MISSED: Final = "missed:"


@dataclass(frozen=True)
class Item:
    """One thing to work on, ready to be shown."""

    id: str
    html: str
    short: str
    """What it is about in a few words, for the line that offers to undo."""


@dataclass(frozen=True)
class Group:
    """The things to work on in one area."""

    area: str
    name: str
    items: tuple[Item, ...]

    @property
    def practise(self) -> str:
        """The address of the set-up with this area chosen."""
        return f"/?area={self.area}"


@dataclass(frozen=True)
class Board:
    """Everything on the page."""

    groups: tuple[Group, ...]
    plot: str

    @property
    def count(self) -> int:
        """How many things there are to work on."""
        return sum(len(group.items) for group in self.groups)


def read(program: Program, now: datetime) -> Board:
    """What there is to show. Blocks. Raises StoreUnavailable."""
    rows, interviews = program.repository.weaknesses(), program.repository.interviews()
    return Board(groups(rows, program.content, now, own=_own(program, rows)), plot(interviews))


def _own(program: Program, rows: Sequence[Weakness]) -> dict[str, Question]:
    """Row id → the question it is about, for those that no bank has: they stand in the logs of their interviews."""
    unknown = [row for row in rows if not _says(row, _banked(row, program.content))]
    folded = {id: fold(program.repository.events(id), id=id) for id in {row.interview for row in unknown}}
    return {row.id: folded[row.interview].threads[row.thread].question for row in unknown}


# ---------------------------------------------------------------- the list


def groups(
    rows: Sequence[Weakness], content: Content, now: datetime, *, own: Mapping[str, Question] = MappingProxyType({})
) -> tuple[Group, ...]:
    """The rows by area, areas with most rows first, newest rows first. `own`: row id → question, if no bank has it."""
    by_area: dict[str, list[Weakness]] = {}
    for row in rows:
        by_area.setdefault(row.area, []).append(row)
    ordered = sorted(by_area.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(
        Group(area, area_name(content, area), tuple(_item(row, content, now, own.get(row.id)) for row in found))
        for area, found in ordered
    )


def area_name(content: Content, area: str) -> str:
    """The readable name of an area; its id if no round knows it."""
    return next((round_.area_name(area) for round_ in content.rounds.values() if round_.area_name(area) != area), area)


def what(row: Weakness, content: Content, own: Question | None = None) -> tuple[str, str]:
    """What kind of thing it is, and the thing in words: of the question while there is one, else of the code.

    `own` is the question if it was written for one interview or from a document.
    """
    text = _says(row, [own] if own is not None else _banked(row, content))
    if row.code.startswith(_MISSED):
        kind = "Said the wrong way round" if row.sentence else "Did not mention"
        return kind, text or words(row.code.removeprefix(_MISSED))
    return "Sounded like", text or words(row.code)


def _banked(row: Weakness, content: Content) -> list[Question]:
    return [q for q in content.questions if q.area == row.area and row.topic == q.topics[0]]


def _says(row: Weakness, asked: Sequence[Question]) -> str:
    """What a row is about in the words of its question; empty if none of these has it."""
    missed = row.code.removeprefix(_MISSED) if row.code.startswith(_MISSED) else ""
    points = [point.text for q in asked for point in q.key_points if point.id == missed]
    traps = [trap.says for q in asked for trap in q.traps if trap.code == row.code]
    return next(iter((*points, *traps)), "")


def _item(row: Weakness, content: Content, now: datetime, own: Question | None) -> Item:
    kind, text = what(row, content, own)
    quote = f'<blockquote dir="auto">{rich(row.sentence)}</blockquote>' if row.sentence else ""
    topic = topics().name_of(row.topic) or words(row.topic)
    where = html(link(row.interview, turn=row.turn))
    body = (
        f'<p class="small quiet">{html(topic)} · {stamp(row.seen_at, now)}</p>'
        f'<p><span class="kind">{kind}:</span> {html(text)}</p>{quote}'
        f'<p class="small"><a href="{where}">In the transcript</a></p>'
    )
    return Item(row.id, f'<article class="weakness">{body}</article>', f"{kind}: {text}")


# ---------------------------------------------------------------- the plot

_HEIGHT, _TOP, _BOTTOM = 190, 16, 150


def plot(interviews: Sequence[InterviewRow]) -> str:
    """Scores of graded rounds in the order in which they were held, as SVG; empty with fewer than two."""
    graded = [row for row in interviews if row.score is not None and row.status == "closed"]
    shown = sorted(graded, key=lambda row: row.created_at)[-MOST_ROUNDS:]
    if len(shown) < 2:
        return ""
    points = [(_x(n, len(shown)), _y(row.score or 1.0), row) for n, row in enumerate(shown)]
    path = "".join(
        f'<line class="path" x1="{a[0]:.2f}%" y1="{a[1]:.1f}" x2="{b[0]:.2f}%" y2="{b[1]:.1f}"/>'
        for a, b in pairwise(points)
    )
    dots = "".join(_dot(x, y, row, last=row is shown[-1]) for x, y, row in points)
    first, last = shown[0].created_at, shown[-1].created_at
    said = f"Scores of {len(shown)} rounds from 1 to 4: {', '.join(f'{row.score:.1f}' for row in shown)}."
    return (
        f'<figure class="plot"><figcaption><h2>Round scores</h2></figcaption>'
        f'<svg role="group" aria-label="{html(said)}" width="100%" height="{_HEIGHT}">{_grid()}{path}{dots}'
        f'<text class="label" x="{_x(0, 2):.2f}%" y="{_HEIGHT - 8}">{_day(first)}</text>'
        f'<text class="label end" x="{_x(1, 2):.2f}%" y="{_HEIGHT - 8}" text-anchor="end">{_day(last)}</text>'
        "</svg></figure>"
    )


def _grid() -> str:
    lines = "".join(
        f'<line class="grid" x1="5%" x2="100%" y1="{_y(level):.1f}" y2="{_y(level):.1f}"/>'
        f'<text class="label" x="0" y="{_y(level) + 4:.1f}">{level}</text>'
        for level in (1, 2, 3, 4)
    )
    return (
        f'{lines}<line class="bar-line" x1="5%" x2="100%" y1="{_y(BAR):.1f}" y2="{_y(BAR):.1f}"/>'
        f'<text class="label" x="5%" y="{_y(BAR) - 5:.1f}">the bar</text>'
    )


def _dot(x: float, y: float, row: InterviewRow, *, last: bool) -> str:
    said = html(f"{row.score:.1f} of 4, {row.verdict or ''}, {_day(row.created_at)}")
    label = (
        f'<text class="value" x="{x:.2f}%" y="{y - 11:.1f}" text-anchor="middle">{row.score:.1f}</text>' if last else ""
    )
    return (
        f'<a href="{html(link(row.id))}" aria-label="{said}"><circle class="dot" cx="{x:.2f}%" cy="{y:.1f}" r="5">'
        f"<title>{said}</title></circle></a>{label}"
    )


def _x(place: int, count: int) -> float:
    """Percent of the width, with room for the axis at the left and for half a dot at the right."""
    return 9 + 87 * place / (count - 1)


def _y(score: float) -> float:
    return _BOTTOM - (score - 1) / 3 * (_BOTTOM - _TOP)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b} {moment.year}"
