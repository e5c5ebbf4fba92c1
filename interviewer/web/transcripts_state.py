"""What the Transcripts page shows: the list of interviews, and one of them in full, as HTML. No gradio here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from interviewer.domain import Event, Made
from interviewer.program import Program
from interviewer.rules.state import State, Thread, Turn, fold
from interviewer.store import InterviewRow
from interviewer.web.board_drawing import board_figure
from interviewer.web.citations import asked_from
from interviewer.web.code_history import changes
from interviewer.web.conversation import DID, part
from interviewer.web.course import called, is_one_problem
from interviewer.web.debrief import debrief
from interviewer.web.safe import html, rich

PATH: Final = "/transcripts"

EMPTY: Final = (
    '<div class="empty"><p>There is no transcript yet. Every interview that you begin is kept here, word for word, '
    'until you delete it.</p><p><a class="button" href="/">Begin an interview</a></p></div>'
)

LONGEST_SITTING: Final = 6 * 3600
"""Seconds after the beginning from which a day and time say more than a stop-watch."""

_LEVELS: Final = {"junior": "Junior", "mid": "Mid", "senior": "Senior", "staff": "Staff"}


@dataclass(frozen=True)
class Transcript:
    """One interview with what its log says about every step."""

    state: State
    title: str
    seen_by: dict[int, Made]
    """Number of an act → what observed it."""


def link(interview: str, *, turn: int | None = None) -> str:
    """The address of an interview's transcript; with `turn`, of what was said in that act."""
    return f"{PATH}?interview={interview}" + (f"&turn={turn}" if turn is not None else "")


def go_on(interview: str) -> str:
    """The address at which an unfinished interview goes on."""
    return f"/?interview={interview}"


async def read_list(program: Program) -> tuple[InterviewRow, ...]:
    """All interviews, newest first. Raises StoreUnavailable."""
    return await asyncio.to_thread(program.repository.interviews)


async def read(program: Program, interview: str) -> Transcript:
    """One interview. Raises NotFound, also for somebody else's, and StoreUnavailable."""
    events = await asyncio.to_thread(program.repository.events, interview)
    rows = await read_list(program)
    title = next((row.title for row in rows if row.id == interview), "")
    return Transcript(fold(events, id=interview), title, _observers(events))


async def delete(program: Program, interview: str) -> str:
    """Remove an interview for good; a sentence that says so. Raises NotFound, StoreUnavailable."""
    await asyncio.to_thread(program.repository.delete, interview)
    return "The transcript is deleted, with its grades and the weak areas that came from it."


# ---------------------------------------------------------------- the list


def listing(rows: Sequence[InterviewRow], now: datetime) -> str:
    """The list as HTML; what to do first if there is none."""
    if not rows:
        return EMPTY
    lines = "".join(_line(row, now) for row in rows)
    return f'<ul class="list transcripts" aria-label="Transcripts, newest first">{lines}</ul>'


def _line(row: InterviewRow, now: datetime) -> str:
    name, level, length = title_parts(row.title)
    facts = [_LEVELS.get(level, level), length]
    # A design round has one problem, and its title says which.
    if row.threads and (word := {"breadth": "topic", "depth": "subject"}.get(row.round)):
        facts.append(f"{row.threads} {word}{'' if row.threads == 1 else 's'}")
    small = " · ".join(html(fact) for fact in facts if fact)
    unfinished = "" if row.status == "closed" else f' <a class="go-on" href="{html(go_on(row.id))}">Go on</a>'
    return (
        f'<li><a class="row" href="{html(link(row.id))}"><span class="name">{html(name)}</span>'
        f'<span class="quiet small">{stamp(row.created_at, now)} · {small}</span></a>'
        f'<span class="standing">{_standing(row)}{unfinished}</span></li>'
    )


def _standing(row: InterviewRow) -> str:
    if row.status != "closed":
        return f'<span class="quiet">{"Paused" if row.status == "paused" else "Open"}</span>'
    if row.score is None:
        return '<span class="quiet">Not graded</span>'
    verdict = f'<span class="verdict">{html(row.verdict or "")}</span>'
    return f'<strong>{row.score:.1f}</strong><span class="quiet small"> of 4</span> {verdict}'


def title_parts(title: str) -> tuple[str, str, str]:
    """Round, level and length (or the one topic or problem, in words) of a title as the room gives it."""
    parts = title.rsplit(", ", 2)
    if len(parts) < 3:
        return title, "", ""
    name, level, rest = parts
    is_topic = re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", rest) is not None
    return name, level, f"one question: {words(rest)}" if is_topic else rest


def words(slug: str) -> str:
    """A slug or a code in words."""
    return slug.replace("_", " ").replace("-", " ")


def stamp(moment: datetime, now: datetime) -> str:
    """A moment as HTML: the day and time in UTC, and without the year while it is this one."""
    at = moment.astimezone(UTC)
    year = f" {at.year}" if at.year != now.astimezone(UTC).year else ""
    shown = f"{at.day} {at:%B}{year}, {at:%H:%M} UTC"
    return f'<time datetime="{at.isoformat(timespec="seconds")}">{shown}</time>'


# ---------------------------------------------------------------- one interview


