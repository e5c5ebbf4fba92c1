"""What observing and grading have besides in a round about one problem: facts, parts, a diagram, contradictions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from interviewer.agents import coding, prompting, reports
from interviewer.agents.facts import asked, replied
from interviewer.domain import Mark, Observation
from interviewer.rules.asking_back import offered
from interviewer.rules.board import cited
from interviewer.rules.evidence import is_gibberish
from interviewer.rules.ladder import reached, steps
from interviewer.rules.long_round import CAME, asked_for, outcome
from interviewer.rules.phases import parts, phases_of
from interviewer.rules.state import State, Thread

STAGES: Final = (
    "clarify|requirements|problem formulation|metric|data collection|data|feature|label|preprocess|split|model|"
    "train|evaluat|offline|online|a/b|deploy|serv|scal|monitor|retrain|cache|pipeline"
)
RECITED_STAGES: Final = 7
"""Different stages of the stock recipe in one message from which it may be one."""
RECITED_WORDS: Final = 60
TOUCHED: Final = 0.6
"""Probability from which a message of many sentences counts as touching a key point; among many, more come near."""
RECITED_POINTS: Final = 2
"""Key points up to which such a message says nothing about this problem."""

_STAGE = re.compile(rf"\b(?:{STAGES})", re.IGNORECASE)


class Head(reports.Head):
    """The part of the report that the reply needs."""

    traps: list[str]
    facts: list[str]
    section: str | None
    recites: bool
    contradicts: list[int] | None


class Report(Head):
    """What the observing model is asked for. `points` is its own: an inherited field would come before the head."""

    points: list[str]


def values(state: State, thread: Thread) -> dict[str, str]:
    """The prompt's inputs that only these rounds have."""
    phases = phases_of(state.round, thread.question)
    return {
        "facts": prompting.facts(thread.question),
        "sections": "\n".join(f"{phase.id}: {phase.name}" for phase in phases[:-1]) or "none",
        "part": prompting.part(state, thread),
        "board": prompting.fenced(prompting.board(state.board), prompting.marker(state.id)),
        **(coding.values(state, thread) if state.round.code else {}),
    }


def accepted(report: Report, thread: Thread, last: Sequence[int]) -> Observation:
    """The report with what only these rounds have; as `reports.accepted` otherwise."""
    known = thread.question.brief.facts if thread.question.brief is not None else ()
    by_alias = {f"F{n}": fact.id for n, fact in enumerate(known, 1)}
    named = tuple(by_alias[alias.strip().upper()] for alias in report.facts if alias.strip().upper() in by_alias)
    pair = report.contradicts or []
    holds = len(pair) == 2 and 0 < pair[0] < pair[1] and pair[1] in last
    sections = {point.section for point in thread.question.key_points}
    short = reports.Report.model_validate(report.model_dump(include=set(reports.Report.model_fields)))
    return reports.accepted(short, thread, last).model_copy(
        update={
            "facts": tuple(dict.fromkeys(named)),
            "section": report.section if report.section in sections else "",
            "recites": report.recites,
            "contradicts": (pair[0], pair[1]) if holds else None,
        }
    )


def enriched(seen: Observation, thread: Thread, text: str) -> Observation:
    """What matching saw in a message, with the facts that it asks for and the part that it is about. Blocking."""
    # "I don't know, we only used the default" asks for nothing, however near to a fact its words are.
    refuses = seen.intent == "gave_up" and "?" not in text
    if seen.intent == "not_finished" or refuses or is_gibberish(text) or seen.intent in ("again", "help"):
        return seen
    if thread.visits:
        seen = seen.model_copy(update={"touched": tuple(t for t in seen.touched if t.strength >= TOUCHED)})
    offers = offered(thread)
    wanted = replied(thread.question, offers, text) if offers else asked(thread.question, text)
    if (seen.intent == "reveal" and not wanted.facts) or (wanted.kept and not wanted.facts and not seen.touched):
        return Observation(intent="reveal", topic=thread.question.topics[0])
    sections = Counter(
        point.section for point in thread.question.key_points if point.id in {t.key_point for t in seen.touched}
    )
    section, count = sections.most_common(1)[0] if sections else ("", 0)
    intent = seen.intent
    if not seen.touched and (wanted.facts or wanted.unsure or wanted.silent):
        intent = "clarify"
    elif intent in ("clarify", "reveal"):
        intent = "answer"
    return seen.model_copy(
        update={
            "intent": intent,
            "facts": wanted.facts,
            "unsure": wanted.unsure,
            "section": section if count >= 2 else "",
            "recites": recites(text, len(seen.touched)),
        }
    )


