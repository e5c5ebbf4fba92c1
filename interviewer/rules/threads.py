"""Leaving a thread: for another one, for the next part of a long round, or for the end."""

from __future__ import annotations

from typing import Any

from interviewer.domain import Move
from interviewer.rules.followups import Context
from interviewer.rules.phases import TWIST, following, phases_of
from interviewer.rules.selection import next_question

SHORTEST_THREAD = 120.0
"""Seconds; with less left than this no new question is begun."""
QUESTIONS_FROM = 20
"""Minutes; rounds shorter than this have no time for the candidate's own questions."""
OWN_QUESTIONS = 3
"""Minutes that a round of ladders keeps for them."""
PROBLEMS = 3
"""Threads of a round of ladders: two of them and a failure."""


def next_thread(context: Context, *, closes: Any, lead: str) -> Move:
    """Begin another thread, or end well when there is no time or no question for one."""
    state, wording, total = context.state, context.round.wording, context.state.setup.minutes * 60
    question = None
    if total - context.clock >= SHORTEST_THREAD:
        question = next_question(state, context.bank)
    if question is None:
        if state.setup.question is None and state.setup.minutes >= QUESTIONS_FROM and context.clock < total:
            return Move(kind="take_question", text=context.say(wording.invite_questions), closes=closes)
        return Move(kind="close", text=wording.closing, closes=closes)
    left = total - context.clock
    if left < 2 * SHORTEST_THREAD:
        lead = f"{lead} {context.say(wording.nearly_over)}"
    elif state.threads and state.threads[-1].opened < total / 2 <= context.clock:
        lead = f"{lead} {context.say(wording.halfway)}"
    return Move(kind="next_thread", text=question.opener, lead=lead, question=question, closes=closes)


def minutes(context: Context) -> float:
    """What the open thread may take: its question's minutes, or of a round about few problems its share."""
    setup = context.state.setup
    if context.thread.question.brief is None:
        return context.thread.question.minutes
    if setup.question is not None:
        return setup.minutes
    return max(setup.minutes - OWN_QUESTIONS, setup.minutes / 2) / (len(setup.written) or PROBLEMS)


def next_part(context: Context, *, lead: str = "", closes: Any = "covered") -> Move:
    """The part of a long round that comes next, or its end."""
    thread, driving = context.thread, context.round.wording.driving
    assert driving is not None
    phases = phases_of(context.state.round, thread.question)
    # What somebody who writes code has passed over, such as tests that are there already, is not gone back to.
    phase = following(phases, thread.visits, onward=thread.question.task is not None)
    if phase is None or phase is phases[-1]:
        return _questions(context, closes)
    if phase.id == TWIST:
        return twist(context)
    lead = lead or context.say(driving.passes_on)
    return Move(kind="steer", section=phase.id, text=context.say(phase.enters), lead=lead)


def to_part(context: Context, section: str, *, lead: str = "") -> Move:
    """A certain part of a long round, out of its order."""
    phases = phases_of(context.state.round, context.thread.question)
    phase = next(phase for phase in phases if phase.id == section)
    return Move(kind="steer", section=phase.id, text=context.say(phase.enters), lead=lead)


def twist(context: Context) -> Move:
    """The constraint that breaks the template, word for word."""
    brief, driving = context.thread.question.brief, context.round.wording.driving
    assert brief is not None and brief.twist is not None and driving is not None
    return Move(kind="twist", section=TWIST, text=brief.twist.text, lead=context.say(driving.twist), exact=True)


def leave(context: Context, *, closes: Any, lead: str) -> Move:
    """Let go of what is asked: on to the next part where there are parts, else to another thread."""
    if context.thread.visits:
        return next_part(context, lead=lead)
    return next_thread(context, closes=closes, lead=lead)


def _questions(context: Context, closes: Any) -> Move:
    setup, wording = context.state.setup, context.round.wording
    if setup.minutes >= QUESTIONS_FROM and context.clock < setup.minutes * 60:
        return Move(kind="take_question", text=context.say(wording.invite_questions), closes=closes)
    return Move(kind="close", text=wording.closing, closes=closes)
