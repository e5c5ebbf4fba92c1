"""What the interviewer could say next in the open thread: a challenge, a hint, a probe, each if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import (
    Act,
    Angle,
    KeyPoint,
    Ladder,
    Move,
    Observation,
    Probe,
    Question,
    Round,
    Strictness,
    Twist,
)
from interviewer.rules import ladder
from interviewer.rules.coded import fails_now, helps_now
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

    @property
    def twist(self) -> Twist | None:
        """The twist, while the part that it opens is under way."""
        brief = self.thread.question.brief
        return brief.twist if brief is not None and self.thread.section == TWIST else None

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The written follow-ups, at the twist its own first."""
        return (*(self.twist.probes if self.twist is not None else ()), *self.thread.question.probes)

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        """The written hints, at the twist its own first."""
        return (*(self.twist.ladders if self.twist is not None else ()), *self.thread.question.ladders)

    def within(self, key_point: str) -> bool:
        """Whether it is time for a key point: of the part under way, or of the ladder's steps so far; else always."""
        thread = self.thread
        point = thread.question.key_point(key_point)
        if self.twist is not None:
            return key_point in self.twist.shows
        if thread.level and point.level:
            return point.level <= thread.level and point.level not in ladder.left(thread)
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


ASKING = ("probe", "challenge")
MOST_QUOTED = 14
"""Words of the candidate's sentence that a probe without a model repeats."""


def asked(thread: Thread) -> str:
    """What the candidate was asked last here: the written words, or of a probe that has none, what was said.

    Empty if they have gone on to another part by themselves since.
    """
    since = thread.visits[-1].since if thread.visits else 0
    for turn in reversed(thread.turns[since:]):
        move = turn.move
        if move is not None and (move.kind in ("probe", "challenge") or move.section):
            written = move.key_point or move.trap or move.section or move.sum or move.dive
            return move.text if written else turn.text
    return "" if since else thread.question.opener


def followed_up(thread: Thread) -> bool:
    """Whether something narrower than the opener has been asked."""
    return any(turn.move is not None and turn.move.kind in ("probe", "challenge") for turn in thread.turns)


def challenge(context: Context) -> Move | None:
    """The question that lets the candidate find out about a trap they are in, once for each."""
    for trap in context.thread.question.traps:
        said = context.thread.slips.get(trap.code)
        if said is not None and trap.code not in context.thread.challenged:
            anchor = said[-1] if said else context.observation.anchor
            return Move(kind="challenge", text=trap.probe, trap=trap.code, anchor=anchor)
    return None


def offered_hint(context: Context) -> Move | None:
    """A hint that nobody asked for, when answers have added nothing for as long as the strictness allows."""
    pressure = PRESSURE[context.state.setup.strictness]
    if context.thread.stalls < pressure.stalls_before_hint:
        return None
    return hint(context, highest=pressure.unasked_rung)


def hint(context: Context, *, highest: int) -> Move | None:
    """The next rung of a ladder that still leads somewhere: to what they are stuck on, else one that was begun.

    Where code fails a test, help is with that, whatever was said about it and in whichever part it belongs.
    """
    thread, stuck = context.thread, stuck_on(context)
    open_ladders = [one for one in context.ladders if _leads_on(context, one)]
    open_ladders.sort(
        key=lambda one: (
            one.key_point != stuck,
            not helps_now(one, thread.runs),
            -thread.rungs.get(one.key_point, 0),
        )
    )
    for one in open_ladders:
        rung = thread.rungs.get(one.key_point, 0) + 1
        # Who gave up on a narrower question learns nothing from being shown where to look.
        if rung == 1 and one.key_point == stuck and gives_up(context):
            rung = 2
        if rung <= highest and rung <= len(one.rungs):
            return _rung(one, rung)
    return None


def _leads_on(context: Context, one: Ladder) -> bool:
    """Whether a ladder is for a test that fails, or still leads to something that was not said."""
    thread = context.thread
    if helps_now(one, thread.runs):
        return True
    coded = thread.question.task is not None
    asked_for = asks_help(context) or gives_up(context)
    # Unasked, nobody is sent to look elsewhere while one of their tests fails.
    elsewhere = coded and not asked_for and bool(one.tests) and fails_now(thread.runs)
    here = context.within(one.key_point) or (coded and asked_for)
    return one.key_point not in thread.raised and here and not elsewhere


