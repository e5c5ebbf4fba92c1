"""The fold: from an interview's events to where it stands. Pure; the same events always give the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from interviewer.domain import Act, Board, Event, Grade, Made, Mark, Move, Observation, Raised, Rubric, Run, Setup
from interviewer.rules.coded import ABOUT_RESULTS, CODE, EARLIER, EXTEND, Tried, handed_in_well, starter
from interviewer.rules.evidence import sentences
from interviewer.rules.phases import LED, OWN_PACE, TWIST, Visit, allowed, phases_of
from interviewer.rules.thread import Thread, Turn

__all__ = ["PAUSE_AFTER", "State", "Thread", "Turn", "apply", "fold", "is_closing"]

PAUSE_AFTER = 180.0
"""Seconds without a sign of the page after which the interview clock stands still."""


@dataclass(frozen=True)
class State:
    """Where an interview stands."""

    id: str
    setup: Setup
    round: Rubric
    threads: tuple[Thread, ...] = ()
    acts: int = 0
    """How many acts there are: the number that the next one must carry."""
    pending: Act | None = None
    """The last act while nothing has answered it: what a restart has to go on with."""
    asides: tuple[Turn, ...] = ()
    """Messages outside any thread (the candidate's questions at the end)."""
    phase: Literal["threads", "questions", "over"] = "threads"
    clock: float = 0.0
    """Seconds of interview time until `running_since`."""
    running_since: datetime | None = None
    paused: bool = False
    nudges: int = 0
    """Nudges since the candidate last did something."""
    last_move: Move | None = None
    marks: tuple[Mark, ...] = ()
    """Marks of round scope, given at the close."""
    marked_by: Made | None = None
    ended_because: str = ""
    started: datetime | None = None
    updated: datetime | None = None
    board: Board = field(default_factory=Board)
    """The diagram as it is now."""
    revision: int = 0
    """How often it was changed: the number that the next change must carry."""
    code: str = ""
    """The candidate's code as it was last seen."""

    @property
    def over(self) -> bool:
        """Whether the interview has ended."""
        return self.phase == "over"

    @property
    def thread(self) -> Thread | None:
        """The thread that is open, if any."""
        return self.threads[-1] if self.threads and not self.threads[-1].closes else None

    def clock_at(self, now: datetime) -> float:
        """Interview clock in seconds at `now`; a clock that went backwards counts as standing still."""
        if self.running_since is None:
            return self.clock
        return self.clock + max(0.0, (now - self.running_since).total_seconds())


def fold(events: Iterable[Event], *, id: str) -> State:
    """The state after these events. ValueError if the first one is not `opened`."""
    state: State | None = None
    for event in events:
        if event.kind == "opened":
            state = State(
                id=id,
                setup=Setup.model_validate(event.payload["setup"]),
                round=Rubric.model_validate(event.payload["round"]),
                started=event.at,
                updated=event.at,
            )
        elif state is None:
            raise ValueError(f"the log of {id!r} does not begin with 'opened'")
        else:
            state = apply(state, event)
    if state is None:
        raise ValueError(f"the log of {id!r} is empty")
    return state


def apply(state: State, event: Event) -> State:
    """The state after one more event."""
    return replace(_STEPS[event.kind](state, event, event.payload), updated=event.at)


def is_closing(state: State) -> bool:
    """Whether the goodbye was said and the end is not recorded yet."""
    return not state.over and state.last_move is not None and state.last_move.kind == "close"


def _stopped(state: State, at: datetime) -> State:
    return replace(state, clock=state.clock_at(at), running_since=None)


def _with_thread(state: State, thread: Thread) -> State:
    return replace(state, threads=(*state.threads[: thread.index], thread, *state.threads[thread.index + 1 :]))


def _act(state: State, event: Event, payload: dict[str, Any]) -> State:
    act = Act.model_validate(payload)
    number = state.acts
    state = replace(_stopped(state, event.at), acts=number + 1, pending=act)
    if act.kind != "tick":
        state = replace(state, nudges=0)
    if act.code is not None:
        state = _coding(replace(state, code=act.code))
    if act.kind in ("begin", "tick"):
        return state
    turn = Turn(act=number, speaker="candidate", text=act.text, at=event.at, kind=act.kind, code=act.code)
    thread = state.thread
    if thread is None or state.phase == "questions":
        return replace(state, asides=(*state.asides, turn))
    new = sentences(act.text) if act.kind == "said" else ()
    first = len(thread.sentences) + 1
    turn = replace(turn, numbers=tuple(range(first, first + len(new))), board=_new_board(state, thread))
    thread = replace(
        thread,
        turns=(*thread.turns, turn),
        sentences=(*thread.sentences, *new),
        answers=thread.answers + (act.kind == "said"),
    )
    return _with_thread(state, thread)


def _new_board(state: State, thread: Thread) -> Board | None:
    """The diagram, unless an earlier message of this thread shows it already or there is none."""
    shown = [turn.board for turn in thread.turns if turn.board is not None]
    return state.board if state.board != (shown[-1] if shown else Board()) else None


def _coding(state: State) -> State:
    """Whoever has begun to write is past reading and planning."""
    thread = state.thread
    if thread is None or thread.section not in EARLIER or state.code == starter(thread.question):
        return state
    begun = {visit.section for visit in thread.visits}
    new = (Visit(id, state.clock, since=len(thread.turns)) for id in (*EARLIER, CODE) if id not in begun)
    return _with_thread(state, replace(thread, visits=(*thread.visits, *new)))


def _ran(state: State, event: Event, payload: dict[str, Any]) -> State:
    """A run belongs to the thread that is open; that of our tests may come when it has just been closed."""
    run = Run.model_validate(payload["run"])
    if not run.hidden:
        state = _coding(replace(state, code=run.code, nudges=0))
    thread = state.threads[-1]
    tried = Tried(run, turns=len(thread.turns), clock=state.clock_at(event.at))
    return _with_thread(state, replace(thread, runs=(*thread.runs, tried)))


def _drew(state: State, _: Event, payload: dict[str, Any]) -> State:
    return replace(state, board=Board.model_validate(payload["board"]), revision=state.revision + 1)


def _observed(state: State, _: Event, payload: dict[str, Any]) -> State:
    thread = state.thread
    if thread is None:
        return state
    seen = Observation.model_validate(payload["observation"])
    known = {point.id for point in thread.question.key_points}
    fresh = {touch.key_point for touch in seen.touched if touch.key_point in known} - thread.raised.keys()
    raised = {**thread.raised, **{id: _how(state, thread, id) for id in fresh}}
    slips = {**thread.slips, **{slip.code: slip.sentences for slip in seen.slips if slip.code not in thread.slips}}
    # Asked how two things go together, or about a result, they explain; nothing new is expected of that.
    last = state.last_move
    explained = last is not None and (last.against is not None or last.rule in ABOUT_RESULTS)
    answered = seen.intent in ("answer", "empty", "off_topic", "misread") and not (explained or _did(state, thread))
    return _with_thread(
        state,
        replace(
            thread,
            raised=MappingProxyType(raised),
            slips=MappingProxyType(slips),
            stalls=0 if fresh else thread.stalls + answered,
            given_up=0 if fresh or seen.intent == "answer" else thread.given_up + (seen.intent == "gave_up"),
            steered=thread.steered + (seen.intent in ("off_topic", "misread")),
            visits=_followed(state, thread, seen.section),
            recited=thread.recited or seen.recites,
        ),
    )


def _did(state: State, thread: Thread) -> bool:
    """Whether the act is something else than an answer: time that passed, code handed in, typed or run meanwhile."""
    if state.pending is not None and state.pending.kind in ("tick", "submitted"):
        return True
    return thread.turns[-1].code is not None or (bool(thread.runs) and thread.runs[-1].turns == len(thread.turns) - 1)


def _followed(state: State, thread: Thread, section: str) -> tuple[Visit, ...]:
    """The parts begun, with the one that a candidate who leads has gone on to by themselves."""
    phases = phases_of(state.round, thread.question)
    known = {phase.id for phase in phases[:-1]} - {visit.section for visit in thread.visits} - {TWIST}
    if state.setup.level in LED or section not in known or not thread.visits:
        return thread.visits
    if section == EXTEND and not handed_in_well(thread.runs):
        return thread.visits
    at = thread.visits[-1].at
    spent, given = state.clock - at, allowed(phases, thread.visits, total=state.setup.minutes * 60)
    if spent < OWN_PACE * given:
        return thread.visits
    return (*thread.visits, Visit(section, state.clock, since=len(thread.turns) - 1))


def _how(state: State, thread: Thread, key_point: str) -> Raised:
    if thread.rungs.get(key_point):
        return "hint"
    move = state.last_move
    # A follow-up that is put once more is still one.
    if move is not None and (move.kind in ("probe", "challenge", "hint", "twist") or move.rule == "sidestepped"):
        return "probe"
    return "unprompted"


def _decided(state: State, _: Event, payload: dict[str, Any]) -> State:
    move = Move.model_validate(payload["move"])
    thread = state.thread
    if thread is not None:
        if move.kind == "hint" and move.key_point:
            thread = replace(thread, rungs=MappingProxyType({**thread.rungs, move.key_point: move.rung}))
        if move.kind == "probe" and move.key_point:
            thread = replace(thread, probed=thread.probed | {move.key_point})
        if move.trap:
            thread = replace(thread, challenged=thread.challenged | {move.trap})
        if move.closes:
            thread = replace(thread, closes=move.closes)
        state = _with_thread(state, _led(state, thread, move))
    if move.question is not None:
        phases = phases_of(state.round, move.question)
        opened = Thread(
            index=len(state.threads),
            question=move.question,
            opened=state.clock,
            visits=(Visit(phases[0].id, state.clock),) if phases else (),
            level=1 if move.question.brief is not None and move.question.brief.rungs else 0,
        )
        state = replace(state, threads=(*state.threads, opened), code=starter(move.question))
    if move.kind == "take_question":
        state = replace(state, phase="questions")
    # A word about a result, or on to the next part, is none; the third tick would end the interview.
    nudged = state.pending is not None and state.pending.kind == "tick" and move.rule == "silence"
    return replace(state, last_move=move, nudges=state.nudges + nudged)


def _led(state: State, thread: Thread, move: Move) -> Thread:
    """What a move changes in a thread about one long problem."""
    if move.section and move.section != thread.section:
        thread = replace(thread, visits=(*thread.visits, Visit(move.section, state.clock)))
    if move.sum and move.sum not in thread.sums:
        thread = replace(thread, sums=MappingProxyType({**thread.sums, move.sum: len(thread.sentences)}))
    if move.kind == "twist":
        thread = replace(thread, twisted=len(thread.sentences))
    return replace(
        thread,
        told=thread.told | set(move.facts),
        dived=thread.dived | ({move.dive} if move.dive else set()),
        checks=thread.checks | ({move.check} if move.check else set()),
        level=max(thread.level, move.level),
        stalls=0 if move.section or move.level else thread.stalls,
        given_up=0 if move.section or move.level else thread.given_up,
        steered=0 if move.section else thread.steered,
    )


def _spoken(state: State, event: Event, payload: dict[str, Any]) -> State:
    turn = Turn(
        act=state.acts - 1,
        speaker="interviewer",
        text=payload["text"],
        at=event.at,
        kind=state.last_move.kind if state.last_move else "",
        made=Made.model_validate(payload["made"]),
        move=state.last_move,
    )
    thread = state.thread
    if thread is None or state.phase == "questions":
        state = replace(state, asides=(*state.asides, turn))
    else:
        state = _with_thread(state, replace(thread, turns=(*thread.turns, turn)))
    return replace(state, pending=None, running_since=event.at)


def _graded(state: State, _: Event, payload: dict[str, Any]) -> State:
    made = Made.model_validate(payload["made"])
    if payload["thread"] is None:
        marks = tuple(Mark.model_validate(mark) for mark in payload["marks"])
        return replace(state, marks=marks, marked_by=made)
    thread = state.threads[payload["thread"]]
    return _with_thread(
        state,
        replace(
            thread,
            grade=Grade.model_validate(payload["grade"]),
            graded_by=made,
            graded_times=thread.graded_times + 1,
        ),
    )


def _disputed(state: State, _: Event, __: dict[str, Any]) -> State:
    return state


def _paused(state: State, event: Event, _: dict[str, Any]) -> State:
    return replace(_stopped(state, event.at), paused=True)


def _resumed(state: State, event: Event, _: dict[str, Any]) -> State:
    # With an act still unanswered the clock stays still: the time is ours, not the candidate's.
    return replace(state, paused=False, running_since=event.at if state.pending is None else None)


def _closed(state: State, event: Event, payload: dict[str, Any]) -> State:
    marks = tuple(Mark.model_validate(mark) for mark in payload.get("marks", ()))
    made = Made.model_validate(payload["made"]) if payload.get("made") else None
    return replace(
        _stopped(state, event.at),
        phase="over",
        pending=None,
        marks=marks,
        marked_by=made,
        ended_because=str(payload.get("because", "")),
    )


_STEPS: dict[str, Callable[[State, Event, dict[str, Any]], State]] = {
    "act": _act,
    "drew": _drew,
    "ran": _ran,
    "observed": _observed,
    "decided": _decided,
    "spoken": _spoken,
    "graded": _graded,
    "disputed": _disputed,
    "paused": _paused,
    "resumed": _resumed,
    "closed": _closed,
}
