"""What the live room shows, from where an interview stands. No gradio here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from interviewer.rules.state import State
from interviewer.web.course import Strip, called, is_of_ladders, is_one_problem, strip, subjects, work


@dataclass(frozen=True)
class Place:
    """Which interview a tab shows, and the number that its next act must carry."""

    id: str = ""
    seq: int = 0

    def __str__(self) -> str:
        return f"{self.id}:{self.seq}" if self.id else ""


def parse_place(text: str) -> Place:
    """The place that a tab sent; an empty one for anything that is none."""
    id, _, seq = text.partition(":")
    return Place(id, int(seq)) if id and seq.isdecimal() and len(seq) < 10 else Place()


def place_of(state: State) -> Place:
    """Where a tab that shows this state stands."""
    return Place(state.id, state.acts)


def closing(state: State) -> bool:
    """Whether the last word was said and only the grades are missing."""
    return not state.over and state.last_move is not None and state.last_move.kind == "close"


def only_time_passed(state: State, seq: int) -> bool:
    """Whether no act of a candidate has come since a tab saw `seq` acts: then its act may follow the ticks."""
    turns = [turn for thread in state.threads for turn in thread.turns] + list(state.asides)
    return state.acts > seq and not any(turn.speaker == "candidate" and turn.act >= seq for turn in turns)


def phase(state: State, parts: Strip | None = None) -> str:
    """The phase in a word or two; of a round in parts how much is left of the one under way."""
    if state.over or closing(state):
        return "Ended"
    if parts is not None:
        return parts.words
    return "Your questions" if state.phase == "questions" else "Technical questions"


def topic(state: State, parts: Strip | None = None) -> str:
    """Which topic it is, counted from 1; which part in a round about one problem."""
    if parts is not None:
        return parts.name
    if not state.threads:
        return "Beginning"
    thread = state.threads[-1]
    return f"{called(state, thread)} of {subjects(state)}" if is_of_ladders(state) else called(state, thread)


def clock(seconds: float) -> str:
    """Seconds as 4:05 or 1:02:09."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def running(state: State) -> bool:
    """Whether the interview clock runs: the interviewer has spoken and the candidate is to answer."""
    return state.running_since is not None and not state.paused and not state.over and not closing(state)


def progress(state: State) -> str:
    """What is being done between the last word and the debrief."""
    done = sum(thread.grade is not None for thread in state.threads)
    total = len(state.threads)
    if done < total and is_one_problem(state):
        return f"Reading your {work(state)}…"
    if done < total and is_of_ladders(state):
        return f"Reading subject {done + 1} of {total}…"
    if done < total:
        return f"Reading topic {done + 1} of {total}…"
    return "Putting your debrief together…"


@dataclass(frozen=True)
class Bar:
    """The line on top of the room."""

    topic: str
    phase: str
    elapsed: int
    total: int
    runs: bool
    paused: bool
    parts: Strip | None = None
    """In a round about one problem: its parts."""


def bar(state: State, now: datetime) -> Bar:
    """The line on top of the room at `now`."""
    elapsed = state.clock_at(now) if running(state) else state.clock
    parts = None if state.over or closing(state) else strip(state, elapsed)
    return Bar(
        topic=topic(state, parts),
        phase=phase(state, parts),
        elapsed=int(elapsed),
        total=state.setup.minutes * 60,
        runs=running(state),
        paused=state.paused,
        parts=parts,
    )
