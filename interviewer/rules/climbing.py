"""Rules of a round of ladders: each step to its end, then the next, then what was left open (domain.md §2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from interviewer.domain import Angle, KeyPoint, Move
from interviewer.rules import digging, followups, ladder, long_round, threads
from interviewer.rules.followups import Context
from interviewer.rules.selection import next_question

ONE_TURN: Final = 60.0
"""Seconds; with less than this left nothing that is open is taken up again."""
ANGLES: Final[dict[str, Angle]] = {
    "depth": "clarify",
    "decisions": "justify",
    "evaluation": "evidence",
    "failure": "failure",
    "literature": "bridge",
}
"""The kind of follow-up that goes towards a dimension of the round; any other is asked how it comes about."""
LEADS_FOR: Final = 0.5
"""Share of a step's time in which they may go on by themselves."""
IN_VAIN: Final = 6
"""Answers in a row that add nothing after which nothing that is open is taken up again."""
PATIENCE: Final = 1
"""Answers that add nothing after which their own words are still followed up."""


def let_lead(context: Context) -> Move | None:
    """Somebody who is getting on is let go down by themselves, once on each step, in the first half of its time."""
    thread = context.thread
    if not thread.level or not _in_time(context, LEADS_FOR):
        return None
    if any(turn.move is not None and turn.move.rule == "let_lead" for turn in ladder.since_step(thread)):
        return None
    return digging.drive(context)


def finish_step(context: Context) -> Move | None:
    """What is written for a step comes before the next one while its time lasts: musts, and what else as it goes well.

    An answer that adds nothing ends it (domain.md §2.0: keep drilling while each answer adds something).
    """
    if not _may_climb(context) or not _in_time(context):
        return None
    step = context.thread.level
    must = followups.written_probe(context, among=lambda point: point.level == step and point.importance == "must")
    if must is not None or context.thread.stalls:
        return must
    return followups.written_probe(context, among=lambda point: point.level == step)


def pursue(context: Context) -> Move | None:
    """The lead that they just gave is followed before the next step, once on each."""
    thread, options = context.thread, context.observation.options
    if not _may_climb(context) or not _in_time(context) or options[:1] != ("probe",):
        return None
    if any(turn.move is not None and turn.move.rule == "pursue" for turn in ladder.since_step(thread)):
        return None
    return followups.own_probe(context)


def sum_first(context: Context) -> Move | None:
    """The arithmetic of a step comes before the next step."""
    return long_round.sum_due(context) if _may_climb(context) else None


def climb(context: Context) -> Move | None:
    """The next step, once this one holds, or was tried often enough."""
    return _up(context) if _may_climb(context) else None


def _may_climb(context: Context) -> bool:
    """Whether the step under way has had what it needs."""
    thread = context.thread
    step = thread.level
    if not step or step >= ladder.steps(thread.question) or thread.challenged < thread.slips.keys():
        return False
    something = ladder.held(thread, step) > 0 or (step > 1 and ladder.passed(thread, step - 1))
    tried = ladder.tries(thread) >= ladder.TRIES or not _in_time(context)
    return ladder.passed(thread, step) or (something and tried)


def _up(context: Context) -> Move | None:
    """The next step, unless there is none or two in a row have brought nothing."""
    thread = context.thread
    step, brief = thread.level, thread.question.brief
    if brief is None or not 0 < step < len(brief.rungs):
        return None
    if step > 1 and not ladder.held(thread, step) and not ladder.held(thread, step - 1):
        return None
    return Move(kind="probe", text=brief.rungs[step].ask, level=step + 1)


def _in_time(context: Context, share_of_step: float = 1.0) -> bool:
    """Whether the steps before have not used up their share of the thread's time, nor this one so much of its own."""
    thread = context.thread
    share = (thread.level - 1 + share_of_step) / max(1, ladder.steps(thread.question))
    return context.clock - thread.opened < share * threads.minutes(context) * 60


def let_go(context: Context) -> Move | None:
    """Somebody gives up on a step: help once, then the rest of the ladder, and another subject only after it."""
    thread, wording = context.thread, context.round.wording
    if not thread.level or wording.driving is None or not followups.gives_up(context):
        return None
    step, onward = ladder.here(thread), None
    wants_on = context.observation.options[:1] == ("next_thread",)
    help_ = None if wants_on or step in ladder.helped(thread) else _help(context, step)
    if help_ is not None:
        return followups.eased(context, help_)
    if not ladder.is_spent(thread):
        onward = _up(context) or _elsewhere(context, step)
    if onward is not None:
        return onward.model_copy(update={"lead": context.say(wording.driving.passes_on)})
    return threads.leave(context, closes="gave_up", lead=context.say(wording.moving_on))


