"""What the interviewer could say next in the open thread: a challenge, a hint, a probe, each if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Act, Angle, Ladder, Move, Observation, Question, Round, Strictness
from interviewer.rules.phases import TWIST
from interviewer.rules.state import State, Thread


@dataclass(frozen=True)
class Context:
    """What a rule may look at."""

    state: State
    """Folded up to and including the act and its observation."""
    act: Act
    observation: Observation
    round: Round
    bank: tuple[Question, ...]
    clock: float
    """Interview clock in seconds."""

    @property
    def thread(self) -> Thread:
        """The open thread; a rule that is asked while none is open is a fault in round.yaml."""
        thread = self.state.thread
        assert thread is not None
        return thread

    def within(self, key_point: str) -> bool:
        """Whether it is time for a key point: of the part under way, or of the ladder's steps so far; else always."""
        thread = self.thread
        point, brief = thread.question.key_point(key_point), thread.question.brief
        if thread.section == TWIST and brief is not None and brief.twist is not None:
            return key_point in brief.twist.shows
        if thread.level and point.level:
            return point.level <= thread.level
        return not thread.section or point.section in ("", thread.section)

    def say(self, wording: Sequence[str]) -> str:
        """One of several written sentences, taken in turn so that the talk does not repeat itself."""
        return wording[self.state.acts % len(wording)]


@dataclass(frozen=True)
class Pressure:
    """What a strictness means in numbers."""

    stalls_before_hint: int
    """Answers that add nothing after which a hint is offered unasked; 99: never."""
    probes: int
    """Most probes in a thread."""
    unasked_rung: int
    """Highest rung offered unasked."""


PRESSURE: dict[Strictness, Pressure] = {
    "friendly": Pressure(stalls_before_hint=1, probes=3, unasked_rung=3),
    "standard": Pressure(stalls_before_hint=2, probes=3, unasked_rung=2),
    "strict": Pressure(stalls_before_hint=99, probes=4, unasked_rung=0),
}


MOST_QUOTED = 14
"""Words of the candidate's sentence that a probe without a model repeats."""


def asked(thread: Thread) -> str:
    """What the candidate was asked last here: the written words, or of a probe that has none, what was said."""
    for turn in reversed(thread.turns):
        move = turn.move
        if move is not None and (move.kind in ("probe", "challenge") or move.section):
            written = move.key_point or move.trap or move.section or move.sum or move.dive
            return move.text if written else turn.text
    return thread.question.opener


def followed_up(thread: Thread) -> bool:
    """Whether something narrower than the opener has been asked."""
    return any(turn.move is not None and turn.move.kind in ("probe", "challenge") for turn in thread.turns)


def challenge(context: Context) -> Move | None:
    """The question that lets the candidate find out about a trap they are in, once for each."""
    for trap in context.thread.question.traps:
        if trap.code in context.thread.slips and trap.code not in context.thread.challenged:
            return Move(kind="challenge", text=trap.probe, trap=trap.code, anchor=context.observation.anchor)
    return None


def offered_hint(context: Context) -> Move | None:
    """A hint that nobody asked for, when answers have added nothing for as long as the strictness allows."""
    pressure = PRESSURE[context.state.setup.strictness]
    if context.thread.stalls < pressure.stalls_before_hint:
        return None
    return hint(context, highest=pressure.unasked_rung)


def hint(context: Context, *, highest: int) -> Move | None:
    """The next rung of a ladder that still leads somewhere: to what they are stuck on, else one that was begun."""
    thread, stuck = context.thread, stuck_on(context)
    open_ladders = [
        ladder
        for ladder in thread.question.ladders
        if ladder.key_point not in thread.raised and context.within(ladder.key_point)
    ]
    open_ladders.sort(key=lambda ladder: (ladder.key_point != stuck, -thread.rungs.get(ladder.key_point, 0)))
    for ladder in open_ladders:
        rung = thread.rungs.get(ladder.key_point, 0) + 1
        if rung <= highest and rung <= len(ladder.rungs):
            return _rung(ladder, rung)
    return None


def stuck_on(context: Context) -> str | None:
    """The key point that the last question of this thread led to; None after the opener."""
    last = context.state.last_move
    return last.key_point if last is not None and last.kind in ("probe", "hint") else None


def _rung(ladder: Ladder, rung: int) -> Move:
    return Move(kind="hint", text=ladder.rungs[rung - 1], key_point=ladder.key_point, rung=rung)


def no_hint(context: Context) -> Move:
    """An honest no."""
    return Move(kind="acknowledge", text=context.say(context.round.wording.no_hint_left))


def written_probe(context: Context) -> Move | None:
    """The written probe that fits: where the talk leads first, musts before shoulds, then the angle; none twice."""
    thread = context.thread
    passed = thread.raised.keys() | thread.probed
    left = [p for p in thread.question.probes if p.key_point not in passed and context.within(p.key_point)]
    if not left:
        return None
    angle = context.observation.angle
    toward = context.observation.toward
    best = min(
        left,
        key=lambda p: (
            p.key_point != toward,
            thread.question.key_point(p.key_point).importance != "must",
            p.angle != angle,
        ),
    )
    return Move(
        kind="probe",
        text=best.text,
        key_point=best.key_point,
        angle=best.angle,
        anchor=context.observation.anchor,
    )


def any_probe(context: Context) -> Move | None:
    """A written probe, or one by angle that takes up the candidate's own words when those are used up."""
    thread = context.thread
    most = PRESSURE[context.state.setup.strictness].probes
    if thread.question.brief is None and sum(turn.kind == "probe" for turn in thread.turns) >= most:
        return None
    written, own = written_probe(context), own_probe(context)
    if written is None or own is None:
        return written or own
    # The candidate's line of thought is followed once before the written questions are worked off.
    followed = any(
        turn.move is not None and turn.move.kind == "probe" and turn.move.key_point is None for turn in thread.turns
    )
    leads_elsewhere = context.observation.toward not in (None, written.key_point)
    return own if leads_elsewhere and not followed else written


def own_probe(context: Context) -> Move | None:
    """A probe by angle on the sentence that the observer picked; it has no key point of its own."""
    angle: Angle | None = context.observation.angle
    if angle is None or context.observation.anchor is None or context.thread.stalls:
        return None
    anchor = context.observation.anchor
    # Said without a model, a general question needs something to refer to: their own words.
    words = (
        context.thread.sentences[anchor - 1].rstrip(".!?").split() if anchor <= len(context.thread.sentences) else []
    )
    quoted = " ".join(words[:MOST_QUOTED]) + (" …" if len(words) > MOST_QUOTED else "")
    asking = context.say(context.round.wording.angles[angle])
    return Move(kind="probe", text=f'You said "{quoted}". {asking}' if words else asking, angle=angle, anchor=anchor)


def go_on(context: Context) -> Move | None:
    """An invitation to carry on, when the observer saw them break off; never twice in a row."""
    last = context.state.last_move
    if (last is not None and last.kind == "continue") or "continue" not in context.observation.options:
        return None
    return Move(kind="continue", text=context.say(context.round.wording.continue_))


FINDERS: Mapping[str, Callable[[Context], Move | None]] = {
    "challenge": challenge,
    "hint": offered_hint,
    "probe": any_probe,
    "continue": go_on,
}
"""What finds each kind of follow-up, by the name that an observation ranks it under."""
