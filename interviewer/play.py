"""A whole interview from scripted answers, through the same Room as the page: for `interviewer play` and the evals.

A script is a list of messages, used in order and begun again when it runs out, or a map from question id (or `*`, for
every other question) to such a list, which begins anew with each thread. A question that the map does not name, and the
time for the candidate's own questions without a `*`, are passed over. `/hint`, `/skip`, `/idk` and `/end` are what the
buttons of the page do.

For rounds about one problem a script may also be somebody who reacts: a map with the fields of `Person`.

Nobody waits: the interview runs on a clock of its own that moves on by what reading and typing would take (20 s a
message and 0.4 s a word, so that 100 words take a minute), which bounds the number of topics as in a real round. The
clock is set back so that the interview is over by now, and no transcript or weak area lies in the future.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from interviewer.domain import Act, Event, Setup
from interviewer.errors import BadMessage, CandidateError, InterviewerError
from interviewer.program import Program
from interviewer.reacting import Person, Reacting, typed
from interviewer.room import Room
from interviewer.rules.evidence import MAX_CHARACTERS
from interviewer.rules.outline import drawn
from interviewer.rules.scoring import result
from interviewer.rules.state import State, Thread

READING = 20.0
"""Seconds to read what the interviewer said and to think."""
TYPING = 0.4
"""Seconds to type a word; with READING, 100 words take a minute."""
LONGEST_ANSWER = timedelta(minutes=15)
"""What the last answer can take past the round's minutes: about 2,000 words fit into a message."""
SIGN = 60.0
"""Seconds of typing between two signs of the open page: the room pauses an interview that gives none for long."""
MOST_ACTS_A_MINUTE = 60 / READING
"""More cannot happen, since every message takes READING; a bound all the same, should the clock not count."""
REACTS = frozenset({"by_section", "by_rung", "work"})
"""Fields by which a file is told to hold somebody who reacts (`Person`), and no lists of messages."""
MOST_REFUSED = 5
"""Messages in a row that the room does not take, after which somebody who reacts gives up."""
ANY = "*"

Script = tuple[str, ...] | Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Refusal:
    """A message that the room did not take."""

    question: str
    """The question id or `*` whose list holds it; `*` for a script that is one list."""
    message: int
    """Its place in that list, from 1."""
    sentence: str
    """What the candidate would have read."""


@dataclass(frozen=True)
class Played:
    """A finished interview."""

    state: State
    events: tuple[Event, ...]
    refused: tuple[Refusal, ...]


def read_script(path: Path) -> Script | Person:
    """The script in a JSON file. Raises CandidateError, one sentence, for a file that is no script."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CandidateError(f"The answers cannot be read from {str(path)!r}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise CandidateError(f"{str(path)!r} is not a JSON file in UTF-8{where}: mend it.") from error
    if isinstance(data, dict) and not REACTS.isdisjoint(data):
        return _person(path, data)
    lists = data if isinstance(data, dict) else {ANY: data}
    if not lists or not all(_is_list(messages) for messages in lists.values()):
        raise CandidateError(
            f"{str(path)!r} must hold a list of messages, or a map from question id (or '*') to such a list; "
            "a message is a text, and no list is empty."
        )
    return {id: tuple(lists[id]) for id in lists} if isinstance(data, dict) else tuple(data)


def _person(path: Path, data: dict[str, Any]) -> Person:
    try:
        return Person.model_validate(data)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise CandidateError(f"{str(path)!r} is no candidate that reacts: look at {where!r}.") from error


def _is_list(messages: object) -> bool:
    return isinstance(messages, list) and bool(messages) and all(isinstance(message, str) for message in messages)


async def play(program: Program, setup: Setup, script: Script | Person) -> Played:
    """Run one interview to its end; it is kept in the program's store like any other.

    Raises NotFound for an unknown round or question, StoreUnavailable, SettingsError, and InterviewerError if the
    interview could not be closed.
    """
    clock = _Clock(datetime.now(UTC) - timedelta(minutes=setup.minutes) - LONGEST_ANSWER)
    room = program.new_room(clock.now)
    candidate = _Reacting(Reacting(script)) if isinstance(script, Person) else _Candidate(script)
    id = await room.open(setup)
    async for _ in room.resume(id):
        pass
    state, left = await room.look(id), round(setup.minutes * MOST_ACTS_A_MINUTE) + 3
    while not _ended(state):
        await candidate.draw(room, id, state)
        act = candidate.next(state) if left > 0 else Act(kind="ended")
        left -= 1
        await _type(room, id, clock, act)
        try:
            async for _ in room.act(id, state.acts, act):
                pass
        except BadMessage as error:
            candidate.was_refused(str(error))
        else:
            candidate.was_taken()
            state = await room.look(id)
    state = await room.settled(id)
    if not state.over:
        raise InterviewerError("The interview could not be closed; open it in the page to have it finished.")
    return Played(state, program.repository.events(id), tuple(candidate.refused.values()))


def as_json(state: State, events: Sequence[Event]) -> dict[str, Any]:
    """An interview as programs read it: its log, and what is computed from it."""
    outcome = result(state)
    return {
        "interview": state.id,
        "setup": state.setup.model_dump(mode="json"),
        "score": outcome.score,
        "verdict": outcome.verdict,
        "not_graded": outcome.not_graded,
        "marks": [mark.model_dump(mode="json") for mark in outcome.marks],
        "threads": [_thread(thread) for thread in state.threads],
        "events": [event.model_dump(mode="json") for event in events],
    }


def _thread(thread: Thread) -> dict[str, Any]:
    grade = thread.grade
    return {
        "question_id": thread.question.id,
        "score": grade.score if grade else None,
        "marks": [mark.model_dump(mode="json") for mark in grade.marks] if grade else [],
        "not_graded": grade.not_graded if grade else "This topic has not been graded.",
        "closes": thread.closes,
        "sentences": list(thread.sentences),
    }


class _Clock:
    """The time in the room: it stands still unless it is moved on."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at

    def move_on(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)