def skip_step(context: Context) -> Move | None:
    """Somebody passes on the last subject of a round: on what was asked, as long as there is anything else."""
    thread, wording = context.thread, context.round.wording
    if context.act.kind != "skip" or not thread.level or wording.driving is None:
        return None
    if next_question(context.state, context.bank) is not None:
        return None
    onward = _up(context) or _elsewhere(context, ladder.here(thread))
    return onward and onward.model_copy(update={"lead": context.say(wording.driving.passes_on)})


def _help(context: Context, step: int) -> Move | None:
    """A hint at this step, or where no ladder leads to what they are stuck on, another way into it."""
    stuck, hinted = followups.stuck_on(context), {one.key_point for one in context.ladders}
    hint, probe = followups.hint(context, highest=3), followups.written_probe(context, among=lambda p: p.level == step)
    if hint is not None and hint.key_point and context.thread.question.key_point(hint.key_point).level != step:
        hint = None
    return (probe or hint) if stuck is not None and stuck not in hinted else (hint or probe)


def reopen(context: Context) -> Move | None:
    """With time left, the rest of the ladder: the next step, or what was left open on those so far."""
    thread, driving = context.thread, context.round.wording.driving
    if not thread.level or driving is None or not _time_left(context):
        return None
    if thread.stalls >= IN_VAIN or ladder.is_spent(thread):
        return None
    step = ladder.here(thread)
    move = _up(context) or _elsewhere(context, 0 if thread.stalls < ladder.TRIES else step)
    if move is None:
        return _more(context, driving.anything_else)
    if move.level > thread.level:
        return move
    back = _step_of(context, move) not in (0, step) and driving.returns
    return move.model_copy(update={"lead": context.say(driving.returns)}) if back else move


def _time_left(context: Context) -> bool:
    return context.clock - context.thread.opened < threads.minutes(context) * 60 - ONE_TURN


def _step_of(context: Context, move: Move) -> int:
    return context.thread.question.key_point(move.key_point).level if move.key_point else move.level


def _elsewhere(context: Context, left: int) -> Move | None:
    """What is open on the steps so far but the one that is left: a written probe, an own one, or the step once more."""
    thread = context.thread
    steps = [n for n in range(thread.level, 0, -1) if n != left and n not in ladder.left(thread)]
    written = followups.written_probe(context, among=lambda point: point.level in steps)
    return written or _own(context, steps) or _again(context, steps)


def _own(context: Context, steps: Iterable[int]) -> Move | None:
    """A follow-up to their own words, of the kind that goes towards a key point of these steps that is still open."""
    thread, seen = context.thread, context.observation
    point = next(_open(context, steps), None)
    # Without a model the anchor is any sentence; there is something to take up where they said something of the matter.
    found = seen.angle is not None or bool(seen.touched)
    if point is None or not found or seen.intent != "answer" or not thread.sentences:
        return None
    angle = seen.angle or ANGLES.get(point.dimension, "clarify")
    seen = seen.model_copy(update={"angle": angle, "anchor": seen.anchor or len(thread.sentences)})
    return followups.own_probe(replace(context, observation=seen), patience=PATIENCE)


def _open(context: Context, steps: Iterable[int]) -> Iterator[KeyPoint]:
    """The key points of these steps that have not come up, musts first."""
    within = set(steps)
    for importance in ("must", "should"):
        for id in context.thread.unraised(importance):
            point = context.thread.question.key_point(id)
            if point.level in within:
                yield point


def _again(context: Context, steps: Iterable[int]) -> Move | None:
    """What a step asks that does not hold, once more, in other words where a model speaks."""
    thread, brief = context.thread, context.thread.question.brief
    if brief is None:
        return None
    moves = [turn.move for turn in thread.turns if turn.move is not None]
    for step in steps:
        # The first step was asked as the opener.
        asked = sum(move.level == step for move in moves) + (step == 1)
        if asked == 1 and not ladder.passed(thread, step):
            return Move(kind="probe", text=brief.rungs[step - 1].ask, level=step)
    return None


def _more(context: Context, wording: Iterable[str]) -> Move | None:
    """With nothing open, some questions that leave it to them, each once."""
    thread = context.thread
    said = {turn.move.text for turn in thread.turns if turn.move is not None}
    text = next((words for words in wording if words not in said), "")
    if not text or thread.stalls > ladder.TRIES or context.observation.intent != "answer":
        return None
    return Move(kind="continue", text=text)


RULES = (let_lead, finish_step, pursue, sum_first, climb, let_go, skip_step, reopen)