def asks_help(context: Context) -> bool:
    """Whether they ask for a hint, by the button or in words, or for the same question a second time in a row."""
    last = context.state.last_move
    twice = context.observation.intent == "again" and last is not None and last.rule == "asked_again"
    return context.act.kind == "hint" or context.observation.intent == "help" or twice


def gives_up(context: Context) -> bool:
    """Whether they say that they do not know, by the button or in words."""
    return context.act.kind == "gave_up" or context.observation.intent == "gave_up"


def stuck_on(context: Context) -> str | None:
    """The key point that the last question of this thread led to; None after the opener."""
    last = context.state.last_move
    return last.key_point if last is not None and last.kind in ("probe", "hint") else None


def _rung(ladder: Ladder, rung: int) -> Move:
    return Move(kind="hint", text=ladder.rungs[rung - 1], key_point=ladder.key_point, rung=rung)


def eased(context: Context, move: Move) -> Move:
    """What follows when they do not know, with words before it that promise no help where none comes."""
    wording = context.round.wording
    return move.model_copy(update={"lead": context.say(wording.ease if move.kind == "hint" else wording.another)})


def no_hint(context: Context) -> Move:
    """An honest no."""
    return Move(kind="acknowledge", text=context.say(context.round.wording.no_hint_left))


def written_probe(context: Context, *, among: Callable[[KeyPoint], bool] | None = None) -> Move | None:
    """The written probe that fits: where the talk leads first, musts before shoulds, then the angle; none twice.

    On a ladder the step under way comes before those below, unless it is asked for `among` certain key points.
    """
    thread, point = context.thread, context.thread.question.key_point
    passed = thread.raised.keys() | thread.probed
    left = [p for p in context.probes if p.key_point not in passed and context.within(p.key_point)]
    if among is not None:
        left = [p for p in left if among(point(p.key_point))]
    if not left:
        return None
    angle = context.observation.angle
    toward = context.observation.toward
    best = min(
        left,
        key=lambda p: (
            p.key_point != toward,
            among is None and bool(thread.level) and point(p.key_point).level != thread.level,
            point(p.key_point).importance != "must",
            p.angle != angle,
        ),
    )
    return Move(
        kind="probe",
        text=best.text,
        key_point=best.key_point,
        angle=best.angle,
        # The sentence they are picked up at leads to what the observer named; to another question it would be forced.
        anchor=context.observation.anchor if toward in (None, best.key_point) else None,
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
    # The candidate's line of thought comes before the written questions: in a long part in turn with them, else once.
    asked = [turn.move for turn in ladder.since_step(thread) if turn.move is not None and turn.kind in ASKING]
    followed = any(is_own(move) for move in (asked[-1:] if thread.visits else asked))
    leads_elsewhere = context.observation.toward not in (None, written.key_point)
    return own if leads_elsewhere and not followed else written


def is_own(move: Move) -> bool:
    """Whether a probe follows the candidate's own words, and no written question."""
    written = move.key_point or move.sum or move.dive or move.level or move.section or move.against
    return move.kind == "probe" and not written


def own_probe(context: Context, *, patience: int = 0) -> Move | None:
    """A probe by angle on the sentence that the observer picked; it has no key point of its own.

    With more answers in a row that added nothing than `patience`, there is nothing to pick up.
    """
    angle: Angle | None = context.observation.angle
    if angle is None or context.observation.anchor is None or context.thread.stalls > patience:
        return None
    anchor = context.observation.anchor
    # Said without a model, a general question needs something to refer to: their own words.
    said = context.thread.sentences[anchor - 1] if anchor <= len(context.thread.sentences) else ""
    asking = context.say(context.round.wording.angles[angle])
    text = f'You said "{quoted(said, MOST_QUOTED)}". {asking}' if said else asking
    return Move(kind="probe", text=text, angle=angle, anchor=anchor)


def quoted(sentence: str, most: int) -> str:
    """The first words of a sentence, as they are repeated to whoever said it."""
    words = sentence.rstrip(".!?").split()
    return " ".join(words[:most]) + (" …" if len(words) > most else "")


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
