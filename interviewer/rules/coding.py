"""Rules of a round in which code is written: behaviour before help, tests before runs, and an eye on the clock."""

from __future__ import annotations

from typing import Final

from interviewer.domain import Coding, Move, Run
from interviewer.rules import digging, followups, pace, threads
from interviewer.rules.coded import CODE, EXTEND, failing, judged, last_seen, starter
from interviewer.rules.followups import Context
from interviewer.rules.state import State, Thread

TEST: Final = "test"
CLARIFY: Final = "clarify"
WRITING: Final = (CODE, TEST)
"""Parts in which the code is worked on."""
BUG_LIVES: Final = 75.0
"""Seconds that a failing test is left to the candidate before the interviewer speaks of it (domain.md §2.4)."""
MOST_LOOKS: Final = 3
"""How often in a round it does."""
QUIET_AFTER: Final = 120.0
"""Seconds without an edit and without a word after which the interviewer asks."""
LATE: Final = 1.25
"""Share of a part's time after which it is ended even if nobody has said anything."""


def submitted(context: Context) -> Move | None:
    """The code was handed in: a test that fails is told by its name; with none the talk goes on to what lies beyond."""
    words = context.round.wording.coding
    if context.act.kind != "submitted" or words is None:
        return None
    thread = context.thread
    run = judged(thread.runs, context.state.code)
    if run is None:
        return Move(kind="steer", text=context.say(words.not_run).format(sentence="there is nothing in it yet"))
    if run.ended == "refused" or (run.sentence and not any(test.passed for test in run.tests)):
        return Move(kind="steer", text=context.say(words.not_run).format(sentence=run.sentence))
    return _failed(context, words, run) if run.failed else _passed(context, words)


def _failed(context: Context, words: Coding, run: Run) -> Move:
    """The behaviour first; when the same test keeps failing a way to see it, then a hint."""
    name = run.failed[0].name
    before = [tried.run for tried in context.thread.runs if tried.run.hidden and tried.run is not run]
    times = sum(any(test.name == name for test in earlier.failed) for earlier in before)
    if times > 1 and (help_ := followups.hint(context, highest=3)) is not None:
        return help_
    wording = words.fails_again if times else words.fails
    text = context.say(wording).format(name=name, failed=len(run.failed), count=len(run.tests))
    return Move(kind="probe", text=text, angle="failure", exact=True)


def _passed(context: Context, words: Coding) -> Move:
    """On to tests of their own, if there were none, and from there to what lies beyond the code."""
    thread, lead = context.thread, context.say(words.passes)
    begun = {visit.section for visit in thread.visits}
    own = any(test.group == "own" for tried in thread.runs for test in tried.run.tests)
    for section in (TEST, EXTEND):
        if section not in begun and not (section == TEST and own):
            return threads.to_part(context, section, lead=lead)
    return (digging.dig(context) or threads.next_part(context)).model_copy(update={"lead": lead})


def looks_stuck(context: Context) -> Move | None:
    """Somebody has been looking at a failing test for a while: what do they make of it? Not more than a few times."""
    words, test = context.round.wording.coding, failing(context.thread.runs) if context.state.thread else None
    if context.act.kind != "tick" or words is None or test is None or not is_stuck(context.state, context.clock):
        return None
    return Move(kind="probe", text=context.say(words.stuck).format(name=test.name), angle="evidence", exact=True)


def is_stuck(state: State, clock: float) -> bool:
    """Whether the last run has stood there with a failing test for BUG_LIVES, and nobody has spoken since."""
    thread = state.thread
    tried = last_seen(thread.runs) if thread is not None else None
    if thread is None or tried is None or failing(thread.runs) is None:
        return False
    looked = sum(turn.move is not None and turn.move.rule == looks_stuck.__name__ for turn in thread.turns)
    return looked < MOST_LOOKS and len(thread.turns) == tried.turns and clock - tried.clock >= BUG_LIVES


def late_part(context: Context) -> Move | None:
    """The time of a part is long over, and nobody has said anything that would have ended it."""
    if context.act.kind != "tick" or not is_late(context.state, context.clock):
        return None
    return threads.next_part(context)


def is_late(state: State, clock: float) -> bool:
    """Whether the part under way has had a quarter more than its time."""
    thread = state.thread
    if thread is None or not thread.visits or state.phase != "threads":
        return False
    spent, given = pace.spent(state, thread, clock)
    return spent >= LATE * given


def test_first(context: Context) -> Move | None:
    """Once, before anything was run: which input, and what should come out? (domain.md §2.4)"""
    words, thread = context.round.wording.coding, context.thread
    if words is None or thread.section != CODE or context.act.kind != "said" or thread.runs:
        return None
    # Somebody in the middle of it is not about to run anything.
    if context.state.code == starter(thread.question) or _asked(thread) or gets_on(context):
        return None
    return Move(kind="probe", text=context.say(words.test_first), angle="evidence", key_point=_of_tests(thread))


def gets_on(context: Context) -> bool:
    """Whether the observer, which sees the code, would let them go on."""
    return context.observation.options[:1] == ("continue",)


def at_work(context: Context) -> Move | None:
    """Whoever gets on is not interrupted: as long as they type or run something, and for a while without."""
    thread, driving = context.thread, context.round.wording.driving
    if driving is None or context.act.kind != "said" or not gets_on(context) or thread.section not in WRITING:
        return None
    ran = bool(thread.runs) and thread.runs[-1].turns == len(thread.turns) - 1
    if thread.turns[-1].code is None and not ran and not digging.may_lead_on(context):
        return None
    return Move(kind="continue", text=context.say(driving.go_on))


def not_handed_in(context: Context) -> Move | None:
    """With nothing to ask, code that our tests have not passed is still theirs to work on while its time lasts."""
    words, driving, thread = context.round.wording.coding, context.round.wording.driving, context.thread
    if words is None or driving is None or context.act.kind != "said" or context.state.setup.cannot_run:
        return None
    run, seen, last = judged(thread.runs, context.state.code), last_seen(thread.runs), context.state.last_move
    if thread.section not in WRITING or (run is not None and not run.failed):
        return None
    passes = seen is not None and seen.run.code == context.state.code and not seen.run.failed
    if run is None and passes and not (last is not None and last.text in words.hand_in):
        return Move(kind="continue", text=context.say(words.hand_in))
    return Move(kind="continue", text=context.say(driving.go_on))


def _asked(thread: Thread) -> bool:
    return any(turn.move is not None and turn.move.rule == test_first.__name__ for turn in thread.turns)


def _of_tests(thread: Thread) -> str | None:
    """The first key point about testing that has not come up."""
    return next(
        (p.id for p in thread.question.key_points if p.dimension == "testing" and p.id not in thread.raised), None
    )


def is_reading(state: State) -> bool:
    """Whether the statement is still being read: a page takes longer than a pause in the code may."""
    return state.thread is not None and state.thread.section == CLARIFY


def tick_due(state: State, clock: float, silent: float) -> bool:
    """Whether time alone calls for an act: a test that keeps failing, or a part whose time is long over."""
    return silent >= BUG_LIVES and (is_stuck(state, clock) or is_late(state, clock))


RULES = (submitted, looks_stuck, late_part, test_first, at_work, not_handed_in)
