"""Within a part of a long round: who leads, what is asked next, help to somebody who is stuck, deep dives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from interviewer.domain import Angle, Dive, Move
from interviewer.rules import followups, pace, threads
from interviewer.rules.coded import EXTEND
from interviewer.rules.followups import Context
from interviewer.rules.phases import TWIST

FILLING: Final[tuple[Angle, ...]] = ("failure", "justify", "quantify", "evidence", "counterfactual")
"""Kinds of follow-up that fit whatever a designer has said, in the order in which they are taken."""
LEADS_ON: Final = {"junior": 0, "mid": 1, "senior": 2, "staff": 2}
"""How often in a row somebody who is getting on is only told to go on."""
EARLIER_TOO: Final = {EXTEND: ("plan", "test")}
"""Parts of a round with code whose questions may come later: whoever types early passes them over (cost, numerics)."""
ENOUGH_OF_PART: Final = 0.5
"""Share of a part's time from which it is left when more of it would teach nothing, or they ask to go on."""
MOST_GIVEN_UP: Final = 2
"""How often in a row they can say that they do not know before the part is left."""
TWIST_FOLLOWED: Final = 1
"""Messages after the twist whose own words are followed up rather than a dive asked; more do not fit its minutes."""


def gave_up_here(context: Context) -> Move | None:
    """Help with what they are stuck on, if that is no use another question of this part, then the next part."""
    if not followups.gives_up(context):
        return None
    thread, wording, leaves = context.thread, context.round.wording, context.observation.options[:1] == ("next_thread",)
    if leaves or thread.given_up > MOST_GIVEN_UP:
        return threads.next_part(context, lead=context.say(wording.moving_on))
    first = thread.given_up < MOST_GIVEN_UP and thread.stalls < 2
    if first and _leads_back(context) and (hint := followups.hint(context, highest=3)) is not None:
        return followups.eased(context, hint)
    other = followups.written_probe(context) or dive(context, helps=True) or _twist_again(context)
    if other is not None:
        return followups.eased(context, other)
    return threads.next_part(context, lead=context.say(wording.moving_on))


def _leads_back(context: Context) -> bool:
    """Whether there can be help with what was asked last: towards anything else it would be no help."""
    last, stuck = context.state.last_move, followups.stuck_on(context)
    if stuck is None:
        return last is None or last.kind not in followups.ASKING
    return last is not None and (last.kind == "hint" or any(one.key_point == stuck for one in context.ladders))


def _twist_again(context: Context) -> Move | None:
    """Another way into the change for somebody who is stuck at it, once."""
    driving = context.round.wording.driving
    if context.twist is None or driving is None or not driving.twist_again:
        return None
    said = {turn.move.text for turn in context.thread.turns if turn.move is not None}
    if not said.isdisjoint(driving.twist_again):
        return None
    return Move(kind="probe", text=context.say(driving.twist_again), angle="bridge")


def drive(context: Context) -> Move | None:
    """Somebody who leads and is getting on is left to it."""
    thread, driving = context.thread, context.round.wording.driving
    options = context.observation.options
    if driving is None or context.act.kind != "said" or followups.challenge(context) is not None:
        return None
    if not may_lead_on(context) or thread.stalls:
        return None
    # Without a model nothing ranks "continue", and no kind of follow-up is named: then two new points in one message
    # show that they are getting on.
    unranked = "continue" not in options and context.observation.angle is None
    going_well = len(context.observation.touched) >= 2 and unranked
    return _go_on(context, driving.go_on) if options[:1] == ("continue",) or going_well else None


def may_lead_on(context: Context) -> bool:
    """Whether they were told to go on less often in a row than their level is."""
    in_a_row = 0
    for turn in reversed([turn for turn in context.thread.turns if turn.speaker == "interviewer"]):
        if turn.kind != "continue":
            break
        in_a_row += 1
    return in_a_row < LEADS_ON[context.state.setup.level]


def _go_on(context: Context, wording: Sequence[str]) -> Move:
    return Move(kind="continue", text=context.say(wording))


