"""How the pages call the threads and the parts of an interview, and where it stands in them. Pure; no gradio here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from interviewer.domain import KeyPoint
from interviewer.rules.phases import Part, allowed, parts, phases_of
from interviewer.rules.state import State, Thread, Turn
from interviewer.rules.threads import PROBLEMS
from interviewer.web.practice_rounds import PROJECT_AREA


def is_one_problem(state: State) -> bool:
    """Whether the whole round is about one problem, led through parts."""
    return bool(state.threads) and bool(phases_of(state.round, state.threads[0].question))


def work(state: State) -> str:
    """What comes of a round about one problem: "design" or "code"."""
    return "code" if state.round.code else "design"


def is_of_ladders(state: State) -> bool:
    """Whether the round follows few subjects down."""
    return bool(state.threads) and not is_one_problem(state) and state.threads[0].question.brief is not None


def called(state: State, thread: Thread) -> str:
    """What a thread is called: "Topic 2", "Subject 2", or the problem's name."""
    if is_one_problem(state):
        return state.round.area_name(thread.question.area)
    return f"{'Subject' if is_of_ladders(state) else 'Topic'} {thread.index + 1}"


def subject_of(thread: Thread) -> str:
    """What a thread is about, in a word or two."""
    topic = thread.question.topics[0].replace("_", " ").replace("-", " ")
    return f"your project ({topic})" if thread.question.area == PROJECT_AREA else topic


def counted(state: State, count: int) -> str:
    """So many threads in words: "3 topics"."""
    word = "problem" if is_one_problem(state) else "subject" if is_of_ladders(state) else "topic"
    return f"{count} {word}{'' if count == 1 else 's'}"


def subjects(state: State) -> int:
    """How many subjects a round of ladders has."""
    setup = state.setup
    if setup.question is not None:
        return 1
    if not setup.written:
        return PROBLEMS
    ladders = sum(q.brief is not None and q.brief.kind == "ladder" for q in setup.written)
    return max(len(state.threads), min(ladders, PROBLEMS - 1) + (len(setup.written) > ladders))


# ---------------------------------------------------------------- parts


@dataclass(frozen=True)
class Stop:
    """One part in the bar above the talk."""

    name: str
    minutes: float
    """Its budget."""
    standing: Literal["done", "now", "ahead"]


@dataclass(frozen=True)
class Strip:
    """The parts of a round about one problem, as they stand."""

    stops: tuple[Stop, ...]
    number: int
    """The part under way, from 1."""
    left: float
    """Seconds that it has left; below 0 when it has run over."""

    @property
    def name(self) -> str:
        """Of the part under way."""
        return self.stops[self.number - 1].name

    @property
    def words(self) -> str:
        """How much is left of it, and how many parts there are: "3 min left (3 of 8)"."""
        return f"{left_in_words(self.left)} ({self.number} of {len(self.stops)})"


def left_in_words(seconds: float) -> str:
    """Time that is left, in words."""
    if seconds <= 0:
        return "time is up"
    return "under a minute left" if seconds < 60 else f"{math.ceil(seconds / 60)} min left"


def strip(state: State, clock: float) -> Strip | None:
    """The parts at `clock` (seconds of interview time); None in other rounds, and once it is over."""
    if not is_one_problem(state):
        return None
    thread, total = state.threads[0], state.setup.minutes * 60
    phases = phases_of(state.round, thread.question)
    asking = state.phase == "questions"
    if not asking and (thread.closes or state.over):
        return None
    known = parts(phases, thread.visits, total=total, clock=clock)
    number = len(phases) if asking else next(n for n, part in enumerate(known, 1) if part.now)
    stops = tuple(
        Stop(part.phase.name, part.budget / 60, "now" if n == number else "ahead" if part.begun is None else "done")
        for n, part in enumerate(known, 1)
    )
    left = total - clock if asking else allowed(phases, thread.visits, total=total) - (clock - thread.visits[-1].at)
    return Strip(stops, number, left)


def begins(state: State, thread: Thread, turn: Turn) -> str:
    """The name of the part that begins with a turn; empty if none does."""
    move, phases = turn.move, phases_of(state.round, thread.question)
    if turn.speaker != "interviewer" or move is None or not phases:
        return ""
    section = phases[0].id if move.question is not None else move.section
    return next((phase.name for phase in phases if phase.id == section), "")


def went(state: State) -> tuple[Part, ...]:
    """The parts as they went, the candidate's own questions included."""
    if not is_one_problem(state):
        return ()
    thread = state.threads[0]
    phases, asked = phases_of(state.round, thread.question), _asking(state)
    known = parts(phases, thread.visits, total=state.setup.minutes * 60, clock=state.clock - asked)
    return (*known[:-1], Part(known[-1].phase, known[-1].budget, asked, state.clock - asked if asked else None, False))


def _asking(state: State) -> float:
    """Seconds of the candidate's own questions: from the interviewer's words to theirs, as the clock runs."""
    begun = [n for n, turn in enumerate(state.asides) if turn.move is not None and turn.move.kind == "take_question"]
    spent = 0.0
    for before, after in zip(state.asides, state.asides[1:], strict=False):
        if before.speaker == "interviewer" and after.speaker == "candidate":
            spent += max(0.0, (after.at - before.at).total_seconds())
    last = state.threads[-1].visits[-1].at if state.threads and state.threads[-1].visits else 0.0
    return min(spent, state.clock - last) if begun else 0.0


# ---------------------------------------------------------------- key points

STEPS: Final = ("What and why", "How it works", "Limits and price", "What is open")
"""What the four steps of a ladder ask for."""


def grouped(state: State, thread: Thread) -> tuple[tuple[str, tuple[KeyPoint, ...]], ...]:
    """The key points by part or by step, under its name; all under an empty name where there are neither."""
    points = thread.question.key_points
    sections = {phase.id: phase.name for phase in phases_of(state.round, thread.question)}
    names: list[tuple[str, tuple[KeyPoint, ...]]]
    if sections:
        names = [(sections[id], tuple(p for p in points if p.section == id)) for id in sections]
        names.append(("Besides", tuple(p for p in points if p.section not in sections)))
    elif any(point.level for point in points):
        names = [(f"{n}. {name}", tuple(p for p in points if p.level == n)) for n, name in enumerate(STEPS, 1)]
        names.append(("Besides", tuple(p for p in points if not p.level)))
    else:
        names = [("", points)]
    return tuple((name, found) for name, found in names if found)