def recites(text: str, points: int) -> bool:
    """Whether a message runs through the stages of the stock recipe, without a number or the matter."""
    stages = {found.lower() for found in _STAGE.findall(text)}
    long = len(text.split()) >= RECITED_WORDS
    return long and len(stages) >= RECITED_STAGES and points <= RECITED_POINTS and not re.search(r"\d", text)


def grade_values(state: State, thread: Thread) -> dict[str, str]:
    """The grading prompt's inputs that only these rounds have."""
    brief, mark = thread.question.brief, prompting.marker(state.id)
    assert brief is not None
    how = dict.fromkeys(thread.told, "given with the arithmetic") | dict.fromkeys(asked_for(thread), "asked for")
    told = (f"{fact.name}: {fact.says} ({how.get(fact.id, 'not asked for')})" for fact in brief.facts)
    return {
        "facts": "\n".join(told) or "none",
        "course": "\n".join(course(state, thread)) or "none",
        "red_flags": "\n".join(f"- {flag}" for flag in brief.red_flags) or "none",
        "signals": "\n".join(f"{level}: {shows}" for level, shows in brief.signals.items()) or "none",
        "board": prompting.fenced(prompting.board(state.board), mark),
        **(coding.grade_values(state, thread) if state.round.code else {}),
    }


def course(state: State, thread: Thread) -> Iterator[str]:
    """What the program itself knows about how the round went, a line each."""
    total = state.setup.minutes * 60
    for part in parts(phases_of(state.round, thread.question), thread.visits, total=total, clock=state.clock):
        if part.begun is not None:
            yield f"{part.phase.name}: {part.spent / 60:.0f} of {part.budget / 60:.0f} minutes"
    twist = thread.question.brief.twist if thread.question.brief is not None else None
    if thread.twisted is not None and twist is not None:
        aliases = {point.id: f"K{n}" for n, point in enumerate(thread.question.key_points, 1)}
        shows = ", ".join(aliases[id] for id in twist.shows if id in aliases)
        yield f"The twist came after sentence {thread.twisted}. A good reaction shows {shows}. {twist.fair}"
    for one in thread.question.brief.sums if thread.question.brief is not None else ():
        asked, came = one.id in thread.sums, outcome(thread, one.id)
        # A number that nobody asked for and that is not this one was probably meant for something else.
        if asked or came == "right":
            yield f"Arithmetic ({'asked' if asked else 'not asked'}): {one.ask} {CAME[came]}"
    yield from coding.course(thread)
    if steps(thread.question):
        yield f"Steps of the ladder asked: {thread.level}; that hold by key points raised: {reached(thread)}"
    for point, rung in thread.rungs.items():
        yield f"Hint H{rung} was given towards: {thread.question.key_point(point).text}"


def with_elements(marks: Sequence[Mark], report: reports.Judged, state: State) -> tuple[Mark, ...]:
    """The marks of a pass with what it cites of diagram or code for them; numbers that are not there are dropped."""
    if not isinstance(report, reports.BoardGradeReport):
        return tuple(marks)

    def found(refs: Sequence[str]) -> tuple[str, ...]:
        return coding.cited(state.code, refs) if state.round.code else cited(state.board, refs)

    named = {mark.d: mark.e for mark in report.marks}
    return tuple(
        mark.model_copy(update={"elements": found(named.get(mark.dimension, ()))}) if mark.level is not None else mark
        for mark in marks
    )