def dig(context: Context) -> Move | None:
    """The next question in this part: a challenge, help, a written probe or dive, a follow-up, or anything else."""
    if context.round.wording.driving is None or not context.thread.visits:
        return None
    if (companys := _companys(context)) is not None:
        return companys
    if context.observation.options[:1] == ("next_thread",) and pace.far_in(context, ENOUGH_OF_PART):
        return threads.next_part(context)
    found = {
        "challenge": followups.challenge(context),
        "hint": followups.offered_hint(context),
        "probe": _probe(context),
    }
    for name in (*context.observation.options, "challenge", "hint", "probe"):
        if (move := found.get(name)) is not None:
            return move
    return _fill(context)


def _probe(context: Context) -> Move | None:
    """A written question or a dive where one leads to what the observer named, else in turn with their own words."""
    # What they make of the change is followed up before anything that was written about it.
    if _fresh_twist(context) and (own := followups.own_probe(context)) is not None:
        return own
    probe, deep, toward = followups.any_probe(context), dive(context), context.observation.toward
    if toward is not None and deep is not None and (probe is None or probe.key_point != toward):
        brief = context.thread.question.brief
        dives = brief.dives if brief is not None else ()
        if any(one.id == deep.dive and toward in one.key_points for one in dives):
            return deep
    # With the written questions used up, the dives come before more of their own words.
    written_left = followups.written_probe(context) is not None
    return probe if probe is not None and (probe.key_point or written_left) else deep or probe


def _fresh_twist(context: Context) -> bool:
    return context.twist is not None and pace.answers_here(context.thread) <= TWIST_FOLLOWED


def _companys(context: Context) -> Move | None:
    """The dive from the company's own work: what was written about the twist would leave no time for it."""
    if context.twist is None or _fresh_twist(context) or followups.challenge(context) is not None:
        return None
    found = dive(context)
    brief = context.thread.question.brief
    sourced = {one.id for one in brief.dives if one.source} if brief is not None else set()
    return found if found is not None and found.dive in sourced else None


def _fill(context: Context) -> Move | None:
    """With nothing written left: the part's time is still theirs, as long as something new comes."""
    thread, driving = context.thread, context.round.wording.driving
    if driving is None or thread.stalls > 1:
        return None
    own = sum(turn.move is not None and turn.move.kind == "probe" and not turn.move.key_point for turn in thread.turns)
    last = context.state.last_move
    if last is None or last.kind != "continue":
        return _go_on(context, driving.anything_else)
    angled = context.observation.model_copy(update={"angle": FILLING[own % len(FILLING)]})
    patience = 1 if thread.question.task is not None else 0
    return followups.own_probe(replace(context, observation=angled), patience=patience) or _go_on(
        context, driving.anything_else
    )


def dive(context: Context, *, helps: bool = False) -> Move | None:
    """A deep dive of this part, or after the twist any, that something is left of: in turn a strong and a weak one.

    The strong one grows out of what was just said, if any does; `helps` keeps to what the part is about.
    """
    thread = context.thread
    dives = thread.question.brief.dives if thread.question.brief is not None else ()
    open_ = {thread.section, *(EARLIER_TOO.get(thread.section, ()) if thread.question.task is not None else ())}
    left = [one for one in dives if one.id not in thread.dived and (one.section in open_ or thread.section == TWIST)]
    left = [one for one in left if one.source or not thread.raised.keys() >= set(one.key_points)]
    if helps:
        left = [one for one in left if any(id not in thread.raised and context.within(id) for id in one.key_points)]
    if not left:
        return None
    found = min(left, key=lambda one: _fits(context, one))
    unsaid = [id for id in found.key_points if id not in thread.raised]
    leads_to = next((id for id in unsaid if context.within(id)), unsaid[0] if unsaid else None)
    return Move(kind="probe", text=found.ask, dive=found.id, key_point=leads_to)


def _fits(context: Context, one: Dive) -> tuple[bool, bool, bool, bool, float]:
    """How a dive ranks, lowest first: the company's work, where the talk leads, the twist, what was said, strength."""
    elsewhere = context.observation.toward not in one.key_points
    thread, just = context.thread, {touch.key_point for touch in context.observation.touched}
    raised = sum(id in thread.raised for id in one.key_points) / len(one.key_points)
    about_twist = context.twist is not None and any(
        id in context.twist.shows and id not in thread.raised for id in one.key_points
    )
    if len(thread.dived) % 2:
        return not one.source, elsewhere, not about_twist, False, raised
    return not one.source, elsewhere, not about_twist, just.isdisjoint(one.key_points), -raised


RULES = (gave_up_here, drive, dig)