def page(transcript: Transcript, now: datetime, *, turn: int | None = None) -> str:
    """One interview as HTML: what it was, its debrief once it is closed, and the conversation.

    `turn`: the act whose words are marked and brought into view.
    """
    state = transcript.state
    jump = ' · <a href="#conversation">To the conversation, word for word</a>' if state.over else ""
    back = f'<p class="small"><a href="{PATH}">All transcripts</a>{jump}</p>'
    head = debrief(state) if state.over else _head(transcript, now)
    talk = _talk(transcript, now, turn)
    return f'{back}{head}<section id="conversation" class="conversation"><h2>Conversation</h2>{talk}</section>'


def _head(transcript: Transcript, now: datetime) -> str:
    state = transcript.state
    setup = state.setup
    facts = [_LEVELS.get(setup.level, setup.level), f"{setup.minutes} minutes", setup.strictness]
    if setup.areas:
        facts.append(", ".join(state.round.area_name(area) for area in setup.areas))
    facts.append("built-in interviewer" if not setup.model else setup.model)
    begun = f"{stamp(state.started, now)} · " if state.started else ""
    return (
        f'<header><h1>{html(state.round.name)}</h1><p class="quiet">{begun}{html(" · ".join(facts))}</p></header>'
        '<p class="notice note" role="status">This interview is not finished. '
        f'<a href="{html(go_on(state.id))}">Go on with it</a></p>'
    )


def _talk(transcript: Transcript, now: datetime, turn: int | None) -> str:
    state = transcript.state
    parts = []
    for thread in state.threads:
        history = changes(thread, over=state.over)
        turns = "".join(
            history.get(number, "")
            + part(state, thread, said, heading="h4")
            + _turn(said, transcript, now, marked=said.act == turn, source=asked_from(thread, said))
            for number, said in enumerate(thread.turns)
        ) + history.get(len(thread.turns), "")
        head = _heading(state, thread)
        parts.append(f'<h3 class="topic" id="topic-{thread.index + 1}">{head}</h3><ol class="talk">{turns}</ol>')
    if state.asides:
        turns = "".join(_turn(said, transcript, now, marked=said.act == turn) for said in state.asides)
        parts.append(f'<h3 class="topic">Afterwards</h3><ol class="talk">{turns}</ol>')
    return "".join(parts) or '<p class="quiet">Nothing was said yet.</p>'


def _heading(state: State, thread: Thread) -> str:
    name = html(called(state, thread))
    if is_one_problem(state):
        return name
    topic, area = html(words(thread.question.topics[0])), html(state.round.area_name(thread.question.area))
    return f'{name}: {topic}<span class="quiet"> · {area}</span>'


def _turn(turn: Turn, transcript: Transcript, now: datetime, *, marked: bool, source: str = "") -> str:
    at = f' <span class="quiet small">{_since(turn.at, transcript.state.started, now)}</span>'
    if turn.speaker == "interviewer":
        made = f'<p class="made small quiet">{_made("Spoken", turn.made)}</p>' if turn.made else ""
        words_ = f'<div class="words" dir="auto">{rich(turn.text)}</div>{source}{made}'
        return f'<li class="turn interviewer" id="turn-{turn.act}"><p class="who">Interviewer{at}</p>{words_}</li>'
    # The one element that wants the focus is brought into view by the browser, without a script.
    place = f'id="answer-{turn.act}"' + (' tabindex="-1" autofocus' if marked else "")
    classes = "turn candidate marked" if marked else "turn candidate"
    observer = transcript.seen_by.get(turn.act)
    seen = f'<p class="made small quiet">{_made("Observed", observer)}</p>' if observer else ""
    if turn.kind in DID:
        did = html(DID[turn.kind].replace("is not", "are not"))
        return f'<li class="{classes} action" {place}>You {did}{at}{_diagram(turn)}</li>'
    drawn = _diagram(turn)
    words_ = f'<div class="words" dir="auto">{rich(turn.text)}</div>{drawn}{seen}'
    return f'<li class="{classes}" {place}><p class="who">You{at}</p>{words_}</li>'


def _diagram(turn: Turn) -> str:
    """The diagram as it was then, where it had changed."""
    if turn.board is None:
        return ""
    return board_figure(turn.board) or '<p class="small quiet">The diagram was empty then.</p>'


def _made(what: str, made: Made) -> str:
    """What did a step, and why if it was not what was configured."""
    if made.fell_back:
        return f'<span class="took-over">{what} by the built-in interviewer: {html(made.fell_back)}</span>'
    if made.by == "built-in":
        return f"{what} by the built-in interviewer"
    prompt = f", prompt {html(made.prompt)}" if made.prompt else ""
    return f"{what} by {html(made.by)}{prompt}, {made.seconds:.1f} s"


def _since(moment: datetime, begun: datetime | None, now: datetime) -> str:
    """When something was said: 4:05 or 1:02:09 after the beginning; the day and time if that was long before."""
    seconds = int((moment - begun).total_seconds()) if begun is not None else -1
    if not 0 <= seconds <= LONGEST_SITTING:
        return stamp(moment, now)
    hours, rest = divmod(seconds, 3600)
    shown = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f'<time datetime="{moment.isoformat(timespec="seconds")}">{shown}</time>'


def _observers(events: Sequence[Event]) -> dict[int, Made]:
    found = {}
    for event in events:
        number = event.key.partition(":")[2]
        if event.kind == "observed" and number.isdecimal() and event.payload.get("made"):
            found[int(number)] = Made.model_validate(event.payload["made"])
    return found