@dataclass
class _Candidate:
    """Somebody who says what stands in the script."""

    script: Script
    refused: dict[tuple[str, int], Refusal] = field(default_factory=dict)
    _said: dict[tuple[str, int], int] = field(default_factory=dict)
    """(List, thread) → how many messages of it have been tried."""
    _last: tuple[str, int] = (ANY, 0)
    """The list and the place of the message that was tried last."""
    _refused_running: int = 0

    def next(self, state: State) -> Act:
        """The next act; the end, if every message of the list has just been refused."""
        name, messages, thread = self._list(state)
        if not messages:
            # At the candidate's own questions there is nothing left to skip to.
            return Act(kind="skip" if state.thread is not None and state.phase == "threads" else "ended")
        if self._refused_running >= len(messages):
            return Act(kind="ended")
        tried = self._said.get((name, thread), 0)
        self._said[name, thread] = tried + 1
        self._last = name, tried % len(messages)
        text = messages[self._last[1]]
        return typed(text)

    async def draw(self, room: Room, id: str, state: State) -> None:
        """A list of messages has no diagram."""

    def was_refused(self, sentence: str) -> None:
        """The room did not take the last message."""
        self._refused_running += 1
        self.refused.setdefault(self._last, Refusal(self._last[0], self._last[1] + 1, sentence))

    def was_taken(self) -> None:
        """The room took the last act."""
        self._refused_running = 0

    def _list(self, state: State) -> tuple[str, tuple[str, ...], int]:
        """The list that speaks now: its name, its messages, and the thread that it counts for (-1: all)."""
        if not isinstance(self.script, Mapping):
            return ANY, self.script, -1
        thread = state.thread if state.phase == "threads" else None
        name = thread.question.id if thread is not None and thread.question.id in self.script else ANY
        return name, self.script.get(name, ()), thread.index if thread is not None else len(state.threads)


@dataclass
class _Reacting:
    """Somebody who says what fits what was asked, and draws their diagram once."""

    who: Reacting
    refused: dict[tuple[str, int], Refusal] = field(default_factory=dict)
    _acts: int = 0
    _running: int = 0

    def next(self, state: State) -> Act:
        self._acts += 1
        return self.who.next(state) if self._running < MOST_REFUSED else Act(kind="ended")

    async def draw(self, room: Room, id: str, state: State) -> None:
        if self.who.draws(state):
            await room.draw(id, state.revision, drawn(self.who.person.board))
        step = self.who.works(state) if state.round.code else None
        if step is not None and step.code is not None:
            revision, _ = await room.desk.code(id)
            await room.desk.write(id, revision, step.code)
        if step is not None and step.run:
            await room.desk.run(id)

    def was_refused(self, sentence: str) -> None:
        self._running += 1
        self.refused[ANY, self._acts] = Refusal(ANY, self._acts, sentence)

    def was_taken(self) -> None:
        self._running = 0


async def _type(room: Room, id: str, clock: _Clock, act: Act) -> None:
    """Let the time pass that it takes to answer, with the page open."""
    left = READING + TYPING * len(act.text[:MAX_CHARACTERS].split())
    while left > SIGN:
        clock.move_on(SIGN)
        left -= SIGN
        await room.sign(id)
    clock.move_on(left)


def _ended(state: State) -> bool:
    """Whether nothing more can be said: the interview is over, or is just being closed."""
    return state.over or (state.last_move is not None and state.last_move.kind == "close")
